package fakegithub

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"rekey/sandbox/world"
)

// A route is one operation: where it is, what it is called in the journal,
// who may ask, and how it is answered.
type route struct {
	pattern string
	method  string
	signs   signature
	needs   grant // for routes of a repository or an organisation
	answer  func(f *Fake, q *request) (int, any, error)
}

// A signature is how a caller has to sign in.
type signature int

const (
	byToken signature = iota
	byApp             // an App's JSON web token
	byNobody
)

// A request is one call on its way to the answer. It is used under the fake's
// lock.
type request struct {
	*http.Request
	call   *world.Call
	header http.Header // of the answer
	body   []byte
	token  *token
	app    *App
	repo   *repo
	base   string // of URLs in the answer, without a slash at the end
}

const inRepo = "/repos/{owner}/{repo}"

var routes = []route{
	{"GET /user", ReadUser, byToken, grant{}, (*Fake).readUser},
	{"GET /rate_limit", ReadRateLimit, byToken, grant{}, (*Fake).readRateLimit},
	{"POST /credentials/revoke", RevokeCredentials, byNobody, grant{}, (*Fake).revokeCredentials},
	{"GET /app", ReadApp, byApp, grant{}, (*Fake).readApp},
	{"POST /app/installations/{installation}/access_tokens", CreateAccessToken, byApp, grant{}, (*Fake).createAccessToken},
	{"GET /orgs/{org}/personal-access-tokens", ListOrgTokens, byToken, grant{"organization_personal_access_tokens", "read"}, (*Fake).listOrgTokens},
	{"GET " + inRepo + "/installation", ReadInstallation, byApp, grant{}, (*Fake).readInstallation},
	{"GET " + inRepo, ReadRepo, byToken, grant{"metadata", "read"}, (*Fake).readRepo},
	{"GET " + inRepo + "/branches/{branch}", ReadBranch, byToken, grant{"contents", "read"}, (*Fake).readBranch},
	{"GET " + inRepo + "/environments", ListEnvironments, byToken, grant{"actions", "read"}, (*Fake).listEnvironments},
	{"GET " + inRepo + "/keys", ListDeployKeys, byToken, grant{"administration", "read"}, (*Fake).listDeployKeys},
	{"GET " + inRepo + "/issues", ListIssues, byToken, grant{"issues", "read"}, (*Fake).listIssues},
	{"POST " + inRepo + "/issues", CreateIssue, byToken, grant{"issues", "write"}, (*Fake).createIssue},
	{"GET " + inRepo + "/issues/{issue}", ReadIssue, byToken, grant{"issues", "read"}, (*Fake).readIssue},
	{"PATCH " + inRepo + "/issues/{issue}", UpdateIssue, byToken, grant{"issues", "write"}, (*Fake).updateIssue},
	{"GET " + inRepo + "/issues/{issue}/comments", ListComments, byToken, grant{"issues", "read"}, (*Fake).listComments},
	{"POST " + inRepo + "/issues/{issue}/comments", CreateComment, byToken, grant{"issues", "write"}, (*Fake).createComment},

	{"GET " + inRepo + "/actions/workflows", ListWorkflows, byToken, grant{"actions", "read"}, (*Fake).listWorkflows},
	{"GET " + inRepo + "/actions/workflows/{workflow}", ReadWorkflow, byToken, grant{"actions", "read"}, (*Fake).readWorkflow},
	{"POST " + inRepo + "/actions/workflows/{workflow}/dispatches", Dispatch, byToken, grant{"actions", "write"}, (*Fake).dispatch},
	{"GET " + inRepo + "/actions/workflows/{workflow}/runs", ListRuns, byToken, grant{"actions", "read"}, (*Fake).listRuns},
	{"GET " + inRepo + "/actions/runs", ListRuns, byToken, grant{"actions", "read"}, (*Fake).listRuns},
	{"GET " + inRepo + "/actions/runs/{run}", ReadRun, byToken, grant{"actions", "read"}, (*Fake).readRun},
	{"GET " + inRepo + "/actions/runs/{run}/attempts/{attempt}", ReadAttempt, byToken, grant{"actions", "read"}, (*Fake).readAttempt},
	{"GET " + inRepo + "/actions/runs/{run}/jobs", ListJobs, byToken, grant{"actions", "read"}, (*Fake).listJobs},
	{"POST " + inRepo + "/actions/runs/{run}/rerun", RerunRun, byToken, grant{"actions", "write"}, (*Fake).rerunRun},
	{"POST " + inRepo + "/actions/runs/{run}/rerun-failed-jobs", RerunRun, byToken, grant{"actions", "write"}, (*Fake).rerunRun},
	{"POST " + inRepo + "/actions/runs/{run}/cancel", CancelRun, byToken, grant{"actions", "write"}, (*Fake).cancelRun},

	{"GET " + inRepo + "/actions/secrets", ListSecrets, byToken, grant{"secrets", "read"}, (*Fake).listSecrets},
	{"GET " + inRepo + "/actions/secrets/public-key", ReadPublicKey, byToken, grant{"secrets", "read"}, (*Fake).readPublicKey},
	{"GET " + inRepo + "/actions/secrets/{secret}", ReadSecret, byToken, grant{"secrets", "read"}, (*Fake).readSecret},
	{"PUT " + inRepo + "/actions/secrets/{secret}", PutSecret, byToken, grant{"secrets", "write"}, (*Fake).putSecret},
	{"DELETE " + inRepo + "/actions/secrets/{secret}", DeleteSecret, byToken, grant{"secrets", "write"}, (*Fake).deleteSecret},
	{"/", Unknown, byNobody, grant{}, func(*Fake, *request) (int, any, error) { return 0, nil, notFound }},
}

