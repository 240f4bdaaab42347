package rotation

import "time"

// An Event is one line of the audit log: who did what to which rotation, when,
// and on what evidence. One that answers a person carries the Reply, which
// stays owed until it was delivered.
type Event struct {
	Seq      int64
	Rotation ID     // 0 for what belongs to none
	Secret   string // the secret's name, or empty
	At       time.Time
	By       Person // ByRekey for what the bot did
	Kind     string // "started", "approved", "effect intended", …
	Step     string // the step's id, or empty
	Text     string // one sentence
	Reply    *Reply
}

// A Reply is owed to one person, privately.
type Reply struct {
	To      Person
	Channel string
	Text    string
}

// A Person is a Slack user id, or ByRekey.
type Person string

// ByRekey is the actor of what the bot does by itself.
const ByRekey Person = "rekey"
