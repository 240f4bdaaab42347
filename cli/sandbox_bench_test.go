package cli

import (
	"io"
	"net/http"
	"testing"
)

// How long somebody waits from Enter until the page can be used: the bot is
// connected, and the page is there. It is to be less than two seconds.
func BenchmarkTheSandboxStarts(b *testing.B) {
	for b.Loop() {
		address, end := startSandbox(b)
		answer, err := http.Get(address)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			b.Fatal(err)
		}
		_ = answer.Body.Close()
		b.StopTimer()
		if err := end(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
