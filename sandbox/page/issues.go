package page

import (
	"fmt"
	"html"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"time"

	"rekey/sandbox/fakegithub"
)

// An issueRow is one issue of a repository.
type issueRow struct {
	Number   int
	Title    string
	URL      string
	State    string // in words: "open", "closed as completed"
	Open     bool
	Author   string
	Labels   []string
	Created  string
	Body     template.HTML
	Comments []commentRow
}

type commentRow struct {
	Author, Created string
	Body            template.HTML
}

func (s *site) issues(rw http.ResponseWriter, r *http.Request, repo string) {
	var rows []issueRow
	zone := s.reader(s.visitor(r)).zone
	for _, x := range s.Stage.GitHub.Issues(repo) {
		rows = append(rows, theIssue(repo, x, zone))
	}
	s.show(rw, r, console{Tab: "actions", Title: "Issues", Template: "issues", Data: map[string]any{"Page": s.repoPage(repo, ""), "Rows": rows}})
}

func (s *site) oneIssue(rw http.ResponseWriter, r *http.Request, repo string, n int64) {
	for _, x := range s.Stage.GitHub.Issues(repo) {
		if int64(x.Number) == n {
			row := theIssue(repo, x, s.reader(s.visitor(r)).zone)
			s.show(rw, r, console{Tab: "actions", Title: fmt.Sprintf("Issue %d", n), Template: "issue", Data: map[string]any{"Page": s.repoPage(repo, ""), "Issue": row}})
			return
		}
	}
	s.lost(rw, r)
}

func theIssue(repo string, x fakegithub.IssueView, zone *time.Location) issueRow {
	row := issueRow{
		Number: x.Number, Title: x.Title, URL: fmt.Sprintf("/github/%s/issues/%d", repo, x.Number), State: "open", Open: x.Open,
		Author: x.Author, Labels: x.Labels, Created: clock(x.Created, zone), Body: markdown(x.Body),
	}
	if !x.Open {
		row.State = "closed as " + strings.ReplaceAll(x.Reason, "_", " ")
	}
	for _, c := range x.Comments {
		row.Comments = append(row.Comments, commentRow{c.Author, clock(c.Created, zone), markdown(c.Body)})
	}
	return row
}

// issueShut closes an issue by hand, and issueOpen opens it again.
func (s *site) issueShut(r request) (answer, error) {
	return answer{Notice: "Closed."}, s.Stage.GitHub.CloseIssue(r.PostForm.Get("repo"), int(number(r.PostForm.Get("number"))))
}

func (s *site) issueOpen(r request) (answer, error) {
	return answer{Notice: "Reopened."}, s.Stage.GitHub.ReopenIssue(r.PostForm.Get("repo"), int(number(r.PostForm.Get("number"))))
}

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?-->`)
	backticks = regexp.MustCompile("`+")
	spans     = regexp.MustCompile("`+|\\*\\*[^*`]+\\*\\*|https?://[^\\s<>\"`]+")
)

// markdown renders as much of GitHub's Markdown as Rekey's issues have:
// paragraphs, lists, code spans, strong words and addresses. All else is
// escaped.
func markdown(text string) template.HTML {
	var out strings.Builder
	for _, block := range strings.Split(comments.ReplaceAllString(text, ""), "\n\n") {
		var items, lines []string
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			if item, ok := strings.CutPrefix(line, "- "); ok {
				items = append(items, "<li>"+span(item)+"</li>")
			} else if line != "" {
				lines = append(lines, span(line))
			}
		}
		if len(lines) > 0 {
			out.WriteString("<p>" + strings.Join(lines, "<br>") + "</p>")
		}
		if len(items) > 0 {
			out.WriteString("<ul>" + strings.Join(items, "") + "</ul>")
		}
	}
	return template.HTML(out.String()) // every piece of the text was escaped on the way
}

// span renders one line. A code span ends at a run of as many backticks as it
// begins with.
func span(text string) string {
	var out strings.Builder
	for text != "" {
		at := spans.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		out.WriteString(html.EscapeString(text[:at[0]]))
		whole := text[at[0]:at[1]]
		text = text[at[1]:]
		switch {
		case whole[0] == '`':
			code, rest, closed := cutRun(text, whole)
			if !closed {
				out.WriteString(whole)
				continue
			}
			out.WriteString("<code>" + html.EscapeString(strings.TrimSpace(code)) + "</code>")
			text = rest
		case whole[0] == '*':
			out.WriteString("<strong>" + html.EscapeString(strings.Trim(whole, "*")) + "</strong>")
		default:
			address := html.EscapeString(whole)
			out.WriteString(`<a href="` + address + `" rel="noreferrer">` + address + `</a>`)
		}
	}
	return out.String() + html.EscapeString(text)
}

// cutRun cuts a text at a run of exactly so many backticks.
func cutRun(text, run string) (before, after string, found bool) {
	for _, at := range backticks.FindAllStringIndex(text, -1) {
		if at[1]-at[0] == len(run) {
			return text[:at[0]], text[at[1]:], true
		}
	}
	return "", "", false
}
