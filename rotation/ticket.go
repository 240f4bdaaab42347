package rotation

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// A Ticket is one issue that Rekey keeps at GitHub: for a secret and the date
// on which it is due, or for one step that somebody called wrong. There is one
// of each key and never two, whatever happens in between.
type Ticket struct {
	Key    string      `json:"key"` // TicketKey or WrongKey
	Secret string      `json:"secret"`
	Due    string      `json:"due,omitempty"` // the day that it was opened for, YYYY-MM-DD
	Title  string      `json:"title"`
	State  TicketState `json:"state"`
	Repo   string      `json:"repo"`             // "owner/name"
	Number int         `json:"number,omitempty"` // 0: there is no issue yet, as far as is known
	URL    string      `json:"url,omitempty"`
	Wanted time.Time   `json:"wanted"` // since when

	Section string    `json:"section,omitempty"` // what the issue says of ours, when it was last written
	Checked time.Time `json:"checked"`           // when the issue was last read

	Summary   string `json:"summary,omitempty"`   // the comment that closes it, once it is over
	Reason    string `json:"reason,omitempty"`    // why it is closed, in GitHub's word
	Commented bool   `json:"commented,omitempty"` // the summary is there

	Sending  bool      `json:"sending,omitempty"` // the issue or the comment was sent, and what became of it isn't known
	Sent     time.Time `json:"sent"`
	Deadline time.Time `json:"deadline"` // of the sending
	Sends    int       `json:"sends"`    // how often either was sent
	Looks    int       `json:"looks"`    // looks in a row that showed nothing of it
}

// TicketState is where a ticket stands.
type TicketState string

// The states. The last four are final: what is due next gets a ticket of its
// own.
const (
	TicketWanted  TicketState = "wanted" // it isn't opened yet
	TicketOpen    TicketState = "open"
	TicketClosing TicketState = "closing" // its summary is being written
	TicketClosed  TicketState = "closed"
	TicketByHand  TicketState = "closed by hand" // by somebody, before its rotation; it isn't opened again
	TicketGone    TicketState = "gone"           // deleted, or moved to another repository
	TicketDropped TicketState = "not needed"     // it was over before its issue was opened, or issues go elsewhere now
)

// Over reports whether nothing is done about it any more.
func (t *Ticket) Over() bool {
	switch t.State {
	case TicketWanted, TicketOpen, TicketClosing:
		return false
	}
	return true
}

// Wrong reports whether it is about a step that somebody called wrong.
func (t *Ticket) Wrong() bool { return strings.HasPrefix(t.Key, "wrong:") }

// ID names the ticket in the issue's text, so that it is found again after an
// answer that was lost.
func (t *Ticket) ID() string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("rekey/ticket/"+t.Repo+"/"+t.Key+"/"+t.Wanted.UTC().Format(time.RFC3339Nano))).String()
}

// TicketKey is the key of the ticket for a secret and the day on which it is
// due.
func TicketKey(secret, day string) string { return "due:" + secret + ":" + day }

// WrongKey is the key of the ticket for a remark about a step.
func WrongKey(of ID, remark int) string { return "wrong:" + itoa(of) + ":" + itoa(ID(remark+1)) }

// An Issue is one at GitHub.
type Issue struct {
	Number  int
	Title   string
	Body    string
	URL     string
	Open    bool
	Labels  []string
	Trusted bool // a member of the organisation or a collaborator wrote it
}

// NewTicket returns the ticket that an item needs, if it has to be started by
// now. While its rotation runs and the new value is in use already, none is
// wanted.
func (e Item) NewTicket(repo string) (Ticket, bool) {
	due := e.Due.On
	switch {
	case e.Debt != nil, e.Whole, e.Exempt(), due.IsZero(), e.startBy().After(e.now):
		return Ticket{}, false
	case e.Running != nil && !e.Running.Facts.Promoted.IsZero():
		return Ticket{}, false
	}
	day := due.In(e.zone).Format(time.DateOnly)
	return Ticket{
		Key: TicketKey(e.Secret.Name, day), Secret: e.Secret.Name, Due: day, Title: TicketTitle(e.Secret.Name),
		State: TicketWanted, Repo: repo, Wanted: e.now,
	}, true
}

// startBy is when it has to be started to be done in time.
func (e Item) startBy() time.Time { return e.Due.On.AddDate(0, 0, -int(e.Secret.Lead)) }

// TicketTitle is the title that the team gives these issues.
func TicketTitle(secret string) string { return "Rotate " + secret + " Credential" }

// An Ending is why a ticket is over.
type Ending struct {
	Rotation *Rotation // the one that completed, or nil
	Why      string    // else a sentence
	Reason   string    // GitHub's word: "completed" or "not_planned"
}

// Ending reports whether a ticket is over by what is known now, and why.
// What isn't known ends nothing.
func (e Item) Ending(t Ticket) (Ending, bool) {
	switch last := e.Last; {
	case e.Exempt():
		return Ending{Why: "It isn't rotated any more: " + e.Secret.Exempt.Reason, Reason: "not_planned"}, true
	case e.Running != nil, e.refused():
		return Ending{}, false
	case last != nil && last.State == Complete && last.Ended.After(t.Wanted):
		return Ending{Rotation: last, Reason: "completed"}, true
	case e.Due.On.IsZero(), !e.startBy().After(e.now), e.Due.On.In(e.zone).Format(time.DateOnly) <= t.Due:
		return Ending{}, false
	case e.Outside.After(t.Wanted):
		return Ending{Why: "It was changed outside Rekey on " + e.day(e.Outside) + ". Rekey didn't see what was done besides.", Reason: "completed"}, true
	}
	return Ending{Why: "It isn't due yet by what is known now: it is due " + e.day(e.Due.On) + ".", Reason: "not_planned"}, true
}
