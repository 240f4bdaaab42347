package bot

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// once sees to it that an envelope is handled once, however often and on
// whatever socket Slack delivers it, also after a restart.
//
// It marks an envelope as begun before it is handled and as done afterwards.
// One that comes again and was done is a duplicate. One that was begun and not
// done met a crash before it could be acknowledged, so it is handled.
type once struct {
	store Store
	now   func() time.Time

	mu     sync.Mutex
	flying map[string]chan struct{} // being handled by this process
}

// begin reports whether the envelope is to be handled; if so, end has to be
// called. If the same envelope is being handled right now, begin waits for
// that, since nothing is acknowledged that isn't recorded.
func (o *once) begin(ctx context.Context, envelope string) (bool, error) {
	for {
		o.mu.Lock()
		other := o.flying[envelope]
		if other == nil {
			o.flying[envelope] = make(chan struct{})
			o.mu.Unlock()
			break
		}
		o.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	first, err := o.store.Seen(ctx, envelope, o.now())
	if err == nil && !first {
		first, err = o.store.Seen(ctx, done(envelope), o.now())
	}
	if err != nil {
		err = fmt.Errorf("remembering an envelope: %w", err)
	}
	if err != nil || !first {
		o.land(envelope)
	}
	return first, err
}

// end says that what begin allowed is over; handled is false if it may be
// handled again.
func (o *once) end(ctx context.Context, envelope string, handled bool) error {
	defer o.land(envelope)
	if !handled {
		return nil
	}
	if _, err := o.store.Seen(ctx, done(envelope), o.now()); err != nil {
		return fmt.Errorf("remembering that an envelope is done: %w", err)
	}
	return nil
}

func (o *once) land(envelope string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.flying[envelope])
	delete(o.flying, envelope)
}

func done(envelope string) string { return envelope + " done" }
