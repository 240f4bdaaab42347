package page

import (
	"errors"
	"strconv"
	"strings"

	"rekey/sandbox/stage"
)

// pdKeyMake makes an API access key: the account's, or one of the visitor's
// own.
func (s *site) pdKeyMake(r request) (answer, error) {
	name := strings.TrimSpace(r.PostForm.Get("name"))
	if name == "" {
		return answer{}, errors.New("describe what the key is for first")
	}
	path, create := myKeysPath, s.Stage.MakeUserToken
	if r.PostForm.Get("account") != "" {
		path, create = accountKeysPath, s.Stage.MakeAccountToken
	}
	value, err := create(r.me.Name, name)
	if err != nil {
		return answer{}, err
	}
	return answer{Notice: "Created. The other keys still work.", Location: path + "?shown=" + s.shown.put(value)}, nil
}

// pdSlack connects the visitor's user to Slack.
func (s *site) pdSlack(r request) (answer, error) {
	mail, ok := stage.Mail(r.me.Name)
	if !ok {
		return answer{}, errors.New("PagerDuty has no user " + r.me.Name)
	}
	s.Stage.PagerDuty.AuthoriseSlack(mail)
	return answer{Notice: "Authorised. Your keys link services to Slack channels now.", Location: myKeysPath}, nil
}

func (s *site) pdKeyDelete(r request) (answer, error) {
	if err := s.Stage.RevokeToken(r.me.Name, r.PostForm.Get("id")); err != nil {
		return answer{}, err
	}
	path := myKeysPath
	if r.PostForm.Get("account") != "" {
		path = accountKeysPath
	}
	return answer{Notice: "Deleted. The key stopped working.", Location: path}, nil
}

// pdKeyShow shows an integration's key.
func (s *site) pdKeyShow(r request) (answer, error) {
	for _, o := range s.Stage.PagerDuty.Owners() {
		for _, i := range o.Integrations {
			if i.ID == r.PostForm.Get("id") {
				return answer{Location: servicesPath + "/" + o.ID + "?integration=" + i.ID + "&shown=" + s.shown.put(i.Key)}, nil
			}
		}
	}
	return answer{}, errors.New("there is no such integration any more")
}

// pdReplace changes what the next run of Terraform replaces: all that is
// ticked, and nothing else.
func (s *site) pdReplace(r request) (answer, error) {
	names := r.PostForm["key"]
	if err := s.Stage.MarkForReplacement(names...); err != nil {
		return answer{}, err
	}
	notice := "Merged. The next run of " + stage.PagerDutyTerraform + " replaces nothing."
	if len(names) > 0 {
		notice = "Merged. The next run of " + stage.PagerDutyTerraform + " replaces " + strconv.Itoa(len(names)) + " of the integrations."
	}
	return answer{Notice: notice, Location: terraformPath}, nil
}
