package fakeentra

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Graph's application permissions that the fake knows:
// https://learn.microsoft.com/graph/permissions-reference#application-permissions.
const (
	ReadAll  = "Application.Read.All"
	OwnedBy  = "Application.ReadWrite.OwnedBy" // everything, with what the caller owns
	WriteAll = "Application.ReadWrite.All"
)

var (
	readers = []string{ReadAll, WriteAll}
	writers = []string{WriteAll}
)

// allowed lets a call to Graph in: 401 without an access token that is alive,
// 404 for what isn't there, 403 if the permission is missing.
func (f *Fake) allowed(roles []string, answer func(*request) (int, any, error)) func(*request) (int, any, error) {
	return func(q *request) (int, any, error) {
		may := func(role string) bool { return slices.Contains(q.caller.roles, role) }
		switch {
		case bearer(q.Request) == "":
			return 0, nil, graphRefused(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		case q.caller.app == nil:
			return 0, nil, graphRefused(http.StatusUnauthorized, "InvalidAuthenticationToken", "CompactToken parsing failed with error code: 80049217")
		case !f.w.Now().Before(q.caller.expires):
			return 0, nil, graphRefused(http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
		case q.app == nil && len(q.caller.roles) > 0:
			return 0, nil, graphRefused(http.StatusNotFound, "Request_ResourceNotFound", "Resource does not exist or one of its queried reference-property objects are not present.")
		case slices.ContainsFunc(roles, may), q.app != nil && may(OwnedBy) && slices.Contains(q.app.owners, q.caller.app.ID):
			return answer(q)
		}
		return 0, nil, graphRefused(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
}

// readApplication shows the client secrets that are noticed, without values:
// https://learn.microsoft.com/graph/api/application-get.
func (f *Fake) readApplication(q *request) (int, any, error) {
	credentials := []object{}
	for _, s := range q.app.secrets {
		if f.seen(s) {
			credentials = append(credentials, s.shape())
		}
	}
	return http.StatusOK, object{
		"@odata.context": graph + "/v1.0/$metadata#applications/$entity",
		"id":             q.app.ObjectID, "appId": q.app.ID, "displayName": q.app.Name, "createdDateTime": at(q.app.Created),
		"deletedDateTime": nil, "description": nil, "notes": nil, "signInAudience": "AzureADMyOrg",
		"identifierUris": []string{}, "tags": []string{}, "keyCredentials": []object{}, "passwordCredentials": credentials,
	}, nil
}

func (s *secret) shape() object {
	return object{
		"customKeyIdentifier": nil, "displayName": orNull(s.Name), "startDateTime": at(s.Start), "endDateTime": at(s.End),
		"hint": s.Hint, "keyId": s.ID, "secretText": nil,
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// addPassword makes a client secret, good for two years unless the caller says
// otherwise: https://learn.microsoft.com/graph/api/application-addpassword.
func (f *Fake) addPassword(q *request) (int, any, error) {
	var in struct {
		PasswordCredential struct {
			DisplayName   string     `json:"displayName"`
			StartDateTime *time.Time `json:"startDateTime"`
			EndDateTime   *time.Time `json:"endDateTime"`
		} `json:"passwordCredential"`
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	given := in.PasswordCredential
	start := f.w.Now()
	if given.StartDateTime != nil {
		start = *given.StartDateTime
	}
	end := start.AddDate(2, 0, 0)
	if given.EndDateTime != nil {
		end = *given.EndDateTime
	}
	if !end.After(start) {
		return 0, nil, graphRefused(http.StatusBadRequest, "Request_BadRequest", "The credential's end date has to be after its start date.")
	}
	made := f.mint(q.app, given.DisplayName, start.UTC(), end.UTC())
	q.call.Applied = true
	out := made.shape()
	out["@odata.context"] = graph + "/v1.0/$metadata#microsoft.graph.passwordCredential"
	out["secretText"] = made.value
	return http.StatusOK, out, nil
}

// removePassword ends a client secret. One that isn't there is a bad request
// and not a 404: https://learn.microsoft.com/graph/api/application-removepassword.
func (f *Fake) removePassword(q *request) (int, any, error) {
	var in struct {
		KeyID string `json:"keyId"`
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	if _, err := uuid.Parse(in.KeyID); err != nil {
		return 0, nil, graphRefused(http.StatusBadRequest, "Request_BadRequest", "Cannot convert a value to target type 'Edm.Guid' because of conversion error.")
	}
	if !f.remove(q.app, in.KeyID) {
		return 0, nil, graphRefused(http.StatusBadRequest, "Request_BadRequest", "No credentials found to be removed.")
	}
	q.call.Applied = true
	return http.StatusNoContent, nil, nil
}

// decode reads the body strictly, as Graph does: what it doesn't know, it
// refuses.
func (q *request) decode(into any) error {
	d := json.NewDecoder(bytes.NewReader(q.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return graphRefused(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return nil
}
