package bot_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"rekey/bot"
	"rekey/commands"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

func TestARefreshLosesNoPress(t *testing.T) {
	var handled atomic.Int64
	r := newRig(t, fakeslack.Config{AckWait: time.Second, RefreshWarning: 700 * time.Millisecond}, func(context.Context, commands.Request) commands.Answer {
		handled.Add(1)
		return commands.Answer{}
	})
	r.cfg.Waits.Drain = 2 * time.Second
	r.run()
	refreshed := make(chan struct{})
	go func() {
		defer close(refreshed)
		for range 3 {
			<-time.After(1500 * time.Millisecond)
			r.Disconnect("warning")
		}
		<-time.After(time.Second)
	}()
	pressed, unanswered := int64(0), 0
	for over := false; !over; pressed++ {
		select {
		case <-refreshed:
			over = true
		default:
		}
		// The fake may close a socket between an envelope and its
		// acknowledgement; that press counts, but Slack can't know.
		if err := r.press(approver, "1"); errors.Is(err, fakeslack.ErrNoAnswer) {
			unanswered++
		} else if err != nil {
			t.Fatalf("press %d was lost: %v", pressed, err)
		}
	}
	if handled.Load() != pressed || unanswered > 6 {
		t.Errorf("%d presses, %d handled, %d unanswered", pressed, handled.Load(), unanswered)
	}
	if opens, dropped := r.bot.Metrics.Opens.Load(), r.bot.Metrics.Dropped.Load(); opens != 8 || dropped != 0 {
		t.Errorf("%d openings, %d unhealthy", opens, dropped)
	}
	r.clean()
}

func TestAnOldSocketIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent)
	r.cfg.Waits.Age = 300 * time.Millisecond
	r.run()
	r.until("they were replaced", func() bool { return r.bot.Metrics.Opens.Load() >= 6 })
	if err := r.press(approver, "1"); err != nil {
		t.Error(err)
	}
	if n := r.bot.Metrics.Dropped.Load(); n != 0 {
		t.Errorf("%d unhealthy ends", n)
	}
	r.clean()
}

func TestACutConnectionIsOpenedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	r.DropSockets()
	r.until("it notices", func() bool { return r.bot.Ready() != nil })
	r.until("it is back", func() bool { return r.bot.Ready() == nil && r.Sockets() == 2 })
	if err := r.press(approver, "1"); err != nil {
		t.Error(err)
	}
}

func TestASilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{Ping: 50 * time.Millisecond}, silent)
	r.cfg.Waits.Silence = 400 * time.Millisecond
	r.run()
	r.during(600*time.Millisecond, "pings keep it alive", func() bool { return r.bot.Metrics.Dropped.Load() == 0 })
	r.Mute()
	r.until("it notices", func() bool { return r.bot.Metrics.Dropped.Load() == 2 })
	r.until("it is back", func() bool { return r.bot.Ready() == nil })
	if err := r.press(approver, "1"); err != nil {
		t.Error(err)
	}
}

func TestSocketModeSwitchedOffStopsTheBot(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	r.SocketMode(false)
	r.wantFatal(bot.SwitchedOff)
	if n := r.calls("apps.connections.open"); n > 4 {
		t.Errorf("%d openings", n)
	}
	if r.bot.Ready() == nil {
		t.Error("it says that it is ready")
	}
}

func TestTooManySocketsMakeItWait(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent)
	r.cfg.Waits.Least, r.cfg.Waits.Most = 50*time.Millisecond, 100*time.Millisecond
	r.run()
	for range 20 {
		r.Disconnect("too_many_websockets")
	}
	r.during(2*time.Second, "there are five openings at most", func() bool { return r.calls("apps.connections.open") <= 5 })
}

func TestATokenThatSlackRefusesStopsTheBot(t *testing.T) {
	t.Parallel()
	for code, class := range map[string]bot.Class{
		"invalid_auth": bot.BadToken, "account_inactive": bot.BadToken, "token_revoked": bot.BadToken, "missing_scope": bot.MissingScope,
	} {
		for _, method := range []string{"auth.test", "apps.connections.open"} {
			t.Run(method+" "+code, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, fakeslack.Config{}, silent)
				r.Refuse(method, code, -1)
				r.begin()
				r.wantFatal(class)
				if n := r.calls(method); n > 2 {
					t.Errorf("%d calls", n)
				}
			})
		}
	}
}

func TestTheTokensHaveToBeOfTheConfiguredWorkspace(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*bot.Config){
		"another workspace":    func(c *bot.Config) { c.TeamID = "T0OTHER" },
		"another organisation": func(c *bot.Config) { c.EnterpriseID = "E0OTHER" },
		"another app":          func(c *bot.Config) { c.AppID = "A0OTHER" },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, fakeslack.Config{}, silent)
			change(&r.cfg)
			r.begin()
			r.wantFatal(bot.WrongSettings)
		})
	}
}

// wantFatal waits until the bot has ended for a reason of that class.
func (r *rig) wantFatal(class bot.Class) {
	r.t.Helper()
	var ended atomic.Pointer[error]
	wait := r.wait
	go func() { err := <-wait; ended.Store(&err) }()
	r.until("the bot gives up", func() bool { return ended.Load() != nil })
	var fatal *bot.FatalError
	if err := *ended.Load(); !errors.As(err, &fatal) || fatal.Class != class || len(fatal.Sentence) < 40 {
		r.t.Errorf("it ended with %v", err)
	}
}

func TestASecondBotOnTheTokensIsNoticed(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent)
	r.cfg.Waits.Settled, r.cfg.Waits.Age, r.cfg.Waits.Drain = 400*time.Millisecond, 800*time.Millisecond, 100*time.Millisecond
	r.cfg.Sockets = 1
	r.begin()
	r.until("it is connected", func() bool { return r.Sockets() == 1 })
	r.during(2*time.Second, "it isn't alarmed by its own refreshes", func() bool { return r.bot.Metrics.Extra.Load() == 0 })

	other := newRig(t, fakeslack.Config{}, silent)
	other.cfg.Waits = r.cfg.Waits
	other.cfg.APIURL, other.cfg.Sockets = r.cfg.APIURL, 1
	other.begin()
	r.until("the alarm is raised", func() bool { return r.bot.Metrics.Extra.Load() > 0 })
	other.halt()
	r.until("the alarm is over", func() bool { return r.bot.Metrics.Extra.Load() == 0 })
}

func TestSlackIsLeftAloneAsLongAsItAsks(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	one := r.rotation()
	r.until("the card is there", r.shown)
	r.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.update", Word: world.TooMany, For: 3 * time.Second})
	r.change(one.ID, false)
	r.until("Slack asked to wait", func() bool { return r.bot.Metrics.Limited.Load() == 1 })
	from, before := time.Now(), r.calls("chat.update")

	other := r.start("another_secret").ID
	r.until("another method isn't held", func() bool {
		card, err := r.db.Card(t.Context(), other)
		return err == nil && card.TS != ""
	})
	r.halt()
	r.run()
	r.until("the card is redrawn", func() bool { return r.calls("chat.update") > before })
	if waited := time.Since(from); waited < 2900*time.Millisecond {
		t.Errorf("called again after %s", waited)
	}
	r.until("Slack shows everything", r.shown)
	r.clean()
}
