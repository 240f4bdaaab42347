package stage

// A Command is a slash command of the app, as its manifest tells Slack of it.
type Command struct{ Name, Hint, Description string }

// Commands lists what Slack offers to somebody who begins a line with a slash.
func Commands() []Command {
	return []Command{{
		Name: "/rotate", Hint: "[NAME | due | list | refresh | status [NAME] | history NAME | snooze NAME | cancel NAME | help]",
		Description: "Rotate a secret, or see how a rotation stands",
	}}
}
