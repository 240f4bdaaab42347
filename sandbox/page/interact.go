package page

import (
	"errors"
	"net/url"
	"strings"
)

// fieldPrefix begins the names of the inputs in a modal; what follows is the
// block's id or the element's.
const fieldPrefix = "in:"

// A pressed is the element that somebody pressed.
type pressed struct {
	block, action string
	value         []string // the option that was chosen
}

// pressed reads which element a form says was pressed: a button says it all; a
// menu's choice comes beside it.
func (r request) pressed() (pressed, error) {
	q, err := url.ParseQuery(r.PostForm.Get("press"))
	if err != nil || q.Get("action") == "" {
		return pressed{}, errors.New("the form doesn't say what was pressed")
	}
	out := pressed{block: q.Get("block"), action: q.Get("action")}
	switch {
	case q.Has("value"):
		out.value = []string{q.Get("value")}
	case r.PostForm.Has("value"):
		out.value = []string{join(r.PostForm["value"])}
	}
	return out, nil
}

// join is how fakeslack takes several values at once.
func join(values []string) string {
	var some []string
	for _, v := range values {
		if v != "" {
			some = append(some, v)
		}
	}
	return strings.Join(some, ",")
}

func (s *site) press(r request) (answer, error) {
	p, err := r.pressed()
	if err != nil {
		return answer{}, err
	}
	channel, ts := r.PostForm.Get("channel"), r.PostForm.Get("ts")
	if r.PostForm.Get("ephemeral") != "" {
		return answer{}, seen(s.Stage.Slack.PressEphemeral(r.me.ID, channel, ts, p.action, p.block, p.value...))
	}
	return answer{}, seen(s.Stage.Slack.Press(r.me.ID, channel, ts, p.action, p.block, p.value...))
}

// pressView presses in the open modal. What is typed so far goes with it, as
// at Slack.
func (s *site) pressView(r request) (answer, error) {
	p, err := r.pressed()
	if err != nil {
		return answer{}, err
	}
	if len(s.Stage.Slack.OpenViews(r.me.ID)) > 0 {
		if err := s.Stage.Slack.Fill(r.me.ID, r.fields()); err != nil {
			return answer{}, err
		}
	}
	return answer{}, seen(s.Stage.Slack.PressView(r.me.ID, p.action, p.block, p.value...))
}

func (s *site) submitView(r request) (answer, error) {
	return answer{}, seen(s.Stage.Slack.Submit(r.me.ID, r.fields()))
}

func (s *site) closeView(r request) (answer, error) {
	return answer{}, seen(s.Stage.Slack.CloseView(r.me.ID))
}

// fields are what the person entered in a modal.
func (r request) fields() map[string]string {
	out := map[string]string{}
	for name, values := range r.PostForm {
		if field, ok := strings.CutPrefix(name, fieldPrefix); ok {
			out[field] = strings.ReplaceAll(join(values), "\r\n", "\n")
		}
	}
	return out
}
