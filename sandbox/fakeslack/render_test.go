package fakeslack_test

import (
	"encoding/json"
	"testing"

	"rekey/sandbox/fakeslack"
)

func TestBlocksReadAsAPersonReadsThem(t *testing.T) {
	names := func(id string) string {
		return map[string]string{"U1": "starter", "S1": "mp-approvers", "C1": "platform"}[id]
	}
	for blocks, want := range map[string]string{
		`[{"type":"header","text":{"type":"plain_text","text":"GitHub &amp; co"}},{"type":"divider"}]`:                                               "GitHub & co\n---",
		`[{"type":"section","text":{"type":"mrkdwn","text":"*Due* <!date^1796^{date_short}|Fri 4 Dec>, held by <@U1> or <@U2>"}}]`:                   "*Due* Fri 4 Dec, held by @starter or @U2",
		`[{"type":"section","text":{"type":"mrkdwn","text":"<!subteam^S1> in <#C1>: <https://x/y?a=1&amp;b|run 7> &lt;b&gt; <https://z> <!here>"}}]`: "@mp-approvers in #platform: run 7 <b> https://z @here",
		`[{"type":"section","text":{"type":"mrkdwn","text":"one\ntwo"},"fields":[{"type":"mrkdwn","text":"three"}],
		   "accessory":{"type":"button","text":{"type":"plain_text","text":"Start"}}}]`: "one  [ Start ]\ntwo\nthree",
		`[{"type":"context","elements":[{"type":"mrkdwn","text":"by <@U1>"},{"type":"image","image_url":"https://x","alt_text":"logo"}]}]`: "by @starter [image: logo]",
		`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Approve"}},{"type":"button","text":{"type":"plain_text","text":"Refuse…"}},
		   {"type":"overflow","options":[{"text":{"type":"plain_text","text":"Cancel…"},"value":"c"},{"text":{"type":"plain_text","text":"Take over"},"value":"t"}]}]}]`: "[ Approve ] [ Refuse… ] (More: Cancel… · Take over)",
		`[{"type":"input","label":{"type":"plain_text","text":"Reason"},"element":{"type":"plain_text_input"}}]`:                                              "Reason: ____",
		`[{"type":"input","label":{"type":"plain_text","text":"Who"},"element":{"type":"users_select","placeholder":{"type":"plain_text","text":"Choose"}}}]`: "Who: [ Choose ▾ ]",
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"},{"type":"text","text":" did"}]},
		   {"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"this"}]}]}]}]`: "@starter did\n1. this",
		`[{"type":"table","rows":[[{"type":"raw_text","text":"a"},{"type":"raw_text","text":"b"}]]}]`: "a | b",
		`[{"type":"markdown","text":"**x**"},{"type":"sparkle"}]`:                                     "**x**\n(sparkle)",
		`[`: "",
	} {
		if got := fakeslack.PlainText(json.RawMessage(blocks), names); got != want {
			t.Errorf("%s\nreads %q\nwant  %q", blocks, got, want)
		}
	}
	if got := fakeslack.PlainMrkdwn("<@U1> &amp; <@U2>", nil); got != "@U1 & @U2" {
		t.Errorf("without names: %q", got)
	}
}
