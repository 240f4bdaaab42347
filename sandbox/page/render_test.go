package page

import (
	"strings"
	"testing"
	"time"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

func testReader() *reader {
	s := fakeslack.New(world.New(), fakeslack.Config{})
	return &reader{
		slack: s, me: s.People()[0], mine: []string{"U0STARTER1", "S0APPROVER"},
		now: time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC), zone: time.FixedZone("CET", 3600),
	}
}

func TestMrkdwnReadsAsSlackShowsIt(t *testing.T) {
	r := testReader()
	for _, c := range []struct{ text, html string }{
		{"plain", "plain"},
		{"*bold* and *bold again*", "<strong>bold</strong> and <strong>bold again</strong>"},
		{"_slanted_ ~gone~ *_both_*", "<em>slanted</em> <s>gone</s> <strong><em>both</em></strong>"},
		{"2*3*4, snake_case_name, * lone *", "2*3*4, snake_case_name, * lone *"},
		{"● *2  Save it* · your turn", "● <strong>2  Save it</strong> · your turn"},
		{"`*not bold*` &amp; `a&lt;b`", "<code>*not bold*</code> &amp; <code>a&lt;b</code>"},
		{"one\ntwo", "one<br>two"},
		{"&gt; quoted\nnot", "<blockquote>quoted</blockquote>not"},
		{"a ```x *y* &lt;z``` b", `a <div class="pre"><pre tabindex="0">x *y* &lt;z</pre><button type="button" class="copy" data-copy aria-label="Copy this block">Copy</button></div> b`},
		{"never ```closed", "never ```closed"},
		{"<script>alert(1)</script>", "scriptalert(1)/script"},
		{"&lt;script&gt; \"quotes\"", "&lt;script&gt; &#34;quotes&#34;"},
		{"<javascript:alert(1)|press>", "press"},
		{"<https://example.com/?a=1&amp;b=2|a &lt;b&gt;>", `<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">a &lt;b&gt;</a>`},
		{`<https://example.com/"onmouseover="x|y>`, `<a href="https://example.com/&#34;onmouseover=&#34;x" target="_blank" rel="noopener noreferrer">y</a>`},
		{"<http://127.0.0.1:1/aws|console>", `<a href="/aws">console</a>`},
		{"<https://mojdt.slack.com/archives/C0PLATFORM/p17954304600001|→ card>", `<a href="#m-C0PLATFORM-p17954304600001">→ card</a>`},
		{"<@U0APPROVE1>", `<span class="mention">@approver</span>`},
		{"<@U0STARTER1>", `<span class="mention mine">@starter</span>`},
		{"<!subteam^S0APPROVER>", `<span class="mention mine">@mp-approvers</span>`},
		{"<!subteam^S0OTHER|@others>", `<span class="mention">@others</span>`},
		{"<#C0PLATFORM>", `<span class="mention">#modernisation-platform</span>`},
		{"<!here>", `<span class="mention mine">@here</span>`},
		{"<@U0STARTER1> *reads* <@U0APPROVE1>", `<span class="mention mine">@starter</span> <strong>reads</strong> <span class="mention">@approver</span>`},
		{"<!date^1796032800^{date_short_pretty} {time}|10:00>", `<time datetime="2026-11-30T10:00:00Z">today 11:00</time>`},
		{"<!date^1795946400^{date_pretty}|x>", `<time datetime="2026-11-29T10:00:00Z">yesterday</time>`},
		{"<!date^1798000000^{date_long}^https://example.com|x>", `<a href="https://example.com" target="_blank" rel="noopener noreferrer"><time datetime="2026-12-23T04:26:40Z">Wednesday, 23 December 2026</time></a>`},
		{"<!date^nonsense^{time}|the fallback>", "the fallback"},
		{"a\x00b *c*", "ab <strong>c</strong>"},
	} {
		if got := string(r.mrkdwn(c.text)); got != c.html {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.html)
		}
	}
}

