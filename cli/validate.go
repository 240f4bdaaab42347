package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rekey/rotation"
	"rekey/steps"
)

// anyHandle is what reads a catalogue without settings and without providers.
func anyHandle() rotation.Book {
	book := steps.Book(steps.Providers{})
	book.ID = func(handle string) (string, bool) { return handle, true }
	return book
}

func validateCommand(catalogue []byte) *cobra.Command {
	var settingsPath string
	cmd := &cobra.Command{
		Use:   "validate [CATALOGUE]",
		Short: "Check a catalogue without running it",
		Long: "Check a catalogue: everything that would stop the bot at its start is listed with\n" +
			"its line. With --config the handles are checked against the settings too. Without\n" +
			"a file the embedded catalogue is checked.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := ""
			if len(args) == 1 {
				path = args[0]
			}
			id := func(handle string) (string, bool) { return handle, true }
			var wrong error
			if settingsPath != "" {
				settings, problems := readSettings(settingsPath)
				if len(problems) > 0 {
					wrong = wrongSettings(problems)
				} else {
					id = settings.id
				}
			}
			known := anyHandle()
			known.ID = id
			book, err := loadCatalogue(path, catalogue, known)
			if err := errors.Join(wrong, err); err != nil {
				return exit(ExitUsage, err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The catalogue is fine. Secrets: %d. Runbooks: %d.\n", len(book.Secrets), len(book.Runbooks))
			return err
		},
	}
	cmd.Flags().StringVar(&settingsPath, "config", "", "the settings file, to check the handles against")
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	}
	completesYAML(cmd, "config")
	return cmd
}

func wrongSettings(problems []string) error {
	return errors.New("the settings are wrong:\n  " + strings.Join(problems, "\n  "))
}
