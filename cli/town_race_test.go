//go:build race

package cli

// With the race detector they work more than they wait.
func init() { together = "8" }
