package world

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The fault words. "pre" means that nothing was done; "post" that it was done
// and only the answer is lost.
const (
	Pre5xx    = "pre5xx"    // 503, not done
	Post5xx   = "post5xx"   // done, then 500
	PostHang  = "posthang"  // done, and no answer until the caller gives up
	PostReset = "postreset" // done, then the connection is reset
	TooMany   = "429"       // 429 with Retry-After (whole seconds of For, at least 1), not done
	Slow      = "slow"      // done after For
	HTML      = "html"      // 200 with a page of something in between, not done
	Down      = "down"      // the connection is reset before anything is read
)

// A Fault is ordered ahead of time and happens to calls that match it.
type Fault struct {
	Provider string        // empty matches every provider
	Method   string        // empty matches every method
	Resource string        // a part of what the call is about; empty matches everything
	Changing bool          // matches only calls that changed something, so Word has to be a "post" one
	Skip     int           // let this many matching calls through first
	Times    int           // how many calls it hits; 0 means 1, -1 means until Clear
	Word     string        // one of the fault words
	For      time.Duration // for Slow and TooMany
	ID       int           // given by Order
}

// Faults holds what has been ordered. The zero Faults is ready to use.
type Faults struct {
	mu   sync.Mutex
	last int
	list []*Fault
}

// Order adds a fault and numbers it.
func (f *Faults) Order(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.Times == 0 {
		fault.Times = 1
	}
	f.last++
	fault.ID = f.last
	f.list = append(f.list, &fault)
}

// TakeBack drops the fault with a number, and tells whether it was still
// waiting to happen.
func (f *Faults) TakeBack(id int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.list)
	f.list = slices.DeleteFunc(f.list, func(x *Fault) bool { return x.ID == id })
	return len(f.list) < before
}

// Clear drops all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

// List returns the faults still waiting to happen.
func (f *Faults) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]Fault, 0, len(f.list))
	for _, x := range f.list {
		out = append(out, *x)
	}
	return out
}

// take is the fault that hits a call, and whether there is one: before it is
// answered, or, of those for calls that changed something, afterwards.
func (f *Faults) take(call *Call, changed bool) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, x := range f.list {
		if !x.matches(call) || x.Changing != changed {
			continue
		}
		if x.Skip > 0 {
			x.Skip--
			continue
		}
		hit := *x
		if x.Times > 0 {
			if x.Times--; x.Times == 0 {
				f.list = slices.Delete(f.list, i, i+1)
			}
		}
		return hit, true
	}
	return Fault{}, false
}

// Serve answers one call: it applies the ordered fault, runs do, which writes
// the true answer, and records the call. do sets call.Applied when it changed
// something. A fake routes first, so that call.Method is known here. In a world
// that is kept, nobody gets an answer before what it rests on is.
func (w *World) Serve(rw http.ResponseWriter, r *http.Request, call *Call, do http.HandlerFunc) {
	fault, hit := w.Faults.take(call, false)
	call.At = w.Now()
	answer := httptest.NewRecorder()
	switch {
	case hit && fault.Word == Down:
		call.Fault = fault.Word
		w.Journal.Record(*call)
		w.tell()
		reset(rw)
		return
	case hit && fault.Word == Pre5xx:
		answer.WriteHeader(http.StatusServiceUnavailable)
	case hit && fault.Word == HTML:
		answer.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = answer.WriteString("<!DOCTYPE html><html><body><h1>We'll be back soon</h1></body></html>")
	case hit && fault.Word == TooMany:
		answer.Header().Set("Retry-After", strconv.Itoa(max(1, int(fault.For/time.Second))))
		answer.WriteHeader(http.StatusTooManyRequests)
	default:
		if hit && fault.Word == Slow {
			pause(r, fault.For)
		}
		do(answer, r)
	}
	if !hit && call.Applied {
		fault, hit = w.Faults.take(call, true)
	}
	call.Fault, call.Status = fault.Word, answer.Code
	w.Journal.Record(*call)
	if call.Applied {
		w.Changed()
	} else {
		w.tell()
	}
	w.Kept()
	switch {
	case hit && fault.Word == Post5xx:
		http.Error(rw, "internal error", http.StatusInternalServerError)
	case hit && fault.Word == PostReset:
		reset(rw)
	case hit && fault.Word == PostHang:
		<-r.Context().Done()
	default:
		for k, vs := range answer.Header() {
			rw.Header()[k] = vs
		}
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	}
}

func (f *Fault) matches(call *Call) bool {
	return (f.Provider == "" || f.Provider == call.Provider) && (f.Method == "" || f.Method == call.Method) && strings.Contains(call.Resource, f.Resource)
}

func pause(r *http.Request, d time.Duration) {
	select {
	case <-r.Context().Done():
	case <-time.After(d):
	}
}

// reset closes the connection so that the caller sees no answer at all.
func reset(rw http.ResponseWriter) {
	if h, ok := rw.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