func TestABlockIsDrawnOrSaysThatItCannotBe(t *testing.T) {
	s := &site{}
	s.templates = parsed()
	r := testReader()
	for _, c := range []struct{ block, has string }{
		{`{"type":"header","text":{"type":"plain_text","text":"A <b>"}}`, `<h3 class="block header">A &lt;b&gt;</h3>`},
		{`{"type":"section","text":{"type":"mrkdwn","text":"*x*"}}`, `<strong>x</strong>`},
		{`{"type":"section","fields":[{"type":"mrkdwn","text":"one"},{"type":"plain_text","text":"*two*"}]}`, `<div>one</div><div>*two*</div>`},
		{`{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}}}`, `>Go</button>`},
		{`{"type":"context","elements":[{"type":"mrkdwn","text":"small"},{"type":"image","image_url":"https://e.example/i.png","alt_text":"eye"}]}`, `aria-label="eye"`},
		{`{"type":"divider"}`, `<hr class="block">`},
		{`{"type":"actions","block_id":"b","elements":[{"type":"button","action_id":"a","style":"danger","text":{"type":"plain_text","text":"Go"}}]}`, `value="action=a&amp;block=b" class="element danger"`},
		{`{"type":"actions","elements":[{"type":"button","action_id":"a","url":"http://127.0.0.1:9/github","text":{"type":"plain_text","text":"Open"}}]}`, `<a href="/github" class="element button "`},
		{`{"type":"actions","elements":[{"type":"button","action_id":"a","url":"javascript:x","text":{"type":"plain_text","text":"Open"}}]}`, `<button name="press"`},
		{`{"type":"actions","block_id":"b","elements":[{"type":"overflow","action_id":"a","options":[{"text":{"type":"plain_text","text":"Take over"},"value":"t"}]}]}`, `value="action=a&amp;block=b&amp;value=t" formaction="/do/press">Take over</button>`},
		{`{"type":"actions","elements":[{"type":"static_select","action_id":"a","option_groups":[{"label":{"type":"plain_text","text":"Due"},"options":[{"text":{"type":"plain_text","text":"One"},"value":"1"}]}]}]}`, `<option disabled>Due</option><option value="1">One</option>`},
		{`{"type":"actions","elements":[{"type":"users_select","action_id":"a","initial_user":"U0APPROVE1"}]}`, `<option value="U0APPROVE1" selected>Ada Approver</option>`},
		{`{"type":"image","image_url":"https://e.example/i.png","alt_text":"a plan"}`, `role="img" aria-label="a plan"`},
		{`{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a","style":{"code":true}},{"type":"link","url":"https://e.example"},{"type":"user","user_id":"U0STARTER1"},{"type":"emoji","name":"tada"}]}]}]}`, `<ol><li><code>a</code><a href="https://e.example" target="_blank" rel="noopener noreferrer">https://e.example</a><span class="mention mine">@starter</span>:tada:</li></ol>`},
		{`{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"rekey put <x>"}]}]}`, `<pre tabindex="0">rekey put &lt;x&gt;</pre>`},
		{`{"type":"rich_text","elements":[{"type":"rich_text_magic","elements":[]}]}`, `<p class="wrong">`},
		{`{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Reason"},"hint":{"type":"plain_text","text":"Short."},"element":{"type":"plain_text_input","action_id":"a","max_length":500}}`, `<input id="s-b-a" name="in:b" type="text" class="element" value="" placeholder="" autocomplete="off" maxlength="500" aria-describedby="s-b-a-hint">`},
		{`{"type":"input","block_id":"bad","label":{"type":"plain_text","text":"Reason"},"element":{"type":"plain_text_input","action_id":"a","multiline":true}}`, `aria-describedby="s-bad-a-error" aria-invalid="true"`},
		{`{"type":"input","block_id":"b","label":{"type":"plain_text","text":"Which"},"element":{"type":"checkboxes","action_id":"a","options":[{"text":{"type":"plain_text","text":"One"},"value":"1"}]}}`, `<legend>Which</legend>`},
		{`{"type":"input","block_id":"b","label":{"type":"plain_text","text":"When"},"element":{"type":"datepicker","action_id":"a","initial_date":"2026-11-30"}}`, `type="date" class="element" value="2026-11-30"`},
		{`{"type":"input","block_id":"b","label":{"type":"plain_text","text":"File"},"element":{"type":"file_input","action_id":"a"}}`, `The sandbox can&#39;t show an element of the type &#34;file_input&#34;.`},
		{`{"type":"table","rows":[[{"type":"raw_text","text":"<a>"},{"type":"raw_text","text":"b"}]]}`, `<td>&lt;a&gt;</td><td>b</td>`},
		{`{"type":"markdown","text":"# <x>"}`, `# &lt;x&gt;`},
		{`{"type":"hologram"}`, `Slack has no block of the type &#34;hologram&#34;`},
	} {
		b := block{r: r, o: decode([]byte("[" + c.block + "]"))[0], scope: "s", errors: map[string]string{"bad": "Say more."}}
		got, err := s.render("block", b)
		if err != nil || !strings.Contains(string(got), c.has) {
			t.Errorf("%s\n got %s (%v)\nwant %s", c.block, got, err, c.has)
		}
	}
}

func TestAPressInAViewIsSentToTheView(t *testing.T) {
	v := fakeslack.View{ID: "V1", Title: "Title", Submit: "Send", Blocks: []byte(`[{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}}]}]`)}
	m := testReader().modal(v)
	if to := m.Blocks[0].Elements()[0].To(); to != "/do/press-view" || m.Close != "Cancel" {
		t.Errorf("it is sent to %s and closed by %s", to, m.Close)
	}
}
