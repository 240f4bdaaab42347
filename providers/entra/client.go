// Package entra is a thin client of Microsoft Entra ID: the client secrets of
// app registrations, by Microsoft Graph, and whether the authority accepts one.
// It makes one call for each method, sends it once, and decides nothing.
// Redirects are not followed, so no secret reaches another host.
//
// Every failed call is a *rotation.ProviderError. What Graph was told may take
// a minute to be known everywhere: a new client secret is neither listed nor
// accepted at first, and a removed one still is.
package entra

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"

	"rekey/providers/wire"
	"rekey/rotation"
)

// How long a call may take, and how much of an answer is read: an application
// is some kilobytes.
const (
	headerTimeout = 15 * time.Second
	callTimeout   = 30 * time.Second
	maxAnswer     = 4 << 20
)

// Config says where Entra ID is and as which application the bot calls it.
type Config struct {
	GraphURL     string // GRAPH_API_URL; https://graph.microsoft.com if empty
	AuthorityURL string // AZURE_AUTHORITY_HOST; https://login.microsoftonline.com if empty

	// The bot's own app registration. Without ClientID and Secret, only SignIn
	// works, which needs none.
	Tenant, ClientID string
	Secret           rotation.Value
}

// A Client calls Entra ID. It is safe for use by several goroutines. Make one
// with New.
type Client struct {
	graph, authority *url.URL
	tenant, id       string
	secret           rotation.Value
	plain            *http.Client

	mu      sync.Mutex
	token   rotation.Value // for Graph, of the bot's own
	expires time.Time
}

var (
	guid     = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	tenantID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`) // a GUID or a domain
)

// New checks the configuration and calls nobody.
func New(config Config) (*Client, error) {
	graph, ok := wire.Base(config.GraphURL, "graph.microsoft.com")
	if !ok {
		return nil, errors.New("the address of Microsoft Graph isn't an http or https URL") // not shown: it may hold a password
	}
	authority, ok := wire.Base(config.AuthorityURL, "login.microsoftonline.com")
	if !ok {
		return nil, errors.New("the address of Entra ID's authority isn't an http or https URL")
	}
	switch own := config.ClientID != "" || !config.Secret.Empty(); {
	case own && (config.Tenant == "" || config.ClientID == "" || config.Secret.Empty()):
		return nil, errors.New("the bot's own app registration takes a tenant, a client id and a client secret, or none of them")
	case config.ClientID != "" && !guid.MatchString(config.ClientID):
		return nil, errors.New("the client id for Entra ID isn't a GUID")
	case config.Tenant != "" && !tenantID.MatchString(config.Tenant):
		return nil, errors.New("the tenant for Entra ID is neither a GUID nor a domain")
	}
	return &Client{graph: graph, authority: authority, tenant: config.Tenant, id: config.ClientID, secret: config.Secret, plain: wire.Client(wire.Transport(headerTimeout, maxAnswer), callTimeout)}, nil
}

// Enabled reports whether the bot has an app registration of its own, which
// everything but SignIn needs.
func (c *Client) Enabled() bool { return c.id != "" }
