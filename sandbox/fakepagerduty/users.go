package fakepagerduty

import (
	"net/http"
	"slices"
)

// Stakeholder is the role of a user who sees incidents and configures nothing.
const Stakeholder = "read_only_limited_user"

type user struct {
	id, email, name, role string
	slack                 bool // has authorised PagerDuty in Slack
}

// AddUser adds a person with a login by mail address. One that exists is left
// as it is.
func (f *Fake) AddUser(email, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.userNamed(email) == nil {
		f.users = append(f.users, &user{id: newID(), email: email, name: name, role: "user"})
	}
}

// SetRole changes what a user may see, with a word of PagerDuty's: "user" or
// Stakeholder. Their tokens may do what they may.
func (f *Fake) SetRole(email, role string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if u := f.userNamed(email); u != nil {
		u.role = role
	}
}

// AuthoriseSlack connects a user to their account in Slack: from then on a key
// of theirs links services to channels.
// https://support.pagerduty.com/docs/slack-user-guide
func (f *Fake) AuthoriseSlack(email string) {
	f.mu.Lock()
	if u := f.userNamed(email); u != nil {
		u.slack = true
	}
	f.mu.Unlock()
	f.w.Changed()
}

// InSlack tells whether a user has authorised PagerDuty in Slack.
func (f *Fake) InSlack(email string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.userNamed(email)
	return u != nil && u.slack
}

// LinksToSlack tells whether a value is a live key that links services to
// channels: one of a user who has authorised PagerDuty in Slack.
func (f *Fake) LinksToSlack(value string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.known(value)
	if t == nil || t.revoked {
		return false
	}
	u := f.userNamed(t.owner)
	return u != nil && u.slack
}

func (f *Fake) userNamed(email string) *user {
	i := slices.IndexFunc(f.users, func(u *user) bool { return u.email == email })
	if i < 0 {
		return nil
	}
	return f.users[i]
}

// readMe is for tokens of a user: the account's have nobody behind them.
// https://developer.pagerduty.com/api-reference/11e1cb5a4c6e4-get-the-current-user
func (f *Fake) readMe(q *request) (int, any, error) {
	u := f.userNamed(q.token.owner)
	if u == nil {
		return 0, nil, userRequired
	}
	return http.StatusOK, object{"user": f.userShape(q.base, u)}, nil
}

func (f *Fake) listUsers(q *request) (int, any, error) {
	shapes := []object{}
	if other := q.token.foreign; other != "" {
		shape := f.userShape(q.base, &user{id: "POTHER1", email: "admin@" + other + ".example", name: "Administrator", role: "owner"})
		shape["html_url"] = "https://" + other + ".pagerduty.com/users/POTHER1"
		return http.StatusOK, q.page("users", []object{shape}), nil
	}
	for _, u := range f.users {
		shapes = append(shapes, f.userShape(q.base, u))
	}
	return http.StatusOK, q.page("users", shapes), nil
}

func (f *Fake) userShape(base string, u *user) object {
	shape := f.reference(base, "user", u.id, u.name)
	for k, v := range (object{
		"type": "user", "name": u.name, "email": u.email, "role": u.role, "time_zone": "Europe/London", "color": "green",
		"avatar_url": f.web("/avatars/" + u.id), "description": nil, "job_title": nil, "invitation_sent": false,
		"contact_methods": []object{}, "notification_rules": []object{}, "teams": []object{},
	}) {
		shape[k] = v
	}
	return shape
}

// Abilities of the account: an authenticated read that needs no right.
func (f *Fake) listAbilities(*request) (int, any, error) {
	return http.StatusOK, object{"abilities": []string{"sso", "advanced_reports", "event_orchestration", "teams"}}, nil
}
