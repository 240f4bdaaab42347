package fakeslack

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"rekey/sandbox/world"
)

// Files come in three steps: an address, the bytes, and to whom they are shown.
// What is never completed is thrown away.
// https://docs.slack.dev/messaging/working-with-files#upload

const (
	uploadPath = "/upload/v1/"
	maxAlt     = 1000 // characters of a description
)

// A File is one that the app uploaded.
type File struct {
	ID, Name, Title string
	Alt             string // its description, for those who don't see it
	Bytes           []byte
}

// An upload is a file that isn't completed yet.
type upload struct {
	file   File
	length int
	sent   bool
}

// uploadURL answers with an address that takes one file once.
// https://docs.slack.dev/reference/methods/files.getUploadURLExternal
func (s *Slack) uploadURL(a args, call *world.Call) object {
	length, err := strconv.Atoi(a.str("length"))
	switch {
	case err != nil, length <= 0, a.str("filename") == "":
		return refuse("missing_argument")
	case utf8.RuneCountInString(a.str("alt_txt")) > maxAlt:
		return refuse("alt_txt_too_large")
	}
	u := &upload{file: File{ID: "F" + world.Random(10, "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"), Name: a.str("filename"), Alt: a.str("alt_txt")}, length: length}
	path := uploadPath + world.Random(32, world.Alphanumeric)
	s.uploads[path] = u
	call.Applied = true
	return object{"ok": true, "upload_url": s.base + path, "file_id": u.file.ID}
}

// serveUpload takes the bytes, raw or as a form's file.
func (s *Slack) serveUpload(rw http.ResponseWriter, r *http.Request, body []byte) {
	call := &world.Call{Provider: "slack", Method: "upload", Caller: s.cfg.AppID}
	s.w.Serve(rw, r, call, func(rw http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		u := s.uploads[r.URL.Path]
		content, err := uploaded(r, body)
		switch {
		case u == nil, u.sent:
			s.note("%s: this address takes nothing, or has taken its file", uploadPath+"…")
			http.Error(rw, "not found", http.StatusNotFound)
		case r.Method != http.MethodPost:
			http.Error(rw, "method not allowed", http.StatusMethodNotAllowed)
		case err != nil || len(content) != u.length:
			s.note("upload: %d bytes were announced, %d came (%v)", u.length, len(content), err)
			http.Error(rw, "bad request", http.StatusBadRequest)
		default:
			u.file.Bytes, u.sent, call.Applied = content, true, true
			_, _ = fmt.Fprintf(rw, "OK - %d", len(content))
		}
	})
}

func uploaded(r *http.Request, body []byte) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return body, nil
	}
	for parts := multipart.NewReader(strings.NewReader(string(body)), params["boundary"]); ; {
		part, err := parts.NextPart()
		if err != nil {
			return nil, fmt.Errorf("looking for the file in the form: %w", err)
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

// completeUpload shows uploaded files in a channel, in a thread if one is named.
// https://docs.slack.dev/reference/methods/files.completeUploadExternal
func (s *Slack) completeUpload(a args, call *world.Call) object {
	var wanted []struct{ ID, Title string }
	if err := json.Unmarshal(a.raw("files"), &wanted); err != nil || len(wanted) == 0 {
		return refuse("invalid_arguments")
	}
	m := &Message{User: s.cfg.BotUserID, Text: a.str("initial_comment")}
	done, shown := []string{}, []any{}
	for _, w := range wanted {
		path := s.uploadOf(w.ID)
		if path == "" {
			return refuse("file_not_found")
		}
		f := s.uploads[path].file
		f.Title = w.Title
		if f.Title == "" {
			f.Title = f.Name
		}
		m.Files, done, shown = append(m.Files, f), append(done, path), append(shown, object{"id": f.ID, "title": f.Title})
	}
	if id := a.str("channel_id"); id != "" {
		c, refused := s.target(id)
		if refused != nil {
			return refused
		}
		m.Channel = c.ID
		m.ThreadTS = s.rootOf(c.ID, a.str("thread_ts"))
		s.add(m)
	}
	for _, path := range done {
		delete(s.uploads, path)
	}
	call.Applied = true
	return object{"ok": true, "files": shown}
}

// uploadOf is the address whose file has come and isn't completed, or "".
func (s *Slack) uploadOf(id string) string {
	for path, u := range s.uploads {
		if u.file.ID == id && u.sent {
			return path
		}
	}
	return ""
}

// File is one that a message shows, and the channel where it is.
func (s *Slack) File(id string) (f File, channel string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		for _, f := range m.Files {
			if f.ID == id && !m.Deleted {
				return f, m.Channel, true
			}
		}
	}
	return File{}, "", false
}

// filesOf are a message's files as the Web API shows them.
func filesOf(m *Message) []any {
	var out []any
	for _, f := range m.Files {
		out = append(out, object{
			"id": f.ID, "name": f.Name, "title": f.Title, "mimetype": http.DetectContentType(f.Bytes), "size": len(f.Bytes),
			"alt_txt": f.Alt, "user": m.User, "mode": "hosted", "is_external": false,
		})
	}
	return out
}
