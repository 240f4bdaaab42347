package script_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/script"
	"rekey/sandbox/stage"
)

// A scene is a stage with the stub on it and a cast whose `rekey put` only
// writes down what it got.
type scene struct {
	*stub
	cast script.Cast
	puts []string
}

func newScene(t *testing.T, ackWait time.Duration) *scene {
	t.Helper()
	s, err := stage.New(stage.Options{RunDuration: time.Hour, AckWait: ackWait})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sc := &scene{stub: newStub(t, s)}
	sc.cast = script.Cast{
		Stage: s, Kill: sc.restart, Patience: 10 * time.Second,
		Catalogue: func([]byte) error { return sc.restart() }, Catalogues: map[string][]byte{"other": nil},
		Put: func(_ context.Context, person string, args []string, stdin string) (string, error) {
			if stdin == "garbage" {
				return "", errors.New("another value was saved under this id")
			}
			sc.puts = append(sc.puts, person+" "+strings.Join(args, " "))
			return "saved", nil
		},
	}
	return sc
}

func (sc *scene) play(t *testing.T, lines ...string) error {
	t.Helper()
	return script.Play(t.Context(), "a.txt", []byte(strings.Join(lines, "\n")), sc.cast)
}

func (sc *scene) plays(t *testing.T, lines ...string) {
	t.Helper()
	if err := sc.play(t, lines...); err != nil {
		t.Fatal(err)
	}
}

func TestAConversationIsPlayedToItsEnd(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	var trace bytes.Buffer
	sc.cast.Trace = &trace
	sc.plays(t,
		"starter> /rotate github_ci_user_pat",
		"reply (starter) Rotation 1 · has started",
		"#platform | GitHub MP CI User PAT · waits · [Approve] · [Refuse…] · [Cancel]",
		"#platform ! approved",
		"thread has 0 replies",
		"approver> [Approve]",
		"#platform | approved by @approver",
		"(approver) kept",
		"thread | @starter your turn",
		"thread ! somebody else",
		"thread has 1 replies",
		"approver> [Approve] on the old card",
		"(approver) old or isn't ours",
		"starter> forged [Approve] for rotation 7",
		"(starter) isn't ours",
		"starter> forged [Approve] with value x",
		"starter> forged [Approve] in #ask",
		"starter> forged [Approve] from team T0OTHER",
		"--- kill -9, restart ---",
		"slack> drops the sockets",
		"--- catalogue: other ---",
		"starter> [Cancel…]",
		"#platform | cancelled",
		"#platform has 1 cards",
		"slack> the card is deleted",
		"#platform has 0 cards",
	)
	for _, want := range []string{
		"approver 1.approve.0 C0PLATFORM T0REKEY", "starter 7.approve.1 C0PLATFORM T0REKEY", "starter x C0PLATFORM T0REKEY",
		"starter 1.approve.1 C0ASK T0REKEY", "starter 1.approve.", "starter menu.cancel C0PLATFORM T0REKEY",
	} {
		if !slices.ContainsFunc(sc.presses(), func(got string) bool { return strings.HasPrefix(got, want) }) {
			t.Errorf("nobody pressed %q: %q", want, sc.presses())
		}
	}
	if !strings.Contains(trace.String(), "a.txt:1  starter> /rotate github_ci_user_pat\n") {
		t.Errorf("the trace is\n%s", trace.String())
	}
}

func TestPeopleFillInForms(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t,
		"starter in #ask> /rotate",
		"starter sees | Which one? · Secret · [Send]",
		"starter sees ! Why",
		"starter> picks github_ci_user_pat",
		"starter sees nothing",
		"starter> /rotate wrong",
		"starter> [Rotate that]",
		"approver> [Refuse…] because it is the wrong token",
		"#platform | told: it is the wrong token",
		"github> starter regenerates github_ci_user_pat",
		"approver> [Refuse…]",
		"approver> writes {clipboard}",
		"approver sees | looks like a token",
		"approver> writes another reason",
		"#platform | told: another reason",
		"approver> [Refuse]",
		"approver> closes",
		"approver sees nothing",
	)
}

