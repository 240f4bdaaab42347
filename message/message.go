// Package message is what people read: pure functions from the domain to
// Slack's Block Kit. It sends nothing, keeps nothing and reads no clock. All
// text that comes from people or providers passes through Text, the one
// escaper, and everything fits Slack's limits, which stand in limits.go.
package message

import (
	"time"

	"github.com/slack-go/slack"
)

// A Context is what a text depends on besides the rotation.
type Context struct {
	Now       time.Time
	Zone      *time.Location // the team's: days and the spoken form of instants are in it; nil means UTC
	Permalink string         // the card's link in Slack, or empty
}

// A Post is a message, or a private answer. Text says what the blocks say, in
// plain words: notifications and screen readers use it instead of them.
type Post struct {
	Text   string
	Blocks []slack.Block
}
