package rotation_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rekey/rotation"
)

// login is a Prover that needs a login, and a Watcher that needs a path.
type login struct{}

func (login) Provider() string { return "GitHub" }
func (login) Check(p rotation.Params) error {
	var params struct{ Login, Path string }
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.Login == "" && params.Path == "" {
		return errors.New("login: is needed")
	}
	return nil
}
func (login) Try(context.Context, rotation.Value, rotation.Params) (rotation.Credential, error) {
	return rotation.Credential{}, nil
}
func (login) Prove(context.Context, rotation.Value, rotation.Credential, rotation.Params) (rotation.Proof, error) {
	return rotation.Proof{}, nil
}
func (login) Look(context.Context, rotation.Params) (rotation.Finding, error) {
	return rotation.Finding{}, nil
}

// minting takes the part of receive.
type minting struct{ strict }

func (minting) As() string { return rotation.KindReceive }

// bigBook knows more kinds than book, a prover and a watcher.
func bigBook() rotation.Book {
	out := book
	out.Actions = maps.Clone(book.Actions)
	maps.Copy(out.Actions, map[string]rotation.Action{
		"mint": minting{strict{rotation.Rekey}}, "revoke": act(nil), "see_used": act(nil), "ask": strict{rotation.User}, "undo": act(nil),
		"tell": channels{},
	})
	out.Provers = map[string]rotation.Prover{"github": login{}}
	out.Watchers = map[string]rotation.Watcher{"keys": login{}}
	out.ID = func(handle string) (string, bool) {
		if handle == "@sam" || handle == "@ann" || handle == "#alerts" {
			return "X0" + handle[1:], true
		}
		return book.ID(handle)
	}
	return out
}

// channels is an Action whose parameter is a handle.
type channels struct{ act }

func (channels) Check(p rotation.Params) error {
	return rotation.Decode(p, &struct {
		Channel rotation.Handle `json:"channel"`
	}{})
}

// big is a catalogue with a row of each sort.
const big = `runbooks:
  token:
    owner: "#platform"
    review: "2027-05-22"
    proof: {by: github, login: "{{login}}"}
    steps:
      approve: {kind: approve, title: Approve}
      make: {kind: receive, title: Make}
      promote: {kind: promote, title: Promote}
      used: {kind: see_used, title: See}
      revoke: {kind: revoke, title: Revoke}
      tell: {kind: tell, title: Tell, with: {channel: "#alerts"}}
      take: {kind: undo, title: Take}
    order: {none: [approve, make, promote, tell], side-by-side: [make, approve, promote, used, revoke], revoke-first: [approve, revoke, make, promote]}
    cancel: [take]
  keys:
    owner: "#platform"
    review: "2027-05-22"
    steps:
      approve: {kind: approve, title: Approve}
      make: {kind: mint, title: "Make a key for {{member}}", with: {any: "{{path}}"}}
      ask: {kind: ask, title: Ask}
    order: {none: [approve, make, ask]}
  walk:
    owner: "#platform"
    review: "2027-05-22"
    steps:
      approve: {kind: approve, title: Approve}
      tell: {kind: tell, title: Tell, with: {channel: "#alerts"}}
    order: {none: [tell]}
secrets:
  - name: tok
    title: Token
    region: eu-west-2
    every: 180d
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    quorum: 2
    runbook: token
    overlap: side-by-side
    compromised: revoke-first
    role_arn: arn:aws:iam::123456789012:role/rekey
    account: "123456789012"
    values: {login: ci}
  - name: keys
    title: Keys
    region: eu-west-2
    every: 180d
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: keys
    overlap: none
    values: {path: /team/}
    members:
      sam: {deliver_to: sam-key, user: "@sam"}
      vendor: {deliver_to: vendor-key, speaks_for: "@ann", values: {path: /vendor/}}
    watch:
      - {kind: keys, path: "{{path}}"}
  - name: glass
    title: Break glass
    region: eu-west-2
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: walk
    overlap: none
    exempt: {reason: "Nobody has one.", review: "2027-05-22"}
  - name: none
    title: Nothing
    owner: "@team"
    exempt: {reason: "It is no secret.", review: "2027-05-22"}
`

