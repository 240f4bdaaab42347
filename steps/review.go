package steps

import (
	"context"

	"rekey/rotation"
)

// Review waits until an approver has looked over an emergency. It isn't for
// runbooks: the rotation of a compromised value ends with it.
type Review struct{}

// Check makes sure that there are no parameters.
func (Review) Check(p rotation.Params) error { return rotation.Decode(p, &struct{}{}) }

// By says that the approvers act.
func (Review) By(rotation.Params) rotation.Party { return rotation.Approvers }

// Do waits; the engine counts the press.
func (Review) Do(context.Context, *rotation.Task) (rotation.Outcome, error) {
	return rotation.Wait(0, ""), nil
}
