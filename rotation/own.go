package rotation

import (
	"context"
	"fmt"
	"slices"
)

// KindOwn is the Watcher that looks whether a provider takes a credential that
// Rekey itself signs in with, and KindReplaceOwn the kind of step that waits
// for another one.
const (
	KindOwn        = "own"
	KindReplaceOwn = "replace_own"
)

// ownLead is how long before its end Rekey warns of a credential of its own.
const ownLead Days = 14

// ownEvery is how long one of Rekey's own credentials may be used.
const ownEvery Days = 180

// An Own is a credential that Rekey itself signs in with. It is a row like any
// other; only those that the running process was given are there.
type Own struct {
	Name  string // what people type: "rekey_github_token"
	Title string // what people read
	Noun  string // "token"
	From  string // the setting that it comes from: "GITHUB_TOKEN"
	Page  string // where a new one is made
	Text  string // how it is made
	Alone bool   // there can be no other beside it, so that the old one has to be ended first
}

// own adds the rows of Rekey's own credentials. Whoever owns the first secret
// that is rotated runs Rekey, as far as the catalogue tells.
func (l *loader) own() {
	i := slices.IndexFunc(l.c.Secrets, func(s Secret) bool { return s.Exempt == nil })
	if i < 0 {
		return
	}
	team := l.c.Secrets[i]
	for _, o := range l.c.book.Own {
		if line, taken := l.lines["secret "+o.Name]; taken {
			l.failAt(line, "%s is what one of Rekey's own credentials is called; choose another name", o.Name)
			continue
		}
		s := Secret{
			Name: o.Name, Title: o.Title, Noun: o.Noun, Usage: "Rekey signs in with it", Location: o.From + " of the process that runs Rekey",
			Every: ownEvery, Lead: ownLead, Owner: team.Owner, Channel: team.Channel, Approvers: team.Approvers,
			Runbook: o.Name, Overlap: SideBySide, Links: []Link{{Title: "Where it is made", URL: o.Page}}, Own: &o,
		}
		if o.Alone {
			s.Overlap = None
		}
		s.defaults()
		l.c.Runbooks[o.Name] = o.runbook(team.Owner)
		l.c.Secrets = append(l.c.Secrets, s)
	}
}

// runbook is what people do: Rekey can't replace what it stands on.
func (o Own) runbook(owner string) Runbook {
	text := o.Text + " Leave the old one alone. Nothing is lost by the restart."
	if o.Alone {
		text = o.Text + " Until Rekey runs with the new one nobody reaches it. Nothing is lost by that."
	}
	return Runbook{
		Owner: owner,
		Steps: map[string]StepText{
			"replace": {
				Kind: KindReplaceOwn, Title: "Make a new " + o.Noun + ", put it into " + o.From + " and restart Rekey", Done: "Replaced",
				Text:  text,
				Links: []Link{{Title: "Where it is made", URL: o.Page}},
				With:  map[string]any{"own": o.Name},
			},
			"approve": {Kind: "approve_own", Title: "Approve that the old " + o.Noun + " is ended", Done: "Approved", With: map[string]any{"own": o.Name}},
			"end": {
				Kind: "guide", Title: "End the old " + o.Noun, Done: "Old one ended",
				Text:  "Revoke the old " + o.Noun + " where it was made. Rekey signs in with the new one already.",
				Links: []Link{{Title: "Where it is made", URL: o.Page}},
				With:  map[string]any{"button": "It is revoked…", "final": true},
			},
		},
		Order: map[Overlap][]string{SideBySide: {"replace", "approve", "end"}, None: {"approve", "replace"}},
	}
}

// own returns the looks at Rekey's own credentials.
func (c *Catalogue) own() []Watch {
	var out []Watch
	for _, s := range c.Secrets {
		if s.Own != nil {
			with := renderer{}
			out = append(out, Watch{Row: s.Name, Kind: KindOwn, With: with.marshal(KindOwn, map[string]string{"own": s.Name})})
		}
	}
	return out
}

// afterOthers refuses to replace what Rekey stands on while something else is in
// progress. What is compromised or refused can't wait.
func (e *Engine) afterOthers(ctx context.Context, o Order) error {
	s, err := e.Catalogue.Secret(o.Secret)
	if err != nil || s.Own == nil || o.Compromised || o.Alarm != "" {
		return nil
	}
	running, err := e.Store.Running(ctx)
	if err != nil {
		return err
	}
	n := len(slices.DeleteFunc(running, func(r *Rotation) bool { return r.Plan.Secret == o.Secret }))
	if n == 0 {
		return nil
	}
	what := "a rotation is"
	if n > 1 {
		what = fmt.Sprintf("%d rotations are", n)
	}
	return &Error{
		Reason: NotNow, What: s.Title + " is replaced last, since Rekey needs it, and " + what + " in progress.",
		Safe: "Nothing was changed.", Next: "Start it when nothing else is in progress: `/rotate status` shows what is. If somebody else may know it, `/rotate " + s.Name + " --compromised` starts at once.",
	}
}
