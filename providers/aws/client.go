// Package aws is a thin client of AWS Secrets Manager, of IAM's users and
// access keys, and of STS for roles and names. It makes one call for each
// method, and those that assume a role, and decides nothing.
//
// A call that changes something is sent exactly once: the SDK's own retries
// are off for it, since a request that got no answer may have worked. A call
// that reads is tried three times at most. Redirects are not followed.
//
// Every failed call is a *rotation.ProviderError.
package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"rekey/providers/wire"
	"rekey/rotation"
)

// How long a call may take, and how much of an answer is read. A secret has
// 65,536 bytes at most.
const (
	headerTimeout = 10 * time.Second
	callTimeout   = 20 * time.Second
	maxAnswer     = 1 << 20
)

// A Client calls AWS as whoever the environment says. It is safe for use by
// several goroutines. Make one with New.
type Client struct {
	secrets *secretsmanager.Client
	iam     *iam.Client
	sts     *sts.Client
	roles   roles
}

// New reads credentials, the region and AWS_ENDPOINT_URL from where the AWS
// SDK always looks: the environment, the shared files, the instance's role.
// Missing credentials show at the first call. The SDK's own options come on
// top, for who has several identities in one process.
// See https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html.
func New(ctx context.Context, more ...func(*config.LoadOptions) error) (*Client, error) {
	base := awshttp.NewBuildableClient().
		WithTimeout(callTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = wire.DialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout, t.ResponseHeaderTimeout = wire.DialTimeout, headerTimeout
		})
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(base),
		config.WithLogger(logging.Nop{}),
		config.WithRetryer(func() aws.Retryer { return reading() }),
	}
	cfg, err := config.LoadDefaultConfig(ctx, append(options, more...)...)
	if err != nil {
		return nil, unconfigured(err)
	}
	// The SDK's client follows a 307 with the body, which holds the value.
	if b, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = wire.Client(wire.Capped{Next: b.GetTransport(), Most: maxAnswer}, callTimeout)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // STS answers there for every account
	}
	return &Client{secrets: secretsmanager.NewFromConfig(cfg), iam: iam.NewFromConfig(cfg), sts: sts.NewFromConfig(cfg)}, nil
}

// unconfigured says what is wrong with the SDK's settings without repeating
// any of them.
func unconfigured(err error) error {
	var profile config.SharedConfigProfileNotExistError
	if errors.As(err, &profile) {
		return fmt.Errorf("reading AWS's settings: there is no profile %q", profile.Profile)
	}
	return errors.New("reading AWS's settings: the SDK can't use the environment or the shared files")
}

// reading is how calls that change nothing are repeated. It has no quota, whose
// error would hide AWS's.
func reading() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff, o.RateLimiter = 3, 2*time.Second, ratelimit.None
	})
}

// at sends a call to the region where a secret is kept, as the role that may
// reach it.
func (c *Client) at(p rotation.Place) func(*secretsmanager.Options) {
	return func(o *secretsmanager.Options) {
		if p.Region != "" {
			o.Region = p.Region
		}
		if p.Role != "" {
			o.Credentials = c.as(p.Role)
		}
	}
}

// once keeps the SDK from repeating a call that changes something.
func once(o *secretsmanager.Options) { o.Retryer = aws.NopRetryer{} }
