package cli

import (
	"slices"
	"strings"
	"testing"
)

// A row is one row of the catalogue, rotated from start to end: what people do,
// and what changes because of it.
type row struct {
	name      string // of the test
	secret    string // what follows /rotate
	catalogue string // one of catalogues; empty: the embedded one
	people    string // what they do then, as in a conversation

	// effects are all that Rekey changes, in order at each provider. Slack's
	// messages come whenever the cards get to it, so they needn't be all.
	effects []effect

	// byPeople counts what people change at the providers themselves.
	byPeople map[string]int // by provider and method: "aws PutSecretValue"

	// remade is what Rekey has made and can't deliver if it dies in between: it
	// ends that one and has another made. By the method that makes it, those
	// that end it.
	remade map[string][]string
}

func (r *row) says() string { return "starter> /rotate " + r.secret + r.people }

// byPut is what people change where they save the new value with rekey put.
var byPut = map[string]int{"aws PutSecretValue": 1}

// The rows of one token, without overlap and side by side.
var (
	regeneratedRow = row{name: "regenerated", secret: "github_ci_user_pat", people: regenerate, effects: regenerated, byPeople: byPut}
	sideBySideRow  = row{name: "side by side", secret: "github_ci_user_pat", catalogue: "side-by-side", people: secondToken, effects: besides, byPeople: byPut}
	tokenRows      = []row{regeneratedRow, sideBySideRow}
)

// The other tokens of the same user, by the same runbook.
var siblingRows = []row{
	{
		name: "environments repo", secret: "github_ci_user_environments_repo_pat", byPeople: byPut,
		people: strings.NewReplacer("github_ci_user_pat", "github_ci_user_environments_repo_pat", "new-environment.yml", "ami_cleanup.yml",
			"GitHub MP CI User PAT", "GitHub MP CI User Environments Repo PAT").Replace(regenerate),
		effects: []effect{
			{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
			{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
			{"the workflow is started", "github", "POST dispatch", 1},
		},
	},
	{
		name: "multirepo", secret: "modernisation_pat_multirepo", byPeople: byPut,
		people: strings.NewReplacer("github_ci_user_pat", "modernisation_pat_multirepo", "#platform | Waiting for a run of new-environment.yml\nsettle> 300ms\ngithub> new-environment.yml runs\n", "",
			"GitHub MP CI User PAT", "Modernisation PAT MultiRepo").Replace(regenerate),
		effects: []effect{
			{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
			{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
			{"the workflow is started", "github", "POST dispatch", 1},
			{"a consumer is started", "github", "POST dispatch", 2},
		},
	},
}

// rows are all rows that are rotated; each kind of credential has a file.
func rows() []row {
	return slices.Concat(tokenRows, siblingRows, entraRows, webhookRows, pagerDutyRows, keyRows, passwordRows, emergencyRows)
}

// Every row that can be rotated is, from start to end, and the journals of the
// providers show each change once and in order.
func TestEveryRowIsRotated(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, false, catalogues(t)[r.from()])
			w.play(r.name, []byte(r.says()))
			for _, fault := range r.judge(w.stage.World.Journal.Calls()) {
				t.Error(fault)
			}
			if t.Failed() {
				t.Log(calls(w.stage.World.Journal.Calls()))
			}
		})
	}
}

// The same with the bot killed as soon as a provider has done what it was
// asked for, at every change.
func TestEveryRowSurvivesAKillAfterEachChange(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		if slices.ContainsFunc(tokenRows, func(known row) bool { return known.name == r.name }) {
			continue // they meet more than that in TestARotationSurvivesAKillAtEveryEffect
		}
		run := chaos{row: r}
		for _, e := range r.effects {
			run.points = append(run.points, point{e, []string{""}})
		}
		t.Run(r.name, run.test)
	}
}

// from is the name of its catalogue.
func (r *row) from() string {
	if r.catalogue == "" {
		return "embedded"
	}
	return r.catalogue
}

// Whatever the catalogue lets people rotate is among the rows.
func TestNoRowIsForgotten(t *testing.T) {
	book, err := loadCatalogue("", embedded(t), anyHandle())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range book.Secrets {
		known := func(r row) bool { return r.secret == s.Name || s.Of != "" && strings.HasPrefix(r.secret, s.Of+" ") }
		if s.Exempt == nil && !slices.ContainsFunc(rows(), known) {
			t.Errorf("nobody rotates %s", s.Name)
		}
	}
}
