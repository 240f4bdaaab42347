package cli

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"rekey/sandbox"
)

func sandboxCommand(catalogue []byte) *cobra.Command {
	var config sandbox.Config
	var scripts []string
	var grammar, browse, empty bool
	var path string
	cmd := &cobra.Command{
		Use:   "sandbox [--script FILE…]",
		Short: "Try Rekey in a workspace on this machine",
		Long: "Open a workspace to try Rekey in: a page with a channel, a few people to be, and\n" +
			"the consoles that the runbooks lead to. The bot is the real one; Slack, AWS and\n" +
			"GitHub are imitations on this machine. Nothing leaves it.\n\n" +
			"With --data the world is kept in a directory, and the same command goes on with\n" +
			"it later, also after it was killed.\n\n" +
			"With --script there is no page: conversations are played, each in a new world,\n" +
			"and every line is printed as it is played. The exit code is 0 if all went as\n" +
			"written and no value got out, 1 if one didn't, 2 if a file can't be read.",
		Example: "  rekey sandbox\n  rekey sandbox --data ~/rekey-world\n  rekey sandbox --script rehearsals/pat.txt rehearsals/webhook.txt",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && len(scripts) == 0 {
				return errors.New("sandbox takes files only after --script FILE")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if grammar {
				_, err := fmt.Fprint(cmd.OutOrStdout(), sandbox.Grammar())
				return err
			}
			if host, _, err := net.SplitHostPort(config.Listen); err != nil || !loopback(host) {
				return exit(ExitUsage, fmt.Errorf("--listen must be an address of this machine, like 127.0.0.1:8020, not %q: whoever reaches the page can be anybody in it", config.Listen))
			}
			exe, err := os.Executable()
			if err != nil {
				return exit(ExitFailed, fmt.Errorf("finding this program: %w", err))
			}
			config.Executable, config.Args, config.Out = exe, []string{"serve", "--until-eof", "--clock-from-stdin"}, cmd.OutOrStdout()
			config.Catalogue = catalogue
			if path != "" {
				if config.Catalogue, config.Try, config.Wanted, err = ownCatalogue(path); err != nil {
					return exit(ExitUsage, err)
				}
			}
			config.Prologue = !empty && path == ""
			if browse {
				config.Open = func(address string) error { return openBrowser(cmd.Context(), address) }
			}
			if len(scripts) == 0 {
				return exit(ExitFailed, sandbox.Run(cmd.Context(), config))
			}
			all, err := sandbox.Conversations(append(scripts, args...), catalogue)
			if err != nil {
				return exit(ExitUsage, err)
			}
			return exit(ExitFailed, sandbox.Rehearse(cmd.Context(), config, all))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&config.Listen, "listen", "127.0.0.1:8020", "address of the page; only loopback")
	flags.BoolVar(&config.App, "app", false, "the bot signs in to GitHub as an App, not with a token")
	flags.StringVar(&config.Data, "data", "", "directory in which the world is kept, and the bot's database, settings and log, to go on with later; empty: a temporary one")
	flags.BoolVar(&empty, "empty", false, "begin with an empty channel: nobody has rotated anything before")
	flags.BoolVar(&browse, "open", false, "open the page in a browser")
	flags.StringVar(&path, "catalogue", "", "catalogue file to try out; what it names and the sandbox lacks is made")
	flags.StringArrayVar(&scripts, "script", nil, "play this conversation, and those named after it, instead of opening a page")
	flags.BoolVar(&grammar, "script-help", false, "say what a conversation can say, and end")
	cmd.MarkFlagsMutuallyExclusive("script", "open")
	return cmd
}
