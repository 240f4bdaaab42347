package rotation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// A Secret is one row of the catalogue: where a credential is kept, who
// depends on it and how it is replaced. It never holds the value.
type Secret struct {
	Name      string         `yaml:"name"`      // what people type
	Title     string         `yaml:"title"`     // what people read
	Noun      string         `yaml:"noun"`      // what its value is called: "token"
	Usage     string         `yaml:"usage"`     // what it is for
	Location  string         `yaml:"location"`  // where it is kept, in the team's words
	SecretID  string         `yaml:"secret_id"` // name or ARN in Secrets Manager
	Region    string         `yaml:"region"`
	Role      string         `yaml:"role_arn"` // the role to assume for it; empty: the bot's own identity
	Account   string         `yaml:"account"`  // the account that it must be in, or empty
	Field     string         `yaml:"field"`    // the JSON field that holds the value, or empty
	Every     Days           `yaml:"every"`    // how long a value may be used
	Lead      Days           `yaml:"lead"`     // how long a rotation takes from start to end
	Owner     string         `yaml:"owner"`    // the group that may start and hold it
	Channel   string         `yaml:"channel"`
	Approvers string         `yaml:"approvers"`
	Quorum    int            `yaml:"quorum"`
	Runbook   string         `yaml:"runbook"`
	Overlap   Overlap        `yaml:"overlap"`
	Entry     Entry          `yaml:"entry"`
	Read      []string       `yaml:"read"`
	Users     []string       `yaml:"users"`  // what fails while it is being replaced
	Values    map[string]any `yaml:"values"` // what the runbook's {{…}} stand for
}

// A Runbook is how secrets of one kind are rotated: its steps, and their order
// for each overlap that it knows.
type Runbook struct {
	Owner    string               `yaml:"owner"`
	Review   string               `yaml:"review"` // when somebody has to read it again, YYYY-MM-DD
	Source   string               `yaml:"source"` // the page it follows
	Steps    map[string]StepText  `yaml:"steps"`  // by id
	Order    map[Overlap][]string `yaml:"order"`
	RollBack []string             `yaml:"roll_back"` // the steps that undo the switch, side by side
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
	if s.SecretID == "" {
		s.SecretID = s.Name
	}
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
