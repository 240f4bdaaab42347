package rotation

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// An Optional action can say that a step isn't needed with these parameters,
// so that the plan leaves it out.
type Optional interface{ Needed(p Params) bool }

// An Order says what is to be started.
type Order struct {
	Secret      string // its name
	Compromised bool   // somebody else may know the value
	Walk        bool   // nothing is rotated: only the runbook of an exempt row is walked through
	Alarm       string // what a look showed, if Rekey starts it by itself for that
}

// Plan renders what a rotation of the named secret would do now. What isn't
// rotated is an Exempted error.
func (c *Catalogue) Plan(o Order) (Plan, error) {
	s, err := c.Secret(o.Secret)
	if err != nil {
		return Plan{}, err
	}
	if s.Exempt != nil && (!o.Walk || s.Runbook == "") {
		return Plan{}, c.exempted(s)
	}
	if o.Walk && s.Exempt == nil {
		return Plan{}, &Error{Reason: Invalid, What: s.Title + " is rotated, so there is nothing to be walked through instead.", Safe: "Nothing was changed.", Next: "`/rotate " + s.Name + "` starts a rotation."}
	}
	if o.Walk && o.Compromised {
		return Plan{}, &Error{Reason: Invalid, What: s.Title + " isn't rotated, so it can't be rotated as compromised.", Safe: "Nothing was changed.", Next: "`/rotate " + s.Name + " --walk` walks through its runbook."}
	}
	plan, problems := c.plan(s, o)
	if len(problems) > 0 {
		return Plan{}, fmt.Errorf("rendering the plan of %s: %s", o.Secret, strings.Join(problems, "; "))
	}
	return plan, nil
}

func (c *Catalogue) plan(s *Secret, o Order) (Plan, []string) {
	book, ok := c.Runbooks[s.Runbook]
	if !ok {
		return Plan{}, []string{fmt.Sprintf("there is no runbook %q", s.Runbook)}
	}
	r := renderer{c: c, scope: c.scope(s)}
	p := Plan{
		Secret: s.Name, Title: s.Title, Noun: s.Noun, SecretID: s.SecretID, Region: s.Region, Role: s.Role, Account: s.Account, Console: c.link(s.console()),
		Overlap: s.Overlap, Entry: s.Entry, Read: s.Read, Field: s.Field, Quorum: s.Quorum, Users: s.Users, Every: int(s.Every), Lead: int(s.Lead), Walk: o.Walk,
		Owner: r.handle(s.Owner, '@'), Channel: r.handle(s.Channel, '#'), Approvers: r.handle(s.Approvers, '@'),
	}
	p.Alarm = o.Alarm
	if s.User != "" {
		p.User = r.handle(s.User, '@')
	}
	order, ok := book.Order[s.Overlap]
	if !ok {
		return p, append(r.problems, fmt.Sprintf("the runbook %s has no order for overlap %s", s.Runbook, s.Overlap))
	}
	if alarmed, has := book.Order[OnAlarm]; has && o.Alarm != "" {
		order = alarmed
	}
	if o.Compromised {
		order = r.emergency(s, book, &p)
	}
	if s.Entry == EntryConsole {
		order = approvalFirst(book, order)
	}
	p.Prover, p.Proof = r.proof(book)
	p.Steps = r.steps(book, order, "")
	if c.book.Tags && s.Exempt == nil && s.Own == nil {
		p.Steps = append(p.Steps, Step{ID: "tag_expiry", Kind: "tag_expiry", Title: "Tag the secret with its next due date", Done: "Due date tagged", By: Rekey, With: Params("{}")})
	}
	if p.Overlap == SideBySide {
		p.RollBack = r.steps(book, book.RollBack, "back_")
	}
	p.Withdraw = r.steps(book, book.Cancel, "cancel_")
	if o.Compromised {
		p.Steps = append(p.Steps, review())
	}
	for _, step := range slices.Concat(p.Steps, p.RollBack, p.Withdraw) {
		if step.By == User && s.User == "" && s.Of == "" {
			r.problems = append(r.problems, "step "+step.ID+" waits for whom the "+p.Noun+" is for, and the row has no members")
		}
	}
	return p, append(r.problems, inOrder(&p)...)
}

