package bot

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

// connect opens one socket.
// https://docs.slack.dev/reference/methods/apps.connections.open
func connect(ctx context.Context, a *api, cfg Config) (*socket, error) {
	var address string
	err := a.call(ctx, "apps.connections.open", callWait, func(ctx context.Context, c *slack.Client) (err error) {
		_, address, err = c.StartSocketModeContext(ctx)
		return err
	})
	if fatal := fatalToken(err, "app-level token", "SLACK_APP_TOKEN"); fatal != nil {
		return nil, fatal
	}
	if err != nil {
		return nil, err
	}
	if !trusted(cfg.APIURL, address) {
		return nil, errors.New("the address for the socket isn't Slack's")
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: callWait}
	conn, answer, err := dialer.DialContext(ctx, address, nil)
	if err != nil {
		if answer != nil {
			return nil, errors.New("the socket was refused with HTTP " + answer.Status[:min(3, len(answer.Status))])
		}
		return nil, errors.New("the socket couldn't be reached")
	}
	k, err := greet(conn)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	if cfg.AppID != "" && k.hello.Info.AppID != cfg.AppID {
		_ = conn.Close()
		return nil, &FatalError{WrongSettings, "The app-level token belongs to the Slack app " + word(k.hello.Info.AppID) + ", but the settings say " + cfg.AppID + "."}
	}
	return k, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && net.IP(ip.AsSlice()).IsLoopback()
}

// trusted reports whether Slack's answer may send the socket there: Slack's
// own hosts by wss, or loopback when the API itself is a stand-in there.
func trusted(apiURL, socketURL string) bool {
	from, err := url.Parse(apiURL)
	if err != nil {
		return false
	}
	to, err := url.Parse(socketURL)
	if err != nil {
		return false
	}
	if loopback(from.Hostname()) {
		return loopback(to.Hostname())
	}
	host := strings.ToLower(to.Hostname())
	return to.Scheme == "wss" && (strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-gov.com"))
}
