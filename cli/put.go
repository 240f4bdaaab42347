package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"rekey/providers/aws"
	"rekey/rotation"
)

func putCommand(catalogue []byte) *cobra.Command {
	p := put{target: target{embedded: catalogue}}
	cmd := &cobra.Command{
		Use:   "put [NAME] --version ID",
		Short: "Save a new value with your own AWS identity",
		Long: "Save a new value as AWSPENDING, with your own AWS identity, under the version id\n" +
			"that the card shows. The value is asked for without echo, or read from standard\n" +
			"input; it is never an argument. Nothing is switched: Rekey checks it first.\n\n" +
			"With NAME the catalogue says which secret it is; with --secret-id and --region no\n" +
			"catalogue is needed.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				p.name = args[0]
			}
			p.in, p.out, p.errs = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			return p.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&p.version, "version", "", "the version id that the card shows")
	p.flags(cmd, "the field to set, if the secret is a JSON object", func(s *rotation.Secret) bool { return s.Exempt == nil && s.Of == "" && s.Entry != rotation.EntryAPI })
	return cmd
}

// put is one `rekey put`.
type put struct {
	target
	version   string
	in        io.Reader
	out, errs io.Writer
	repeat    bool // the version is there already
}

func (p *put) run(ctx context.Context) error {
	if err := p.complete(); err != nil {
		return exit(ExitUsage, err)
	}
	client, err := aws.New(ctx)
	if err != nil {
		return exit(ExitFailed, fmt.Errorf("setting up AWS: %w", err))
	}
	if err := p.before(ctx, client); err != nil {
		return exit(ExitFailed, p.explainAWS(err))
	}
	value, err := p.ask(ctx)
	if err != nil {
		return exit(ExitUsage, err)
	}
	if err := p.save(ctx, client, value); err != nil {
		return exit(ExitFailed, p.explainAWS(err))
	}
	_, err = fmt.Fprintln(p.out, p.version)
	return err
}

// complete fills in what the catalogue knows, and checks the rest.
func (p *put) complete() error {
	if err := p.find(); err != nil {
		return err
	}
	if p.version == "" {
		return errors.New("--version is needed: the version id that the card shows under How to save it")
	}
	// Other spellings of the same UUID would be other version ids.
	if id, err := uuid.Parse(p.version); err != nil || id.String() != p.version {
		return errors.New("--version must be the whole version id that the card shows, like 6f1c4b0e-52a0-5c3e-9d53-0f6a2b1c7d11")
	}
	return settings()
}

// before refuses while somebody else's version is staged.
func (p *put) before(ctx context.Context, client *aws.Client) error {
	v, err := client.Describe(ctx, p.place())
	if err != nil {
		return err
	}
	_, p.repeat = v.Labels[p.version]
	if staged := v.At(rotation.Pending); staged != "" && staged != p.version && staged != v.At(rotation.Current) {
		return &rotation.Error{
			What: "AWSPENDING is on another version, " + staged + ".", Safe: "Nothing was written.",
			Next: "If you saved that one, the rotation goes on with it. If the card asked again, wait until it shows the new version id, and use that.",
		}
	}
	return nil
}

// save merges one field if there is one, and stages the value. The same value
// under the same id is done already.
func (p *put) save(ctx context.Context, client *aws.Client, value rotation.Value) error {
	if p.field != "" {
		v, err := client.Describe(ctx, p.place())
		if err != nil {
			return err
		}
		whole, err := client.Raw(ctx, p.place(), v.At(rotation.Current), rotation.Current)
		if err != nil {
			return err
		}
		if value, err = aws.MergeField(whole, p.field, value); err != nil {
			return err
		}
		if len(value.Reveal()) > maxValue {
			return errors.New(tooLong)
		}
	}
	err := client.Stage(ctx, p.place(), p.version, value)
	if refusal, ok := rotation.Definite(err); ok && refusal.Code == "ResourceExistsException" {
		return &rotation.Error{
			What: "Another value was saved under this version id.", Safe: "It was not replaced.",
			Next: "Press Ask again on the card, and save this one under the version id that it shows then.",
		}
	}
	if err != nil {
		return err
	}
	said := "Saved as AWSPENDING of %s. Nothing is switched yet: Rekey checks it next. Version:\n"
	if p.repeat {
		said = "This value is saved already in %s, under the same version id. Nothing was changed. Version:\n"
	}
	_, _ = fmt.Fprintf(p.errs, said, p.secretID)
	return nil
}
