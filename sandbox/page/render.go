package page

import (
	"fmt"
	"html/template"
	"strings"
)

// render executes a template whole, so that a mistake in it never leaves half
// a page behind.
func (s *site) render(name string, data any) (template.HTML, error) {
	var b strings.Builder
	if err := s.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("rendering %s: %w", name, err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // html/template escaped it
}
