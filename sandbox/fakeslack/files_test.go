package fakeslack_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rekey/sandbox/fakeslack"
)

func TestAFileComesInThreeStepsOnce(t *testing.T) {
	w := open(t, fakeslack.Config{})
	ctx := t.Context()
	_, root, err := w.api.PostMessageContext(ctx, platform, slack.MsgOptionText("the digest", false))
	if err != nil {
		t.Fatal(err)
	}
	picture := "\x89PNG\r\n\x1a\nbytes"
	address, err := w.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: "due.png", FileSize: len(picture), AltTxt: "Nothing is due."})
	if err != nil {
		t.Fatal(err)
	}
	complete := func() error {
		_, err := w.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: address.FileID, Title: "Due"}}, Channel: platform, ThreadTimestamp: root,
		})
		return err
	}
	send := func() int {
		resp, err := http.Post(address.UploadURL, "image/png", strings.NewReader(picture))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if err := complete(); err == nil || err.Error() != "file_not_found" {
		t.Error("before the bytes came:", err)
	}
	if got := fmt.Sprint(send(), send()); got != "200 404" {
		t.Error("the address answered", got)
	}
	if err := complete(); err != nil {
		t.Error(err)
	}
	if err := complete(); err == nil || err.Error() != "file_not_found" {
		t.Error("completed twice:", err)
	}
	thread := w.Thread(platform, root)
	if len(thread) != 2 || len(thread[1].Files) != 1 || thread[1].Files[0].Alt != "Nothing is due." || thread[1].Files[0].Title != "Due" || string(thread[1].Files[0].Bytes) != picture {
		t.Errorf("%+v", thread)
	}
}

func TestSlackRefusesFilesWithoutTheRightOrTheSize(t *testing.T) {
	w := open(t, fakeslack.Config{})
	get := func(alt string) error {
		_, err := w.api.GetUploadURLExternalContext(t.Context(), slack.GetUploadURLExternalParameters{FileName: "due.png", FileSize: 5, AltTxt: alt})
		return err
	}
	if err := get(strings.Repeat("é", 1001)); err == nil || err.Error() != "alt_txt_too_large" {
		t.Error(err)
	}
	if err := get(strings.Repeat("é", 1000)); err != nil {
		t.Error(err)
	}
	w.SetScopes("chat:write")
	if err := get(""); err == nil || !strings.Contains(err.Error(), "missing_scope") {
		t.Error(err)
	}
}
