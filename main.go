// Rekey is a Slack bot that walks a platform team through rotating its
// secrets. `rekey serve` is the bot; `rekey sandbox` is a workspace to try it
// in; `rekey put` saves a new value with one's own AWS identity.
package main

import (
	_ "embed"
	"os"

	_ "time/tzdata" // for machines without time zones, like an empty container

	"rekey/cli"
)

//go:embed catalogue.yaml
var catalogue []byte

func main() {
	os.Exit(cli.Main(cli.Process{Args: os.Args[1:], Catalogue: catalogue, In: os.Stdin, Out: os.Stdout, Errors: os.Stderr}))
}
