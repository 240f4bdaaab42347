package message

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// within checks everything in a message or view against Slack's limits.
func within(t testing.TB, x rendering) {
	t.Helper()
	raw := encode(t, x)
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	check := func(what string, n, least, most int) {
		if n < least || n > most {
			t.Errorf("%s: %s has %d, allowed are %d to %d", x.name, what, n, least, most)
		}
	}
	switch {
	case x.home != nil:
		check("blocks", len(x.home.Blocks.BlockSet), 1, maxViewBlocks)
		check("the whole view", len(raw), 1, maxView)
	case x.post != nil:
		check("text", utf8.RuneCountInString(x.post.Text), 1, maxFallback)
		check("blocks", len(x.post.Blocks), 1, maxMessageBlocks)
	default:
		check("blocks", len(x.view.Blocks.BlockSet), 1, maxViewBlocks)
		check("private_metadata", utf8.RuneCountInString(x.view.PrivateMetadata), 0, maxMetadata)
		check("the whole view", len(raw), 1, maxView)
		for _, part := range []*slack.TextBlockObject{x.view.Title, x.view.Close, x.view.Submit} {
			if part != nil {
				check("title, close or submit", utf8.RuneCountInString(part.Text), 1, maxViewTitle)
			}
		}
	}
	ids, inputs := map[string]bool{}, false
	walk(tree, func(o map[string]any) {
		text := func(key string) string {
			if inner, ok := o[key].(map[string]any); ok {
				return inner["text"].(string)
			}
			return ""
		}
		list := func(key string) int { l, _ := o[key].([]any); return len(l) }
		if id, ok := o["block_id"].(string); ok {
			if ids[id] {
				t.Errorf("%s: block_id %s is there twice", x.name, id)
			}
			ids[id] = true
			check("block_id", utf8.RuneCountInString(id), 1, maxID)
		}
		if id, ok := o["action_id"].(string); ok {
			check("action_id", utf8.RuneCountInString(id), 1, maxID)
		}
		if url, ok := o["url"].(string); ok {
			check("url", utf8.RuneCountInString(url), 1, maxURL)
		}
		value, _ := o["value"].(string)
		switch kind, _ := o["type"].(string); kind {
		case "mrkdwn", "plain_text":
			check("a text", utf8.RuneCountInString(o["text"].(string)), 1, maxText)
		case "header":
			check("a header", utf8.RuneCountInString(text("text")), 1, maxHeader)
		case "context":
			check("context elements", list("elements"), 1, maxContext)
		case "actions":
			check("actions", list("elements"), 1, maxActions)
			actions := map[any]bool{}
			for _, e := range o["elements"].([]any) {
				id := e.(map[string]any)["action_id"]
				if actions[id] {
					t.Errorf("%s: action_id %v is there twice", x.name, id)
				}
				actions[id] = true
			}
		case "button":
			check("a button's text", utf8.RuneCountInString(text("text")), 1, maxButtonText)
			check("a button's value", utf8.RuneCountInString(value), 1, maxButtonValue)
		case "overflow":
			check("a menu", list("options"), 1, maxOverflow)
		case "static_select":
			check("options", list("options"), 0, maxOptions)
			check("groups", list("option_groups"), 0, maxGroups)
			check("placeholder", utf8.RuneCountInString(text("placeholder")), 1, maxPlaceholder)
		case "input":
			inputs = true
			check("label", utf8.RuneCountInString(text("label")), 1, maxLabel)
			check("hint", utf8.RuneCountInString(text("hint")), 0, maxLabel)
		case "plain_text_input":
			check("max_length", int(o["max_length"].(float64)), 1, maxInput)
		case "": // an option or a group
			if _, ok := o["value"]; ok {
				check("an option's text", utf8.RuneCountInString(text("text")), 1, maxOptionText)
				check("an option's value", utf8.RuneCountInString(value), 1, maxOptionValue)
				check("an option's description", utf8.RuneCountInString(text("description")), 0, maxOptionText)
			}
			if o["options"] != nil {
				check("a group", list("options"), 1, maxOptions)
				check("a group's label", utf8.RuneCountInString(text("label")), 1, maxGroupLabel)
			}
		}
	})
	if inputs && (x.view == nil || x.view.Submit == nil) {
		t.Errorf("%s has an input and nothing to submit it", x.name)
	}
}

func TestEverythingIsWithinSlacksLimits(t *testing.T) {
	for _, x := range renderings(t) {
		within(t, x)
	}
}

