package steps

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"rekey/rotation"
)

// Lister lists the secrets that there are, without their values.
type Lister interface {
	List(ctx context.Context, p rotation.Place) ([]rotation.Listed, error)
}

// Unlisted compares what Secrets Manager has in a region with what the
// catalogue names.
type Unlisted struct{ AWS Lister }

type comparison struct {
	Region string             `json:"region"`
	Role   string             `json:"role_arn"`
	Known  []string           `json:"known"`  // names and ARNs
	Ignore []rotation.Ignored `json:"ignore"` // what belongs to others
}

// Check reads the parameters.
func (Unlisted) Check(p rotation.Params) error {
	var c comparison
	if err := rotation.Decode(p, &c); err != nil {
		return err
	}
	if c.Region == "" {
		return errors.New("region: is needed, the one to look in")
	}
	return nil
}

// Look lists the secrets. Those that the catalogue doesn't name are no alarm:
// somebody has to say what they are.
func (u Unlisted) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	var c comparison
	if err := rotation.Decode(p, &c); err != nil {
		return rotation.Finding{}, err
	}
	all, err := u.AWS.List(ctx, rotation.Place{Region: c.Region, Role: c.Role})
	if err != nil {
		return rotation.Finding{}, err
	}
	var out rotation.Finding
	for _, l := range all {
		known := slices.ContainsFunc(c.Known, l.Is)
		ignored := slices.ContainsFunc(c.Ignore, func(i rotation.Ignored) bool { return i.Covers(l.Name) })
		if !known && !ignored {
			out.Unlisted = append(out.Unlisted, l)
		}
	}
	slices.SortFunc(out.Unlisted, func(a, b rotation.Listed) int { return cmp.Compare(a.Name, b.Name) })
	out.Words = "Secrets Manager has " + several(len(all), "secret") + " in " + c.Region + "; the catalogue and its ignore: don't name " + strconv.Itoa(len(out.Unlisted)) + " of them" + "."
	return out, nil
}
