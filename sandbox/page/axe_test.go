package page_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/need"
	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// An inspector looks for what axe-core finds wrong by WCAG 2.2, A and AA.
type inspector struct {
	b      *browser.Browser
	source string
}

func inspect(t *testing.T) *inspector {
	t.Helper()
	path := need.File(t, "npm", filepath.Join("testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return &inspector{browser.Start(t), string(source)}
}

// look reports every violation on the page as it is now.
func (i *inspector) look(t *testing.T, what string) {
	t.Helper()
	i.lookAt(t, what, "html")
}

// lookAt does so in a part of the page, by a CSS selector.
func (i *inspector) lookAt(t *testing.T, what, part string) {
	t.Helper()
	if !browser.Eval[bool](i.b, "typeof axe === 'object'") {
		browser.Eval[bool](i.b, i.source+";true")
	}
	found := browser.Eval[[]string](i.b, `axe.run("`+part+`", {
		runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
		rules: {"target-size": {enabled: true}},
	}).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target.join(" ") + "\n" + n.html.slice(0, 200) + "\n" + n.failureSummary)))`)
	if len(found) > 0 {
		t.Errorf("%s: %d violations\n%s", what, len(found), strings.Join(found, "\n\n"))
	}
}

// Every tab and what is behind it, with a channel full of blocks beside it,
// light and dark, on a desk and on a phone.
func TestThePageIsAccessible(t *testing.T) {
	shot := shots(t)
	i := inspect(t)
	s, address := site(t, page.Parts{
		BotStatus: func() string { return "connected" }, KillBot: func() error { return nil },
		FillDisk: func(bool) error { return nil }, DiskFull: func() bool { return true },
		Leaks: func() stage.LeakReport {
			return stage.LeakReport{At: time.Now(), Values: 14, Leaked: 1, Bytes: 3_100_000, Spellings: 200, Found: []string{"the bot's log: token 7, base64"}}
		},
	})
	a := connect(t, s)
	for _, provider := range []string{"aws", "entra"} {
		if _, err := s.Order(provider, world.Slow, time.Second, 5); err != nil {
			t.Fatal(err)
		}
	}
	i.b.Open(address)
	i.look(t, "an empty channel")
	card := a.post(t, "", strings.Replace(cardJSON, "LINK", address+"/github/settings/personal-access-tokens", 1))
	a.post(t, card, `[{"type":"section","text":{"type":"mrkdwn","text":"<@U0STARTER> it is *your turn*. <https://mojdt.slack.com/archives/C0PLATFORM/p1|→ card>"}}]`)
	a.post(t, "", everythingJSON)
	a.post(t, "", chooserJSON)
	s.GitHub.RunConsumers("schedule", stage.CIUser)
	if _, err := s.GitHub.OpenIssue(stage.PlatformRepo, "rekey-bot", "Rotate modernisation_pat_multirepo Credential", "**Due Fri 4 Dec 2026** (policy).\n\n- Secret: `modernisation_pat_multirepo`, `Modernisation PAT MultiRepo`\n- State: nobody has started it\n- Owner: `@modernisation-platform`", []string{"security", "kanban"}, false); err != nil {
		t.Fatal(err)
	}
	i.b.Open(address)
	tabs := browser.Eval[[]string](i.b, "[...document.querySelectorAll('.tabs a')].map((a) => a.pathname)")
	tabs = append(tabs, "/nowhere", "/aws/secretsmanager/secret?name="+stage.UserPAT, "/aws/iam/users/sam",
		"/github/"+stage.PlatformRepo+"/settings/secrets/actions", "/github/"+stage.PlatformRepo+"/issues", "/github/"+stage.PlatformRepo+"/issues/1", "/github/"+stage.PlatformRepo+"/actions/workflows/"+stage.Resources)
	for n, path := range tabs {
		i.b.Open(address + path)
		everyLook(i.b, func(look string, width int64) {
			i.lookAt(t, path+look, "#consoles") // the rest is the same on all of them
			if wide := browser.Eval[int64](i.b, "document.documentElement.scrollWidth"); wide > width {
				t.Errorf("%s: it is %d px wide", path+look, wide)
			}
			shot(i.b, fmt.Sprintf("axe-%02d%s", n, look))
		})
	}
	everywhere := func(what string) {
		t.Helper()
		everyLook(i.b, func(look string, _ int64) {
			i.look(t, what+look)
			shot(i.b, "axe-"+what+look)
		})
	}
	i.b.Open(address)
	everywhere("the whole page")
	i.b.Click("button", "How to save it")
	i.b.See("It asks for the token without showing it")
	everywhere("a modal")
	i.b.Click("button", "Send")
	i.b.See("Please complete this required field.")
	everywhere("a refused form")
	i.b.Click("button", "Close this window")
	i.b.Gone("It asks for the token")
	i.b.Click("button", "Choose…")
	i.b.See("Which integrations")
	everywhere("long lists")
	i.b.Click("button", "Close this window")
	i.b.Gone("Which integrations")
	i.b.Click("DisclosureTriangle", "More actions")
	everywhere("a menu")
	i.b.Click("button", "Delete it")
	i.b.See("Nobody can bring it back.")
	everywhere("a question")
}

// everyLook shows the page on a desk and on a phone, light and dark.
func everyLook(b *browser.Browser, do func(look string, width int64)) {
	for _, width := range []int64{390, 1280} {
		b.Size(width, 844)
		for _, dark := range []bool{true, false} {
			b.Dark(dark)
			do(fmt.Sprintf(" at %d px, dark %v", width, dark), width)
		}
	}
}