func TestSlacksLimitsHoldWhenEverythingIsLong(t *testing.T) {
	for i, filler := range []string{"&<>", "long ", "é", "🔑"} {
		long := strings.Repeat(filler, 600)
		for j, x := range states(t) {
			if (i+j)%4 != 0 { // each state with one filler; each filler with many states
				continue
			}
			r := x.s.r.Clone()
			stuff(r, long)
			c := x.s.context()
			within(t, rendering{name: "card " + x.name, post: ptr(Card(r, c))})
			within(t, rendering{name: "turn " + x.name, post: ptr(Turn(r, c))})
			within(t, rendering{name: "status " + x.name, post: ptr(StatusOf(standing(r), c))})
			within(t, rendering{name: "details " + x.name, view: ptr(Details(r, c))})
			for _, v := range []rotation.Verb{rotation.Refuse, rotation.Cancel, rotation.Attest, rotation.PromoteAnyway, rotation.RollBack} {
				within(t, rendering{name: "reason " + x.name, view: ptr(Reason(r, v, c))})
			}
		}
	}
}

// stuff puts s wherever a rotation has a text.
func stuff(r *rotation.Rotation, s string) {
	r.Plan.Title, r.Plan.Noun, r.Reason = s, s, s
	r.Plan.Users = []string{s, s, s}
	r.Plan.Approvers.Name, r.Plan.Channel.Name = "@"+s, "#"+s
	r.Facts.UsedBy, r.Facts.Identity, r.Facts.Missing = s, s, []string{s}
	for i := range r.Steps {
		st := &r.Steps[i]
		st.Title, st.Done, st.Text, st.Warning, st.Note, st.Asked = s, s, s+"\n"+s, s, s, s
		if st.State == rotation.Ticked {
			st.Evidence = []string{s, rotation.Mention(other) + s + rotation.When(r.Started), s}
		}
		st.More = append(st.More, rotation.Link{Title: s, URL: "https://example.org/"}, rotation.Link{Title: s, URL: "javascript:alert(1)"})
		if st.Problem != nil {
			st.Problem.What, st.Problem.Safe, st.Problem.Next = s, s, s
			for i := range st.Problem.Choices {
				st.Problem.Choices[i].Label = s
			}
		}
	}
	for i := range r.Claims {
		r.Claims[i].Reason, r.Claims[i].Why = s, s
	}
	for i := range r.Debts {
		r.Debts[i].What, r.Debts[i].Why = s, s
	}
	for range 20 {
		r.Debts = append(r.Debts, rotation.Debt{What: s, Why: s, Since: r.Started})
	}
}

func TestAHundredStepsAndClaimsStillFit(t *testing.T) {
	p := plan(rotation.None)
	for i := range 200 {
		s := p.Steps[3]
		s.ID = fmt.Sprintf("run_%d_with_a_long_name_that_leaves_no_room_for_anything_else_in_an_option", i)
		p.Steps = append(p.Steps, s)
	}
	s := begin(t, p).seen().approve().received().promoted()
	for range 200 {
		s.ran()
	}
	within(t, rendering{name: "card", post: ptr(Card(s.r, s.context()))})
	within(t, rendering{name: "details", view: ptr(Details(s.r, s.context()))})
}

func TestALongListIsCountedAndFitsIntoAnAcknowledgement(t *testing.T) {
	running := begin(t, plan(rotation.None)).seen().approve()
	c := running.context()
	var rows []Row
	var secrets []rotation.Secret
	for i := range 5000 {
		s := rotation.Secret{Name: fmt.Sprintf("secret_%d", i), Title: fmt.Sprintf("Secret & %s %d", strings.Repeat("very long ", 20), i), Every: 180}
		secrets = append(secrets, s)
		row := Row{Standing: rotation.Standing{Secret: s}}
		if i%2 == 0 {
			row.Running, row.Link = running.r, permalink
		}
		rows = append(rows, row)
	}
	p := List(rows, nil, c)
	within(t, rendering{name: "list", post: &p})
	raw, err := json.Marshal(map[string]any{"envelope_id": "e", "payload": map[string]any{"text": p.Text, "blocks": p.Blocks}})
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) >= maxAck {
		t.Errorf("the list has %d bytes", len(raw))
	}
	shown := strings.Count(string(raw), "`secret_")/2 + strings.Count(string(raw), "`secret_")%2
	if !strings.Contains(p.Text, "more.") && !strings.Contains(string(raw), "more.") {
		t.Errorf("the list shows about %d of 5000 and doesn't count the rest", shown)
	}
	within(t, rendering{name: "pick", view: ptr(Pick(secrets, nil, c))})
	within(t, rendering{name: "pick 101", view: ptr(Pick(secrets[:101], nil, c))})
}

func ptr[T any](v T) *T { return &v }
