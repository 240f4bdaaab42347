package rotation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// A Secret is one row of the catalogue: where a credential is kept, who
// depends on it and how it is replaced. It never holds the value.
type Secret struct {
	Name        string            `yaml:"name"`      // what people type
	Title       string            `yaml:"title"`     // what people read
	Noun        string            `yaml:"noun"`      // what its value is called: "token"
	Usage       string            `yaml:"usage"`     // what it is for
	Location    string            `yaml:"location"`  // where it is kept, in the team's words
	SecretID    string            `yaml:"secret_id"` // name or ARN in Secrets Manager
	Region      string            `yaml:"region"`
	Role        string            `yaml:"role_arn"` // the role to assume for it; empty: the bot's own identity
	Account     string            `yaml:"account"`  // the account that it must be in, or empty
	Field       string            `yaml:"field"`    // the JSON field that holds the value, or empty
	Every       Days              `yaml:"every"`    // how long a value may be used
	Lead        Days              `yaml:"lead"`     // how long a rotation takes from start to end
	Owner       string            `yaml:"owner"`    // the group that may start and hold it
	Channel     string            `yaml:"channel"`
	Approvers   string            `yaml:"approvers"`
	Quorum      int               `yaml:"quorum"`
	Runbook     string            `yaml:"runbook"`
	Overlap     Overlap           `yaml:"overlap"`
	Entry       Entry             `yaml:"entry"`
	Read        []string          `yaml:"read"`
	Users       []string          `yaml:"users"`       // what fails while it is being replaced
	Links       []Link            `yaml:"links"`       // pages about it
	Values      map[string]any    `yaml:"values"`      // what the runbook's {{…}} stand for
	Compromised Policy            `yaml:"compromised"` // what goes first once somebody else may know it
	Members     map[string]Member `yaml:"members"`     // one secret for each of these instead of one for the row
	Exempt      *Exemption        `yaml:"exempt"`      // why it isn't rotated
	Watch       []map[string]any  `yaml:"watch"`       // what is looked at now and then: each a kind: and its parameters

	User string `yaml:"-"` // of a member: the handle of whoever confirms for it
	Of   string `yaml:"-"` // of a member: the row that it stands in
	Own  *Own   `yaml:"-"` // it is one of Rekey's own; nil: it isn't
}

// A Member is one of the secrets of a row that has several, such as the access
// keys of IAM users.
type Member struct {
	DeliverTo string         `yaml:"deliver_to"` // the secret in Secrets Manager that its value is delivered into
	User      string         `yaml:"user"`       // the person in Slack whom it is for: "@sam"
	SpeaksFor string         `yaml:"speaks_for"` // or who speaks for somebody outside Slack
	Values    map[string]any `yaml:"values"`     // besides those of the row
}

// An Exemption says why something isn't rotated, and until when that holds.
type Exemption struct {
	Reason string `yaml:"reason"` // a sentence
	Review string `yaml:"review"` // when somebody has to ask again, YYYY-MM-DD
}

// A Policy is what goes first when somebody else may know a value.
type Policy string

// The policies.
const (
	ReplaceFirst Policy = "replace-first" // the new value is in use before the old one is ended
	RevokeFirst  Policy = "revoke-first"  // the old value is ended at once, and its users fail meanwhile
)

// Policies are all of them.
var Policies = []Policy{ReplaceFirst, RevokeFirst}

// A Runbook is how secrets of one kind are rotated: its steps, and their order
// for each overlap that it knows.
type Runbook struct {
	Owner    string               `yaml:"owner"`
	Review   string               `yaml:"review"` // when somebody has to read it again, YYYY-MM-DD
	Source   string               `yaml:"source"` // the page it follows
	Proof    map[string]any       `yaml:"proof"`  // how its values are tried: by: a prover, and its parameters
	Steps    map[string]StepText  `yaml:"steps"`  // by id
	Order    map[Overlap][]string `yaml:"order"`
	RollBack []string             `yaml:"roll_back"` // the steps that undo the switch, side by side
	Cancel   []string             `yaml:"cancel"`    // the steps that take a cancelled rotation back
}

// StepText is a step as the catalogue writes it; its strings may hold {{name}}.
type StepText struct {
	Kind    string         `yaml:"kind"`
	Title   string         `yaml:"title"`
	Done    string         `yaml:"done"`
	Text    string         `yaml:"text"`
	Warning string         `yaml:"warning"`
	Links   []Link         `yaml:"links"`
	With    map[string]any `yaml:"with"`
}

// Days is a length of time that people write in whole days: "180d".
type Days int

// UnmarshalYAML reads "180d".
func (d *Days) UnmarshalYAML(text []byte) error {
	var s string
	if err := yaml.Unmarshal(text, &s); err != nil {
		return err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil || n < 0 || !strings.HasSuffix(s, "d") {
		return fmt.Errorf("%q is not a number of days; write it as 180d", s)
	}
	*d = Days(n)
	return nil
}

// After returns t plus d calendar days.
func (d Days) After(t time.Time) time.Time { return t.AddDate(0, 0, int(d)) }

// defaults fills in what a row may leave out.
func (s *Secret) defaults() {
	if s.Noun == "" {
		s.Noun = "value"
	}
	if s.Quorum == 0 {
		s.Quorum = 1
	}
	if s.Entry == "" {
		s.Entry = EntryCLI
	}
	if s.Compromised == "" {
		s.Compromised = ReplaceFirst
	}
	if s.SecretID == "" {
		s.SecretID = s.Name
	}
}

// members returns the row itself, or one secret for each of its members, in
// the order of their names: "aws_user_keys sam".
func (s *Secret) members() []Secret {
	if s.Members == nil {
		return []Secret{*s}
	}
	var out []Secret
	for _, name := range slices.Sorted(maps.Keys(s.Members)) {
		m, one := s.Members[name], *s
		one.Of, one.Name, one.Members, one.Watch = s.Name, s.Name+" "+name, nil, nil
		one.Title = s.Title + " of " + name
		one.SecretID, one.User = m.DeliverTo, m.User
		if m.SpeaksFor != "" {
			one.User = m.SpeaksFor
		}
		one.Values = map[string]any{"member": name}
		maps.Copy(one.Values, s.Values)
		maps.Copy(one.Values, m.Values)
		out = append(out, one)
	}
	return out
}

// Place is where the secret is kept.
func (s *Secret) Place() Place { return Place{ID: s.SecretID, Region: s.Region, Role: s.Role} }

// console is the secret's page in the AWS console.
func (s *Secret) console() string {
	name := s.SecretID
	if i := strings.Index(name, ":secret:"); i >= 0 {
		name = name[i+len(":secret:"):]
		if j := strings.LastIndexByte(name, '-'); j > 0 && len(name)-j == 7 {
			name = name[:j]
		}
	}
	return fmt.Sprintf("https://%s.console.aws.amazon.com/secretsmanager/secret?name=%s&region=%s", s.Region, name, s.Region)
}
