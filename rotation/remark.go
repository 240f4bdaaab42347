package rotation

import (
	"context"
	"slices"
	"time"
)

// A Remark is somebody's word that a step of the runbook is wrong. People
// notice while they walk through it, or afterwards.
type Remark struct {
	Step    string    `json:"step"`  // its id
	Title   string    `json:"title"` // as it was read
	Runbook string    `json:"runbook"`
	By      Person    `json:"by"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
	Where   string    `json:"where,omitempty"` // where it was passed on to; empty: it wasn't yet
}

// The kinds of events about remarks. Unheard counts them against each other.
const (
	RemarkMade   = "step called wrong"
	RemarkPassed = "remark passed on"
)

// maxRemarks is how many remarks one rotation keeps.
const maxRemarks = 50

// remark notes that somebody calls a step wrong. It changes nothing else, so
// that it may be said of any step at any time.
func (r *Rotation) remark(p Press, now time.Time) ([]Event, error) {
	i := slices.IndexFunc(r.Steps, func(s StepRun) bool { return s.ID == p.Value })
	switch {
	case i < 0:
		return nil, refuse(Stale, "This rotation has no such step any more. Open the form again.")
	case len(r.Remarks) >= maxRemarks:
		return nil, refuse(NotNow, "There are %d remarks on this rotation already. Tell the owner of the runbook.", maxRemarks)
	}
	s := r.Steps[i]
	r.Remarks = append(r.Remarks, Remark{Step: s.ID, Title: s.Title, Runbook: p.Runbook, By: p.By, At: now, Text: p.Reason})
	e := r.event(now, p.By, RemarkMade, "Called the step \""+s.Title+"\" wrong: "+p.Reason)
	e.Step = s.ID
	return []Event{e}, nil
}

// PassedOn notes where a remark went, and owes its author the answer.
func (e *Engine) PassedOn(ctx context.Context, id ID, remark int, where string) error {
	_, err := e.update(ctx, id, func(r *Rotation) ([]Event, error) {
		if remark >= len(r.Remarks) || r.Remarks[remark].Where != "" {
			return nil, nil
		}
		x := &r.Remarks[remark]
		x.Where = where
		event := r.event(e.Now(), ByRekey, RemarkPassed, "The remark of "+Mention(x.By)+" went to "+where+".")
		event.Step = x.Step
		event.Reply = &Reply{To: x.By, Channel: r.Plan.Channel.ID, Text: "What you said of the step \"" + Clean(x.Title) + "\" is written down, and went to " + where + "."}
		return []Event{event}, nil
	})
	return err
}

// runbook is the name of the runbook that a secret has now, or "".
func (e *Engine) runbook(secret string) string {
	s, err := e.Catalogue.Secret(secret)
	if err != nil {
		return ""
	}
	return s.Runbook
}
