package sandbox

import "errors"

// A disk is what a bot writes to: full, once somebody says so. Then none of its
// files takes another byte, and each start of the bot finds it so.
type disk struct {
	full  bool
	limit func(pid int, full bool) error // nil: this system can't
}

// fill makes the disk full, or makes room on it.
func (b *bot) fill(full bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.disk.limit == nil {
		return errors.New("this system can't limit what a running program writes")
	}
	if b.process != nil {
		if err := b.disk.limit(b.process.Pid, full); err != nil {
			return err
		}
	}
	b.disk.full = full
	return nil
}

// diskFull tells whether the disk is full.
func (b *bot) diskFull() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.disk.full
}
