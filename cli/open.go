package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// openBrowser shows an address in the person's browser, with whichever of the
// usual commands there is: xdg-open on Linux, open on a Mac.
func openBrowser(ctx context.Context, address string) error {
	for _, name := range []string{"xdg-open", "open"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if err := exec.CommandContext(ctx, path, address).Run(); err != nil {
			return fmt.Errorf("running %s: %w", name, err)
		}
		return nil
	}
	return errors.New("there is neither xdg-open nor open")
}
