// Package rotation is Rekey's domain: what a rotation is, what people and the
// bot may do to it, and in which order things happen at the providers. It
// knows no Slack, no SQL and no HTTP.
//
// A Rotation's methods are the whole state machine. Each makes one change, or
// explains in a sentence that a person can read why it can't. They read no
// clock: the time and the person are arguments. The Engine does the steps that
// need nobody, as they fall due, through a Store that makes each change one
// transaction.
package rotation
