package steps

import (
	"context"
	"slices"
	"time"

	"rekey/rotation"
)

// CreateKey makes a second access key for an IAM user and delivers it into a
// secret from which the user fetches it. Two keys that are there already mean
// that nothing is written and a person is asked.
type CreateKey struct {
	AWS interface {
		Labels
		Writer
		AccessKeys
	}
}

// As says that the new value comes in here.
func (CreateKey) As() string { return rotation.KindReceive }

// Check reads the parameters.
func (CreateKey) Check(p rotation.Params) error { return checkKey(p) }

// By says that nobody has to act.
func (CreateKey) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do looks at the secret and at the keys, and then makes one.
func (a CreateKey) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p keyParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	if _, err := lookInto(ctx, t, a.AWS); err != nil {
		return rotation.Outcome{}, err
	}
	f := t.Rotation.Facts
	keys, err := listKeys(ctx, t, a.AWS, p.User)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if f.OldKey == "" && len(t.Step().Effects) == 0 && len(keys) > 0 {
		return theOldKey(ctx, t, a.AWS, p.User, keys)
	}
	got, err := a.mint(t, p.User).do(ctx, t)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if err := t.Bind(ctx, got.Version, t.Rotation.Facts.ARN); err != nil { // what an approval is given for from now on
		return rotation.Outcome{}, err
	}
	made := t.Now
	if k, listed := find(keys, got.Key); listed {
		made = k.Created
	}
	_, switches := a.switches(t)
	return rotation.Done(got.Key + " in " + t.Rotation.Plan.SecretID + " " + rotation.When(made)).Knowing(func(f *rotation.Facts) {
		f.New, f.NewKey, f.Way, f.Created = got.Version, got.Key, rotation.ByMint, made
		if !switches {
			f.Promoted = made
		}
	}), nil
}

// switches reports whether a later step is the switch; else delivering is.
func (CreateKey) switches(t *rotation.Task) (*rotation.StepRun, bool) {
	s := t.Rotation.Find(rotation.KindPromote)
	return s, s != nil
}

// mint makes a key and delivers both its halves as AWSCURRENT.
func (a CreateKey) mint(t *rotation.Task, user string) mint {
	place, where := t.Rotation.Plan.Place(), account(t)
	return mint{
		AWS:   a.AWS,
		What:  "access key",
		Ready: func(ctx context.Context) error { return a.ready(ctx, t, user) },
		Seen: func(ctx context.Context, _ string) ([]string, error) {
			keys, err := keysLeft(ctx, t, a.AWS, user)
			var ids []string
			for _, k := range keys {
				ids = append(ids, k.ID)
			}
			return ids, err
		},
		Make: func(ctx context.Context, attempt string) (string, rotation.Value, error) {
			k, secret, err := a.AWS.CreateKey(ctx, where, user)
			return k.ID, secret, beyond(t, attempt, err)
		},
		Save: func(ctx context.Context, token, id string, secret rotation.Value) error {
			return a.AWS.Deliver(ctx, place, token, rotation.AccessKey{ID: id}.Pair(secret))
		},
		Foreign: func(ctx context.Context, id string, since time.Time) (string, error) {
			return madeByAnother(ctx, t, a.AWS, user, id, since)
		},
		Stop: func(ctx context.Context, id string) error {
			return unlessGone(a.AWS.SetKey(ctx, where, user, id, false))
		},
		Remove: func(ctx context.Context, id string) error { return unlessGone(a.AWS.DeleteKey(ctx, where, user, id)) },
	}
}

// beyond says what it means that the user has two keys already, which the list
// doesn't show yet. Sent again, the first sending made one of them: that one is
// looked for once more.
func beyond(t *rotation.Task, attempt string, err error) error {
	p, definite := rotation.Definite(err)
	if !definite || p.Code != "LimitExceeded" {
		return err
	}
	if slices.ContainsFunc(t.Step().Effects, func(e rotation.Effect) bool { return e.ID == attempt && e.Sent > 1 }) {
		return &rotation.ProviderError{Provider: "AWS", Op: "CreateAccessKey", Code: "the key of the first sending isn't listed yet"}
	}
	return err
}

