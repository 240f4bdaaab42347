package fakegithub

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/nacl/box"
)

// A SecretView is one Actions secret as GitHub shows it: never its value.
type SecretView struct {
	Name             string
	Created, Updated time.Time
}

type actionsSecret struct {
	name, value      string
	created, updated time.Time
}

// A sealingKey is the key pair of a repository: people seal secrets with the
// public half, and only GitHub opens them.
type sealingKey struct {
	id              string
	public, private *[32]byte
}

func newSealingKey(seed int64) sealingKey {
	public, private, err := box.GenerateKey(rand.Reader)
	if err != nil {
		panic("fakegithub: no randomness: " + err.Error())
	}
	return sealingKey{strconv.FormatInt(568250167242549743+seed, 10), public, private}
}

// SetSecret gives a repository an Actions secret, as somebody did long ago or
// does by hand. Its updated date moves to now.
func (f *Fake) SetSecret(repo, name, value string) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	r, err := f.existing(repo)
	if err != nil {
		return err
	}
	f.store(r, name, value)
	return nil
}

// Secrets returns a repository's Actions secrets by name.
func (f *Fake) Secrets(repo string) []SecretView {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.repoNamed(repo)
	if r == nil {
		return nil
	}
	var out []SecretView
	for _, s := range r.secrets {
		out = append(out, SecretView{s.name, s.created, s.updated})
	}
	return out
}

// SecretValue is what a run would get, which GitHub shows to nobody: for tests.
func (f *Fake) SecretValue(repo, name string) (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.repoNamed(repo); r != nil {
		if s := r.secret(name); s != nil {
			return s.value, true
		}
	}
	return "", false
}

func (r *repo) secret(name string) *actionsSecret {
	i := slices.IndexFunc(r.secrets, func(s *actionsSecret) bool { return s.name == strings.ToUpper(name) })
	if i < 0 {
		return nil
	}
	return r.secrets[i]
}

// store sets a secret and tells whether it is new.
func (f *Fake) store(r *repo, name, value string) bool {
	name = strings.ToUpper(name)
	f.w.Values.Add("Actions secret "+name+" of "+r.name, value)
	if s := r.secret(name); s != nil {
		s.value, s.updated = value, f.now()
		return false
	}
	r.secrets = append(r.secrets, &actionsSecret{name, value, f.now(), f.now()})
	slices.SortFunc(r.secrets, func(a, b *actionsSecret) int { return strings.Compare(a.name, b.name) })
	return true
}

func (s *actionsSecret) shape() object {
	return object{"name": s.name, "created_at": at(s.created), "updated_at": at(s.updated)}
}

func (f *Fake) listSecrets(q *request) (int, any, error) {
	shapes := []object{}
	for _, s := range q.repo.secrets {
		shapes = append(shapes, s.shape())
	}
	return http.StatusOK, object{"total_count": len(shapes), "secrets": q.page(shapes)}, nil
}

func (f *Fake) readSecret(q *request) (int, any, error) {
	s := q.repo.secret(q.PathValue("secret"))
	if s == nil {
		return 0, nil, notFound
	}
	return http.StatusOK, s.shape(), nil
}

func (f *Fake) readPublicKey(q *request) (int, any, error) {
	return http.StatusOK, object{"key_id": q.repo.key.id, "key": base64.StdEncoding.EncodeToString(q.repo.key.public[:])}, nil
}

var secretName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// putSecret opens the sealed box, as GitHub does:
// https://docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api.
func (f *Fake) putSecret(q *request) (int, any, error) {
	var in struct {
		EncryptedValue string `json:"encrypted_value"`
		KeyID          string `json:"key_id"`
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	name := strings.ToUpper(q.PathValue("secret"))
	if !secretName.MatchString(name) || strings.HasPrefix(name, "GITHUB_") {
		return 0, nil, unprocessable("Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).")
	}
	if in.KeyID != q.repo.key.id {
		return 0, nil, unprocessable("The key_id is not the repository's current public key.")
	}
	sealed, err := base64.StdEncoding.DecodeString(in.EncryptedValue)
	if err != nil {
		return 0, nil, unprocessable("encrypted_value is not base64.")
	}
	value, ok := box.OpenAnonymous(nil, sealed, q.repo.key.public, q.repo.key.private)
	if !ok || len(value) > 48*1024 {
		return 0, nil, unprocessable("encrypted_value can't be decrypted, or is larger than 48 KB.")
	}
	q.call.Applied = true
	if f.store(q.repo, name, string(value)) {
		return http.StatusCreated, object{}, nil
	}
	return http.StatusNoContent, nil, nil
}

func (f *Fake) deleteSecret(q *request) (int, any, error) {
	s := q.repo.secret(q.PathValue("secret"))
	if s == nil {
		return 0, nil, notFound
	}
	q.repo.secrets = slices.DeleteFunc(q.repo.secrets, func(other *actionsSecret) bool { return other == s })
	q.call.Applied = true
	return http.StatusNoContent, nil, nil
}
