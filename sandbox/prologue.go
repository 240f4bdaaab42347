package sandbox

import (
	"context"
	_ "embed" // the conversation
	"fmt"
	"strings"
	"sync/atomic"

	"rekey/sandbox/script"
)

// A prologue is what happened before somebody came: a conversation that the
// team has with the bot while the page is opened. It leaves a debt and a parked
// rotation behind, and the clock two days later, so that the lists, App Home
// and Monday's digest have something to say.
type prologue struct{ playing atomic.Bool }

//go:embed prologue.txt
var before []byte

// said is what the page says meanwhile; empty: nothing.
func (p *prologue) said() string {
	if !p.playing.Load() {
		return ""
	}
	return "The team is at work: two rotations of the last days are played in the channel. It takes half a minute; then it is two days later."
}

// prelude plays it. Whoever works in the channel at the same time may cross it;
// then it ends where it is.
func (h *house) prelude(ctx context.Context) error {
	defer h.stage.World.Changed()
	defer h.prologue.playing.Store(false)
	h.stage.World.Changed()
	if err := h.connected(ctx, 1); err != nil {
		return nil // the sandbox ends, and says why
	}
	err := script.Play(ctx, "prologue.txt", before, script.Cast{
		Stage: h.stage, Patience: patience,
		Put: func(ctx context.Context, person string, args []string, stdin string) (string, error) {
			out, err := h.bot.program.run(ctx, "put", h.stage.PersonEnv(person), args, stdin)
			if err != nil {
				return out, fmt.Errorf("%w: %s", err, out)
			}
			return out, nil
		},
	})
	if err != nil && ctx.Err() == nil {
		why, _, _ := strings.Cut(err.Error(), "\n") // the rest shows the whole channel
		h.stage.World.Happened("What the team did before you came ended early: "+why, "the sandbox")
	}
	return nil
}