func unlessGone(err error) error {
	if notThere(err) {
		return nil
	}
	return err
}

// ready is an error if the user has a key besides the old one, so that another
// must not be made.
func (a CreateKey) ready(ctx context.Context, t *rotation.Task, user string) error {
	keys, err := listKeys(ctx, t, a.AWS, user)
	if err != nil {
		return err
	}
	for _, k := range keys {
		removed := func(e rotation.Effect) bool {
			return e.Purpose == "remove access key "+k.ID && e.State == rotation.Landed
		}
		if slices.ContainsFunc(t.Step().Effects, removed) { // the list lags behind
			return &rotation.ProviderError{Provider: "AWS", Op: "ListAccessKeys", Code: k.ID + " was deleted and is still listed"}
		}
		if k.ID != t.Rotation.Facts.OldKey {
			return twoKeys(ctx, t, a.AWS, user, keys)
		}
	}
	return nil
}

// theOldKey notes which key is to be replaced, if there is exactly one.
func theOldKey(ctx context.Context, t *rotation.Task, aws AccessKeys, user string, keys []rotation.AccessKey) (rotation.Outcome, error) {
	if len(keys) > 1 {
		return rotation.Outcome{}, twoKeys(ctx, t, aws, user, keys)
	}
	old := keys[0]
	use, err := keyUse(ctx, t, aws, user, old.ID)
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Wait(rotation.AtOnce, "").Knowing(func(f *rotation.Facts) {
		f.OldKey, f.OldCreated, f.OldUse = old.ID, old.Created, oldUse(t, old.ID, use)
	}), nil
}

func oldUse(t *rotation.Task, id string, use rotation.KeyUse) string {
	return "The old key " + id + " was " + used(t, use) + "."
}

// twoKeys asks a person which of them has to go.
func twoKeys(ctx context.Context, t *rotation.Task, aws AccessKeys, user string, keys []rotation.AccessKey) error {
	seen, err := described(ctx, t, aws, user, keys)
	if err != nil {
		return err
	}
	next := "Ask " + rotation.Mention(rotation.Person(t.Rotation.Plan.User.ID)) + " which of them nothing uses, delete that one in IAM, then press Retry."
	if t.Rotation.Emergency() {
		next = "Deactivate in IAM now whichever may be known to others. Delete one of the two, then press Retry."
	}
	return &rotation.Error{
		What: user + " has as many access keys as AWS allows: " + seen + ".",
		Safe: "Rekey changed nothing: it can't tell which of them is in use.",
		Next: next,
	}
}

// madeByAnother says why a key can't be the one that Rekey asked for.
func madeByAnother(ctx context.Context, t *rotation.Task, aws AccessKeys, user, id string, since time.Time) (string, error) {
	keys, err := keysLeft(ctx, t, aws, user)
	if err != nil {
		return "", err
	}
	use, err := keyUse(ctx, t, aws, user, id)
	switch k, listed := find(keys, id); {
	case err != nil:
		return "", err
	case listed && k.Created.Before(since):
		return "was made " + rotation.When(k.Created) + ", before Rekey asked", nil
	case !use.At.IsZero():
		return "was " + used(t, use), nil
	}
	return "", nil
}

// lookInto is look for a secret that a value is delivered into: it may be
// empty, and is never read.
func lookInto(ctx context.Context, t *rotation.Task, aws Labels) (rotation.Versions, error) {
	v, err := aws.Describe(ctx, t.Rotation.Plan.Place())
	if err != nil {
		return v, err
	}
	current := v.At(rotation.Current)
	if current == "" {
		current = noVersion
	}
	if err := t.Bind(ctx, current, v.ARN); err != nil {
		return v, err
	}
	return v, foreign(t, v)
}
