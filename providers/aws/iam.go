package aws

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"rekey/providers/wire"
	"rekey/rotation"
)

// inAccount sends a call to an account, as the role that may reach it.
func (c *Client) inAccount(a rotation.Account) func(*iam.Options) {
	return func(o *iam.Options) {
		if a.Region != "" {
			o.Region = a.Region
		}
		if a.Role != "" {
			o.Credentials = c.as(a.Role)
		}
	}
}

// onlyOnce is once for IAM.
func onlyOnce(o *iam.Options) { o.Retryer = aws.NopRetryer{} }

// Users returns the users under a path ("/collaborators/"; empty means all),
// or, if a group is named, those of its members.
// See https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
// and API_GetGroup.html beside it.
func (c *Client) Users(ctx context.Context, a rotation.Account, path, group string) ([]rotation.IAMUser, error) {
	if group != "" {
		return c.members(ctx, a, path, group)
	}
	in := &iam.ListUsersInput{}
	if path != "" {
		in.PathPrefix = &path
	}
	var users []rotation.IAMUser
	pages := iam.NewListUsersPaginator(c.iam, in, func(o *iam.ListUsersPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, c.inAccount(a))
		if err != nil {
			return nil, failed("ListUsers", "users under "+cmp.Or(path, "/"), err)
		}
		users = collect(users, page.Users, path)
	}
	return users, nil
}

func (c *Client) members(ctx context.Context, a rotation.Account, path, group string) ([]rotation.IAMUser, error) {
	var users []rotation.IAMUser
	pages := iam.NewGetGroupPaginator(c.iam, &iam.GetGroupInput{GroupName: &group}, func(o *iam.GetGroupPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, c.inAccount(a))
		if err != nil {
			return nil, failed("GetGroup", "group "+group, err)
		}
		users = collect(users, page.Users, path)
	}
	return users, nil
}

func collect(users []rotation.IAMUser, page []types.User, path string) []rotation.IAMUser {
	for _, u := range page {
		if strings.HasPrefix(aws.ToString(u.Path), path) {
			users = append(users, rotation.IAMUser{Name: aws.ToString(u.UserName), ARN: aws.ToString(u.Arn), Created: aws.ToTime(u.CreateDate)})
		}
	}
	return users
}

// Keys returns a user's access keys. A key that was made or changed seconds ago
// may be missing, or be shown as it was.
// See https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html.
func (c *Client) Keys(ctx context.Context, a rotation.Account, user string) ([]rotation.AccessKey, error) {
	var keys []rotation.AccessKey
	pages := iam.NewListAccessKeysPaginator(c.iam, &iam.ListAccessKeysInput{UserName: &user}, func(o *iam.ListAccessKeysPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, c.inAccount(a))
		if err != nil {
			return nil, failed("ListAccessKeys", "user "+user, err)
		}
		for _, k := range page.AccessKeyMetadata {
			if k.CreateDate == nil || !rotation.Plausible(*k.CreateDate) {
				return nil, failed("ListAccessKeys", "user "+user, wire.ErrUnreadable) // else the key would have no age
			}
			keys = append(keys, rotation.AccessKey{ID: aws.ToString(k.AccessKeyId), Active: k.Status == types.StatusTypeActive, Created: aws.ToTime(k.CreateDate)})
		}
	}
	return keys, nil
}

// KeyUse returns when and for what a key was last used, as far as AWS has
// noticed. AWS answers AccessDenied for a key that it doesn't know.
// See https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html.
func (c *Client) KeyUse(ctx context.Context, a rotation.Account, keyID string) (rotation.KeyUse, error) {
	out, err := c.iam.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &keyID}, c.inAccount(a))
	if err != nil {
		return rotation.KeyUse{}, failed("GetAccessKeyLastUsed", "access key "+keyID, err)
	}
	if out.AccessKeyLastUsed == nil || out.AccessKeyLastUsed.LastUsedDate == nil {
		return rotation.KeyUse{}, nil
	}
	use := out.AccessKeyLastUsed
	return rotation.KeyUse{At: *use.LastUsedDate, Service: aws.ToString(use.ServiceName), Region: aws.ToString(use.Region)}, nil
}

// CreateKey gives a user another active key and returns both of its halves. It
// is refused with LimitExceeded for a user who has two. The secret half is in
// this answer and nowhere else: if it is lost, the key can only be deleted.
// See https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html.
func (c *Client) CreateKey(ctx context.Context, a rotation.Account, user string) (rotation.AccessKey, rotation.Value, error) {
	out, err := c.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user}, c.inAccount(a), onlyOnce)
	if err == nil && (out.AccessKey == nil || aws.ToString(out.AccessKey.AccessKeyId) == "" || aws.ToString(out.AccessKey.SecretAccessKey) == "") {
		err = wire.ErrUnreadable
	}
	if err != nil {
		return rotation.AccessKey{}, rotation.Value{}, failed("CreateAccessKey", "user "+user, err)
	}
	k := out.AccessKey
	return rotation.AccessKey{ID: *k.AccessKeyId, Active: k.Status == types.StatusTypeActive, Created: aws.ToTime(k.CreateDate)}, rotation.NewValue(*k.SecretAccessKey), nil
}

// SetKey activates or deactivates a key; one that is in that state already
// stays so. A key that doesn't exist is refused with NoSuchEntity.
// See https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html.
func (c *Client) SetKey(ctx context.Context, a rotation.Account, user, keyID string, active bool) error {
	status := types.StatusTypeInactive
	if active {
		status = types.StatusTypeActive
	}
	_, err := c.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: &keyID, Status: status}, c.inAccount(a), onlyOnce)
	return failed("UpdateAccessKey", "user "+user, err)
}

// DeleteKey deletes a key for good. One that doesn't exist any more is refused
// with NoSuchEntity.
// See https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html.
func (c *Client) DeleteKey(ctx context.Context, a rotation.Account, user, keyID string) error {
	_, err := c.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &keyID}, c.inAccount(a), onlyOnce)
	return failed("DeleteAccessKey", "user "+user, err)
}
