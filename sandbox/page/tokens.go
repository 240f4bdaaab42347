package page

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/stage"
)

// A tokenRow is one fine-grained token as its owner sees it.
type tokenRow struct {
	ID                     int64
	Name, URL              string
	Expires, Used          string
	Expired                bool
	Permissions            []string
	Repos                  []string
	Days                   []int  // lifetimes to choose from
	Value, Shown, ListPath string // the new value, and under which id it is shown
}

// lifetimes are GitHub's choices for a new token, in days; the organisation's
// limit is the last.
var lifetimes = []int{180, 30, 60, 90, 366}

func (s *site) tokens(rw http.ResponseWriter, r *http.Request) {
	zone := s.reader(s.visitor(r)).zone
	var rows []tokenRow
	for _, t := range s.liveTokens() {
		rows = append(rows, s.tokenRow(t, zone))
	}
	s.show(rw, r, console{Tab: "tokens", Title: "Fine-grained tokens", Template: "tokens", Data: map[string]any{"User": stage.CIUser, "Rows": rows, "App": appPath}})
}

func (s *site) token(rw http.ResponseWriter, r *http.Request, id int64) {
	for _, t := range s.liveTokens() {
		if t.ID != id {
			continue
		}
		row := s.tokenRow(t, s.reader(s.visitor(r)).zone)
		row.Shown = r.URL.Query().Get("shown")
		row.Value = s.shown.value(row.Shown)
		s.show(rw, r, console{Tab: "tokens", Title: t.Name, Template: "token", Data: map[string]any{"User": stage.CIUser, "Token": row}})
		return
	}
	s.show(rw, r, console{Tab: "tokens", Title: "No such token", Template: "token-none", Data: tokensPath, Status: http.StatusNotFound})
}

// liveTokens are those that GitHub lists: not the deleted ones.
func (s *site) liveTokens() []fakegithub.TokenView {
	return slices.DeleteFunc(s.Stage.GitHub.Tokens(stage.CIUser), func(t fakegithub.TokenView) bool { return t.Revoked })
}

func (s *site) tokenRow(t fakegithub.TokenView, zone *time.Location) tokenRow {
	row := tokenRow{ID: t.ID, Name: t.Name, URL: tokenURL(t.ID), Repos: t.Repos, Days: lifetimes, ListPath: tokensPath}
	row.Expires, row.Used = "No expiration date", "Never used"
	if !t.Expires.IsZero() {
		row.Expired = !t.Expires.After(s.Stage.World.Now())
		row.Expires = "Expires on " + day(t.Expires, zone)
		if row.Expired {
			row.Expires = "Expired on " + day(t.Expires, zone)
		}
	}
	if !t.LastUsed.IsZero() {
		row.Used = "Last used " + clock(t.LastUsed, zone)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Permissions)) {
		row.Permissions = append(row.Permissions, name+": "+t.Permissions[name])
	}
	return row
}

func tokenURL(id int64) string { return tokensPath + "/" + strconv.FormatInt(id, 10) }

// chosenToken is the token that a form is about, and when a new value of it
// would expire.
func (s *site) chosenToken(r request) (fakegithub.TokenView, time.Time, error) {
	days, err := strconv.Atoi(r.PostForm.Get("days"))
	if err != nil || !slices.Contains(lifetimes, days) {
		days = lifetimes[0]
	}
	for _, t := range s.liveTokens() {
		if t.ID == number(r.PostForm.Get("id")) {
			return t, s.Stage.World.Now().AddDate(0, 0, days), nil
		}
	}
	return fakegithub.TokenView{}, time.Time{}, errors.New("there is no such token any more")
}

func (s *site) tokenRegenerate(r request) (answer, error) {
	t, expires, err := s.chosenToken(r)
	if err != nil {
		return answer{}, err
	}
	value, err := s.Stage.GitHub.Regenerate(t.ID, expires)
	if err != nil {
		return answer{}, fmt.Errorf("regenerating %s: %w", t.Name, err)
	}
	return answer{Notice: "Regenerated. The old value stopped working.", Location: tokenURL(t.ID) + "?shown=" + s.shown.put(value)}, nil
}

// tokenSecond makes another token with the same rights, and leaves the first.
func (s *site) tokenSecond(r request) (answer, error) {
	t, expires, err := s.chosenToken(r)
	if err != nil {
		return answer{}, err
	}
	id, value := s.Stage.GitHub.AddToken(t.Owner, t.Name+"-2", expires, t.Permissions, t.Repos)
	return answer{Notice: "A second token was made. The first one still works.", Location: tokenURL(id) + "?shown=" + s.shown.put(value)}, nil
}

func (s *site) tokenDelete(r request) (answer, error) {
	t, _, err := s.chosenToken(r)
	if err != nil {
		return answer{}, err
	}
	if err := s.Stage.GitHub.DeleteToken(t.ID); err != nil {
		return answer{}, fmt.Errorf("deleting %s: %w", t.Name, err)
	}
	return answer{Notice: "Deleted. Its value stopped working.", Location: tokensPath}, nil
}
