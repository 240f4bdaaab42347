package page

import (
	"errors"

	"rekey/sandbox/fakeslack"
)

// homePlace is App Home's place in the list of channels.
const homePlace = "home"

// home is what App Home shows to the reader; false before the app drew it.
func (r *reader) home() ([]block, bool) {
	v, drawn := r.slack.Home(r.me.ID)
	if !drawn {
		return nil, false
	}
	var out []block
	for _, o := range decode(v.Blocks) {
		out = append(out, block{r: r, o: o, scope: "home-" + v.ID, view: true})
	}
	return out, true
}

// openHome turns to App Home. The app learns that somebody opened it, and draws
// it anew.
func (s *site) openHome(r request) (answer, error) {
	remember(r.rw, channelCookie, homePlace)
	err := s.Stage.Slack.OpenHome(r.me.ID)
	if errors.Is(err, fakeslack.ErrNoAnswer) || errors.Is(err, fakeslack.ErrNotConnected) {
		return answer{Notice: "The app doesn't answer; App Home shows what it drew before."}, nil
	}
	return answer{}, err
}
