package bot_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"rekey/commands"
	"rekey/rotation"
	"rekey/sandbox/fakeslack"
)

// BenchmarkFrameToAck measures the way of a press: from the frame on a real
// loopback socket, through a handler that commits to the real database with
// full sync, to Slack's having the acknowledgement. Slack waits three seconds.
func BenchmarkFrameToAck(b *testing.B) {
	r := newRig(b, fakeslack.Config{}, nil)
	one := r.start("github_ci_user_pat")
	r.handle = func(ctx context.Context, q commands.Request) commands.Answer {
		_, err := r.db.Update(ctx, one.ID, func(one *rotation.Rotation) ([]rotation.Event, error) {
			one.Steps[0].Note = q.Envelope
			return []rotation.Event{{At: time.Now(), By: q.User, Kind: "pressed", Text: "Pressed."}}, nil
		})
		if err != nil {
			b.Error(err)
		}
		return commands.Answer{}
	}
	r.run()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if err := r.press(approver, "1"); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	for name, share := range map[string]int{"p50-ms": 50, "p99-ms": 99} {
		b.ReportMetric(float64(took[(len(took)-1)*share/100].Microseconds())/1000, name)
	}
}

func TestABurstIsRecordedAndAcknowledged(t *testing.T) {
	r := newRig(t, fakeslack.Config{AckWait: 20 * time.Second}, nil)
	one := r.start("github_ci_user_pat")
	r.handle = func(ctx context.Context, q commands.Request) commands.Answer {
		_, err := r.db.Update(ctx, one.ID, func(one *rotation.Rotation) ([]rotation.Event, error) {
			one.Steps[0].Note = q.Envelope
			return []rotation.Event{{At: time.Now(), By: q.User, Kind: "pressed", Text: "Pressed."}}, nil
		})
		if err != nil {
			t.Error(err)
		}
		return commands.Answer{}
	}
	r.run()
	const presses = 60
	answers := make(chan error, presses)
	for range presses {
		go func() { answers <- r.press(approver, "1") }()
	}
	for range presses {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	if events, err := r.db.Events(t.Context(), one.ID); err != nil || len(events) != presses+1 {
		t.Errorf("%d events recorded, %v", len(events), err)
	}
	r.clean()
}
