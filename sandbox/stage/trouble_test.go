package stage_test

import (
	"testing"
	"time"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

func TestWhatIsOrderedShowsAndCanBeTakenBackOneByOne(t *testing.T) {
	s, err := stage.New(stage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	order := func(provider, kind string, times int) string {
		t.Helper()
		said, err := s.Order(provider, kind, 8*time.Second, times)
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	if said := order("aws", world.Down, -1); said != "AWS is down: connections are reset until it is taken back" {
		t.Error(said)
	}
	order("", world.Slow, 5)
	order("github", world.PostHang, -1)
	order("", stage.Late, 1)
	if err := s.GitHub.FailNext(stage.PlatformRepo, stage.Resources, fakegithub.NeverStarts); err != nil {
		t.Fatal(err)
	}
	s.Slack.Duplicate(2)
	want := []string{
		"AWS is down: connections are reset, until it is taken back",
		"Everything answers after 8s, for the next 5 calls",
		"GitHub makes a change and never answers, the next time that something is changed",
		"AWS answers reads with what was true 8s ago; so do IAM's keys, until it is taken back",
		"GitHub lists new runs 8s late, until it is taken back",
		"Entra ID notices new and removed client secrets 8s late, until it is taken back",
		"terraform-github.yml stays queued for ever, the next time that it is started",
		"Slack delivers what people press or type twice, the next 2 times",
	}
	for i := range want {
		waiting := s.Troubles()
		if len(waiting) != len(want)-i {
			t.Fatalf("%d troubles are left, want %d: %+v", len(waiting), len(want)-i, waiting)
		}
		first := waiting[0]
		if got := first.Where + " " + first.What + ", " + first.Until; got != want[i] {
			t.Errorf("%q, want %q", got, want[i])
		}
		if err := s.TakeBack(first.ID); err != nil {
			t.Errorf("taking back %s: %v", first.ID, err)
		}
	}
	if s.AWS.Stale() != 0 || s.Slack.Duplicates() != 0 || s.GitHub.ListLag() != 0 || s.Entra.Lag() != 0 {
		t.Error("something isn't as it was")
	}
	for _, id := range []string{"", "fault 1", "fault x", "run a b c", "run"} {
		if err := s.TakeBack(id); err == nil {
			t.Errorf("%q was taken back", id)
		}
	}
}

func TestWhatCannotGoWrongIsRefused(t *testing.T) {
	s, err := stage.New(stage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, c := range [][2]string{{"azure", world.Down}, {"aws", "burns"}, {"slack", stage.Late}} {
		if _, err := s.Order(c[0], c[1], time.Second, 1); err == nil {
			t.Errorf("%v was ordered", c)
		}
	}
	if len(s.Troubles()) > 0 {
		t.Errorf("%+v", s.Troubles())
	}
}
