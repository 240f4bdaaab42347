package cli

import (
	"context"
	"testing"
	"time"
)

// A bot whose parent dies must not live on: it holds the database and answers
// nobody.
func TestABotEndsInOrderWhenItsStandardInputIsClosed(t *testing.T) {
	t.Parallel()
	w := newTown(t, true, embedded(t))
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := w.command(ctx, w.env(), "serve", "--until-eof")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w.logs, w.logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := w.stage.Slack.Wait(ctx, func() bool { return w.stage.Slack.Sockets() == 2 }); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v\n%s", err, w.logs.Bytes())
	}
}
