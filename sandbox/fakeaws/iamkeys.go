package fakeaws

import (
	"slices"
	"time"

	"rekey/sandbox/world"
)

// The states of a key, in AWS's words. A key that was deleted has none.
const (
	active   = "Active"
	inactive = "Inactive"
)

const (
	maxKeys     = 2 // of a user, whatever their state
	keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// An accessKey remembers what it was when, since IAM notices late.
type accessKey struct {
	id, secret string
	created    time.Time
	changes    []keyChange // oldest first
	uses       []keyUse    // oldest first
}

type keyChange struct {
	since  time.Time
	status string // empty: deleted
}

type keyUse struct {
	at              time.Time
	service, region string
}

func (k *accessKey) status(at time.Time) string {
	for _, c := range slices.Backward(k.changes) {
		if !c.since.After(at) {
			return c.status
		}
	}
	return ""
}

func (k *accessKey) become(status string, now time.Time) {
	k.changes = append(k.changes, keyChange{now, status})
}

// lastUse is the latest use that was over at a moment; it is zero if there was
// none.
func (k *accessKey) lastUse(at time.Time) keyUse {
	for _, u := range slices.Backward(k.uses) {
		if !u.at.After(at) {
			return u
		}
	}
	return keyUse{}
}

// used remembers a use, and no more of them than a sandbox can have between
// two looks.
func (k *accessKey) used(at time.Time, service, region string) {
	k.uses = append(k.uses, keyUse{at, service, region})
	if extra := len(k.uses) - 1000; extra > 0 {
		k.uses = slices.Delete(k.uses, 0, extra)
	}
}

// mint gives a user another key.
func (f *Fake) mint(u *user, created time.Time) *accessKey {
	k := &accessKey{
		id: "AKIA" + world.Random(16, keyAlphabet), secret: world.Random(40, world.Alphanumeric+"+/"),
		created: created, changes: []keyChange{{created, active}},
	}
	u.keys = append(u.keys, k)
	f.w.Values.Add("secret access key "+k.id+" of "+u.Name, k.secret)
	return k
}
