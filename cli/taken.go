package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"rekey/rotation"
)

// formats are the ways in which a value that was taken is printed.
var formats = []string{"raw", "json", "env", "credentials-file"}

// shellName is what a shell takes as a variable's name.
var shellName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// written is the value as it is printed. What has another shape than was asked
// for is an error that shows nothing of it.
func (t *take) written(v rotation.Value) (rotation.Value, error) {
	if t.as == "raw" {
		return v, nil
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(v.Reveal()), &fields); err != nil {
		return v, errors.New("the value isn't a JSON object, so it can't be printed as " + t.as + "; --as raw prints it as it is")
	}
	var out strings.Builder
	switch t.as {
	case "json":
		return rotation.NewValue(strings.TrimRight(v.Reveal(), "\n") + "\n"), nil
	case "env":
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			text, isText := fields[name].(string)
			if !isText || !shellName.MatchString(name) {
				return v, fmt.Errorf("the field %q of the value is no name or no text for a shell; --as json prints it as it is", name)
			}
			fmt.Fprintf(&out, "export %s='%s'\n", name, strings.ReplaceAll(text, "'", `'\''`))
		}
	case "credentials-file":
		id, _ := fields["AWS_ACCESS_KEY_ID"].(string)
		secret, _ := fields["AWS_SECRET_ACCESS_KEY"].(string)
		if id == "" || secret == "" || strings.ContainsAny(id+secret+t.profile, "\r\n[]") {
			return v, errors.New("the value holds no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, so it is no profile; --as json prints it as it is")
		}
		fmt.Fprintf(&out, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", t.profile, id, secret)
	}
	return rotation.NewValue(out.String()), nil
}
