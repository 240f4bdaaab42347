package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"rekey/rotation"
)

// Roster knows who was in the owners' and approvers' groups a minute ago, for
// rights that need no live look. What it doesn't know, it says.
type Roster struct {
	api    *api
	log    *slog.Logger
	groups []rotation.Handle
	every  time.Duration

	asked chan struct{} // closed when every group was asked for once

	mu    sync.Mutex
	lists map[string]list // by group id
}

type list struct {
	people map[rotation.Person]bool
	at     time.Time
}

// stale is how many refreshes may fail before a list isn't believed any more.
const stale = 5

func newRoster(a *api, cfg Config) *Roster {
	r := &Roster{api: a, log: cfg.Log, every: cfg.Waits.Roster, lists: map[string]list{}, asked: make(chan struct{})}
	seen := map[string]bool{}
	for _, g := range cfg.Groups {
		if g.ID != "" && !seen[g.ID] {
			seen[g.ID] = true
			r.groups = append(r.groups, g)
		}
	}
	return r
}

// Member reports whether p is in the group, and whether that is known: it
// isn't before Slack has first answered, nor when it hasn't for five minutes,
// nor for a group that isn't among Config.Groups. Whoever asks has to treat
// unknown as no.
func (r *Roster) Member(group rotation.Handle, p rotation.Person) (is, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.lists[group.ID]
	if !ok || time.Since(l.at) > stale*r.every {
		return false, false
	}
	return l.people[p], true
}

// firstAsked waits until every group was asked for once, so that the first
// press isn't turned away for want of an answer; but not for ever, since Slack
// may be silent on this and well otherwise.
func (r *Roster) firstAsked(ctx context.Context) {
	patience := time.NewTimer(5 * time.Second)
	defer patience.Stop()
	select {
	case <-r.asked:
	case <-patience.C:
	case <-ctx.Done():
	}
}

// run refreshes the lists until ctx ends, sooner while one is missing. A token
// that may not read groups at the start is a FatalError; one that loses the
// right later is asked for again, since it can be granted while we run.
func (r *Roster) run(ctx context.Context) error {
	for first := true; ; first = false {
		pause := r.every
		for _, g := range r.groups {
			people, err := inGroup(ctx, r.api, g)
			if ctx.Err() != nil {
				return nil
			}
			if fatal := fatalToken(err, "bot token", "SLACK_BOT_TOKEN"); fatal != nil && first {
				return fatal
			}
			if err != nil {
				r.log.Warn("a group's members aren't known afresh; asking again", "group", g.Name, "error", err)
				pause = max(min(pause, 10*time.Second), asked(err))
				continue
			}
			in := make(map[rotation.Person]bool, len(people))
			for _, p := range people {
				in[p] = true
			}
			r.mu.Lock()
			r.lists[g.ID] = list{in, time.Now()}
			r.mu.Unlock()
		}
		if first {
			close(r.asked)
		}
		if sleep(ctx, pause) != nil {
			return nil
		}
	}
}

// ready returns nil once every group was read.
func (r *Roster) ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.groups {
		if _, ok := r.lists[g.ID]; !ok {
			return &rotation.Error{Reason: rotation.NotNow, What: "Slack has not said yet who is in " + g.Name + "."}
		}
	}
	return nil
}
