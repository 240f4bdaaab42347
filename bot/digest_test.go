package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"rekey/bot"
	"rekey/message"
	"rekey/rotation"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

// A mailer posts digests on Mondays at nine in London, by the world's clock,
// which the test sets.
type mailer struct {
	*rig
	stop context.CancelFunc
	done chan struct{}
}

func newMailer(t *testing.T, at string) *mailer {
	t.Helper()
	m := &mailer{rig: newRig(t, fakeslack.Config{Channels: []fakeslack.Channel{{ID: platform, Name: "modernisation-platform"}, {ID: "C0OTHER", Name: "ask"}}}, silent)}
	m.at(at)
	m.cfg.Now = m.world.Now
	m.on()
	t.Cleanup(m.off)
	return m
}

func london(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// at sets everybody's clock to a time in London.
func (m *mailer) at(when string) {
	m.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", when, london(m.t))
	if err != nil {
		m.t.Fatal(err)
	}
	m.world.Advance(at.Sub(m.world.Now()))
}

func (m *mailer) on() {
	m.t.Helper()
	m.run()
	schedule, err := cron.ParseStandard("0 9 * * MON")
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.stop, m.done = cancel, make(chan struct{})
	b := m.bot
	go func() {
		defer close(m.done)
		_ = b.RunDigest(ctx, bot.Digest{
			Schedule: schedule, Zone: london(m.t), Channel: rotation.Handle{ID: platform}, Store: m.db,
			Write: func(_ context.Context, id string, due time.Time, late bool) (message.Post, error) {
				said := "Secrets on " + due.Format(time.DateOnly)
				if late {
					said += ", late"
				}
				return message.Note(id, said, message.Context{}), nil
			},
		})
	}()
}

func (m *mailer) off() {
	if m.stop != nil {
		m.stop()
		<-m.done
		m.stop = nil
		m.halt()
	}
}

// said are the digests in the channel, oldest first.
func (m *mailer) said() string {
	var out []string
	for _, x := range m.Messages(platform) {
		out = append(out, x.Text)
	}
	return strings.Join(out, " | ")
}

func (m *mailer) wants(digests string) {
	m.t.Helper()
	m.until("the channel says "+digests, func() bool { return m.said() == digests })
	m.during(150*time.Millisecond, "nothing more comes", func() bool { return m.said() == digests })
}

func TestADigestComesOnceAWeek(t *testing.T) {
	m := newMailer(t, "2026-11-25 10:00")
	m.wants("") // a new installation begins with the next one
	m.at("2026-11-30 08:59")
	m.wants("")
	m.at("2026-11-30 09:00")
	m.wants("Secrets on 2026-11-30")
	m.off()
	m.on() // in the digest's own minute
	m.wants("Secrets on 2026-11-30")
	m.at("2026-12-06 23:00")
	m.wants("Secrets on 2026-11-30")
	m.at("2026-12-07 09:10")
	m.wants("Secrets on 2026-11-30 | Secrets on 2026-12-07")
}

func TestAfterThreeWeeksWithoutRekeyOneDigestComesLate(t *testing.T) {
	m := newMailer(t, "2026-11-25 10:00")
	m.wants("")
	m.at("2026-11-30 09:00")
	m.wants("Secrets on 2026-11-30")
	m.off()
	m.at("2026-12-24 15:00")
	m.on()
	m.wants("Secrets on 2026-11-30 | Secrets on 2026-12-21, late")
	m.off()
	m.on()
	m.wants("Secrets on 2026-11-30 | Secrets on 2026-12-21, late")
}

func TestADigestKeepsItsHourOverAClockChangeAndTheYearsEnd(t *testing.T) {
	m := newMailer(t, "2026-10-20 10:00")
	m.wants("")
	m.at("2026-10-26 08:59") // the clocks went back on the 25th
	m.wants("")
	m.at("2026-10-26 09:00")
	m.wants("Secrets on 2026-10-26")
	m.at("2026-12-28 09:00") // week 53
	m.wants("Secrets on 2026-10-26 | Secrets on 2026-12-28")
	m.at("2027-01-03 12:00")
	m.wants("Secrets on 2026-10-26 | Secrets on 2026-12-28")
	m.at("2027-01-04 09:00")
	m.wants("Secrets on 2026-10-26 | Secrets on 2026-12-28 | Secrets on 2027-01-04")
	m.at("2027-03-29 09:00") // the clocks went forward on the 28th
	m.wants("Secrets on 2026-10-26 | Secrets on 2026-12-28 | Secrets on 2027-01-04 | Secrets on 2027-03-29")
}

func TestADigestWhoseAnswerIsLostIsFoundAndNotPostedAgain(t *testing.T) {
	for _, word := range []string{world.Post5xx, world.PostReset, world.Pre5xx} {
		t.Run(word, func(t *testing.T) {
			m := newMailer(t, "2026-11-25 10:00")
			m.wants("")
			m.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Word: word})
			m.at("2026-11-30 09:00")
			m.until("it was tried", func() bool { return m.calls("chat.postMessage") > 0 })
			m.off()
			m.at("2026-11-30 09:02")
			m.on()
			m.wants("Secrets on 2026-11-30")
		})
	}
}

func TestADigestFindsAnotherChannelWhenItsOwnIsArchived(t *testing.T) {
	m := newMailer(t, "2026-11-25 10:00")
	m.wants("")
	m.off()
	m.cfg.Channel = rotation.Handle{ID: "C0OTHER"}
	m.on()
	m.ArchiveChannel(platform)
	m.at("2026-11-30 09:00")
	m.until("it is in the other channel", func() bool { return len(m.Messages("C0OTHER")) == 1 })
	m.until("the operator is told", func() bool { return strings.Contains(m.log.String(), "it goes to the team's channel") })
}
