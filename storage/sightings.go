package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"rekey/rotation"
)

// Sight keeps what a look showed. One that failed keeps what the last good one
// showed, and says why there is nothing newer, and since when.
func (db *DB) Sight(ctx context.Context, s rotation.Sighting) error {
	body, err := json.Marshal(s.Finding)
	if err != nil {
		return fmt.Errorf("writing a sighting of %s as JSON: %w", s.About, err)
	}
	if s.Failed != "" {
		return db.run(ctx, "noting a look that failed", `insert into sightings (about, kind, body, seen_at, looked_at, failed, failing_at) values ($1, $2, '{}', null, $3, $4, $3)
			on conflict (about, kind) do update set looked_at = excluded.looked_at, failed = excluded.failed, failing_at = coalesce(sightings.failing_at, excluded.failing_at)`,
			s.About, s.Kind, s.Looked.UnixNano(), s.Failed)
	}
	return db.run(ctx, "noting what was seen", `insert into sightings (about, kind, body, seen_at, looked_at, failed, failing_at) values ($1, $2, $3, $4, $4, '', null)
		on conflict (about, kind) do update set body = excluded.body, seen_at = excluded.seen_at, looked_at = excluded.looked_at, failed = '', failing_at = null`,
		s.About, s.Kind, string(body), s.Looked.UnixNano())
}

// Sightings returns the latest sighting of everything that was looked at.
func (db *DB) Sightings(ctx context.Context) ([]rotation.Sighting, error) {
	rows, err := db.reader.QueryContext(ctx, `select about, kind, body, seen_at, looked_at, failed, failing_at from sightings order by about, kind`)
	if err != nil {
		return nil, fmt.Errorf("reading what was seen: %w", err)
	}
	defer rows.Close()
	var out []rotation.Sighting
	for rows.Next() {
		var s rotation.Sighting
		var body string
		var seen, looked, failing sql.NullInt64
		if err := rows.Scan(&s.About, &s.Kind, &body, &seen, &looked, &s.Failed, &failing); err != nil {
			return nil, fmt.Errorf("reading what was seen: %w", err)
		}
		if err := json.Unmarshal([]byte(body), &s.Finding); err != nil {
			return nil, fmt.Errorf("reading what was seen of %s: %w", s.About, err)
		}
		s.Seen, s.Looked, s.Failing = instant(seen), instant(looked), instant(failing)
		out = append(out, s)
	}
	return out, rows.Err()
}

// Forget drops the sighting of what isn't looked at any more.
func (db *DB) Forget(ctx context.Context, about, kind string) error {
	return db.run(ctx, "forgetting what was seen", `delete from sightings where about = $1 and kind = $2`, about, kind)
}
