package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rekey/rotation"
)

// AddClientSecret has Entra ID add a client secret to an application and
// stages it: the new value comes in without a person. The others stay.
type AddClientSecret struct {
	AWS interface {
		Labels
		Values
		Labeller
		Writer
	}
	Entra Entra
}

type addParams struct {
	clientSecrets
	Lifetime within   `json:"lifetime"` // of the new one: "180d"
	Known    []string `json:"known"`    // names or ids of others that the application has
}

// As says that it receives the new value.
func (AddClientSecret) As() string { return rotation.KindReceive }

// Check reads the parameters.
func (AddClientSecret) Check(p rotation.Params) error {
	var a addParams
	if err := rotation.Decode(p, &a); err != nil {
		return err
	}
	if a.Lifetime <= 0 {
		return errors.New("lifetime: is needed, like 180d")
	}
	return a.check()
}

// By says that nobody has to act.
func (AddClientSecret) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do looks at what is there, adds one and stages it.
func (a AddClientSecret) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p addParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	f := t.Rotation.Facts
	if f.OldCreated.IsZero() {
		return begin(ctx, t, a.AWS, v)
	}
	end := t.Now.Add(time.Duration(p.Lifetime))
	m := p.mint(a.Entra, a.AWS, t.Rotation.Plan.Field, end)
	staged := v.At(rotation.Pending)
	switch saved := v.At(rotation.Current); {
	case f.NewKey != "" && attempted(t.Rotation, staged) && !rejected(f, staged) && (f.Chosen == staged || saved == f.OldVersion):
		return a.arrived(ctx, t, p, m, minted{Version: staged, Key: f.NewKey}, end)
	case saved != f.OldVersion:
		return a.saved(ctx, t, m, saved, staged)
	case f.NewKey != "":
		return a.takenBack(ctx, t, m, staged)
	case f.OldKey == "":
		return a.identify(ctx, t, p, v)
	}
	got, err := m.do(ctx, t)
	if err != nil {
		return rotation.Outcome{}, refusedByGraph(t, err)
	}
	return a.arrived(ctx, t, p, m, got, end)
}

// arrived accepts what was added, removes what answers were lost of, and lists
// what else the application has.
func (a AddClientSecret) arrived(ctx context.Context, t *rotation.Task, p addParams, m mint, got minted, end time.Time) (rotation.Outcome, error) {
	created, err := a.AWS.Created(ctx, t.Rotation.Plan.Place(), got.Version)
	if err != nil {
		return rotation.Outcome{}, err
	}
	all, err := a.Entra.Secrets(ctx, p.ClientID)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if err := p.orphans(ctx, t, m, all, got.Key); err != nil {
		return rotation.Outcome{}, err
	}
	for _, one := range all {
		if one.ID == got.Key {
			end = one.End
		}
	}
	evidence := append([]string{"added, expires " + t.Day(end)}, p.others(t, all, got.Key)...)
	return rotation.Done(evidence...).Knowing(func(f *rotation.Facts) {
		f.New, f.Way, f.Created, f.NewKey, f.Expires = got.Version, rotation.ByMint, created, got.Key, end
	}), nil
}

// others lists the application's live client secrets besides the old and the
// new one. Those that the catalogue doesn't name are for people to look at.
func (p addParams) others(t *rotation.Task, all []rotation.ClientSecret, made string) []string {
	known := 0
	var out []string
	for _, one := range all {
		if one.ID == made || one.ID == t.Rotation.Facts.OldKey || !one.End.After(t.Now) || p.ours(t.Rotation, one) {
			continue
		}
		if knows(p.Known, one) {
			known++
			continue
		}
		out = append(out, fmt.Sprintf("! unknown: %q also lives, until %s", rotation.Clean(one.Name), t.Day(one.End)))
	}
	if extra := len(out) - 2; extra > 0 {
		out = append(out[:2], fmt.Sprintf("! %d more unknown ones live", extra))
	}
	if known > 0 {
		out = append(out, fmt.Sprintf("%d other known live", known))
	}
	return out
}

func knows(known []string, one rotation.ClientSecret) bool {
	for _, k := range known {
		if k == one.ID || k == one.Name {
			return true
		}
	}
	return false
}
