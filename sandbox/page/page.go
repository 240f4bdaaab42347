// Package page is the sandbox's web page: on the left a workspace that looks
// and behaves like Slack, on the right the consoles that the runbooks send
// people to, under the addresses that the card's links lead to. What a person
// does here happens in the fakes; whatever the bot then does shows at once.
//
// The page is rendered by the server and works on its own forms and links. Its
// script sends the forms without a reload, and renders the page again when
// something in the world changes, keeping focus and what is being typed.
//
// The page shows secret values, so it answers loopback only and changes nothing
// that another site asks for.
package page

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"sync"

	"rekey/sandbox/stage"
)

// Parts are what the page shows and does.
type Parts struct {
	Stage *stage.Stage

	// Put runs `rekey put` with args as a person, by their handle, with stdin,
	// and returns what it printed. An error says how it ended, such as an exit
	// code. Nil: the terminal says that it has no rekey.
	Put func(ctx context.Context, person string, args []string, stdin string) (string, error)

	// Take runs `rekey take` in the same way, which asks for nothing.
	Take func(ctx context.Context, person string, args []string) (string, error)

	// BotStatus says in a few words how the bot is; nil says nothing.
	BotStatus func() string

	// Playing says what is being played by others; nil or empty: nothing is.
	Playing func() string

	// KillBot kills the bot as a crash would; nil shows no button for it.
	KillBot func() error

	// Leaks is what the leak monitor has found so far; nil shows nothing of it.
	Leaks func() stage.LeakReport

	// FillDisk makes the bot unable to write another byte to a file, or able to
	// again; nil says that this system can't. DiskFull tells which it is now.
	FillDisk func(full bool) error
	DiskFull func() bool
}

//go:embed templates static
var files embed.FS

// A site is the page for one stage.
type site struct {
	Parts
	templates *template.Template
	shown     *shown
	terminal  *terminal
	done      sync.Map // the names of the actions that somebody has done here
}

// New returns the page. It serves the whole of a host: addresses of the
// consoles stand beside its own.
func New(p Parts) http.Handler {
	s := &site{
		Parts: p, templates: parsed(), shown: newShown(), terminal: newTerminal(),
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		panic(fmt.Sprintf("page: %v", err)) // the embedded files are part of the program
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.start)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /terminal", s.serveTerminal)
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	mux.HandleFunc("GET /files/{id}", s.file)
	mux.HandleFunc("POST /do/{action}", s.do)
	s.awsRoutes(mux)
	s.iamRoutes(mux)
	s.githubRoutes(mux)
	s.pagerDutyRoutes(mux)
	s.webhookRoutes(mux)
	s.entraRoutes(mux)
	mux.HandleFunc("GET /trouble", s.trouble)
	mux.HandleFunc("GET /journal", s.journal)
	mux.HandleFunc("GET /", s.lost)
	return guard(mux)
}

// A console is the right half of the page, as one request asked for it.
type console struct {
	Tab      string // which tab is current: start, aws, iam, tokens, actions, pagerduty, slack-app, entra, terminal, trouble, journal
	Title    string
	Template string
	Data     any
	Status   int // 0: OK
}

// A screen is the whole page.
type screen struct {
	Title, Tab string
	Workspace  workspace
	Console    template.HTML
	Clock      string // what the world's clock shows
	Bot        string
	Playing    string            // what others play meanwhile
	Leaks      *stage.LeakReport // nil: nobody searches
	MayKill    bool
	Guide      guide
	Ordered    int // how much is to go wrong
}

// show renders the whole page with c on its right.
func (s *site) show(rw http.ResponseWriter, r *http.Request, c console) {
	right, err := s.render(c.Template, c.Data)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	view := screen{Title: c.Title, Tab: c.Tab, Console: right, MayKill: s.KillBot != nil, Guide: s.guide(r), Ordered: s.ordered(), Workspace: s.workspace(s.visitor(r))}
	view.Clock = s.Stage.World.Now().In(s.reader(s.visitor(r)).zone).Format("Mon 2 Jan 2006, 15:04")
	if s.BotStatus != nil {
		view.Bot = s.BotStatus()
	}
	if s.Playing != nil {
		view.Playing = s.Playing()
	}
	if s.Leaks != nil {
		report := s.Leaks()
		view.Leaks = &report
	}
	whole, err := s.render("page", view)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	if c.Status != 0 {
		rw.WriteHeader(c.Status)
	}
	_, _ = rw.Write([]byte(whole)) // whoever asked has gone
}

func (s *site) start(rw http.ResponseWriter, r *http.Request) {
	s.show(rw, r, console{Tab: "start", Title: "Start", Template: "start", Data: s.guide(r)})
}

// lost is every address that the sandbox has no console for.
func (s *site) lost(rw http.ResponseWriter, r *http.Request) {
	s.show(rw, r, console{Title: "Not found", Template: "lost", Data: r.URL.Path, Status: http.StatusNotFound})
}
