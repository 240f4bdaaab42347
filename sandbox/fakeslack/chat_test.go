package fakeslack_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

func TestTheBotKnowsWhoItIs(t *testing.T) {
	w := open(t, fakeslack.Config{EnterpriseID: "E0ORG"})
	me, err := w.api.AuthTest()
	if err != nil {
		t.Fatal(err)
	}
	if me.UserID != "U0SANDBOXB" || me.BotID != "B0SANDBOX1" || me.TeamID != "T0SANDBOX1" || me.EnterpriseID != "E0ORG" {
		t.Errorf("auth.test says %+v", me)
	}
	_, err = slack.New("xoxb-other", slack.OptionAPIURL(w.url+"/api/")).AuthTest()
	wantError(t, err, "invalid_auth")
	_, _, err = slack.New("", slack.OptionAPIURL(w.url+"/api/"), slack.OptionAppLevelToken("xoxb-sandbox")).StartSocketModeContext(t.Context())
	wantError(t, err, "not_allowed_token_type")
	w.clean(t)
}

func TestAMessageIsPostedUpdatedAndDeleted(t *testing.T) {
	w := open(t, fakeslack.Config{})
	_, ts, err := w.api.PostMessage(platform, slack.MsgOptionText("42 began", false), slack.MsgOptionBlocks(&slack.DividerBlock{Type: "divider", BlockID: "head"}, section("hello"), buttons("b1", "approve")))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.api.PostMessage(platform, slack.MsgOptionText("your turn", false), slack.MsgOptionTS(ts)); err != nil {
		t.Fatal(err)
	}
	if thread := w.Thread(platform, ts); len(thread) != 2 || thread[1].ThreadTS != ts {
		t.Errorf("the thread is %+v", thread)
	}
	if m := w.Messages(platform)[0]; !strings.Contains(string(m.Blocks), `"block_id":"b1"`) || strings.Count(string(m.Blocks), "block_id") != 3 {
		t.Errorf("stored blocks are %s", m.Blocks)
	}

	if _, _, _, err := w.api.UpdateMessage(platform, ts, slack.MsgOptionText("42 is done", false)); err != nil {
		t.Fatal(err)
	}
	m := w.Messages(platform)[0]
	if m.TS != ts || m.Text != "42 is done" || m.Blocks != nil || m.Edited != 1 {
		t.Errorf("after an update without blocks: %+v", m)
	}

	link, err := w.api.GetPermalink(&slack.PermalinkParameters{Channel: platform, Ts: ts})
	if err != nil || !strings.HasSuffix(link, platform+"/p"+strings.ReplaceAll(ts, ".", "")) {
		t.Errorf("permalink %q, %v", link, err)
	}
	if _, _, err := w.api.DeleteMessage(platform, ts); err != nil {
		t.Fatal(err)
	}
	_, _, _, err = w.api.UpdateMessage(platform, ts, slack.MsgOptionText("x", false))
	wantError(t, err, "message_not_found")
	if n := w.world.Journal.Applied("slack", "chat.postMessage"); n != 2 {
		t.Errorf("%d posts in the journal, want 2", n)
	}
	if call := w.world.Journal.Calls()[0]; call.Resource != platform || call.Token != "head" {
		t.Errorf("journal has %+v", call)
	}
	w.clean(t)
}

func TestOnlyOnesOwnMessagesCanBeChanged(t *testing.T) {
	w := open(t, fakeslack.Config{})
	theirs, err := w.Say(starter, platform, "hello")
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, err = w.api.UpdateMessage(platform, theirs, slack.MsgOptionText("x", false))
	wantError(t, err, "cant_update_message")
	_, _, err = w.api.DeleteMessage(platform, theirs)
	wantError(t, err, "cant_delete_message")

	private, err := w.api.PostEphemeral(platform, starter, slack.MsgOptionText("only you", false))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, err = w.api.UpdateMessage(platform, private, slack.MsgOptionText("x", false))
	wantError(t, err, "cant_update_message")
	if seen := len(w.Visible(starter, platform)); seen != 2 {
		t.Errorf("the starter sees %d messages, want 2", seen)
	}
	if seen := len(w.Visible(approver, platform)); seen != 1 {
		t.Errorf("the approver sees %d messages, want 1", seen)
	}
}

func TestPlacesWhereTheBotCannotWrite(t *testing.T) {
	post := func(w workspace, channel string) error {
		_, _, err := w.api.PostMessage(channel, slack.MsgOptionText("x", false))
		return err
	}
	w := open(t, fakeslack.Config{})
	wantError(t, post(w, "C0NOWHERE"), "channel_not_found")
	w.RemoveBot(platform)
	wantError(t, post(w, platform), "not_in_channel")
	w.InviteBot(platform)
	w.ArchiveChannel(platform)
	wantError(t, post(w, platform), "is_archived")
	if err := post(w, starter); err != nil {
		t.Errorf("posting to a person: %v", err)
	}
	if got := w.Messages(w.Direct(starter)); len(got) != 1 {
		t.Errorf("the direct message holds %v", got)
	}
	_, err := w.api.PostEphemeral(w.Direct(starter), approver, slack.MsgOptionText("x", false))
	wantError(t, err, "user_not_in_channel")
	_, _, err = w.api.PostMessage(w.Direct(starter), slack.MsgOptionText(strings.Repeat("x", 40_001), false))
	wantError(t, err, "msg_too_long")
	_, _, err = w.api.PostMessage(w.Direct(starter), slack.MsgOptionText("", false))
	wantError(t, err, "no_text")
}