func TestPressesAtOnceAndDeliveredAgain(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t,
		"starter> /rotate github_ci_user_pat",
		"approver + second> [Approve]",
		"thread has 1 replies",
		"#platform | round 1",
		"approver> [Approve] twice",
		"#platform | round 2",
		"second> [Approve] delivered 3 times",
		"journal> slack chat.postEphemeral applied 7",
	)
	byEach := map[string]int{}
	for _, press := range sc.presses() {
		byEach[press]++
	}
	for press, want := range map[string]int{
		"approver 1.approve.0 C0PLATFORM T0REKEY": 1, "second 1.approve.0 C0PLATFORM T0REKEY": 1,
		"approver 1.approve.1 C0PLATFORM T0REKEY": 2, "second 1.approve.2 C0PLATFORM T0REKEY": 3,
	} {
		if byEach[press] != want {
			t.Errorf("%s: %d times, want %d", press, byEach[press], want)
		}
	}
}

func TestSilenceIsAFailureUnlessExpected(t *testing.T) {
	sc := newScene(t, 100*time.Millisecond)
	sc.plays(t, "starter> /rotate github_ci_user_pat", "#platform | waits")
	sc.listen(true)
	sc.plays(t, "approver> [Approve], unanswered", "starter> /rotate list, unanswered", "(starter) did not respond")
	if err := sc.play(t, "approver> [Approve]"); err == nil || !strings.Contains(err.Error(), "did not respond") {
		t.Errorf("an unanswered press: %v", err)
	}
	sc.listen(false)
	if err := sc.play(t, "approver> [Approve], unanswered"); err == nil || !strings.Contains(err.Error(), "acknowledged") {
		t.Errorf("an answered press: %v", err)
	}
}

func TestPeopleWorkAtAWSAndGitHub(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t,
		"starter> /rotate github_ci_user_pat",
		"aws> starter puts the old value of github_ci_user_pat",
		"aws> AWSCURRENT of github_ci_user_pat is the new value",
		"github> starter regenerates github_ci_user_pat",
		"aws> AWSCURRENT of github_ci_user_pat is the old value",
		"aws> starter puts github_ci_user_pat and reads | saved",
		"aws> starter repeats the put",
		`aws> starter puts "garbage" as github_ci_user_pat and is refused | another value`,
		"aws> github_ci_user_pat has no AWSPENDING",
		"aws> starter plain-form puts github_ci_user_pat",
		"aws> github_ci_user_pat has an AWSPENDING",
		"aws> starter saves github_ci_user_pat in the console",
		"aws> AWSCURRENT of github_ci_user_pat is the new value",
		"aws> member stages a foreign version of modernisation_pat_multirepo",
		"aws> modernisation_pat_multirepo has an AWSPENDING",
		"journal> aws PutSecretValue applied 2",
		"journal> aws PutSecretValue on multirepo applied 1",
		"github> starter sets TERRAFORM_GITHUB_TOKEN in modernisation-platform",
		"github> next terraform-github.yml fails",
		"github> terraform-github.yml runs",
		"github> runs finish",
		"github> run of terraform-github.yml is re-run",
		"github> token of github_ci_user_pat loses secrets",
		"github> token of github_ci_user_pat gets secrets back",
		"github> bot loses secrets",
		"github> bot gets secrets back",
		"aws> modernisation_pat_multirepo is removed",
		"aws> modernisation_pat_multirepo is made anew",
		"fault> aws PutSecretValue pre5xx",
		"clock> +4h",
		"settle> 50ms",
	)
	put := "starter --secret-id " + stage.UserPAT + " --region eu-west-2 --version 6f1c0000-0000-4000-8000-000000000001"
	if want := []string{put, put, put}; !slices.Equal(sc.puts, want) {
		t.Errorf("puts are %q", sc.puts)
	}
	if err := sc.play(t, "aws> starter plain-form puts github_ci_user_pat"); err == nil {
		t.Error("the ordered fault didn't happen")
	}
	if runs := sc.cast.Stage.GitHub.Runs(stage.PlatformRepo, stage.Resources); runs[0].Attempt != 2 {
		t.Errorf("the run wasn't started again: %+v", runs[0])
	}
}

