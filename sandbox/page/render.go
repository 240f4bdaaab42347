package page

import (
	"fmt"
	"html/template"
	"strings"
)

// parsed are the embedded templates. A mistake in one is ours, and stops the
// program at its start.
func parsed() *template.Template {
	return template.Must(template.ParseFS(files, "templates/*.html"))
}

// render executes a template whole, so that a mistake in it never leaves half
// a page behind.
func (s *site) render(name string, data any) (template.HTML, error) {
	var b strings.Builder
	if err := s.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("rendering %s: %w", name, err)
	}
	return template.HTML(b.String()), nil // html/template escaped it
}
