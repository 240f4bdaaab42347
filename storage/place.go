package storage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rekey/rotation"
)

// named is the absolute path that the setting names. It never echoes a URL,
// which may hold a password.
func named(path string) (string, error) {
	switch {
	case path == "":
		return "", refuse("The path of the database is empty.", "Set DATABASE_URL to a path on a local disk, for example rekey.db.")
	case strings.HasPrefix(path, "postgres://"), strings.HasPrefix(path, "postgresql://"):
		return "", refuse("PostgreSQL is not yet supported; Rekey keeps its state in a SQLite file.", "Set DATABASE_URL to a path on a local disk, for example rekey.db.")
	case strings.Contains(path, "://"), strings.HasPrefix(path, "file:"), path == ":memory:":
		return "", refuse("DATABASE_URL is not a path.", "Set it to a path on a local disk, for example rekey.db.")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("finding the database: %w", err)
	}
	return path, nil
}

// at is the path of a file that is there, without making anything.
func at(setting string) (string, error) {
	path, err := named(setting)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Dir(path)); os.IsNotExist(err) {
		return "", nothingYet(path)
	}
	return resolve(path)
}

// place turns the setting into the absolute path of the file, with its
// directory there.
func place(setting string) (string, error) {
	path, err := named(setting)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("making the database's directory: %w", err)
	}
	if path, err = resolve(path); err != nil {
		return "", err
	}
	kind, err := network(filepath.Dir(path))
	if err != nil {
		return "", fmt.Errorf("asking which file system the database is on: %w", err)
	}
	if kind != "" {
		return "", refuse(path+" is on a network file system ("+kind+"), where SQLite's locks can't be trusted.", "Put the database on a local disk or a block volume and set DATABASE_URL to its path.")
	}
	return path, nil
}

// resolve follows symbolic links, so that one file has one lock by whatever
// name it is opened.
func resolve(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", fmt.Errorf("finding the database's directory: %w", err)
		}
		return filepath.Join(dir, filepath.Base(path)), nil
	case err != nil:
		return "", fmt.Errorf("finding the database: %w", err)
	case !info.Mode().IsRegular():
		return "", refuse(path+" is not a file.", "Set DATABASE_URL to the path of a file, for example rekey.db.")
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", fmt.Errorf("finding the database: %w", err)
	}
	return path, nil
}

// refuse is how a database is turned down: nothing was opened or changed.
func refuse(what, next string) error {
	return &rotation.Error{Reason: rotation.Invalid, What: what, Safe: "Nothing was changed.", Next: next}
}
