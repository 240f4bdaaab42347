package slackhook

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"rekey/rotation"
)

// A URL that somebody saved as a webhook may lead anywhere. Only Slack's own
// is ever connected to.
func TestNothingButSlackIsConnectedTo(t *testing.T) {
	connections := &atomic.Int32{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	here := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := net.SplitHostPort(here)
	const rest = "/services/T0TEAM/B0HOOK/canary4b1d9f"
	for _, url := range []string{
		"", " ", "x", "hooks.slack.com" + rest, "//hooks.slack.com" + rest, "http://hooks.slack.com" + rest, "ftp://hooks.slack.com" + rest,
		"file:///etc/passwd", "javascript:alert(1)", "gopher://" + here + rest,
		"https://" + here + rest, "http://" + here + rest, "http://localhost:" + port + rest, "http://[::1]:" + port + rest,
		"http://0.0.0.0:" + port + rest, "http://[::ffff:127.0.0.1]:" + port + rest, "http://2130706433:" + port + rest, "http://0x7f000001:" + port + rest, "http://127.1:" + port + rest,
		"http://169.254.169.254" + rest, "https://169.254.169.254" + rest, "http://[fd00:ec2::254]" + rest, "http://169.254.170.2/v2/credentials",
		"https://10.0.0.1" + rest, "https://192.168.0.1" + rest, "https://metadata.google.internal" + rest,
		"https://hooks.slack.com.evil.example" + rest, "https://evil.example/hooks.slack.com" + rest, "https://evil-hooks.slack.com" + rest,
		"https://hooks.slack.com@" + here + rest, "https://user:password@hooks.slack.com" + rest, "https://hooks.slack.com:" + port + rest,
		"https://hooks.slack.com:443@" + here + rest, "https://hooks.slack.com%2f@" + here + rest, "https://hooks.slack.com\\@" + here + rest,
		"https://hooks.slack.com#@" + here + rest, "https://hooks.slack.com?@" + here + rest, "https://hooks.slack.com./" + rest, "https://hooks.slаck.com" + rest,
		"https://hooks.slack.com" + rest + "?x=http://" + here, "https://hooks.slack.com" + rest + "#x", "https://hooks.slack.com/services/../api/T/B/x",
		"https://hooks.slack.com" + rest + "\n", "https://hooks.slack.com" + rest + " ", "https://hooks.slack.com/services/T0TEAM/B0HOOK/%63anary",
		"https://hooks.slack.com/", "https://hooks.slack.com/workflows/T/A/1/x", "https://slack.com/api/chat.postMessage", "https://app.slack.com" + rest,
	} {
		_, alive, err := New("").Probe(t.Context(), rotation.NewValue(url))
		p, definite := rotation.Definite(err)
		if alive || !definite || p.Code != NotAWebhook || p.Dead {
			t.Errorf("%q: %v, %v", url, alive, err)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestSlacksOwnAddressesAreAccepted(t *testing.T) {
	for _, c := range []struct {
		api, url string
		want     bool
	}{
		{"", "https://hooks.slack.com/services/T0TEAM/B0HOOK/x", true},
		{"", "https://hooks.slack-gov.com/services/T0TEAM/B0HOOK/x", true},
		{"https://slack.com/api/", "http://127.0.0.1:1/services/T0TEAM/B0HOOK/x", false},
		{"http://127.0.0.1:9/api/", "http://127.0.0.1:1/services/T0TEAM/B0HOOK/x", true},
		{"http://localhost:9/api/", "http://[::1]:1/services/T0TEAM/B0HOOK/x", true},
		{"http://127.0.0.1:9/api/", "http://10.0.0.1:1/services/T0TEAM/B0HOOK/x", false},
		{"http://127.0.0.1:9/api/", "http://127.0.0.1.evil.example/services/T0TEAM/B0HOOK/x", false},
		{"http://127.0.0.1:9/api/", "https://hooks.slack.com/services/T0TEAM/B0HOOK/x", true},
	} {
		if _, got := New(c.api).address(rotation.NewValue(c.url)); got != c.want {
			t.Errorf("%s with the API at %q: %v", c.url, c.api, got)
		}
	}
}

// What a name leads to is looked at after it was resolved, so that a changed
// answer of the resolver changes nothing.
func TestANameThatLeadsElsewhereIsNotConnectedTo(t *testing.T) {
	for _, c := range []struct {
		host, address string
		want          bool
	}{
		{"hooks.slack.com", "3.121.2.3:443", true},
		{"hooks.slack.com", "[2a05:d014::1]:443", true},
		{"hooks.slack.com", "127.0.0.1:443", false},
		{"hooks.slack.com", "[::ffff:127.0.0.1]:443", false},
		{"hooks.slack.com", "169.254.169.254:443", false},
		{"hooks.slack.com", "[fd00:ec2::254]:443", false},
		{"hooks.slack.com", "10.1.2.3:443", false},
		{"hooks.slack.com", "100.100.100.200:443", false},
		{"hooks.slack.com", "0.0.0.0:443", false},
		{"hooks.slack.com", "255.255.255.255:443", false},
		{"localhost", "127.0.0.1:80", true},
		{"localhost", "10.1.2.3:80", false},
		{"proxy.example", "10.1.2.3:3128", true},
	} {
		check := only(c.host)
		if got := check == nil || check("tcp", c.address, nil) == nil; got != c.want {
			t.Errorf("%s at %s: %v", c.host, c.address, got)
		}
	}
}
