package rotation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Overlap says whether the old and the new credential can live side by side.
type Overlap string

// The overlaps. They decide where the approval stands.
const (
	None       Overlap = "none"         // the old one dies when the new one is made: approval first
	SideBySide Overlap = "side-by-side" // both live: approval after the proof, roll back until the old one is revoked
)

// OnAlarm is the order of a runbook for a rotation that Rekey starts by itself,
// since it saw something that isn't as it has to be. Without it, it is the
// usual one.
const OnAlarm Overlap = "alarm"

// Overlaps are all of them.
var Overlaps = []Overlap{None, SideBySide}

// Entry is the way in for a new value that the card shows first.
type Entry string

// The entries.
const (
	EntryCLI     Entry = "cli"     // `rekey put`, with the person's own AWS identity
	EntryConsole Entry = "console" // edit and save in the AWS console: the save is the switch
	EntryAPI     Entry = "api"     // the provider mints it and the bot writes it
)

// Entries are all of them.
var Entries = []Entry{EntryCLI, EntryConsole, EntryAPI}

// A Plan is what a rotation is going to do, copied from the catalogue when it
// starts and never changed afterwards except by UseNewPlan. Its hash is what
// people approve.
type Plan struct {
	Secret    string   `json:"secret"`
	Title     string   `json:"title"`
	Noun      string   `json:"noun"` // what the value is called: "token", "password"
	SecretID  string   `json:"secret_id"`
	Region    string   `json:"region"`
	Role      string   `json:"role,omitempty"`    // ARN of the role to assume for it
	Account   string   `json:"account,omitempty"` // the AWS account that it must be in
	Console   string   `json:"console,omitempty"` // the secret's page in the AWS console
	Overlap   Overlap  `json:"overlap"`
	Entry     Entry    `json:"entry"`
	Read      []string `json:"read,omitempty"`  // which of pending, current, previous may be read
	Field     string   `json:"field,omitempty"` // the JSON field that holds the value, or empty
	Owner     Handle   `json:"owner"`
	Channel   Handle   `json:"channel"`
	Approvers Handle   `json:"approvers"`
	Quorum    int      `json:"quorum"`
	Every     int      `json:"every"`           // how many days a value may be used
	Users     []string `json:"users,omitempty"` // what fails while an old value is dead and the new one isn't in use
	Steps     []Step   `json:"steps"`
	RollBack  []Step   `json:"roll_back,omitempty"`
	Withdraw  []Step   `json:"withdraw,omitempty"` // the steps that take a cancelled rotation back; empty: one of KindWithdraw

	Prover      string `json:"prover,omitempty"`      // by which Prover a value is tried; empty: none can
	Proof       Params `json:"proof,omitempty"`       // and what it has to prove
	User        Handle `json:"user,omitzero"`         // whom the credential is for, or who speaks for them
	Walk        bool   `json:"walk,omitempty"`        // nothing is rotated: people are guided
	Alarm       string `json:"alarm,omitempty"`       // what a look showed, if Rekey started it by itself for that
	Compromised bool   `json:"compromised,omitempty"` // somebody else may know the old value
	Lead        int    `json:"lead,omitempty"`        // how many days a rotation takes
	Baseline    string `json:"baseline,omitempty"`    // VersionId that was AWSCURRENT at the start
}

// A Handle is a person group or a channel: what people call it, and the id
// that decides.
type Handle struct {
	Name string `json:"name"` // "@mp-approvers", "#modernisation-platform"
	ID   string `json:"id"`   // "S0123", "C0123"
}

// A Step is one line of the card: what is to be done, of which kind, with
// which parameters.
type Step struct {
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`
	As      string          `json:"as,omitempty"` // the kind whose part it takes in the state machine, if that is another
	Title   string          `json:"title"`
	Done    string          `json:"done"` // the title once it is done: "Regenerated and saved"
	Text    string          `json:"text,omitempty"`
	Warning string          `json:"warning,omitempty"`
	Links   []Link          `json:"links,omitempty"`
	By      Party           `json:"by"`
	Then    Party           `json:"then,omitempty"` // who acts after what By does first, if that is somebody else
	With    json.RawMessage `json:"with,omitempty"`
}

// Is reports whether the step is of the kind, or takes its part.
func (s *Step) Is(kind string) bool { return s.Kind == kind && s.As == "" || s.As == kind }

// A Link is a button that opens a page.
type Link struct {
	Title string `json:"title" yaml:"title"`
	URL   string `json:"url" yaml:"url"`
}

// A Party is who has to act.
type Party string

// The parties.
const (
	Rekey     Party = "rekey"     // nobody: the bot does it
	Holder    Party = "holder"    // the person who holds the rotation
	User      Party = "user"      // the person whom the credential is for, or who speaks for them
	Approvers Party = "approvers" // the approver group
	Starter   Party = "starter"   // whoever started it
	Team      Party = "team"      // everybody in the owner's group
)

// Params are a step's parameters as they stand in the plan.
type Params = json.RawMessage

// Decode reads params strictly into v: a key that v doesn't have is an error.
func Decode(p Params, v any) error {
	if string(p) == string(AskShape) {
		return &Shape{v}
	}
	if len(p) == 0 {
		p = Params("{}")
	}
	d := json.NewDecoder(bytes.NewReader(p))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("reading the step's parameters: %w", err)
	}
	return nil
}

// AskShape are no parameters: a Check that decodes them ends with a Shape,
// which tells editors what a step takes without a second list of it.
var AskShape = Params("?")

// A Shape is an error that holds what parameters are decoded into.
type Shape struct{ Of any }

// Error says so.
func (*Shape) Error() string { return "asked for the shape of its parameters" }

// Order is what was asked for to get such a plan.
func (p *Plan) Order() Order {
	return Order{Secret: p.Secret, Compromised: p.Compromised, Walk: p.Walk, Alarm: p.Alarm}
}

// Place is where the secret is kept.
func (p *Plan) Place() Place { return Place{ID: p.SecretID, Region: p.Region, Role: p.Role} }

// MayRead reports whether the value behind a stage ("pending", "current",
// "previous") may be read.
func (p *Plan) MayRead(stage string) bool { return slices.Contains(p.Read, stage) }

// Hash is SHA-256, in hex, over what an approval is given for: the steps and
// their parameters, who may approve and how many, the channel, and the version
// that was current at the start. Titles, texts and links don't count.
func (p *Plan) Hash() string {
	bound := *p
	bound.Title, bound.Noun, bound.Console, bound.Users, bound.Lead, bound.Alarm = "", "", "", nil, 0, ""
	bound.Owner.Name, bound.Channel.Name, bound.Approvers.Name, bound.User.Name = "", "", "", ""
	bound.Steps, bound.RollBack, bound.Withdraw = bare(p.Steps), bare(p.RollBack), bare(p.Withdraw)
	text, err := json.Marshal(bound)
	if err != nil {
		panic("rotation: a plan that can't be marshalled: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func bare(steps []Step) []Step {
	out := make([]Step, len(steps))
	for i, s := range steps {
		out[i] = Step{ID: s.ID, Kind: s.Kind, As: s.As, By: s.By, With: s.With}
	}
	return out
}
