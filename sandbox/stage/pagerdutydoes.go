package stage

import (
	"errors"
	"fmt"
	"slices"

	"rekey/sandbox/fakepagerduty"
)

// MakeUserToken gives a person an API key of their own at PagerDuty, for the
// secret that holds one. Its value is on the clipboard, and returned.
func (s *Stage) MakeUserToken(handle, name string) (string, error) {
	mail, ok := Mail(handle)
	if !ok {
		return "", fmt.Errorf("PagerDuty has no user %s", handle)
	}
	id, value := s.PagerDuty.AddUserToken(mail, name)
	s.madeToken(PagerDutyUserToken, id, value)
	return value, nil
}

// MakeAccountToken gives the account an API key, which only somebody of
// Operations Engineering may. Its value is on the clipboard, and returned.
func (s *Stage) MakeAccountToken(handle, name string) (string, error) {
	if handle != Ops {
		return "", errors.New("only Operations Engineering makes keys of the account: ask in #ask-operations-engineering")
	}
	id, value := s.PagerDuty.AddAccountToken(person{handle: Ops}.mail(), name, false)
	s.madeToken(PagerDutyToken, id, value)
	return value, nil
}

// CopyForeignToken puts an API key of another account of PagerDuty on the
// clipboard, as somebody does who took the wrong one.
func (s *Stage) CopyForeignToken() {
	value := s.PagerDuty.AddForeignToken("other-agency", "terraform")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copied(PagerDutyToken, value)
}

func (s *Stage) madeToken(secret, id, value string) {
	s.mu.Lock()
	s.copied(secret, value)
	s.mu.Unlock()
	s.pd.mu.Lock()
	defer s.pd.mu.Unlock()
	s.pd.tokens[secret] = append(s.pd.tokens[secret], id)
}

// RevokeToken deletes an API key at PagerDuty: a person's own, or any if they
// are of Operations Engineering.
func (s *Stage) RevokeToken(handle, id string) error {
	mail, _ := Mail(handle)
	mine := slices.ContainsFunc(s.PagerDuty.Tokens(mail), func(t fakepagerduty.TokenView) bool { return t.ID == id })
	if !mine && handle != Ops {
		return errors.New("a key is deleted by its owner, or by Operations Engineering")
	}
	return s.PagerDuty.Revoke(id)
}

// DeleteOldPagerDutyToken deletes the oldest key of a secret that is there,
// unless it is the only one.
func (s *Stage) DeleteOldPagerDutyToken(handle, secret string) error {
	return s.deleteToken(handle, secret, func([]string) int { return 0 })
}

// DeleteNewPagerDutyToken deletes the newest key of a secret, unless it is the
// only one.
func (s *Stage) DeleteNewPagerDutyToken(handle, secret string) error {
	return s.deleteToken(handle, secret, func(ids []string) int { return len(ids) - 1 })
}

func (s *Stage) deleteToken(handle, secret string, which func([]string) int) error {
	s.pd.mu.Lock()
	ids := slices.Clone(s.pd.tokens[secret])
	s.pd.mu.Unlock()
	if len(ids) < 2 {
		return fmt.Errorf("%s has no second key at PagerDuty, so none is old or new", secret)
	}
	id := ids[which(ids)]
	if err := s.RevokeToken(handle, id); err != nil {
		return err
	}
	s.pd.mu.Lock()
	defer s.pd.mu.Unlock()
	s.pd.tokens[secret] = slices.DeleteFunc(ids, func(one string) bool { return one == id })
	return nil
}

// MarkForReplacement changes what the next run of PagerDuty's Terraform
// destroys and creates again: integrations, by the names of their keys. The
// names replace those that were marked before.
func (s *Stage) MarkForReplacement(names ...string) error {
	for _, name := range names {
		if !slices.Contains(PagerDutyKeyNames(), name) {
			return fmt.Errorf("there is no integration %s in Terraform", name)
		}
	}
	s.pd.mu.Lock()
	clear(s.pd.marked)
	for _, name := range names {
		s.pd.marked[name] = true
	}
	s.pd.mu.Unlock()
	s.World.Changed()
	return nil
}

// ReplaceByHand destroys an integration and creates it again on PagerDuty's own
// pages, by the name of its key. Until Terraform runs, the secret has the dead
// key.
func (s *Stage) ReplaceByHand(name string) error {
	s.pd.mu.Lock()
	defer s.pd.mu.Unlock()
	id, err := s.PagerDuty.Replace(s.pd.ids[name])
	if err != nil {
		return err
	}
	s.pd.ids[name] = id
	return nil
}

// A KeyView is one integration as Terraform knows it.
type KeyView struct {
	Key    string // its name in the secret
	Owner  fakepagerduty.OwnerView
	Marked bool     // the next run replaces it
	Stale  []string // the files of consumers whose copy of the key no longer works
}

// IntegrationKeys lists the integrations of the secret, in Terraform's order.
func (s *Stage) IntegrationKeys() []KeyView {
	owners := s.PagerDuty.Owners()
	s.pd.mu.Lock()
	defer s.pd.mu.Unlock()
	var out []KeyView
	for _, name := range PagerDutyKeyNames() {
		at := slices.IndexFunc(owners, func(o fakepagerduty.OwnerView) bool { return o.ID == s.pd.owners[name] })
		view := KeyView{Key: name, Owner: owners[at], Marked: s.pd.marked[name]}
		for _, file := range []string{"cooker.yml", "sprinkler.yml"} {
			alive := slices.ContainsFunc(view.Owner.Integrations, func(i fakepagerduty.IntegrationView) bool { return i.Key == s.pd.copies[file][name] })
			if !alive {
				view.Stale = append(view.Stale, file)
			}
		}
		out = append(out, view)
	}
	return out
}
