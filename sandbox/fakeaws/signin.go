package fakeaws

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A principal is who has signed in.
type principal struct {
	Identity
	user *user // nil unless it is an IAM user
}

// What AWS says to somebody who can't sign in. Secrets Manager has other names
// for the same; see inJSON.
var (
	nobody   = &refusal{"MissingAuthenticationToken", "Request is missing Authentication Token"}
	stranger = &refusal{"InvalidClientTokenId", "The security token included in the request is invalid."}
	expired  = &refusal{"ExpiredToken", "The security token included in the request is expired"}
	forged   = &refusal{"SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
)

// signIn says who sent r. Identities that AddIdentity made sign in with their
// key's id alone. A user's key has to be active, as far as IAM has noticed,
// and a session alive, and both have to sign with the secret that belongs to
// them. A key that signed in was used, whatever becomes of the call.
func (f *Fake) signIn(r *http.Request, body []byte) (principal, error) {
	id, service, region := signer(r)
	if id == "" {
		return principal{}, nobody
	}
	if identity, known := f.identities[id]; known {
		return principal{Identity: identity}, nil
	}
	if s, known := f.sessions[id]; known {
		switch {
		case subtle.ConstantTimeCompare([]byte(s.token), []byte(r.Header.Get("X-Amz-Security-Token"))) != 1:
			return principal{}, stranger
		case time.Now().After(s.ends):
			return principal{}, expired
		case !signedBy(r, body, id, s.secret):
			return principal{}, forged
		}
		return principal{Identity: s.identity}, nil
	}
	u, k := f.keyNamed(id)
	switch now := f.w.Now(); {
	case k == nil || k.status(now.Add(-f.lag)) != active:
		return principal{}, stranger
	case !signedBy(r, body, id, k.secret):
		return principal{}, forged
	default:
		k.used(now, service, region)
	}
	return principal{u.identity(), u}, nil
}

var (
	credential    = regexp.MustCompile(`Credential=([^/,]+)/(?:\d{8}/([^/,]+)/([^/,]+)/)?`)
	signedHeaders = regexp.MustCompile(`SignedHeaders=([^, ]+)`)
)

// signer is the access key id that signed r, for which service and region;
// all are empty if nobody did.
func signer(r *http.Request) (id, service, region string) {
	header, signed := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	if m := credential.FindStringSubmatch(header); signed && m != nil {
		return m[1], m[3], m[2]
	}
	return "", "", ""
}

// signedBy signs the same request with the secret and compares.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html.
func signedBy(r *http.Request, body []byte, id, secret string) bool {
	_, service, region := signer(r)
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	names := signedHeaders.FindStringSubmatch(r.Header.Get("Authorization"))
	if err != nil || names == nil {
		return false
	}
	again, err := http.NewRequestWithContext(context.Background(), r.Method, "http://"+r.Host+r.URL.RequestURI(), nil)
	if err != nil {
		return false
	}
	again.ContentLength = 0
	for _, header := range strings.Split(names[1], ";") {
		switch header {
		case "host":
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			again.Header[http.CanonicalHeaderKey(header)] = r.Header.Values(header)
		}
	}
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{
		AccessKeyID: id, SecretAccessKey: secret, SessionToken: r.Header.Get("X-Amz-Security-Token"),
	}, again, hex.EncodeToString(sum[:]), service, region, at)
	return err == nil && subtle.ConstantTimeCompare([]byte(again.Header.Get("Authorization")), []byte(r.Header.Get("Authorization"))) == 1
}
