package browser

import (
	"context"
	"errors"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var (
	errNotShown = errors.New("it isn't shown")
	errMoving   = errors.New("it doesn't stand still")
	errMissed   = errors.New("it moved away from under the pointer, or something covers it")
)

// on does something with what has a role and a name, as soon as that works. It
// fails the test with the last error, and with the names that the role has.
func (b *Browser) on(role, name string, do func(context.Context, *chromedp.Target, cdp.BackendNodeID) error) {
	b.t.Helper()
	var last error
	done := b.until(func() bool {
		last = chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			nodes, err := find(ctx, t, role, name)
			if err != nil {
				return err
			}
			if len(nodes) == 0 {
				return errNotShown
			}
			return do(ctx, t, nodes[len(nodes)-1].BackendDOMNodeID)
		}))
		return last == nil
	})
	if !done {
		b.t.Fatalf("%s %q: %v; there are: %s", role, name, last, strings.Join(b.Names(role), " | "))
	}
}

// Names lists the names of all that has a role now.
func (b *Browser) Names(role string) []string {
	b.t.Helper()
	var names []string
	b.do("listing every "+role, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		nodes, err := find(ctx, t, role, "")
		for _, n := range nodes {
			if n.Name != nil {
				names = append(names, value(n.Name.Value))
			}
		}
		return err
	}))
	return names
}

// find asks the accessibility tree, which leaves out what is hidden or behind
// a modal window.
func find(ctx context.Context, t *chromedp.Target, role, name string) ([]*accessibility.Node, error) {
	document, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: "document"})
	if err != nil {
		return nil, err
	}
	found, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
		ObjectID: document.Result.ObjectID, AccessibleName: name, Role: role,
	})
	if err != nil {
		return nil, err
	}
	var out []*accessibility.Node
	for _, n := range found.Nodes {
		if !n.Ignored && n.BackendDOMNodeID != 0 {
			out = append(out, n)
		}
	}
	return out, nil
}

// call calls a function of the page on a node.
func call(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID, function, argument string) error {
	object, err := hold(ctx, t, node)
	if err != nil {
		return err
	}
	return object(function, argument)
}

// hold returns how functions of the page are called on a node, also when the
// page doesn't have it any more.
func hold(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) (func(function, argument string) error, error) {
	object, err := cdp.Call(ctx, t, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		return nil, err
	}
	return func(function, argument string) error {
		_, err := chromedp.CallFunctionOn[chromedp.Void](function, func(p *runtime.CallFunctionOnParams) {
			p.ObjectID = object.Object.ObjectID
		}, argument)(ctx, t)
		return err
	}, nil
}
