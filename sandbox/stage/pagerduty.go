package stage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/fakegithub"
)

// What PagerDuty is to the team.
const (
	PagerDutySubdomain = "moj-digital-tools"

	PagerDutyToken     = "pagerduty_token"            // a key of the account
	PagerDutyUserToken = "pagerduty_userapi_token"    // a key of somebody's own
	PagerDutyKeys      = "pagerduty_integration_keys" // a JSON object, written by Terraform

	// PagerDutyTerraform is the workflow that makes services and integrations,
	// and writes their keys.
	PagerDutyTerraform = "terraform-pagerduty.yml"

	// Ops is the handle of whoever makes keys of the account.
	Ops = "ops"

	mailDomain = "@digital.justice.gov.uk"
	deadEnd    = "modernisation-platform" + mailDomain // has no person behind it
)

// pagerDutyServices are the resources in Terraform: the name of the key in the
// secret, and what it lets events into. What ends in ": events" is an event
// orchestration.
var pagerDutyServices = []struct{ key, service string }{
	{"core_alerts_cloudwatch", "Modernisation Platform core alerts"},
	{"cooker_cloudwatch", "Cooker"},
	{"sprinkler_cloudwatch", "Sprinkler"},
	{"nomis_prod_alarms", "NOMIS production"},
	{"corporate-staff-rostering-alarms", "Corporate Staff Rostering"},
	{"security_hub_alarms", "Security Hub: events"},
}

// pagerDutyState is what Terraform and the consumers remember. Its lock is
// taken under GitHub's, so that GitHub may not be called under it.
type pagerDutyState struct {
	botToken string

	mu     sync.Mutex
	ids    map[string]string            // of the integrations, by the name of the key
	owners map[string]string            // of the services and orchestrations, likewise
	tokens map[string][]string          // ids of the keys made for a secret, oldest first
	marked map[string]bool              // what the next apply replaces, by the name of the key
	copies map[string]map[string]string // what each consumer has, by its workflow's file
}

func pagerDuty() part {
	return part{
		secrets: []string{PagerDutyToken, PagerDutyUserToken}, readable: []string{PagerDutyToken, PagerDutyUserToken},
		managed: []string{PagerDutyKeys}, seed: (*Stage).seedPagerDuty,
		workflows: []workflowIn{
			{PlatformRepo, fakegithub.Workflow{File: PagerDutyTerraform, Name: "Terraform: PagerDuty resources", Job: "apply"}, nil, (*Stage).applyPagerDuty},
			{Environments, fakegithub.Workflow{File: "cooker.yml", Name: "cooker", Job: "apply"}, nil, copiesKeys("cooker.yml")},
			{Environments, fakegithub.Workflow{File: "sprinkler.yml", Name: "sprinkler", Job: "apply"}, nil, copiesKeys("sprinkler.yml")},
		},
	}
}

var ciKeyID = accessKeyID("ci")

func (s *Stage) seedPagerDuty() error {
	s.PagerDutyEventsURL = s.PagerDutyURL
	s.addIdentity(ciKeyID, fakeaws.Identity{
		Name: "Terraform", ARN: "arn:aws:sts::" + fakeaws.Account + ":assumed-role/github-actions-apply/terraform",
		Allowed: fakeaws.Only([]string{"GetSecretValue", "PutSecretValue", "UpdateSecret"}, PagerDutyToken, PagerDutyUserToken, PagerDutyKeys),
	})
	for _, p := range people {
		s.PagerDuty.AddUser(p.mail(), p.name())
	}
	s.PagerDuty.AddUser(deadEnd, "Modernisation Platform Team")
	s.PagerDuty.AuthoriseSlack(person{handle: "starter"}.mail())
	_, s.pd.botToken = s.PagerDuty.AddAccountToken(person{handle: Ops}.mail(), "rekey, read only", true)
	s.pd.ids, s.pd.owners, s.pd.tokens = map[string]string{}, map[string]string{}, map[string][]string{}
	s.pd.marked, s.pd.copies = map[string]bool{}, map[string]map[string]string{}
	account, value := s.PagerDuty.AddAccountToken(person{handle: Ops}.mail(), "modernisation-platform terraform", false)
	s.seedPagerDutyToken(PagerDutyToken, account, value)
	own, value := s.PagerDuty.AddUserToken(person{handle: "starter"}.mail(), "modernisation-platform terraform")
	s.seedPagerDutyToken(PagerDutyUserToken, own, value)
	s.seedServices()
	keys, err := s.integrationKeys()
	if err != nil {
		return err
	}
	s.AWS.AddSecret(PagerDutyKeys, keys)
	s.AWS.Backdate(PagerDutyKeys, 171*day)
	for _, file := range []string{"cooker.yml", "sprinkler.yml"} {
		if !s.copyKeys(file) {
			return errors.New("giving " + file + " its integration keys")
		}
	}
	return nil
}

