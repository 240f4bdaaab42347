package aws

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rekey/providers/wire"
	"rekey/rotation"
)

// Describe returns a secret's ARN and which versions carry which labels. It
// needs no right to the value. A secret that is marked for deletion is a
// definite refusal, as it is everywhere else at AWS.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html.
func (c *Client) Describe(ctx context.Context, p rotation.Place) (rotation.Versions, error) {
	out, err := c.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &p.ID}, c.at(p))
	if err != nil {
		return rotation.Versions{}, failed("DescribeSecret", p.ID, err)
	}
	if out.DeletedDate != nil {
		return rotation.Versions{}, &rotation.ProviderError{Provider: provider, Op: "DescribeSecret", Code: MarkedForDeletion, Definite: true}
	}
	return rotation.Versions{ARN: aws.ToString(out.ARN), Labels: out.VersionIdsToStages}, nil
}

// Created returns when a version was made, also if it carries no label any
// more. A version that isn't listed is an error that isn't definite, since a
// list may lag behind.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html.
func (c *Client) Created(ctx context.Context, p rotation.Place, versionID string) (time.Time, error) {
	pages := secretsmanager.NewListSecretVersionIdsPaginator(c.secrets, &secretsmanager.ListSecretVersionIdsInput{
		SecretId: &p.ID, IncludeDeprecated: aws.Bool(true), MaxResults: aws.Int32(100),
	}, func(o *secretsmanager.ListSecretVersionIdsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, c.at(p))
		if err != nil {
			return time.Time{}, failed("ListSecretVersionIds", p.ID, err)
		}
		for _, v := range page.Versions {
			if aws.ToString(v.VersionId) != versionID || v.CreatedDate == nil {
				continue
			}
			if !rotation.Plausible(*v.CreatedDate) {
				return time.Time{}, failed("ListSecretVersionIds", p.ID, wire.ErrUnreadable)
			}
			return *v.CreatedDate, nil
		}
	}
	return time.Time{}, &rotation.ProviderError{Provider: provider, Op: "ListSecretVersionIds", Code: "the version isn't listed"}
}

// Read returns the value of one version, which has to carry the label: a label
// that has moved meanwhile is an error and not another value. With a field it
// returns that field of the JSON object in the value, which has to be a string.
// A value of another shape is a *rotation.Error that doesn't show it.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
func (c *Client) Read(ctx context.Context, p rotation.Place, versionID, stage, field string) (rotation.Value, error) {
	whole, err := c.Raw(ctx, p, versionID, stage)
	if err != nil || field == "" {
		return whole, err
	}
	return pick(whole, field)
}

// Raw is Read without a field: the whole string. A binary value is a
// *rotation.Error.
func (c *Client) Raw(ctx context.Context, p rotation.Place, versionID, stage string) (rotation.Value, error) {
	if versionID == "" || stage == "" {
		return rotation.Value{}, errors.New("reading a value takes a version and a label")
	}
	out, err := c.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &p.ID, VersionId: &versionID, VersionStage: &stage,
	}, c.at(p))
	if err != nil {
		return rotation.Value{}, failed("GetSecretValue", p.ID, err)
	}
	if out.SecretString == nil {
		return rotation.Value{}, &rotation.Error{
			Reason: rotation.Invalid,
			What:   "The secret in AWS Secrets Manager holds binary data, and Rekey works with text only.",
			Next:   "Save the value as text.",
		}
	}
	return rotation.NewValue(*out.SecretString), nil
}

// Stage saves a value as a new version that carries AWSPENDING only, under the
// token, which becomes the version's id: 32 to 64 characters. A token that is
// used already with the same value changes nothing and succeeds; with another
// value it is refused with ResourceExistsException.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html.
func (c *Client) Stage(ctx context.Context, p rotation.Place, token string, v rotation.Value) error {
	return c.put(ctx, p, token, v, rotation.Pending)
}

// Deliver is Stage for a value that is current at once: the new version carries
// AWSCURRENT, and the one before AWSPREVIOUS. It needs no right to read.
func (c *Client) Deliver(ctx context.Context, p rotation.Place, token string, v rotation.Value) error {
	return c.put(ctx, p, token, v, rotation.Current)
}

func (c *Client) put(ctx context.Context, p rotation.Place, token string, v rotation.Value, label string) error {
	if token == "" {
		return errors.New("saving a value takes a token") // the SDK would make one up
	}
	_, err := c.secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &p.ID, ClientRequestToken: &token, SecretString: aws.String(v.Reveal()), VersionStages: []string{label},
	}, c.at(p), once)
	return failed("PutSecretValue", p.ID, err)
}

// Move takes a label off the version from and puts it on the version to. With
// an empty to the label is only taken off, with an empty from only put on. AWS
// refuses when from doesn't carry it, so a repeat of a move that landed fails.
// Moving AWSCURRENT also moves AWSPREVIOUS to where it was.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html.
func (c *Client) Move(ctx context.Context, p rotation.Place, label, to, from string) error {
	move := &secretsmanager.UpdateSecretVersionStageInput{SecretId: &p.ID, VersionStage: &label}
	if to != "" {
		move.MoveToVersionId = &to
	}
	if from != "" {
		move.RemoveFromVersionId = &from
	}
	_, err := c.secrets.UpdateSecretVersionStage(ctx, move, c.at(p), once)
	return failed("UpdateSecretVersionStage", p.ID, err)
}
