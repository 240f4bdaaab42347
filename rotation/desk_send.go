package rotation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// clocks is how far GitHub's clock may be from ours.
const clocks = 10 * time.Minute

// send sends what can't be repeated, once: the intent is recorded before and
// the outcome afterwards.
func (d *Desk) send(ctx context.Context, t Ticket, what string, do func(context.Context) (Ticket, error), said func() string) error {
	began := time.Now() // monotonic: the deadline must not move with the wall clock
	t.Sending, t.Sent, t.Looks = true, d.Engine.Now(), 0
	t.Deadline = t.Sent.Add(d.Engine.Waits.Send)
	t.Sends++
	d.busy = true
	if err := d.Store.SaveTicket(ctx, t, d.event(t, "effect intended", what+" is about to be sent")); err != nil {
		return err
	}
	d.Sent.Add(1)
	sending, cancel := context.WithDeadline(ctx, began.Add(d.Engine.Waits.Send))
	done, err := do(sending)
	cancel()
	switch _, definite := Definite(err); {
	case err == nil:
		done.Sending, done.Sends = false, t.Sends
		return d.save(ctx, done, "effect done", said())
	case definite, limited(err):
		t.Sending = false
		return errors.Join(err, d.Store.SaveTicket(context.WithoutCancel(ctx), t, d.event(t, "effect refused", what+" was refused: "+err.Error())))
	}
	return errors.Join(err, d.Store.SaveTicket(context.WithoutCancel(ctx), t, d.event(t, "effect unknown", what+" got no answer: "+err.Error())))
}

// limited reports whether GitHub asked to wait, so that it did nothing.
func limited(err error) bool {
	var p *ProviderError
	return errors.As(err, &p) && p.RetryAfter > 0 && (strings.HasPrefix(p.Code, "403") || strings.HasPrefix(p.Code, "429"))
}

// resolve finds out what became of an issue or a comment whose answer was
// lost. A list that doesn't show it is no proof that it isn't there: it is
// sent again when several, one after another, didn't.
func (d *Desk) resolve(ctx context.Context, t Ticket, e Item) error {
	now, settle := d.Engine.Now(), d.Engine.Waits.Settle
	if now.Before(t.Deadline.Add(settle + time.Duration(t.Looks)*settle/2)) {
		return nil
	}
	found, err := d.landed(ctx, &t)
	switch {
	case err != nil:
		return err
	case found:
		t.Sending, t.Looks = false, 0
		return d.save(ctx, t, "effect done", "What got no answer had landed: "+t.URL)
	}
	if t.Looks++; t.Looks < looksAfter {
		return d.Store.SaveTicket(ctx, t, d.event(t, "effect not seen", "What got no answer isn't seen yet"))
	}
	t.Sending, t.Looks = false, 0
	return d.save(ctx, t, "effect not seen", fmt.Sprintf("What got no answer isn't there after %d looks; it is sent again.", looksAfter))
}

// landed looks for the issue, or for the comment that closes it.
func (d *Desk) landed(ctx context.Context, t *Ticket) (bool, error) {
	if t.State == TicketClosing {
		texts, err := d.Issues.Comments(ctx, t.Repo, t.Number, t.Sent.Add(-clocks))
		t.Commented = slices.ContainsFunc(texts, t.mentions)
		return t.Commented, err
	}
	found, err := d.Issues.IssuesSince(ctx, t.Repo, t.Sent.Add(-clocks))
	if err != nil {
		return false, err
	}
	slices.SortFunc(found, func(a, b Issue) int { return a.Number - b.Number })
	i := slices.IndexFunc(found, func(x Issue) bool { return t.mentions(x.Body) })
	if i < 0 {
		return false, nil
	}
	*t = opened(*t, found[i], "")
	return true, nil
}

// opened is the ticket once its issue is there.
func opened(t Ticket, x Issue, section string) Ticket {
	t.State, t.Number, t.URL, t.Section = TicketOpen, x.Number, x.URL, section
	if t.Wrong() {
		t.State = TicketClosed // nothing more is kept of it
	}
	return t
}

// keep rewrites our part of the issue if it doesn't say what is so, looks now
// and then whether it is still open, and closes it when it is over.
func (d *Desk) keep(ctx context.Context, t Ticket, e Item) error {
	end, over := e.Ending(t)
	if e.Secret.Name == "" {
		end, over = Ending{Why: "Rekey's catalogue doesn't have this secret any more.", Reason: "not_planned"}, true
	}
	if over {
		w := d.writer(ctx)
		t.State, t.Summary, t.Reason = TicketClosing, w.summary(t, end, e), end.Reason
		if w.err != nil {
			return w.err
		}
		return d.Store.SaveTicket(ctx, t)
	}
	section, err := d.text(ctx, t, e)
	now := d.Engine.Now()
	if err != nil || section == t.Section && now.Sub(t.Checked) < d.Engine.Waits.Watch && !t.Checked.After(now) {
		return err
	}
	issue, there, err := d.read(ctx, t)
	if err != nil || !there {
		return err
	}
	if !issue.Open {
		t.State = TicketByHand
		return d.save(ctx, t, "issue closed by hand", "Somebody closed "+t.URL+" before the rotation was done. It isn't opened again, and no other is opened for that date.")
	}
	if body := withSection(issue.Body, section); body != issue.Body {
		if err := d.Issues.Rewrite(ctx, t.Repo, t.Number, body); err != nil {
			return err
		}
	}
	t.Section, t.Checked = section, now
	return d.Store.SaveTicket(ctx, t)
}

// read reads the issue. One that somebody deleted or moved is left so, and no
// other is opened for the same date.
func (d *Desk) read(ctx context.Context, t Ticket) (issue Issue, there bool, err error) {
	issue, err = d.Issues.Issue(ctx, t.Repo, t.Number)
	p, definite := Definite(err)
	switch {
	case definite && isGone(p):
		if _, err := d.Issues.OpenIssues(ctx, t.Repo); err != nil {
			return issue, false, err // it isn't about this issue
		}
		t.State = TicketGone
		return issue, false, d.save(ctx, t, "issue gone", fmt.Sprintf("Issue %d isn't in %s any more: it was deleted or moved. No other is opened for that date.", t.Number, t.Repo))
	}
	return issue, err == nil, err
}

// isGone reports whether GitHub says that something isn't there, or moved.
func isGone(p *ProviderError) bool {
	code := status(p)
	return code == http.StatusNotFound || code == http.StatusGone || code == http.StatusMovedPermanently
}

// own reports whether a refusal is about one issue alone: what was sent, and
// not whether Rekey may.
func own(p *ProviderError) bool {
	code := status(p)
	return code == http.StatusBadRequest || code == http.StatusUnprocessableEntity
}

func status(p *ProviderError) int {
	first, _, _ := strings.Cut(p.Code, ":")
	code, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return code
}

// finish writes the summary and closes the issue. Both are done with one that
// somebody closed meanwhile too.
func (d *Desk) finish(ctx context.Context, t Ticket) error {
	if !t.Commented {
		if _, there, err := d.read(ctx, t); err != nil || !there || d.busy {
			return err
		}
		return d.send(ctx, t, "the comment that closes "+t.URL, func(ctx context.Context) (Ticket, error) {
			done := t
			done.Commented = true
			return done, d.Issues.Comment(ctx, t.Repo, t.Number, t.Summary)
		}, func() string { return "Commented on " + t.URL })
	}
	if err := d.Issues.Close(ctx, t.Repo, t.Number, t.Reason); err != nil {
		return err
	}
	t.State = TicketClosed
	return d.save(ctx, t, "issue closed", "Closed "+t.URL)
}
