//go:build race

package rotation_test

// The walk is one goroutine, which has nothing to race with, and the race
// detector makes it ten times as slow.
func init() { raced = true }