func (s *Stage) seedPagerDutyToken(secret, id, value string) {
	s.pd.tokens[secret], s.values[secret] = []string{id}, []string{value}
	s.AWS.AddSecret(secret, value)
	s.AWS.Backdate(secret, 169*day)
	s.PagerDuty.Backdate(id, 169*day)
}

// seedServices makes a service for each key; an orchestration sends its events
// to the first.
func (s *Stage) seedServices() {
	first := ""
	for _, one := range pagerDutyServices {
		name, orchestration := strings.CutSuffix(one.service, ": events")
		owner, way := "", "Amazon CloudWatch"
		if orchestration {
			owner, way = s.PagerDuty.AddOrchestration(name, first), "Default integration"
		} else {
			owner = s.PagerDuty.AddService(name, person{handle: "member"}.mail(), deadEnd)
		}
		if first == "" {
			first = owner
		}
		s.pd.owners[one.key], s.pd.ids[one.key] = owner, s.PagerDuty.AddIntegration(owner, way)
	}
}

// integrationKeys is the secret as Terraform's jsonencode writes it.
func (s *Stage) integrationKeys() (string, error) {
	s.pd.mu.Lock()
	defer s.pd.mu.Unlock()
	keys := map[string]string{}
	for _, o := range s.PagerDuty.Owners() {
		for _, i := range o.Integrations {
			for name, id := range s.pd.ids {
				if id == i.ID {
					keys[name] = i.Key
				}
			}
		}
	}
	text, err := json.Marshal(keys)
	if err != nil {
		return "", fmt.Errorf("encoding the integration keys: %w", err)
	}
	return string(text), nil
}

// applyPagerDuty is a run of Terraform: it signs in with both tokens as they
// are now, links services to Slack channels with the user's, replaces what is
// marked, and writes the keys if they are others.
func (s *Stage) applyPagerDuty() bool {
	account, _ := s.AWS.Current(PagerDutyToken)
	own, _ := s.AWS.Current(PagerDutyUserToken)
	if !s.PagerDuty.Alive(account) || !s.PagerDuty.LinksToSlack(own) {
		return false
	}
	s.pd.mu.Lock()
	for name := range s.pd.marked {
		id, err := s.PagerDuty.Replace(s.pd.ids[name])
		if err != nil {
			s.pd.mu.Unlock()
			return false
		}
		s.pd.ids[name] = id
		delete(s.pd.marked, name)
	}
	s.pd.mu.Unlock()
	keys, err := s.integrationKeys()
	if err != nil {
		return false
	}
	if now, _ := s.AWS.Current(PagerDutyKeys); now == keys {
		return true
	}
	s.World.Values.Add("all integration keys of PagerDuty", keys)
	return s.AWS.Save(ciKeyID, PagerDutyKeys, keys) == nil
}

// copiesKeys is a run of a consumer's Terraform: it alerts with the keys as
// they are now, from then on.
func copiesKeys(file string) func(*Stage) bool {
	return func(s *Stage) bool { return s.copyKeys(file) }
}

func (s *Stage) copyKeys(file string) bool {
	text, _ := s.AWS.Current(PagerDutyKeys)
	keys := map[string]string{}
	if err := json.Unmarshal([]byte(text), &keys); err != nil {
		return false
	}
	s.pd.mu.Lock()
	defer s.pd.mu.Unlock()
	s.pd.copies[file] = keys
	return true
}

// PagerDutyKeyNames lists the names of the integration keys, as they stand in
// the secret.
func PagerDutyKeyNames() []string {
	var out []string
	for _, one := range pagerDutyServices {
		out = append(out, one.key)
	}
	return out
}

// mail is a person's address and login at PagerDuty, and name what they are
// called there.
func (p person) mail() string { return strings.ToLower(p.name()) + mailDomain }

func (p person) name() string {
	if known, ok := personNamed(p.handle); ok {
		p = known
	}
	name, _, _ := strings.Cut(p.realName, " ")
	return name
}

// Mail is the address of a person, which is their login at PagerDuty, and
// false for nobody.
func Mail(handle string) (string, bool) {
	if !slices.Contains(Handles(), handle) {
		return "", false
	}
	return person{handle: handle}.mail(), true
}
