// Package browser drives the sandbox's page in a real Chromium, for tests: it
// finds things as a screen reader does, by role and name, and works them with
// mouse and keyboard.
package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"rekey/need"
)

// patience is how long a thing is waited for before the test fails.
const patience = 30 * time.Second

// A Browser has one tab. Its methods fail the test when something isn't there
// in time, and say what was there instead.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// windows are how many browsers of one test process are open at once. More of
// them would only make each other wait.
var windows = make(chan struct{}, 2)

// Start starts a Chromium that ends with the test. It skips the test if there
// is none, as need.Tool does.
func Start(t testing.TB) *Browser {
	t.Helper()
	path := need.Tool(t, "chromium", "chromium-browser", "google-chrome")
	windows <- struct{}{}
	t.Cleanup(func() { <-windows })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	parent, end := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, closeTab := chromedp.NewContext(parent)
	b := &Browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		closeTab()
		end()
	})
	b.do("starting "+path, chromedp.Navigate("about:blank"))
	b.Size(1280, 800)
	return b
}

// Open goes to an address and waits until its page has loaded.
func (b *Browser) Open(address string) {
	b.t.Helper()
	b.do("opening "+address, chromedp.Navigate(address))
}

// Size makes the window so many CSS pixels wide and high.
func (b *Browser) Size(width, height int64) {
	b.t.Helper()
	b.do("resizing the window", chromedp.EmulateViewport(width, height))
}

// Dark switches the person's preference for dark colours on or off.
func (b *Browser) Dark(on bool) {
	b.t.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	b.do("changing the colours", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// Screenshot writes what the window shows into a PNG file.
func (b *Browser) Screenshot(path string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(path, png, 0o600)
	}
	if err != nil {
		b.t.Fatalf("taking a screenshot: %v", err)
	}
}

// Click clicks what has a role and a name, once it stands still, and again if
// it moved away from under the pointer. Of several it takes the last, which in
// a channel is the newest.
func (b *Browser) Click(role, name string) {
	b.t.Helper()
	var stood dom.Quad
	b.on(role, name, func(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) error {
		if _, err := cdp.Call(ctx, t, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: node}); err != nil {
			return err
		}
		quads, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: node})
		if err != nil {
			return err
		}
		if len(quads.Quads) == 0 {
			return errNotShown
		}
		q := quads.Quads[0]
		if !slices.Equal(q, stood) {
			stood = q
			return errMoving
		}
		call, err := hold(ctx, t, node)
		if err != nil {
			return err
		}
		if err := call(expectClick, ""); err != nil {
			return err
		}
		if _, err := chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2)(ctx, t); err != nil {
			return err
		}
		err = call(`function() { if (!window.clicked) throw new Error("missed"); }`, "")
		if err != nil && strings.Contains(err.Error(), "missed") {
			return errMissed
		}
		return nil // it was clicked; if that can't be asked any more, it led to another page
	})
}

// expectClick notes whether the next click arrives at what says the same as this
// element: an update of the page may have put another in its place.
const expectClick = `function() {
	const says = (e) => (e.ariaLabel ?? "") + e.textContent.trim();
	const { tagName } = this, said = says(this);
	window.clicked = false;
	window.addEventListener("click", (e) => {
		const hit = e.composedPath().find((n) => n.tagName === tagName);
		window.clicked = hit !== undefined && says(hit) === said;
	}, { once: true, capture: true });
}`

// Type puts text into an empty field by its label, as if it were typed or
// pasted.
func (b *Browser) Type(label, text string) {
	b.t.Helper()
	b.on("textbox", label, func(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) error {
		if _, err := cdp.Call(ctx, t, dom.Focus, dom.FocusParams{BackendNodeID: node}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// Key presses a key, or several: one of package kb's names, or letters.
func (b *Browser) Key(keys string) {
	b.t.Helper()
	b.do("pressing a key", chromedp.KeyEvent(keys))
}

// Choose chooses an option, by its text or the beginning of it, in the menu
// with a name.
func (b *Browser) Choose(menu, text string) {
	b.t.Helper()
	b.on("combobox", menu, func(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) error {
		return call(ctx, t, node, `function(text) {
			const at = [...this.options].findIndex((o) => o.text.startsWith(text));
			if (at < 0) throw new Error("no option " + text);
			this.selectedIndex = at;
			this.dispatchEvent(new Event("input", { bubbles: true }));
			this.dispatchEvent(new Event("change", { bubbles: true }));
		}`, text)
	})
}

// See waits until the page shows a text. Spaces and line ends count as one.
func (b *Browser) See(text string) {
	b.t.Helper()
	if !b.until(func() bool { return strings.Contains(b.Text(), text) }) {
		b.t.Fatalf("the page doesn't show %q; it shows:\n%s", text, b.Text())
	}
}

// SeeAfter does something that people do again when nothing comes of it, until
// the page shows a text: a window whose trigger has died doesn't open.
func (b *Browser) SeeAfter(do func(), text string) {
	b.t.Helper()
	for range 3 {
		do()
		if b.within(patience/3, func() bool { return strings.Contains(b.Text(), text) }) {
			return
		}
	}
	b.See(text)
}

// Gone waits until the page doesn't show a text any more.
func (b *Browser) Gone(text string) {
	b.t.Helper()
	if !b.until(func() bool { return !strings.Contains(b.Text(), text) }) {
		b.t.Fatalf("the page still shows %q; it shows:\n%s", text, b.Text())
	}
}

// Text is all that the page shows, with single spaces.
func (b *Browser) Text() string {
	b.t.Helper()
	return strings.Join(strings.Fields(Eval[string](b, "document.body.innerText")), " ")
}

// TextOf is the text of the first element that fits a CSS selector; it waits
// for one.
func (b *Browser) TextOf(selector string) string {
	b.t.Helper()
	quoted, err := json.Marshal(selector)
	if err != nil {
		b.t.Fatal(err)
	}
	var text string
	if !b.until(func() bool {
		text = Eval[string](b, "document.querySelector("+string(quoted)+")?.textContent ?? ''")
		return text != ""
	}) {
		b.t.Fatalf("nothing fits %s; the page shows:\n%s", selector, b.Text())
	}
	return text
}

// Eval runs a JavaScript expression in the page and returns its value.
func Eval[T any](b *Browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("evaluating %s: %v", expression, err)
	}
	return v
}

func (b *Browser) do(what string, action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, action); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// until looks again every few frames until cond holds or patience is over.
func (b *Browser) until(cond func() bool) bool { return b.within(patience, cond) }

func (b *Browser) within(wait time.Duration, cond func() bool) bool {
	frame := time.NewTicker(50 * time.Millisecond)
	defer frame.Stop()
	for end := time.Now().Add(wait); time.Now().Before(end); {
		if cond() {
			return true
		}
		<-frame.C
	}
	return cond()
}

// value is a string out of the accessibility tree.
func value(raw []byte) string {
	var s string
	if err := json.Unmarshal(bytes.TrimSpace(raw), &s); err != nil {
		return ""
	}
	return s
}
