package page

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// terminal is what each person typed in their terminal and what came of it.
// The only programs that it has are `rekey put` and `rekey take`, which people
// run on machines of their own.
type terminal struct {
	mu       sync.Mutex
	sessions map[string]*session
}

// A session is one person's terminal.
type session struct {
	Lines   []entry
	Waiting string   // the line that waits for its hidden value, or empty
	args    []string // of that line
}

// An entry is one line that ran, and what it printed.
type entry struct {
	Line, Output string
	Failed       bool
}

const (
	maxEntries = 50
	maxOutput  = 20_000 // bytes shown of what one line printed
	putTime    = time.Minute
)

func newTerminal() *terminal { return &terminal{sessions: map[string]*session{}} }

// change looks at or changes a person's session.
func (t *terminal) change(person string, do func(*session)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sessions[person] == nil {
		t.sessions[person] = &session{}
	}
	do(t.sessions[person])
}

func (t *terminal) session(person string) session {
	var out session
	t.change(person, func(s *session) { out = session{Lines: slices.Clone(s.Lines), Waiting: s.Waiting} })
	return out
}

func (s *session) add(e entry) {
	if len(e.Output) > maxOutput {
		e.Output = e.Output[:maxOutput] + "\n… and more"
	}
	s.Lines = append(s.Lines, e)
	s.Lines = s.Lines[max(0, len(s.Lines)-maxEntries):]
}

func (s *site) serveTerminal(rw http.ResponseWriter, r *http.Request) {
	me := s.visitor(r).me.Name
	s.show(rw, r, console{Tab: "terminal", Title: "Terminal", Template: "terminal", Data: map[string]any{"Me": me, "Session": s.terminal.session(me)}})
}

// typeLine takes a line. One that asks for help runs at once; any other waits
// for the hidden value first.
func (s *site) typeLine(r request) (answer, error) {
	line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(r.PostForm.Get("line")), "$ "))
	command, args, err := rekeyLine(line)
	switch {
	case err != nil:
		s.terminal.change(r.me.Name, func(t *session) { t.Waiting, t.args = "", nil; t.add(entry{line, err.Error(), true}) })
	case command == "take":
		s.terminal.change(r.me.Name, func(t *session) { t.Waiting, t.args = "", nil })
		s.take(r, line, args)
	case slices.ContainsFunc(args, func(a string) bool { return a == "-h" || a == "--help" }):
		s.terminal.change(r.me.Name, func(t *session) { t.Waiting, t.args = "", nil })
		s.put(r, line, args, "")
	default:
		s.terminal.change(r.me.Name, func(t *session) { t.Waiting, t.args = line, args })
	}
	return answer{Location: "/terminal"}, nil
}

// rekeyLine returns which of the two commands a line has, and what follows it.
// Every other line is an error.
func rekeyLine(line string) (command string, args []string, err error) {
	words, err := split(line)
	switch {
	case err != nil:
		return "", nil, err
	case len(words) < 2 || words[0] != "rekey" || words[1] != "put" && words[1] != "take":
		return "", nil, errors.New("this terminal runs `rekey put …` and `rekey take …` only")
	}
	return words[1], words[2:], nil
}

// typeValue is the hidden value that the waiting line asked for; leaving it
// takes the line back.
func (s *site) typeValue(r request) (answer, error) {
	var line string
	var args []string
	s.terminal.change(r.me.Name, func(t *session) {
		line, args = t.Waiting, t.args
		t.Waiting, t.args = "", nil
		if r.PostForm.Has("stop") && line != "" {
			t.add(entry{line, "^C", true})
			line = ""
		}
	})
	if line != "" {
		s.put(r, line, args, r.PostForm.Get("value"))
	}
	return answer{Location: "/terminal"}, nil
}

// put runs rekey and keeps what it printed.
func (s *site) put(r request, line string, args []string, value string) {
	if s.Put == nil {
		s.terminal.change(r.me.Name, func(t *session) { t.add(entry{line, "rekey: command not found", true}) })
		return
	}
	if value != "" {
		s.Stage.World.Values.Add("value typed in the terminal by "+r.me.Name, value)
	}
	ctx, stop := context.WithTimeout(r.Context(), putTime)
	defer stop()
	out, err := s.Put(ctx, r.me.Name, args, value)
	s.ran(r, line, out, err)
}

// take runs rekey and keeps what it printed, as a terminal does.
func (s *site) take(r request, line string, args []string) {
	if s.Take == nil {
		s.terminal.change(r.me.Name, func(t *session) { t.add(entry{line, "rekey: command not found", true}) })
		return
	}
	ctx, stop := context.WithTimeout(r.Context(), putTime)
	defer stop()
	out, err := s.Take(ctx, r.me.Name, args)
	s.ran(r, line, out, err)
}

func (s *site) ran(r request, line, out string, err error) {
	e := entry{Line: line, Output: strings.TrimRight(out, "\n")}
	if err != nil {
		e.Output, e.Failed = strings.TrimLeft(e.Output+"\n("+err.Error()+")", "\n"), true
	}
	s.terminal.change(r.me.Name, func(t *session) { t.add(e) })
}
