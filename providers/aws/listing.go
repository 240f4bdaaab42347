package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rekey/providers/wire"
	"rekey/rotation"
)

// List returns all secrets in the region of p, without those that are scheduled
// for deletion. A secret that was made or deleted minutes ago may be missing,
// or be there still.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html.
func (c *Client) List(ctx context.Context, p rotation.Place) ([]rotation.Listed, error) {
	var out []rotation.Listed
	pages := secretsmanager.NewListSecretsPaginator(c.secrets, &secretsmanager.ListSecretsInput{MaxResults: aws.Int32(100)},
		func(o *secretsmanager.ListSecretsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, c.at(p))
		if err != nil {
			return nil, failed("ListSecrets", "*", err)
		}
		for _, s := range page.SecretList {
			if aws.ToString(s.Name) == "" || aws.ToString(s.ARN) == "" {
				return nil, failed("ListSecrets", "*", wire.ErrUnreadable)
			}
			if s.DeletedDate != nil {
				continue
			}
			one := rotation.Listed{Name: *s.Name, ARN: *s.ARN}
			if s.CreatedDate != nil && rotation.Plausible(*s.CreatedDate) {
				one.Created = s.CreatedDate.Unix()
			}
			if s.LastChangedDate != nil && rotation.Plausible(*s.LastChangedDate) {
				one.Changed = s.LastChangedDate.Unix()
			}
			for _, t := range s.Tags {
				if one.Tags == nil {
					one.Tags = map[string]string{}
				}
				one.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			out = append(out, one)
		}
	}
	return out, nil
}
