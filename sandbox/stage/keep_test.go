package stage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

// busy is a stage on which something of each kind has happened.
func busy(t *testing.T, o Options) *Stage {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	id, _, err := s.MakeKey("sam.collaborator")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	must(s.SetKey("sam.collaborator", id, false))
	must(s.RunJob(t.Context(), "mina.collaborator"))
	_, err = s.Regenerate(UserPAT)
	must(err)
	must(s.CallAWS(t.Context(), "starter", "PutSecretValue", map[string]any{
		"SecretId": UserPAT, "SecretString": s.Clipboard(), "VersionStages": []string{"AWSPENDING"}, "ClientRequestToken": "0b2d4c38-8a04-4a0c-9b53-0d8a6d5c8f11",
	}))
	_, err = s.AddClientSecret("second")
	must(err)
	_, err = s.MakeAccountToken(Ops, "second")
	must(err)
	must(s.MarkForReplacement("cooker_cloudwatch"))
	_, err = s.AddWebhook("starter", Notifications)
	must(err)
	_, err = s.Slack.Say(person{handle: "starter"}.id(), Platform, "<Good> & morning, see "+s.web+"/aws")
	must(err)
	_, err = s.GitHub.OpenIssue(PlatformRepo, "sam", "It is due", "See the card.", nil, false)
	must(err)
	must(s.GitHub.FailNext(PlatformRepo, Resources, fakegithub.NeverStarts))
	_, err = s.GitHub.Run(PlatformRepo, "format-code.yml", "push", "sam")
	must(err)
	s.RemoveWorkflow("cooker.yml", true)
	s.World.Faults.Order(world.Fault{Provider: "aws", Word: world.Down, Times: -1})
	_, err = s.Order("aws", Late, 3*time.Second, 1)
	must(err)
	s.World.Advance(50 * time.Hour)
	return s
}

// What a stage holds comes back on another one, part by part, and at other
// addresses.
func TestAStageIsRecalled(t *testing.T) {
	for _, app := range []bool{false, true} {
		s := busy(t, Options{Web: "http://127.0.0.1:1", App: app, RunDuration: time.Hour})
		text, err := s.Memory()
		if err != nil {
			t.Fatal(err)
		}
		next, err := New(Options{Web: "http://127.0.0.1:2", App: app, RunDuration: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = next.Close() })
		if err := next.Recall(text); err != nil {
			t.Fatal(err)
		}
		ended := func() bool {
			runs := next.GitHub.Runs(PlatformRepo, "format-code.yml")
			return len(runs) == 1 && runs[0].Status == "completed" && runs[0].Conclusion == "success"
		}
		if err := next.Slack.Wait(t.Context(), ended); err != nil {
			t.Errorf("the run that was under way doesn't finish: %v", err)
		}
		again, err := next.Memory()
		if err != nil {
			t.Fatal(err)
		}
		compare(t, moved(text, s.origins(), next.origins()), again)
		hook, _ := next.Newest(SlackWebhook)
		switch {
		case !strings.HasPrefix(hook, strings.TrimSuffix(next.SlackURL, "/api/")):
			t.Error("the webhook is where the Slack of before was")
		case !next.Slack.PostWebhook(hook, "Good evening"), !next.SignInWorks():
			t.Error("a webhook or a client secret of before doesn't work")
		case next.World.Ahead() != 50*time.Hour:
			t.Errorf("the clock is ahead by %v", next.World.Ahead())
		}
	}
}

// compare holds each part of two memories against each other.
func compare(t *testing.T, before, after []byte) {
	t.Helper()
	var a, b map[string]json.RawMessage
	for text, into := range map[string]*map[string]json.RawMessage{string(before): &a, string(after): &b} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	for part := range a {
		if part == "GitHub" { // where a run has finished meanwhile
			continue
		}
		if string(a[part]) != string(b[part]) {
			t.Errorf("%s isn't what it was:\n%.3000s\n\n%.3000s", part, a[part], b[part])
		}
	}
}

func TestWhatIsNoMemoryIsRefused(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for text, says := range map[string]string{"{": "damaged", "[]": "damaged", "{}": "isn't what a sandbox writes"} {
		if err := s.Recall([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}
