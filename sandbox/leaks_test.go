package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Somebody saves a value, and the bot's log says it, in base64: the page raises
// the alarm without saying it again.
func TestAPlantedLeakIsFoundAndNamed(t *testing.T) {
	data := t.TempDir()
	address, end := start(t, "good", data)
	if address == "" {
		t.Fatal(end())
	}
	see(t, address, "<b>0 of ")
	const value = "a-value-that-nobody-should-see"
	if _, err := sendForm(t, address, "aws-save", "name=github_ci_user_pat&value="+value); err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(map[string]string{"msg": base64.StdEncoding.EncodeToString([]byte("token=" + value))})
	if err != nil {
		t.Fatal(err)
	}
	appendTo(t, filepath.Join(data, "rekey.log"), line)
	see(t, address+"journal", "<b>1 of ")
	see(t, address+"journal", `role="alert">A value has leaked: the bot&#39;s log: `)
	page := request(t, t.Context(), address+"journal")
	text, err := io.ReadAll(page)
	_ = page.Close()
	if err != nil || strings.Contains(string(text), value) {
		t.Errorf("the alarm says the value (%v)", err)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

func appendTo(t *testing.T, path string, line []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(append(line, '\n'))
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The small bot writes to its database when it ends, which it can't then.
func TestAFullDiskIsARealLimit(t *testing.T) {
	data := t.TempDir()
	address, end := start(t, "good", data)
	if address == "" {
		t.Fatal(end())
	}
	said, err := sendForm(t, address, "trouble-disk", "full=yes")
	if runtime.GOOS != "linux" {
		if !strings.Contains(said, "This system can't limit") {
			t.Errorf("%s (%v)", said, err)
		}
		return
	}
	if err != nil || !strings.Contains(said, "disk is full") {
		t.Errorf("%s (%v)", said, err)
	}
	see(t, address+"trouble", "The bot's disk")
	if err := end(); err != nil {
		t.Error(err)
	}
	log, err := os.ReadFile(filepath.Join(data, "rekey.log"))
	if err != nil || !strings.Contains(string(log), "file too large") {
		t.Errorf("the bot said %q (%v)", log, err)
	}
}

func TestThereIsRoomAgainOnceAllIsWell(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux limits a program that runs")
	}
	data := t.TempDir()
	address, end := start(t, "good", data)
	if address == "" {
		t.Fatal(end())
	}
	for _, action := range []string{"trouble-disk", "all-well"} {
		if said, err := sendForm(t, address, action, "full=yes"); err != nil || strings.Contains(said, `"error"`) {
			t.Errorf("%s: %s (%v)", action, said, err)
		}
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if state, err := os.ReadFile(filepath.Join(data, "rekey.db")); err != nil || string(state) != "ended in order" {
		t.Errorf("the bot left %q, %v", state, err)
	}
}
