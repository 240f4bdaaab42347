package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rekey/rotation"
)

// A dueRow is one secret, or one old credential, for a script. Its keys are
// documented in docs/operations.md and don't change.
type dueRow struct {
	Name       string  `json:"name"`
	Title      string  `json:"title"`
	State      string  `json:"state"`
	Due        *string `json:"due"`         // a date in the team's zone
	DueAt      *string `json:"due_at"`      // the instant
	Clock      *string `json:"clock"`       // which clock makes it due
	Reason     string  `json:"reason"`      // a sentence
	StartBy    *string `json:"start_by"`    // a date: where a rotation takes long
	PolicyAt   *string `json:"policy_at"`   // when policy says it is too old
	ExpiresAt  *string `json:"expires_at"`  // when its provider lets it die
	Owner      string  `json:"owner"`       // the group, or who sees to an old credential
	Rotation   *int64  `json:"rotation"`    // that runs, or left the old credential
	SeenAt     *string `json:"seen_at"`     // when a provider last showed it
	UnseenFrom *string `json:"unseen_from"` // since when looks have shown nothing
}

// columns are the keys of a dueRow, in their order.
var columns = []string{
	"name", "title", "state", "due", "due_at", "clock", "reason", "start_by",
	"policy_at", "expires_at", "owner", "rotation", "seen_at", "unseen_from",
}

func (d *due) row(i rotation.Item) dueRow {
	out := dueRow{
		Name: i.Secret.Name, Title: i.Secret.Title, State: i.Rank.String(), Reason: d.said(i.Reason()), Owner: i.Secret.Owner,
		Due: some(d.day(i.Due.On)), DueAt: d.instant(i.Due.On), Clock: some(string(i.Due.By)), StartBy: some(d.day(startBy(i))),
		PolicyAt: d.instant(i.Due.Policy), ExpiresAt: d.instant(i.Due.Expiry), SeenAt: d.instant(i.Seen),
	}
	if i.Debt != nil {
		out.Name, out.Title, out.Owner = i.Debtor.Plan.Secret, i.Debt.What, i.Debt.Owner
	}
	if r := i.About(); r != nil {
		id := int64(r.ID)
		out.Rotation = &id
	}
	if i.Blind != nil {
		out.UnseenFrom = d.instant(i.Blind.Failing)
	}
	return out
}

// startBy is when its rotation has to be started to be done in time; zero: on
// the day that it is due.
func startBy(i rotation.Item) time.Time {
	if i.Due.On.IsZero() || i.Secret.Lead == 0 || i.Exempt() {
		return time.Time{}
	}
	return i.Due.On.AddDate(0, 0, -int(i.Secret.Lead))
}

func (d *due) json(out io.Writer, r rotation.Report, looked time.Time) error {
	shown := struct {
		At      string   `json:"at"`
		Zone    string   `json:"zone"`
		Looked  *string  `json:"looked_at"`
		Secrets int      `json:"secrets"`
		Items   []dueRow `json:"items"`
	}{d.now.In(d.zone).Format(time.RFC3339), d.zone.String(), d.instant(looked), r.Secrets, []dueRow{}}
	for _, i := range r.Items {
		shown.Items = append(shown.Items, d.row(i))
	}
	text := json.NewEncoder(out)
	text.SetEscapeHTML(false)
	text.SetIndent("", "  ")
	return text.Encode(shown)
}

// csv prints what JSON has as a table for a spreadsheet.
// https://www.rfc-editor.org/rfc/rfc4180
func (d *due) csv(out io.Writer, r rotation.Report) error {
	text := csv.NewWriter(out)
	text.UseCRLF = true
	lines := [][]string{columns}
	for _, i := range r.Items {
		x := d.row(i)
		id := ""
		if x.Rotation != nil {
			id = strconv.FormatInt(*x.Rotation, 10)
		}
		line := []string{
			x.Name, x.Title, x.State, filled(x.Due), filled(x.DueAt), filled(x.Clock), x.Reason, filled(x.StartBy),
			filled(x.PolicyAt), filled(x.ExpiresAt), x.Owner, id, filled(x.SeenAt), filled(x.UnseenFrom),
		}
		for n := range line {
			line[n] = noFormula(line[n])
		}
		lines = append(lines, line)
	}
	if err := text.WriteAll(lines); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// noFormula keeps a spreadsheet from computing a cell: a quote before what
// begins as a formula does. https://owasp.org/www-community/attacks/CSV_Injection
func noFormula(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}

func (d *due) instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return some(t.In(d.zone).Format(time.RFC3339))
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func filled(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
