package fakeaws

import (
	"regexp"
	"strconv"
)

// A rule is what AWS's model asks of one member of a form.
type rule struct {
	required    bool
	least, most int // of characters
	pattern     *regexp.Regexp
}

var (
	word = regexp.MustCompile(`^\w+$`)
	name = regexp.MustCompile(`^[\w+=,.@-]+$`)

	userRule = rule{false, 1, 128, name}
	keyRule  = rule{true, 16, 128, word}
)

// queryRules holds the members that each operation of IAM and STS checks; a
// test holds them to the model.
var queryRules = map[string]map[string]rule{
	"ListUsers":            {"PathPrefix": {false, 1, 512, regexp.MustCompile(`^/[\x21-\x7f]*$`)}},
	"GetGroup":             {"GroupName": {true, 1, 128, name}},
	"GetUser":              {"UserName": userRule},
	"DeleteUser":           {"UserName": {true, 1, 128, name}},
	"ListAccessKeys":       {"UserName": userRule},
	"CreateAccessKey":      {"UserName": userRule},
	"UpdateAccessKey":      {"UserName": userRule, "AccessKeyId": keyRule, "Status": {true, 6, 8, regexp.MustCompile(`^(Active|Inactive)$`)}},
	"DeleteAccessKey":      {"UserName": userRule, "AccessKeyId": keyRule},
	"GetAccessKeyLastUsed": {"AccessKeyId": keyRule},
	"AssumeRole": {
		"RoleArn":         {true, 20, 2048, regexp.MustCompile(`^arn:`)},
		"RoleSessionName": {true, 2, 64, name},
	},
}

// checkQuery refuses what AWS's model refuses, before anything is looked up.
func checkQuery(q *query) error {
	for member, r := range queryRules[q.call.Method] {
		value := q.form.Get(member)
		switch {
		case value == "" && !r.required:
		case !between(value, r.least, r.most) || !r.pattern.MatchString(value):
			return invalid(member)
		}
	}
	if !inRange(q.form.Get("MaxItems"), 1, 1000) {
		return invalid("MaxItems")
	}
	if !inRange(q.form.Get("DurationSeconds"), 900, 43200) {
		return invalid("DurationSeconds")
	}
	return nil
}

func inRange(text string, least, most int) bool {
	n, err := strconv.Atoi(text)
	return text == "" || err == nil && least <= n && n <= most
}

func invalid(member string) error {
	return &refusal{"ValidationError", "1 validation error detected: Value at '" + member + "' failed to satisfy constraint: it is missing, or not of the member's shape"}
}
