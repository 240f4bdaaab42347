package page

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// A troublePage shows what can go wrong, and what has been ordered to.
type troublePage struct {
	Waiting   []stage.Trouble
	Providers []stage.Provider
	Workflows []string
	MayKill   bool
	MayFill   bool
	DiskFull  bool
}

// maxSeconds is the longest that anything is made to take.
const maxSeconds = 600

func (s *site) trouble(rw http.ResponseWriter, r *http.Request) {
	data := troublePage{
		Waiting: s.Stage.Troubles(), Providers: stage.Providers(), Workflows: stage.WorkflowFiles(),
		MayKill: s.KillBot != nil, MayFill: s.FillDisk != nil, DiskFull: s.DiskFull != nil && s.DiskFull(),
	}
	s.show(rw, r, console{Tab: "trouble", Title: "Trouble", Template: "trouble", Data: data})
}

// ordered counts what has been ordered to go wrong.
func (s *site) ordered() int {
	n := len(s.Stage.Troubles())
	if s.DiskFull != nil && s.DiskFull() {
		n++
	}
	return n
}

// troubleOrder makes something go wrong at a provider.
func (s *site) troubleOrder(r request) (answer, error) {
	seconds, err := strconv.Atoi(r.PostForm.Get("seconds"))
	if err != nil || seconds < 1 || seconds > maxSeconds {
		return answer{}, fmt.Errorf("seconds are a whole number from 1 to %d", maxSeconds)
	}
	times, err := strconv.Atoi(r.PostForm.Get("times"))
	if err != nil || times != -1 && times != 1 && times != 5 {
		return answer{}, errors.New("choose how often it is to happen")
	}
	done, err := s.Stage.Order(r.PostForm.Get("provider"), r.PostForm.Get("kind"), time.Duration(seconds)*time.Second, times)
	if err != nil {
		return answer{}, err
	}
	return s.happened(r, done)
}

// happened notes in the journal what somebody did to the world, and says so.
func (s *site) happened(r request, what string) (answer, error) {
	s.Stage.World.Happened(what, r.me.Name)
	return answer{Notice: what + "."}, nil
}

// troubleRun decides what becomes of a workflow's next run.
func (s *site) troubleRun(r request) (answer, error) {
	file, fate := r.PostForm.Get("file"), r.PostForm.Get("fate")
	words, ok := map[string]string{
		fakegithub.Failure: "will fail", fakegithub.Cancelled: "will be cancelled", fakegithub.NeverStarts: "will stay queued for ever",
	}[fate]
	repo, known := stage.RepoOf(file)
	if !ok || !known {
		return answer{}, errors.New("choose a workflow, and what becomes of its next run")
	}
	if err := s.Stage.GitHub.FailNext(repo, file, fate); err != nil {
		return answer{}, err
	}
	return s.happened(r, "The next run of "+file+" "+words)
}

// troubleSlack disturbs the bot's connection to Slack.
func (s *site) troubleSlack(r request) (answer, error) {
	switch r.PostForm.Get("do") {
	case "drop":
		s.Stage.Slack.DropSockets()
		return s.happened(r, "Slack's connections to the bot were cut")
	case "refresh":
		s.Stage.Slack.Disconnect("refresh_requested")
		return s.happened(r, "Slack asked the bot to connect anew")
	case "twice":
		s.Stage.Slack.Duplicate(s.Stage.Slack.Duplicates() + 1)
		return s.happened(r, "Slack will deliver twice what is pressed or typed next")
	}
	return answer{}, errors.New("choose what Slack is to do")
}

// troubleDisk fills the bot's disk, or makes room on it.
func (s *site) troubleDisk(r request) (answer, error) {
	if s.FillDisk == nil {
		return answer{}, errors.New("this system can't limit what a running program writes")
	}
	full := r.PostForm.Get("full") != ""
	if err := s.FillDisk(full); err != nil {
		return answer{}, err
	}
	if !full {
		return s.happened(r, "There is room on the bot's disk again")
	}
	return s.happened(r, "The bot's disk is full: it can't write to its database")
}

// takeBack takes back one thing that was ordered to go wrong.
func (s *site) takeBack(r request) (answer, error) {
	id := r.PostForm.Get("id")
	for _, t := range s.Stage.Troubles() {
		if t.ID == id {
			if err := s.Stage.TakeBack(id); err != nil {
				return answer{}, err
			}
			return s.happened(r, "Taken back: "+t.Where+" "+t.What)
		}
	}
	return answer{}, errors.New("that is over already")
}

// allWell takes everything back.
func (s *site) allWell(r request) (answer, error) {
	s.Stage.AllWell()
	if s.DiskFull != nil && s.DiskFull() {
		if err := s.FillDisk(false); err != nil {
			return answer{}, err
		}
	}
	return s.happened(r, "All is well again")
}

// faultWords says in a few words what a fault did to a call.
func faultWords(word string) string {
	switch word {
	case "":
		return ""
	case world.Down:
		return "not done, connection reset"
	case world.Pre5xx, world.TooMany:
		return "not done"
	case world.Slow:
		return "slow"
	case world.PostHang:
		return "done, and never answered"
	case world.Post5xx:
		return "done, and answered with 500"
	case world.PostReset:
		return "done, and the connection cut"
	}
	return strings.ToLower(word)
}
