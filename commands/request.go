// Package commands is what people can ask for: typed words and pressed buttons
// meet in one switch, Handle. It decides who may ask, calls the engine, and
// answers in words; it talks to nobody.
package commands

import (
	"github.com/slack-go/slack"

	"rekey/rotation"
)

// Kind is how a request was made.
type Kind int

// The kinds.
const (
	Typed     Kind = iota + 1 // a slash command
	Pressed                   // a button, a menu
	Submitted                 // a form
	Opened                    // App Home
)

// A Request is one thing that one person asked for, as bot decoded it. Its ids
// are Slack's; where it came from was checked before.
type Request struct {
	Kind      Kind
	Envelope  string // Slack's id of the delivery: the same one for a redelivery
	User      rotation.Person
	Stranger  bool              // from another workspace, as Slack Connect brings them in
	Channel   string            // where it was typed or pressed
	Message   string            // ts of the message with the button
	Ephemeral bool              // the button was on a private answer
	Home      bool              // it was in App Home
	Modal     bool              // it was in a modal, on which what it opens is stacked
	Trigger   string            // opens a modal, for three seconds
	Text      string            // Typed: what follows /rotate
	Action    string            // Pressed: action_id
	Value     string            // Pressed: the button's or the chosen option's value; Submitted: private_metadata
	Callback  string            // Submitted: callback_id
	Fields    map[string]string // Submitted: block_id to what was entered or chosen
}

// An Answer is what goes back at once. At most one of its parts is set besides
// Open and Home.
type Answer struct {
	Text   string                    // a private message: in the acknowledgement of a command
	Blocks []slack.Block             // its blocks, if it has any
	Errors map[string]string         // Submitted: what is wrong with which field, by block_id
	Open   *slack.ModalViewRequest   // a form to open, after the acknowledgement
	Home   *slack.HomeTabViewRequest // what the person's App Home shows, after the acknowledgement
	Update *slack.ModalViewRequest   // Submitted: what the form becomes
}
