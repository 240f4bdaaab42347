package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"rekey/rotation"
)

var update = flag.Bool("update", false, "write the golden files anew")

const permalink = "https://moj.slack.com/archives/C0PLATFORM/p1795430000000000"

func (s *story) context() Context { return Context{Now: s.now, Zone: london, Permalink: permalink} }

// A rendering is one thing that Slack gets: a message or a view.
type rendering struct {
	name string
	kept bool // as a golden file
	post *Post
	view *slack.ModalViewRequest
	home *slack.HomeTabViewRequest
}

// standing is a rotation's secret with nothing known of it but that.
func standing(r *rotation.Rotation) Row {
	s := rotation.Secret{
		Name: r.Plan.Secret, Title: r.Plan.Title, Noun: r.Plan.Noun, Usage: "Used in pipelines", Location: "AWS Secrets Manager", Owner: r.Plan.Owner.Name,
		Every: rotation.Days(r.Plan.Every), Links: []rotation.Link{{Title: "The page that this follows", URL: "https://user-guide.example.gov.uk"}},
	}
	return Row{Standing: rotation.Stand(s, r, nil), Link: permalink}
}

// renderings are everything that this package draws, for the stories above.
func renderings(t testing.TB) []rendering {
	var out []rendering
	add := func(x rendering) { out = append(out, x) }
	post := func(name string, p Post) { add(rendering{name: name, kept: true, post: &p}) }
	view := func(name string, v slack.ModalViewRequest) { add(rendering{name: name, kept: true, view: &v}) }
	kept := []string{"none_03_pressed_slack_silent", "none_32_run_failed", "none_52_done_with_gap", "both_61_rolled_back"}
	asked := map[rotation.Verb]bool{}
	all := states(t)
	by := map[string]*story{}
	for _, x := range all {
		c := x.s.context()
		by[x.name] = x.s
		post("card_"+x.name, Card(x.s.r, c))
		keep := slices.Contains(kept, x.name)
		add(rendering{name: "turn_" + x.name, post: ptr(Turn(x.s.r, c))})
		add(rendering{name: "status_" + x.name, kept: keep, post: ptr(StatusOf(standing(x.s.r), c))})
		add(rendering{name: "details_" + x.name, kept: keep, view: ptr(Details(x.s.r, c))})
		if x.s.r.State != rotation.Running {
			continue
		}
		for _, v := range offered(Card(x.s.r, c)) {
			if NeedsReason(v) {
				add(rendering{name: "reason_" + string(v) + "_" + x.name, kept: !asked[v], view: ptr(Reason(x.s.r, v, c))})
				asked[v] = true
			}
		}
	}
	s := by["none_10_to_regenerate"]
	c := s.context()
	view("howto_cli", HowTo(s.r, c))
	field := s.r.Clone()
	field.Plan.Field = "token"
	view("howto_field", HowTo(field, c))
	view("howto_fetch", HowTo(by["iam_03_to_fetch"].r, c))
	view("howto_console", HowTo(by["none_14_console"].r, c))
	unread := s.r.Clone()
	unread.Plan.Read = nil
	view("reason_cancel_attests", Reason(unread, rotation.Cancel, c))
	post("started", Started(s.r, permalink))
	post("started_no_card", Started(s.r, ""))
	post("already_running", AlreadyRunning(s.r, permalink))
	post("help", Help())
	var rows []Row
	for i, title := range []string{"GitHub MP CI User PAT", "Slack Webhook URL", "AWS SSO Entra ID", "PagerDuty User Level API Token", "Modernisation PAT MultiRepo"} {
		secret := rotation.Secret{Name: strings.ReplaceAll(strings.ToLower(title), " ", "_"), Title: title, Every: 180}
		newest := map[int]string{0: "none_32_run_failed", 1: "none_10_to_regenerate", 2: "none_50_done", 3: "none_61_cancelled"}[i]
		if newest == "" {
			rows = append(rows, Row{Standing: rotation.Stand(secret, nil, nil)})
			continue
		}
		row := Row{Standing: rotation.Stand(secret, by[newest].r, nil)}
		if i == 0 {
			row.Link = permalink
		}
		rows = append(rows, row)
	}
	after := c
	after.Now = clock("12:00") // when all of these have been
	post("list", List(rows, nil, after))
	watched(by, c, post, func(name string, v slack.HomeTabViewRequest) { add(rendering{name: name, kept: true, home: &v}) })
	reminding(by, c, post, view)
	remarking(by, c, post, view)
	listing(c, post, view)
	post("status_all", StatusAll([]*rotation.Rotation{rows[0].Running, rows[1].Running}, map[rotation.ID]string{42: permalink}, c))
	post("status_all_nothing", StatusAll(nil, nil, c))
	view("pick", Pick([]rotation.Secret{rows[0].Secret, rows[1].Secret}, map[string]rotation.ID{rows[0].Secret.Name: 42}, c))
	view("pick_nothing", Pick(nil, nil, c))
	catalogue := rotation.Catalogue{Secrets: []rotation.Secret{{Name: "github_ci_user_pat"}}}
	_, near := catalogue.Secret("github_ci_pat")
	post("refusal_nearest", Refusal(near, c))
	post("refusal", Refusal(&rotation.Error{What: "You started this rotation, so somebody else has to approve it."}, c))
	post("refusal_unknown", Refusal(errors.New("disk I/O error: /var/lib/rekey.db"), c))
	return out
}

