package fakeaws

import (
	"fmt"
	"net/http"
	"regexp"
	"unicode/utf8"
)

// A refusal is an error as AWS words it: the exception's name, which the SDK
// turns into a type, and its message.
type refusal struct{ code, message string }

func (r *refusal) Error() string { return r.code + ": " + r.message }

func (r *refusal) status() int {
	if r.code == "InternalServiceError" {
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// inJSON gives the refusals that all services share the names that Secrets
// Manager has for them.
func (r *refusal) inJSON() *refusal {
	switch r.code {
	case "AccessDenied", "ExpiredToken", "MissingAuthenticationToken":
		return &refusal{r.code + "Exception", r.message}
	case "InvalidClientTokenId":
		return &refusal{"UnrecognizedClientException", r.message}
	case "SignatureDoesNotMatch":
		return &refusal{"InvalidSignatureException", r.message}
	}
	return r
}

func notFound(format string, args ...any) error {
	return &refusal{"ResourceNotFoundException", "Secrets Manager can't find the specified secret" + fmt.Sprintf(format, args...)}
}

func invalidParameter(format string, args ...any) error {
	return &refusal{"InvalidParameterException", fmt.Sprintf(format, args...)}
}

func invalidRequest(format string, args ...any) error {
	return &refusal{"InvalidRequestException", fmt.Sprintf(format, args...)}
}

func markedForDeletion() error {
	return invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")
}

// The limits of AWS's model; a test holds them to it.
const (
	minToken, maxToken = 32, 64
	maxValue           = 65536 // bytes
	maxLabels          = 20    // of one version
	maxLabel           = 256
	maxName            = 512
	maxResults         = 100
)

var namePattern = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]+$`)

// check refuses what AWS's model refuses, before anything is looked up.
func (in *input) check(operation string) error {
	needsSecret := operation != "CreateSecret" && operation != "ListSecrets" && operation != "GetRandomPassword"
	switch {
	case needsSecret && (in.SecretId == "" || len(in.SecretId) > 2048):
		return invalidParameter("Invalid parameter SecretId: it must be 1-2048 characters long.")
	case operation == "CreateSecret" && (len(in.Name) > maxName || !namePattern.MatchString(in.Name)):
		return &refusal{"ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"}
	case in.ClientRequestToken != "" && !between(in.ClientRequestToken, minToken, maxToken):
		return invalidParameter("ClientRequestToken must be 32-64 characters long.")
	case in.VersionId != "" && !between(in.VersionId, minToken, maxToken),
		in.MoveToVersionId != "" && !between(in.MoveToVersionId, minToken, maxToken),
		in.RemoveFromVersionId != "" && !between(in.RemoveFromVersionId, minToken, maxToken):
		return invalidParameter("A version's id must be 32-64 characters long.")
	case in.SecretString != nil && in.SecretBinary != nil:
		return invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
	case in.SecretString != nil && (*in.SecretString == "" || len(*in.SecretString) > maxValue), len(in.SecretBinary) > maxValue:
		return invalidParameter("The secret value must be 1-65536 bytes long.")
	case len(in.VersionStages) > maxLabels:
		return &refusal{"LimitExceededException", "You can't attach more than 20 staging labels to one version."}
	case in.MaxResults < 0 || in.MaxResults > maxResults:
		return invalidParameter("MaxResults must be between 1 and 100.")
	}
	for _, label := range append(in.VersionStages, in.VersionStage) {
		if len(label) > maxLabel {
			return invalidParameter("A staging label must be 1-256 characters long.")
		}
	}
	return nil
}

func between(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return least <= n && n <= most
}
