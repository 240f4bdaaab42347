package commands

import (
	"context"
	"slices"

	"rekey/message"
	"rekey/rotation"
)

// drafts opens the rows that the catalogue lacks. It changes nothing.
func (c *Commands) drafts(ctx context.Context, r Request) Answer {
	seen, err := c.Store.Sightings(ctx)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	seen = slices.DeleteFunc(seen, func(s rotation.Sighting) bool { return s.Kind != rotation.KindUnlisted })
	return open(message.Drafts(seen, c.context()))
}
