package page

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"rekey/sandbox/fakeentra"
)

const (
	appRegistrationsPath = "/entra/apps"
	signInPath           = "/aws-sign-in"
)

// entraRoutes serves Entra ID's pages. The portals' own addresses have all
// behind a #, which no server sees, so that their links lead to the list.
func (s *site) entraRoutes(mux *http.ServeMux) {
	for _, path := range []string{"/entra", "/entra/{$}", appRegistrationsPath, appRegistrationsPath + "/{$}"} {
		mux.HandleFunc("GET "+path, s.appRegistrations)
	}
	mux.HandleFunc("GET "+appRegistrationsPath+"/{id}", s.clientSecrets)
	for _, path := range []string{signInPath, signInPath + "/{rest...}"} {
		mux.HandleFunc("GET "+path, s.signInPage)
	}
}

// An appRow is one app registration in the list.
type appRow struct{ Name, ID, URL, Secrets string }

func (s *site) appRegistrations(rw http.ResponseWriter, r *http.Request) {
	var rows []appRow
	for _, app := range s.Stage.Entra.Apps() {
		n := len(s.Stage.Entra.Secrets(app.ID))
		rows = append(rows, appRow{app.Name, app.ID, appURL(app.ID), strconv.Itoa(n)})
	}
	s.show(rw, r, console{Tab: "entra", Title: "App registrations", Template: "entra-apps", Data: map[string]any{"Rows": rows, "SignIn": signInPath}})
}

// An appPage is "Certificates & secrets" of one app registration.
type appPage struct {
	Name, ID     string
	List, SignIn string
	Rows         []clientSecretRow
	Lifetimes    []lifetimeChoice
	Value, Shown string // the value of a new client secret, and under which id it is shown
	URL          string
}

type clientSecretRow struct {
	ID, Name, Hint, Expires string
	Expired                 bool
}

type lifetimeChoice struct {
	Days int
	Says string
}

// clientLifetimes are the portal's choices, the recommended one first.
var clientLifetimes = []lifetimeChoice{
	{180, "Recommended: 180 days (6 months)"}, {90, "90 days (3 months)"}, {365, "365 days (12 months)"}, {545, "545 days (18 months)"}, {730, "730 days (24 months)"},
}

func (s *site) clientSecrets(rw http.ResponseWriter, r *http.Request) {
	app, ok := s.appRegistration(r.PathValue("id"))
	if !ok {
		s.show(rw, r, console{Tab: "entra", Title: "No such application", Template: "entra-none", Data: appRegistrationsPath, Status: http.StatusNotFound})
		return
	}
	zone := s.reader(s.visitor(r)).zone
	data := appPage{Name: app.Name, ID: app.ID, List: appRegistrationsPath, SignIn: signInPath, URL: appURL(app.ID), Lifetimes: clientLifetimes, Shown: r.URL.Query().Get("shown")}
	data.Value = s.shown.value(data.Shown)
	for _, one := range s.Stage.Entra.Secrets(app.ID) {
		row := clientSecretRow{ID: one.ID, Name: one.Name, Hint: one.Hint, Expires: day(one.End, zone)}
		row.Expired = !one.End.After(s.Stage.World.Now())
		data.Rows = append(data.Rows, row)
	}
	s.show(rw, r, console{Tab: "entra", Title: app.Name, Template: "entra-app", Data: data})
}

func (s *site) appRegistration(id string) (fakeentra.App, bool) {
	apps := s.Stage.Entra.Apps()
	i := slices.IndexFunc(apps, func(a fakeentra.App) bool { return a.ID == id })
	if i < 0 {
		return fakeentra.App{}, false
	}
	return apps[i], true
}

func appURL(id string) string { return appRegistrationsPath + "/" + id }

// signInPage says whether people can sign in to AWS now.
func (s *site) signInPage(rw http.ResponseWriter, r *http.Request) {
	s.show(rw, r, console{Tab: "entra", Title: "AWS sign-in", Template: "aws-sign-in", Data: map[string]any{
		"Works": s.Stage.SignInWorks(), "List": appRegistrationsPath, "At": clock(s.Stage.World.Now(), s.reader(s.visitor(r)).zone),
	}})
}

func (s *site) clientSecretAdd(r request) (answer, error) {
	app, ok := s.appRegistration(r.PostForm.Get("app"))
	if !ok {
		return answer{}, errors.New("there is no such application any more")
	}
	days, err := strconv.Atoi(r.PostForm.Get("days"))
	if err != nil || !slices.ContainsFunc(clientLifetimes, func(c lifetimeChoice) bool { return c.Days == days }) {
		days = clientLifetimes[0].Days
	}
	value, err := s.Stage.AddClientSecretUntil(app.ID, r.PostForm.Get("description"), s.Stage.World.Now().AddDate(0, 0, days))
	if err != nil {
		return answer{}, err
	}
	return answer{Notice: "Added. The other client secrets still work.", Location: appURL(app.ID) + "?shown=" + s.shown.put(value)}, nil
}

func (s *site) clientSecretDelete(r request) (answer, error) {
	app, ok := s.appRegistration(r.PostForm.Get("app"))
	if !ok {
		return answer{}, errors.New("there is no such application any more")
	}
	if err := s.Stage.Entra.Remove(app.ID, r.PostForm.Get("id")); err != nil {
		return answer{}, fmt.Errorf("deleting the client secret: %w", err)
	}
	return answer{Notice: "Deleted. Its value stops working.", Location: appURL(app.ID)}, nil
}