func TestTheWorkspaceChanges(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t, "slack> approver leaves @mp-approvers", "slack> outsider joins @mp-approvers", "slack> member is deactivated",
		"slack> chat.postMessage fails 1 times", "slack> chat.update is throttled for 1s 1 times", "slack> all is well again",
		"starter> /rotate github_ci_user_pat", "#platform | waits")
	for _, g := range sc.cast.Stage.Slack.Groups() {
		if g.ID == stage.ApproversGroup && !slices.Equal(g.Members, []string{"U0SECOND", "U0OUTSIDER"}) {
			t.Errorf("members are %q", g.Members)
		}
	}
	if err := sc.play(t, "member> /rotate"); err == nil || !strings.Contains(err.Error(), "deactivated") {
		t.Errorf("a deactivated person typed: %v", err)
	}
}

func TestAFailureSaysWhereWhatAndWhatWasSeen(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.cast.Patience = 50 * time.Millisecond
	sc.plays(t, "starter> /rotate github_ci_user_pat", "approver> [Approve]", "thread has 1 replies", "(approver) kept", "approver> [Refuse…]", "approver sees | Why?")
	for said, want := range map[string]string{
		"#platform | approved · rotated":      `a.txt:1: #platform | approved · rotated` + "\n    ✗ the card: it doesn't say \"rotated\" (waited 50ms)",
		"#platform ! approved":                `the card: it says "approved"`,
		`#platform "Multirepo" | x`:           `there is no card that says "Multirepo"`,
		"thread | done":                       `the latest reply: it doesn't say "done"`,
		"thread has 0 replies":                "there are 1 replies, not 0",
		"(second) kept":                       "second has no private message that wasn't expected before",
		"approver> [Approve]":                 `the modal "Why?" stands before everything else and has no [Approve]`,
		"second> [Retry]":                     "neither the card nor a private message has [Retry]",
		"starter sees | rekey put":            "no modal is open",
		"starter> picks x":                    "no form is open",
		"approver> picks x":                   `the form "Why?" has no static_select or radio_buttons`,
		"aws> starter puts x":                 "nothing is on the clipboard",
		"--- catalogue: unheard-of ---":       `this cast has no catalogue "unheard-of"`,
		"github> bot gets contents back":      "never lost contents",
		"journal> slack chat.update called 9": "such calls, not 9",
	} {
		err := sc.play(t, said)
		if err == nil {
			t.Errorf("%s: was content", said)
			continue
		}
		for _, part := range []string{want, "round 1 · approved by @approver", "in its thread:\n", "@starter your turn", "(approver)", "approver sees the modal:", "slack chat.postMessage C0PLATFORM: 200, applied"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error lacks %q:\n%v", said, part, err)
			}
		}
	}
}

func TestAMistakeOfTheBotFailsThePlay(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t, "starter> /rotate github_ci_user_pat", "#platform | waits")
	answer, err := http.Post(sc.stage.SlackURL+"chat.nonsense", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if err := sc.play(t, "#platform | waits"); err == nil || !strings.Contains(err.Error(), "mistakes towards Slack") {
		t.Errorf("the play ended with %v", err)
	}
}

func TestACancelledPlayEnds(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := script.Play(ctx, "a.txt", []byte("#platform | something"), sc.cast); !errors.Is(err, context.Canceled) {
		t.Errorf("the play ended with %v", err)
	}
}
