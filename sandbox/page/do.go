package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rekey/sandbox/fakeslack"
)

// An answer is what came of a thing that somebody did on the page.
type answer struct {
	Notice   string `json:"notice,omitempty"`   // said once
	Location string `json:"location,omitempty"` // the page to show next; empty: the same
	Error    string `json:"error,omitempty"`    // why it wasn't done
}

// A request is one form that somebody sent.
type request struct {
	*http.Request
	visitor
	rw http.ResponseWriter
}

// actions are all that the page can do, by the last part of the address.
var actions = map[string]func(*site, request) (answer, error){
	"be":                   (*site).be,
	"look":                 (*site).look,
	"say":                  (*site).say,
	"press":                (*site).press,
	"press-view":           (*site).pressView,
	"submit-view":          (*site).submitView,
	"close-view":           (*site).closeView,
	"aws-save":             (*site).awsSave,
	"aws-retrieve":         (*site).awsRetrieve,
	"key-make":             (*site).keyMake,
	"key-set":              (*site).keySet,
	"key-delete":           (*site).keyDelete,
	"job-run":              (*site).jobRun,
	"job-use":              (*site).jobUse,
	"token-regenerate":     (*site).tokenRegenerate,
	"token-second":         (*site).tokenSecond,
	"token-delete":         (*site).tokenDelete,
	"forget":               (*site).forget,
	"run":                  (*site).run,
	"rerun":                (*site).rerun,
	"consumers":            (*site).consumers,
	"issue-shut":           (*site).issueShut,
	"issue-open":           (*site).issueOpen,
	"secret-set":           (*site).secretSet,
	"pd-key-make":          (*site).pdKeyMake,
	"pd-key-delete":        (*site).pdKeyDelete,
	"pd-key-show":          (*site).pdKeyShow,
	"pd-replace":           (*site).pdReplace,
	"pd-slack":             (*site).pdSlack,
	"app-key-generate":     (*site).appKeyGenerate,
	"app-key-delete":       (*site).appKeyDelete,
	"webhook-add":          (*site).webhookAdd,
	"webhook-remove":       (*site).webhookRemove,
	"client-secret-add":    (*site).clientSecretAdd,
	"client-secret-delete": (*site).clientSecretDelete,
	"terminal":             (*site).typeLine,
	"terminal-value":       (*site).typeValue,
	"trouble":              (*site).troubleOrder,
	"trouble-run":          (*site).troubleRun,
	"trouble-slack":        (*site).troubleSlack,
	"trouble-disk":         (*site).troubleDisk,
	"take-back":            (*site).takeBack,
	"all-well":             (*site).allWell,
	"guide":                (*site).guideSet,
	"kill-bot":             (*site).kill,
	"advance":              (*site).advance,
}

// do does one thing. The script gets the answer as JSON; a browser without
// it is sent back to the page.
func (s *site) do(rw http.ResponseWriter, r *http.Request) {
	action, known := actions[r.PathValue("action")]
	if !known {
		http.Error(rw, "The sandbox can't do that.", http.StatusNotFound)
		return
	}
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			http.Error(rw, "That is more than the sandbox takes at once.", http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(rw, "The form can't be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	a, err := action(s, request{r, s.visitor(r), rw})
	if err != nil {
		a.Error = sentence(err)
	} else {
		s.done.Store(r.PathValue("action"), true)
	}
	s.Stage.World.Changed()
	s.Stage.World.Kept()
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(a) // whoever asked has gone
		return
	}
	if a.Error != "" {
		http.Error(rw, a.Error, http.StatusUnprocessableEntity)
		return
	}
	to := a.Location
	if to == "" {
		to = back(r)
	}
	http.Redirect(rw, r, to, http.StatusSeeOther)
}

// back is the page that a form was on.
func back(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return "/"
	}
	return from.RequestURI()
}

// sentence makes an error readable as what a page says.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

func (s *site) be(r request) (answer, error) {
	for _, p := range s.people() {
		if p.Name == r.PostForm.Get("person") {
			remember(r.rw, meCookie, p.Name)
			return answer{Notice: "You are " + p.RealName + " now."}, nil
		}
	}
	return answer{}, errors.New("there is nobody of that name")
}

func (s *site) look(r request) (answer, error) {
	if r.PostForm.Get("channel") == homePlace {
		return s.openHome(r)
	}
	for _, c := range s.channels() {
		if c.ID == r.PostForm.Get("channel") && r.sees(c) {
			remember(r.rw, channelCookie, c.ID)
			return answer{}, nil
		}
	}
	return answer{}, errors.New("you don't see that channel")
}

// say types a line into the box below the messages: a command, or a message.
func (s *site) say(r request) (answer, error) {
	line := strings.TrimSpace(r.PostForm.Get("line"))
	if line == "" {
		return answer{}, errors.New("type something first, such as /rotate help")
	}
	if !strings.HasPrefix(line, "/") {
		_, err := s.Stage.Slack.Say(r.me.ID, r.channel.ID, line)
		return answer{}, err
	}
	_, err := s.Stage.Slack.Command(r.me.ID, r.channel.ID, line)
	return answer{}, seen(err)
}

// seen drops the errors that Slack shows to the person where they look anyway.
func seen(err error) error {
	var fields fakeslack.FieldErrors
	if errors.Is(err, fakeslack.ErrNoAnswer) || errors.Is(err, fakeslack.ErrNotConnected) || errors.As(err, &fields) {
		return nil
	}
	return err
}

// advance moves the world's clock, by no more than a week at once, or to next
// Monday 09:00 in London, when the digest comes.
func (s *site) advance(r request) (answer, error) {
	by, err := time.ParseDuration(r.PostForm.Get("by"))
	if r.PostForm.Get("by") == "monday" {
		by, err = untilMonday(s.Stage.World.Now())
	}
	if err != nil || by <= 0 || by > 7*24*time.Hour {
		return answer{}, errors.New("choose how much later it is to be")
	}
	s.Stage.World.Advance(by)
	s.Stage.World.Happened("The clock was moved on by "+ago(by), r.me.Name)
	return answer{Notice: "It is " + s.Stage.World.Now().In(s.reader(r.visitor).zone).Format("Mon 2 Jan 2006, 15:04") + " now, also for the bot."}, nil
}

func untilMonday(now time.Time) (time.Duration, error) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		return 0, fmt.Errorf("reading the time zone: %w", err)
	}
	now = now.In(london)
	to := time.Date(now.Year(), now.Month(), now.Day(), 9, 0, 0, 0, london)
	for !to.After(now) || to.Weekday() != time.Monday {
		to = to.AddDate(0, 0, 1)
	}
	return to.Sub(now), nil
}

func (s *site) kill(r request) (answer, error) {
	if s.KillBot == nil {
		return answer{}, errors.New("nobody can kill the bot from here")
	}
	if err := s.KillBot(); err != nil {
		return answer{}, err
	}
	s.Stage.World.Happened("The bot was killed (SIGKILL)", r.me.Name)
	return answer{Notice: "The bot was killed (SIGKILL). It starts again from its database."}, nil
}
