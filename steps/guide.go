package steps

import (
	"context"
	"errors"
	"strings"

	"rekey/rotation"
)

// Guide waits while a person does something that nothing can observe, and is
// ticked on their word.
type Guide struct{}

type guideParams struct {
	By     rotation.Party `json:"by"`     // "holder" or "user"; empty: the holder
	Button string         `json:"button"` // what the button says: "Password is set…"; empty: "Done…"
	Final  bool           `json:"final"`  // what is done can't be undone, so there is no way back from here
}

// Check reads the parameters.
func (Guide) Check(p rotation.Params) error {
	var g guideParams
	if err := rotation.Decode(p, &g); err != nil {
		return err
	}
	if g.By != "" && g.By != rotation.Holder && g.By != rotation.User {
		return errors.New("by: must be holder or user")
	}
	if g.Button != "" && !strings.HasSuffix(g.Button, "…") {
		return errors.New("button: must end in …, since a form opens")
	}
	return nil
}

// By says whose turn it is.
func (Guide) By(p rotation.Params) rotation.Party {
	var g guideParams
	if err := rotation.Decode(p, &g); err != nil || g.By == "" {
		return rotation.Holder
	}
	return g.By
}

// Do waits for the press.
func (Guide) Do(_ context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var g guideParams
	if err := rotation.Decode(t.Step().With, &g); err != nil {
		return rotation.Outcome{}, err
	}
	if g.Button == "" {
		g.Button = "Done…"
	}
	out := rotation.Wait(0, "").Saying(g.Button)
	if g.Final {
		out = out.Final()
	}
	return out, nil
}
