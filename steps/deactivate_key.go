package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rekey/rotation"
)

// DeactivateKey deactivates the old access key, which can be undone, once AWS
// has seen nothing use it for long enough. In an emergency it doesn't wait. It
// is the switch; or, where that comes first, the end of a key that others know.
type DeactivateKey struct {
	AWS  AccessKeys
	Part string // rotation.KindPromote or KindRevoke
}

type deactivateParams struct {
	keyParams
	Lag string `json:"last_used_lag"` // how late AWS may notice a use: 24h
}

func (p deactivateParams) lag() (time.Duration, error) {
	if p.Lag == "" {
		return 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(p.Lag)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("last_used_lag: %q is not a duration like 24h", p.Lag)
	}
	return d, nil
}

// As says which part it takes.
func (a DeactivateKey) As() string { return a.Part }

// Check reads the parameters.
func (DeactivateKey) Check(p rotation.Params) error {
	var params deactivateParams
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	_, err := params.lag()
	return errors.Join(err, params.check())
}

// By says that nobody has to act.
func (DeactivateKey) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do waits until nothing uses the old key, and deactivates it.
func (a DeactivateKey) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p deactivateParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	f := t.Rotation.Facts
	keys, err := keysLeft(ctx, t, a.AWS, p.User)
	if err != nil {
		return rotation.Outcome{}, err
	}
	old, there := find(keys, f.OldKey)
	switch {
	case f.OldKey == "":
		return a.done(t, "there is no old key"), nil
	case !there:
		return a.gone(t), nil
	}
	if _, err := bothThere(ctx, t, a.AWS, p.User); err != nil {
		return rotation.Outcome{}, err
	}
	use, err := keyUse(ctx, t, a.AWS, p.User, f.OldKey)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if wait := a.inUse(t, p, use); wait != nil && old.Active {
		return *wait, nil
	}
	if why, err := t.StillApproved(ctx, "deactivate "+f.OldKey); err != nil {
		return rotation.Outcome{}, err
	} else if why != "" {
		return rotation.Reapprove(why), nil
	}
	if !old.Active && len(t.Step().Effects) == 0 {
		return a.done(t, f.OldKey+" was inactive already"), nil
	}
	if err := setKey(ctx, t, a.AWS, p.User, f.OldKey, false); err != nil {
		return rotation.Outcome{}, err
	}
	return a.done(t, f.OldKey+" deactivated "+rotation.When(t.Now)+", "+used(t, use)), nil
}

// inUse is what to do while the old key may be in use; nil: nothing uses it, or
// that doesn't count.
func (a DeactivateKey) inUse(t *rotation.Task, p deactivateParams, use rotation.KeyUse) *rotation.Outcome {
	f := t.Rotation.Facts
	lag, _ := p.lag() // Check has read it
	switch until := f.Unused.Add(lag); {
	case t.Rotation.Emergency():
		return nil
	case f.Unused.IsZero(): // somebody says anew that nothing uses it
		out := rotation.Wait(rotation.AtOnce, "").Knowing(func(f *rotation.Facts) { f.Unused = t.Now })
		return &out
	case use.At.After(f.Unused):
		out := rotation.Park(rotation.Problem{
			What: "The old access key " + f.OldKey + " was " + used(t, use) + ", although nothing was said to need it.",
			Safe: "Both keys work, and Rekey deactivates neither.",
			Next: "Ask " + rotation.Mention(rotation.Person(t.Rotation.Plan.User.ID)) + " what still uses it. Once that has the new key, press Retry: Rekey watches for another " + hours(lag) + ".",
		}).Knowing(func(f *rotation.Facts) { f.Unused = time.Time{} })
		return &out
	case t.Now.Before(until):
		out := rotation.Wait(0, f.OldKey+" is deactivated "+rotation.When(until)+", if AWS sees nothing use it until then. It was "+used(t, use)+".")
		return &out
	}
	return nil
}

func hours(d time.Duration) string {
	if d < time.Hour {
		return d.String()
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}

// done is the switch, or the stop of a key that others know.
func (a DeactivateKey) done(t *rotation.Task, evidence string) rotation.Outcome {
	return rotation.Done(evidence).Knowing(func(f *rotation.Facts) {
		if a.Part == rotation.KindPromote {
			f.Promoted = f.Created
			return
		}
		f.Old, f.OldDead, f.NoReturn, f.FailingSince = rotation.OldRefused, t.Now, t.Now, t.Now
	})
}

// gone is what somebody else did.
func (a DeactivateKey) gone(t *rotation.Task) rotation.Outcome {
	return rotation.Done(t.Rotation.Facts.OldKey + " is gone: somebody else deleted it").Knowing(func(f *rotation.Facts) {
		f.Old, f.OldDead, f.NoReturn = rotation.OldRefused, t.Now, t.Now
		if a.Part == rotation.KindPromote {
			f.Promoted = f.Created
		} else {
			f.FailingSince = t.Now
		}
	})
}
