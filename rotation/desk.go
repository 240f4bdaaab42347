package rotation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Desk keeps one issue at GitHub for each rotation that is due, and opens
// one for each remark that a step is wrong. Whatever happens in between, there
// are never two: what is about to be sent is written down first, and what got
// no answer is looked for before it is sent again.
type Desk struct {
	Engine *Engine
	Store  Tickets
	Issues Issues
	Repo   string   // "owner/name"
	Labels []string // of the issues for due rotations
	Wrong  []string // of those about steps
	Names  Names
	Card   func(ctx context.Context, id ID) string // the address of a rotation's card, or ""
	Zone   *time.Location
	Log    *slog.Logger

	// Sent counts the issues and comments that were sent; Stuck is 1 while
	// GitHub doesn't let Rekey keep the issues.
	Sent, Stuck atomic.Int64

	mu      sync.Mutex
	trouble string               // why nothing is kept at the moment; empty: it is
	until   time.Time            // nothing is asked before
	pause   time.Duration        // the last pause
	refused map[string]time.Time // tickets that GitHub refused, and when each is tried again

	open []Issue // what is open in the repository, as seen in this round; nil: not asked
	busy bool    // something was sent in this round: GitHub wants pauses in between
}

// pace is how often a ticket is looked at.
func (d *Desk) pace() time.Duration { return d.Engine.Waits.Tickets }

// Run keeps the issues until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	d.refused = map[string]time.Time{}
	tick := time.NewTicker(d.pace())
	defer tick.Stop()
	for {
		if d.may(d.until) {
			d.settle(ctx, d.round(ctx))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// may reports whether a pause is over; after a clock that was set back it is.
func (d *Desk) may(until time.Time) bool {
	now := d.Engine.Now()
	return !now.Before(until) || until.Sub(now) > time.Hour
}

// Trouble is what keeps Rekey from keeping the issues, in a sentence; empty:
// nothing does.
func (d *Desk) Trouble() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trouble
}

// settle notes how a round ended: what fails is logged once and tried again,
// ever more slowly.
func (d *Desk) settle(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		if d.trouble != "" {
			d.Log.Info("the issues are kept again", "repository", d.Repo)
		}
		d.trouble, d.pause = "", 0
		d.Stuck.Store(0)
		return
	}
	d.pause = min(max(2*d.pause, d.Engine.Waits.Answer), time.Hour)
	wait := d.pause
	said := "Rekey can't keep the issues in " + d.Repo + " at the moment."
	var p *ProviderError
	if errors.As(err, &p) {
		wait = max(wait, p.RetryAfter)
		said = d.explain(p)
	}
	d.until = d.Engine.Now().Add(min(wait, time.Hour))
	d.Stuck.Store(1)
	if said != d.trouble {
		d.Log.Error("the issues can't be kept; trying again", "repository", d.Repo, "why", said, "error", err)
	}
	d.trouble = said
}

// explain says what an operator has to do.
func (d *Desk) explain(p *ProviderError) string {
	said := "Rekey can't keep the issues in " + d.Repo + ": " + p.Op + ": " + p.Code + "."
	switch {
	case !p.Definite && p.RetryAfter > 0:
		return said + " GitHub asks to wait."
	case !p.Definite:
		return said + " It tries again."
	case p.Missing != "":
		return said + " Give it the right " + p.Missing + "."
	case isGone(p):
		return said + " Check issues.repository in the settings, whether issues are enabled there, and whether Rekey may see it."
	}
	return said
}

// round brings every ticket one step further.
func (d *Desk) round(ctx context.Context) error {
	d.open, d.busy = nil, false
	items, err := d.items(ctx)
	if err != nil {
		return err
	}
	tickets, err := d.Store.OpenTickets(ctx)
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, t := range tickets {
		kept[t.Secret] = kept[t.Secret] || !t.Wrong()
		if err := d.one(ctx, t, items[t.Secret]); err != nil {
			return err
		}
	}
	for _, e := range slices.SortedFunc(maps.Values(items), func(a, b Item) int { return a.Due.On.Compare(b.Due.On) }) {
		t, due := e.NewTicket(d.Repo)
		if !due || kept[e.Secret.Name] {
			continue
		}
		if _, ever, err := d.Store.Ticket(ctx, t.Key); err != nil || ever {
			if err != nil {
				return err
			}
			continue
		}
		if err := d.one(ctx, t, e); err != nil {
			return err
		}
	}
	return d.remarks(ctx)
}

