package fakeslack

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

var (
	// ErrNoAnswer says that the app didn't acknowledge in time: the person saw
	// Slack's warning. The app may have done its work all the same.
	ErrNoAnswer = errors.New("the app did not respond (operation_timeout)")

	// ErrNotConnected says that the app has no socket: it never saw this.
	ErrNotConnected = errors.New("the app is not connected (dispatch_failed)")
)

// An Envelope is one payload that was sent to the app, once or more often.
type Envelope struct {
	ID, Type   string
	Payload    json.RawMessage
	Sent       time.Time // real time, the first time
	Acked      time.Time // zero until the first acknowledgement
	Deliveries int
	Acks       int
}

type delivery struct {
	Envelope
	frame   []byte
	accepts bool
	sockets []*socket
	done    chan struct{}
	react   func(answer json.RawMessage) // with the lock held, once, in time
	late    bool                         // the person has seen Slack's warning
}

// send delivers a payload and waits for the app's acknowledgement. react, which
// may be nil, takes the payload of that before anything that the app does next
// can be seen. It must not hold the lock.
func (s *Slack) send(kind string, payload object, react func(answer json.RawMessage)) error {
	d := s.envelope(kind, payload, react, nil)
	return s.deliver(d, false)
}

func (s *Slack) envelope(kind string, payload object, react func(json.RawMessage), more object) *delivery {
	accepts := react != nil
	d := &delivery{accepts: accepts, react: react, done: make(chan struct{})}
	d.ID, d.Type, d.Payload = uuid(), kind, encode(payload)
	frame := object{"envelope_id": d.ID, "type": kind, "accepts_response_payload": accepts, "payload": d.Payload}
	for key, value := range more {
		frame[key] = value
	}
	d.frame = encode(frame)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = append(s.deliveries, d)
	return d
}

// deliver sends d, twice if that was ordered, and waits. When impatient, it
// stops waiting as soon as the socket is gone.
func (s *Slack) deliver(d *delivery, impatient bool) error {
	s.mu.Lock()
	times := 1
	if s.duplicates > 0 {
		s.duplicates--
		times = 2
	}
	s.mu.Unlock()
	var last *socket
	for range times {
		if k := s.hand(d); k != nil {
			last = k
		}
	}
	if last == nil {
		return ErrNotConnected
	}
	var gone <-chan struct{}
	if impatient {
		gone = last.gone
	}
	timer := time.NewTimer(s.cfg.AckWait)
	defer timer.Stop()
	select {
	case <-d.done:
	case <-gone:
	case <-timer.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.Acks == 0 {
		d.late = true
		return ErrNoAnswer
	}
	return nil
}

// hand writes d to the next socket in turn, passing over those that fail.
func (s *Slack) hand(d *delivery) *socket {
	for {
		s.mu.Lock()
		ready := slices.DeleteFunc(slices.Clone(s.sockets), func(k *socket) bool { return !k.ready })
		if len(ready) == 0 {
			s.mu.Unlock()
			return nil
		}
		k := ready[s.turn%len(ready)]
		s.turn++
		d.sockets = append(d.sockets, k)
		d.Deliveries++
		if d.Sent.IsZero() {
			d.Sent = time.Now()
		}
		mute := k.mute
		s.mu.Unlock()
		if mute || k.write(d.frame) == nil {
			return k
		}
		s.mu.Lock()
		k.ready = false
		d.Deliveries--
		s.mu.Unlock()
	}
}

// acknowledged takes a frame from the app.
func (s *Slack) acknowledged(k *socket, frame []byte) {
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(frame, &ack); err != nil {
		s.problem("a frame that isn't JSON: %v", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.deliveries, func(d *delivery) bool { return d.ID == ack.ID })
	if i < 0 {
		s.note("an acknowledgement of %q, which was never sent", ack.ID)
		return
	}
	d := s.deliveries[i]
	if !slices.Contains(d.sockets, k) {
		s.note("an acknowledgement of a %s on another socket than it came by", d.Type)
		return
	}
	// Slack's Node client sends an empty object with each acknowledgement.
	if word := string(ack.Payload); word == "null" || word == "{}" {
		ack.Payload = nil
	}
	if len(ack.Payload) > 0 && !d.accepts {
		s.note("an acknowledgement of a %s with a payload, which it doesn't accept", d.Type)
	}
	if d.Acks++; d.Acks == 1 {
		d.Acked = time.Now()
		if d.react != nil && !d.late {
			d.react(ack.Payload)
		}
		close(d.done)
	}
	s.w.Changed()
}

// Duplicate makes the next n envelopes arrive twice under the same id.
func (s *Slack) Duplicate(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duplicates = n
}

// Duplicates is how many envelopes are still to arrive twice.
func (s *Slack) Duplicates() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.duplicates
}

// Redeliver sends an old envelope once more under its old id, whoever is
// connected now. It doesn't wait for the acknowledgement.
func (s *Slack) Redeliver(id string) error {
	s.mu.Lock()
	all := s.deliveries
	s.mu.Unlock()
	i := slices.IndexFunc(all, func(d *delivery) bool { return d.ID == id })
	if i < 0 {
		return fmt.Errorf("there was no envelope %s", id)
	}
	if s.hand(all[i]) == nil {
		return ErrNotConnected
	}
	return nil
}

// Envelopes lists all that was sent to the app, oldest first.
func (s *Slack) Envelopes() []Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Envelope
	for _, d := range s.deliveries {
		out = append(out, d.Envelope)
	}
	return out
}

// AckTimes lists, for each acknowledged envelope, the time from its first
// sending to its first acknowledgement.
func (s *Slack) AckTimes() []time.Duration {
	var out []time.Duration
	for _, e := range s.Envelopes() {
		if !e.Acked.IsZero() {
			out = append(out, e.Acked.Sub(e.Sent))
		}
	}
	return out
}

func uuid() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("fakeslack: no randomness: " + err.Error())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
