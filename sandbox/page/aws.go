package page

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/stage"
)

const secretsPath = "/aws/secretsmanager/listsecrets"

// awsRoutes serves Secrets Manager under the console's own addresses.
func (s *site) awsRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /aws/secretsmanager/secret", s.awsSecret)
	for _, path := range []string{"/aws/{$}", "/aws/secretsmanager", "/aws/secretsmanager/{$}", secretsPath} {
		mux.HandleFunc("GET "+path, s.awsSecrets)
	}
}

// A secretRow is one secret in the list.
type secretRow struct {
	Name, URL, Changed string
	Deleted            bool
}

func (s *site) awsSecrets(rw http.ResponseWriter, r *http.Request) {
	zone := s.reader(s.visitor(r)).zone
	var rows []secretRow
	for _, one := range s.Stage.AWS.Secrets() {
		row := secretRow{Name: one.Name, URL: secretURL(one.Name), Deleted: !one.DeletedDate.IsZero()}
		if len(one.Versions) > 0 {
			row.Changed = clock(one.Versions[0].Created, zone)
		}
		rows = append(rows, row)
	}
	s.show(rw, r, console{Tab: "aws", Title: "Secrets", Template: "aws-list", Data: map[string]any{"Region": fakeaws.Region, "Rows": rows}})
}

// A secretPage is one secret as the console shows it.
type secretPage struct {
	Name, ARN, Region string
	List              string
	As                string // whose AWS identity is used
	Versions          []versionRow
	Deletion          string // the day, when that is scheduled
	Value, Shown      string // the value that was retrieved, and under which id
}

type versionRow struct {
	ID, Created string
	Stages      []string
}

func (s *site) awsSecret(rw http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	view, ok := s.Stage.AWS.Secret(name)
	if !ok {
		s.show(rw, r, console{Tab: "aws", Title: "No such secret", Template: "aws-none", Data: map[string]string{"Name": name, "List": secretsPath}, Status: http.StatusNotFound})
		return
	}
	v := s.visitor(r)
	zone := s.reader(v).zone
	data := secretPage{Name: view.Name, ARN: view.ARN, Region: fakeaws.Region, List: secretsPath, As: v.me.Name, Shown: r.URL.Query().Get("shown")}
	data.Value = s.shown.value(data.Shown)
	for _, one := range view.Versions {
		data.Versions = append(data.Versions, versionRow{one.ID, clock(one.Created, zone), one.Stages})
	}
	if !view.DeletedDate.IsZero() {
		data.Deletion = view.DeletedDate.In(zone).Format("Mon 2 Jan 2006")
	}
	s.show(rw, r, console{Tab: "aws", Title: view.Name, Template: "aws-secret", Data: data})
}

func secretURL(name string) string {
	return "/aws/secretsmanager/secret?name=" + url.QueryEscape(name) + "&region=" + fakeaws.Region
}

// awsSave is "Edit" and "Save" in the console: the new value is current at once.
func (s *site) awsSave(r request) (answer, error) {
	name, value := r.PostForm.Get("name"), strings.ReplaceAll(r.PostForm.Get("value"), "\r\n", "\n")
	if value == "" {
		return answer{}, errors.New("enter the new value first")
	}
	key, ok := stage.PersonKeyID(r.me.Name)
	if !ok {
		return answer{}, fmt.Errorf("%s has no AWS identity", r.me.Name)
	}
	s.Stage.World.Values.Add("value of "+name+" saved in the console", value)
	if err := s.Stage.AWS.Save(key, name, value); err != nil {
		return answer{}, fmt.Errorf("AWS refused to save it: %w", err)
	}
	return answer{Notice: "Saved. The new version is AWSCURRENT.", Location: secretURL(name)}, nil
}

// awsRetrieve shows the current value, if the person may read it.
func (s *site) awsRetrieve(r request) (answer, error) {
	name := r.PostForm.Get("name")
	if err := s.Stage.CallAWS(r.Context(), r.me.Name, "GetSecretValue", map[string]any{"SecretId": name}); err != nil {
		return answer{}, err
	}
	value, ok := s.Stage.AWS.Current(name)
	if !ok {
		return answer{}, errors.New("the secret has no current value")
	}
	return answer{Location: secretURL(name) + "&shown=" + s.shown.put(value)}, nil
}

// forget hides a value that is shown and leads back to the page without it.
func (s *site) forget(r request) (answer, error) {
	s.shown.forget(r.PostForm.Get("shown"))
	to := r.PostForm.Get("to")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		to = "/"
	}
	return answer{Location: to}, nil
}

// day is a date as the consoles show it.
func day(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 2 Jan 2006") }
