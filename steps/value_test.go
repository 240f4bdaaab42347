package steps_test

import (
	"slices"
	"testing"
	"time"

	"rekey/rotation"
)

// What can be wrong with a value that people save, without overlap.
func TestAValueThatIsNotTheNewOne(t *testing.T) {
	within(t, "the same value again is asked for again", func(t *testing.T) {
		town := visit(t)
		town.approve()
		first := town.put("old")
		p := town.parked("regenerate", "The token that was saved is the old one: nothing changed.", "The old token is untouched and in use.", "press Ask again")
		if !p.NoRetry || !town.offers(p, rotation.Again) {
			t.Errorf("%+v", p)
		}
		town.press(rotation.Again, ann, "")
		s := town.at("regenerate", rotation.Open)
		if s.Asked != p.What || town.label(rotation.Pending) != "" || town.r().Reserved() == first {
			t.Errorf("asked %q, pending %s", s.Asked, town.label(rotation.Pending))
		}
		town.makes("fresh", "old")
		town.put("fresh")
		town.at("run", rotation.Open)
		if f := town.r().Facts; !slices.Equal(f.Rejected, []string{first}) || town.label(rotation.Current) != f.New {
			t.Errorf("%+v", f)
		}
	})
	within(t, "the same value again is seen side by side as well", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.put("old")
		town.parked("create", "is the old one: nothing changed.", "untouched", "Ask again")
	})
	within(t, "the token of a sibling was regenerated, which is offered for rotation", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old3")
		town.put("fresh")
		p := town.parked("regenerate", "that of modernisation_pat_multirepo is refused: that one was regenerated instead.", "Users of modernisation_pat_multirepo are failing now.", "Rotate modernisation_pat_multirepo now")
		if !slices.Contains(p.Choices, rotation.Choice{Verb: rotation.StartOther, Label: "Rotate modernisation_pat_multirepo now", Value: "modernisation_pat_multirepo"}) || !town.offers(p, rotation.Again) {
			t.Errorf("%+v", p.Choices)
		}
		if town.made("Owner old2") != 1 || town.made("Owner old3") != 1 {
			t.Errorf("siblings are tried once: %v", town.calls)
		}
	})
	within(t, "a sibling that may not be read is passed over", func(t *testing.T) {
		town := visit(t)
		town.approve()
		delete(town.secrets, "github_ci_user_environments_repo_pat")
		town.makes("fresh", "old3")
		town.put("fresh")
		town.parked("regenerate", "that of modernisation_pat_multirepo is refused", "", "")
	})
	within(t, "a second token was made and the old one still works", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "")
		town.put("fresh")
		p := town.parked("regenerate", "the old one still works: probably a second token was made", "Both work, and nothing has been switched.", "Delete the second token.")
		if p.NoRetry || town.r().Facts.Old != rotation.OldAlive || town.made("Move") != 0 {
			t.Errorf("%+v", p)
		}
		town.world.mu.Lock()
		town.tokens["old"].dead = true
		town.world.mu.Unlock()
		town.pass(time.Minute)
		town.press(rotation.Retry, ann, "")
		town.at("run", rotation.Open)
	})
	within(t, "a wrong login can never be promoted", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old").login = "somebody-else"
		town.put("fresh")
		s := town.at("regenerate", rotation.Open)
		if s.Asked != "The token that was saved belongs to somebody-else, and modernisation-platform-ci is needed." || town.made("Move "+rotation.Current) != 0 || s.Round != 2 {
			t.Errorf("%+v", s)
		}
		town.pass(5 * time.Second)
		if town.label(rotation.Pending) != "" {
			t.Error("the rejected value is still staged")
		}
		town.makes("fresh2", "")
		town.put("fresh2")
		town.at("run", rotation.Open)
		if town.made("Owner old") != 2 {
			t.Errorf("the old token was tried again after its 401: %v", town.calls)
		}
	})
	within(t, "a mistyped one is asked for again", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		town.put("freshh")
		if s := town.at("regenerate", rotation.Open); s.Asked != "GitHub refuses the token that was saved (401): it is mistyped, expired or not the newest one." {
			t.Errorf("%q", s.Asked)
		}
	})
	within(t, "an expired one is asked for again", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old").expires = time.Now().Add(-time.Hour)
		town.put("fresh")
		if s := town.at("regenerate", rotation.Open); s.Asked != "The token that was saved has expired on Fri 31 Dec 1999." {
			t.Errorf("%q", s.Asked)
		}
	})
	within(t, "one without an expiry says that it isn't known", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old").expires = time.Time{}
		town.put("fresh")
		town.done("promote", "expiry unknown")
	})
	within(t, "a bad one from the console can be followed by a good one by put", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old").login = "somebody-else"
		town.save(v3, "fresh")
		town.at("regenerate", rotation.Open)
		town.makes("fresh2", "")
		town.put("fresh2")
		town.at("run", rotation.Open)
		if f := town.r().Facts; f.Way != rotation.ByPut || town.label(rotation.Current) != f.New || town.label(rotation.Previous) != v3 {
			t.Errorf("%+v, %v", f, town.secrets[name].labels)
		}
	})
	within(t, "a bad one by put can be followed by a good one from the console", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old").login = "somebody-else"
		town.put("fresh")
		town.pass(5 * time.Second)
		town.makes("fresh2", "")
		town.save(v3, "fresh2")
		town.at("run", rotation.Open)
	})
}

