package entra

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"rekey/rotation"
)

// early is how long before its end a token of the bot's own isn't used any more.
const early = 2 * time.Minute

// SignIn tries a client secret: whether the application, by its client id, can
// sign in to its tenant with it. One that isn't valid, or has expired, is a
// definite refusal that is Dead; a new one may be refused for a minute. An
// empty tenant is the bot's own. Nothing of the token is kept.
// See https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
func (c *Client) SignIn(ctx context.Context, tenant, client string, secret rotation.Value) (rotation.Credential, error) {
	if tenant == "" {
		tenant = c.tenant
	}
	if !tenantID.MatchString(tenant) || !guid.MatchString(client) {
		return rotation.Credential{}, errors.New("signing in takes a tenant, a GUID or a domain, and the client's id, a GUID") // anything else would be another address
	}
	if _, err := c.ask(ctx, tenant, client, secret); err != nil {
		return rotation.Credential{}, signInFailed("signing in with the client secret", err, true)
	}
	return rotation.Credential{Login: client}, nil
}

// own is the bot's own token for Graph: the one that it has, or a new one.
func (c *Client) own(ctx context.Context) (rotation.Value, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.token.Empty() && time.Now().Before(c.expires.Add(-early)) {
		return c.token, nil
	}
	token, err := c.ask(ctx, c.tenant, c.id, c.secret)
	if err != nil {
		return rotation.Value{}, signInFailed("signing in as the bot", err, false)
	}
	c.token, c.expires = rotation.NewValue(token.AccessToken), token.Expiry
	return c.token, nil
}

// forget drops the bot's own token, unless there is a newer one: a right that
// was granted since is in the next token only.
func (c *Client) forget(token rotation.Value) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token.Same(token) {
		c.token = rotation.Value{}
	}
}

func (c *Client) ask(ctx context.Context, tenant, client string, secret rotation.Value) (*oauth2.Token, error) {
	grant := clientcredentials.Config{
		ClientID: client, ClientSecret: secret.Reveal(), Scopes: []string{c.scope()},
		TokenURL:  c.authority.JoinPath(tenant, "oauth2", "v2.0", "token").String(),
		AuthStyle: oauth2.AuthStyleInParams, // else it would be tried twice
	}
	return grant.Token(context.WithValue(ctx, oauth2.HTTPClient, c.plain))
}

// scope asks for all that was consented to at Graph, by the name that Graph
// has in its cloud. A Graph on this machine stands for the public one.
func (c *Client) scope() string {
	host := c.graph.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		host = "graph.microsoft.com"
	}
	return (&url.URL{Scheme: "https", Host: host, Path: "/.default"}).String()
}
