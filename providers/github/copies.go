package github

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"time"

	gh "github.com/google/go-github/v66/github"
	"golang.org/x/crypto/nacl/box"

	"rekey/providers/wire"
	"rekey/rotation"
)

// CopyUpdated returns when an Actions secret of a repository was last written.
// The code "404" means that there is none, or that the right to see it is
// missing: GitHub doesn't tell which.
// See https://docs.github.com/rest/actions/secrets#get-a-repository-secret.
func (c *Client) CopyUpdated(ctx context.Context, repo, name string) (time.Time, error) {
	owner, short, err := split(repo)
	if err != nil {
		return time.Time{}, err
	}
	s, resp, err := c.own.Actions.GetRepoSecret(ctx, owner, short, url.PathEscape(name))
	if err == nil && s.UpdatedAt.IsZero() {
		resp, err = nil, wire.ErrUnreadable
	}
	if err != nil {
		return time.Time{}, c.failed("reading when "+name+" was updated", "Secrets: read on "+repo, resp, err)
	}
	return s.UpdatedAt.UTC(), nil
}

// A SealingKey is a repository's public key: only GitHub opens what is sealed
// with it.
type SealingKey struct {
	id  string
	key [32]byte
}

// PublicKey returns the key with which a repository's Actions secrets are
// sealed.
// See https://docs.github.com/rest/actions/secrets#get-a-repository-public-key.
func (c *Client) PublicKey(ctx context.Context, repo string) (SealingKey, error) {
	const op = "reading the key for Actions secrets"
	owner, short, err := split(repo)
	if err != nil {
		return SealingKey{}, err
	}
	public, resp, err := c.own.Actions.GetRepoPublicKey(ctx, owner, short)
	if err != nil {
		return SealingKey{}, c.failed(op, "Secrets: read on "+repo, resp, err)
	}
	key, err := base64.StdEncoding.DecodeString(public.GetKey())
	if err != nil || len(key) != 32 {
		return SealingKey{}, c.failed(op, "", nil, wire.ErrUnreadable)
	}
	return SealingKey{public.GetKeyID(), [32]byte(key)}, nil
}

// PutCopy writes an Actions secret: it reads the repository's key, seals the
// value and sends it once. Writing the same value again only moves the date.
// See https://docs.github.com/rest/actions/secrets#create-or-update-a-repository-secret.
func (c *Client) PutCopy(ctx context.Context, repo, name string, v rotation.Value) error {
	key, err := c.PublicKey(ctx, repo)
	if err != nil {
		return err
	}
	return c.PutSealed(ctx, repo, name, key, v)
}

// PutSealed is PutCopy with a key that was read before, and so one call.
func (c *Client) PutSealed(ctx context.Context, repo, name string, key SealingKey, v rotation.Value) error {
	owner, short, err := split(repo)
	if err != nil {
		return err
	}
	sealed, err := box.SealAnonymous(nil, []byte(v.Reveal()), &key.key, rand.Reader)
	if err != nil {
		return errors.New("sealing the value for GitHub: there is no randomness")
	}
	resp, err := c.own.Actions.CreateOrUpdateRepoSecret(ctx, owner, short, &gh.EncryptedSecret{
		Name: url.PathEscape(name), KeyID: key.id, EncryptedValue: base64.StdEncoding.EncodeToString(sealed),
	})
	if err != nil {
		return c.failed("writing the Actions secret "+name, "Secrets: write on "+repo, resp, err)
	}
	return nil
}