// items are how all secrets stand, by name.
func (d *Desk) items(ctx context.Context) (map[string]Item, error) {
	newest, err := d.Store.Newest(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := d.Store.Sightings(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]Item{}
	for _, s := range d.Engine.Catalogue.Standings(newest, seen, nil) {
		if !s.Whole {
			out[s.Secret.Name] = s.Item(d.Engine.Now(), d.Zone)
		}
	}
	return out, nil
}

// one brings one ticket a step further. A refusal that is about this ticket
// alone holds up no other.
func (d *Desk) one(ctx context.Context, t Ticket, e Item) error {
	if !d.may(d.refused[t.Key]) {
		return nil
	}
	err := d.advance(ctx, t, e)
	if p, definite := Definite(err); definite && own(p) {
		d.refused[t.Key] = d.Engine.Now().Add(time.Hour)
		d.Log.Error("GitHub refused an issue; it is tried again in an hour", "ticket", t.Key, "error", err)
		return nil
	}
	return err
}

func (d *Desk) advance(ctx context.Context, t Ticket, e Item) error {
	if t.Repo != d.Repo { // the settings name another repository now
		t.State = TicketDropped
		return d.save(ctx, t, "issue left", fmt.Sprintf("Issues go to %s now; the one in %s is left as it is.", d.Repo, t.Repo))
	}
	switch {
	case t.Sending:
		return d.resolve(ctx, t, e)
	case t.State == TicketWanted:
		return d.begin(ctx, t, e)
	case t.State == TicketOpen:
		return d.keep(ctx, t, e)
	case t.State == TicketClosing:
		return d.finish(ctx, t)
	}
	return nil
}

// begin opens the issue, or adopts one that the team has opened for the same.
// A list that shows none is believed when it does so twice, a round apart.
func (d *Desk) begin(ctx context.Context, t Ticket, e Item) error {
	if !t.Wrong() {
		if e.Secret.Name == "" { // the catalogue doesn't have it any more
			t.State = TicketDropped
			return d.save(ctx, t, "issue not needed", "The catalogue doesn't have it any more.")
		}
		if _, over := e.Ending(t); over && t.Looks+t.Sends > 0 {
			t.State = TicketDropped
			return d.save(ctx, t, "issue not needed", "It was over before its issue was opened.")
		}
	}
	if err := d.list(ctx); err != nil {
		return err
	}
	if i := slices.IndexFunc(d.open, func(x Issue) bool { return t.mentions(x.Body) || d.adoptable(t, x) }); i >= 0 {
		return d.adopt(ctx, t, d.open[i], "Adopted the open issue")
	}
	if t.Looks = min(t.Looks+1, looksBefore); t.Looks < looksBefore {
		return d.Store.SaveTicket(ctx, t)
	}
	text, err := d.text(ctx, t, e)
	if err != nil || d.busy {
		return err
	}
	labels := d.Labels
	if t.Wrong() {
		labels = d.Wrong
	}
	sent := ""
	return d.send(ctx, t, "opening the issue "+t.Title, func(ctx context.Context) (Ticket, error) {
		issue, err := d.Issues.OpenIssue(ctx, t.Repo, t.Title, text, labels)
		sent = issue.URL
		return opened(t, issue, text), err
	}, func() string { return "Opened the issue " + sent })
}

// looksBefore is how many lists have to show no issue before one is opened,
// and looksAfter before one whose answer was lost is sent again.
const (
	looksBefore = 2
	looksAfter  = 3
)

// adoptable reports whether an open issue is the team's own for the same:
// exactly the title, and a label that only the team can give, or written by
// one of them. Anybody can open an issue in a public repository.
func (d *Desk) adoptable(t Ticket, x Issue) bool {
	if t.Wrong() || x.Title != t.Title {
		return false
	}
	return x.Trusted || slices.ContainsFunc(d.Labels, func(l string) bool { return slices.Contains(x.Labels, l) })
}

func (d *Desk) list(ctx context.Context) (err error) {
	if d.open != nil {
		return nil
	}
	d.open, err = d.Issues.OpenIssues(ctx, d.Repo)
	if err == nil && d.open == nil {
		d.open = []Issue{}
	}
	return err
}

func (d *Desk) adopt(ctx context.Context, t Ticket, x Issue, how string) error {
	t.State, t.Number, t.URL, t.Looks = TicketOpen, x.Number, x.URL, 0
	return d.save(ctx, t, "issue adopted", how+" "+x.URL)
}

// save keeps a ticket, with a line in the audit log.
func (d *Desk) save(ctx context.Context, t Ticket, kind, text string) error {
	d.Log.Info(kind, "ticket", t.Key, "issue", t.URL, "text", text)
	return d.Store.SaveTicket(ctx, t, d.event(t, kind, text))
}

func (d *Desk) event(t Ticket, kind, text string) Event {
	return Event{Secret: t.Secret, At: d.Engine.Now(), By: ByRekey, Kind: kind, Text: text + " (" + t.ID() + ")"}
}

func (d *Desk) writer(ctx context.Context) *ticketText {
	return &ticketText{names: func(p Person) (string, error) { return d.Names(ctx, p) }, zone: d.Zone}
}

// text is what the issue says of ours.
func (d *Desk) text(ctx context.Context, t Ticket, e Item) (string, error) {
	w := d.writer(ctx)
	if t.Wrong() {
		r, x, err := d.remark(ctx, t)
		if err != nil {
			return "", err
		}
		text := w.wrong(t, r, x, d.Card(ctx, r.ID))
		return text, w.err
	}
	card := ""
	if e.Running != nil {
		card = d.Card(ctx, e.Running.ID)
	}
	text := w.section(t, e, card)
	return text, w.err
}
