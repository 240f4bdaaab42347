package rotation

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// EffectState is where one change at a provider stands.
type EffectState string

// The states. Only the intent's transaction creates an effect, and only one
// that is Intended or Unsure may be looked up and sent again.
const (
	Intended EffectState = "intended" // recorded, perhaps sent: after a crash this is Unknown
	Landed   EffectState = "landed"   // the provider did it
	Declined EffectState = "declined" // the provider refused; nothing changed
	Unsure   EffectState = "unsure"   // no answer: it may have landed, or may land yet
	Unclear  EffectState = "unclear"  // no answer, and a look didn't tell either: a person decides
)

// An Effect is one change at one provider, recorded before it is sent and
// settled afterwards. It never holds a value.
type Effect struct {
	ID       string          `json:"id"` // Rotation.EffectID: deterministic, and the idempotency token where the provider takes one
	Purpose  string          `json:"purpose"`
	Round    int             `json:"round"`
	State    EffectState     `json:"state"`
	Before   json.RawMessage `json:"before,omitempty"` // what the provider showed before: ids, labels, times
	After    json.RawMessage `json:"after,omitempty"`  // what it answered: ids
	Deadline time.Time       `json:"deadline"`         // nothing is sent after this
	Fence    int64           `json:"fence"`            // the process that intended it
	Sent     int             `json:"sent"`             // how many times
	Blank    int             `json:"blank,omitempty"`  // looks in a row that showed nothing of it
	At       time.Time       `json:"at"`
}

// EffectID names one change: UUIDv5 over the rotation, the step, what it is
// for, and the round, so that a repeat after a crash has the same name and a
// deliberate new attempt has another. The start time keeps a new database from
// repeating the names of an old one.
func (r *Rotation) EffectID(step, purpose string, round int) string {
	name := fmt.Appendf(nil, "rekey/%d/%d/%s/%s/%s/%d", r.ID, r.Started.UnixNano(), r.Plan.Secret, step, purpose, round)
	return uuid.NewSHA1(uuid.NameSpaceURL, name).String()
}