// marshal writes rendered parameters down.
func (r *renderer) marshal(id string, v any) Params {
	out, err := json.Marshal(v)
	if err != nil {
		r.problems = append(r.problems, fmt.Sprintf("step %s: %v", id, err))
	}
	return out
}

// approvalFirst puts the approval before the value: a save in the console is
// the switch.
func approvalFirst(book Runbook, order []string) []string {
	is := func(kind string) func(string) bool {
		return func(id string) bool { return book.Steps[id].Kind == kind }
	}
	approve, receive := slices.IndexFunc(order, is(KindApprove)), slices.IndexFunc(order, is(KindReceive))
	if approve < receive || receive < 0 {
		return order
	}
	out := slices.Delete(slices.Clone(order), approve, approve+1)
	return slices.Insert(out, receive, order[approve])
}

// inOrder checks what the state machine relies on.
func inOrder(p *Plan) []string {
	var out []string
	at := map[string]int{}
	for i, s := range p.Steps {
		part := s.Kind
		if s.As != "" {
			part = s.As
		}
		if _, twice := at[part]; twice && slices.Contains([]string{KindApprove, KindReceive, KindPromote}, part) {
			out = append(out, "there is more than one step of kind "+part)
		}
		at[part] = i
	}
	receive, receives := at[KindReceive]
	_, promotes := at[KindPromote]
	if !receives && !promotes { // people are guided, and no value is replaced
		return out
	}
	for _, kind := range []string{KindApprove, KindReceive, KindPromote} {
		if _, ok := at[kind]; !ok && (kind != KindPromote || p.Steps[receive].Kind == KindReceive) {
			out = append(out, "there is no step of kind "+kind)
		}
	}
	if len(out) > 0 {
		return out
	}
	if promotes && (at[KindPromote] < at[KindReceive] || at[KindPromote] < at[KindApprove]) {
		out = append(out, "promote must come after receive and approve")
	}
	if revoke, ends := at[KindRevoke]; ends && revoke > at[KindReceive] {
		if used, seen := at[KindUsed]; !seen || used > revoke {
			out = append(out, "the old "+p.Noun+" would be revoked before the new one was seen in use: name a consumer")
		}
	}
	first := p.Overlap == None || p.Entry == EntryConsole
	if first && at[KindApprove] > at[KindReceive] {
		out = append(out, "without overlap the approval must come before the new value")
	}
	if !first && at[KindApprove] < at[KindReceive] {
		out = append(out, "side by side the approval must come after the new value")
	}
	return out
}

type renderer struct {
	c        *Catalogue
	scope    map[string]any
	problems []string
}

func (r *renderer) handle(name string, sigil byte) Handle {
	if len(name) < 2 || name[0] != sigil {
		r.problems = append(r.problems, fmt.Sprintf("%q is not a handle; write it as %cname", name, sigil))
		return Handle{}
	}
	id, ok := r.c.book.ID(name)
	if !ok {
		r.problems = append(r.problems, "the handle "+name+" has no id in the settings")
	}
	return Handle{Name: name, ID: id}
}

