//go:build long

package cli

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"rekey/sandbox/world"
)

var (
	chaosSeed = flag.Uint64("chaos-seed", 0, "the first seed of the random kills; 0: by the clock")
	chaosRuns = flag.Int("chaos-runs", 40, "how many rotations meet random kills")
)

// go test -tags long ./cli -run Random -timeout 30m: whole rotations whose
// every effect meets up to three faults in a row, with a kill at each, and
// whose bot is killed at random moments besides. A failure names its seed.
func TestARotationSurvivesRandomKills(t *testing.T) {
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for i := range uint64(*chaosRuns) {
		chance := rand.New(rand.NewPCG(seed+i, 0))
		run := chaos{row: tokenRows[i%uint64(len(tokenRows))], chance: chance}
		for _, e := range run.effects {
			p := point{effect: e}
			for chance.IntN(3) == 0 && len(p.words) < 2 {
				p.words = append(p.words, world.Pre5xx)
			}
			p.words = append(p.words, words[chance.IntN(len(words))])
			run.points = append(run.points, p)
		}
		t.Run(fmt.Sprintf("%s, seed %d", run.name, seed+i), run.test)
	}
}
