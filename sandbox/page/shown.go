package page

import (
	"sync"

	"rekey/sandbox/world"
)

// shown holds the values that a console shows once: a new token, a secret that
// somebody retrieved. Each is under an id that stands in the address of the
// page that shows it, so that it is there while that page is open and gone for
// whoever comes back without it.
type shown struct {
	mu     sync.Mutex
	values map[string]string
	order  []string
}

// maxShown is how many values are kept; the oldest goes first.
const maxShown = 20

func newShown() *shown { return &shown{values: map[string]string{}} }

// put keeps a value and returns its id.
func (s *shown) put(value string) string {
	id := world.Random(16, world.Alphanumeric)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[id] = value
	s.order = append(s.order, id)
	if len(s.order) > maxShown {
		delete(s.values, s.order[0])
		s.order = s.order[1:]
	}
	return id
}

// value is what is kept under an id, or empty.
func (s *shown) value(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[id]
}

// forget drops the value under an id.
func (s *shown) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, id)
}
