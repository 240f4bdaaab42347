package browser

import (
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// farthest is how often Tab is pressed before something counts as out of reach.
const farthest = 200

// Reach presses Tab until what has the keyboard bears a name, as somebody does
// who has no mouse. It fails the test if it never does, and says where it was.
func (b *Browser) Reach(name string) {
	b.t.Helper()
	var passed []string
	for range farthest {
		b.Key(kb.Tab)
		here := b.Focused()
		if here == name {
			return
		}
		passed = append(passed, here)
	}
	b.t.Fatalf("Tab never reaches %q; it passed %s", name, strings.Join(passed, " | "))
}

// Focused is the name of what has the keyboard.
func (b *Browser) Focused() string {
	b.t.Helper()
	return Eval[string](b, `(() => {
		const e = document.activeElement;
		const name = e.ariaLabel ?? [...(e.labels ?? [])].map((l) => l.textContent).join(" ") ?? "";
		return (name || e.textContent).trim().replace(/\s+/g, " ");
	})()`)
}
