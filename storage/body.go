package storage

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"rekey/rotation"
)

// encode writes a rotation as JSON, with every time in UTC, so that a time
// zone never looks like a change.
func encode(r *rotation.Rotation) (string, error) {
	inUTC(reflect.ValueOf(r).Elem())
	text, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("writing rotation %d as JSON: %w", r.ID, err)
	}
	return string(text), nil
}

// brief is a rotation that has ended as a report needs it; null while it runs.
func brief(r *rotation.Rotation) (sql.NullString, error) {
	if r.State == rotation.Running {
		return sql.NullString{}, nil
	}
	short := *r
	short.Plan.Steps, short.Steps, short.At = nil, nil, 0
	text, err := encode(&short)
	return sql.NullString{String: text, Valid: true}, err
}

func decode(id rotation.ID, version int64, body string) (*rotation.Rotation, error) {
	r := new(rotation.Rotation)
	if err := json.Unmarshal([]byte(body), r); err != nil {
		return nil, fmt.Errorf("reading rotation %d from its row: %w", id, err)
	}
	r.ID, r.Version = id, version
	return r, nil
}

var timeType = reflect.TypeFor[time.Time]()

// inUTC sets every time within v to UTC.
func inUTC(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(v.Interface().(time.Time).UTC()))
			return
		}
		for _, field := range v.Fields() {
			inUTC(field)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			inUTC(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			inUTC(v.Elem())
		}
	case reflect.Map:
		if v.Type().Elem() != timeType {
			return
		}
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, reflect.ValueOf(v.MapIndex(key).Interface().(time.Time).UTC()))
		}
	}
}

// stamp is how an instant is stored: Unix nanoseconds, null for none.
func stamp(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixNano(), Valid: !t.IsZero()}
}

func instant(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

// wake is when a rotation needs the engine next: at the earlier of Due
// and Nudge. Zero: never by itself.
func wake(r *rotation.Rotation) time.Time {
	switch {
	case r.State != rotation.Running && len(r.OpenDebts()) == 0:
		return time.Time{}
	case r.State != rotation.Running: // only its debts are looked at
		return r.Due
	case r.Due.IsZero() || !r.Nudge.IsZero() && r.Nudge.Before(r.Due):
		return r.Nudge
	}
	return r.Due
}
