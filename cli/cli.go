// Package cli is Rekey's command line. It is the only package that knows all
// the others, and puts them together.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes, which docs/operations.md lists.
const (
	ExitOK       = 0
	ExitFailed   = 1 // something failed while running
	ExitUsage    = 2 // settings, flags or the catalogue are wrong or missing
	ExitDatabase = 3 // the database is in use, broken or from a newer Rekey
	ExitSlack    = 4 // Slack refuses the tokens or the app
	ExitDue      = 5 // something is overdue: `rekey due --exit-code`
)

// An exitError carries the exit code of an error.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func exit(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code, err}
}

// A Process is what the command line is run with.
type Process struct {
	Args        []string
	Catalogue   []byte // the embedded one
	In          io.Reader
	Out, Errors io.Writer
}

// Main runs the command line and returns the exit code. SIGINT and SIGTERM end
// it in order.
func Main(p Process) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return p.Run(ctx)
}

// Run runs the command line until it is done or ctx ends, and returns the exit
// code.
func (p Process) Run(ctx context.Context) int {
	root := command(p.Catalogue)
	root.SetArgs(p.Args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Errors)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitOK
	}
	_, _ = fmt.Fprintln(p.Errors, "rekey: "+err.Error())
	var e *exitError
	if errors.As(err, &e) {
		return e.code
	}
	return ExitUsage
}

func command(catalogue []byte) *cobra.Command {
	root := &cobra.Command{
		Use:   "rekey",
		Short: "Walks a team through rotating its secrets, in Slack",
		Long: "Rekey is a Slack bot that walks a platform team through rotating its secrets.\n\n" +
			"Start with `rekey sandbox`: it needs no accounts and opens a workspace to try in.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(serveCommand(catalogue), sandboxCommand(catalogue), putCommand(catalogue), takeCommand(catalogue), dueCommand(catalogue), validateCommand(catalogue), schemaCommand(), versionCommand())
	return root
}
