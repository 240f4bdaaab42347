package world_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"rekey/sandbox/world"
)

// serve answers with a world whose one call changes something if it is a POST.
func serve(t *testing.T, w *world.World) func(method string) (int, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		call := &world.Call{Provider: "aws", Method: r.Method, Resource: "the thing"}
		w.Serve(rw, r, call, func(http.ResponseWriter, *http.Request) { call.Applied = r.Method == http.MethodPost })
	}))
	t.Cleanup(server.Close)
	return func(method string) (int, error) {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return 0, err
		}
		defer func() { _ = answer.Body.Close() }()
		_, err = io.Copy(io.Discard, answer.Body)
		return answer.StatusCode, err
	}
}

func TestALostAnswerWaitsForACallThatChangesSomething(t *testing.T) {
	w := world.New()
	call := serve(t, w)
	w.Faults.Order(world.Fault{Provider: "aws", Word: world.Post5xx, Changing: true})
	for i, want := range []struct {
		method string
		status int
		fault  string
	}{
		{http.MethodGet, http.StatusOK, ""},
		{http.MethodPost, http.StatusInternalServerError, world.Post5xx},
		{http.MethodPost, http.StatusOK, ""},
	} {
		if status, err := call(want.method); err != nil || status != want.status {
			t.Errorf("call %d: %d (%v), want %d", i+1, status, err, want.status)
		}
		if got := w.Journal.Calls()[i]; got.Fault != want.fault || got.Status != http.StatusOK || got.Applied != (want.method == http.MethodPost) {
			t.Errorf("call %d is in the journal as %+v", i+1, got)
		}
	}
}

func TestAFaultHitsWhatItIsAbout(t *testing.T) {
	w := world.New()
	call := serve(t, w)
	w.Faults.Order(world.Fault{Resource: "another", Word: world.Down})
	w.Faults.Order(world.Fault{Resource: "thing", Word: world.Pre5xx})
	for i, want := range []int{http.StatusServiceUnavailable, http.StatusOK} {
		if status, err := call(http.MethodGet); err != nil || status != want {
			t.Errorf("call %d: %d (%v), want %d", i+1, status, err, want)
		}
	}
	if left := w.Faults.List(); len(left) != 1 || left[0].Resource != "another" {
		t.Errorf("what is left is %+v", left)
	}
}

func TestAFaultThatIsTakenBackDoesNotHappen(t *testing.T) {
	w := world.New()
	call := serve(t, w)
	w.Faults.Order(world.Fault{Word: world.Down, Times: -1})
	w.Faults.Order(world.Fault{Word: world.Pre5xx, Times: -1})
	if _, err := call(http.MethodGet); err == nil {
		t.Error("a provider that is down answered")
	}
	ordered := w.Faults.List()
	if !w.Faults.TakeBack(ordered[0].ID) || w.Faults.TakeBack(ordered[0].ID) {
		t.Error("a fault can't be taken back exactly once")
	}
	if status, err := call(http.MethodGet); err != nil || status != http.StatusServiceUnavailable {
		t.Errorf("%d (%v), want the fault that is left", status, err)
	}
}
