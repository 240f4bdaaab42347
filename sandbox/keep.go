package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rekey/sandbox/stage"
)

// The world's files in the data directory: what the imitations hold, and all
// that Slack was ever sent, which the leak monitor searches.
const (
	worldFile = "world.json"
	sentFile  = "sent.log"
)

// A keeper writes the world down whenever it has changed: before a fake
// answers, and within a moment after what people do. So whatever the bot was
// told is in the file, even if this process is killed, and a bot that goes on
// with the file finds nothing there that it wasn't told of but what a lost
// answer leaves behind.
type keeper struct {
	stage *stage.Stage
	data  string

	mu     sync.Mutex
	upTo   int // the edits of the world that are in the file
	sent   int // bytes of what Slack was sent that are in the other
	failed chan error
	broken bool
}

// moment is how long a change that nobody was told of may wait to be kept.
const moment = 500 * time.Millisecond

// keep writes down what there is now, and from now on what changes. The bot
// may be started when it has returned.
func keep(s *stage.Stage, data string) (*keeper, error) {
	k := &keeper{stage: s, data: data, failed: make(chan error, 1)}
	if err := k.write(); err != nil {
		return nil, err
	}
	s.World.KeepBy(k.keep)
	return k, nil
}

// keep returns once so many edits are kept, or when the file can't be written,
// which ends the sandbox.
func (k *keeper) keep(edits int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.upTo >= edits || k.broken {
		return
	}
	if err := k.write(); err != nil {
		k.broken = true
		k.failed <- err
	}
}

// run keeps what changes while nobody asks the fakes, until ctx ends.
func (k *keeper) run(ctx context.Context) error {
	changed, stop := k.stage.World.Subscribe()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-k.failed:
			return err
		case <-changed:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(moment):
			k.keep(k.stage.World.Edits())
		}
	}
}

// write writes all of it, whether or not it has changed.
func (k *keeper) write() error {
	edits := k.stage.World.Edits()
	text, err := k.stage.Memory()
	if err == nil {
		err = replace(filepath.Join(k.data, worldFile), text)
	}
	if err == nil {
		err = k.append(k.stage.Slack.Sent(k.sent))
	}
	if err != nil {
		return fmt.Errorf("keeping the world in %s: %w", k.data, err)
	}
	k.upTo = edits
	return nil
}

// append adds to what Slack was sent.
func (k *keeper) append(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	file, err := os.OpenFile(filepath.Join(k.data, sentFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err == nil {
		k.sent += len(text)
	}
	return err
}

// replace writes a file so that either the old one or the new one is there,
// whatever happens.
func replace(path string, text []byte) error {
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// recall brings back the world of a data directory, if there is one. What can't
// be used stays as it is.
func recall(s *stage.Stage, data string) (bool, error) {
	path := filepath.Join(data, worldFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the world: %w", err)
	}
	err = s.Recall(text)
	switch {
	case errors.Is(err, stage.ErrOtherOptions):
		return false, fmt.Errorf("%s can't go on: %w. Start it as before, or choose another directory; nothing in it was changed", data, err)
	case err != nil:
		return false, fmt.Errorf("%s can't be used: %w. Choose another directory, or move this one away; nothing in it was changed", path, err)
	}
	return true, nil
}
