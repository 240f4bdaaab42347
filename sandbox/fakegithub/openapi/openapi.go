// Package openapi holds an HTTP fake and its clients to a published OpenAPI
// description: every request that comes in and every answer that goes out.
package openapi

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Wrap returns next with a check around it. Each request and answer that is
// not of the description in specFile is told to report, with the method, the
// path and the reason; the call goes through all the same. Answers of a status
// that the description doesn't list are let pass, since GitHub's leaves most
// refusals out.
//
// serverURL is asked once, with the first request, so that the server's port
// need not be known yet; report may be called from several goroutines.
func Wrap(specFile string, serverURL func() string, next http.Handler, report func(string)) (http.Handler, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(specFile)
	if err != nil {
		return nil, fmt.Errorf("reading the description: %w", err)
	}
	allowDateRanges(doc)
	router := sync.OnceValues(func() (routers.Router, error) {
		doc.Servers = openapi3.Servers{{URL: serverURL()}}
		return legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	})
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		routes, err := router()
		if err != nil {
			report("building the router: " + err.Error())
			next.ServeHTTP(rw, r)
			return
		}
		check(routes, rw, r, next, report)
	}), nil
}

func check(routes routers.Router, rw http.ResponseWriter, r *http.Request, next http.Handler, report func(string)) {
	name := r.Method + " " + r.URL.Path
	body, err := io.ReadAll(r.Body)
	if err != nil {
		report(name + ": reading the request: " + err.Error())
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if strings.TrimSpace(string(body)) == "null" {
		body = nil // how ghinstallation leaves out an optional body, which GitHub accepts
	}
	asked := r.Clone(r.Context())
	asked.ContentLength = int64(len(body))
	asked.URL = absolute(r)
	asked.Body = io.NopCloser(bytes.NewReader(body))

	route, params, err := routes.FindRoute(asked)
	if err != nil {
		report(name + ": " + err.Error())
		next.ServeHTTP(rw, r)
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true}
	options.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return "/" + strings.Join(err.JSONPointer(), "/") + ": " + err.Reason
	})
	question := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(r.Context(), question); err != nil {
		report(name + ": the request: " + err.Error())
	}

	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	reply := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: question, Status: answer.Code, Header: answer.Header(),
		Body: io.NopCloser(bytes.NewReader(answer.Body.Bytes())), Options: options,
	}
	if err := openapi3filter.ValidateResponse(r.Context(), reply); err != nil {
		report(fmt.Sprintf("%s: the answer %d: %v", name, answer.Code, err))
	}
	for k, v := range answer.Header() {
		rw.Header()[k] = v
	}
	rw.WriteHeader(answer.Code)
	_, _ = rw.Write(answer.Body.Bytes())
}

func absolute(r *http.Request) *url.URL {
	u := *r.URL
	u.Scheme, u.Host = "http", r.Host
	return &u
}

// allowDateRanges drops the format of the parameter "created": the description
// calls it a date-time and, in its words, takes GitHub's search ranges, like
// ">=2026-11-23T10:42:00Z".
func allowDateRanges(doc *openapi3.T) {
	if doc.Components == nil {
		return
	}
	if created := doc.Components.Parameters["created"]; created != nil {
		created.Value.Schema.Value.Format = ""
	}
}
