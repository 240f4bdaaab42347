package fakeaws

import (
	"errors"
	"net/http"
	"net/url"

	"rekey/sandbox/world"
)

// CreateKey, SetKey, DeleteKey and DeleteUser are what a person does in IAM's console. The
// journal shows them as the API's calls by caller, an access key id that
// AddIdentity knows, and AWS's refusals are the same.

// CreateKey gives a user another key and returns both of its halves.
func (f *Fake) CreateKey(caller, user string) (id, secret string, err error) {
	result, err := f.console(caller, "CreateAccessKey", url.Values{"UserName": {user}})
	if err != nil {
		return "", "", err
	}
	made, ok := result.(struct{ AccessKey keyXML })
	if !ok {
		return "", "", errors.New("IAM made no key")
	}
	return made.AccessKey.AccessKeyId, made.AccessKey.SecretAccessKey, nil
}

// SetKey activates or deactivates a user's key.
func (f *Fake) SetKey(caller, user, keyID string, isActive bool) error {
	status := inactive
	if isActive {
		status = active
	}
	_, err := f.console(caller, "UpdateAccessKey", url.Values{"UserName": {user}, "AccessKeyId": {keyID}, "Status": {status}})
	return err
}

// DeleteKey deletes a user's key for good.
func (f *Fake) DeleteKey(caller, user, keyID string) error {
	_, err := f.console(caller, "DeleteAccessKey", url.Values{"UserName": {user}, "AccessKeyId": {keyID}})
	return err
}

// DeleteUser deletes a user without keys.
func (f *Fake) DeleteUser(caller, user string) error {
	_, err := f.console(caller, "DeleteUser", url.Values{"UserName": {user}})
	return err
}

func (f *Fake) console(caller, action string, form url.Values) (any, error) {
	const version = "2010-05-08"
	form.Set("Action", action)
	form.Set("Version", version)
	call := world.Call{At: f.w.Now(), Provider: provider, Caller: caller, Status: http.StatusOK}
	f.about(&call, form)
	f.mu.Lock()
	identity, known := f.identities[caller]
	var result any
	err := error(stranger)
	if known {
		result, err = f.ask(queryServices[version], &query{form, principal{Identity: identity}, &call})
	}
	f.mu.Unlock()
	var refused *refusal
	if errors.As(err, &refused) {
		call.Status = refused.queryStatus()
	}
	f.w.Journal.Record(call)
	f.w.Changed()
	return result, err
}
