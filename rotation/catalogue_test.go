package rotation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rekey/rotation"
)

// strict is an Action that knows one parameter.
type strict struct{ by rotation.Party }

func (strict) Check(p rotation.Params) error {
	var params struct {
		Login string `json:"login"`
		Any   any    `json:"any"`
	}
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.Login == "nobody" {
		return errors.New("login: nobody has no token")
	}
	return nil
}
func (s strict) By(rotation.Params) rotation.Party { return s.by }
func (strict) Do(context.Context, *rotation.Task) (rotation.Outcome, error) {
	return rotation.Done("nothing"), nil
}

// optional is left out unless there is a login.
type optional struct{ strict }

func (optional) Needed(p rotation.Params) bool { return strings.Contains(string(p), "login") }

var book = rotation.Book{
	Actions: map[string]rotation.Action{
		"approve": act(nil), "receive": strict{rotation.Holder}, "promote": act(nil), "extra": optional{strict{rotation.Rekey}},
	},
	ID: func(handle string) (string, bool) {
		id, ok := map[string]string{"@team": "S0TEAM", "@approvers": "S0APPROVERS", "#platform": "C0PLATFORM"}[handle]
		return id, ok
	},
}

// small is a catalogue of two secrets behind one login.
const small = `runbooks:
  token:
    owner: "#platform"
    review: "2027-05-22"
    steps:
      approve: {kind: approve, title: Approve}
      make: {kind: receive, title: "Make {{token_name}}", links: [{title: Open, url: "{{url}}"}], with: {login: "{{login}}", any: "{{siblings}}"}}
      extra: {kind: extra, title: More}
      promote: {kind: promote, title: Promote}
    order: {none: [approve, make, extra, promote], side-by-side: [make, approve, promote]}
secrets:
  - name: first_token
    title: First
    region: eu-west-2
    every: 180d
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: token
    overlap: none
    read: [current]
    values: {login: ci, token_name: one, url: "https://example.com/1"}
  - name: second_token
    title: Second
    region: eu-west-2
    every: 90d
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: token
    overlap: none
    read: [current]
    values: {login: ci, token_name: two, url: "https://example.com/2"}
`

