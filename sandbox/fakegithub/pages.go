package fakegithub

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// decode reads the request's JSON: 400 if it isn't any, 422 if it is of
// another shape.
func (q *request) decode(into any) error {
	if !json.Valid(q.body) {
		return &refusal{http.StatusBadRequest, "Problems parsing JSON"}
	}
	if err := json.Unmarshal(q.body, into); err != nil {
		return unprocessable("Invalid request.\n\nA value is not of the expected type.")
	}
	return nil
}

// page cuts a list to the page that was asked for and links to the next, as
// https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api says.
func (q *request) page(all []object) []object {
	query := q.URL.Query()
	size, number := 30, 1
	if n, err := strconv.Atoi(query.Get("per_page")); err == nil && n > 0 {
		size = min(n, 100)
	}
	if n, err := strconv.Atoi(query.Get("page")); err == nil && n > 0 {
		number = n
	}
	from := min((number-1)*size, len(all))
	to := min(from+size, len(all))
	link := func(page int, rel string) string {
		query.Set("page", strconv.Itoa(page))
		return "<" + q.base + q.URL.Path + "?" + query.Encode() + `>; rel="` + rel + `"`
	}
	if to < len(all) {
		last := (len(all) + size - 1) / size
		q.header.Set("Link", strings.Join([]string{link(number+1, "next"), link(last, "last")}, ", "))
	}
	return append([]object{}, all[from:to]...)
}
