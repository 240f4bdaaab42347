package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"rekey/bot"
	"rekey/commands"
	"rekey/message"
	"rekey/rotation"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

// A clerk reminds of two secrets in two channels each day at half past nine in
// London: what the day before has told isn't told again.
type clerk struct {
	*rig
	at   func(when string)
	stop context.CancelFunc
	done chan struct{}
	fail error

	schedule string
}

func newClerk(t *testing.T, when string) *clerk {
	t.Helper()
	m := &mailer{rig: newRig(t, fakeslack.Config{Channels: []fakeslack.Channel{{ID: platform, Name: "modernisation-platform"}, {ID: "C0OTHER", Name: "ask"}}}, silent)}
	c := &clerk{rig: m.rig, at: m.at, schedule: "30 9 * * *"}
	c.at(when)
	c.cfg.Now = c.world.Now
	c.on()
	t.Cleanup(c.off)
	return c
}

func (c *clerk) on() {
	c.t.Helper()
	c.run()
	schedule, err := cron.ParseStandard(c.schedule)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.stop, c.done = cancel, make(chan struct{})
	b, failing := c.bot, c.fail
	go func() {
		defer close(c.done)
		_ = b.RunReminders(ctx, bot.Reminders{Schedule: schedule, Zone: london(c.t), Store: c.db, Notices: func(ctx context.Context, due time.Time) ([]commands.Notice, error) {
			if failing != nil {
				return nil, failing
			}
			before, err := c.db.Told(ctx, "reminder", due.AddDate(0, 0, -30))
			if err != nil {
				return nil, err
			}
			var out []commands.Notice
			for i, channel := range []string{platform, "C0OTHER"} {
				secret, times := fmt.Sprint("s", i), 0
				for _, x := range before {
					if x.Secret == secret {
						times += x.Times
					}
				}
				out = append(out, commands.Notice{
					Key: "reminder:" + due.Format(time.DateOnly) + ":" + channel, Channel: rotation.Handle{ID: channel}, Tells: []rotation.Told{{Secret: secret, Due: "2026-12-24"}},
					Write: func(id string) message.Post {
						return message.Note(id, fmt.Sprintf("%s, told %d times before", due.Format(time.DateOnly), times), message.Context{})
					},
				})
			}
			return out, nil
		}})
	}()
}

func (c *clerk) off() {
	if c.stop != nil {
		c.stop()
		<-c.done
		c.stop = nil
		c.halt()
	}
}

func (c *clerk) said(channel string) string {
	var out []string
	for _, x := range c.Messages(channel) {
		out = append(out, x.Text)
	}
	return strings.Join(out, " | ")
}

// wants waits until a channel says so, and makes sure that nothing more comes.
func (c *clerk) wants(channel, reminders string) {
	c.t.Helper()
	c.until(channel+" says "+reminders, func() bool { return c.said(channel) == reminders })
	c.during(150*time.Millisecond, "nothing more comes", func() bool { return c.said(channel) == reminders })
}

func TestAReminderComesOnceADayInEachChannel(t *testing.T) {
	c := newClerk(t, "2026-11-25 10:00")
	c.wants(platform, "") // a new installation begins with the next one
	c.at("2026-11-26 09:29")
	c.wants(platform, "")
	c.at("2026-11-26 09:30")
	c.wants(platform, "2026-11-26, told 0 times before")
	c.wants("C0OTHER", "2026-11-26, told 0 times before")
	c.off()
	c.on() // in the same minute
	c.wants(platform, "2026-11-26, told 0 times before")
	c.at("2026-11-26 23:00")
	c.wants(platform, "2026-11-26, told 0 times before")
	c.at("2026-11-27 09:31")
	c.wants(platform, "2026-11-26, told 0 times before | 2026-11-27, told 1 times before")
	c.clean()
}

