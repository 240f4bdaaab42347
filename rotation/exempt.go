package rotation

import "time"

// Exempted is an Error about what isn't rotated: why, who answers for that,
// and whether there is a runbook to be walked through all the same.
type Exempted struct {
	Refusal *Error
	Row     string // what isn't rotated
	Name    string // the same, if its runbook can be walked through; else empty
}

// Error returns the Error's sentences.
func (e *Exempted) Error() string { return e.Refusal.Error() }

// Unwrap returns the Error.
func (e *Exempted) Unwrap() error { return e.Refusal }

// Exposed is an Error about a credential that went through Slack.
type Exposed struct{ Refusal *Error }

// Error returns the Error's sentences.
func (e *Exposed) Error() string { return e.Refusal.Error() }

// Unwrap returns the Error.
func (e *Exposed) Unwrap() error { return e.Refusal }

// exempted says why a row isn't rotated.
func (c *Catalogue) exempted(s *Secret) *Exempted {
	review := s.Exempt.Review
	if day, err := time.Parse(time.DateOnly, review); err == nil {
		review = day.Format("Mon 2 Jan 2006")
	}
	out := &Exempted{Row: s.Name, Refusal: &Error{
		Reason: NotNow, What: s.Title + " isn't rotated: " + s.Exempt.Reason,
		Next: "Owner " + s.Owner + ", to be reviewed " + review + ".",
	}}
	if s.Runbook != "" {
		out.Name = s.Name
	}
	return out
}

// Due is when the exemption has to be reviewed; the catalogue made sure that
// it can be read.
func (e *Exemption) Due() time.Time {
	day, _ := time.Parse(time.DateOnly, e.Review) // checked when the catalogue was loaded
	return day
}
