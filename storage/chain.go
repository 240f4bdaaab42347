package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
)

// ErrTampered is wrapped by VerifyChain's error if the log isn't as it was
// written.
var ErrTampered = errors.New("the audit log was changed")

// Head returns how many lines the audit log has and the hash of its last one,
// for somebody to keep outside of the database.
func (db *DB) Head(ctx context.Context) (lines int64, hash string, err error) {
	err = db.reader.QueryRowContext(ctx, `select seq, hash from head where id = 1`).Scan(&lines, &hash)
	if err != nil {
		return 0, "", fmt.Errorf("reading the end of the audit log: %w", err)
	}
	return lines, hash, nil
}

// VerifyChain reads the whole log and compares every line with its hash, and
// the last with the head. It returns how many lines there are and the head. A
// line that was changed, deleted, added or moved is an error with ErrTampered,
// which names it. Somebody who may write the file could forge a whole new
// chain, so keep a head elsewhere and compare.
func (db *DB) VerifyChain(ctx context.Context) (lines int64, head string, err error) {
	t, err := db.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one snapshot
	if err != nil {
		return 0, "", fmt.Errorf("reading the log: %w", err)
	}
	defer t.Rollback()
	var seq int64
	if err := t.QueryRowContext(ctx, `select seq, hash from head where id = 1`).Scan(&seq, &head); err != nil {
		return 0, "", fmt.Errorf("reading the head of the log: %w", err)
	}
	rows, err := t.QueryContext(ctx, `select `+columns+` from events order by seq`)
	if err != nil {
		return 0, "", fmt.Errorf("reading the log: %w", err)
	}
	defer rows.Close()
	prev := ""
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return lines, prev, err
		}
		switch {
		case l.Seq != lines+1:
			return lines, prev, fmt.Errorf("%w: line %d is missing", ErrTampered, lines+1)
		case l.prev != prev || l.hash != l.sum():
			return lines, prev, fmt.Errorf("%w: line %d is not as it was written", ErrTampered, l.Seq)
		}
		lines, prev = l.Seq, l.hash
	}
	if err := rows.Err(); err != nil {
		return lines, prev, fmt.Errorf("reading the log: %w", err)
	}
	if lines != seq || prev != head {
		return lines, prev, fmt.Errorf("%w: it ends at line %d, and its head is line %d", ErrTampered, lines, seq)
	}
	return lines, head, nil
}

// sum is SHA-256, in hex, over the fields that never change and the hash of
// the line before, each with its length in front, so that no text can pass for
// two fields.
func (l line) sum() string {
	fields := []string{
		strconv.FormatInt(l.Seq, 10), strconv.FormatInt(int64(l.Rotation), 10), l.Secret,
		strconv.FormatInt(l.At.UnixNano(), 10), string(l.By), l.Kind, l.Step, l.Text, l.prev,
	}
	if l.Reply != nil {
		fields = append(fields, string(l.Reply.To), l.Reply.Channel, l.Reply.Text)
	}
	var text []byte
	for _, f := range fields {
		text = binary.BigEndian.AppendUint64(text, uint64(len(f)))
		text = append(text, f...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
