package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// enter takes a data directory for this process, a temporary one if path is
// empty. It returns its path and how to leave it. One that another sandbox has
// is refused: the lock goes with the process, however that ends.
func enter(path string) (string, func(), error) {
	temporary := path == ""
	var err error
	if temporary {
		path, err = os.MkdirTemp("", "rekey-sandbox-")
	} else {
		err = os.MkdirAll(path, 0o700)
	}
	if err != nil {
		return "", nil, fmt.Errorf("making the data directory: %w", err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", nil, fmt.Errorf("finding the data directory: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, "sandbox.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", nil, fmt.Errorf("locking the data directory: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		_ = lock.Close() // nothing was written
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return "", nil, fmt.Errorf("another sandbox uses %s: end it, or choose another directory", path)
	}
	if err != nil {
		return "", nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return path, func() {
		_ = lock.Close()
		if temporary {
			_ = os.RemoveAll(path)
		}
	}, nil
}

// unlived refuses a directory in which a bot lived before and whose world is
// gone, or isn't wanted.
func unlived(path string) error {
	if _, err := os.Stat(filepath.Join(path, databaseFile)); err == nil {
		return fmt.Errorf("%s is what a sandbox left: its bot remembers rotations of a Slack and an AWS that ended with it. Keep it to look at, and choose another directory", path)
	}
	return nil
}

// vacate waits until the bot of the sandbox before has left the directory. That
// one ends in order when its sandbox is gone, and that takes a moment. The file
// that it returns goes to the next bot, and keeps others out while that lives.
func vacate(ctx context.Context, path string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(path, "bot.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the bot's files: %w", err)
	}
	ctx, stop := context.WithTimeout(ctx, grace)
	defer stop()
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return lock, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
			continue
		case <-ctx.Done():
		}
		_ = lock.Close() // nothing was written
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("the bot of an earlier sandbox still runs in %s: end it, or choose another directory", path)
		}
		return nil, fmt.Errorf("locking the bot's files: %w", err)
	}
}
