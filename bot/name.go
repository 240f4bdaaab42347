package bot

import (
	"cmp"
	"context"
	"errors"

	"rekey/rotation"
)

// Name is what a person is called, as it was when it was first asked for. For
// somebody whom Slack doesn't know it is their id.
func (m *Members) Name(ctx context.Context, p rotation.Person) (string, error) {
	if name, known := m.names.Load(p); known {
		return name.(string), nil
	}
	who, err := m.who(ctx, p)
	var answer *rotation.ProviderError
	name := string(p)
	switch {
	case err == nil:
		name = cmp.Or(who.RealName, who.Name, name)
	case !errors.As(err, &answer) || !answer.Definite:
		return "", err
	}
	m.names.Store(p, name)
	return name, nil
}