func TestAfterAWeekOfDowntimeThereIsOneReminder(t *testing.T) {
	c := newClerk(t, "2026-11-25 10:00")
	c.wants(platform, "")
	c.at("2026-11-26 09:30")
	c.wants(platform, "2026-11-26, told 0 times before")
	c.off()
	c.at("2026-12-03 08:00") // before the hour: what was missed comes with today's
	c.on()
	c.wants(platform, "2026-11-26, told 0 times before")
	c.at("2026-12-03 09:30")
	c.wants(platform, "2026-11-26, told 0 times before | 2026-12-03, told 1 times before")
	c.off()
	c.at("2026-12-10 17:00") // after it: at once
	c.on()
	c.wants(platform, "2026-11-26, told 0 times before | 2026-12-03, told 1 times before | 2026-12-10, told 2 times before")
}

// With a schedule that names few days, the first one after the installation is
// not passed over.
func TestTheFirstReminderOfARareScheduleComes(t *testing.T) {
	c := newClerk(t, "2026-11-05 10:00")
	c.wants(platform, "")
	c.off()
	c.schedule = "0 9 1 * *"
	c.on()
	c.at("2026-12-01 09:00")
	c.wants(platform, "2026-12-01, told 0 times before")
}

func TestAReminderKeepsItsHourOverClockChanges(t *testing.T) {
	c := newClerk(t, "2026-10-24 10:00")
	c.wants(platform, "")
	c.at("2026-10-25 09:29") // the clocks went back that night
	c.wants(platform, "")
	c.at("2026-10-25 09:30")
	c.wants(platform, "2026-10-25, told 0 times before")
	c.at("2027-03-28 09:29") // and forward
	c.wants(platform, "2026-10-25, told 0 times before")
	c.at("2027-03-28 09:30")
	c.wants(platform, "2026-10-25, told 0 times before | 2027-03-28, told 0 times before")
}

func TestAReminderWhoseAnswerIsLostTellsOnce(t *testing.T) {
	for _, word := range []string{world.Post5xx, world.PostReset, world.Pre5xx} {
		t.Run(word, func(t *testing.T) {
			c := newClerk(t, "2026-11-25 10:00")
			c.wants(platform, "")
			c.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Word: word})
			c.at("2026-11-26 09:30")
			c.until("the other channel has its own", func() bool { return c.said("C0OTHER") != "" })
			c.off()
			c.at("2026-11-26 09:32")
			c.on()
			c.wants(platform, "2026-11-26, told 0 times before")
			c.wants("C0OTHER", "2026-11-26, told 0 times before")
			c.at("2026-11-27 09:30")
			c.wants(platform, "2026-11-26, told 0 times before | 2026-11-27, told 1 times before")
		})
	}
}

// What was sent in the evening and never confirmed is settled in the morning,
// before anything is told again.
func TestALostAnswerIsSettledTheNextDay(t *testing.T) {
	c := newClerk(t, "2026-11-25 10:00")
	c.wants(platform, "")
	c.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Word: world.PostReset})
	c.at("2026-11-26 09:30")
	c.until("both are there", func() bool { return c.said(platform) != "" && c.said("C0OTHER") != "" })
	c.off()
	c.at("2026-11-27 09:30")
	c.on()
	c.wants(platform, "2026-11-26, told 0 times before | 2026-11-27, told 1 times before")
}

func TestAReminderFindsAnotherChannelWhenItsOwnIsGone(t *testing.T) {
	c := newClerk(t, "2026-11-25 10:00")
	c.wants(platform, "")
	c.ArchiveChannel("C0OTHER")
	c.at("2026-11-26 09:30")
	c.wants(platform, "2026-11-26, told 0 times before | 2026-11-26, told 0 times before")
	c.until("the operator is told", func() bool { return strings.Contains(c.log.String(), "it goes to the team's channel") })
}

func TestRemindersThatCannotBeWrittenAreTriedAgain(t *testing.T) {
	c := newClerk(t, "2026-11-25 10:00")
	c.wants(platform, "")
	c.off()
	c.fail = errors.New("disk I/O error")
	c.on()
	c.at("2026-11-26 09:30")
	c.until("the operator is told", func() bool { return strings.Contains(c.log.String(), "a reminder isn't posted yet; trying again") })
	c.off()
	c.fail = nil
	c.on()
	c.wants(platform, "2026-11-26, told 0 times before")
}
