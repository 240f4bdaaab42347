package steps

import "rekey/rotation"

// ConfirmUse waits while a person sees for themselves that the value in place
// works, and is ticked on their word. It counts as the value seen in use, where
// no run can show it.
type ConfirmUse struct{ Guide }

// As says that it shows the value in use.
func (ConfirmUse) As() string { return rotation.KindUsed }
