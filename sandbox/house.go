package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rekey/sandbox/stage"
)

// A house is a stage, the bot on it, and the directory of what the bot keeps.
type house struct {
	stage  *stage.Stage
	bot    *bot
	keeper *keeper // nil: the world ends with us
	data   string
	lock   *os.File // goes to the bot
	before []byte   // what Slack was sent in earlier sandboxes

	prologue prologue
	recalled bool // the world is that of an earlier sandbox
	leave    func()
}

// open takes the data directory and sets a stage up. With c.Keep it goes on
// with the world that it finds there, and keeps it. The bot isn't started.
func open(ctx context.Context, c Config, o stage.Options) (*house, error) {
	if c.Args == nil {
		c.Args = []string{"serve", "--until-eof", "--clock-from-stdin"}
	}
	if c.Executable == "" {
		path, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("finding our own program: %w", err)
		}
		c.Executable = path
	}
	data, leave, err := enter(c.Data)
	if err != nil {
		return nil, err
	}
	h := &house{data: data, leave: leave}
	if h.stage, err = stage.New(o); err != nil {
		leave()
		return nil, fmt.Errorf("setting up the sandbox: %w", err)
	}
	err = h.settle(ctx, c)
	if err == nil {
		err = h.furnish(c)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// settle brings the world of the data directory back, if it is to be kept, and
// sees to it that nobody lives there any more.
func (h *house) settle(ctx context.Context, c Config) error {
	var err error
	if h.lock, err = vacate(ctx, h.data); err != nil {
		return err
	}
	if h.keeper = nil; c.Data == "" || !c.keep {
		return unlived(h.data)
	}
	there, err := recall(h.stage, h.data)
	if err == nil && !there {
		err = unlived(h.data)
	}
	if err != nil {
		return err
	}
	h.recalled = there
	if h.before, err = os.ReadFile(filepath.Join(h.data, sentFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading what Slack was sent before: %w", err)
	}
	h.keeper, err = keep(h.stage, h.data)
	return err
}

// lively are the bot's waits, unless Config says others: whoever makes a key in
// the console to see what happens doesn't wait an hour for it.
var lively = map[string]string{"watch": "2m", "tickets": "2s"}

// furnish writes what the bot is told, and says how it is started.
func (h *house) furnish(c Config) error {
	h.stage.SetWaits(lively)
	if c.Waits != nil {
		h.stage.SetWaits(c.Waits)
	}
	settings := filepath.Join(h.data, "settings.yaml")
	if err := os.WriteFile(settings, h.stage.Settings(), 0o600); err != nil {
		return fmt.Errorf("writing the bot's settings: %w", err)
	}
	env := append(h.stage.Env(), "DATABASE_URL="+filepath.Join(h.data, databaseFile), "REKEY_CONFIG="+settings, "REKEY_LISTEN=127.0.0.1:0")
	shared := append(childEnv(h.data), c.Env...)
	if c.Catalogue != nil {
		catalogue := filepath.Join(h.data, "catalogue.yaml")
		if err := os.WriteFile(catalogue, c.Catalogue, 0o600); err != nil {
			return fmt.Errorf("writing the catalogue: %w", err)
		}
		shared = append(shared, "REKEY_CATALOGUE="+catalogue)
	}
	h.bot = &bot{
		program: program{path: c.Executable, env: shared}, args: c.Args,
		stage: h.stage, log: filepath.Join(h.data, logFile), env: env, disk: disk{limit: limitFiles}, lock: h.lock,
	}
	return nil
}

// close ends the stage and gives the directory back.
func (h *house) close() {
	if h.lock != nil {
		_ = h.lock.Close() // nothing was written
	}
	_ = h.stage.Close() // nothing is left to be lost
	h.leave()
}
