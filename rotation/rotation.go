package rotation

import (
	"encoding/json"
	"time"
)

// An ID numbers rotations from 1, as people say it: "rotation 42".
type ID int64

// State is where a whole rotation stands. There is no failed one: a step that
// can't go on is parked and waits for somebody.
type State string

// The states. Only Running can be changed.
const (
	Running    State = "running"
	Complete   State = "complete"
	Cancelled  State = "cancelled"   // ended before any change, or with our staged version taken back
	Refused    State = "refused"     // an approver said no
	RolledBack State = "rolled back" // the old value is current again
)

// A Rotation is one secret being replaced. It is kept as one row, and changed
// only by its methods, inside Store.Update.
type Rotation struct {
	ID      ID        `json:"id"`
	Version int64     `json:"version"` // grows by one with each change that is logged; a card shows one version
	State   State     `json:"state"`
	Ending  State     `json:"ending"`             // what State becomes after the last step
	Reason  string    `json:"reason"`             // why an ended rotation didn't complete, in the words of whoever ended it
	EndedBy Person    `json:"ended_by,omitempty"` // who cancelled it, refused it, or rolled it back
	Starter Person    `json:"starter"`
	Holder  Person    `json:"holder"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`

	Plan    Plan      `json:"plan"`
	Alarmed Person    `json:"alarmed,omitempty"` // who called the old value compromised on the way
	Alarm   string    `json:"alarm,omitempty"`   // and why
	Changed string    `json:"changed,omitempty"` // hash of the plan that the catalogue renders now, if it is another
	Steps   []StepRun `json:"steps"`
	Forward int       `json:"forward,omitempty"` // how many steps the plan has, once others were added to undo it
	At      int       `json:"at"`                // index of the current step; len(Steps) at the end
	Claims  []Claim   `json:"claims,omitempty"`
	Facts   Facts     `json:"facts"`
	Debts   []Debt    `json:"debts,omitempty"`
	Next    []Next    `json:"next,omitempty"`    // siblings that are due, once it is complete
	Remarks []Remark  `json:"remarks,omitempty"` // which steps of the runbook people called wrong
	Turn    Turn      `json:"turn"`

	Touched time.Time `json:"touched"` // the last turn or press: polling is quick for a while after it
	Due     time.Time `json:"due"`     // when the engine looks next; zero: not by itself
	Nudge   time.Time `json:"nudge"`   // when whoever is idle is reminded; zero: never
	Checks  Checks    `json:"checks"`
	Asking  time.Time `json:"asking"` // when Slack is asked again who is in the group, after it didn't answer
}

// A StepRun is one step of one rotation.
type StepRun struct {
	Step
	State      StepState `json:"state"`
	Round      int       `json:"round"` // how often people have sent it round; part of every effect's id
	Opened     time.Time `json:"opened"`
	Ended      time.Time `json:"ended"`
	Evidence   []string  `json:"evidence,omitempty"`   // what ticked it, a phrase each
	Attested   Person    `json:"attested,omitempty"`   // who vouched for it, where nothing could be observed
	Note       string    `json:"note,omitempty"`       // what it is doing or waiting for
	Asked      string    `json:"asked,omitempty"`      // why it is asked for again
	Problem    *Problem  `json:"problem,omitempty"`    // why it is parked
	Attestable bool      `json:"attestable,omitempty"` // whoever has the turn may vouch for it instead
	Beside     bool      `json:"beside,omitempty"`     // their word is needed besides what is observed, and doesn't tick it
	Final      bool      `json:"final,omitempty"`      // what they vouch for can't be undone
	Word       string    `json:"word,omitempty"`       // what they said when they vouched
	Press      string    `json:"press,omitempty"`      // what the button for it says: "Done…"; empty: "Attest…"
	Rejects    string    `json:"rejects,omitempty"`    // the holder may ask for another value, which says this; empty: they may not
	Owing      *Debt     `json:"owing,omitempty"`      // the debt that it may be left as
	Options    []Option  `json:"options,omitempty"`    // what the holder chooses from
	More       []Link    `json:"more,omitempty"`       // links that turned up on the way: the run
	Effects    []Effect  `json:"effects,omitempty"`
	Fails      int       `json:"fails,omitempty"` // attempts in a row that no provider answered
}

// StepState is where one step stands.
type StepState string

// The step states.
const (
	Later   StepState = "later"
	Open    StepState = "open"    // it is being done, or waited for
	Parked  StepState = "parked"  // it can't go on until somebody does something
	Ticked  StepState = "done"    // done, on the evidence it holds
	Skipped StepState = "skipped" // not needed any more
)

