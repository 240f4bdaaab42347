package fakegithub

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

type object = map[string]any

// A refusal is an answer that isn't a success, in GitHub's words.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

var (
	notFound       = &refusal{http.StatusNotFound, "Not Found"}
	badCredentials = &refusal{http.StatusUnauthorized, "Bad credentials"}
	signInFirst    = &refusal{http.StatusUnauthorized, "Requires authentication"}
)

func unprocessable(format string, args ...any) error {
	return &refusal{http.StatusUnprocessableEntity, fmt.Sprintf(format, args...)}
}

func refuse(err error) (int, any) {
	var refused *refusal
	if !errors.As(err, &refused) {
		refused = &refusal{http.StatusInternalServerError, "Server Error"}
	}
	return refused.status, object{
		"message":           refused.message,
		"documentation_url": "https://docs.github.com/rest",
		"status":            strconv.Itoa(refused.status),
	}
}
