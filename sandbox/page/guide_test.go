package page_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/stage"
)

// next is the step that the guide shows above the consoles.
func next(t *testing.T, address string) string {
	t.Helper()
	_, rest, _ := strings.Cut(text(t, address+"/terminal"), `data-testid="guide">`)
	step, _, _ := strings.Cut(rest, "</p>")
	return step
}

func TestTheGuideFollowsWhatIsDone(t *testing.T) {
	s, address := site(t, page.Parts{})
	a := connect(t, s)
	if got := next(t, address); !strings.Contains(got, "1 of 6") || !strings.Contains(got, "/rotate github_ci_user_pat") {
		t.Errorf("at first the guide says %s", got)
	}
	post(t, address, "say", "line="+url.QueryEscape("/rotate github_ci_user_pat"))
	if got := next(t, address); !strings.Contains(got, "2 of 6") || !strings.Contains(got, "become Ada") {
		t.Errorf("after the command it says %s", got)
	}
	token, _ := s.Token(stage.UserPAT)
	post(t, address, "token-regenerate", "days=30&id=1")
	if got := next(t, address); !strings.Contains(got, "2 of 6") {
		t.Errorf("after something that failed it says %s", got)
	}
	post(t, address, "aws-save", "name="+stage.UserPAT+"&value=new")
	if got := next(t, address); !strings.Contains(got, "5 of 6") {
		t.Errorf("what is before a thing that was done isn't ticked: %s, %s", got, token.Name)
	}
	start := text(t, address+"/")
	if strings.Count(start, `class="ticked"`) != 4 || strings.Count(start, `aria-current="step"`) < 1 {
		t.Errorf("the start page doesn't tick four steps:\n%s", start)
	}
	a.post(t, "", `[{"type":"header","text":{"type":"plain_text","text":"✓ GitHub MP CI User PAT rotated"}}]`)
	post(t, address, "say", "line="+url.QueryEscape("/rotate slack_webhook_url"))
	if got := next(t, address); !strings.Contains(got, "2 of 7") || !strings.Contains(got, "add a new webhook") {
		t.Errorf("of another rotation it says %s", got)
	}
}

func TestTheGuideIsClosedAndOpenedInThisBrowser(t *testing.T) {
	_, address := site(t, page.Parts{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/do/guide", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", address)
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	cookies := answer.Cookies()
	if len(cookies) != 1 || cookies[0].Value != "closed" || cookies[0].MaxAge < 24*60*60 || !cookies[0].HttpOnly {
		t.Fatalf("closing remembers %v", cookies)
	}
	asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/terminal", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	asked.AddCookie(cookies[0])
	if shown := read(t, asked); strings.Contains(shown, `data-testid="guide"`) {
		t.Error("it is closed and shows")
	}
	if asked.URL.Path = "/"; !strings.Contains(read(t, asked), "Show the next step above every console") {
		t.Error("it can't be opened again")
	}
	if got := next(t, address); got == "" {
		t.Error("it is closed for everybody")
	}
}

func read(t *testing.T, r *http.Request) string {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