// An Option is one thing to choose, with the words for it.
type Option struct {
	Value string `json:"value"`
	Text  string `json:"text"`
}

// A Problem is why a step is parked: what happened, what is safe, what to do,
// and the presses that lead on.
type Problem struct {
	What    string   `json:"what"`
	Safe    string   `json:"safe"`
	Next    string   `json:"next"`
	Choices []Choice `json:"choices,omitempty"` // besides Retry
	NoRetry bool     `json:"no_retry,omitempty"`
}

// A Choice is a press offered on a parked step.
type Choice struct {
	Verb  Verb   `json:"verb"`
	Label string `json:"label"`
	Value string `json:"value,omitempty"` // for Choose: the version id
}

// Facts are what the steps have learned, and later steps build on. It holds
// ids and times, never a value.
type Facts struct {
	OldVersion   string               `json:"old_version"`   // VersionId that was AWSCURRENT when the rotation started
	Asks         int                  `json:"asks"`          // how often the value was asked for, from 1
	Rejected     []string             `json:"rejected"`      // version ids whose values failed
	New          string               `json:"new"`           // VersionId of the new value
	Way          Way                  `json:"way"`           // how it came
	Created      time.Time            `json:"created"`       // when AWS created that version
	NewKey       string               `json:"new_key"`       // what its provider calls the new credential: an access key's id
	OldKey       string               `json:"old_key"`       // and the old one
	OldUse       string               `json:"old_use"`       // when the old one was last used, as its provider tells; empty: not asked yet
	Unused       time.Time            `json:"unused"`        // since when nothing is expected to use the old one any more; zero: not yet
	NoReturn     time.Time            `json:"no_return"`     // when something was done outside that can't be undone
	OldIdentity  string               `json:"old_identity"`  // whom the old one belongs to
	Requested    time.Time            `json:"requested"`     // when another team was asked
	Reminded     time.Time            `json:"reminded"`      // when it was reminded
	Picked       []string             `json:"picked"`        // what the holder chose from a step's options
	Meanwhile    string               `json:"meanwhile"`     // a sentence: who goes without while the value is being replaced
	Foretold     string               `json:"foretold"`      // a sentence: what else whoever approves has to know
	Chosen       string               `json:"chosen"`        // the version somebody chose between two
	Early        bool                 `json:"early"`         // it was saved in the console before the approval
	Old          OldProof             `json:"old"`           // what is known of the old value
	OldDead      time.Time            `json:"old_dead"`      // when it was first seen refused
	FailingSince time.Time            `json:"failing_since"` // since when its users fail, at the latest
	Identity     string               `json:"identity"`      // whom the new value belongs to
	Expires      time.Time            `json:"expires"`       // when the new value expires; zero: not known
	Unread       bool                 `json:"unread"`        // its provider names an end that can't be read
	Lasting      bool                 `json:"lasting"`       // the new value doesn't expire
	ProofLacks   string               `json:"proof_lacks"`   // what would have proven more, and why it didn't; empty: nothing
	Missing      []string             `json:"missing"`       // named permissions that it lacks
	Proven       []string             `json:"proven"`        // named permissions that a read proved
	Unproven     []string             `json:"unproven"`      // those that only a write could prove
	Accepted     Person               `json:"accepted"`      // who let it pass with what is missing
	Promoted     time.Time            `json:"promoted"`      // when it became current
	CopiesBefore map[string]time.Time `json:"copies_before"` // "owner/repo NAME" to updated_at before the switch, by GitHub's clock
	Copied       time.Time            `json:"copied"`        // the newest updated_at afterwards, by GitHub's clock
	ARN          string               `json:"arn"`           // the secret's full name at AWS
	OldExpires   time.Time            `json:"old_expires"`   // when the old value expires; zero: not known
	OldCreated   time.Time            `json:"old_created"`   // when the old version was created
	OldSeen      time.Time            `json:"old_seen"`      // the same, as it was seen before the rotation started
	RunCreated   time.Time            `json:"run_created"`   // when GitHub created the run that fills the copies
	Run          string               `json:"run"`           // the workflow run that did it: "1187"
	Used         time.Time            `json:"used"`          // when another workflow was first seen to use it
	Vouched      Person               `json:"vouched"`       // who vouched for that, if it wasn't seen
	Spared       []string             `json:"spared"`        // copies that never got the new value, when it was rolled back
	Restored     time.Time            `json:"restored"`      // when the old one became current again
	UsedBy       string               `json:"used_by"`       // which: "terraform-pagerduty.yml, run 1190"

	// Integrations are what the keys that were picked opened before, by their
	// names in the secret.
	Integrations map[string]Integration `json:"integrations,omitempty"`

	// Applied are the consumers that were seen to apply the new value, where
	// all of them have to.
	Applied map[string]Use `json:"applied,omitempty"`
}

