package steps

import (
	"context"
	"errors"
	"time"

	"rekey/rotation"
)

// entraLag is how long Entra ID may take until what was changed is known
// everywhere.
const entraLag = 2 * time.Minute

// EntraSecret tries client secrets of one application at Entra ID, by signing
// in with them. Nothing is done with the token that comes back.
type EntraSecret struct{ Entra Entra }

type entraSecret struct {
	Tenant        string `json:"tenant"`
	ClientID      string `json:"client_id"`
	ClientIDField string `json:"client_id_field"` // the field of the JSON secret that must hold the client id; empty: none
}

// Provider is Entra ID.
func (EntraSecret) Provider() string { return "Entra ID" }

// Check reads the parameters.
func (EntraSecret) Check(p rotation.Params) error {
	var params entraSecret
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.Tenant == "" || params.ClientID == "" {
		return errors.New("tenant: and client_id: are needed: as which application, and where, a client secret has to sign in")
	}
	return nil
}

// Lag is how long a new client secret may be refused.
func (EntraSecret) Lag() time.Duration { return entraLag }

// Fields says that the client id beside the client secret must be the
// catalogue's.
func (EntraSecret) Fields(p rotation.Params) map[string]string {
	var params entraSecret
	if err := rotation.Decode(p, &params); err != nil || params.ClientIDField == "" {
		return nil
	}
	return map[string]string{params.ClientIDField: params.ClientID}
}

// Try signs in.
func (e EntraSecret) Try(ctx context.Context, v rotation.Value, p rotation.Params) (rotation.Credential, error) {
	var params entraSecret
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Credential{}, err
	}
	_, err := e.Entra.SignIn(ctx, params.Tenant, params.ClientID, v)
	return rotation.Credential{}, err // whose it is, the catalogue said
}

// Prove adds that the application could sign in.
func (EntraSecret) Prove(context.Context, rotation.Value, rotation.Credential, rotation.Params) (rotation.Proof, error) {
	return rotation.Proof{Evidence: []string{"Entra ID signs the application in with it"}}, nil
}
