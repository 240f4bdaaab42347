package bot

import (
	"context"
	"errors"

	"rekey/commands"
)

// Remarks tells the owners of runbooks which steps somebody calls wrong.
type Remarks struct {
	Store BulletinStore

	// Notices are the messages that weren't posted yet.
	Notices func(ctx context.Context) ([]commands.Notice, error)
}

// RunRemarks posts remarks as they come, each once, until ctx ends.
func (b *Bot) RunRemarks(ctx context.Context, r Remarks) error {
	return b.keep(ctx, "a remark isn't passed on yet; trying again", func(ctx context.Context) error { return b.remark(ctx, r) })
}

func (b *Bot) remark(ctx context.Context, r Remarks) error {
	notices, err := r.Notices(ctx)
	if err != nil {
		return err
	}
	p := publishing{bot: b, store: r.Store}
	var failed []error
	for _, n := range notices {
		done, err := p.notice(ctx, b.cfg.Now(), n)
		if err == nil && done {
			err = n.Posted(ctx)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
