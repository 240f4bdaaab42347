package aws

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"rekey/providers/wire"
	"rekey/rotation"
)

const provider = "AWS"

// MarkedForDeletion is the code of every refusal for a secret that somebody
// has scheduled for deletion.
const MarkedForDeletion = "InvalidRequestException: marked for deletion"

// failed turns what the SDK returned into a *rotation.ProviderError that holds
// AWS's word for it and nothing of the request, the answer or the address. Nil
// stays nil.
func failed(op, subject string, err error) error {
	if err == nil {
		return nil
	}
	var before *rotation.ProviderError
	if errors.As(err, &before) {
		return before // the call wasn't sent, since its role couldn't be assumed
	}
	p := &rotation.ProviderError{Provider: provider, Op: op, Code: silence(err)}
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil {
		return p
	}
	status := answer.HTTPStatusCode()
	if status < http.StatusMultipleChoices {
		return p
	}
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		refused = &smithy.GenericAPIError{} // a proxy's page
	}
	p.Code = code(refused, status)
	switch {
	case throttled(refused.ErrorCode()) || status == http.StatusTooManyRequests:
		p.RetryAfter = pause(answer.Response.Header.Get("Retry-After"), time.Minute)
	case status >= http.StatusInternalServerError || status == http.StatusRequestTimeout:
		p.RetryAfter = pause(answer.Response.Header.Get("Retry-After"), 0)
	default:
		p.Definite = true
		p.Missing = missing(op, subject, refused)
	}
	return p
}

// silence is the word for a call that got no answer at all, or none that can be
// read.
func silence(err error) string {
	var sent *smithyhttp.RequestSendError
	var garbled *smithy.DeserializationError
	word := wire.Silence(err)
	switch {
	case word != wire.NoAnswer || errors.Is(err, context.Canceled):
		return word
	case errors.As(err, &garbled):
		return wire.Unreadable
	case !errors.As(err, &sent) && strings.Contains(err.Error(), "get identity"):
		return "no credentials"
	}
	return word
}

var deletion = regexp.MustCompile(`(?i)(marked|scheduled)( for)? delet`)

// code is AWS's name for the error, with the two causes added that its name
// doesn't tell.
func code(refused smithy.APIError, status int) string {
	name := refused.ErrorCode()
	switch {
	case !errorName.MatchString(name) || name == "UnknownError":
		return strconv.Itoa(status)
	case name == "InvalidRequestException" && deletion.MatchString(refused.ErrorMessage()):
		return MarkedForDeletion
	case aboutKMS(refused) && !strings.Contains(name, "KMS"):
		return name + ": KMS"
	}
	return name
}

// errorName is what a name of an error looks like; a proxy's page doesn't.
var errorName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]{0,79}$`)

// aboutKMS tells whether it was the key that refused, not the secret.
func aboutKMS(refused smithy.APIError) bool {
	switch refused.ErrorCode() {
	case "DecryptionFailure", "EncryptionFailure":
		return true
	case "AccessDeniedException":
		return strings.Contains(refused.ErrorMessage(), "KMS") || strings.Contains(refused.ErrorMessage(), "kms:")
	}
	return false
}

// services are those of the calls that aren't Secrets Manager's.
var services = map[string]string{
	"AssumeRole": "sts", "GetCallerIdentity": "sts",
	"ListUsers": "iam", "GetGroup": "iam", "ListAccessKeys": "iam", "GetAccessKeyLastUsed": "iam",
	"CreateAccessKey": "iam", "UpdateAccessKey": "iam", "DeleteAccessKey": "iam",
}

// missing names the right that the call needs, if lacking it is the cause. It
// is known from the call and not read from AWS's sentence.
// See https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html.
func missing(op, subject string, refused smithy.APIError) string {
	name := refused.ErrorCode()
	if name != "AccessDeniedException" && name != "AccessDenied" || subject == "" {
		return ""
	}
	if service := services[op]; service != "" {
		return service + ":" + op + " on " + subject
	}
	switch {
	case !aboutKMS(refused):
		return "secretsmanager:" + op + " on " + subject
	case op == "PutSecretValue":
		return "kms:GenerateDataKey and kms:Decrypt on the key of " + subject
	}
	return "kms:Decrypt on the key of " + subject
}

func throttled(code string) bool {
	_, is := retry.DefaultThrottleErrorCodes[code]
	return is
}

// pause reads a Retry-After, in seconds or as a date, between a second and a
// quarter of an hour. Without one it is otherwise.
func pause(header string, otherwise time.Duration) time.Duration {
	asked := otherwise
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		asked = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		asked = time.Until(at)
	} else if otherwise == 0 {
		return 0
	}
	return min(max(asked, time.Second), 15*time.Minute)
}
