package fakeslack

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekey/sandbox/world"
)

// A method is one Web API method: the scope that it needs, its rate tier, what
// the journal calls its resource, and what it does with the lock held.
type method struct {
	scope    func(*Slack, args) string
	tier     int
	resource string
	do       func(*Slack, args, *world.Call) object
}

// Tiers: https://docs.slack.dev/apis/web-api/rate-limits.
var methods map[string]method

func init() {
	methods = map[string]method{
		"apps.connections.open": {none, 1, "", (*Slack).connectionsOpen},
		"auth.test":             {none, 4, "", (*Slack).authTest},
		"chat.postMessage":      {needs("chat:write"), tierPost, "channel", (*Slack).postMessage},
		"chat.update":           {needs("chat:write"), 3, "channel", (*Slack).updateMessage},
		"chat.postEphemeral":    {needs("chat:write"), 4, "channel", (*Slack).postEphemeral},
		"chat.delete":           {needs("chat:write"), 3, "channel", (*Slack).deleteMessage},
		"chat.getPermalink":     {none, 4, "channel", (*Slack).permalink},
		"views.open":            {none, 4, "", (*Slack).viewsOpen},
		"views.push":            {none, 4, "", (*Slack).viewsPush},
		"views.update":          {none, 4, "view_id", (*Slack).viewsUpdate},
		"views.publish":         {none, 4, "user_id", (*Slack).viewsPublish},
		"usergroups.list":       {needs("usergroups:read"), 2, "", (*Slack).usergroupsList},
		"usergroups.users.list": {needs("usergroups:read"), 2, "usergroup", (*Slack).usergroupsUsersList},
		"users.info":            {needs("users:read"), 4, "user", (*Slack).usersInfo},
		"users.lookupByEmail":   {needs("users:read.email"), 3, "email", (*Slack).usersLookupByEmail},
		"conversations.info":    {ofChannel("read"), 3, "channel", (*Slack).conversationsInfo},
		"conversations.history": {ofChannel("history"), 3, "channel", (*Slack).conversationsHistory},
		"conversations.replies": {ofChannel("history"), 3, "channel", (*Slack).conversationsReplies},
		"conversations.open":    {needs("im:write"), 3, "users", (*Slack).conversationsOpen},

		"files.getUploadURLExternal":   {needs("files:write"), 4, "filename", (*Slack).uploadURL},
		"files.completeUploadExternal": {needs("files:write"), 4, "channel_id", (*Slack).completeUpload},
	}
}

func none(*Slack, args) string { return "" }

func needs(scope string) func(*Slack, args) string {
	return func(*Slack, args) string { return scope }
}

// ofChannel names the scope for the kind of channel that a call is about.
func ofChannel(what string) func(*Slack, args) string {
	return func(s *Slack, a args) string {
		switch c := s.channel(a.str("channel")); {
		case c != nil && c.User != "":
			return "im:" + what
		case c != nil && c.Private:
			return "groups:" + what
		}
		return "channels:" + what
	}
}

func (s *Slack) serveAPI(rw http.ResponseWriter, r *http.Request, body []byte) {
	name := strings.TrimPrefix(r.URL.Path, "/api/")
	a, err := arguments(r, body)
	m, known := methods[name]
	call := &world.Call{Provider: "slack", Method: name, Caller: s.cfg.AppID}
	if err == nil {
		call.Resource, call.Token = a.str(m.resource), firstBlockID(a.raw("blocks"))
		if view, bad := viewArgument(a); bad == nil && call.Token == "" {
			call.Token = firstBlockID(encode(list(view, "blocks")))
		}
	}
	s.w.Serve(rw, r, call, func(rw http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.base = baseOf(r)
		switch {
		case err != nil:
			s.note("%s: %v", name, err)
			answer(rw, refuse("invalid_form_data"))
		case !known:
			s.note("%s: unknown method", name)
			answer(rw, object{"ok": false, "error": "unknown_method", "req_method": name})
		default:
			s.call(rw, r, name, m, a, call)
		}
	})
}

// call holds the lock.
func (s *Slack) call(rw http.ResponseWriter, r *http.Request, name string, m method, a args, call *world.Call) {
	if refused := s.authorise(r, name, a); refused != nil {
		answer(rw, refused)
		return
	}
	rw.Header().Set("X-OAuth-Scopes", strings.Join(s.cfg.Scopes, ","))
	if o := s.ordered(name); o != nil && o.code != "" {
		answer(rw, refuse(o.code))
		return
	} else if o != nil {
		tooMany(rw, o.retryAfter)
		return
	}
	if scope := m.scope(s, a); scope != "" && !slices.Contains(s.cfg.Scopes, scope) {
		o := refuse("missing_scope")
		o["needed"], o["provided"] = scope, strings.Join(s.cfg.Scopes, ",")
		answer(rw, o)
		return
	}
	if wait := s.limited(name, m.tier, a.str("channel"), time.Now()); wait > 0 {
		tooMany(rw, strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		return
	}
	answer(rw, m.do(s, a, call))
}

// authorise wants the token that the method is for, in the header, or in the
// form where Slack allows that.
func (s *Slack) authorise(r *http.Request, name string, a args) object {
	token, inHeader := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !inHeader {
		token = a.str("token")
	}
	want := s.cfg.BotToken
	if name == "apps.connections.open" {
		want = s.cfg.AppToken
		if a.str("token") != "" {
			s.note("%s: the token must be in the Authorization header alone", name)
			return refuse("invalid_auth")
		}
	}
	switch token {
	case "":
		return refuse("not_authed")
	case want:
		return nil
	case s.cfg.AppToken, s.cfg.BotToken:
		return refuse("not_allowed_token_type")
	}
	return refuse("invalid_auth")
}

func arguments(r *http.Request, body []byte) (args, error) {
	a := args{}
	add := func(form url.Values) {
		for key, values := range form {
			a[key] = values[0]
		}
	}
	add(r.URL.Query())
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil && len(body) > 0:
		return nil, errors.New("the request has a body and no Content-Type")
	case kind == "application/json" && len(body) > 0:
		if err := json.Unmarshal(body, &a); err != nil {
			return nil, errors.New("the body isn't a JSON object")
		}
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errors.New("the body isn't a form")
		}
		add(form)
	case len(body) > 0:
		return nil, errors.New("the body is neither JSON nor a form: " + kind)
	}
	return a, nil
}

func baseOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// tooMany answers 429 with a Retry-After header, or without one if it is empty.
func tooMany(rw http.ResponseWriter, retryAfter string) {
	if retryAfter != "" {
		rw.Header().Set("Retry-After", retryAfter)
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(http.StatusTooManyRequests)
	_, _ = rw.Write(encode(refuse("ratelimited")))
}

func refuse(code string) object { return object{"ok": false, "error": code} }

func answer(rw http.ResponseWriter, o object) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = rw.Write(encode(o))
}

func (s *Slack) authTest(args, *world.Call) object {
	o := object{
		"ok": true, "url": "https://" + s.cfg.TeamDomain + ".slack.com/", "team": s.cfg.TeamDomain, "team_id": s.cfg.TeamID,
		"user": s.cfg.BotName, "user_id": s.cfg.BotUserID, "bot_id": s.cfg.BotID, "is_enterprise_install": false,
	}
	if s.cfg.EnterpriseID != "" {
		o["enterprise_id"] = s.cfg.EnterpriseID
	}
	return o
}
