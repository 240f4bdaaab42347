package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// Version looks at which version of a secret is current, and since when. It
// never reads a value.
type Version struct{ AWS Labels }

type versionParams struct {
	ID     string `json:"id"` // name or ARN in Secrets Manager
	Region string `json:"region"`
	Role   string `json:"role_arn"`
}

// Provider says who is asked.
func (Version) Provider() string { return "AWS" }

// Check reads the parameters.
func (Version) Check(p rotation.Params) error {
	var v versionParams
	if err := rotation.Decode(p, &v); err != nil {
		return err
	}
	if v.ID == "" {
		return errors.New("id: is needed, the secret's name or ARN")
	}
	return nil
}

// Look describes the secret.
func (w Version) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	var params versionParams
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Finding{}, err
	}
	place := rotation.Place{ID: params.ID, Region: params.Region, Role: params.Role}
	v, err := w.AWS.Describe(ctx, place)
	if p, definite := rotation.Definite(err); definite {
		switch p.Code {
		case "ResourceNotFoundException":
			return rotation.Finding{}, &rotation.Error{What: "AWS Secrets Manager has no such secret: it was deleted, or the catalogue names it wrongly"}
		case "InvalidRequestException: marked for deletion":
			return rotation.Finding{}, &rotation.Error{What: "The secret is scheduled for deletion in AWS Secrets Manager"}
		}
	}
	if err != nil {
		return rotation.Finding{}, err
	}
	current := v.At(rotation.Current)
	if current == "" {
		return rotation.Finding{Words: "No version of " + params.ID + " is AWSCURRENT: it has no value yet."}, nil
	}
	created, err := w.AWS.Created(ctx, place, current)
	if err != nil {
		return rotation.Finding{}, err
	}
	return rotation.Finding{
		Words: "Version " + current + " is current, made " + rotation.When(created) + ".",
		Dates: []rotation.Dated{{Name: current, Created: created.Unix()}},
	}, nil
}
