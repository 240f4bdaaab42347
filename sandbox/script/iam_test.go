package script_test

import (
	"strings"
	"testing"
	"time"

	"rekey/sandbox/stage"
)

func TestAccessKeysArePlayed(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t,
		"iam> sam.collaborator has 1 keys",
		"iam> job of sam.collaborator runs",
		"iam> somebody makes a key for sam.collaborator",
		"iam> sam.collaborator has 2 active keys",
		"iam> somebody deactivates the oldest key of sam.collaborator",
		"iam> sam.collaborator has 1 active keys",
		"iam> job of sam.collaborator is refused",
		"iam> somebody activates the oldest key of sam.collaborator",
		"iam> job of sam.collaborator runs",
		"iam> takes 1h to notice",
		"iam> somebody deletes the oldest key of sam.collaborator",
		"iam> job of sam.collaborator runs",
		"clock> +61m",
		"iam> job of sam.collaborator is refused",
		"iam> takes 0s to notice",
		"iam> somebody deletes the newest key of sam.collaborator",
		"iam> sam.collaborator has 0 keys",
	)
	const user = "mina.collaborator"
	id, secret, err := sc.cast.Stage.MakeKey(user)
	if err != nil {
		t.Fatal(err)
	}
	delivered := `{"AWS_ACCESS_KEY_ID":"` + id + `","AWS_SECRET_ACCESS_KEY":"` + secret + `"}`
	if err := sc.cast.Stage.AWS.Save("rekey", stage.KeySecret(user), delivered); err != nil {
		t.Fatal(err)
	}
	sc.plays(t,
		"iam> job of mina.collaborator uses the delivered key",
		"iam> somebody deactivates the oldest key of mina.collaborator",
		"iam> job of mina.collaborator runs",
	)
	for line, says := range map[string]string{
		"iam> job of mina.collaborator is refused":                 "the job signed in",
		"iam> job of sam.collaborator runs":                        "the job was refused: InvalidClientTokenId",
		"iam> job of nobody runs":                                  "nobody has no job",
		"iam> nobody has 1 keys":                                   "there is no IAM user nobody",
		"iam> somebody makes a key for two.keys":                   "LimitExceeded",
		"iam> somebody deletes the oldest key of sam.collaborator": "has no key",
	} {
		if err := sc.play(t, line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
