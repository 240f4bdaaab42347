package steps

import (
	"context"
	"slices"
	"time"

	"rekey/rotation"
)

// Receive waits until the new value is in Secrets Manager: staged under the
// version id that the plan reserved, or saved in the console. Where making the
// new value ends the old one, the old one's death is what shows that the right
// thing was done.
type Receive struct {
	AWS interface {
		Labels
		Values
		Labeller
	}
	Slack Messages // where another team was asked for it
}

type receiveParams struct {
	Siblings []rotation.Sibling `json:"siblings"` // other secrets behind the same login
}

// Check reads the parameters.
func (Receive) Check(p rotation.Params) error { return rotation.Decode(p, &receiveParams{}) }

// By says that the holder acts.
func (Receive) By(rotation.Params) rotation.Party { return rotation.Holder }

// Do looks for a new version and says what it is.
func (a Receive) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if t.Rotation.Facts.OldCreated.IsZero() {
		return begin(ctx, t, a.AWS, v)
	}
	pending := v.At(rotation.Pending)
	if slices.Contains(t.Rotation.Facts.Rejected, pending) {
		if err := takeOff(ctx, t, a.AWS, pending); err != nil {
			return rotation.Outcome{}, err
		}
		return rotation.Wait(time.Second, t.Step().Kept()), nil
	}
	version, way, choice := candidate(t.Rotation, v)
	switch {
	case choice != nil:
		return *choice, nil
	case version == "":
		return a.nothing(ctx, t, v)
	}
	created, err := a.AWS.Created(ctx, t.Rotation.Plan.Place(), version)
	if err != nil {
		return rotation.Outcome{}, err
	}
	arrived := func(f *rotation.Facts) { f.New, f.Way, f.Created = version, way, created }
	seen := "new version " + rotation.When(created)
	if way == rotation.ByConsole {
		seen = "saved in the console " + rotation.When(created)
	}
	if t.Rotation.Plan.Overlap == rotation.SideBySide {
		return a.beside(ctx, t, v, version, seen, arrived)
	}
	return a.instead(ctx, t, v, version, seen, created, arrived)
}

// candidate finds the new version, if there is exactly one.
func candidate(r *rotation.Rotation, v rotation.Versions) (string, rotation.Way, *rotation.Outcome) {
	f := r.Facts
	known := func(id string) bool { return id == "" || id == f.OldVersion || slices.Contains(f.Rejected, id) }
	put, saved, before := v.At(rotation.Pending), v.At(rotation.Current), v.At(rotation.Previous)
	if known(put) || put == saved {
		put = ""
	}
	if known(saved) {
		saved = ""
	}
	if saved == "" || known(before) || before == put {
		before = ""
	}
	if f.Chosen != "" {
		switch f.Chosen {
		case saved:
			return saved, rotation.ByConsole, nil
		case put, before:
			return f.Chosen, rotation.ByPut, nil
		}
	}
	switch {
	case put != "" && saved != "":
		o := which(put, saved)
		return "", "", &o
	case saved != "" && before != "":
		o := which(saved, before)
		return "", "", &o
	case put != "":
		return put, rotation.ByPut, nil
	case saved != "":
		return saved, rotation.ByConsole, nil
	}
	return "", "", nil
}

