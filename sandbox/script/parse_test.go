package script

import (
	"os"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/stage"
)

func TestTheDocumentationHasEveryForm(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range allForms() {
		if !strings.Contains(string(doc), "//\t"+f.words) {
			t.Errorf("doc.go doesn't explain: %s", f.words)
		}
	}
}

// examples has a line of each form.
const examples = `
# a comment
#platform | GitHub MP CI User PAT · [Approve]
#platform "Multirepo" | parked
#platform ! Retry
#platform has 2 cards
thread | @starter · your turn
thread ! done
thread has 3 replies
reply (starter) Rotation 1 · has started
(starter) You started this
starter sees | rekey put
starter sees ! token
starter sees nothing
starter> /rotate github_ci_user_pat
starter> /rotate
starter in #ask> /rotate list
approver> [Approve]
approver> [Approve] on the card "Multirepo"
approver> [Refuse…] because it is the wrong token
approver + second> [Approve]
starter> [Approve] twice
starter> [Approve] delivered 2 times
starter> [Approve] on the old card
starter> forged [Approve] for rotation 7
starter> forged [Approve] with value 1.approve.x.2
starter> forged [Approve] in #ask
starter> forged [Approve] from team T0OTHER
starter> [Approve], unanswered
starter> /rotate list, unanswered
starter> /rotate list until it says GitHub MP CI User PAT · due
starter in #ask> /rotate list, unanswered
starter> picks github_ci_user_pat
starter> ticks one, two
starter> writes because of that
channel sees | Compromised
channel sees nothing of the thread
starter> submits
starter> closes
github> starter regenerates github_ci_user_pat
github> starter makes a second token for github_ci_user_pat
github> starter deletes the old token of github_ci_user_pat
github> starter deletes the new token of github_ci_user_pat
github> starter makes a token of somebody-else
github> starter makes an expired token
github> starter sets TERRAFORM_GITHUB_TOKEN in modernisation-platform
github> new-environment.yml runs
github> run of new-environment.yml is re-run
github> runs finish
issue | Rotate github_ci_user_pat Credential · open
issue "Rotate github_ci_user_pat Credential" ! closed
no issue has nuke_account_ids
github has 4 issues
github> outsider opens the issue Rotate github_ci_user_pat Credential
github> member opens the issue Rotate github_ci_user_pat Credential
github> member closes the issue "Rotate github_ci_user_pat Credential"
github> member writes below the issue "github_ci_user_pat" Mina looks into it.
github> the issue "github_ci_user_pat" is deleted
github> the issue is moved
github> issues are switched off
github> issues are switched on
github> the next 2 lists of issues are empty
github> starter generates an App key
github> starter deletes the old App key
github> starter deletes the new App key
webhook> starter adds a webhook for #notifications
webhook> starter adds a webhook of another app for #notifications
webhook> starter removes the old webhook of slack_webhook_url
webhook> starter removes the new webhook of slack_webhook_url
webhook> starter adds a webhook of another app for #notifications
webhook> #notifications got 2 messages
github> bot may only read secrets
aws> bot is denied passwords
aws> bot is allowed passwords again
aws> bot is denied the list of secrets
aws> field username of github_ci_user_password is modernisation-platform-ci
webhook> answers no_service from now on
iam> job of sam.collaborator runs
iam> job of sam.collaborator is refused
iam> job of sam.collaborator uses the delivered key
iam> job of sam.collaborator uses the key on the clipboard
iam> oldest key of sam.collaborator is used
iam> somebody adds a key of sam.collaborator beyond the limit
iam> somebody deletes user sam.collaborator
iam> sam.collaborator has 2 keys
iam> sam.collaborator has 1 active keys
iam> somebody makes a key for sam.collaborator
iam> somebody deactivates the oldest key of sam.collaborator
iam> somebody activates the oldest key of sam.collaborator
iam> somebody deletes the oldest key of sam.collaborator
iam> somebody deletes the newest key of sam.collaborator
iam> takes 10s to notice
pagerduty> starter makes a user token
pagerduty> ops makes an account token
pagerduty> starter copies a token of another account
pagerduty> starter replaces cooker_cloudwatch by hand
pagerduty> starter deletes the old token of pagerduty_userapi_token
pagerduty> ops deletes the new token of pagerduty_token
pagerduty> starter replaces corporate-staff-rostering-alarms
pagerduty> member authorises Slack
pagerduty> starter replaces everything
pagerduty> starter replaces nothing
pagerduty> starter may only look on
pagerduty> starter may configure again
pagerduty> cooker_cloudwatch has 1 incidents
pagerduty> cooker_cloudwatch has 0 open incidents
pagerduty> cooker.yml alerts with 2 old keys
entra> starter adds a client secret
entra> starter deletes the old client secret
entra> starter deletes the newest client secret
entra> sign-in works
entra> sign-in is broken
entra> has 2 client secrets
entra> takes 30s to notice
entra> bot is no owner
entra> bot may only read
entra> bot is an owner again
aws> starter saves client_secret of azure_entraid_oidc in the console
github> next terraform-github.yml fails
github> next terraform-github.yml is cancelled
github> next terraform-github.yml never starts
github> next terraform-github.yml skips its job
github> terraform-github.yml is removed
github> terraform-github.yml comes back
github> token of github_ci_user_pat loses secrets
github> token of github_ci_user_pat gets secrets back
github> bot loses secrets
github> bot may only read secrets
github> bot gets secrets back
aws> starter puts github_ci_user_pat
aws> starter puts the old value of github_ci_user_pat
aws> starter puts "garbage" as github_ci_user_pat and is refused | another value
aws> starter takes collaborators/sam.collaborator/access-key
aws> somebody stages a foreign version of collaborators/sam.collaborator/access-key
aws> somebody saves another value in collaborators/sam.collaborator/access-key
aws> collaborators/sam.collaborator/access-key is made without a value
aws> starter repeats the put and reads | done
aws> starter plain-form puts github_ci_user_pat
aws> starter saves github_ci_user_pat in the console
aws> starter saves "garbage" as github_ci_user_pat in the console
aws> starter stages a foreign version of github_ci_user_pat
aws> starter is denied PutSecretValue on github_ci_user_pat
aws> starter is allowed PutSecretValue on github_ci_user_pat again
aws> bot is denied DescribeSecret on github_ci_user_pat
aws> bot is allowed DescribeSecret on github_ci_user_pat
aws> KMS refuses github_ci_user_pat
aws> KMS allows github_ci_user_pat
aws> github_ci_user_pat is scheduled for deletion
aws> github_ci_user_pat is restored
aws> github_ci_user_pat is removed
aws> github_ci_user_pat is made anew
aws> AWSCURRENT of github_ci_user_pat is the new value
aws> AWSCURRENT of github_ci_user_pat is the old value
aws> github_ci_user_pat has an AWSPENDING
aws> github_ci_user_pat has no AWSPENDING
aws> github_ci_user_pat is tagged owner=team
aws> github_ci_user_pat has tags expiry-date, owner=team
slack> approver leaves @mp-approvers
slack> approver joins @mp-approvers
slack> outsider is deactivated
slack> usergroups.users.list fails 2 times
slack> chat.postMessage answers channel_not_found 1 times
slack> chat.update is throttled for 2s 1 times
slack> all is well again
slack> drops the sockets
slack> refreshes
slack> the card is deleted
slack> bot leaves #platform
slack> bot joins #platform
--- kill -9, restart ---
--- catalogue: side-by-side ---
clock> +1d4h
clock> to Wednesday 09:40
starter> [Start] of github_ci_user_pat on the card "Reminder"
starter> picks github_ci_user_pat and in 3 days because of a release
fault> github "POST dispatch" posthang
fault> slack chat.postMessage postreset 2 times
fault> aws DescribeSecret pre5xx after 3
fault> aws DescribeSecret slow for 2s
fault> github "GET /user" on modernisation-platform-ci slow for 2s
fault> aws DescribeSecret 429 from now on
fault> pagerduty "GET users" html
fault> clear
journal> github "POST dispatch" applied 1
journal> aws UpdateSecretVersionStage on github_ci_user_pat called 2
settle> 2s
disk> is full
disk> has room again
aws> shows changes after 3s
github> shows new runs after 2s
`

