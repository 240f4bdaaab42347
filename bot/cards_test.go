package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

func TestACardFollowsItsRotation(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	one := r.rotation()
	r.bot.Cards.Wake()
	r.until("the card is there, and the turn told", r.shown)
	cards, turns := r.posts(platform)
	if len(cards) != 1 || len(turns) != 1 || turns[0].ThreadTS != cards[0].TS || !strings.Contains(string(turns[0].Blocks), "S0APPROVER") {
		t.Fatalf("cards %+v, turns %+v", cards, turns)
	}
	card, err := r.db.Card(t.Context(), one.ID)
	if link := r.bot.Link(card); err != nil || link != "https://sandbox.slack.com/archives/"+platform+"/p"+strings.ReplaceAll(cards[0].TS, ".", "") {
		t.Errorf("the link is %q, %v", link, err)
	}

	for range 5 {
		r.change(one.ID, false)
	}
	r.change(one.ID, true)
	r.until("Slack shows everything", r.shown)
	cards, turns = r.posts(platform)
	if len(cards) != 1 || !strings.Contains(string(cards[0].Blocks), ":card:7") || len(turns) != 2 || turns[1].ThreadTS != cards[0].TS {
		t.Errorf("cards %+v, turns %+v", cards, turns)
	}
	if n := r.calls("chat.update"); n > 3 {
		t.Errorf("%d updates for changes within a moment", n)
	}
	r.clean()
}

func TestWhatChangedWhileTheBotWasDownIsShownOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	one := r.rotation()
	r.until("the card is there", r.shown)
	r.halt()
	for range 3 {
		r.change(one.ID, true)
	}
	r.run()
	r.until("Slack shows everything", r.shown)
	if cards, turns := r.posts(platform); len(cards) != 1 || len(turns) != 2 || !strings.Contains(string(turns[1].Blocks), ":turn:4") {
		t.Errorf("cards %+v, turns %+v", cards, turns)
	}
	r.clean()
}

func TestALostAnswerPostsNothingTwice(t *testing.T) {
	t.Parallel()
	for _, word := range []string{world.Post5xx, world.PostReset} {
		for what, skip := range map[string]int{"card": 0, "turn": 1} {
			t.Run(what+" "+word, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, fakeslack.Config{}, silent).run()
				r.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Skip: skip, Word: word})
				r.rotation()
				r.until("Slack shows everything", r.shown)
				if cards, turns := r.posts(platform); len(cards) != 1 || len(turns) != 1 || turns[0].ThreadTS != cards[0].TS {
					t.Errorf("cards %+v, turns %+v", cards, turns)
				}
				r.clean()
			})
		}
	}
}

func TestAPostThatNeverArrivedIsRepeated(t *testing.T) {
	t.Parallel()
	for _, word := range []string{world.Pre5xx, world.Down} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, fakeslack.Config{}, silent).run()
			r.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Word: word})
			r.rotation()
			r.until("Slack shows everything", r.shown)
			if cards, turns := r.posts(platform); len(cards) != 1 || len(turns) != 1 {
				t.Errorf("cards %+v, turns %+v", cards, turns)
			}
		})
	}
}

func TestAPostInFlightAtAKillIsFoundAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent)
	one := r.rotation()
	r.run()
	r.until("the card is there", r.shown)
	r.halt()
	cards, _ := r.posts(platform)
	// As if the process had died between the post and its answer.
	card, err := r.db.Card(t.Context(), one.ID)
	if err != nil {
		t.Fatal(err)
	}
	card.TS, card.Shown, card.Posting, card.PostingAt = "", 0, "rekey:1:card:1", time.Now()
	if err := r.db.SaveCard(t.Context(), card); err != nil {
		t.Fatal(err)
	}
	r.run()
	r.until("Slack shows everything", r.shown)
	if card, err = r.db.Card(t.Context(), one.ID); err != nil || card.TS != cards[0].TS {
		t.Errorf("the card is %+v, %v; it was %s", card, err, cards[0].TS)
	}
	if cards, turns := r.posts(platform); len(cards) != 1 || len(turns) != 1 {
		t.Errorf("cards %+v, turns %+v", cards, turns)
	}
}

