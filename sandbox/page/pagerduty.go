package page

import (
	"net/http"
	"slices"
	"time"

	"rekey/sandbox/fakepagerduty"
	"rekey/sandbox/stage"
)

// Where PagerDuty's pages are, below the account's own address. What changes
// integrations is Terraform's, below GitHub's.
const (
	servicesPath    = "/pagerduty/service-directory"
	myKeysPath      = "/pagerduty/users/me/user-settings"
	accountKeysPath = "/pagerduty/api_keys"
	incidentsPath   = "/pagerduty/incidents"
	terraformPath   = "/github/" + stage.PlatformRepo + "/tree/main/terraform/pagerduty"
)

// pagerDutyRoutes serves PagerDuty under its own addresses: any user's settings
// are those of whoever looks.
func (s *site) pagerDutyRoutes(mux *http.ServeMux) {
	for _, path := range []string{"/pagerduty", "/pagerduty/{$}", servicesPath, "/pagerduty/services"} {
		mux.HandleFunc("GET "+path, s.services)
	}
	mux.HandleFunc("GET "+servicesPath+"/{service}", s.service)
	mux.HandleFunc("GET /pagerduty/services/{service}", s.service)
	mux.HandleFunc("GET /pagerduty/event-orchestrations/{service}", s.service)
	mux.HandleFunc("GET /pagerduty/users/", s.myKeys)
	mux.HandleFunc("GET "+accountKeysPath, s.accountKeys)
	mux.HandleFunc("GET "+incidentsPath, s.incidents)
}

// pagerDuty is a page of PagerDuty's with its navigation.
func (s *site) pagerDuty(rw http.ResponseWriter, r *http.Request, title, template, path string, data map[string]any) {
	v := s.visitor(r)
	data["As"], _ = stage.Mail(v.me.Name)
	for _, one := range []named{
		{"Services", servicesPath, false}, {"Incidents", incidentsPath, false}, {"My API access keys", myKeysPath, false},
		{"Account API keys", accountKeysPath, false}, {"Terraform change", terraformPath, false},
	} {
		one.Current = one.URL == path
		nav, _ := data["Nav"].([]named)
		data["Nav"] = append(nav, one)
	}
	s.show(rw, r, console{Tab: "pagerduty", Title: title, Template: template, Data: data})
}

// A keyRow is one API access key in a list, without its value.
type keyRow struct{ ID, Name, Rights, By, Created, Used string }

func (s *site) myKeys(rw http.ResponseWriter, r *http.Request) {
	mail, _ := stage.Mail(s.visitor(r).me.Name)
	s.keys(rw, r, "My API access keys", myKeysPath, mail, true)
}

func (s *site) accountKeys(rw http.ResponseWriter, r *http.Request) {
	s.keys(rw, r, "Account API keys", accountKeysPath, "", s.visitor(r).me.Name == stage.Ops)
}

// keys lists the keys of a user or, with no owner, of the account.
func (s *site) keys(rw http.ResponseWriter, r *http.Request, title, path, owner string, may bool) {
	zone := s.reader(s.visitor(r)).zone
	rows := []keyRow{}
	for _, t := range s.Stage.PagerDuty.Tokens(owner) {
		if !t.Revoked {
			rows = append(rows, keyRowOf(t, zone))
		}
	}
	shown := r.URL.Query().Get("shown")
	s.pagerDuty(rw, r, title, "pd-keys", path, map[string]any{
		"InSlack": s.Stage.PagerDuty.InSlack(owner), "Title": title, "Path": path, "Rows": rows, "May": may, "Account": owner == "", "Shown": shown, "Value": s.shown.value(shown),
	})
}

func keyRowOf(t fakepagerduty.TokenView, zone *time.Location) keyRow {
	row := keyRow{ID: t.ID, Name: t.Name, Rights: "Full access", By: t.MadeBy, Created: clock(t.Created, zone), Used: "Never used"}
	if t.ReadOnly {
		row.Rights = "Read only"
	}
	if !t.LastUsed.IsZero() {
		row.Used = clock(t.LastUsed, zone)
	}
	return row
}

// A serviceRow is a service or an event orchestration in the list.
type serviceRow struct {
	fakepagerduty.OwnerView
	URL string
}

func (s *site) services(rw http.ResponseWriter, r *http.Request) {
	var rows []serviceRow
	for _, o := range s.Stage.PagerDuty.Owners() {
		rows = append(rows, serviceRow{o, servicesPath + "/" + o.ID})
	}
	s.pagerDuty(rw, r, "Services", "pd-services", servicesPath, map[string]any{"Rows": rows})
}

// service is one of them with its integrations. A key is shown to whoever asks
// for it, as PagerDuty does.
func (s *site) service(rw http.ResponseWriter, r *http.Request) {
	owners := s.Stage.PagerDuty.Owners()
	i := slices.IndexFunc(owners, func(o fakepagerduty.OwnerView) bool { return o.ID == r.PathValue("service") })
	if i < 0 {
		s.lost(rw, r)
		return
	}
	shown := r.URL.Query().Get("shown")
	s.pagerDuty(rw, r, owners[i].Name, "pd-service", "", map[string]any{
		"Owner": serviceRow{owners[i], servicesPath + "/" + owners[i].ID}, "List": servicesPath,
		"Shown": shown, "Value": s.shown.value(shown), "Of": r.URL.Query().Get("integration"),
	})
}

// An incidentRow is one incident in the list.
type incidentRow struct {
	Number                               int
	Title, Service, Way, Status, Created string
}

func (s *site) incidents(rw http.ResponseWriter, r *http.Request) {
	zone := s.reader(s.visitor(r)).zone
	var rows []incidentRow
	for _, i := range s.Stage.PagerDuty.Incidents() {
		rows = append(rows, incidentRow{i.Number, i.Title, i.Service, i.Way, i.Status, clock(i.Created, zone)})
	}
	s.pagerDuty(rw, r, "Incidents", "pd-incidents", incidentsPath, map[string]any{"Rows": rows})
}

// terraform is where somebody changes what the next run of PagerDuty's
// Terraform destroys and creates again.
func (s *site) terraform(rw http.ResponseWriter, r *http.Request) {
	var marked []string
	rows := s.Stage.IntegrationKeys()
	for _, one := range rows {
		if one.Marked {
			marked = append(marked, one.Key)
		}
	}
	s.pagerDuty(rw, r, "Terraform change", "pd-terraform", terraformPath, map[string]any{
		"Rows": rows, "Marked": marked, "File": stage.PagerDutyTerraform,
		"Run": "/github/" + stage.PlatformRepo + "/actions/workflows/" + stage.PagerDutyTerraform,
	})
}