func TestEveryFormIsUnderstoodAsItself(t *testing.T) {
	used := map[string]bool{}
	for said := range strings.Lines(examples) {
		said = strings.TrimSpace(said)
		if _, err := understand(said, stage.RepoOf); err != nil {
			if said != "" && !strings.HasPrefix(said, "# ") {
				t.Errorf("%s: %v", said, err)
			}
			continue
		}
		for _, f := range allForms() {
			if patterns[f.words].MatchString(said) {
				used[f.words] = true
				break
			}
		}
	}
	for _, f := range allForms() {
		if !used[f.words] {
			t.Errorf("no example is read as: %s", f.words)
		}
	}
}

func TestWhatCannotBeReadIsRefusedBeforeThePlay(t *testing.T) {
	_, err := parse("a.txt", []byte(strings.Join([]string{
		"# fine", "starter> [Approve]", "stater> [Approve]", "github> sneezes", "github> other.yml runs", "in #lounge", "starter in #lounge> /rotate", "clock> +4hours",
	}, "\n")), stage.RepoOf)
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, want := range []string{
		"a.txt:3: stater> [Approve]", "there is nobody called stater", "a.txt:4: github> sneezes", "github> runs finish",
		"a.txt:5:", "no repository has a workflow other.yml", "a.txt:6:", "no line begins like this", "there is no channel #lounge", "a.txt:8:",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if _, err := parse("empty.txt", []byte("# nothing\n"), stage.RepoOf); err == nil {
		t.Error("a conversation of nothing was accepted")
	}
}

func TestPhrasesHaveToComeInOrder(t *testing.T) {
	const card = "*GitHub MP CI User PAT*\nRotation 42 · held by @starter\n●  1  Approve the `plan`\n[ Approve ] [ Refuse… ] (More: Cancel… · Take over)"
	for phrases, want := range map[string]string{
		"GitHub MP CI User PAT · held by @starter · 1 Approve the plan": "",
		"... Rotation 42 · held by @starter":                            "",
		"[Approve] [Refuse…] [Cancel…] [Take over]":                     "",
		"[Approve] · [Refuse] · [Take over]":                            "",
		"held by @starter · Rotation 42":                                `it says "Rotation 42", but not after "held by @starter"`,
		"rotation 42":                                                   `it doesn't say "rotation 42"`,
		"Rotation 42 · [Retry]":                                         `it doesn't say "[Retry]"`,
	} {
		got := ""
		if err := holds(card, phrases); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", phrases, got, want)
		}
	}
	if lacks(card, "Retry") != nil || lacks(card, "[Cancel]") == nil {
		t.Error("lacks is wrong")
	}
}

func TestPrintedCommandsArePartedAsAShellDoes(t *testing.T) {
	got := strings.Join(shellWords(`--secret-id arn:aws:x --field 'a b'  --empty "" end`), "|")
	if want := "--secret-id|arn:aws:x|--field|a b|--empty||end"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDurationsMayHaveDays(t *testing.T) {
	for s, want := range map[string]time.Duration{"2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "4h": 4 * time.Hour, "90s": 90 * time.Second} {
		if got, err := duration(s); err != nil || got != want {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
}