func TestAMissingPermission(t *testing.T) {
	const probe = "/repos/ministryofjustice/modernisation-platform/keys"
	lacks := "lacks what the catalogue names: Administration: read."
	within(t, "is asked about, and passes by Retry once it is given", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old").lacks = []string{probe}
		town.put("fresh")
		p := town.parked("promote", lacks, "not yet current. The old one no longer works.", "press Retry")
		if !town.offers(p, rotation.PromoteAnyway) || !town.offers(p, rotation.Again) || !slices.Equal(town.r().Facts.Missing, []string{"Administration: read"}) {
			t.Errorf("%+v", p)
		}
		town.world.mu.Lock()
		town.tokens["fresh"].lacks = nil
		town.world.mu.Unlock()
		town.press(rotation.Retry, ann, "")
		town.done("promote", "3 permissions proven")
		town.at("run", rotation.Open)
	})
	within(t, "is let pass by an approver where the old one is dead", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old").lacks = []string{probe}
		town.put("fresh")
		town.press(rotation.PromoteAnyway, bea, "")
		town.done("promote", "let pass by @U0BEA", "1 permission missing", "2 permissions proven")
		town.at("run", rotation.Open)
	})
	within(t, "can't be let pass while the old one isn't proven dead", func(t *testing.T) {
		town := visit(t, "read: [pending, current, previous]", "read: [pending]")
		town.approve()
		town.makes("fresh", "old").lacks = []string{probe}
		town.put("fresh")
		if p := town.parked("promote", lacks, "The old one is untouched.", "Ask again"); town.offers(p, rotation.PromoteAnyway) {
			t.Errorf("%+v", p)
		}
	})
	within(t, "is seen side by side before anybody approves", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "").lacks = []string{probe}
		town.put("fresh")
		if p := town.parked("check", lacks, "not yet current. The old one is untouched.", "Ask again"); town.offers(p, rotation.PromoteAnyway) {
			t.Errorf("%+v", p)
		}
		town.press(rotation.Again, ann, "")
		town.at("create", rotation.Open)
	})
}

func TestTwoNewVersions(t *testing.T) {
	within(t, "one staged and one saved are asked about, and the staged one is chosen", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		staged := town.r().Reserved()
		town.stage(staged, "fresh")
		town.save(v3, "stranger")
		p := town.parked("regenerate", "There are two new versions: "+staged+" and "+v3, "Rekey changed nothing", "Choose the one that holds the new value.")
		if !p.NoRetry || len(p.Choices) != 2 || p.Choices[0].Label != "Use "+staged[:8] || p.Choices[1].Value != v3 {
			t.Errorf("%+v", p)
		}
		town.press(rotation.Choose, ann, staged)
		town.at("run", rotation.Open)
		if town.label(rotation.Current) != staged || town.label(rotation.Previous) != v3 {
			t.Errorf("%v", town.secrets[name].labels)
		}
	})
	within(t, "one staged and one saved are asked about, and the saved one is chosen", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		town.stage(town.r().Reserved(), "stranger")
		town.save(v3, "fresh")
		town.press(rotation.Choose, ann, v3)
		town.at("run", rotation.Open)
		if town.label(rotation.Current) != v3 || town.r().Facts.Way != rotation.ByConsole {
			t.Errorf("%v", town.secrets[name].labels)
		}
	})
	within(t, "two saves are asked about, and the death of the old one isn't proven", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		town.world.mu.Lock()
		s := town.secrets[name]
		s.values[v3], s.created[v3], s.labels[rotation.Current] = "stranger", town.now(), v3
		town.world.mu.Unlock()
		town.save(v4, "fresh")
		p := town.parked("regenerate", "There are two new versions: "+v4+" and "+v3, "", "")
		town.press(rotation.Choose, ann, p.Choices[0].Value)
		town.done("regenerate", "old token: not proven dead")
		if len(town.r().Debts) != 1 {
			t.Errorf("%v", town.r().Debts)
		}
	})
	within(t, "a save beside a staged version is asked about at the approval, side by side", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		town.put("fresh")
		town.at("approve", rotation.Open)
		town.makes("other", "")
		town.save(v3, "other")
		town.parked("approve", "There are two new versions: "+v3, "", "")
		town.press(rotation.Choose, ann, v3)
		town.at("approve", rotation.Open)
		if f := town.r().Facts; f.New != v3 || f.Way != rotation.ByConsole {
			t.Errorf("%+v", f)
		}
	})
}
