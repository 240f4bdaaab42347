package fakeslack

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"rekey/sandbox/world"
)

// A socket is one Socket Mode connection of the app. All fields but conn and
// writing are guarded by Slack.mu.
type socket struct {
	conn    *websocket.Conn
	writing sync.Mutex
	gone    chan struct{} // closed when the connection has ended
	ready   bool          // false once a write has failed
	mute    bool          // writes are lost and pings unanswered
}

// Slack takes any origin; slack-go sends https://api.slack.com.
var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

func (s *Slack) connectionsOpen(_ args, call *world.Call) object {
	ticket := world.Random(24, world.Alphanumeric)
	s.tickets[ticket] = true
	call.Applied = true
	return object{"ok": true, "url": "ws" + strings.TrimPrefix(s.base, "http") + "/link/?ticket=" + ticket + "&app_id=" + s.cfg.AppID}
}

func (s *Slack) serveSocket(rw http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !good {
		http.Error(rw, "the ticket is unknown or used", http.StatusForbidden)
		return
	}
	conn, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		s.problem("opening a socket: %v", err)
		return
	}
	k := &socket{conn: conn, gone: make(chan struct{})}
	conn.SetReadLimit(maxBody)
	conn.SetPingHandler(func(data string) error {
		s.recordFrame([]byte("ping " + data))
		if s.muted(k) {
			return nil
		}
		return conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	s.w.Journal.Record(world.Call{At: s.w.Now(), Provider: "slack", Method: "socket", Caller: s.cfg.AppID, Status: http.StatusSwitchingProtocols})
	if s.greet(k) {
		go s.keepAlive(k)
		s.read(k)
	}
	_ = conn.Close()
	close(k.gone)
	s.mu.Lock()
	s.sockets = slices.DeleteFunc(s.sockets, func(one *socket) bool { return one == k })
	s.mu.Unlock()
	s.w.Changed()
}

// greet says hello, or why there is no place for this socket.
func (s *Slack) greet(k *socket) bool {
	// Whoever sends to this socket from now on waits until hello is out.
	k.writing.Lock()
	s.mu.Lock()
	reason := ""
	switch {
	case s.socketsOff:
		reason = "link_disabled"
	case len(s.sockets) >= maxSockets:
		reason = "too_many_websockets"
	default:
		k.ready = true
		s.sockets = append(s.sockets, k)
	}
	n := len(s.sockets)
	s.mu.Unlock()
	if reason != "" {
		_ = k.writeLocked(disconnectFrame(reason))
		k.writing.Unlock()
		k.closeNicely()
		return false
	}
	err := k.writeLocked(encode(object{
		"type": "hello", "num_connections": n, "connection_info": object{"app_id": s.cfg.AppID},
		"debug_info": object{"host": "applink-1", "started": time.Now().UTC().Format(time.DateTime), "build_number": 10, "approximate_connection_time": 3600},
	}))
	k.writing.Unlock()
	s.w.Changed()
	return err == nil
}

func (s *Slack) keepAlive(k *socket) {
	tick := time.NewTicker(s.cfg.Ping)
	defer tick.Stop()
	for {
		select {
		case <-k.gone:
			return
		case <-tick.C:
			if !s.muted(k) {
				_ = k.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-1"), time.Now().Add(time.Second))
			}
		}
	}
}

func (s *Slack) read(k *socket) {
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		s.recordFrame(frame)
		s.acknowledged(k, frame)
	}
}

// writeWait bounds a write to an app that has stopped reading.
const writeWait = 2 * time.Second

func (k *socket) write(frame []byte) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	return k.writeLocked(frame)
}

func (k *socket) writeLocked(frame []byte) error {
	_ = k.conn.SetWriteDeadline(time.Now().Add(writeWait))
	return k.conn.WriteMessage(websocket.TextMessage, frame)
}

func (k *socket) closeNicely() {
	_ = k.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	_ = k.conn.Close()
}

func (s *Slack) muted(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return k.mute
}

func disconnectFrame(reason string) []byte {
	return encode(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-1"}})
}

func (s *Slack) openSockets() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sockets)
}

// Sockets is the number of connections that the app holds.
func (s *Slack) Sockets() int { return len(s.openSockets()) }

// Disconnect sends each socket a disconnect frame with the reason and closes
// it: at once, or for "warning" after Config.RefreshWarning.
func (s *Slack) Disconnect(reason string) {
	for _, k := range s.openSockets() {
		_ = k.write(disconnectFrame(reason))
		if reason != "warning" {
			k.closeNicely()
			continue
		}
		go func() {
			select {
			case <-k.gone:
			case <-time.After(s.cfg.RefreshWarning):
				k.closeNicely()
			}
		}()
	}
}

// SocketMode switches Socket Mode off, which disconnects all sockets and each
// new one with link_disabled, or on again.
func (s *Slack) SocketMode(on bool) {
	s.mu.Lock()
	s.socketsOff = !on
	s.mu.Unlock()
	if !on {
		s.Disconnect("link_disabled")
	}
}

// DropSockets cuts all connections as a failing network does: no close frame,
// a TCP reset.
func (s *Slack) DropSockets() {
	for _, k := range s.openSockets() {
		if tcp, ok := k.conn.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = k.conn.NetConn().Close()
	}
}

// Mute makes the sockets that are open now look alive and carry nothing: what
// is sent on them is lost and pings go unanswered. New sockets work.
func (s *Slack) Mute() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		k.mute = true
	}
}

// SendFrame sends raw bytes as a text frame on every socket, whatever they are.
func (s *Slack) SendFrame(frame []byte) error {
	open := s.openSockets()
	if len(open) == 0 {
		return ErrNotConnected
	}
	for _, k := range open {
		if err := k.write(frame); err != nil {
			return fmt.Errorf("sending a frame: %w", err)
		}
	}
	return nil
}