// A Use is one workflow run that used the new value.
type Use struct {
	By string    `json:"by"` // "cooker.yml, run 1190"
	At time.Time `json:"at"`
}

// An Integration is what a key opens at PagerDuty: a way into a service or an
// event orchestration.
type Integration struct {
	ID      string `json:"id"`
	Owner   string `json:"owner"` // the name of the service or orchestration; empty: PagerDuty doesn't know the key
	OwnerID string `json:"owner_id"`
	Kind    string `json:"kind"` // ServiceKey, or "event orchestration"
}

// Way is how a new value came in.
type Way string

// The ways.
const (
	ByPut     Way = "put"     // staged as AWSPENDING under the version id that we reserved
	ByConsole Way = "console" // saved in the console, so current at once
	ByMint    Way = "mint"    // made by its provider for Rekey, and staged by Rekey
	ByOwner   Way = "owner"   // written by whatever owns the secret, such as Terraform, so current at once
)

// OldProof is what is known of the old value.
type OldProof string

// What can be known.
const (
	OldRefused    OldProof = "refused"    // the provider refused it: proven dead
	OldAlive      OldProof = "alive"      // it still works
	OldUnreadable OldProof = "unreadable" // it may not or can't be read: not proven
)

// A Turn says who is needed now. Each is told once, in the card's thread.
type Turn struct {
	N      int       `json:"n"` // counts the turns from 1; 0: nobody was ever needed
	To     Party     `json:"to"`
	Kind   TurnKind  `json:"kind"`
	Since  time.Time `json:"since"`
	Nudged time.Time `json:"nudged"`         // when the last reminder was given
	Nudges int       `json:"nudges"`         // reminders given: the first to the same people, the second to the team
	Loud   bool      `json:"loud,omitempty"` // an emergency begins: approvers and team are told too, and the whole channel sees it
}

// TurnKind is what a turn is about.
type TurnKind string

// The kinds of turns. The last four end the rotation.
const (
	TurnApprove    TurnKind = "approve"
	TurnStep       TurnKind = "step"
	TurnParked     TurnKind = "parked"
	TurnNudge      TurnKind = "nudge"
	TurnAlarm      TurnKind = "compromised"
	TurnReview     TurnKind = "review"
	TurnComplete   TurnKind = "complete"
	TurnCancelled  TurnKind = "cancelled"
	TurnRefused    TurnKind = "refused"
	TurnRolledBack TurnKind = "rolled back"
)

// Checks counts the probes of an old credential, since a provider locks out
// whoever fails too often.
type Checks struct {
	Asked bool        `json:"asked"` // somebody pressed Check now
	Done  []time.Time `json:"done"`  // when it was probed in the last hour
}

// Step returns the current step, or nil at the end.
func (r *Rotation) Step() *StepRun {
	if r.At >= len(r.Steps) {
		return nil
	}
	return &r.Steps[r.At]
}

// Kept is the step's note for another look that shows the same; what was noted
// of a provider's silence is over once it answers.
func (s *StepRun) Kept() string {
	if s.Fails > 0 {
		return ""
	}
	return s.Note
}

// Emergency reports whether somebody else may know the old value.
func (r *Rotation) Emergency() bool { return r.Plan.Compromised || r.Alarmed != "" }

// Find returns the last step of the given kind, or that takes its part, or nil.
func (r *Rotation) Find(kind string) *StepRun {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if r.Steps[i].Is(kind) {
			return &r.Steps[i]
		}
	}
	return nil
}

// Reserved is the version id under which `rekey put` stages the new value in
// the present round.
func (r *Rotation) Reserved() string {
	return r.EffectID(KindReceive, "put", max(1, r.Facts.Asks))
}

// WasReserved reports whether a version id was reserved in this round or in an
// earlier one.
func (r *Rotation) WasReserved(version string) bool {
	for round := 1; round <= max(1, r.Facts.Asks); round++ {
		if version == r.EffectID(KindReceive, "put", round) {
			return true
		}
	}
	return false
}

// Clone returns a deep copy.
func (r *Rotation) Clone() *Rotation {
	text, err := json.Marshal(r)
	if err != nil {
		panic("rotation: a rotation that can't be marshalled: " + err.Error())
	}
	out := new(Rotation)
	if err := json.Unmarshal(text, out); err != nil {
		panic("rotation: a rotation that can't be read back: " + err.Error())
	}
	return out
}
