package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"rekey/rotation"
)

// Tags returns a secret's tags.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html.
func (c *Client) Tags(ctx context.Context, p rotation.Place) (map[string]string, error) {
	out, err := c.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &p.ID}, c.at(p))
	if err != nil {
		return nil, failed("DescribeSecret", p.ID, err)
	}
	tags := map[string]string{}
	for _, t := range out.Tags {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags, nil
}

// Tag writes one tag of a secret over whatever it was, and leaves the others
// alone. Writing it again changes nothing.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html.
func (c *Client) Tag(ctx context.Context, p rotation.Place, key, value string) error {
	_, err := c.secrets.TagResource(ctx, &secretsmanager.TagResourceInput{SecretId: &p.ID, Tags: []types.Tag{{Key: &key, Value: &value}}}, c.at(p), once)
	return failed("TagResource", p.ID, err)
}
