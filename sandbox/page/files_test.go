package page_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rekey/sandbox/page"
	"rekey/sandbox/stage"
)

// A picture shows in its thread with its description, and as nothing but a
// picture; what the app uploaded and isn't one is never served.
func TestAPictureShowsInItsThread(t *testing.T) {
	s, address := site(t, page.Parts{})
	app := connect(t, s)
	ctx := context.Background()
	upload := func(name, content, alt string) {
		t.Helper()
		_, err := app.api.UploadFileContext(ctx, slack.UploadFileParameters{
			Filename: name, Title: "Due <soon>", AltTxt: alt, FileSize: len(content), Reader: strings.NewReader(content), Channel: stage.Platform,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	png := "\x89PNG\r\n\x1a\n"
	upload("due.png", png, `Nothing is "due".`)
	upload("evil.png", "<html><script>alert(1)</script>", "evil")
	messages := s.Slack.Messages(stage.Platform)
	read := func(path string) (*http.Response, string) {
		answer := get(t, address+path)
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(body)
	}
	file := "/files/" + messages[0].Files[0].ID
	for _, want := range []string{`<img src="` + file + `" alt="Nothing is &#34;due&#34;."`, "Due &lt;soon&gt;", `download="due.png"`} {
		if _, body := read("/"); !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if answer, body := read(file); answer.Header.Get("Content-Type") != "image/png" || answer.Header.Get("X-Content-Type-Options") != "nosniff" || body != png {
		t.Errorf("%v %q", answer.Header, body)
	}
	for _, path := range []string{"/files/" + messages[1].Files[0].ID, "/files/F0NONE"} {
		if answer, body := read(path); answer.StatusCode != http.StatusNotFound || strings.Contains(body, "<script>") {
			t.Errorf("%s: %d %q", path, answer.StatusCode, body)
		}
	}
}
