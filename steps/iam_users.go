package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rekey/rotation"
)

// IAMUsers takes the inventory of users with access keys, and compares it with
// the members that a row of the catalogue names.
type IAMUsers struct{ AWS AccessKeys }

type inventory struct {
	Path    string   `json:"path"`  // "/collaborators/"
	Group   string   `json:"group"` // or the group that they are in
	Members []string `json:"members"`
	Region  string   `json:"region"`
	Role    string   `json:"role_arn"`
}

func (i inventory) account() rotation.Account {
	return rotation.Account{Region: i.Region, Role: i.Role}
}

// Provider says who is asked.
func (IAMUsers) Provider() string { return "AWS" }

// Check reads the parameters.
func (IAMUsers) Check(p rotation.Params) error {
	var i inventory
	if err := rotation.Decode(p, &i); err != nil {
		return err
	}
	if i.Path == "" && i.Group == "" {
		return errors.New("path: or group: is needed: where the users are")
	}
	return nil
}

// Look lists the users and their active keys. A user that the catalogue doesn't
// name, or a member that IAM doesn't have, is an alarm.
func (w IAMUsers) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	var i inventory
	if err := rotation.Decode(p, &i); err != nil {
		return rotation.Finding{}, err
	}
	users, err := w.AWS.Users(ctx, i.account(), i.Path, i.Group)
	if err != nil {
		return rotation.Finding{}, err
	}
	var out rotation.Finding
	for _, u := range users {
		out.Names = append(out.Names, u.Name)
		keys, err := w.AWS.Keys(ctx, i.account(), u.Name)
		if err != nil {
			return rotation.Finding{}, err
		}
		for _, k := range keys {
			if k.Active {
				out.Dates = append(out.Dates, rotation.Dated{Name: u.Name, Created: k.Created.Unix()})
			}
		}
	}
	slices.Sort(out.Names)
	where := "under " + i.Path
	if i.Group != "" {
		where = "in the group " + i.Group
	}
	said := []string{several(len(out.Names), "IAM user") + " " + where + ", with " + several(len(out.Dates), "active access key") + "."}
	if more := without(out.Names, i.Members); len(more) > 0 {
		out.Alarm = true
		said = append(said, "The catalogue doesn't name "+strings.Join(more, ", ")+", so nobody is told when the keys there are due.")
	}
	if less := without(i.Members, out.Names); len(less) > 0 {
		out.Alarm = true
		said = append(said, "The catalogue names "+strings.Join(less, ", ")+", and IAM has no such user there.")
	}
	out.Words = strings.Join(said, " ")
	return out, nil
}

// several is a count of things: "1 user", "2 users".
func several(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// without are those of all that aren't in some, cleaned.
func without(all, some []string) []string {
	var out []string
	for _, name := range all {
		if !slices.Contains(some, name) {
			out = append(out, rotation.Clean(name))
		}
	}
	return out
}
