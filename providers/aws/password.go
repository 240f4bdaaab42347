package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rekey/providers/wire"
	"rekey/rotation"
)

// Password makes a random password and keeps it nowhere. The place says where
// it is made and as whom.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html.
func (c *Client) Password(ctx context.Context, p rotation.Place, policy rotation.PasswordPolicy) (rotation.Value, error) {
	if err := policy.Check(); err != nil {
		return rotation.Value{}, fmt.Errorf("making a password: %w", err)
	}
	in := &secretsmanager.GetRandomPasswordInput{
		ExcludeLowercase: &policy.ExcludeLowercase, ExcludeUppercase: &policy.ExcludeUppercase,
		ExcludeNumbers: &policy.ExcludeNumbers, ExcludePunctuation: &policy.ExcludePunctuation,
		IncludeSpace: &policy.IncludeSpace, RequireEachIncludedType: aws.Bool(!policy.AnyKinds),
	}
	if policy.Length > 0 {
		in.PasswordLength = aws.Int64(int64(policy.Length))
	}
	if policy.Exclude != "" {
		in.ExcludeCharacters = &policy.Exclude
	}
	out, err := c.secrets.GetRandomPassword(ctx, in, c.at(p))
	if err == nil && aws.ToString(out.RandomPassword) == "" {
		err = wire.ErrUnreadable
	}
	if err != nil {
		return rotation.Value{}, failed("GetRandomPassword", "*", err)
	}
	return rotation.NewValue(*out.RandomPassword), nil
}
