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

const iamPath = "/aws/iam/users"

// iamRoutes serves IAM's users. The console's own addresses have the user
// behind a #, which no server sees; the page's script follows it.
func (s *site) iamRoutes(mux *http.ServeMux) {
	for _, path := range []string{"/aws/iam", "/aws/iam/{$}", "/aws/iam/home", iamPath, iamPath + "/{$}"} {
		mux.HandleFunc("GET "+path, s.iamUsers)
	}
	for _, path := range []string{iamPath + "/{name}", iamPath + "/details/{name}"} {
		mux.HandleFunc("GET "+path, s.iamUser)
	}
}

// A iamUserRow is one user in the list.
type iamUserRow struct {
	Name, URL, Path, Used string
	Keys                  []string // "Active, 200 days"
}

func (s *site) iamUsers(rw http.ResponseWriter, r *http.Request) {
	zone := s.reader(s.visitor(r)).zone
	var rows []iamUserRow
	for _, u := range s.Stage.AWS.Users() {
		row := iamUserRow{Name: u.Name, URL: userURL(u.Name), Path: u.Path, Used: "never"}
		var used time.Time
		for _, k := range u.Keys {
			row.Keys = append(row.Keys, status(k)+", "+s.age(k.Created))
			if k.Used.After(used) {
				used, row.Used = k.Used, clock(k.Used, zone)
			}
		}
		rows = append(rows, row)
	}
	s.show(rw, r, console{Tab: "iam", Title: "IAM users", Template: "iam-users", Data: rows})
}

// A iamUserPage is one user's security credentials, and what they have running.
type iamUserPage struct {
	Name, ARN, Path, Groups, Created string
	List, URL                        string
	Keys                             []accessKeyRow
	New, Secret, Shown               string // the key that was just made, with its secret half
	Job                              *jobRow
}

type accessKeyRow struct {
	ID, Status, Created, Age, Used string
	Active                         bool
}

type jobRow struct {
	KeyID, Ran, Refused string
	Delivery            string // the secret by which the user gets a new key
	DeliveryURL         string
	Waiting             bool // a key that the job doesn't use is there
}

func (s *site) iamUser(rw http.ResponseWriter, r *http.Request) {
	u, ok := s.Stage.AWS.User(r.PathValue("name"))
	if !ok {
		s.show(rw, r, console{Tab: "iam", Title: "No such user", Template: "iam-none", Data: map[string]string{"Name": r.PathValue("name"), "List": iamPath}, Status: http.StatusNotFound})
		return
	}
	zone := s.reader(s.visitor(r)).zone
	data := iamUserPage{
		Name: u.Name, ARN: u.ARN, Path: u.Path, Groups: strings.Join(u.Groups, ", "), Created: day(u.Created, zone),
		List: iamPath, URL: userURL(u.Name), Shown: r.URL.Query().Get("shown"),
	}
	data.New, data.Secret, _ = strings.Cut(s.shown.value(data.Shown), " ")
	for _, k := range u.Keys {
		row := accessKeyRow{ID: k.ID, Status: status(k), Active: k.Active, Created: day(k.Created, zone), Age: s.age(k.Created), Used: "never"}
		if !k.Used.IsZero() {
			row.Used = clock(k.Used, zone) + ", " + k.Service + " in " + k.Region
		}
		data.Keys = append(data.Keys, row)
	}
	for _, j := range s.Stage.Jobs() {
		if j.User != u.Name {
			continue
		}
		data.Job = &jobRow{KeyID: j.KeyID, Ran: "not yet", Refused: j.Refused, Delivery: stage.KeySecret(u.Name), DeliveryURL: secretURL(stage.KeySecret(u.Name)), Waiting: s.Stage.Delivered(u.Name)}
		if !j.Ran.IsZero() {
			data.Job.Ran = clock(j.Ran, zone)
		}
	}
	s.show(rw, r, console{Tab: "iam", Title: u.Name, Template: "iam-user", Data: data})
}

func userURL(name string) string { return iamPath + "/" + url.PathEscape(name) }

func status(k fakeaws.KeyView) string {
	if k.Active {
		return "Active"
	}
	return "Inactive"
}

// age is how old something is, as IAM's console counts.
func (s *site) age(since time.Time) string {
	days := int(s.Stage.World.Now().Sub(since) / (24 * time.Hour))
	if days == 1 {
		return "1 day"
	}
	return fmt.Sprint(days, " days")
}

// The three things that an administrator does with a user's keys. IAM shows the
// secret half of a new key once.

func (s *site) keyMake(r request) (answer, error) {
	user := r.PostForm.Get("user")
	id, secret, err := s.Stage.MakeKey(user)
	if err != nil {
		return answer{}, fmt.Errorf("AWS refused to make a key: %w", err)
	}
	return answer{Notice: "Made " + id + ".", Location: userURL(user) + "?shown=" + s.shown.put(id+" "+secret)}, nil
}

func (s *site) keySet(r request) (answer, error) {
	user, id, on := r.PostForm.Get("user"), r.PostForm.Get("id"), r.PostForm.Get("active") == "yes"
	if err := s.Stage.SetKey(user, id, on); err != nil {
		return answer{}, fmt.Errorf("AWS refused to change the key: %w", err)
	}
	if on {
		return answer{Notice: "Activated " + id + "."}, nil
	}
	return answer{Notice: "Deactivated " + id + ". Whatever signs in with it is refused."}, nil
}

func (s *site) keyDelete(r request) (answer, error) {
	user, id := r.PostForm.Get("user"), r.PostForm.Get("id")
	if err := s.Stage.DeleteKey(user, id); err != nil {
		return answer{}, fmt.Errorf("AWS refused to delete the key: %w", err)
	}
	return answer{Notice: "Deleted " + id + "."}, nil
}

// jobRun lets a user's job sign in now.
func (s *site) jobRun(r request) (answer, error) {
	user := r.PostForm.Get("user")
	if err := s.Stage.RunJob(r.Context(), user); err != nil {
		return answer{}, err
	}
	for _, j := range s.Stage.Jobs() {
		if j.User == user && j.Refused != "" {
			return answer{}, errors.New("AWS refused the job's key: " + j.Refused)
		}
	}
	return answer{Notice: "The job signed in."}, nil
}

// jobUse is what the user does once they know that a new key is there.
func (s *site) jobUse(r request) (answer, error) {
	user := r.PostForm.Get("user")
	if err := s.Stage.UseDelivered(r.Context(), user); err != nil {
		return answer{}, err
	}
	return answer{Notice: "The job of " + user + " signs in with the delivered key from now on."}, nil
}
