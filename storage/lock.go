package storage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// takeLock makes this process the only one on the database, by flock(2) on a
// file beside it. The kernel gives the lock up when the process ends, however
// it ends. The file stays: removing it would let two processes lock two files.
func takeLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the database: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = sign(file)
	}
	if err == nil {
		return file, nil
	}
	defer file.Close()
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("locking the database: %w", err)
	}
	return nil, refuse("Another Rekey"+holder(file)+" is running on "+path+", and only one may.",
		"Stop that one first, or set DATABASE_URL to another file.")
}

// sign leaves the process's id in the lock file, for whoever is refused.
func sign(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

// holder reads it; what can't be read is left out.
func holder(file *os.File) string {
	text, err := io.ReadAll(io.LimitReader(file, 20))
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}
