package fakeslack_test

import (
	"testing"

	"github.com/slack-go/slack"

	"rekey/sandbox/fakeslack"
)

func TestPeopleAndGroupsChangeAtRunTime(t *testing.T) {
	w := open(t, fakeslack.Config{})
	members, err := w.api.GetUserGroupMembers("S0APPROVER")
	if err != nil || len(members) != 2 {
		t.Errorf("members are %v, %v", members, err)
	}
	w.SetGroup(fakeslack.Group{ID: "S0APPROVER", Handle: "mp-approvers", Members: []string{approver}, Disabled: true})
	if members, err = w.api.GetUserGroupMembers("S0APPROVER"); err != nil || len(members) != 0 {
		t.Errorf("members of the disabled group are %v, %v", members, err)
	}
	_, err = w.api.GetUserGroupMembers("S0NOBODY")
	wantError(t, err, "no_such_subteam")
	groups, err := w.api.GetUserGroups(slack.GetUserGroupsOptionIncludeDisabled(true), slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil || len(groups) != 1 || groups[0].Handle != "mp-approvers" || groups[0].DateDelete == 0 || len(groups[0].Users) != 1 {
		t.Errorf("groups are %+v, %v", groups, err)
	}

	w.SetPerson(fakeslack.Person{ID: outsider, Name: "outsider", UltraRestricted: true, Stranger: true, TeamID: "T0OTHER"})
	u, err := w.api.GetUserInfo(outsider)
	if err != nil || !u.IsRestricted || !u.IsUltraRestricted || !u.IsStranger || u.TeamID != "T0OTHER" || u.TZ != "Europe/London" {
		t.Errorf("the guest is %+v, %v", u, err)
	}
	w.SetPerson(fakeslack.Person{ID: outsider, Name: "outsider", Deleted: true})
	if u, err = w.api.GetUserInfo(outsider); err != nil || !u.Deleted {
		t.Errorf("the deactivated person is %+v, %v", u, err)
	}
	if u, err = w.api.GetUserInfo("U0SANDBOXB"); err != nil || !u.IsBot {
		t.Errorf("the bot is %+v, %v", u, err)
	}
	_, err = w.api.GetUserInfo("U0NOBODY")
	wantError(t, err, "user_not_found")
	if w.NameOf(starter) != "starter" || w.NameOf("S0APPROVER") != "mp-approvers" || w.NameOf(platform) != "modernisation-platform" || w.NameOf("X") != "" {
		t.Error("somebody has another name")
	}
	w.clean(t)
}

func TestChannelsTellWhetherTheBotIsInThem(t *testing.T) {
	w := open(t, fakeslack.Config{})
	w.SetChannel(fakeslack.Channel{ID: "G0SECRET", Name: "secret", Private: true, NoBot: true})
	info := func(id string) (*slack.Channel, error) {
		return w.api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: id})
	}
	if c, err := info(platform); err != nil || !c.IsMember || c.IsArchived || c.Name != "modernisation-platform" {
		t.Errorf("channel is %+v, %v", c, err)
	}
	_, err := info("G0SECRET")
	wantError(t, err, "channel_not_found")
	w.InviteBot("G0SECRET")
	if c, err := info("G0SECRET"); err != nil || !c.IsPrivate || !c.IsMember {
		t.Errorf("private channel is %+v, %v", c, err)
	}
	w.ArchiveChannel(platform)
	if c, err := info(platform); err != nil || !c.IsArchived {
		t.Errorf("archived channel is %+v, %v", c, err)
	}
	dm, _, _, err := w.api.OpenConversation(&slack.OpenConversationParameters{Users: []string{starter}})
	if err != nil || dm.ID != w.Direct(starter) {
		t.Errorf("direct message is %+v, %v", dm, err)
	}
	if c, err := info(dm.ID); err != nil || !c.IsIM || c.User != starter {
		t.Errorf("direct message is %+v, %v", c, err)
	}
	if _, err := w.Command(approver, dm.ID, "/rotate"); err == nil {
		t.Error("somebody typed in another's direct message")
	}
	w.clean(t)
}