func (f *Fake) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(rw http.ResponseWriter, r *http.Request) { f.serve(rw, r, rt) })
	}
	return mux
}

func (f *Fake) serve(rw http.ResponseWriter, r *http.Request, rt route) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
	if err != nil {
		http.Error(rw, "reading the request: "+err.Error(), http.StatusBadRequest)
		return
	}
	q := &request{Request: r, body: body, base: "http://" + r.Host}
	q.call = &world.Call{Provider: "github", Method: rt.method, Resource: resource(r), Caller: f.caller(r)}
	if rt.method == ReadUser { // it is about whose the token is
		q.call.Resource = cmp.Or(q.call.Caller, "nobody")
	}
	f.w.Serve(rw, r, q.call, func(rw http.ResponseWriter, _ *http.Request) {
		q.header = rw.Header()
		f.mu.Lock()
		status, answer, err := f.decide(q, rt)
		f.mu.Unlock()
		q.header.Set("X-GitHub-Request-Id", world.Random(4, "0123456789ABCDEF")+":"+world.Random(12, "0123456789ABCDEF"))
		if err != nil {
			status, answer = refuse(err)
		}
		if answer == nil {
			rw.WriteHeader(status)
			return
		}
		q.header.Set("Content-Type", "application/json; charset=utf-8")
		rw.WriteHeader(status)
		_ = json.NewEncoder(rw).Encode(answer)
	})
}

// decide goes through the gates in GitHub's order: rate limit, credentials,
// whether the repository can be seen, permission; then it answers.
func (f *Fake) decide(q *request, rt route) (int, any, error) {
	if err := f.spend(q, rt); err != nil {
		return 0, nil, err
	}
	if err := f.signIn(q, rt); err != nil {
		return 0, nil, err
	}
	if strings.Contains(rt.pattern, inRepo) {
		if err := f.enter(q, rt); err != nil {
			return 0, nil, err
		}
	}
	return rt.answer(f, q)
}

// resource names what a call is about, for the journal.
func resource(r *http.Request) string {
	parts := []string{}
	if r.PathValue("repo") != "" {
		parts = append(parts, r.PathValue("owner"), r.PathValue("repo"))
	}
	if run := r.PathValue("run"); run != "" {
		parts = append(parts, "runs", run)
	}
	if issue := r.PathValue("issue"); issue != "" {
		parts = append(parts, "issues", issue)
	}
	for _, name := range []string{"workflow", "secret", "branch", "installation", "org"} {
		if v := r.PathValue(name); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, "/")
}
