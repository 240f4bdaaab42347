package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rekey/providers/aws"
	"rekey/rotation"
)

func takeCommand(catalogue []byte) *cobra.Command {
	t := take{target: target{embedded: catalogue}}
	cmd := &cobra.Command{
		Use:   "take [NAME] [--as env]",
		Short: "Fetch a delivered value with your own AWS identity",
		Long: "Fetch a value that was delivered for you, with your own AWS identity, and print it\n" +
			"on standard output: nothing else is printed there. On a terminal it is only shown\n" +
			"with --show, since it would stay in the scrollback: send it where it belongs.\n\n" +
			"  eval \"$(rekey take NAME --as env)\"                    into this shell\n" +
			"  rekey take NAME --as credentials-file >> ~/.aws/credentials\n\n" +
			"With NAME, of one word or of two, the catalogue says which secret it is; with\n" +
			"--secret-id and --region no catalogue is needed.\n\n" +
			"It ends with 0 when the value was printed, 1 when AWS refused or didn't answer, and\n" +
			"2 when something in the command or the value's shape is wrong.",
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.name = strings.Join(args, " ")
			t.out, t.errs = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return t.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&t.version, "version", "", "the version id that the card shows; empty: whichever has the stage")
	cmd.Flags().StringVar(&t.stage, "stage", rotation.Current, "the label that the version must have: AWSCURRENT, AWSPENDING or AWSPREVIOUS")
	cmd.Flags().StringVar(&t.as, "as", "raw", "how to print it: raw, json (checked), env (lines for a shell), credentials-file (a profile for the AWS CLI)")
	cmd.Flags().StringVar(&t.profile, "profile", "default", "the profile's name in a credentials file")
	cmd.Flags().BoolVar(&t.show, "show", false, "print it on a terminal too")
	t.flags(cmd, "the field to take, if the secret is a JSON object", func(s *rotation.Secret) bool { return s.Exempt == nil })
	completes(cmd, "as", func() []string { return []string{"raw", "json", "env", "credentials-file"} })
	completes(cmd, "stage", func() []string { return []string{rotation.Current, rotation.Pending, rotation.Previous} })
	return cmd
}

// take is one `rekey take`.
type take struct {
	target
	version, stage string
	as, profile    string
	show           bool
	out, errs      io.Writer
}

func (t *take) run(ctx context.Context) error {
	if err := t.complete(); err != nil {
		return exit(ExitUsage, err)
	}
	client, err := aws.New(ctx)
	if err != nil {
		return exit(ExitFailed, fmt.Errorf("setting up AWS: %w", err))
	}
	value, err := t.fetch(ctx, client)
	if err != nil {
		return exit(ExitFailed, t.explainAWS(err))
	}
	text, err := t.written(value)
	if err != nil {
		return exit(ExitUsage, err)
	}
	if _, err := io.WriteString(t.out, text.Reveal()); err != nil {
		return exit(ExitFailed, errors.New("the value couldn't be written to standard output"))
	}
	_, _ = fmt.Fprintf(t.errs, "Taken from %s, version %s. Keep it out of Slack, tickets and the shell's history.\n", t.secretID, t.version)
	return nil
}

// complete fills in what the catalogue knows, and checks the rest.
func (t *take) complete() error {
	if err := t.find(); err != nil {
		return err
	}
	f, file := t.out.(*os.File)
	switch {
	case !slices.Contains([]string{rotation.Current, rotation.Pending, rotation.Previous}, t.stage):
		return errors.New("--stage must be AWSCURRENT, AWSPENDING or AWSPREVIOUS")
	case !slices.Contains(formats, t.as):
		return errors.New("--as must be " + strings.Join(formats[:len(formats)-1], ", ") + " or " + formats[len(formats)-1])
	case t.field != "" && t.as != "raw":
		return errors.New("--field takes one field out, so --as must be raw")
	case file && term.IsTerminal(int(f.Fd())) && !t.show:
		return errors.New("the value isn't shown on a terminal, where it would stay in the scrollback. Send it where it belongs, as `rekey take --help` shows, or say --show. Nothing was fetched")
	}
	return settings()
}

// fetch reads the version that carries the label.
func (t *take) fetch(ctx context.Context, client *aws.Client) (rotation.Value, error) {
	if t.version == "" {
		v, err := client.Describe(ctx, t.place())
		if err != nil {
			return rotation.Value{}, err
		}
		if t.version = v.At(t.stage); t.version == "" {
			return rotation.Value{}, fmt.Errorf("no version of %s carries %s, so there is nothing to take", t.secretID, t.stage)
		}
	}
	return client.Read(ctx, t.place(), t.version, t.stage, t.field)
}
