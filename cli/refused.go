package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rekey/providers/aws"
	"rekey/rotation"
)

// explainAWS turns a refusal into what happened, what is safe and what to do.
func (p *put) explainAWS(err error) error {
	var failed *rotation.ProviderError
	if !errors.As(err, &failed) {
		return err
	}
	what, next := fmt.Sprintf("AWS refused %s (%s)", failed.Op, failed.Code), "Nothing was written."
	switch {
	case failed.Missing != "":
		next += " Your identity lacks " + failed.Missing + ". Sign in with the engineer role and run the same command again."
	case slices.Contains(signIn, failed.Code):
		what, next = "AWS doesn't know who you are ("+failed.Code+")", next+" Sign in to AWS, with the engineer role, and run the same command again."
	case !failed.Definite:
		what = fmt.Sprintf("AWS didn't answer (%s: %s)", failed.Op, failed.Code)
		next = "Run the same command again: a repeat can't make a second version."
	case failed.Code == "ResourceNotFoundException":
		what = "There is no secret " + p.secretID + " in " + p.region + " for your identity"
		next += " Compare the name and the region with the card, and the account that you are signed in to."
	case failed.Code == aws.MarkedForDeletion:
		what = "The secret " + p.secretID + " is scheduled for deletion"
		next += " Find out why. Restore it in the AWS console, or cancel the rotation."
	case strings.HasSuffix(failed.Code, ": KMS"):
		what = "The KMS key of " + p.secretID + " refused (" + failed.Op + ", " + failed.Code + ")"
		next += " Enable the key, and run the same command again."
	}
	return errors.New(what + ". " + next)
}

// explainAWS turns a refusal into what happened and what to do.
func (t *take) explainAWS(err error) error {
	var failed *rotation.ProviderError
	if !errors.As(err, &failed) {
		return err
	}
	what, next := fmt.Sprintf("AWS refused %s (%s)", failed.Op, failed.Code), "Nothing was fetched."
	switch {
	case failed.Missing != "":
		next += " Your identity lacks " + failed.Missing + ". Sign in as whom the value is for and run the same command again."
	case slices.Contains(signIn, failed.Code):
		what, next = "AWS doesn't know who you are ("+failed.Code+")", next+" Sign in to AWS and run the same command again."
	case !failed.Definite:
		what = fmt.Sprintf("AWS didn't answer (%s: %s)", failed.Op, failed.Code)
		next += " Run the same command again."
	case failed.Code == "ResourceNotFoundException":
		what = "There is no such version of " + t.secretID + " in " + t.region + " with " + t.stage
		next += " Compare the line with the card: it may have moved on since it was copied."
	case failed.Code == aws.MarkedForDeletion:
		what = "The secret " + t.secretID + " is scheduled for deletion"
		next += " Ask whoever runs it."
	}
	return errors.New(what + ". " + next)
}

// signIn are AWS's words for credentials that are missing, unknown or too old.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
var signIn = []string{
	"no credentials", "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId",
	"InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken",
}
