package stage

import "slices"

// The secrets that are in Secrets Manager and in no catalogue, where the bot
// may list them: one is somebody's test, one says by its tag that it isn't
// really a secret, and one is of those that other teams have.
const (
	Forgotten    = "cooker_test_api_key"
	Tagged       = "environment_network_ids"
	OtherTeams   = "data-platform/warehouse"
	forgottenAge = 400 * day
)

// seedUnlisted makes them.
func (s *Stage) seedUnlisted() {
	for name, tags := range map[string]map[string]string{
		Forgotten:  {"owner": "nobody yet", "application": "modernisation-platform"},
		Tagged:     {"class": "config"},
		OtherTeams: {"owner": "data-platform"},
	} {
		s.AWS.AddSecret(name, "made-for-a-test")
		s.AWS.Tag(name, tags)
		s.AWS.Backdate(name, forgottenAge)
	}
}

// mayTag is the bot's right to tag the catalogue's secrets.
func (s *Stage) mayTag(operation, resource string) bool {
	return s.tags && operation == "TagResource" && slices.Contains(SecretNames(), resource)
}

// mayList is the bot's right to list all secrets.
func (s *Stage) mayList(operation, resource string) bool {
	return s.listing && operation == "ListSecrets" && resource == ""
}