func TestWithoutHistoryALostAnswerIsPostedAgain(t *testing.T) {
	t.Parallel()
	for what, history := range map[string]bool{"not asked for": false, "refused": true} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, fakeslack.Config{}, silent)
			r.cfg.History = history
			r.SetScopes("chat:write", "usergroups:read", "users:read")
			r.run()
			r.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Word: world.PostReset})
			one := r.rotation()
			r.until("Slack shows everything", r.shown)
			cards, turns := r.posts(platform)
			card, err := r.db.Card(t.Context(), one.ID)
			if err != nil || len(cards) != 2 || cards[1].TS != card.TS || len(turns) != 1 || turns[0].ThreadTS != card.TS {
				t.Errorf("cards %+v, turns %+v, %v", cards, turns, err)
			}
			r.clean()
		})
	}
}

func TestADeletedCardIsPostedAgainOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	one := r.rotation()
	r.until("the card is there", r.shown)
	cards, _ := r.posts(platform)
	if err := r.Delete(platform, cards[0].TS); err != nil {
		t.Fatal(err)
	}
	r.change(one.ID, true)
	r.until("Slack shows everything", r.shown)
	now, turns := r.posts(platform)
	if len(now) != 1 || now[0].TS == cards[0].TS || turns[len(turns)-1].ThreadTS != now[0].TS {
		t.Errorf("cards %+v, turns %+v", now, turns)
	}
	if n := len(r.all(":card:")); n != 2 {
		t.Errorf("%d cards were posted", n)
	}
	r.clean()
}

func TestACardGoesElsewhereWhenItsChannelIsClosed(t *testing.T) {
	t.Parallel()
	for what, closed := range map[string]func(*rig){
		"archived":     func(r *rig) { r.ArchiveChannel(platform) },
		"bot kicked":   func(r *rig) { r.RemoveBot(platform) },
		"made private": func(r *rig) { r.SetChannel(fakeslack.Channel{ID: platform, Name: "p", Private: true, NoBot: true}) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, fakeslack.Config{Channels: []fakeslack.Channel{{ID: platform, Name: "modernisation-platform"}, {ID: "C0FALLBACK", Name: "ask"}}}, silent)
			r.cfg.Channel = rotation.Handle{Name: "#ask", ID: "C0FALLBACK"}
			r.run()
			one := r.rotation()
			r.until("the card is there", r.shown)
			closed(r)
			r.change(one.ID, true)
			r.until("the card is elsewhere", func() bool { cards, _ := r.posts("C0FALLBACK"); return len(cards) == 1 && r.shown() })
			if _, turns := r.posts("C0FALLBACK"); len(turns) != 1 {
				t.Errorf("turns %+v", turns)
			}
			r.clean()
		})
	}
}

func TestAClosedChannelIsNotHammered(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	r.ArchiveChannel(platform)
	r.rotation()
	r.until("it was tried", func() bool { return r.calls("chat.postMessage") > 0 })
	r.during(2500*time.Millisecond, "there are few calls", func() bool { return r.calls("chat.postMessage") <= 3 })
	if !strings.Contains(r.log.String(), "is_archived") {
		t.Error("nobody is told")
	}
	r.SetChannel(fakeslack.Channel{ID: platform, Name: "modernisation-platform"})
	r.until("it is posted at last", func() bool { cards, _ := r.posts(platform); return len(cards) == 1 })
}

// all lists what was ever posted with a block id like that.
func (r *rig) all(block string) []fakeslack.Message {
	var out []fakeslack.Message
	for _, m := range r.Messages(platform) {
		if strings.Contains(string(m.Blocks), block) {
			out = append(out, m)
		}
	}
	return out
}

func TestMembersAreAskedForEachTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{EnterpriseID: "E0ORG"}, silent).run()
	group := func(members ...string) {
		r.SetGroup(fakeslack.Group{ID: approvers.ID, Handle: "mp-approvers", Members: members})
	}
	person := func(change func(*fakeslack.Person)) {
		p := fakeslack.Person{ID: approver, Name: "approver"}
		change(&p)
		r.SetPerson(p)
		group(approver)
	}
	for _, c := range []struct {
		name    string
		arrange func()
		count   bool
		why     string
		err     bool
	}{
		{"a member", func() { group(starter, approver) }, true, "", false},
		{"not a member", func() { group(starter) }, false, "Only members of @mp-approvers can approve. You are not one at the moment; ask in #modernisation-platform.", false},
		{"an empty group", func() { group() }, false, "", true},
		{"a disabled group", func() { r.SetGroup(fakeslack.Group{ID: approvers.ID, Members: []string{approver}, Disabled: true}) }, false, "", true},
		{"deactivated", func() { person(func(p *fakeslack.Person) { p.Deleted = true }) }, false, "deactivated", false},
		{"a guest", func() { person(func(p *fakeslack.Person) { p.Restricted = true }) }, false, "Guests", false},
		{"a guest of one channel", func() { person(func(p *fakeslack.Person) { p.UltraRestricted = true }) }, false, "Guests", false},
		{"an app", func() { person(func(p *fakeslack.Person) { p.Bot = true }) }, false, "not apps", false},
		{"a stranger", func() { person(func(p *fakeslack.Person) { p.Stranger, p.TeamID = true, "T0OTHER" }) }, false, "of this workspace", false},
		{"from another workspace of the organisation", func() { person(func(p *fakeslack.Person) { p.TeamID = "T0SISTER" }) }, true, "", false},
		{"Slack fails", func() { r.Refuse("usergroups.users.list", "internal_error", 1) }, false, "", true},
		{"Slack says too much", func() { r.Throttle("users.info", "1", 1) }, false, "", true},
	} {
		c.arrange()
		v, err := r.bot.Members.MayApprove(t.Context(), approvers, approver)
		if v.Count != c.count || !strings.Contains(v.Why, c.why) || c.why == "" && v.Why != "" || (err != nil) != c.err {
			t.Errorf("%s: %+v, %v", c.name, v, err)
		}
	}
	if _, err := r.bot.Members.MayApprove(t.Context(), rotation.Handle{Name: "@nobody"}, approver); err == nil {
		t.Error("a group without an id has members")
	}
	r.clean()
}

func TestASlowAnswerCountsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent)
	r.cfg.Waits.Members = 200 * time.Millisecond
	r.run()
	r.world.Faults.Order(world.Fault{Method: "usergroups.users.list", Word: world.Slow, For: 5 * time.Second})
	if v, err := r.bot.Members.MayApprove(context.Background(), approvers, approver); err == nil || v.Count {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestTheRosterSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent)
	r.cfg.Waits.Roster = 50 * time.Millisecond
	r.Refuse("usergroups.users.list", "internal_error", 2)
	r.begin()
	if is, known := r.bot.Roster.Member(approvers, approver); is || known {
		t.Error("it knows before it asked")
	}
	r.until("it is ready", func() bool { return r.bot.Ready() == nil })
	for p, want := range map[rotation.Person]bool{approver: true, outsider: false} {
		if is, known := r.bot.Roster.Member(approvers, p); is != want || !known {
			t.Errorf("%s: %v, %v", p, is, known)
		}
	}
	if is, known := r.bot.Roster.Member(rotation.Handle{ID: "S0OTHER"}, approver); is || known {
		t.Error("it knows a group that it was never told of")
	}
	r.Refuse("usergroups.users.list", "internal_error", -1)
	r.until("old news isn't believed", func() bool { _, known := r.bot.Roster.Member(approvers, approver); return !known })
}
