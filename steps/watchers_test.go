package steps_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
	"rekey/steps"
)

// iam is an account as far as watchers see it.
type iam struct {
	steps.AccessKeys
	users []string
	keys  map[string][]rotation.AccessKey
	used  map[string]rotation.KeyUse
	fails map[string]error // by call
}

func (i *iam) Users(_ context.Context, _ rotation.Account, _, _ string) ([]rotation.IAMUser, error) {
	var out []rotation.IAMUser
	for _, u := range i.users {
		out = append(out, rotation.IAMUser{Name: u})
	}
	return out, i.fails["Users"]
}

func (i *iam) Keys(_ context.Context, a rotation.Account, user string) ([]rotation.AccessKey, error) {
	if a.Role != "role" {
		return nil, errors.New("the account's role isn't assumed")
	}
	return i.keys[user], i.fails["Keys"]
}

func (i *iam) KeyUse(_ context.Context, _ rotation.Account, id string) (rotation.KeyUse, error) {
	return i.used[id], i.fails["KeyUse"]
}

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestAKeyWhereThereMustBeNoneIsAnAlarm(t *testing.T) {
	active := rotation.AccessKey{ID: "AKIA1", Active: true, Created: morning}
	off := rotation.AccessKey{ID: "AKIA2", Created: morning}
	for name, c := range map[string]struct {
		keys  []rotation.AccessKey
		used  rotation.KeyUse
		fails map[string]error
		alarm bool
		says  string
	}{
		"none":             {nil, rotation.KeyUse{}, nil, false, "The user has no access key."},
		"switched off":     {[]rotation.AccessKey{off}, rotation.KeyUse{}, nil, false, "The user has no active access key, only one that is switched off."},
		"one, never used":  {[]rotation.AccessKey{off, active}, rotation.KeyUse{}, nil, true, "The user has an active access key: AKIA1, made 2026-11-23 09:00 UTC, never used as far as AWS has noticed."},
		"one that is used": {[]rotation.AccessKey{active}, rotation.KeyUse{At: morning.Add(time.Hour), Service: "sts"}, nil, true, "AKIA1, made 2026-11-23 09:00 UTC, last used 2026-11-23 10:00 UTC for sts."},
		"two":              {[]rotation.AccessKey{active, {ID: "AKIA3", Active: true, Created: morning}}, rotation.KeyUse{}, nil, true, "AKIA1, made 2026-11-23 09:00 UTC, never used as far as AWS has noticed; and AKIA3"},
		"its use unknown":  {[]rotation.AccessKey{active}, rotation.KeyUse{}, map[string]error{"KeyUse": noAnswer("AWS", "GetAccessKeyLastUsed")}, true, "its last use is not known"},
		"not told":         {[]rotation.AccessKey{active}, rotation.KeyUse{}, map[string]error{"Keys": noAnswer("AWS", "ListAccessKeys")}, false, ""},
		"somebody else's":  {nil, rotation.KeyUse{}, map[string]error{"Keys": refused("AWS", "ListAccessKeys", "NoSuchEntity", "")}, false, ""},
		"with odd key ids": {[]rotation.AccessKey{{ID: "AKIA\x01@U1\x02", Active: true, Created: morning}}, rotation.KeyUse{}, nil, true, "AKIA @U1"},
	} {
		w := steps.NoActiveKeys{AWS: &iam{keys: map[string][]rotation.AccessKey{"glass": c.keys}, used: map[string]rotation.KeyUse{"AKIA1": c.used}, fails: c.fails}}
		f, err := w.Look(t.Context(), rotation.Params(`{"user":"glass","role_arn":"role"}`))
		if (err != nil) != (c.fails["Keys"] != nil) || f.Alarm != c.alarm || !strings.Contains(rotation.Plain(f.Words), c.says) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	for _, wrong := range []string{`{}`, `{"user":"x","who":"y"}`} {
		if steps.NoActiveKeys.Check(steps.NoActiveKeys{}, rotation.Params(wrong)) == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

func TestTheStepEndsWhenNoKeyIsLeft(t *testing.T) {
	world := &iam{keys: map[string][]rotation.AccessKey{"glass": {{ID: "AKIA1", Active: true, Created: morning}}}, fails: map[string]error{}}
	step := steps.SeeNoKeys{AWS: world}
	with := rotation.Params(`{"user":"glass","role_arn":"role"}`)
	r, _ := rotation.New(rotation.Plan{Walk: true, Steps: []rotation.Step{{ID: "gone", Kind: "see_no_keys", By: step.By(with), With: with}}}, rotation.ByRekey, morning)
	do := func() {
		t.Helper()
		o, err := step.Do(t.Context(), &rotation.Task{Rotation: r, Now: morning})
		if err != nil {
			t.Fatal(err)
		}
		r.Record(o, morning)
	}
	if err := step.Check(with); err != nil || step.By(with) != rotation.Holder {
		t.Error(err)
	}
	do()
	if s := r.Step(); s == nil || !strings.Contains(s.Note, "AKIA1") || s.Attestable {
		t.Errorf("with a key it waits, and nobody can vouch for its end: %+v", s)
	}
	world.fails["Keys"] = noAnswer("AWS", "ListAccessKeys")
	if _, err := step.Do(t.Context(), &rotation.Task{Rotation: r, Now: morning}); err == nil {
		t.Error("what AWS doesn't tell isn't taken for gone")
	}
	delete(world.fails, "Keys")
	world.keys["glass"] = nil
	do()
	if r.State != rotation.Complete || !slices.Equal(r.Steps[0].Evidence[:1], []string{"observed: the user has no access key"}) {
		t.Errorf("%s on %v", r.State, r.Steps[0].Evidence)
	}
}

func TestTheInventoryOfUsers(t *testing.T) {
	key := func(id string, active bool) rotation.AccessKey {
		return rotation.AccessKey{ID: id, Active: active, Created: morning}
	}
	world := &iam{users: []string{"sam", "mina"}, fails: map[string]error{}, keys: map[string][]rotation.AccessKey{
		"sam": {key("A", true), key("B", true)}, "mina": {key("C", false)},
	}}
	w := steps.IAMUsers{AWS: world}
	look := func(params string) rotation.Finding {
		t.Helper()
		f, err := w.Look(t.Context(), rotation.Params(params))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := look(`{"path":"/collaborators/","role_arn":"role","members":["sam","mina"]}`)
	if f.Alarm || f.Words != "2 IAM users under /collaborators/, with 2 active access keys." || !slices.Equal(f.Names, []string{"mina", "sam"}) {
		t.Errorf("%+v", f)
	}
	if len(f.Dates) != 2 || f.Dates[0].Name != "sam" || f.Dates[0].Created != morning.Unix() {
		t.Errorf("a date for each active key: %+v", f.Dates)
	}
	f = look(`{"group":"vendors","role_arn":"role","members":["sam","leaver"]}`)
	if !f.Alarm || !strings.Contains(f.Words, "in the group vendors") || !strings.Contains(f.Words, "doesn't name mina") || !strings.Contains(f.Words, "names leaver, and IAM has no such user") {
		t.Errorf("%+v", f)
	}
	for call, params := range map[string]string{"Users": `{"path":"/x/","role_arn":"role"}`, "Keys": `{"path":"/x/","role_arn":"role"}`} {
		world.fails = map[string]error{call: noAnswer("AWS", call)}
		if _, err := w.Look(t.Context(), rotation.Params(params)); err == nil {
			t.Errorf("without %s it isn't an inventory", call)
		}
	}
	for _, wrong := range []string{`{}`, `{"members":["a"]}`, `{"path":"/x/","who":1}`} {
		if w.Check(rotation.Params(wrong)) == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

func TestTheVersionThatIsCurrent(t *testing.T) {
	w := &world{secrets: map[string]*secret{
		"tok":   {created: map[string]time.Time{v1: morning}, labels: map[string]string{rotation.Current: v1}},
		"empty": {labels: map[string]string{}},
	}, faults: map[string]error{}}
	watcher := steps.Version{AWS: w}
	f, err := watcher.Look(t.Context(), rotation.Params(`{"id":"tok","region":"eu-west-2","role_arn":""}`))
	if err != nil || len(f.Dates) != 1 || f.Dates[0].Name != v1 || !f.Dates[0].When().Equal(morning) || f.Alarm {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err = watcher.Look(t.Context(), rotation.Params(`{"id":"empty"}`)); err != nil || len(f.Dates) != 0 || !strings.Contains(f.Words, "no value yet") {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err = watcher.Look(t.Context(), rotation.Params(`{"id":"removed"}`)); err == nil {
		t.Error("a secret that isn't there shows nothing")
	}
	w.faults["Created"] = noAnswer("AWS", "ListSecretVersionIds")
	if _, err = watcher.Look(t.Context(), rotation.Params(`{"id":"tok"}`)); err == nil {
		t.Error("a version without its date shows nothing")
	}
	if watcher.Check(rotation.Params(`{}`)) == nil || watcher.Check(rotation.Params(`{"id":"x","y":1}`)) == nil {
		t.Error("wrong parameters are taken")
	}
}

// slackAndPagerDuty know one person.
type slackAndPagerDuty struct {
	owner     rotation.Credential
	refuses   error
	who       rotation.Person
	in, knows bool
	fails     error
}

func (s slackAndPagerDuty) User(context.Context, rotation.Value) (rotation.Credential, error) {
	return s.owner, s.refuses
}

func (s slackAndPagerDuty) Colleague(context.Context, string, rotation.Handle) (rotation.Person, bool, bool, error) {
	return s.who, s.in, s.knows, s.fails
}

func TestATokenOfSomebodyWhoHasLeftIsAnAlarm(t *testing.T) {
	w := &world{faults: map[string]error{}, secrets: map[string]*secret{
		"tok": {values: map[string]string{v1: "old"}, labels: map[string]string{rotation.Current: v1}}, "empty": {labels: map[string]string{}},
	}}
	sam := rotation.Credential{Login: "sam@example.gov.uk", Name: "Sam"}
	for name, c := range map[string]struct {
		world slackAndPagerDuty
		alarm bool
		says  string // empty: nothing is shown
	}{
		"in the team":          {slackAndPagerDuty{owner: sam, who: "U1", in: true, knows: true}, false, "The token belongs to Sam (sam@example.gov.uk), who is in @team."},
		"in another team":      {slackAndPagerDuty{owner: sam, who: "U1", knows: true}, true, "who isn't in @team any more."},
		"deactivated":          {slackAndPagerDuty{owner: sam, knows: true}, true, "whom Slack doesn't know any more."},
		"not to be looked up":  {slackAndPagerDuty{owner: sam}, false, "since features: {mail: true} isn't set."},
		"Slack doesn't answer": {slackAndPagerDuty{owner: sam, knows: true, fails: noAnswer("Slack", "users.lookupByEmail")}, false, ""},
		"a token that is dead": {slackAndPagerDuty{refuses: refused("PagerDuty", "reading the user", "401", "")}, true, "PagerDuty refuses the token that is current."},
		"PagerDuty is silent":  {slackAndPagerDuty{refuses: noAnswer("PagerDuty", "reading the user")}, false, ""},
	} {
		f, err := steps.SlackMember{AWS: w, PagerDuty: c.world, People: c.world}.Look(t.Context(), rotation.Params(`{"id":"tok","team":{"name":"@team","id":"S0TEAM"}}`))
		if (err != nil) != (c.says == "") || f.Alarm != c.alarm || !strings.Contains(f.Words, c.says) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	watcher := steps.SlackMember{AWS: w}
	if f, err := watcher.Look(t.Context(), rotation.Params(`{"id":"empty"}`)); err != nil || f.Alarm || f.Words != "There is no token yet." {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := watcher.Look(t.Context(), rotation.Params(`{"id":"removed"}`)); err == nil {
		t.Error("a secret that isn't there shows nothing")
	}
	for _, wrong := range []string{`{}`, `{"id":"x"}`, `{"id":"x","team":{"name":"@t"},"more":1}`} {
		if watcher.Check(rotation.Params(wrong)) == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

// tenant is Entra ID as far as a watcher sees it.
type tenant struct {
	steps.Entra
	all []rotation.ClientSecret
	err error
}

func (e tenant) Secrets(context.Context, string) ([]rotation.ClientSecret, error) {
	return e.all, e.err
}

func TestWhenAClientSecretEndsIsSeen(t *testing.T) {
	end := morning.AddDate(0, 0, 20)
	one := func(name string, end time.Time) rotation.ClientSecret {
		return rotation.ClientSecret{ID: name, Name: name, Start: morning, End: end}
	}
	for name, c := range map[string]struct {
		all  []rotation.ClientSecret
		err  error
		ends int64
		says string
	}{
		"the newest counts":  {[]rotation.ClientSecret{one("sign-in", morning), one("sign-in 5f3c1d2e", end)}, nil, end.Unix(), "The newest client secret ends Sun 13 Dec 2026."},
		"others are told":    {[]rotation.ClientSecret{one("test", end), one("sign-in", end), one("known", end)}, nil, end.Unix(), `The application also has "test", which the catalogue doesn't name.`},
		"none of the name":   {[]rotation.ClientSecret{one("known", end)}, nil, 0, "Entra ID lists no client secret called sign-in."},
		"no right":           {nil, refused("Entra ID", "reading the client secrets", "403", "Application.ReadWrite.OwnedBy"), 0, "Rekey has no right to list the client secrets"},
		"no app of its own":  {nil, &rotation.Error{What: "Rekey has no app registration of its own at Entra ID."}, 0, "Rekey has no right to list the client secrets"},
		"Entra ID is silent": {nil, noAnswer("Entra ID", "reading the client secrets"), 0, ""},
	} {
		w := steps.WatchClientSecrets{Entra: tenant{all: c.all, err: c.err}}
		f, err := w.Look(t.Context(), rotation.Params(`{"client_id":"c","name":"sign-in","known":["known"]}`))
		if (err != nil) != (c.says == "") || f.Ends != c.ends || f.Alarm || !strings.Contains(f.Words, c.says) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	if steps.WatchClientSecrets.Check(steps.WatchClientSecrets{}, rotation.Params(`{"name":"n"}`)) == nil {
		t.Error("a watch of no application is taken")
	}
}
