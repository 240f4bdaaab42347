// Package steps is what the bot does for each kind of step: one file a kind,
// one line each in All. A step keeps no state and declares the small
// interfaces that it needs; the clients in providers satisfy them.
package steps

import (
	"context"
	"time"

	"rekey/rotation"
)

// Providers are the clients that the steps use.
type Providers struct {
	AWS       AWS
	GitHub    GitHub
	PagerDuty PagerDuty
	Entra     Entra
	Webhooks  Webhooks
	Slack     Messages
	People    Colleagues
	Own       map[string]OwnCredential // what Rekey itself signs in with, by the row's name
}

// AWS is what the steps need of AWS.
type AWS interface {
	Labels
	Values
	Labeller
	Lister
	Tagger
	Writer
	AccessKeys
}

// Labels shows which version carries which label. It never reads a value.
type Labels interface {
	Describe(ctx context.Context, p rotation.Place) (rotation.Versions, error)
	Created(ctx context.Context, p rotation.Place, versionID string) (time.Time, error)
}

// Values reads one value, of exactly this version and only while it carries
// this label.
type Values interface {
	Read(ctx context.Context, p rotation.Place, versionID, label, field string) (rotation.Value, error)
}

// Labeller moves a label, or takes it off when to is empty.
type Labeller interface {
	Move(ctx context.Context, p rotation.Place, label, to, from string) error
}

// Writer writes values that Rekey makes, or has made.
type Writer interface {
	// Raw returns the whole value of a version, also of a JSON secret.
	Raw(ctx context.Context, p rotation.Place, versionID, label string) (rotation.Value, error)
	// Stage saves a value as AWSPENDING; the token becomes the version's id.
	Stage(ctx context.Context, p rotation.Place, token string, v rotation.Value) error
	// Merge puts a value into one field of a JSON object, in memory only.
	Merge(whole rotation.Value, field string, v rotation.Value) (rotation.Value, error)
	// Deliver saves a value as AWSCURRENT; the token becomes the version's id.
	Deliver(ctx context.Context, p rotation.Place, token string, v rotation.Value) error
	// Password makes one by the policy.
	Password(ctx context.Context, p rotation.Place, policy rotation.PasswordPolicy) (rotation.Value, error)
}

// AccessKeys are those of IAM users.
type AccessKeys interface {
	Users(ctx context.Context, a rotation.Account, path, group string) ([]rotation.IAMUser, error)
	Keys(ctx context.Context, a rotation.Account, user string) ([]rotation.AccessKey, error)
	KeyUse(ctx context.Context, a rotation.Account, keyID string) (rotation.KeyUse, error)
	CreateKey(ctx context.Context, a rotation.Account, user string) (rotation.AccessKey, rotation.Value, error)
	SetKey(ctx context.Context, a rotation.Account, user, keyID string, active bool) error
	DeleteKey(ctx context.Context, a rotation.Account, user, keyID string) error
}

// PagerDuty is what the steps need of PagerDuty.
type PagerDuty interface {
	PagerDutyTokens
	Integrations
}

// PagerDutyTokens says whose a token is.
type PagerDutyTokens interface {
	// User's login is the owner's mail address; a token of the account is
	// refused.
	User(ctx context.Context, token rotation.Value) (rotation.Credential, error)
	// Account's login is the account's subdomain, and its name that of the
	// user whose token it is, or empty.
	Account(ctx context.Context, token rotation.Value) (rotation.Credential, error)
}

// Integrations are ways in for events, the keys that open them, and whom the
// events reach.
type Integrations interface {
	IntegrationKeys(ctx context.Context) ([]rotation.IntegrationKey, error)
	OnCall(ctx context.Context, serviceIDs []string) ([]string, error)
	Accepts(ctx context.Context, key rotation.Value, dedup string) error
	Trigger(ctx context.Context, key rotation.Value, dedup, summary string) error
	Resolve(ctx context.Context, key rotation.Value, dedup string) error
}

// Entra is what the steps need of Microsoft Entra ID.
type Entra interface {
	Secrets(ctx context.Context, app string) ([]rotation.ClientSecret, error)
	AddSecret(ctx context.Context, app, name string, end time.Time) (rotation.ClientSecret, rotation.Value, error)
	RemoveSecret(ctx context.Context, app, id string) error
	SignIn(ctx context.Context, tenant, client string, secret rotation.Value) (rotation.Credential, error)
}

// Webhooks are Slack's incoming ones.
type Webhooks interface {
	Probe(ctx context.Context, url rotation.Value) (word string, alive bool, err error)
	Post(ctx context.Context, url rotation.Value, text string) error
}

// Messages are posted into channels, and found again there.
type Messages interface {
	Post(ctx context.Context, channel rotation.Handle, id, sentence string) (ts string, err error)
	Find(ctx context.Context, channel rotation.Handle, id string, since time.Time) (ts string, err error)
	// Seen looks for anybody's message that contains the words, and says which
	// app posted it. A definite error means that Rekey may not look.
	Seen(ctx context.Context, channel rotation.Handle, words string, since time.Time) (rotation.Posted, error)
}

// GitHub is what the steps need of GitHub.
type GitHub interface {
	Tokens
	Workflows
	Copies
	Apps
}

