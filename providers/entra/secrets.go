package entra

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"rekey/providers/wire"
	"rekey/rotation"
)

// A credential is Graph's passwordCredential.
// https://learn.microsoft.com/graph/api/resources/passwordcredential
type credential struct {
	KeyID         string     `json:"keyId,omitempty"`
	DisplayName   string     `json:"displayName,omitempty"`
	Hint          string     `json:"hint,omitempty"`
	StartDateTime *time.Time `json:"startDateTime,omitempty"`
	EndDateTime   *time.Time `json:"endDateTime,omitempty"`
	SecretText    string     `json:"secretText,omitempty"`
}

func (p credential) secret() rotation.ClientSecret {
	s := rotation.ClientSecret{ID: p.KeyID, Name: p.DisplayName, Hint: p.Hint}
	if p.StartDateTime != nil {
		s.Start = p.StartDateTime.UTC()
	}
	if p.EndDateTime != nil {
		s.End = p.EndDateTime.UTC()
	}
	return s
}

// Secrets returns the client secrets of an application, by its client id, the
// oldest first, with those that have expired. If the bot's own token has ended
// early, it signs in anew and asks once more.
// See https://learn.microsoft.com/graph/api/application-get.
func (c *Client) Secrets(ctx context.Context, app string) ([]rotation.ClientSecret, error) {
	const op = "reading the client secrets"
	var out struct {
		AppID               string       `json:"appId"`
		PasswordCredentials []credential `json:"passwordCredentials"`
	}
	err := c.call(ctx, op, http.MethodGet, app, "", nil, &out)
	var refused *rotation.ProviderError
	if errors.As(err, &refused) && refused.Code == strconv.Itoa(http.StatusUnauthorized) {
		err = c.call(ctx, op, http.MethodGet, app, "", nil, &out) // with a new token of the bot's own
	}
	if err != nil {
		return nil, err
	}
	if out.AppID == "" {
		return nil, failed(op, nil, nil, wire.ErrUnreadable)
	}
	var secrets []rotation.ClientSecret
	for _, one := range out.PasswordCredentials {
		secrets = append(secrets, one.secret())
	}
	slices.SortStableFunc(secrets, func(a, b rotation.ClientSecret) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return secrets, nil
}

// AddSecret gives an application another client secret until end, and leaves
// the others alone. Its value can't be read again. After an answer that was
// lost there may be one that nobody has the value of; its name finds it.
// See https://learn.microsoft.com/graph/api/application-addpassword.
func (c *Client) AddSecret(ctx context.Context, app, name string, end time.Time) (rotation.ClientSecret, rotation.Value, error) {
	const op = "adding a client secret"
	end = end.UTC()
	in := map[string]credential{"passwordCredential": {DisplayName: name, EndDateTime: &end}}
	var made credential
	if err := c.call(ctx, op, http.MethodPost, app, "/addPassword", in, &made); err != nil {
		return rotation.ClientSecret{}, rotation.Value{}, err
	}
	if made.KeyID == "" || made.SecretText == "" {
		return rotation.ClientSecret{}, rotation.Value{}, failed(op, nil, nil, wire.ErrUnreadable)
	}
	return made.secret(), rotation.NewValue(made.SecretText), nil
}

// RemoveSecret ends a client secret for good, by its keyId. One that isn't
// there is a definite refusal with the code "404". So may be one that was just
// added or is just being removed: only Secrets proves that it is gone.
// See https://learn.microsoft.com/graph/api/application-removepassword.
func (c *Client) RemoveSecret(ctx context.Context, app, id string) error {
	return c.call(ctx, "removing the client secret", http.MethodPost, app, "/removePassword", map[string]string{"keyId": id}, nil)
}

// call sends one request about an application and reads the answer into out,
// unless that is nil.
func (c *Client) call(ctx context.Context, op, method, app, action string, in, out any) error {
	if !c.Enabled() {
		return &rotation.Error{
			What: "Rekey has no app registration of its own at Entra ID.", Safe: "Nothing was changed there.",
			Next: "Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, and start Rekey again.",
		}
	}
	if !guid.MatchString(app) {
		return errors.New("an application's client id is a GUID") // anything else would be another address
	}
	token, err := c.own(ctx)
	if err != nil {
		return err
	}
	var body []byte
	if in != nil {
		if body, err = json.Marshal(in); err != nil {
			return failed(op, nil, nil, wire.ErrUnreadable)
		}
	}
	where := c.graph.JoinPath("v1.0", "applications(appId='"+app+"')"+action)
	req, err := http.NewRequestWithContext(ctx, method, where.String(), bytes.NewReader(body))
	if err != nil {
		return failed(op, nil, nil, wire.ErrUnreadable)
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("User-Agent", "rekey")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.plain.Do(req)
	if err != nil {
		return failed(op, nil, nil, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < http.StatusOK || resp.StatusCode >= http.StatusMultipleChoices {
		if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
			c.forget(token)
		}
		return failed(op, resp, resp.Body, nil)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return failed(op, nil, nil, err)
	}
	return nil
}
