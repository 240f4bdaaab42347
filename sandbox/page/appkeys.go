package page

import (
	"fmt"
	"net/http"

	"rekey/sandbox/stage"
)

// Where the team's GitHub App is, below github.com.
const (
	appSettingsPath = "/github/organizations/" + stage.Org + "/settings/apps"
	appPath         = appSettingsPath + "/" + stage.TeamAppSlug
)

// An appKeyRow is one private key of the App.
type appKeyRow struct {
	ID                   int64
	Fingerprint, Created string
}

func (s *site) appKeys(rw http.ResponseWriter, r *http.Request) {
	zone := s.reader(s.visitor(r)).zone
	var rows []appKeyRow
	for _, k := range s.Stage.GitHub.AppKeys(stage.TeamApp) {
		rows = append(rows, appKeyRow{k.ID, k.Fingerprint, clock(k.Created, zone)})
	}
	shown := r.URL.Query().Get("shown")
	s.show(rw, r, console{Tab: "tokens", Title: stage.TeamAppSlug, Template: "app-keys", Data: map[string]any{
		"Org": stage.Org, "Slug": stage.TeamAppSlug, "ID": stage.TeamApp, "Path": appPath, "Rows": rows,
		"Value": s.shown.value(shown), "Shown": shown,
	}})
}

func (s *site) appKeyGenerate(request) (answer, error) {
	_, text, err := s.Stage.GenerateAppKey()
	if err != nil {
		return answer{}, fmt.Errorf("generating a private key: %w", err)
	}
	return answer{Notice: "A private key was generated. The others still work.", Location: appPath + "?shown=" + s.shown.put(text)}, nil
}

func (s *site) appKeyDelete(r request) (answer, error) {
	if err := s.Stage.GitHub.DeleteAppKey(stage.TeamApp, number(r.PostForm.Get("id"))); err != nil {
		return answer{}, err
	}
	return answer{Notice: "Deleted. What it signs is refused.", Location: appPath}, nil
}