// nothing keeps waiting. Check now also tries the old value, since its death
// shows that users are failing already.
func (a Receive) nothing(ctx context.Context, t *rotation.Task, v rotation.Versions) (rotation.Outcome, error) {
	f := t.Rotation.Facts
	note, reminder, err := reminded(ctx, t, a.Slack)
	if err != nil || note != "" {
		return rotation.Wait(0, note).Knowing(func(f *rotation.Facts) { f.Reminded = reminder }), err
	}
	kept, err := a.kept(ctx, t)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if !t.Asked || t.Rotation.Plan.Overlap != rotation.None || !f.OldDead.IsZero() {
		return rotation.Wait(0, kept), nil
	}
	old, readable, err := read(ctx, t, a.AWS, v, f.OldVersion)
	if err != nil || !readable || t.Prover() == nil {
		return rotation.Wait(0, "Looked "+rotation.When(t.Now)+": no new version yet."), err
	}
	allowed, err := t.MayProbe(ctx)
	if err != nil || !allowed {
		return rotation.Wait(0, "No new version yet. The old one was tried a moment ago; Rekey tries it at most once a minute."), err
	}
	_, err = try(ctx, t, old)
	if dead(err) {
		note := "The old " + t.Rotation.Plan.Noun + " is refused already. Save the new one now."
		return rotation.Wait(0, note).Knowing(died(t.Now, t.Now)), nil
	}
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Wait(0, "Looked "+rotation.When(t.Now)+": no new version yet, and the old "+t.Rotation.Plan.Noun+" still works."), nil
}

// died notes the first refusal of the old value, and since when its users fail
// at the latest.
func died(seen, since time.Time) func(*rotation.Facts) {
	return func(f *rotation.Facts) {
		f.Old = rotation.OldRefused
		if f.OldDead.IsZero() {
			f.OldDead = seen
		}
		if f.FailingSince.IsZero() || since.Before(f.FailingSince) {
			f.FailingSince = since
		}
	}
}

// beside accepts a new value that lives beside the old one.
func (a Receive) beside(ctx context.Context, t *rotation.Task, v rotation.Versions, version, seen string, arrived func(*rotation.Facts)) (rotation.Outcome, error) {
	same, _, err := a.sameValue(ctx, t, v, version)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if same {
		return sameAgain(t, arrived), nil
	}
	return rotation.Done("observed: " + seen).Knowing(arrived), nil
}

// instead accepts a new value whose making must have ended the old one.
func (a Receive) instead(ctx context.Context, t *rotation.Task, v rotation.Versions, version, seen string, created time.Time, arrived func(*rotation.Facts)) (rotation.Outcome, error) {
	f, noun := t.Rotation.Facts, t.Rotation.Plan.Noun
	if f.Old == rotation.OldRefused {
		return rotation.Done("observed: "+seen, "old "+noun+" refused"+by(t)+" "+rotation.When(f.OldDead)).Knowing(func(f *rotation.Facts) {
			arrived(f)
			died(f.OldDead, earlier(f.OldDead, created))(f)
		}), nil
	}
	same, readable, err := a.sameValue(ctx, t, v, version)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if same {
		return sameAgain(t, arrived), nil
	}
	old, oldReadable, err := read(ctx, t, a.AWS, v, f.OldVersion)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if !oldReadable || t.Prover() == nil {
		return rotation.Done("observed: "+seen, "old "+noun+": not proven dead").
			Knowing(func(f *rotation.Facts) { arrived(f); f.Old = rotation.OldUnreadable; f.FailingSince = created }).
			Owing(rotation.Debt{What: "The old " + noun + " of " + t.Rotation.Plan.Title, Why: whyUnproven(t), Since: t.Now, Version: f.OldVersion}), nil
	}
	allowed, err := t.MayProbe(ctx)
	if err != nil || !allowed {
		return rotation.Wait(time.Minute, "A new version is there. The old one was tried a moment ago; Rekey tries it again in a minute."), err
	}
	_, err = try(ctx, t, old)
	switch {
	case dead(err):
		return rotation.Done("observed: "+seen, "old "+noun+" refused"+by(t)+" "+rotation.When(t.Now)).Knowing(func(f *rotation.Facts) {
			arrived(f)
			died(t.Now, earlier(t.Now, created))(f)
		}), nil
	case err != nil:
		return rotation.Outcome{}, err
	}
	return a.stillAlive(ctx, t, v, version, readable, arrived)
}

// whyUnproven says why the death of an old value can't be seen.
func whyUnproven(t *rotation.Task) string {
	if t.Prover() == nil {
		return "no API can try it, so its death isn't proven"
	}
	return "Rekey may not read it, so its death isn't proven"
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