func loadBig(t *testing.T) *rotation.Catalogue {
	t.Helper()
	c, err := rotation.LoadCatalogue([]byte(big), bigBook())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func order(p rotation.Plan) string {
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}

func TestWhatIsStartedDecidesTheOrder(t *testing.T) {
	c := loadBig(t)
	for name, want := range map[string]struct {
		o    rotation.Order
		plan string // order, overlap, quorum
	}{
		"as usual":                            {rotation.Order{Secret: "tok"}, "make approve promote used revoke, side-by-side, 2"},
		"compromised, the old one goes first": {rotation.Order{Secret: "tok", Compromised: true}, "approve revoke make promote review, none, 1"},
		"compromised, the new one goes first": {rotation.Order{Secret: "keys sam", Compromised: true}, "approve make ask review, none, 1"},
		"walked through":                      {rotation.Order{Secret: "glass", Walk: true}, "tell, none, 1"},
	} {
		p, err := c.Plan(want.o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := fmt.Sprintf("%s, %s, %d", order(p), p.Overlap, p.Quorum); got != want.plan {
			t.Errorf("%s: %s, want %s", name, got, want.plan)
		}
		if p.Order() != want.o {
			t.Errorf("%s: the plan was ordered by %+v", name, p.Order())
		}
	}
}

func TestAPlanKnowsPeopleChannelsProofAndWayBack(t *testing.T) {
	c := loadBig(t)
	p, err := c.Plan(rotation.Order{Secret: "tok"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Prover != "github" || string(p.Proof) != `{"login":"ci"}` || len(p.Withdraw) != 1 || p.Withdraw[0].ID != "cancel_take" || p.Role == "" || p.Account != "123456789012" {
		t.Errorf("%s", text(p))
	}
	told, err := c.Plan(rotation.Order{Secret: "glass", Walk: true})
	if err != nil {
		t.Fatal(err)
	}
	var with struct{ Channel rotation.Handle }
	if err := json.Unmarshal(told.Steps[0].With, &with); err != nil || with.Channel != (rotation.Handle{Name: "#alerts", ID: "X0alerts"}) {
		t.Errorf("%s: %v", told.Steps[0].With, err)
	}
	sam, err := c.Plan(rotation.Order{Secret: "keys sam"})
	if err != nil {
		t.Fatal(err)
	}
	if sam.User.ID != "X0sam" || sam.SecretID != "sam-key" || sam.Title != "Keys of sam" || sam.Steps[1].Title != "Make a key for sam" || string(sam.Steps[1].With) != `{"any":"/team/"}` || sam.Steps[1].As != rotation.KindReceive {
		t.Errorf("%s", text(sam))
	}
	vendor, err := c.Plan(rotation.Order{Secret: "keys vendor"})
	if err != nil {
		t.Fatal(err)
	}
	if vendor.User.ID != "X0ann" || string(vendor.Steps[1].With) != `{"any":"/vendor/"}` {
		t.Errorf("%s", text(vendor))
	}
}

func TestWhatCannotBeStartedSaysWhy(t *testing.T) {
	c := loadBig(t)
	for name, want := range map[string]struct {
		o    rotation.Order
		says string
		walk string // the name by which it can be walked through
	}{
		"what isn't rotated":                     {rotation.Order{Secret: "glass"}, "Break glass isn't rotated: Nobody has one. Owner @team, to be reviewed Sat 22 May 2027.", "glass"},
		"what isn't rotated, as compromised":     {rotation.Order{Secret: "glass", Compromised: true}, "Break glass isn't rotated", "glass"},
		"what isn't rotated and has no runbook":  {rotation.Order{Secret: "none", Walk: true}, "Nothing isn't rotated: It is no secret.", ""},
		"a walk through what is rotated":         {rotation.Order{Secret: "tok", Walk: true}, "Token is rotated, so there is nothing to be walked through instead.", ""},
		"a walk through as compromised":          {rotation.Order{Secret: "glass", Walk: true, Compromised: true}, "so it can't be rotated as compromised", ""},
		"a row that stands for several":          {rotation.Order{Secret: "keys"}, "keys stands for several: sam, vendor.", ""},
		"a member that there isn't, near to one": {rotation.Order{Secret: "keys sma"}, "Did you mean keys sam?", ""},
	} {
		_, err := c.Plan(want.o)
		var exempted *rotation.Exempted
		var person *rotation.Error
		if !errors.As(err, &person) || !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s: %v", name, err)
		}
		if errors.As(err, &exempted) && exempted.Name != want.walk {
			t.Errorf("%s can be walked through as %q", name, exempted.Name)
		}
	}
}

func TestMistakesInRowsAreReportedInAClearLine(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"an unknown prover":                           {"proof: {by: github, ", "proof: {by: gitlab, ", `line 32: tok: proof: there is no prover "gitlab"; there are github`},
		"a proof without a prover":                    {"proof: {by: github, ", "proof: {", `line 32: tok: proof: there is no prover ""; there are github`},
		"a parameter that a prover refuses":           {`login: "{{login}}"}`, `login: ""}`, "line 32: tok: proof: login: is needed"},
		"a parameter that a prover hasn't":            {`login: "{{login}}"}`, `logon: "{{login}}"}`, "line 32: tok: proof: reading the step's parameters: json: unknown field \"logon\""},
		"revoke-first without an order":               {", revoke-first: [approve, revoke, make, promote]", "", "line 32: tok: compromised: the runbook token has no order for revoke-first"},
		"a policy that isn't one":                     {"compromised: revoke-first", "compromised: panic", "line 32: tok: compromised: must be replace-first or revoke-first"},
		"an end before the new one is used":           {"promote, used, revoke]", "promote, revoke]", "line 32: tok: the old value would be revoked before the new one was seen in use: name a consumer"},
		"a cancellation with a step that there isn't": {"cancel: [take]", "cancel: [give]", "line 32: tok: the runbook has no step give"},
		"an account that isn't one":                   {`account: "123456789012"`, `account: "1234"`, "line 32: tok: account: must be the 12 digits of an AWS account, in quotation marks"},
		"an account that lost its zeros":              {`account: "123456789012"`, "account: 23456789012", "line 32: tok: account: must be the 12 digits of an AWS account, in quotation marks"},
		"a role's name instead of its ARN":            {"role_arn: arn:aws:iam::123456789012:role/rekey", "role_arn: rekey", "line 32: tok: role_arn: must be the ARN of an IAM role, like arn:aws:iam::123456789012:role/rekey"},
		"a user's ARN":                                {"role_arn: arn:aws:iam::123456789012:role/rekey", "role_arn: arn:aws:iam::123456789012:user/sam", "line 32: tok: role_arn: must be the ARN of an IAM role"},
		"a member without a secret":                   {"deliver_to: sam-key, ", "", "line 46: keys: members: sam needs deliver_to, the secret that its value is delivered into"},
		"a member of nobody":                          {`, user: "@sam"`, "", "line 46: keys: members: sam needs either user or speaks_for: who confirms that the value is in use"},
		"a member of two":                             {`user: "@sam"`, `user: "@sam", speaks_for: "@ann"`, "line 46: keys: members: sam needs either user or speaks_for"},
		"two members in one secret":                   {"vendor-key", "sam-key", "line 46: keys: members: sam and vendor can't both be delivered into sam-key"},
		"a member that Slack doesn't know":            {`"@sam"`, `"@sally"`, "line 46: keys sam: the handle @sally has no id in the settings"},
		"a member with a blank":                       {"      sam: {", "      sam smith: {", `line 46: keys: members: "sam smith" is no name`},
		"an unknown key of a member":                  {"deliver_to: sam-key", "delivers_to: sam-key", `unknown field "delivers_to"`},
		"an unknown watcher":                          {"{kind: keys, path", "{kind: locks, path", `line 46: keys: watch: there is no kind "locks"; there are keys`},
		"a parameter that a watcher refuses":          {`path: "{{path}}"}`, `path: ""}`, "line 46: keys: watch: login: is needed"},
		"a value that a watcher can't have":           {`{kind: keys, path: "{{path}}"}`, `{kind: keys, path: "{{paths}}"}`, "line 46: keys: step watch: the values don't say what {{paths}} is"},
		"an exemption without a review":               {`{reason: "It is no secret.", review: "2027-05-22"}`, `{reason: "It is no secret."}`, "line 70: none: exempt: needs a review date, like 2027-05-22"},
		"an exemption until no day":                   {`{reason: "It is no secret.", review: "2027-05-22"}`, `{reason: "It is no secret.", review: never}`, "line 70: none: exempt: needs a review date, like 2027-05-22"},
		"an exemption without a reason":               {`{reason: "It is no secret.", `, `{reason: " ", `, "line 70: none: exempt: needs a reason"},
		"an exemption without an owner":               {"    title: Nothing\n    owner: \"@team\"\n", "    title: Nothing\n", "line 70: none: an owner is needed, also for what isn't rotated"},
		"an exempt row's runbook":                     {"runbook: walk", "runbook: run", `line 61: glass: there is no runbook "run"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rotation.LoadCatalogue([]byte(replaced(t, big, c.from, c.to)), bigBook())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestARunbookThatAsksAPersonNeedsOne(t *testing.T) {
	text := replaced(t, big, "    members:\n      sam: {deliver_to: sam-key, user: \"@sam\"}\n      vendor: {deliver_to: vendor-key, speaks_for: \"@ann\", values: {path: /vendor/}}\n", "")
	text = replaced(t, text, "Make a key for {{member}}", "Make a key")
	_, err := rotation.LoadCatalogue([]byte(text), bigBook())
	if err == nil || !strings.Contains(err.Error(), "line 46: keys: step ask waits for whom the value is for, and the row has no members") {
		t.Error(err)
	}
	none := replaced(t, text, "    watch:", "    members: {}\n    watch:")
	if _, err := rotation.LoadCatalogue([]byte(none), bigBook()); err == nil || !strings.Contains(err.Error(), "line 46: keys: members: names nobody") {
		t.Error(err)
	}
}

func TestWhatIsWatchedIsRenderedForTheRow(t *testing.T) {
	c := loadBig(t)
	watches := c.Watches()
	if watches[0].Row != "keys" || watches[0].Kind != "keys" || string(watches[0].With) != `{"path":"/team/"}` {
		t.Errorf("%s", text(watches))
	}
	var versions []string // of what is rotated
	for _, w := range watches[1:] {
		versions = append(versions, w.Kind+" of "+w.Row)
	}
	if !slices.Equal(versions, []string{"version of tok", "version of keys sam", "version of keys vendor"}) {
		t.Errorf("%s", text(watches))
	}
	if got := c.Names(); !slices.Equal(got, []string{"tok", "keys sam", "keys vendor", "glass", "none"}) {
		t.Error(got)
	}
	if len(c.Rows) != 4 || c.Secrets[1].Of != "keys" || c.Secrets[3].Exempt.Due().Format("2006-01-02") != "2027-05-22" {
		t.Errorf("%s", text(c.Rows))
	}
}
