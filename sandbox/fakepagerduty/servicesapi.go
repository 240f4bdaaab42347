package fakepagerduty

import (
	"net/http"
	"slices"
)

// reference is PagerDuty's short form of a thing:
// https://developer.pagerduty.com/docs/resource-references.
func (f *Fake) reference(base, kind, id, summary string) object {
	return object{
		"id": id, "type": kind + "_reference", "summary": summary,
		"self": base + "/" + kind + "s/" + id, "html_url": f.web("/" + kind + "s/" + id),
	}
}

func (f *Fake) listServices(q *request) (int, any, error) {
	shapes := []object{}
	for _, o := range f.owners {
		if o.kind == Service {
			shapes = append(shapes, f.serviceShape(q, o))
		}
	}
	return http.StatusOK, q.page("services", shapes), nil
}

func (f *Fake) readService(q *request) (int, any, error) {
	o := f.ownerOf(Service, q.PathValue("service"))
	if o == nil {
		return 0, nil, notFound
	}
	return http.StatusOK, object{"service": f.serviceShape(q, o)}, nil
}

func (f *Fake) readIntegration(q *request) (int, any, error) {
	o := f.ownerOf(Service, q.PathValue("service"))
	if o == nil || o.integration(q.PathValue("integration")) == nil {
		return 0, nil, notFound
	}
	return http.StatusOK, object{"integration": f.integrationShape(q.base, o, o.integration(q.PathValue("integration")), true)}, nil
}

// serviceShape has its integrations as references, unless they are asked for
// with include[]=integrations.
func (f *Fake) serviceShape(q *request, o *owner) object {
	whole := slices.Contains(q.URL.Query()["include[]"], "integrations")
	integrations := []object{}
	for _, i := range o.integrations {
		integrations = append(integrations, f.integrationShape(q.base, o, i, whole))
	}
	shape := f.reference(q.base, "service", o.id, o.name)
	for k, v := range (object{
		"type": "service", "name": o.name, "description": "", "status": "active", "created_at": at(f.now()),
		"auto_resolve_timeout": nil, "acknowledgement_timeout": nil, "alert_creation": "create_alerts_and_incidents",
		"escalation_policy": f.policy(q.base, o), "integrations": integrations, "teams": []object{}, "addons": []object{},
	}) {
		shape[k] = v
	}
	return shape
}

func (f *Fake) policy(base string, o *owner) object {
	p := f.reference(base, "escalation_policy", o.policy, o.name)
	p["self"], p["html_url"] = base+"/escalation_policies/"+o.policy, f.web("/escalation_policies/"+o.policy)
	return p
}

func (f *Fake) integrationShape(base string, o *owner, i *integration, whole bool) object {
	path := "/services/" + o.id + "/integrations/" + i.id
	shape := object{
		"id": i.id, "type": "events_api_v2_inbound_integration_reference", "summary": i.name, "self": base + path, "html_url": f.web(path),
	}
	if whole {
		shape["type"], shape["name"], shape["integration_key"] = "events_api_v2_inbound_integration", i.name, i.key
		shape["created_at"] = at(f.now())
		shape["service"] = f.reference(base, "service", o.id, o.name)
	}
	return shape
}

// https://developer.pagerduty.com/api-reference/7ba0fe7bdb26a-list-event-orchestrations
func (f *Fake) listOrchestrations(q *request) (int, any, error) {
	shapes := []object{}
	for _, o := range f.owners {
		if o.kind == Orchestration {
			shapes = append(shapes, f.orchestrationShape(q.base, o, false))
		}
	}
	return http.StatusOK, q.page("orchestrations", shapes), nil
}

func (f *Fake) readOrchestration(q *request) (int, any, error) {
	o := f.ownerOf(Orchestration, q.PathValue("orchestration"))
	if o == nil {
		return 0, nil, notFound
	}
	return http.StatusOK, object{"orchestration": f.orchestrationShape(q.base, o, true)}, nil
}

// orchestrationShape has integrations only when it is read by itself.
func (f *Fake) orchestrationShape(base string, o *owner, whole bool) object {
	shape := object{
		"id": o.id, "self": base + "/event_orchestrations/" + o.id, "name": o.name, "description": "",
		"routes": 1, "team": nil, "version": "1", "created_at": at(f.now()), "updated_at": at(f.now()),
	}
	if whole {
		integrations := []object{}
		for _, i := range o.integrations {
			integrations = append(integrations, object{"id": i.id, "label": i.name, "parameters": object{"routing_key": i.key, "type": "global"}})
		}
		shape["integrations"] = integrations
	}
	return shape
}

// listOnCalls knows one filter, escalation_policy_ids[], and one time, now.
func (f *Fake) listOnCalls(q *request) (int, any, error) {
	wanted, shapes := q.URL.Query()["escalation_policy_ids[]"], []object{}
	for _, o := range f.owners {
		if o.kind != Service || len(wanted) > 0 && !slices.Contains(wanted, o.policy) {
			continue
		}
		for i, email := range o.levels {
			if u := f.userNamed(email); u != nil {
				shapes = append(shapes, object{
					"escalation_policy": f.policy(q.base, o), "escalation_level": i + 1, "schedule": nil,
					"user": f.reference(q.base, "user", u.id, u.name), "start": nil, "end": nil,
				})
			}
		}
	}
	return http.StatusOK, q.page("oncalls", shapes), nil
}