func (r *renderer) steps(book Runbook, order []string, prefix string) []Step {
	var out []Step
	for _, id := range order {
		t, ok := book.Steps[id]
		if !ok {
			r.problems = append(r.problems, "the runbook has no step "+id)
			continue
		}
		action, ok := r.c.book.Actions[t.Kind]
		if !ok {
			r.problems = append(r.problems, fmt.Sprintf("step %s: there is no kind %q; there are %s", id, t.Kind, kinds(r.c.book.Actions)))
			continue
		}
		s := Step{
			ID: prefix + id, Kind: t.Kind,
			Title: r.text(id, t.Title), Done: r.text(id, t.Done), Text: r.text(id, t.Text), Warning: r.text(id, t.Warning),
		}
		for _, l := range t.Links {
			s.Links = append(s.Links, Link{Title: r.text(id, l.Title), URL: r.c.link(r.text(id, l.URL))})
		}
		if t.With != nil {
			s.With = r.marshal(id, r.with(id, t.With))
		}
		if acting, ok := action.(Acting); ok {
			s.As = acting.As()
		}
		if err := action.Check(s.With); err != nil {
			r.problems = append(r.problems, fmt.Sprintf("step %s: %v", id, err))
			continue
		}
		if o, ok := action.(Optional); ok && !o.Needed(s.With) {
			continue
		}
		s.By = action.By(s.With)
		if handing, ok := action.(Handing); ok {
			s.Then = handing.Then(s.With)
		}
		out = append(out, s)
	}
	return out
}

// scope is what {{…}} can name: the row's own words, its values, and the other
// secrets behind the same login.
func (c *Catalogue) scope(s *Secret) map[string]any {
	scope := map[string]any{
		"name": s.Name, "title": s.Title, "noun": s.Noun, "secret_id": s.SecretID, "region": s.Region,
		"field": s.Field, "console": c.link(s.console()), "siblings": c.siblings(s),
		"role_arn": s.Role, "account": s.Account, "user": s.User,
	}
	if s.Members != nil {
		scope["members"] = slices.Sorted(maps.Keys(s.Members))
	}
	for k, v := range s.Values {
		scope[k] = v
	}
	return scope
}

func (c *Catalogue) link(url string) string {
	if c.book.Link == nil {
		return url
	}
	return c.book.Link(url)
}

// Shown is a secret with its links as they lead here.
func (c *Catalogue) Shown(s *Secret) Secret {
	out := *s
	r := renderer{c: c, scope: c.scope(s)}
	out.Links = nil
	for _, l := range s.Links {
		out.Links = append(out.Links, Link{Title: r.text("links", l.Title), URL: c.link(r.text("links", l.URL))})
	}
	return out
}

var reference = regexp.MustCompile(`\{\{\s*([a-z_]+)\s*\}\}`)

// any renders strings inside v. A string that is nothing but one reference
// becomes the value itself, so that lists and maps can be passed on.
func (r *renderer) any(id string, v any) any {
	switch v := v.(type) {
	case string:
		if m := reference.FindStringSubmatch(v); m != nil && m[0] == v {
			value, ok := r.scope[m[1]]
			if !ok {
				r.problems = append(r.problems, fmt.Sprintf("step %s: the values don't say what {{%s}} is", id, m[1]))
			}
			return value
		}
		return r.text(id, v)
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = r.any(id, x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = r.any(id, x)
		}
		return out
	}
	return v
}

// with renders a step's parameters. A channel: is a handle, and gets its id.
func (r *renderer) with(id string, text map[string]any) any {
	out, _ := r.any(id, text).(map[string]any)
	if name, ok := out["channel"].(string); ok {
		out["channel"] = r.handle(name, '#')
	}
	return out
}

// text renders references inside a longer text.
func (r *renderer) text(id, s string) string {
	out := reference.ReplaceAllStringFunc(s, func(m string) string {
		name := reference.FindStringSubmatch(m)[1]
		switch value := r.scope[name].(type) {
		case string:
			return value
		case uint64, int64, int, float64, bool:
			return fmt.Sprint(value)
		}
		r.problems = append(r.problems, fmt.Sprintf("step %s: the values don't say what {{%s}} is", id, name))
		return m
	})
	if strings.Contains(reference.ReplaceAllString(s, ""), "{{") {
		r.problems = append(r.problems, fmt.Sprintf("step %s: a template takes {{name}} only: %q", id, s))
	}
	return out
}
