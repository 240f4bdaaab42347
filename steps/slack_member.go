package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// SlackMember looks whether the person whose PagerDuty token it is, is still in
// the team: the token goes on working after they have left, until somebody
// closes their account.
type SlackMember struct {
	AWS interface {
		Labels
		Values
	}
	PagerDuty interface {
		User(ctx context.Context, token rotation.Value) (rotation.Credential, error)
	}
	People Colleagues
}

// Colleagues finds people in Slack by their mail address.
type Colleagues interface {
	// Colleague says who has the address; "" is nobody who is active. known is
	// false if that can't be looked up.
	Colleague(ctx context.Context, mail string, group rotation.Handle) (who rotation.Person, in, known bool, err error)
}

type memberParams struct {
	versionParams
	Field string          `json:"field"`
	Team  rotation.Handle `json:"team"` // the group that the person has to be in
}

// Provider says who is asked.
func (SlackMember) Provider() string { return "PagerDuty" }

// Check reads the parameters.
func (SlackMember) Check(p rotation.Params) error {
	var m memberParams
	if err := rotation.Decode(p, &m); err != nil {
		return err
	}
	if m.ID == "" || m.Team.Name == "" {
		return errors.New("id: and team: are needed: where the token is kept, and the group that its owner has to be in")
	}
	return nil
}

// Look asks PagerDuty whose the present token is, and Slack about that person.
func (w SlackMember) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	var m memberParams
	if err := rotation.Decode(p, &m); err != nil {
		return rotation.Finding{}, err
	}
	place := rotation.Place{ID: m.ID, Region: m.Region, Role: m.Role}
	v, err := w.AWS.Describe(ctx, place)
	if err != nil {
		return rotation.Finding{}, err
	}
	current := v.At(rotation.Current)
	if current == "" {
		return rotation.Finding{Words: "There is no token yet."}, nil
	}
	token, err := w.AWS.Read(ctx, place, current, rotation.Current, m.Field)
	if err != nil {
		return rotation.Finding{}, err
	}
	owner, err := w.PagerDuty.User(ctx, token)
	switch {
	case dead(err):
		return rotation.Finding{Words: "PagerDuty refuses the token that is current.", Alarm: true}, nil
	case err != nil:
		return rotation.Finding{}, err
	}
	person, in, known, err := w.People.Colleague(ctx, owner.Login, m.Team)
	if err != nil {
		return rotation.Finding{}, err
	}
	out := rotation.Finding{Words: "The token belongs to " + whose(owner), Names: []string{rotation.Clean(owner.Login)}}
	switch {
	case !known:
		out.Words += ". Whether they are still in the team isn't looked up, since features: {mail: true} isn't set."
	case person == "":
		out.Words, out.Alarm = out.Words+", whom Slack doesn't know any more.", true
	case !in:
		out.Words, out.Alarm = out.Words+", who isn't in "+m.Team.Name+" any more.", true
	default:
		out.Words += ", who is in " + m.Team.Name + "."
	}
	return out, nil
}
