package fakeaws

import (
	"maps"
	"slices"
	"time"

	"rekey/sandbox/world"
)

// Save is what a person does in the console with "Edit secret value": a new
// version becomes AWSCURRENT at once. The journal shows it as UpdateSecret by
// caller. It refuses what AWS refuses: no such secret, one that awaits
// deletion, a value that is empty or too long, and what the caller's policy
// doesn't allow, if caller is an access key id that AddIdentity knows.
func (f *Fake) Save(caller, name, value string) error {
	f.mu.Lock()
	in := &input{SecretId: name, SecretString: &value, ClientRequestToken: newUUID()}
	call := world.Call{At: f.w.Now(), Provider: provider, Method: "UpdateSecret", Resource: name, Token: in.ClientRequestToken, Caller: caller, Status: 200}
	var err error
	if identity, known := f.identities[caller]; known {
		err = f.authorise(principal{Identity: identity}, caller, "UpdateSecret", in)
	}
	if err == nil {
		err = in.check("UpdateSecret")
	}
	if err == nil {
		_, err = f.updateSecret(in, &call)
	}
	if refused, is := err.(*refusal); is {
		call.Status, err = 400, refused.inJSON()
	}
	f.mu.Unlock()
	f.w.Journal.Record(call)
	f.w.Changed()
	return err
}

// Backdate makes a secret and all its versions older by age, as if they had
// been made that much earlier.
func (f *Fake) Backdate(name string, age time.Duration) {
	f.edit(name, func(s *secret) {
		s.created = s.created.Add(-age)
		f.change(s, func(st *state) {
			for i := range st.versions {
				st.versions[i].created = st.versions[i].created.Add(-age)
			}
			st.changed = st.changed.Add(-age)
		})
	})
}

// Tag gives a secret these tags and no others.
func (f *Fake) Tag(name string, tags map[string]string) {
	f.edit(name, func(s *secret) {
		f.change(s, func(st *state) {
			st.tags = nil
			for _, key := range slices.Sorted(maps.Keys(tags)) {
				st.tags = append(st.tags, tag{key, tags[key]})
			}
		})
	})
}

// ScheduleDeletion marks a secret for deletion in thirty days, if it exists:
// its value can't be read or written until Restore.
func (f *Fake) ScheduleDeletion(name string) {
	f.edit(name, func(s *secret) {
		f.change(s, func(st *state) { st.deletion = f.w.Now().AddDate(0, 0, 30) })
	})
}

// Restore takes back a scheduled deletion.
func (f *Fake) Restore(name string) {
	f.edit(name, func(s *secret) {
		f.change(s, func(st *state) { st.deletion = time.Time{} })
	})
}

// DenyKMS makes KMS refuse the secret's key to everybody: reading its value
// and writing a new one fail, its description doesn't.
func (f *Fake) DenyKMS(name string, denied bool) {
	f.edit(name, func(s *secret) { s.kmsDenied = denied })
}

// DisableKMS switches the secret's key off: a value can be neither decrypted
// nor encrypted.
func (f *Fake) DisableKMS(name string, disabled bool) {
	f.edit(name, func(s *secret) { s.kmsDisabled = disabled })
}

func (f *Fake) edit(name string, do func(*secret)) {
	f.mu.Lock()
	if s := f.byName(name); s != nil {
		do(s)
	}
	f.mu.Unlock()
	f.w.Changed()
}
