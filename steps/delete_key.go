package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// DeleteKey deletes the old access key, last of all, after a time in which
// people can still have it back, and proves its death by the list. Only a key
// that is inactive is deleted.
type DeleteKey struct{ AWS AccessKeys }

type deleteParams struct {
	keyParams
	soaking
}

// As says that the old value is ended here.
func (DeleteKey) As() string { return rotation.KindRevoke }

// Check reads the parameters.
func (DeleteKey) Check(p rotation.Params) error {
	var params deleteParams
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	return errors.Join(params.soaking.check(), params.keyParams.check())
}

// By says that nobody has to act.
func (DeleteKey) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do waits, deletes, and looks.
func (a DeleteKey) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p deleteParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	soak, err := p.soak(t.Rotation.Emergency())
	if err != nil {
		return rotation.Outcome{}, err
	}
	f := t.Rotation.Facts
	keys, err := keysLeft(ctx, t, a.AWS, p.User)
	if err != nil {
		return rotation.Outcome{}, err
	}
	old, there := find(keys, f.OldKey)
	deleted := len(t.Step().Effects) > 0
	until := t.Step().Opened.Add(soak)
	switch {
	case f.OldKey == "":
		return rotation.Done("there is no old key"), nil
	case !there && !deleted:
		return a.done(t, f.OldKey+" is gone: somebody else deleted it"), nil
	case old.Active && !deleted:
		return a.objection(t), nil
	case t.Now.Before(until) && t.Step().Round == 1:
		return rotation.Wait(0, f.OldKey+" is inactive and is deleted "+rotation.When(until)+". If anything misses it, press Roll back: that activates it again."), nil
	}
	if !deleted {
		if err := unknownKeys(ctx, t, a.AWS, p.User, keys); err != nil {
			return rotation.Outcome{}, err
		}
	}
	if why, err := t.StillApproved(ctx, "delete "+f.OldKey); err != nil {
		return rotation.Outcome{}, err
	} else if why != "" {
		return rotation.Reapprove(why), nil
	}
	if err := deleteKey(ctx, t, a.AWS, p.User, f.OldKey); err != nil {
		return rotation.Outcome{}, err
	}
	if keys, err = keysLeft(ctx, t, a.AWS, p.User); err != nil {
		return rotation.Outcome{}, err
	}
	if _, there := find(keys, f.OldKey); there {
		return rotation.Wait(0, "AWS took the deletion of "+f.OldKey+" and still lists it; Rekey looks again."), nil
	}
	return a.done(t, f.OldKey+" deleted; IAM lists it no more"), nil
}

// objection parks: somebody activated the key again, which nobody approved.
func (DeleteKey) objection(t *rotation.Task) rotation.Outcome {
	return rotation.Park(rotation.Problem{
		What: "Somebody activated the old access key " + t.Rotation.Facts.OldKey + " again.",
		Safe: "It works, like the new one, and Rekey deletes neither.",
		Next: "Find out who needs it. Press Roll back to keep it, or deactivate it in IAM when nothing uses it any more, then press Retry.",
	})
}

func (DeleteKey) done(t *rotation.Task, evidence string) rotation.Outcome {
	return rotation.Done(evidence + " " + rotation.When(t.Now)).Knowing(func(f *rotation.Facts) {
		if f.Old != rotation.OldRefused {
			f.Old, f.OldDead = rotation.OldRefused, t.Now
			if s := t.Rotation.Find(rotation.KindPromote); s != nil && s.State == rotation.Ticked && t.Step().Round == 1 {
				f.OldDead = s.Ended // inactive since
			}
		}
		f.NoReturn = t.Now
	})
}
