package cli

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"rekey/need"
	"rekey/sandbox/fakegithub/openapi"
	"rekey/sandbox/script"
	"rekey/sandbox/stage"
)

// What the bot really asks of GitHub in whole rotations, and what the fake
// answers, is held to GitHub's own OpenAPI description.
func TestTheBotKeepsToGitHubsDescription(t *testing.T) {
	spec := filepath.Join(need.Specs(t), "npm", "github", "openapi-subset.json")
	for _, name := range []string{"happy-path-by-put", "side-by-side", "workflow-fails", "consumer-is-run-by-the-bot", "issue-kept", "issue-adopted"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", "conversations", name+".txt")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			var off []string
			w := newTownWith(t, stage.Options{Calm: true, Issues: script.SpeaksOfIssues(text), GitHub: func(url func() string, fake http.Handler) (http.Handler, error) {
				return openapi.Wrap(spec, url, fake, func(problem string) {
					mu.Lock()
					defer mu.Unlock()
					if !slices.Contains(off, problem) {
						off = append(off, problem)
					}
				})
			}}, false, embedded(t))
			w.play(file, text)
			mu.Lock()
			defer mu.Unlock()
			for _, problem := range off {
				t.Error(problem)
			}
		})
	}
}
