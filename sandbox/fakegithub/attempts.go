package fakegithub

import "time"

// The states of an attempt.
const (
	queued     = "queued"
	inProgress = "in_progress"
	completed  = "completed"
)

// An attempt is one go at a run. It lives by real timers: queued for a fifth of
// its workflow's duration, then in progress, then completed.
type attempt struct {
	number     int
	by         string // whose doing it is
	jobIDs     [2]int64
	status     string
	conclusion string // of the run, once completed
	job        string // the conclusion of the job that matters
	fate       string
	copies     map[string]string // the Actions secrets that it works with, as of its creation
	created    time.Time
	began      time.Time
	finished   time.Time
	timers     []*time.Timer
}

func (a *attempt) stop() {
	for _, t := range a.timers {
		t.Stop()
	}
}

// updated is when the attempt last changed.
func (a *attempt) updated() time.Time {
	for _, t := range []time.Time{a.finished, a.began} {
		if !t.IsZero() {
			return t
		}
	}
	return a.created
}

// try makes the next attempt of r, with the secrets as they are now.
func (f *Fake) try(r *run, by string) {
	a := &attempt{number: len(r.attempts) + 1, by: by, status: queued, created: f.now(), copies: map[string]string{}}
	a.jobIDs = [2]int64{f.nextID(), f.nextID()}
	for _, name := range []string{r.workflow.SignsInWith, r.workflow.UsesSecret} {
		if s := r.repo.secret(name); s != nil {
			a.copies[name] = s.value
		}
	}
	if fates := r.workflow.fates; len(fates) > 0 {
		a.fate, r.workflow.fates = fates[0], fates[1:]
	}
	r.attempts = append(r.attempts, a)
	f.schedule(r, a)
}

// schedule lets an attempt that hasn't completed take its time from now on.
func (f *Fake) schedule(r *run, a *attempt) {
	if a.status == completed || a.fate == NeverStarts || f.closed {
		return
	}
	a.timers = []*time.Timer{
		time.AfterFunc(r.workflow.Duration/5, func() { f.later(func() { f.begin(a) }) }),
		time.AfterFunc(r.workflow.Duration, func() { f.later(func() { f.finish(r, a) }) }),
	}
}

func (f *Fake) later(do func()) {
	f.mu.Lock()
	if !f.closed {
		do()
	}
	f.mu.Unlock()
	f.w.Changed()
}

func (f *Fake) begin(a *attempt) {
	if a.status == queued {
		a.status, a.began = inProgress, f.now()
	}
}

func (f *Fake) finish(r *run, a *attempt) {
	if a.status == completed {
		return
	}
	f.begin(a)
	conclusion, job := f.outcome(r.workflow, a)
	f.conclude(a, conclusion, job)
}

func (f *Fake) conclude(a *attempt, conclusion, job string) {
	a.stop()
	if a.began.IsZero() {
		a.began = f.now()
	}
	a.status, a.conclusion, a.job, a.finished = completed, conclusion, job, f.now()
}

// outcome is what comes of an attempt that has run its time, and does what the
// run does.
func (f *Fake) outcome(w *workflow, a *attempt) (conclusion, job string) {
	switch a.fate {
	case Failure, Cancelled:
		return a.fate, a.fate
	case SkippedJob:
		return "success", "skipped"
	}
	for _, name := range []string{w.SignsInWith, w.UsesSecret} {
		if name != "" && !f.works(w, a.copies[name]) {
			return Failure, Failure
		}
	}
	if w.ReadsSecret != "" {
		if value, ok := f.config.ReadSecret(w.ReadsSecret); !ok || !f.works(w, value) {
			return Failure, Failure
		}
	}
	if !f.fill(w.FillsSecrets) || w.Does != nil && !w.Does() {
		return Failure, Failure
	}
	return "success", "success"
}

func (f *Fake) works(w *workflow, value string) bool {
	switch {
	case w.Alive != nil:
		return w.Alive(value)
	case w.App != 0:
		return f.opens(w.App, value)
	}
	t := f.live(value)
	if t != nil {
		t.lastUsed = f.now()
	}
	return t != nil
}

// fill copies AWSCURRENT, as of now, into Actions secrets. It writes nothing
// unless everything can be read.
func (f *Fake) fill(copies []Copy) bool {
	values := make([]string, len(copies))
	for i, c := range copies {
		value, ok := f.config.ReadSecret(c.Secret)
		if !ok || f.repoNamed(c.Repo) == nil {
			return false
		}
		values[i] = value
	}
	for i, c := range copies {
		r := f.repoNamed(c.Repo)
		if s := r.secret(c.Name); s == nil || s.value != values[i] {
			f.store(r, c.Name, values[i])
		}
	}
	return true
}
