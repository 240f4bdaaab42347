package rotation

import (
	"context"
	"fmt"
)

// remarks opens an issue for each remark that wasn't passed on yet.
func (d *Desk) remarks(ctx context.Context) error {
	unheard, err := d.Store.Unheard(ctx)
	if err != nil {
		return err
	}
	for _, id := range unheard {
		r, err := d.Engine.Store.Rotation(ctx, id)
		if err != nil {
			return err
		}
		for i, x := range r.Remarks {
			if x.Where != "" {
				continue
			}
			if err := d.passOn(ctx, r, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// passOn opens the issue of one remark, or notes that it is open.
func (d *Desk) passOn(ctx context.Context, r *Rotation, remark int) error {
	key := WrongKey(r.ID, remark)
	t, ever, err := d.Store.Ticket(ctx, key)
	switch {
	case err != nil:
		return err
	case !ever:
		return d.one(ctx, Ticket{Key: key, Secret: r.Plan.Secret, Title: WrongTitle(r, r.Remarks[remark]), State: TicketWanted, Repo: d.Repo, Wanted: d.Engine.Now()}, Item{})
	case !t.Over():
		return nil
	case t.URL == "": // the settings named another repository before it was opened
		return d.Engine.PassedOn(ctx, r.ID, remark, "the audit log")
	}
	return d.Engine.PassedOn(ctx, r.ID, remark, t.URL)
}

// remark is what a ticket is about.
func (d *Desk) remark(ctx context.Context, t Ticket) (*Rotation, Remark, error) {
	var id ID
	var n int
	if _, err := fmt.Sscanf(t.Key, "wrong:%d:%d", &id, &n); err != nil {
		return nil, Remark{}, fmt.Errorf("reading the key of %s: %w", t.Key, err)
	}
	r, err := d.Engine.Store.Rotation(ctx, id)
	if err != nil {
		return nil, Remark{}, err
	}
	if n < 1 || n > len(r.Remarks) {
		return nil, Remark{}, fmt.Errorf("rotation %d has no remark %d", id, n)
	}
	return r, r.Remarks[n-1], nil
}
