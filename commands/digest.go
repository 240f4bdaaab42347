package commands

import (
	"context"
	"maps"
	"slices"
	"time"

	"rekey/message"
	"rekey/message/timeline"
	"rekey/rotation"
)

// Digest writes the weekly message that was due at the given time. The id is
// that of its first block.
func (c *Commands) Digest(ctx context.Context, id string, due time.Time, late bool) (message.Post, error) {
	rows, owing, err := c.known(ctx)
	if err != nil {
		return message.Post{}, err
	}
	_, audit, err := c.Store.Head(ctx)
	if err != nil {
		return message.Post{}, err
	}
	return message.Digest(message.Weekly{ID: id, Due: due, Late: late, Rows: rows, Owing: owing, Worn: c.worn(), Audit: audit, Ended: c.Engine.Hours.Holidays.RunOut(c.Engine.Now()), Stuck: c.stuck()}, c.context()), nil
}

// Picture draws what the digest says as a timeline.
func (c *Commands) Picture(ctx context.Context) (timeline.Picture, error) {
	rows, owing, err := c.known(ctx)
	if err != nil {
		return timeline.Picture{}, err
	}
	known, debtors := make([]rotation.Standing, len(rows)), make([]*rotation.Rotation, len(owing))
	for i, row := range rows {
		known[i] = row.Standing
	}
	for i, o := range owing {
		debtors[i] = o.Rotation
	}
	now := c.Engine.Now()
	return timeline.Draw(rotation.NewReport(known, debtors, now, c.Zone), now, c.Zone)
}

// worn are the runbooks, by when they have to be read again.
func (c *Commands) worn() []message.Worn {
	var out []message.Worn
	for _, name := range slices.Sorted(maps.Keys(c.Engine.Catalogue.Runbooks)) {
		book := c.Engine.Catalogue.Runbooks[name]
		if on, err := time.ParseInLocation(time.DateOnly, book.Review, c.Zone); err == nil {
			out = append(out, message.Worn{Name: name, Owner: book.Owner, On: on})
		}
	}
	slices.SortStableFunc(out, func(a, b message.Worn) int { return a.On.Compare(b.On) })
	return out
}

// stuck says why the issues at GitHub aren't kept, or is empty.
func (c *Commands) stuck() string {
	if c.Stuck == nil {
		return ""
	}
	return c.Stuck()
}
