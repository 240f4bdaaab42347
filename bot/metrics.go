package bot

import "sync/atomic"

// Metrics counts what the bot does. All but Sockets and Extra only grow.
type Metrics struct {
	Sockets atomic.Int64 // connected now
	Extra   atomic.Int64 // sockets of this app that aren't ours: a second bot on our token
	Opens   atomic.Int64 // tries to open a socket
	Dropped atomic.Int64 // sockets that ended unhealthily, or couldn't be opened

	Envelopes  atomic.Int64 // what Slack sent
	Duplicates atomic.Int64 // of these, what had been handled before
	Foreign    atomic.Int64 // of these, for another app, workspace or organisation: not handled
	Broken     atomic.Int64 // frames that couldn't be read
	Panics     atomic.Int64 // handlers that panicked
	Acks       atomic.Int64 // acknowledged
	Unacked    atomic.Int64 // handled, but the connection was gone

	Calls    atomic.Int64 // to the Web API
	Failures atomic.Int64 // of these, failed
	Limited  atomic.Int64 // answered with 429
	Posts    atomic.Int64 // messages posted
	Updates  atomic.Int64 // cards redrawn
	Replies  atomic.Int64 // private answers delivered later
}
