package browser

import (
	"strings"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// Reach presses Tab until what has the keyboard bears a name, as somebody does
// who has no mouse, again and again while it isn't there. It fails the test if
// it never is, and says what it passed on the last round.
func (b *Browser) Reach(name string) {
	b.t.Helper()
	var passed []string
	for end := time.Now().Add(patience); time.Now().Before(end); {
		b.Key(kb.Tab)
		here := b.Focused()
		if here == name {
			return
		}
		if here == "" {
			passed = nil
		}
		passed = append(passed, here)
	}
	b.t.Fatalf("Tab never reaches %q; it passes %s", name, strings.Join(passed, " | "))
}

// OnKeyboard waits until the keyboard is on the element with that name.
func (b *Browser) OnKeyboard(name string) {
	b.t.Helper()
	if !b.until(func() bool { return b.Focused() == name }) {
		b.t.Fatalf("the keyboard is on %q, not on %q", b.Focused(), name)
	}
}

// Focused is the name of what has the keyboard; empty if nothing has.
func (b *Browser) Focused() string {
	b.t.Helper()
	return Eval[string](b, `(() => {
		const e = document.activeElement;
		if (e === document.body) return "";
		const said = (one) => {
			const copy = one.cloneNode(true);
			copy.querySelectorAll("[aria-hidden]").forEach((hidden) => hidden.remove());
			return copy.textContent;
		};
		const name = e.ariaLabel ?? [...(e.labels ?? [])].map(said).join(" ");
		return (name || said(e)).trim().replace(/\s+/g, " ");
	})()`)
}