// Apps are GitHub Apps and what they may list.
type Apps interface {
	OrgTokens(ctx context.Context, org string) ([]rotation.OrgToken, error)
	AppKey(ctx context.Context, appID int64, pem rotation.Value) (rotation.Credential, error)
}

// Tokens tries tokens out, and ends them.
type Tokens interface {
	Owner(ctx context.Context, token rotation.Value) (rotation.Credential, error)
	Try(ctx context.Context, token rotation.Value, path string) (status int, err error)
	Revoke(ctx context.Context, token rotation.Value) error
}

// Workflows starts workflows and follows their runs.
type Workflows interface {
	Login(ctx context.Context) (string, error)
	Dispatch(ctx context.Context, repo, file, ref string) (runID int64, err error)
	Runs(ctx context.Context, repo, file string, q rotation.RunQuery) ([]rotation.Run, error)
	Run(ctx context.Context, repo string, id int64) (rotation.Run, error)
	Jobs(ctx context.Context, repo string, run int64) ([]rotation.Job, error)
}

// Copies are Actions secrets. Their values can be written and never read.
type Copies interface {
	CopyUpdated(ctx context.Context, repo, name string) (time.Time, error)
	PutCopy(ctx context.Context, repo, name string, v rotation.Value) error
}

// Book returns what reading a catalogue needs to know of steps, provers and
// watchers. The caller adds the ids behind handles.
func Book(p Providers) rotation.Book {
	return rotation.Book{Actions: All(p), Provers: Provers(p), Watchers: Watchers(p)}
}

// Watchers returns what can be looked at now and then, by the kinds that a
// row's watch: takes.
func Watchers(p Providers) map[string]rotation.Watcher {
	return map[string]rotation.Watcher{
		rotation.KindVersion:  Version{p.AWS},
		rotation.KindUnlisted: Unlisted{p.AWS},
		rotation.KindOwn:      Own{p.Own},
		"no_active_keys":      NoActiveKeys{p.AWS},
		"iam_users":           IAMUsers{p.AWS},
		"client_secrets":      WatchClientSecrets{p.Entra},
		"slack_member":        SlackMember{p.AWS, p.PagerDuty, p.People},
	}
}

// Provers returns how values are tried, by the names that a runbook's proof:
// takes.
func Provers(p Providers) map[string]rotation.Prover {
	return map[string]rotation.Prover{
		"github":            GitHubToken{p.GitHub},
		"entra":             EntraSecret{p.Entra},
		"github_app":        GitHubApp{p.GitHub},
		"slack_webhook":     SlackWebhook{p.Webhooks},
		"pagerduty_account": PagerDutyAccount{p.PagerDuty},
		"pagerduty_user":    PagerDutyUser{p.PagerDuty},
	}
}

// All returns the action of every kind of step.
func All(p Providers) map[string]rotation.Action {
	return map[string]rotation.Action{
		rotation.KindApprove:  Approve{p.AWS, p.GitHub},
		rotation.KindReceive:  Receive{p.AWS, p.Slack},
		"check":               Check{p.AWS},
		rotation.KindPromote:  Promote{p.AWS, p.GitHub},
		"replace_copies":      ReplaceCopies{p.AWS, p.GitHub},
		"run_workflow":        RunWorkflow{p.GitHub},
		"confirm_copies":      ConfirmCopies{p.GitHub},
		rotation.KindUsed:     SeeUsed{p.GitHub},
		rotation.KindRevoke:   Revoke{p.AWS, p.Slack},
		rotation.KindRestore:  Restore{p.AWS, p.GitHub},
		rotation.KindWithdraw: Withdraw{p.AWS},
		rotation.KindReview:   Review{},
		"guide":               Guide{},
		"test_message":        TestMessage{p.AWS, p.Webhooks, p.Slack},
		"generate":            Generate{p.AWS},
		"confirm_use":         ConfirmUse{},

		"add_client_secret":      AddClientSecret{p.AWS, p.Entra},
		"remove_client_secret":   RemoveClientSecret{p.AWS, p.Entra},
		"withdraw_client_secret": WithdrawClientSecret{p.AWS, p.Entra},
		kindRequest:              Request{p.Slack},
		"use_workflow":           UseWorkflow{p.GitHub},
		"see_no_keys":            SeeNoKeys{p.AWS},

		"create_key":      CreateKey{p.AWS},
		"confirm_key":     ConfirmKey{p.AWS},
		"approve_key":     ApproveKey{p.AWS},
		"deactivate_key":  DeactivateKey{p.AWS, rotation.KindPromote},
		"stop_key":        DeactivateKey{p.AWS, rotation.KindRevoke},
		"delete_key":      DeleteKey{p.AWS},
		"restore_key":     RestoreKey{p.AWS},
		"withdraw_key":    WithdrawKey{p.AWS},
		"choose_services": ChooseServices{p.AWS, p.PagerDuty},
		kindWritten:       SeeWritten{p.AWS},
		"check_keys":      CheckKeys{p.AWS, p.PagerDuty},
		"compare_keys":    CompareKeys{p.AWS, p.PagerDuty},
		"reapply":         Reapply{p.GitHub},
		"tag_expiry":      TagExpiry{p.AWS},

		rotation.KindReplaceOwn: ReplaceOwn{p.Own},
		"approve_own":           ApproveOwn{p.Own},
	}
}
