package page

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// A journalPage is a part of the journal, the newest first.
type journalPage struct {
	Rows           []callRow
	Filters        []named
	Provider       string
	Changes        bool
	Newest, Older  string // where the other parts are; empty: there is none
	Total, Matched int
	Leaks          *stage.LeakReport
	Searched       string // when
}

// A callRow is one call, without any value.
type callRow struct {
	Seq                      int
	Clock, Provider          string
	Method, Resource, Caller string
	Token, Fault, Status     string
	Applied, Failed          bool
	Happened                 bool // it is no call: somebody did it to the world
}

// rowsAtOnce is how many calls a page of the journal has.
const rowsAtOnce = 50

// journal shows the calls that reached the fakes, below the number in
// "before", of one provider or all, with or without those that changed nothing.
func (s *site) journal(rw http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	data := journalPage{Provider: asked.Get("provider"), Changes: asked.Has("changes")}
	before, paged := asked.Get("before"), asked.Has("before")
	end := int(number(before))
	v := s.visitor(r)
	zone := s.reader(v).zone
	calls := s.Stage.World.Journal.Calls()
	data.Total = len(calls)
	for i := len(calls) - 1; i >= 0; i-- {
		c := calls[i]
		if data.Provider != "" && c.Provider != data.Provider || data.Changes && !c.Applied && c.Provider != world.Sandbox {
			continue
		}
		data.Matched++
		if paged && c.Seq >= end {
			continue
		}
		if len(data.Rows) == rowsAtOnce {
			if data.Older == "" {
				data.Older = journalURL(data.Provider, data.Changes, strconv.Itoa(data.Rows[rowsAtOnce-1].Seq))
			}
			continue
		}
		data.Rows = append(data.Rows, callRow{
			Seq: c.Seq, Clock: c.At.In(zone).Format("2 Jan 15:04:05"), Provider: providerName(c.Provider),
			Method: c.Method, Resource: c.Resource, Caller: stage.CallerName(c.Caller), Token: c.Token, Fault: faultWords(c.Fault), Status: statusWord(c),
			Applied: c.Applied, Failed: c.Status >= http.StatusBadRequest, Happened: c.Provider == world.Sandbox,
		})
	}
	if paged {
		data.Newest = journalURL(data.Provider, data.Changes, "")
	}
	for _, p := range append([]stage.Provider{{ID: "", Name: "Everything"}}, append(stage.Providers(), stage.Provider{ID: world.Sandbox, Name: "People here"})...) {
		data.Filters = append(data.Filters, named{p.Name, journalURL(p.ID, data.Changes, ""), p.ID == data.Provider})
	}
	if s.Leaks != nil {
		report := s.Leaks()
		data.Leaks, data.Searched = &report, report.At.In(zone).Format("15:04:05")
	}
	s.show(rw, r, console{Tab: "journal", Title: "Journal", Template: "journal", Data: data})
}

// Toggled is the same part of the journal with the other choice of changes.
func (p journalPage) Toggled() string { return journalURL(p.Provider, !p.Changes, "") }

func journalURL(provider string, changes bool, before string) string {
	q := url.Values{}
	if provider != "" {
		q.Set("provider", provider)
	}
	if changes {
		q.Set("changes", "only")
	}
	if before != "" {
		q.Set("before", before)
	}
	return strings.TrimSuffix("/journal?"+q.Encode(), "?")
}

func providerName(id string) string {
	for _, p := range stage.Providers() {
		if p.ID == id {
			return p.Name
		}
	}
	if id == world.Sandbox {
		return "Here"
	}
	return id
}

func statusWord(c world.Call) string {
	if c.Status == 0 {
		return ""
	}
	return strconv.Itoa(c.Status)
}