// offered are the verbs that a message's buttons and menus ask for.
func offered(p Post) []rotation.Verb {
	var out []rotation.Verb
	for _, value := range values(p) {
		_, press, err := DecodePress(value)
		if err != nil {
			panic(err)
		}
		out = append(out, press.Verb)
	}
	return out
}

func values(p Post) []string {
	var out []string
	for _, b := range p.Blocks {
		actions, ok := b.(*slack.ActionBlock)
		if !ok {
			continue
		}
		for _, e := range actions.Elements.ElementSet {
			switch e := e.(type) {
			case *slack.ButtonBlockElement:
				out = append(out, e.Value)
			case *slack.OverflowBlockElement:
				for _, o := range e.Options {
					out = append(out, o.Value)
				}
			}
		}
	}
	return out
}

// encode is the JSON that Slack gets, indented.
func encode(t testing.TB, x rendering) []byte {
	t.Helper()
	var v any = x.view
	switch {
	case x.post != nil:
		v = map[string]any{"text": x.post.Text, "blocks": x.post.Blocks}
	case x.home != nil:
		v = x.home
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("marshalling %s: %v", x.name, err)
	}
	var back any
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatalf("reading %s back: %v", x.name, err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(back); err != nil {
		t.Fatalf("writing %s: %v", x.name, err)
	}
	return out.Bytes()
}

func TestEverythingReadsAsTheGoldenFilesSay(t *testing.T) {
	seen := map[string]bool{}
	var turns bytes.Buffer
	for _, x := range renderings(t) {
		if strings.HasPrefix(x.name, "turn_") {
			fmt.Fprintf(&turns, "%s\n  %s\n", x.name, x.post.Text)
		}
		if !x.kept {
			continue
		}
		path := filepath.Join("testdata", x.name+".json")
		seen[path] = true
		golden(t, path, encode(t, x))
	}
	golden(t, filepath.Join("testdata", "turns.txt"), turns.Bytes())
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[f] {
			if *update {
				_ = os.Remove(f)
				continue
			}
			t.Errorf("nothing draws %s any more", f)
		}
	}
}

// golden compares with a file, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v; write it with -update", err)
		return
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

var (
	dates = regexp.MustCompile(`<!date[^>]*>`)
	names = regexp.MustCompile(`<@[^>]*>`)
)

// visible counts the characters of a message as Slack shows them.
func visible(t testing.TB, p Post) int {
	n := 0
	texts(t, p.Blocks, func(_ string, text string) {
		text = names.ReplaceAllString(dates.ReplaceAllString(text, "10:42 AM"), "@somebody")
		n += len([]rune(text))
	})
	return n
}

// texts calls each with every text object's kind and text.
func texts(t testing.TB, v any, each func(kind, text string)) {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	walk(tree, func(o map[string]any) {
		if text, ok := o["text"].(string); ok {
			each(o["type"].(string), text)
		}
	})
}

// walk calls each with every object in a tree of JSON.
func walk(v any, each func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		each(v)
		for _, x := range v {
			walk(x, each)
		}
	case []any:
		for _, x := range v {
			walk(x, each)
		}
	}
}

func TestACardIsShort(t *testing.T) {
	for _, x := range states(t) {
		p := Card(x.s.r, x.s.context())
		buttons := 0
		for _, b := range p.Blocks {
			if a, ok := b.(*slack.ActionBlock); ok {
				for _, e := range a.Elements.ElementSet {
					if _, ok := e.(*slack.ButtonBlockElement); ok {
						buttons++
					}
				}
			}
		}
		visible, most := visible(t, p), 900
		if x.s.r.Emergency() {
			most = 1000 // there is a step more, and more to know
		}
		if len(p.Blocks) > 12 || visible > most || buttons > maxButtons {
			t.Errorf("%s has %d blocks, %d characters and %d buttons:\n%s", x.name, len(p.Blocks), visible, buttons, p.Text)
		}
		if testing.Verbose() {
			fmt.Printf("--- %s: %d blocks, %d characters, %d buttons\n%s\n%v\n", x.name, len(p.Blocks), visible, buttons, p.Text, offered(p))
			fmt.Printf("TURN %s\n", Turn(x.s.r, x.s.context()).Text)
		}
	}
}
