package cli

import (
	"cmp"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"rekey/rotation"
)

// A target is the secret that somebody at a terminal means: a name of the
// catalogue, or where it is in Secrets Manager.
type target struct {
	embedded                      []byte // the catalogue, unless path names a file
	path                          string
	name, secretID, region, field string
}

// flags are those that say where a secret is. The catalogue's wanted secrets
// complete as names.
func (t *target) flags(cmd *cobra.Command, field string, wanted func(*rotation.Secret) bool) {
	cmd.Flags().StringVar(&t.secretID, "secret-id", "", "name or ARN of the secret in Secrets Manager")
	cmd.Flags().StringVar(&t.region, "region", "", "its AWS region")
	cmd.Flags().StringVar(&t.field, "field", "", field)
	cmd.Flags().StringVar(&t.path, "catalogue", os.Getenv("REKEY_CATALOGUE"), "the catalogue file; empty: the embedded one")
	completesSecrets(cmd, t.embedded, wanted)
}

// find fills in what the catalogue knows.
func (t *target) find() error {
	if t.name != "" {
		book, err := loadCatalogue(t.path, t.embedded, anyHandle())
		if err != nil {
			return err
		}
		secret, err := book.Secret(t.name)
		if err != nil {
			return err
		}
		t.secretID, t.region, t.field = cmp.Or(t.secretID, secret.SecretID), cmp.Or(t.region, secret.Region), cmp.Or(t.field, secret.Field)
	}
	switch {
	case t.secretID == "":
		return errors.New("say which secret: a NAME of the catalogue, or --secret-id")
	case t.region == "":
		return errors.New("say in which AWS region the secret is: --region")
	}
	return nil
}

// place is where it is. People use their own identity, so no role is assumed.
func (t *target) place() rotation.Place { return rotation.Place{ID: t.secretID, Region: t.region} }

// settings refuses an environment that AWS's client can't work with.
func settings() error {
	if problems := checkAWS(os.Getenv); len(problems) > 0 {
		return errors.New(strings.Join(problems, "\n"))
	}
	return nil
}