func TestAReplyToADeletedMessageLandsAtTheTopLevel(t *testing.T) {
	w := open(t, fakeslack.Config{})
	_, ts, err := w.api.PostMessage(platform, slack.MsgOptionText("card", false))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Delete(platform, ts); err != nil {
		t.Fatal(err)
	}
	_, reply, err := w.api.PostMessage(platform, slack.MsgOptionText("reply", false), slack.MsgOptionTS(ts))
	if err != nil {
		t.Fatal(err)
	}
	if m := w.Thread(platform, reply); len(m) != 1 || m[0].ThreadTS != "" {
		t.Errorf("the reply is %+v", m)
	}
}

func TestHistoryNeedsItsScope(t *testing.T) {
	w := open(t, fakeslack.Config{})
	var stamps []string
	for _, text := range []string{"one", "two", "three"} {
		_, ts, err := w.api.PostMessage(platform, slack.MsgOptionText(text, false), slack.MsgOptionBlocks(section(text)))
		if err != nil {
			t.Fatal(err)
		}
		stamps = append(stamps, ts)
	}
	if _, _, err := w.api.PostMessage(platform, slack.MsgOptionText("reply", false), slack.MsgOptionTS(stamps[1])); err != nil {
		t.Fatal(err)
	}
	history, err := w.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: platform, Oldest: stamps[0], Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(history.Messages) != 1 || history.Messages[0].Text != "three" || !history.HasMore || len(history.Messages[0].Blocks.BlockSet) != 1 {
		t.Errorf("history is %+v", history)
	}
	history, err = w.api.GetConversationHistory(&slack.GetConversationHistoryParameters{
		ChannelID: platform, Oldest: stamps[0], Limit: 1, Cursor: history.ResponseMetaData.NextCursor})
	if err != nil || history.Messages[0].Text != "two" || history.HasMore || history.Messages[0].ReplyCount != 1 {
		t.Errorf("second page is %+v, %v", history, err)
	}
	replies, _, _, err := w.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: platform, Timestamp: stamps[1]})
	if err != nil || len(replies) != 2 || replies[1].Text != "reply" {
		t.Errorf("replies are %+v, %v", replies, err)
	}
	_, _, _, err = w.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: platform, Timestamp: "1.000000"})
	wantError(t, err, "thread_not_found")

	w.SetScopes("chat:write")
	_, err = w.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: platform})
	wantError(t, err, "missing_scope")
	if refused, ok := err.(slack.SlackErrorResponse); !ok || refused.Needed != "channels:history" || refused.Provided != "chat:write" {
		t.Errorf("error is %#v", err)
	}
	w.clean(t)
}

func TestAnUnknownMethodIsAProblem(t *testing.T) {
	w := open(t, fakeslack.Config{})
	_, err := w.api.GetEmoji()
	wantError(t, err, "unknown_method")
	if len(w.Problems()) != 1 {
		t.Errorf("problems are %q", w.Problems())
	}
}

func TestFaultsAndRefusalsReachTheBot(t *testing.T) {
	w := open(t, fakeslack.Config{})
	w.world.Faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Word: world.PostReset})
	if _, _, err := w.api.PostMessage(platform, slack.MsgOptionText("lost answer", false)); err == nil {
		t.Error("the answer wasn't lost")
	}
	if len(w.Messages(platform)) != 1 {
		t.Error("the message wasn't posted")
	}
	w.world.Faults.Order(world.Fault{Method: "usergroups.users.list", Word: world.TooMany, For: 7 * time.Second})
	_, err := w.api.GetUserGroupMembers("S0APPROVER")
	if limited, ok := err.(*slack.RateLimitedError); !ok || limited.RetryAfter != 7*time.Second {
		t.Errorf("error is %#v", err)
	}
	w.Refuse("auth.test", "token_revoked", -1)
	for range 2 {
		_, err = w.api.AuthTest()
		wantError(t, err, "token_revoked")
	}
	w.Accept()
	w.Throttle("auth.test", "-1", 1)
	_, err = w.api.AuthTest()
	if limited, ok := err.(*slack.RateLimitedError); !ok || limited.RetryAfter != -time.Second {
		t.Errorf("error is %#v", err)
	}
	if _, err := w.api.AuthTest(); err != nil {
		t.Error(err)
	}
}

func TestRateLimitsAnswer429(t *testing.T) {
	w := open(t, fakeslack.Config{RateLimits: true})
	var err error
	for range 6 {
		_, _, err = w.api.PostMessage(platform, slack.MsgOptionText("x", false))
	}
	if limited, ok := err.(*slack.RateLimitedError); !ok || limited.RetryAfter != time.Second {
		t.Errorf("the sixth message in a row: %#v", err)
	}
}

func TestTheTranscriptHoldsWhatWasSent(t *testing.T) {
	w := open(t, fakeslack.Config{})
	value := `p+a/s"s<w>ord&`
	if _, _, err := w.api.PostMessage(platform, slack.MsgOptionBlocks(section(value))); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(w.Transcript()), value) {
		t.Error("the value isn't found")
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/elsewhere", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Note", "in-a-header")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if !strings.Contains(string(w.Transcript()), "in-a-header") || len(w.Problems()) != 1 {
		t.Error("a request to nowhere isn't on record")
	}
}