func load(t *testing.T, text string) *rotation.Catalogue {
	t.Helper()
	c, err := rotation.LoadCatalogue([]byte(text), book)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func planOf(t *testing.T, text, name string) rotation.Plan {
	t.Helper()
	p, err := load(t, text).Plan(rotation.Order{Secret: name})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlanIsRenderedFromTheCatalogue(t *testing.T) {
	p := planOf(t, small, "first_token")
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "approve make promote" {
		t.Errorf("steps %s: one that isn't needed is left out", got)
	}
	s := p.Steps[1]
	if s.Title != "Make one" || s.Links[0].URL != "https://example.com/1" || s.By != rotation.Holder {
		t.Errorf("%+v", s)
	}
	if want := `{"any":[{"name":"second_token","secret_id":"second_token","region":"eu-west-2"}],"login":"ci"}`; string(s.With) != want {
		t.Errorf("with %s, want %s", s.With, want)
	}
	if p.Noun != "value" || p.Quorum != 1 || p.Entry != rotation.EntryCLI || p.SecretID != "first_token" || p.Approvers.ID != "S0APPROVERS" || p.Every != 180 {
		t.Errorf("defaults: %+v", p)
	}
	if p.Console != "https://eu-west-2.console.aws.amazon.com/secretsmanager/secret?name=first_token&region=eu-west-2" {
		t.Errorf("console %s", p.Console)
	}
}

func TestSiblingsShareALoginAndMayBeRead(t *testing.T) {
	for name, c := range map[string]struct{ from, to string }{
		"another login":        {"login: ci, token_name: two", "login: other, token_name: two"},
		"that may not be read": {"read: [current]\n    values: {login: ci, token_name: two", "read: [pending]\n    values: {login: ci, token_name: two"},
	} {
		if p := planOf(t, replaced(t, small, c.from, c.to), "first_token"); !strings.Contains(string(p.Steps[1].With), `"any":[]`) {
			t.Errorf("%s is a sibling: %s", name, p.Steps[1].With)
		}
	}
}

func TestEntryConsolePutsTheApprovalFirst(t *testing.T) {
	text := strings.Replace(small, "overlap: none", "overlap: side-by-side\n    entry: console", 1)
	if p := planOf(t, text, "first_token"); p.Steps[0].ID != "approve" || p.Steps[1].ID != "make" {
		t.Errorf("%s comes before %s", p.Steps[0].ID, p.Steps[1].ID)
	}
}

func TestTheHashIsOverWhatIsApproved(t *testing.T) {
	base := planOf(t, small, "first_token")
	for name, c := range map[string]struct {
		from, to string
		matters  bool
	}{
		"the title":               {"title: First", "title: Other", false},
		"a step's title":          {"title: Approve}", "title: Agree}", false},
		"a link":                  {"https://example.com/1", "https://example.com/9", false},
		"a runbook's review date": {"2027-05-22", "2027-05-23", false},
		"a parameter":             {"login: ci, token_name: one", "login: cd, token_name: one", true},
		"the region":              {"region: eu-west-2", "region: eu-west-1", true},
		"the quorum":              {"overlap: none", "quorum: 2\n    overlap: none", true},
		"what may be read":        {"read: [current]", "read: [current, previous]", true},
		"the order":               {"[approve, make, extra, promote]", "[approve, make, promote]", false},
	} {
		changed := planOf(t, replaced(t, small, c.from, c.to), "first_token")
		if (changed.Hash() != base.Hash()) != c.matters {
			t.Errorf("%s: matters %t, want %t", name, !c.matters, c.matters)
		}
	}
	for name, change := range map[string]func(*rotation.Plan){
		"the approvers' id":           func(p *rotation.Plan) { p.Approvers.ID = "S0OTHERS" },
		"the channel's id":            func(p *rotation.Plan) { p.Channel.ID = "C0OTHER" },
		"the version at the start":    func(p *rotation.Plan) { p.Baseline = "v9" },
		"a step's kind":               func(p *rotation.Plan) { p.Steps = append([]rotation.Step{}, p.Steps...); p.Steps[0].Kind = "other" },
		"the steps that roll it back": func(p *rotation.Plan) { p.RollBack = p.Steps[:1] },
		"one step less":               func(p *rotation.Plan) { p.Steps = p.Steps[:2] },
	} {
		p := base
		if change(&p); p.Hash() == base.Hash() {
			t.Errorf("%s doesn't matter", name)
		}
	}
	renamed := base
	renamed.Approvers.Name = "@renamed"
	if renamed.Hash() != base.Hash() {
		t.Error("the name of the group matters")
	}
}

func TestAMisspeltNameGetsTheNearest(t *testing.T) {
	c := load(t, small)
	for typed, near := range map[string]string{
		"first_tokne": "first_token", "First_Token": "first_token", "secnd_token": "second_token", "token_second": "second_token", "fist-token": "first_token",
		"pagerduty": "", "": "", "x": "",
	} {
		_, err := c.Secret(typed)
		var n *rotation.Nearest
		got := ""
		if errors.As(err, &n) {
			got = n.Name
		}
		if got != near || !rotation.Is(err, rotation.Unknown) {
			t.Errorf("%q: nearest %q, want %q (%v)", typed, got, near, err)
		}
	}
	if _, err := c.Secret("first_tokne"); err.Error() != "There is no secret called first_tokne. Did you mean first_token?" {
		t.Error(err)
	}
	if s, err := c.Secret("second_token"); err != nil || s.Title != "Second" {
		t.Error(s, err)
	}
	if got := fmt.Sprint(c.Names()); got != "[first_token second_token]" {
		t.Error(got)
	}
}

func replaced(t *testing.T, text, from, to string) string {
	t.Helper()
	out := strings.Replace(text, from, to, 1)
	if out == text {
		t.Fatalf("there is no %q", from)
	}
	return out
}
