package steps

import (
	"context"
	"slices"
	"strings"

	"rekey/rotation"
)

// look reads the labels, binds the plan to what is current before the switch,
// and refuses to go on in another account than the catalogue's, or beside an
// AWSPENDING that isn't ours.
func look(ctx context.Context, t *rotation.Task, aws Labels) (rotation.Versions, error) {
	plan := t.Rotation.Plan
	v, err := aws.Describe(ctx, plan.Place())
	if err != nil {
		return v, err
	}
	if at := accountOf(v.ARN); plan.Account != "" && at != plan.Account {
		return v, &rotation.Error{
			What: "The secret " + plan.SecretID + " that Rekey sees is in account " + rotation.Clean(at) + ", and the catalogue says " + plan.Account + ".",
			Safe: "Nothing has been changed.",
			Next: "Put account: or role_arn: right in the catalogue, or give Rekey the role of that account, then press Retry.",
		}
	}
	if v.At(rotation.Current) == "" {
		return v, &rotation.Error{
			What: "The secret " + plan.SecretID + " has no value yet: no version is AWSCURRENT.",
			Safe: "Nothing has been changed.",
			Next: "Save a first value in Secrets Manager, then press Retry.",
		}
	}
	if err := t.Bind(ctx, v.At(rotation.Current), v.ARN); err != nil {
		return v, err
	}
	return v, foreign(t, v)
}

// foreign is an error if AWSPENDING is on a version that isn't ours.
func foreign(t *rotation.Task, v rotation.Versions) error {
	p := v.At(rotation.Pending)
	if p == "" || ours(t.Rotation, p) {
		return nil
	}
	return &rotation.Error{
		What: "AWSPENDING of " + t.Rotation.Plan.SecretID + " is on version " + p + ", which this rotation didn't reserve.",
		Safe: "Rekey wrote nothing: somebody else may be in the middle of a change.",
		Next: "Find out who staged it (CloudTrail shows PutSecretValue). Finish that change or take the label off, then press Retry.",
	}
}

// accountOf is the number of the account in an ARN.
func accountOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 4 {
		return parts[4]
	}
	return "unknown"
}

// begin looks at the old value once: when it was made, until when it lives,
// and whether it lives at all. The pace is the usual one from then on.
func begin(ctx context.Context, t *rotation.Task, aws interface {
	Labels
	Values
}, v rotation.Versions) (rotation.Outcome, error) {
	plan, f := t.Rotation.Plan, t.Rotation.Facts
	created, err := aws.Created(ctx, plan.Place(), f.OldVersion)
	if err != nil {
		return rotation.Outcome{}, err
	}
	old, readable, err := read(ctx, t, aws, v, f.OldVersion)
	if err != nil {
		return rotation.Outcome{}, err
	}
	use := lastUse(ctx, t) // before it is tried, which is a use as well
	learned := func(f *rotation.Facts) {
		f.OldCreated = created
		if use != "" {
			f.OldUse = use
		}
	}
	if !readable || t.Prover() == nil {
		return rotation.Wait(rotation.AtOnce, "").Knowing(learned), nil
	}
	owner, err := try(ctx, t, old)
	switch {
	case dead(err):
		return rotation.Wait(rotation.AtOnce, "").Knowing(func(f *rotation.Facts) {
			learned(f)
			died(t.Now, t.Now)(f)
		}), nil
	case err != nil:
		return rotation.Outcome{}, err
	}
	return rotation.Wait(rotation.AtOnce, "").Knowing(func(f *rotation.Facts) {
		learned(f)
		f.OldExpires, f.OldIdentity = owner.Expires, owner.Login
	}), nil
}

// lastUse says when the old value was last used, where its provider tells. That
// it doesn't holds nothing up.
func lastUse(ctx context.Context, t *rotation.Task) string {
	w, ok := t.Prover().(rotation.Witness)
	if !ok {
		return ""
	}
	at, known, err := w.LastUse(ctx, t.Rotation.Plan.Proof)
	switch {
	case err != nil || !known:
		return ""
	case at.IsZero():
		return t.Prover().Provider() + " has never seen it used."
	}
	return t.Prover().Provider() + " saw it used last at " + rotation.When(at) + "."
}

// ours reports whether a staged version belongs to this rotation: one that any
// of its rounds reserved, since somebody may use a command that they copied
// before the value was asked for again.
func ours(r *rotation.Rotation, version string) bool {
	f := r.Facts
	return r.WasReserved(version) || attempted(r, version) || version == f.New || version == f.Chosen || version == f.OldVersion || slices.Contains(f.Rejected, version)
}

// read reads the value of a version under whichever label it carries now, if
// the catalogue allows it. ok is false if it may not be read or has no label.
func read(ctx context.Context, t *rotation.Task, aws Values, v rotation.Versions, version string) (value rotation.Value, ok bool, err error) {
	return readField(ctx, t, aws, v, version, t.Rotation.Plan.Field)
}

// readField is read for any field of the JSON.
func readField(ctx context.Context, t *rotation.Task, aws Values, v rotation.Versions, version, field string) (value rotation.Value, ok bool, err error) {
	plan := t.Rotation.Plan
	for _, label := range []string{rotation.Current, rotation.Pending, rotation.Previous} {
		if !slices.Contains(v.Labels[version], label) || !plan.MayRead(strings.ToLower(strings.TrimPrefix(label, "AWS"))) {
			continue
		}
		value, err = aws.Read(ctx, plan.Place(), version, label, field)
		if err != nil {
			return value, false, err
		}
		return value, true, nil
	}
	return value, false, nil
}

// target is the version that copies and consumers must end up with: the new
// one, or the old one when it is rolled back.
func target(r *rotation.Rotation) string {
	if r.Ending == rotation.RolledBack {
		return r.Facts.OldVersion
	}
	return r.Facts.New
}

// try asks the provider quietly about a value. The plan has a prover.
func try(ctx context.Context, t *rotation.Task, v rotation.Value) (rotation.Credential, error) {
	return t.Prover().Try(ctx, v, t.Rotation.Plan.Proof)
}

// dead reports whether an error is the provider's refusal of a credential.
func dead(err error) bool {
	p, definite := rotation.Definite(err)
	return definite && p.Dead
}

// by is the provider that refused a value, for a sentence: " by GitHub".
func by(t *rotation.Task) string {
	if t.Prover() == nil {
		return ""
	}
	return " by " + t.Prover().Provider()
}
