package aws

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"rekey/rotation"
)

// sessionName is what the bot is called in the account's logs while it has
// assumed a role.
const sessionName = "rekey"

// roles are the credentials of the roles that were assumed, each until it
// expires. The zero roles is ready to use.
type roles struct {
	mu     sync.Mutex
	byName map[string]aws.CredentialsProvider
}

// as returns the credentials of a role, by its ARN. It is assumed when they are
// first needed, and again shortly before they expire.
// See https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
func (c *Client) as(role string) aws.CredentialsProvider {
	c.roles.mu.Lock()
	defer c.roles.mu.Unlock()
	known, ok := c.roles.byName[role]
	if ok {
		return known
	}
	if c.roles.byName == nil {
		c.roles.byName = map[string]aws.CredentialsProvider{}
	}
	ask := stscreds.NewAssumeRoleProvider(c.sts, role, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = sessionName })
	c.roles.byName[role] = assumed{role, aws.NewCredentialsCache(ask)}
	return c.roles.byName[role]
}

// assumed turns the failure to assume a role into one of ours, so that it isn't
// taken for one of the call that needed the role.
type assumed struct {
	role string
	next aws.CredentialsProvider
}

// Retrieve returns the role's credentials.
func (a assumed) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := a.next.Retrieve(ctx)
	return c, failed("AssumeRole", a.role, err)
}

// Identity says who the bot is to AWS in an account: its number and the ARN of
// the user or the assumed role. It needs no permission beyond the role's.
// See https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.
func (c *Client) Identity(ctx context.Context, a rotation.Account) (rotation.Caller, error) {
	out, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) {
		if a.Region != "" {
			o.Region = a.Region
		}
		if a.Role != "" {
			o.Credentials = c.as(a.Role)
		}
	})
	if err != nil {
		return rotation.Caller{}, failed("GetCallerIdentity", "", err)
	}
	return rotation.Caller{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}, nil
}
