package cli

import (
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"rekey/sandbox"
)

func sandboxCommand() *cobra.Command {
	var config sandbox.Config
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Try Rekey in a workspace on this machine",
		Long: "Open a workspace to try Rekey in: a page with a channel, a few people to be, and\n" +
			"the consoles that the runbooks lead to. The bot is the real one; Slack, AWS and\n" +
			"GitHub are imitations on this machine. Nothing leaves it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if host, _, err := net.SplitHostPort(config.Listen); err != nil || !loopback(host) {
				return exit(ExitUsage, fmt.Errorf("--listen must be an address of this machine, like 127.0.0.1:8020, not %q: whoever reaches the page can be anybody in it", config.Listen))
			}
			exe, err := os.Executable()
			if err != nil {
				return exit(ExitFailed, fmt.Errorf("finding this program: %w", err))
			}
			config.Executable, config.Args, config.Out = exe, []string{"serve", "--until-eof", "--clock-from-stdin"}, cmd.OutOrStdout()
			return exit(ExitFailed, sandbox.Run(cmd.Context(), config))
		},
	}
	cmd.Flags().StringVar(&config.Listen, "listen", "127.0.0.1:8020", "address of the page; only loopback")
	cmd.Flags().BoolVar(&config.App, "app", false, "the bot signs in to GitHub as an App, not with a token")
	cmd.Flags().StringVar(&config.Data, "data", "", "directory to keep the state in; empty: a temporary one")
	return cmd
}
