package stage

import (
	"fmt"
	"slices"

	"rekey/sandbox/fakegithub"
)

// A part is what the stage has beside the CI user's tokens: a kind of
// credential with its secrets, its workflows and its beginnings, in a file of
// its own.
type part struct {
	secrets   []string           // in Secrets Manager; the part's seed adds them
	readable  []string           // those that the bot may read, by their label
	managed   []string           // in Secrets Manager, written by Terraform alone; the bot may read AWSCURRENT
	writable  []string           // those that the bot may write
	merged    []string           // those of which the bot writes one field: it may read what was staged and what is current
	fills     []fakegithub.Copy  // what the workflow Resources copies of them
	workflows []workflowIn       // what uses them
	seed      func(*Stage) error // called once the fakes listen; nil: nothing to do

	// What the bot and the team's engineers may do at AWS beside that; nil:
	// nothing.
	botMay, engineerMay func(operation, resource string) bool

	// personMay is what one of the people may beside that; nil: nothing.
	personMay func(handle, operation, resource string) bool
}

// A workflowIn is a workflow of a repository. alive, if not nil, judges the
// Actions secret that it uses, and does is what else it does.
type workflowIn struct {
	repo     string
	workflow fakegithub.Workflow
	alive    func(s *Stage, value string) bool
	does     func(s *Stage) bool
}

// parts are all of them.
func parts() []part { return []part{webhooks(), pagerDuty(), entraID(), githubApp(), iamUsers()} }

// collect puts together what the parts have of one kind.
func collect[T any](of func(part) []T) []T {
	var out []T
	for _, p := range parts() {
		out = append(out, of(p)...)
	}
	return out
}

func (s *Stage) seedParts() error {
	for _, one := range collect(func(p part) []workflowIn { return p.workflows }) {
		if one.alive != nil {
			one.workflow.Alive = func(value string) bool { return one.alive(s, value) }
		}
		if one.does != nil {
			one.workflow.Does = func() bool { return one.does(s) }
		}
		if err := s.GitHub.AddWorkflow(one.repo, one.workflow); err != nil {
			return fmt.Errorf("adding %s: %w", one.workflow.File, err)
		}
	}
	for _, p := range parts() {
		if p.seed == nil {
			continue
		}
		if err := p.seed(s); err != nil {
			return err
		}
	}
	return nil
}

// readable lists the secrets that the bot may read.
func readable() []string {
	return slices.Concat(Tokens(), collect(func(p part) []string { return p.readable }))
}

// managed lists the secrets that Terraform alone writes.
func managed() []string { return collect(func(p part) []string { return p.managed }) }

// writable lists the secrets that the bot may write.
func writable() []string { return collect(func(p part) []string { return p.writable }) }

// mayBeside is what the parts allow to somebody beside the secrets.
func mayBeside(of func(part) func(operation, resource string) bool) func(operation, resource string) bool {
	var all []func(operation, resource string) bool
	for _, p := range parts() {
		all = append(all, of(p))
	}
	return anyOf(all...)
}

// WorkflowFiles lists the files of all workflows, the one that fills the copies
// first.
func WorkflowFiles() []string {
	files := []string{Resources, "new-environment.yml", "format-code.yml", "ami_cleanup.yml"}
	for _, one := range collect(func(p part) []workflowIn { return p.workflows }) {
		files = append(files, one.workflow.File)
	}
	return files
}

// repoOfPart is RepoOf for the workflows of the parts.
func repoOfPart(file string) (string, bool) {
	for _, one := range collect(func(p part) []workflowIn { return p.workflows }) {
		if one.workflow.File == file {
			return one.repo, true
		}
	}
	return "", false
}
