package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// Members asks Slack, each time anew, who may approve. It remembers nothing
// but names, so somebody who left the group a second ago doesn't count.
type Members struct {
	api   *api
	cfg   Config
	names sync.Map // by rotation.Person
}

var _ rotation.Members = (*Members)(nil)

// MayApprove says whether p is in the group now and is a full member of the
// workspace. It returns an error, which counts nobody, if Slack doesn't answer
// within three seconds, refuses, or says that the group is empty.
func (m *Members) MayApprove(ctx context.Context, group rotation.Handle, p rotation.Person) (rotation.Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Waits.Members)
	defer cancel()
	in, err := inGroup(ctx, m.api, group)
	if err != nil {
		return rotation.Verdict{}, err
	}
	if !slices.Contains(in, p) {
		why := "Only members of " + group.Name + " can approve. You are not one at the moment"
		if m.cfg.Channel.Name != "" {
			why += "; ask in " + m.cfg.Channel.Name
		}
		return rotation.Verdict{By: p, Why: why + "."}, nil
	}
	who, err := m.who(ctx, p)
	if err != nil {
		return rotation.Verdict{}, err
	}
	if why := m.unfit(who); why != "" {
		return rotation.Verdict{By: p, Why: why}, nil
	}
	return rotation.Verdict{By: p, Count: true}, nil
}

// who looks one person up. https://docs.slack.dev/reference/methods/users.info
func (m *Members) who(ctx context.Context, p rotation.Person) (*slack.User, error) {
	var who *slack.User
	err := m.api.call(ctx, "users.info", callWait, func(ctx context.Context, c *slack.Client) (err error) {
		who, err = c.GetUserInfoContext(ctx, string(p))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("asking Slack who somebody is: %w", err)
	}
	if who.ID != string(p) {
		return nil, errors.New("asking Slack who somebody is: it answered about somebody else")
	}
	return who, nil
}

// unfit says why a member of the group doesn't count all the same, or "".
func (m *Members) unfit(who *slack.User) string {
	switch {
	case who.Deleted:
		return "This Slack account is deactivated, so its press doesn't count."
	case who.IsBot || who.IsAppUser || who.IsWorkflowBot || who.IsConnectorBot:
		return "Only people can approve, not apps."
	case who.IsRestricted || who.IsUltraRestricted:
		return "Guests of this workspace can't approve."
	case who.IsStranger || who.TeamID != m.cfg.TeamID && (m.cfg.EnterpriseID == "" || who.Enterprise.EnterpriseID != m.cfg.EnterpriseID):
		return "Only members of this workspace can approve, not of another one."
	}
	return ""
}

// inGroup lists who is in a group. An empty one is an error: Slack also says
// so of a disabled group.
// https://docs.slack.dev/reference/methods/usergroups.users.list
func inGroup(ctx context.Context, a *api, group rotation.Handle) ([]rotation.Person, error) {
	if group.ID == "" {
		return nil, fmt.Errorf("asking Slack who is in %s: the settings have no id for it", group.Name)
	}
	var ids []string
	err := a.call(ctx, "usergroups.users.list", callWait, func(ctx context.Context, c *slack.Client) (err error) {
		ids, err = c.GetUserGroupMembersContext(ctx, group.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("asking Slack who is in %s: %w", group.Name, err)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("asking Slack who is in %s: nobody, so the group is empty or disabled", group.Name)
	}
	people := make([]rotation.Person, len(ids))
	for i, id := range ids {
		people[i] = rotation.Person(id)
	}
	return people, nil
}
