package fakegithub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An AppKey is a private key of an App as its owners see it: all but the key.
type AppKey struct {
	ID          int64
	Fingerprint string // of its public half, as GitHub shows it
	Created     time.Time
}

type appKey struct {
	AppKey
	public *rsa.PublicKey
}

// keyBits is the size of the keys that GitHub makes.
const keyBits = 2048

// NewPrivateKey makes a private key, as GitHub does when one is generated.
func NewPrivateKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }

// GenerateAppKey gives an App another private key and returns it in PEM, which
// GitHub shows this once. The others stay alive.
func (f *Fake) GenerateAppKey(app int64) (AppKey, string, error) {
	key, err := NewPrivateKey()
	if err != nil {
		return AppKey{}, "", fmt.Errorf("generating a private key: %w", err)
	}
	return f.AddAppKey(app, key)
}

// AddAppKey is GenerateAppKey with a key that is there already.
func (f *Fake) AddAppKey(app int64, key *rsa.PrivateKey) (AppKey, string, error) {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	a, err := f.appNumbered(app)
	if err != nil {
		return AppKey{}, "", err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return AppKey{}, "", fmt.Errorf("encoding the public key: %w", err)
	}
	sum := sha256.Sum256(public)
	made := &appKey{AppKey{f.nextID(), "SHA256:" + base64.StdEncoding.EncodeToString(sum[:]), f.now()}, &key.PublicKey}
	a.keys = append(a.keys, made)
	text := strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	f.w.Values.Add("private key "+strconv.FormatInt(made.ID, 10)+" of the App "+a.Slug, text)
	return made.AppKey, text, nil
}

// AppKeys lists the private keys of an App, oldest first.
func (f *Fake) AppKeys(app int64) []AppKey {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.appNumbered(app)
	if err != nil {
		return nil
	}
	var out []AppKey
	for _, k := range a.keys {
		out = append(out, k.AppKey)
	}
	return out
}

// DeleteAppKey deletes a private key: what it signs is refused from now on. An
// App's only key can't be deleted.
func (f *Fake) DeleteAppKey(app, key int64) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	a, err := f.appNumbered(app)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(a.keys, func(k *appKey) bool { return k.ID == key })
	switch {
	case i < 0:
		return fmt.Errorf("the App %s has no private key %d", a.Slug, key)
	case len(a.keys) == 1:
		return errors.New("this is the App's only private key: generate another one first")
	}
	a.keys = slices.Delete(a.keys, i, i+1)
	return nil
}

func (f *Fake) appNumbered(id int64) (*App, error) {
	i := slices.IndexFunc(f.apps, func(a *App) bool { return a.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("there is no App %d", id)
	}
	return f.apps[i], nil
}

// publicKeys are those that verify what the App signs; none takes any signature.
func (a *App) publicKeys() []*rsa.PublicKey {
	var out []*rsa.PublicKey
	if a.PublicKey != nil {
		out = append(out, a.PublicKey)
	}
	for _, k := range a.keys {
		out = append(out, k.public)
	}
	return out
}

// opens tells whether a text in PEM is one of the App's private keys.
func (f *Fake) opens(app int64, text string) bool {
	a, err := f.appNumbered(app)
	block, _ := pem.Decode([]byte(text))
	if err != nil || block == nil {
		return false
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(a.publicKeys(), func(k *rsa.PublicKey) bool { return key.PublicKey.Equal(k) })
}
