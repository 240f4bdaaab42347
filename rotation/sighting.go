package rotation

import (
	"slices"
	"time"
)

// What providers show, in words that steps and clients share.

// The staging labels of Secrets Manager.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
const (
	Current  = "AWSCURRENT"
	Pending  = "AWSPENDING"
	Previous = "AWSPREVIOUS"
)

// A Place is where a secret is kept in Secrets Manager.
type Place struct {
	ID     string // name or ARN
	Region string
	Role   string // ARN of the role to assume for it; empty: the bot's own identity
}

// Versions are the versions of one secret that carry a label.
type Versions struct {
	ARN    string
	Labels map[string][]string // VersionId to its labels
}

// At returns the version that carries the label, or "".
func (v Versions) At(label string) string {
	for id, labels := range v.Labels {
		if slices.Contains(labels, label) {
			return id
		}
	}
	return ""
}

// A Credential is whom a token belongs to and until when it lives.
type Credential struct {
	Login   string    // GitHub's login, PagerDuty's mail address, an app's id
	Name    string    // the name that people read, if it is another
	Expires time.Time // zero: the provider didn't say
	Unread  bool      // it said something that can't be read, or can't be true
}

// An OrgToken is a fine-grained token at GitHub as an organisation sees it.
type OrgToken struct {
	ID          int64 // as in the address of the token's page
	Owner, Name string
	Permissions map[string]string // "secrets" to "write"; for the organisation: "organization_members"
	Expires     time.Time         // zero: never
	LastUsed    time.Time         // zero: never
	Expired     bool
}

// ServiceKey is the kind of a key that opens a service, which has somebody on
// call.
const ServiceKey = "service"

// An IntegrationKey opens a way in for events at PagerDuty.
type IntegrationKey struct {
	Kind    string // "service" or "event orchestration"
	Owner   string // the name of the service or orchestration
	OwnerID string
	Name    string // of the integration; empty: the provider didn't say
	ID      string // of the integration
	Key     Value
}

// A ClientSecret is one client secret of an application at Entra ID, without
// its value.
type ClientSecret struct {
	ID         string // its keyId
	Name, Hint string // the hint is the beginning of the value, as the portal shows it
	Start, End time.Time
}

// A Run is one run of a workflow.
type Run struct {
	ID         int64
	URL        string
	Event      string // "workflow_dispatch", "push", "schedule"
	Actor      string // the login that triggered it
	Status     string // "queued", "in_progress", "completed", …
	Conclusion string // "success", "failure", "cancelled", …; empty before it is completed
	Attempt    int    // 1 for the first; a re-run has more
	Created    time.Time
	Updated    time.Time
}

// A RunQuery narrows a list of runs down. Empty fields don't.
type RunQuery struct {
	Event  string // "workflow_dispatch"
	Branch string
	Actor  string    // the login that triggered it
	Since  time.Time // created then or later
}

// A Job is one job of a run's first attempt.
type Job struct {
	Name       string
	Conclusion string
	URL        string
	Completed  time.Time
}

// A Copy is an Actions secret that holds a copy of the value.
type Copy struct {
	Repo   string `json:"repo"`                         // "owner/name"
	Name   string `json:"name"`                         // "TERRAFORM_GITHUB_TOKEN"
	Needed bool   `json:"needed_by_workflow,omitempty"` // the workflow that fills the copies signs in with this one
}

// Key names the copy in records: "owner/name NAME".
func (c Copy) Key() string { return c.Repo + " " + c.Name }

// A Posted is a message in a channel: its ts, empty if there is none, and the
// name of the app that it is from, empty if Slack doesn't say.
type Posted struct{ TS, App string }

// A Card is the message in Slack that shows one rotation, and how far Slack
// has followed.
type Card struct {
	Rotation  ID
	Channel   string
	TS        string    // the message; empty: not posted yet
	Shown     int64     // the rotation's version that it shows
	Told      int       // the last turn told in its thread
	Posting   string    // block_id of a post that was sent and not confirmed; empty: none
	PostingAt time.Time // when it was sent
}
