package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/sandbox"
)

const askedFor = `# It is rotated by a catalogue that lies beside this file.
--- catalogue: ours.yaml ---
starter> /rotate github_ci_user_pat
#platform | OUR OWN PAT · [Approve]
--- kill -9, restart ---
#platform | OUR OWN PAT · [Approve]
`

// A team's rehearsals are files; each is played in a world of its own.
func TestARehearsalIsPlayed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("ours.yaml", bytes.Replace(embedded(t), []byte("title: GitHub MP CI User PAT"), []byte("title: OUR OWN PAT"), 1))
	paths := []string{
		write("asked.txt", []byte(askedFor)),
		write("wrong.txt", []byte("starter> /rotate github_ci_user_pat\n#platform | Approve the plan\n#platform ! GitHub\n")),
		write("unreadable.txt", []byte("somebody does something\n")),
		"testdata/conversations/refusal.txt",
	}
	all, err := sandbox.Conversations(paths, embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = sandbox.Rehearse(t.Context(), sandbox.Config{
		Executable: os.Args[0], Env: []string{asRekey + "=" + write("embedded.yaml", embedded(t))}, Catalogue: embedded(t), Out: &out,
	}, all)
	if !errors.Is(err, sandbox.ErrFailed) || !strings.Contains(err.Error(), "2 of 4, "+paths[1]+", "+paths[2]) {
		t.Errorf("the rehearsal ended with %v", err)
	}
	for _, says := range []string{
		"asked.txt:6  #platform | OUR OWN PAT", "asked.txt: fine, in ", "the card (1 in the channel", "wrong.txt: failed",
		"no line begins like this", "refusal.txt: fine", "values found in ",
	} {
		if !strings.Contains(out.String(), says) {
			t.Errorf("it doesn't print %q:\n%s", says, &out)
		}
	}
}

func TestAConversationsCatalogueHasToBeThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "asks.txt")
	if err := os.WriteFile(path, []byte("--- catalogue: gone.yaml ---\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.Conversations([]string{path}, nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "asks for a catalogue") {
		t.Errorf("%v", err)
	}
}
