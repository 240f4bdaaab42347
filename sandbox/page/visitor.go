package page

import (
	"cmp"
	"net/http"
	"slices"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// A visitor is who sits at the browser: which of the people they are, and
// which channel they look at.
type visitor struct {
	me      fakeslack.Person
	channel fakeslack.Channel
	home    bool // they look at App Home instead
}

// The cookies that remember both. They carry no right: everybody at this
// machine may be anybody.
const (
	meCookie      = "rekey-sandbox-me"
	channelCookie = "rekey-sandbox-channel"
)

// visitor reads who is asking; at first the one who starts things, in the
// team's channel.
func (s *site) visitor(r *http.Request) visitor {
	remembered := func(name string) string {
		c, err := r.Cookie(name)
		if err != nil {
			return ""
		}
		return c.Value
	}
	people, channels := s.people(), s.channels()
	v := visitor{}
	first, _ := stage.PersonID(stage.Handles()[0])
	v.me = choose(people, func(p fakeslack.Person) bool { return p.Name == remembered(meCookie) }, func(p fakeslack.Person) bool { return p.ID == first })
	v.channel = choose(channels, func(c fakeslack.Channel) bool { return c.ID == remembered(channelCookie) && v.sees(c) },
		func(c fakeslack.Channel) bool { return c.ID == stage.Platform })
	v.home = remembered(channelCookie) == homePlace
	return v
}

// choose is the first that is wanted, else the usual one, else any.
func choose[T any](all []T, wanted, usual func(T) bool) T {
	for _, fits := range []func(T) bool{wanted, usual, func(T) bool { return true }} {
		if i := slices.IndexFunc(all, fits); i >= 0 {
			return all[i]
		}
	}
	var none T
	return none
}

// sees tells whether a channel is in the visitor's list.
func (v visitor) sees(c fakeslack.Channel) bool {
	if c.User != "" {
		return c.User == v.me.ID
	}
	return !c.Archived && (c.Members == nil || slices.Contains(c.Members, v.me.ID))
}

// people are those whom a visitor can be.
func (s *site) people() []fakeslack.Person {
	return slices.DeleteFunc(s.Stage.Slack.People(), func(p fakeslack.Person) bool { return p.Bot || p.Deleted })
}

// channels are all channels, and direct messages after them.
func (s *site) channels() []fakeslack.Channel {
	all := s.Stage.Slack.Channels()
	slices.SortStableFunc(all, func(a, b fakeslack.Channel) int { return cmp.Compare(a.User, b.User) })
	return all
}

func remember(rw http.ResponseWriter, name, value string) {
	http.SetCookie(rw, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
}
