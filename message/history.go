package message

import (
	"fmt"
	"strings"

	"rekey/rotation"
)

// History shows every rotation of a secret, newest first: who, when, how long,
// and on what evidence. What doesn't fit into a private answer is counted.
func History(title string, all []*rotation.Rotation, links map[rotation.ID]string, c Context) Post {
	if len(all) == 0 {
		return answer(c, line{said: rotation.Clean(title) + " was not rotated by Rekey yet."})
	}
	lines := make([]line, len(all))
	for i, r := range all {
		lines[i] = line{said: chapter(r, c), card: links[r.ID]}
	}
	return listed(fmt.Sprintf("%s: %s", rotation.Clean(title), count(len(all), "rotation")), lines, c).post()
}

// chapter is one rotation in one line.
func chapter(r *rotation.Rotation, c Context) string {
	said := fmt.Sprintf("%s · %s · %s", strong(itoa(r.ID)), r.State, person(r.Starter))
	if r.Holder != r.Starter {
		said += ", then " + person(r.Holder)
	}
	if approved := r.Approved(); len(approved) > 0 {
		who := make([]string, len(approved))
		for i, a := range approved {
			who[i] = person(a.By)
		}
		said += ", approved by " + strings.Join(who, " and ")
	}
	said += " · " + Day(r.Started, c)
	if r.State != rotation.Running {
		said += ", " + rotation.Lasting(r.Ended.Sub(r.Started))
	}
	if n := len(r.Remarks); n > 0 {
		said += " · " + count(n, "step") + " called wrong"
	}
	if r.State == rotation.Running {
		return said
	}
	if evidence := proofOf(r); evidence != "" {
		said += " · " + evidence
	}
	if open := len(r.OpenDebts()); open > 0 {
		said += " · " + number(open) + " still owed"
	}
	return said
}

// proofOf is what showed that the new value is in use and the old one dead.
func proofOf(r *rotation.Rotation) string {
	var out []string
	for _, kind := range []string{rotation.KindUsed, rotation.KindRevoke} {
		if s := r.Find(kind); s != nil && s.State == rotation.Ticked {
			out = append(out, s.Evidence...)
		}
	}
	if len(out) == 0 {
		return reasonOf(r)
	}
	return strings.Join(out, " · ")
}

func reasonOf(r *rotation.Rotation) string {
	if r.Reason == "" {
		return ""
	}
	return rotation.Clean(r.Reason)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
