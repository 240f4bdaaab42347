package rotation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Prover tries values at the provider that issues them. It keeps no state:
// what a value has to prove stands in the runbook's proof: and is copied into
// the plan. Neither Try nor Prove changes anything, or shows anywhere that
// people read.
type Prover interface {
	// Provider is what people call it: "GitHub".
	Provider() string

	// Check reads the parameters when the catalogue is loaded.
	Check(p Params) error

	// Try asks quietly whose the value is and until when it lives. A
	// ProviderError that is Dead is the provider's refusal of the value; any
	// other error says nothing about it.
	Try(ctx context.Context, v Value, p Params) (Credential, error)

	// Prove says what else a live value shows of what the catalogue asks for.
	Prove(ctx context.Context, v Value, c Credential, p Params) (Proof, error)
}

// An Ender is a Prover whose provider ends a value that it is given.
type Ender interface {
	End(ctx context.Context, v Value) error
}

// A Lagging prover's provider may refuse a value for a while after it was made.
type Lagging interface {
	Lag() time.Duration
}

// A Fielded prover says what other fields of a JSON secret have to hold beside
// a value, such as the client that a client secret is of.
type Fielded interface {
	Fields(p Params) map[string]string
}

// A Witness is a Prover whose provider tells when a value was last used.
type Witness interface {
	// LastUse is when the value in use so far was used; zero: never. known is
	// false where the provider doesn't tell.
	LastUse(ctx context.Context, p Params) (at time.Time, known bool, err error)
}

// A Proof is what a new value showed of itself.
type Proof struct {
	Wrong    string    // a sentence: why it can never be promoted; empty: it may
	Evidence []string  // a phrase each
	Proven   []string  // permissions that a read proved
	Unproven []string  // those that only a write could prove
	Missing  []string  // those that it lacks
	Lasting  bool      // values of this kind don't expire
	Expires  time.Time // until when it lives, where only a list tells; zero: no list did
	Lacks    string    // what would have proven more, and why it didn't: a sentence for Details
}

// proof renders what a runbook's values have to prove: by which prover, and
// its parameters.
func (r *renderer) proof(book Runbook) (by string, params Params) {
	if book.Proof == nil {
		return "", nil
	}
	with, _ := r.any("proof", book.Proof).(map[string]any)
	by, _ = with["by"].(string)
	prover, ok := r.c.book.Provers[by]
	if !ok {
		r.problems = append(r.problems, fmt.Sprintf("proof: there is no prover %q; there are %s", by, strings.Join(slices.Sorted(maps.Keys(r.c.book.Provers)), ", ")))
		return "", nil
	}
	delete(with, "by")
	params = r.marshal("proof", with)
	if err := prover.Check(params); err != nil {
		r.problems = append(r.problems, fmt.Sprintf("proof: %v", err))
	}
	return by, params
}
