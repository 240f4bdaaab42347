package page

import (
	"html/template"
	"net/http"
	"slices"
)

// A walk is a rotation that the guide leads through: what to type, then where
// to click.
type walk struct {
	Secret, Title string // what follows /rotate, and what the card says
	Kind          string // what sort of credential it is
	Steps         []walkStep
}

// A walkStep is one thing to do, and how it shows that it was done: a fact (see
// facts), or nothing that could be seen.
type walkStep struct {
	Text template.HTML
	fact string
}

// A guideStep is a step as the page shows it.
type guideStep struct {
	Text       template.HTML
	Done, Next bool
}

// A guideWalk is a walk, and how far it has come.
type guideWalk struct {
	Secret, Title, Kind string
	Steps               []guideStep
	At                  int // the number of the next step, from 1; past the last once all are done
}

// A guide is what the page says about what to do next.
type guide struct {
	Open  bool // whether the next step shows on every page
	Now   guideWalk
	Walks []guideWalk // the others
}

// Next is the step to do now; nil once all are done.
func (w guideWalk) Next() *guideStep {
	if w.At > len(w.Steps) {
		return nil
	}
	return &w.Steps[w.At-1]
}

// Begun tells whether anything of it was done.
func (w guideWalk) Begun() bool { return w.At > 1 }

// guideCookie remembers whether the guide was closed.
const guideCookie = "rekey-sandbox-guide"

// guide follows the walk that was begun last, at first the first.
func (s *site) guide(r *http.Request) guide {
	c, err := r.Cookie(guideCookie)
	g := guide{Open: err != nil || c.Value != "closed"}
	heard := s.heard()
	for _, w := range walks {
		g.Walks = append(g.Walks, w.follow(s.facts(w, heard)))
	}
	now := 0
	for _, typed := range heard.begun {
		if i := slices.IndexFunc(walks, func(w walk) bool { return w.begins(typed) }); i >= 0 {
			now = i
		}
	}
	g.Now = g.Walks[now]
	g.Walks = slices.Delete(g.Walks, now, now+1)
	return g
}

// follow says how far the walk has come: a step is done once it or one after it
// was seen to be.
func (w walk) follow(seen map[string]bool) guideWalk {
	out := guideWalk{Secret: w.Secret, Title: w.Title, Kind: w.Kind, At: 1}
	for i, step := range w.Steps {
		out.Steps = append(out.Steps, guideStep{Text: step.Text})
		if seen[step.fact] {
			out.At = i + 2
		}
	}
	for i := range out.Steps {
		out.Steps[i].Done = i+1 < out.At
		out.Steps[i].Next = i+1 == out.At
	}
	return out
}

// guideSet opens or closes the guide in this browser.
func (s *site) guideSet(r request) (answer, error) {
	value, said := "closed", "The guide is closed. It stays under Start."
	if r.PostForm.Get("show") != "" {
		value, said = "open", "The next step shows above every console."
	}
	http.SetCookie(r.rw, &http.Cookie{Name: guideCookie, Value: value, Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return answer{Notice: said}, nil
}
