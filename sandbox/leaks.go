package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The bot's files in the data directory.
const (
	databaseFile = "rekey.db"
	logFile      = "rekey.log"
)

// written reads what the bot has written: its log, and its database with what
// SQLite keeps beside it, and what earlier sandboxes heard of it.
func (h *house) written() (map[string][]byte, error) {
	out := map[string][]byte{}
	if len(h.before) > 0 {
		out["what Slack was sent before"] = h.before
	}
	for name, what := range map[string]string{
		logFile: "the bot's log", databaseFile: "the bot's database",
		databaseFile + "-wal": "the bot's database, in its -wal", databaseFile + "-shm": "the bot's database, in its -shm",
		databaseFile + "-journal": "the bot's database, in its -journal",
	} {
		text, err := os.ReadFile(filepath.Join(h.data, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading what the bot wrote: %w", err)
		}
		out[what] = text
	}
	return out, nil
}
