package message

import (
	"strings"

	"rekey/rotation"
)

// siblings names the other secrets behind the same login that are due.
func siblings(r *rotation.Rotation, c Context) []string {
	var due []string
	for _, n := range r.Next {
		due = append(due, rotation.Clean(n.Title)+" ("+Day(n.On, c)+")")
	}
	switch len(due) {
	case 0:
		return nil
	case 1:
		return []string{"Behind the same login and due as well: " + due[0] + "."}
	}
	return []string{"Behind the same login and due as well: " + strings.Join(due, ", ") + ". One after the other, so that they never fail together."}
}

// following is the button that starts the most urgent of them; when that one is
// done, its card offers the next.
func following(r *rotation.Rotation) []control {
	if len(r.Next) == 0 {
		return nil
	}
	return []control{{label: "Rotate " + r.Next[0].Name + " next", verb: rotation.StartOther, value: r.Next[0].Name}}
}
