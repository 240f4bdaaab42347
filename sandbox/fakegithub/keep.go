package fakegithub

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"time"
)

// kept is what GitHub holds, in JSON. What a workflow does to the world, the
// keys that seal secrets and the rate limits aren't in it.
type kept struct {
	LastID  int64
	Users   []keptUser
	Apps    []keptApp
	Repos   []keptRepo
	Tokens  []keptToken
	Runs    []keptRun
	ListLag time.Duration
}

type keptUser struct {
	ID          int64
	Login, Kind string
	Created     time.Time
}

type keptApp struct {
	App  App
	Keys []keptAppKey
}

type keptAppKey struct {
	AppKey
	Public []byte // PKCS #1
}

type keptRepo struct {
	ID        int64
	Name      string
	Private   bool
	Branch    string
	Created   time.Time
	Secrets   []keptSecret
	Workflows []keptWorkflow
	Labels    []string
	Issues    []keptIssue
}

type keptIssue struct {
	IssueView
	ID               int64
	Updated          time.Time
	Outside, Deleted bool
	Moved            string
	Pull             bool
}

type keptSecret struct {
	Name, Value      string
	Created, Updated time.Time
}

type keptWorkflow struct {
	File    string
	ID      int64
	Created time.Time
	Runs    int
	Fates   []string
}

type keptToken struct {
	ID                         int64
	Name, Owner, Value         string
	Minted                     int
	Expires, LastUsed, Created time.Time
	Revoked                    bool
	Permissions                map[string]string
	Repos                      []string
	App                        int64 // 0: a personal access token
}

type keptRun struct {
	ID                  int64
	Repo, File          string
	Number              int
	Event, Actor, Title string
	Created, Born       time.Time
	Attempts            []keptAttempt
}

type keptAttempt struct {
	Number                   int
	By                       string
	JobIDs                   [2]int64
	Status, Conclusion, Job  string
	Fate                     string
	Copies                   map[string]string
	Created, Began, Finished time.Time
}

// Memory returns all that GitHub holds.
func (f *Fake) Memory() (json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := kept{LastID: f.lastID, ListLag: f.config.ListLag}
	for _, u := range f.users {
		k.Users = append(k.Users, keptUser{u.id, u.login, u.kind, u.created})
	}
	for _, a := range f.apps {
		one := keptApp{App: *a}
		one.App.PublicKey = nil // stays as it was added
		for _, key := range a.keys {
			one.Keys = append(one.Keys, keptAppKey{key.AppKey, x509.MarshalPKCS1PublicKey(key.public)})
		}
		k.Apps = append(k.Apps, one)
	}
	for _, r := range f.repos {
		one := keptRepo{r.id, r.name, r.private, r.branch, r.created, nil, nil, r.labels, nil}
		for _, s := range r.secrets {
			one.Secrets = append(one.Secrets, keptSecret{s.name, s.value, s.created, s.updated})
		}
		for _, w := range r.workflows {
			one.Workflows = append(one.Workflows, keptWorkflow{w.File, w.id, w.created, w.runs, w.fates})
		}
		for _, x := range r.issues {
			one.Issues = append(one.Issues, keptIssue{x.IssueView, x.id, x.updated, x.outside, x.deleted, x.moved, x.pull})
		}
		k.Repos = append(k.Repos, one)
	}
	for _, t := range f.tokens {
		one := keptToken{t.id, t.name, t.owner, t.value, t.minted, t.expires, t.lastUsed, t.created, t.revoked, t.permissions, t.repos, 0}
		if t.app != nil {
			one.App = t.app.ID
		}
		k.Tokens = append(k.Tokens, one)
	}
	for _, r := range f.runs {
		one := keptRun{r.id, r.repo.name, r.workflow.File, r.number, r.event, r.actor, r.title, r.created, r.born, nil}
		for _, a := range r.attempts {
			one.Attempts = append(one.Attempts, keptAttempt{
				a.number, a.by, a.jobIDs, a.status, a.conclusion, a.job, a.fate, a.copies, a.created, a.began, a.finished,
			})
		}
		k.Runs = append(k.Runs, one)
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("writing down GitHub: %w", err)
	}
	return text, nil
}

