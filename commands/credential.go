package commands

import (
	"regexp"

	"rekey/rotation"
)

// What credentials look like, by the prefixes that their vendors document:
// https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
// https://docs.slack.dev/authentication/tokens
var credentials = []struct {
	kind  string
	looks *regexp.Regexp
}{
	{"GitHub token", regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})`)},
	{"AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`)},
	{"Slack token", regexp.MustCompile(`\bx(ox[abprse]|app)-[A-Za-z0-9-]{10,}`)},
	{"Slack webhook", regexp.MustCompile(`hooks\.slack(-gov)?\.com/(services|workflows|triggers)/\S+`)},
	{"private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"PagerDuty key", regexp.MustCompile(`\bpdus\+[A-Za-z0-9_+-]{10,}|\bu\+[A-Za-z0-9_-]{18}\b`)},
	{"JSON web token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.`)},
}

// Credential names what a text contains if it looks like a credential: "GitHub
// token". It returns "" otherwise.
func Credential(text string) string {
	for _, c := range credentials {
		if c.looks.MatchString(text) {
			return c.kind
		}
	}
	return ""
}

func exposed(kind string) *rotation.Exposed {
	article := "a "
	if kind[0] == 'A' {
		article = "an "
	}
	return &rotation.Exposed{Refusal: &rotation.Error{Reason: rotation.Invalid,
		What: "That looks like " + article + kind + ", so it wasn't kept.",
		Safe: "Treat it as exposed: it has been through Slack.",
		Next: "Revoke it at its provider now, and rotate the secret that it belongs to: `/rotate NAME --compromised`."}}
}
