package sandbox

import (
	"fmt"
	"os"
	"path/filepath"

	"rekey/sandbox/stage"
)

// A house is a stage, the bot on it, and the directory of what the bot keeps.
type house struct {
	stage *stage.Stage
	bot   *bot
	data  string
	leave func()
}

// open takes the data directory and sets a stage up. The bot isn't started.
func open(c Config, o stage.Options) (*house, error) {
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
	if err := h.furnish(c); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
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
		stage: h.stage, log: filepath.Join(h.data, logFile), env: env, disk: disk{limit: limitFiles},
	}
	return nil
}

// close ends the stage and gives the directory back.
func (h *house) close() {
	_ = h.stage.Close() // nothing is left to be lost
	h.leave()
}
