package steps_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// What people do outside, and how far a rotation gets by it.

// within tells a story in a bubble, where time is fake.
func within(t *testing.T, name string, story func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, story) })
}

// makes a new token, which ends another one if it is regenerated.
func (t *town) makes(value, instead string) *token {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	if old := t.tokens[instead]; old != nil {
		old.dead = true
	}
	t.tokens[value] = &token{login: "modernisation-platform-ci", expires: t.now().AddDate(0, 6, 0)}
	return t.tokens[value]
}

// put stages a value under the version id that the rotation reserved.
func (t *town) put(value string) string {
	version := t.r().Reserved()
	t.stage(version, value)
	t.pass(6 * time.Second)
	return version
}

func (t *town) stage(version, value string) {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	s := t.secrets[name]
	s.values[version], s.created[version], s.labels[rotation.Pending] = value, t.now(), version
}

// save saves a value in the console, where it is current at once.
func (t *town) save(version, value string) {
	t.world.mu.Lock()
	s := t.secrets[name]
	s.values[version], s.created[version] = value, t.now()
	s.labels[rotation.Previous], s.labels[rotation.Current] = s.labels[rotation.Current], version
	t.world.mu.Unlock()
	t.pass(6 * time.Second)
}

func (t *town) label(label string) string {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	return t.secrets[name].labels[label]
}

func (t *town) approve() {
	t.Helper()
	t.at("approve", rotation.Open)
	t.press(rotation.Approve, bea, "")
}

// ends ends the newest run; a successful one has written the copies.
func (t *town) ends(conclusion string, jobs ...rotation.Job) {
	t.world.mu.Lock()
	r := t.runs[len(t.runs)-1]
	r.Status, r.Conclusion, r.Updated, r.jobs = "completed", conclusion, t.second(), jobs
	if conclusion == "success" && r.file == "terraform-github.yml" {
		s := t.secrets[name]
		for _, c := range t.copies {
			*c = copied{t.second(), s.values[s.labels[rotation.Current]]}
		}
	}
	t.world.mu.Unlock()
	t.pass(6 * time.Second)
}

// consumer is a run of the workflow that uses the token, with its one job.
func (t *town) consumer(conclusion string, attempt int) {
	t.world.mu.Lock()
	r := t.begin(platform, "new-environment.yml", "push", "somebody")
	r.Attempt = attempt
	t.world.mu.Unlock()
	t.ends("success", rotation.Job{Name: "create-environment", Conclusion: conclusion})
}

// promoting is a town without overlap whose new token was put and accepted; the
// workflow that fills the copies has just been started.
func promoting(t *testing.T, edits ...string) *town {
	town := visit(t, edits...)
	town.approve()
	town.at("regenerate", rotation.Open)
	town.makes("fresh", "old")
	town.pass(time.Minute)
	town.put("fresh")
	return town
}

// copied is a town that waits for another workflow.
func using(t *testing.T, edits ...string) *town {
	town := promoting(t, edits...)
	town.at("run", rotation.Open)
	town.pass(time.Minute)
	town.ends("success")
	town.at("used", rotation.Open)
	return town
}

// revoking is a side-by-side town in which all is done but the end of the old
// token, which is kept for an hour.
func revoking(t *testing.T, edits ...string) *town {
	town := visit(t, append(sideBySide, edits...)...)
	town.at("create", rotation.Open)
	town.makes("fresh", "")
	town.put("fresh")
	town.approve()
	town.at("run", rotation.Open)
	town.pass(time.Minute)
	town.ends("success")
	town.pass(time.Minute)
	town.consumer("success", 1)
	town.at("revoke", rotation.Open)
	return town
}
