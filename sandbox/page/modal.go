package page

import "rekey/sandbox/fakeslack"

// A modal is the form or text that a person has open on top of Slack.
type modal struct {
	ID                   string
	Title, Submit, Close string
	Blocks               []block
	Warning              string
}

func (r *reader) modal(v fakeslack.View) *modal {
	id := "view-" + v.ID
	m := &modal{ID: id, Title: v.Title, Submit: v.Submit, Close: v.Close, Warning: v.Warning}
	for _, o := range decode(v.Blocks) {
		m.Blocks = append(m.Blocks, block{r: r, o: o, scope: id, view: true, errors: v.Errors})
	}
	if m.Close == "" {
		m.Close = "Close"
		if v.Submit != "" {
			m.Close = "Cancel"
		}
	}
	return m
}
