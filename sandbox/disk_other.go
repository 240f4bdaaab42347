//go:build !linux

package sandbox

// limitFiles is nil where a program that runs can't be limited from outside.
var limitFiles func(pid int, full bool) error
