package fakepagerduty

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"rekey/sandbox/world"
)

// An IncidentView is one incident as the console lists it.
type IncidentView struct {
	Number   int
	Service  string // by its name
	Title    string
	Status   string // "triggered", "acknowledged" or "resolved"
	DedupKey string
	Created  time.Time
	Owner    string // the id of what let the event in: the service, or an orchestration
	Way      string // its name and the integration's
}

type incident struct {
	number   int
	service  *owner
	title    string
	status   string
	dedupKey string
	created  time.Time
	owner    *owner
	way      string
}

// Incidents returns all incidents, newest first.
func (f *Fake) Incidents() []IncidentView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []IncidentView
	for _, i := range slices.Backward(f.incidents) {
		out = append(out, IncidentView{i.number, i.service.name, i.title, i.status, i.dedupKey, i.created, i.owner.id, i.way})
	}
	return out
}

// An event is what the Events API v2 takes.
type event struct {
	RoutingKey string `json:"routing_key"`
	Action     string `json:"event_action"`
	DedupKey   string `json:"dedup_key"`
	Payload    *struct {
		Summary  string `json:"summary"`
		Source   string `json:"source"`
		Severity string `json:"severity"`
	} `json:"payload"`
}

var actions = []string{"trigger", "acknowledge", "resolve"}

// enqueue takes an event. Who sends it is told by its routing key alone.
// https://developer.pagerduty.com/api-reference/368ae3d938c9e-send-an-event-to-pager-duty
func (f *Fake) enqueue(rw http.ResponseWriter, r *http.Request) {
	var e event
	malformed := json.Unmarshal(read(rw, r), &e)
	call := &world.Call{Provider: provider, Method: Enqueue, Token: e.DedupKey}
	if slices.Contains(actions, e.Action) {
		call.Method += " " + e.Action
	}
	f.mu.Lock()
	o, i := f.wayOf(e.RoutingKey)
	if o != nil {
		call.Resource = o.name + "/" + i.name
	}
	f.mu.Unlock()
	f.serve(rw, r, &request{Request: r, call: call}, func(q *request) (int, any, error) {
		if malformed != nil {
			return 0, nil, invalidEvent("Event object is not valid JSON")
		}
		return f.take(q, e)
	})
}

// take does what an event says.
func (f *Fake) take(q *request, e event) (int, any, error) {
	if err := e.check(); err != nil {
		return 0, nil, err
	}
	o, i := f.wayOf(e.RoutingKey)
	if o == nil {
		return 0, nil, invalidEvent("Invalid routing key")
	}
	service := o
	if o.routes != nil {
		service = o.routes
	}
	if e.DedupKey == "" {
		e.DedupKey = world.Random(32, "0123456789abcdef")
	}
	at := slices.IndexFunc(f.incidents, func(x *incident) bool {
		return x.service == service && x.dedupKey == e.DedupKey && x.status != "resolved"
	})
	switch {
	case e.Action == "trigger" && at < 0:
		f.incidents = append(f.incidents, &incident{number: len(f.incidents) + 1, service: service, title: e.Payload.Summary,
			status: "triggered", dedupKey: e.DedupKey, created: f.now(), owner: o, way: o.name + " › " + i.name})
		q.call.Applied = true
	case e.Action == "acknowledge" && at >= 0:
		f.incidents[at].status = "acknowledged"
		q.call.Applied = true
	case e.Action == "resolve" && at >= 0:
		f.incidents[at].status = "resolved"
		q.call.Applied = true
	}
	return http.StatusAccepted, object{"status": "success", "message": "Event processed", "dedup_key": e.DedupKey}, nil
}

func (e event) check() error {
	var wrong []string
	if len(e.RoutingKey) != 32 {
		wrong = append(wrong, "Length of 'routing_key' is incorrect (should be 32 characters)")
	}
	if !slices.Contains(actions, e.Action) {
		wrong = append(wrong, "'event_action' is missing or blank")
	}
	if e.Action != "trigger" && e.DedupKey == "" {
		wrong = append(wrong, "'dedup_key' is missing or blank")
	}
	if e.Action == "trigger" {
		if p := e.Payload; p == nil || p.Summary == "" || p.Source == "" || !slices.Contains([]string{"critical", "error", "warning", "info"}, p.Severity) {
			wrong = append(wrong, "'payload' needs a summary, a source and a severity")
		}
	}
	if len(e.DedupKey) > 255 {
		wrong = append(wrong, fmt.Sprintf("'dedup_key' has %d characters and may have 255", len(e.DedupKey)))
	}
	if wrong != nil {
		return invalidEvent(wrong...)
	}
	return nil
}

// wayOf finds the integration that a key opens.
func (f *Fake) wayOf(key string) (*owner, *integration) {
	for _, o := range f.owners {
		for _, i := range o.integrations {
			if key != "" && i.key == key {
				return o, i
			}
		}
	}
	return nil, nil
}
