package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A socket is one Socket Mode connection. What came by it is acknowledged on
// it or not at all: its acknowledgements die with it.
// https://docs.slack.dev/apis/events-api/using-socket-mode
type socket struct {
	conn  *websocket.Conn
	hello frame
	since time.Time

	asked chan struct{} // closed when Slack asks for a refresh
	done  chan struct{} // closed when nothing more can come in
	ended end           // why; to be read after done

	writing sync.Mutex
	busy    sync.WaitGroup // envelopes being answered

	limit   sync.Mutex // for the read deadline
	stopped bool
}

// An end is why a socket's life is over.
type end struct {
	reason string // for the log: never a frame, never an address
	fatal  error
}

// A frame is what Slack sends, of whatever type.
type frame struct {
	Type        string          `json:"type"`
	Reason      string          `json:"reason"`
	Connections int             `json:"num_connections"`
	Info        connectionInfo  `json:"connection_info"`
	Envelope    string          `json:"envelope_id"`
	Payload     json.RawMessage `json:"payload"`
	Accepts     bool            `json:"accepts_response_payload"`
}

type connectionInfo struct {
	AppID string `json:"app_id"`
}

const (
	maxFrame   = 1 << 20   // bytes of a frame that is read; a longer one is skipped
	maxSkipped = 16 << 20  // bytes of a frame that is skipped; a longer one ends the connection
	maxAck     = 20 * 1024 // Slack silently drops an acknowledgement of so many bytes
	helloWait  = 10 * time.Second
	writeWait  = 2 * time.Second
)

var (
	errBroken = errors.New("the frame can't be read")
	errGone   = errors.New("the connection is gone")
)

// greet waits for Slack's hello on a new connection.
func greet(conn *websocket.Conn) (*socket, error) {
	s := &socket{conn: conn, since: time.Now(), asked: make(chan struct{}), done: make(chan struct{})}
	conn.SetReadLimit(maxSkipped)
	_ = conn.SetReadDeadline(time.Now().Add(helloWait))
	first, err := s.next()
	switch {
	case err != nil:
		return nil, fmt.Errorf("no hello: %s", lost(err))
	case first.Type == "disconnect" && first.Reason == "link_disabled":
		return nil, errLinkDisabled
	case first.Type == "disconnect":
		return nil, fmt.Errorf("refused: %s", word(first.Reason))
	case first.Type != "hello":
		return nil, errors.New("something else than hello")
	}
	s.hello = first
	return s, nil
}

// read hands envelopes to take until the connection ends. take must not block
// for long, since Slack's pings are answered in here.
func (s *socket) read(silence time.Duration, m *Metrics, take func(frame)) {
	defer close(s.done)
	s.alive(silence)
	s.conn.SetPingHandler(func(data string) error {
		s.alive(silence)
		err := s.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeWait))
		if errors.Is(err, websocket.ErrCloseSent) {
			return nil
		}
		return err
	})
	s.conn.SetPongHandler(func(string) error { s.alive(silence); return nil })
	for {
		f, err := s.next()
		if errors.Is(err, errBroken) {
			m.Broken.Add(1)
			continue
		}
		if err != nil {
			s.ended.reason = lost(err)
			return
		}
		s.alive(silence)
		switch {
		case f.Type == "disconnect" && f.Reason == "link_disabled":
			s.ended = end{f.Reason, errLinkDisabled}
			return
		case f.Type == "disconnect" && (f.Reason == "warning" || f.Reason == "refresh_requested"):
			s.ask()
		case f.Type == "disconnect":
			s.ended.reason = "disconnect: " + word(f.Reason)
			return
		case f.Envelope != "":
			take(f)
		}
	}
}

// ping shows Slack, and whatever is between, that we are there; its answer
// shows us that Slack is.
func (s *socket) ping(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-tick.C:
			_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait))
		}
	}
}

// next reads one frame. A frame that is too long or no JSON is errBroken, and
// the next one can be read.
func (s *socket) next() (frame, error) {
	var f frame
	_, r, err := s.conn.NextReader()
	if err != nil {
		return f, err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxFrame+1))
	if err != nil {
		return f, err
	}
	if len(text) > maxFrame {
		if _, err := io.Copy(io.Discard, r); err != nil {
			return f, err
		}
		return f, errBroken
	}
	return decode(text)
}

func decode(text []byte) (f frame, err error) {
	if json.Unmarshal(text, &f) != nil {
		return frame{}, errBroken
	}
	return f, nil
}

// ask notes that Slack wants this connection refreshed.
func (s *socket) ask() {
	select {
	case <-s.asked:
	default:
		close(s.asked)
	}
}

// ack acknowledges an envelope that came by this connection. payload may be
// nil. An error means that Slack doesn't know of it and never will.
func (s *socket) ack(envelope string, payload json.RawMessage) error {
	text, err := json.Marshal(struct {
		Envelope string          `json:"envelope_id"`
		Payload  json.RawMessage `json:"payload,omitempty"`
	}{envelope, payload})
	if err != nil {
		return fmt.Errorf("writing the acknowledgement: %w", err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(writeWait))
	if s.conn.WriteMessage(websocket.TextMessage, text) != nil {
		return errGone
	}
	return nil
}

// stop ends the reading; what came in before is still answered.
func (s *socket) stop() {
	s.limit.Lock()
	defer s.limit.Unlock()
	s.stopped = true
	_ = s.conn.SetReadDeadline(time.Now())
}

// alive puts off the moment at which the connection counts as dead.
func (s *socket) alive(silence time.Duration) {
	s.limit.Lock()
	defer s.limit.Unlock()
	if !s.stopped {
		_ = s.conn.SetReadDeadline(time.Now().Add(silence))
	}
}

// finish says goodbye once all that came in before done was answered.
func (s *socket) finish() {
	<-s.done
	s.busy.Wait()
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	_ = s.conn.Close()
}

// lost says why reading failed, in words that hold no address.
func lost(err error) string {
	var closed *websocket.CloseError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &closed):
		return fmt.Sprintf("closed with %d", closed.Code)
	case errors.As(err, &timeout) && timeout.Timeout():
		return "silent"
	case errors.Is(err, websocket.ErrReadLimit):
		return "a frame beyond all bounds"
	case errors.Is(err, errBroken):
		return "a frame that can't be read"
	}
	return "cut off"
}

// word keeps a reason printable and short.
func word(s string) string {
	out := []rune{}
	for _, r := range s {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			out = append(out, r)
		}
	}
	return string(out[:min(len(out), 40)])
}
