//go:build long

package rotation_test

// go test -tags long ./rotation takes minutes; it is worth them when the state
// machine has changed.
func init() { crowded = true }
