package steps

import (
	"context"
	"fmt"
	"strings"

	"rekey/rotation"
)

// CheckKeys holds the keys that were written against PagerDuty's own list, and
// tries those that were replaced: quietly, and by a test alert where the row
// asks for one. Differences are named by service and never by value.
type CheckKeys struct {
	AWS interface {
		Labels
		Values
	}
	PagerDuty Integrations
}

// Check reads the parameters.
func (CheckKeys) Check(p rotation.Params) error { return ChooseServices{}.Check(p) }

// By says that nobody has to act.
func (CheckKeys) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do compares, tries, and sends the test alerts.
func (a CheckKeys) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var s services
	if err := rotation.Decode(t.Step().With, &s); err != nil {
		return rotation.Outcome{}, err
	}
	v, err := a.AWS.Describe(ctx, t.Rotation.Plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	keys, _, err := integrationKeys(ctx, t, a.AWS, a.PagerDuty, v)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if wrong := differences(t.Rotation, keys); len(wrong) > 0 {
		if t.Now.Sub(t.Step().Opened) < t.Waits().Copies {
			return rotation.Wait(0, "Not as it has to be yet: "+someOf(wrong, 4)+"."), nil
		}
		return rotation.Park(rotation.Problem{
			What: "The secret and PagerDuty's list differ: " + someOf(wrong, 4) + ".",
			Safe: t.Rotation.Safe(),
			Next: "Look at the run's plan, mend it, let Terraform apply it, then press Retry: it compares again.",
		}), nil
	}
	for _, name := range t.Rotation.Facts.Picked {
		k, _ := keyNamed(keys, name)
		if out, err := a.accepted(ctx, t, k); out != nil || err != nil {
			return value(out), err
		}
	}
	alerts, waiting, err := a.alerts(ctx, t, s, keys)
	if waiting != nil || err != nil {
		return value(waiting), err
	}
	evidence := []string{fmt.Sprintf("%d of %d listed", len(keys), len(keys)), fmt.Sprintf("%d new accepted", len(t.Rotation.Facts.Picked)), "old ones gone"}
	if len(alerts) > 0 {
		evidence = append(evidence, "test alert of "+strings.Join(alerts, ", ")+" resolved")
	}
	current := v.At(rotation.Current)
	created, err := a.AWS.Created(ctx, t.Rotation.Plan.Place(), current)
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done(evidence...).Knowing(func(f *rotation.Facts) {
		f.New, f.Created, f.Promoted = current, created, created // Terraform may have written more than once
		f.Old, f.OldDead = rotation.OldRefused, t.Now
	}), nil
}

func value(out *rotation.Outcome) rotation.Outcome {
	if out == nil {
		return rotation.Outcome{}
	}
	return *out
}

// differences are the keys that PagerDuty doesn't list, and those that were
// chosen and not replaced, by service.
func differences(r *rotation.Rotation, keys []integrationKey) []string {
	var out []string
	for _, k := range keys {
		if before, picked := r.Facts.Integrations[k.name]; picked && k.opens.ID == "" && before.Owner != "" {
			k.opens.Owner = before.Owner
		}
		if k.opens.ID == "" {
			out = append(out, k.service()+" isn't listed")
		}
	}
	for _, name := range r.Facts.Picked {
		before := r.Facts.Integrations[name]
		k, there := keyNamed(keys, name)
		switch {
		case !there:
			out = append(out, integrationKey{name: name, opens: before}.service()+" has no key in the secret")
		case before.ID != "" && k.opens.ID == before.ID:
			out = append(out, k.service()+" still has its old key")
		}
	}
	return out
}

// accepted tries a key without alerting anybody. PagerDuty may need a moment to
// know a new one.
func (a CheckKeys) accepted(ctx context.Context, t *rotation.Task, k integrationKey) (*rotation.Outcome, error) {
	err := a.PagerDuty.Accepts(ctx, k.value, t.Rotation.EffectID(t.Step().ID, "accepts "+k.name, t.Step().Round))
	if !dead(err) {
		return nil, err
	}
	if t.Now.Sub(t.Step().Opened) < t.Waits().Copies {
		out := rotation.Wait(0, "PagerDuty doesn't accept the new key of "+k.service()+" yet.")
		return &out, nil
	}
	out := rotation.Park(rotation.Problem{
		What: "PagerDuty lists the new key of " + k.service() + " and doesn't accept it.",
		Safe: t.Rotation.Safe(),
		Next: "Look at the integration at PagerDuty: it may be switched off or of another type. Then press Retry.",
	})
	return &out, nil
}

// alerts sends a test alert with each key that the row marks so, after the card
// has said whom it goes to now, and resolves it. It returns their services.
func (a CheckKeys) alerts(ctx context.Context, t *rotation.Task, s services, keys []integrationKey) ([]string, *rotation.Outcome, error) {
	var marked []integrationKey
	var names, reach []string
	for _, name := range t.Rotation.Facts.Picked {
		if k, _ := keyNamed(keys, name); s.tested(name) {
			who, err := onCall(ctx, a.PagerDuty, k.opens)
			if err != nil {
				return nil, nil, err
			}
			marked, names, reach = append(marked, k), append(names, k.service()), append(reach, k.service()+" ("+who+")")
		}
	}
	note := "Test alerts go to " + someOf(reach, 3) + " now, and are resolved at once."
	if len(marked) > 0 && t.Step().Note != note {
		out := rotation.Wait(0, note)
		return nil, &out, nil
	}
	for _, k := range marked {
		if err := a.alert(ctx, t, k); err != nil {
			return nil, nil, err
		}
	}
	return names, nil, nil
}