// Recall replaces all that GitHub holds by what Memory returned. Its Apps,
// repositories and workflows have to be there already, since what a run does
// isn't in it. Runs that were under way begin anew.
func (f *Fake) Recall(text json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("reading GitHub: %w", err)
	}
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	f.lastID, f.config.ListLag = k.LastID, k.ListLag
	f.users, f.tokens, f.limits = nil, nil, map[string]*allowance{}
	for _, u := range k.Users {
		f.users = append(f.users, &user{u.ID, u.Login, u.Kind, u.Created})
	}
	for _, a := range k.Apps {
		if err := f.recallApp(a); err != nil {
			return err
		}
	}
	for _, r := range k.Repos {
		if err := f.recallRepo(r); err != nil {
			return err
		}
	}
	for _, t := range k.Tokens {
		one := &token{t.ID, t.Name, t.Owner, t.Value, t.Minted, t.Expires, t.LastUsed, t.Created, t.Revoked, t.Permissions, t.Repos, nil}
		if t.App != 0 {
			var err error
			if one.app, err = f.appNumbered(t.App); err != nil {
				return err
			}
		}
		f.tokens = append(f.tokens, one)
	}
	return f.recallRuns(k.Runs)
}

func (f *Fake) recallApp(k keptApp) error {
	a, err := f.appNumbered(k.App.ID)
	if err != nil {
		return err
	}
	a.Permissions, a.Repos, a.keys = k.App.Permissions, k.App.Repos, nil
	for _, key := range k.Keys {
		var public *rsa.PublicKey
		if public, err = x509.ParsePKCS1PublicKey(key.Public); err != nil {
			return fmt.Errorf("reading a key of the App %s: %w", a.Slug, err)
		}
		a.keys = append(a.keys, &appKey{key.AppKey, public})
	}
	return nil
}

func (f *Fake) recallRepo(k keptRepo) error {
	r, err := f.existing(k.Name)
	if err != nil {
		return err
	}
	r.id, r.private, r.branch, r.created = k.ID, k.Private, k.Branch, k.Created
	r.secrets, r.labels, r.issues = nil, k.Labels, nil
	for _, x := range k.Issues {
		r.issues = append(r.issues, &issue{x.IssueView, x.ID, x.Updated, x.Outside, x.Deleted, x.Moved, x.Pull})
	}
	for _, s := range k.Secrets {
		r.secrets = append(r.secrets, &actionsSecret{s.Name, s.Value, s.Created, s.Updated})
	}
	for _, w := range k.Workflows {
		_, there, err := f.existingWorkflow(k.Name, w.File)
		if err != nil {
			return err
		}
		there.id, there.created, there.runs, there.fates = w.ID, w.Created, w.Runs, w.Fates
	}
	return nil
}

func (f *Fake) recallRuns(runs []keptRun) error {
	f.runs = nil
	for _, k := range runs {
		in, w, err := f.existingWorkflow(k.Repo, k.File)
		if err != nil {
			return err
		}
		r := &run{k.ID, in, w, k.Number, k.Event, k.Actor, k.Title, k.Created, k.Born, nil}
		for _, a := range k.Attempts {
			r.attempts = append(r.attempts, &attempt{
				a.Number, a.By, a.JobIDs, a.Status, a.Conclusion, a.Job, a.Fate, a.Copies, a.Created, a.Began, a.Finished, nil,
			})
		}
		if len(r.attempts) == 0 {
			return fmt.Errorf("the run %d of %s was never tried", k.ID, k.File)
		}
		f.runs = append(f.runs, r)
		f.schedule(r, r.latest())
	}
	return nil
}
