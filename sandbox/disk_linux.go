package sandbox

import (
	"fmt"

	"golang.org/x/sys/unix"
)

var limitFiles = prlimit

// prlimit limits the size of files that a running program writes to nothing,
// or to what it may be at most. See prlimit(2): a write fails with EFBIG.
func prlimit(pid int, full bool) error {
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &limit); err != nil {
		return fmt.Errorf("reading the bot's limits: %w", err)
	}
	limit.Cur = limit.Max
	if full {
		limit.Cur = 0
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		return fmt.Errorf("limiting the bot's files: %w", err)
	}
	return nil
}
