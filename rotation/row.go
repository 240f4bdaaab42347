package rotation

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What names an account and a role at AWS, as regular expressions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
const (
	AccountForm = `^\d{12}$`
	RoleForm    = `^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`
)

var (
	accountForm = regexp.MustCompile(AccountForm)
	roleForm    = regexp.MustCompile(RoleForm)
)

// check returns what is wrong with a row by itself.
func (s *Secret) check() []string {
	var out []string
	add := func(bad bool, text string) {
		if bad {
			out = append(out, text)
		}
	}
	add(s.Name == "" || strings.ContainsAny(s.Name, " \t\n<>&|*"), "a name is needed, without spaces")
	add(slices.Contains(Reserved, s.Name), "the name is a word of the command; choose another")
	add(s.Title == "", "a title is needed")
	add(s.Account != "" && !accountForm.MatchString(s.Account), "account: must be the 12 digits of an AWS account, in quotation marks")
	add(s.Role != "" && !roleForm.MatchString(s.Role), "role_arn: must be the ARN of an IAM role, like arn:aws:iam::123456789012:role/rekey")
	if s.Exempt != nil {
		out = append(out, s.exemption()...)
		if s.Runbook == "" {
			return out
		}
	}
	add(s.Region == "" && s.Exempt == nil, "a region is needed")
	add(s.Every == 0 && s.Exempt == nil, "every: is needed, like 180d")
	add(!slices.Contains(Overlaps, s.Overlap), "overlap: must be none or side-by-side")
	add(!slices.Contains(Policies, s.Compromised), "compromised: must be replace-first or revoke-first")
	add(!slices.Contains(Entries, s.Entry), "entry: must be cli, console or api")
	add(s.Quorum < 1, "quorum: must be at least 1")
	out = append(out, s.memberships()...)
	for _, r := range s.Read {
		add(!slices.Contains([]string{"pending", "current", "previous"}, r), "read: takes pending, current and previous, not "+r)
	}
	return out
}

// exemption returns what is wrong with an exempt row.
func (s *Secret) exemption() []string {
	var out []string
	if _, err := time.Parse(time.DateOnly, s.Exempt.Review); err != nil {
		out = append(out, "exempt: needs a review date, like 2027-05-22")
	}
	if strings.TrimSpace(s.Exempt.Reason) == "" {
		out = append(out, "exempt: needs a reason")
	}
	if s.Owner == "" {
		out = append(out, "an owner is needed, also for what isn't rotated")
	}
	return out
}

// memberships returns what is wrong with a row's members.
func (s *Secret) memberships() []string {
	if s.Members == nil {
		return nil
	}
	if len(s.Members) == 0 {
		return []string{"members: names nobody; name at least one, or leave it out"}
	}
	var out []string
	into := map[string]string{} // the secret at AWS, to the member whose value it gets
	for _, name := range slices.Sorted(maps.Keys(s.Members)) {
		m := s.Members[name]
		if name == "" || strings.ContainsAny(name, " \t\n<>&|*") {
			out = append(out, fmt.Sprintf("members: %q is no name", name))
		}
		if before, twice := into[m.DeliverTo]; m.DeliverTo == "" {
			out = append(out, "members: "+name+" needs deliver_to, the secret that its value is delivered into")
		} else if twice {
			out = append(out, "members: "+before+" and "+name+" can't both be delivered into "+m.DeliverTo)
		}
		into[m.DeliverTo] = name
		if (m.User == "") == (m.SpeaksFor == "") {
			out = append(out, "members: "+name+" needs either user or speaks_for: who confirms that the value is in use")
		}
	}
	return out
}
