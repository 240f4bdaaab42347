package sandbox

import (
	"strings"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/stage"
)

// What somebody's own catalogue names, so that the world gets what it lacks.
type (
	Wanted         = stage.Wanted
	WantedSecret   = stage.WantedSecret
	WantedWorkflow = stage.WantedWorkflow
	Copy           = fakegithub.Copy // an Actions secret with a secret's value
)

// told is what was made for a catalogue, a line each.
func told(s *stage.Stage) string {
	if len(s.Made()) == 0 {
		return ""
	}
	return "For this catalogue:\n  " + strings.Join(s.Made(), "\n  ") + "\n\n"
}
