package slackhook

import (
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"syscall"

	"rekey/rotation"
)

// hosts are where Slack's incoming webhooks are, all of them.
var hosts = []string{"hooks.slack.com", "hooks.slack-gov.com"}

// path is that of an incoming webhook. Nothing in it needs an escape.
var path = regexp.MustCompile(`^/services/[A-Za-z0-9]{1,40}/[A-Za-z0-9]{1,40}/[A-Za-z0-9]{1,80}$`)

// address reads a webhook's URL, and is false for everything else: another
// host, another port, a name and password, a query, a blank.
func (c *Client) address(v rotation.Value) (*url.URL, bool) {
	u, err := url.Parse(v.Reveal())
	if err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.RawPath != "" || !path.MatchString(u.Path) {
		return nil, false
	}
	switch {
	case u.Scheme == "https" && slices.Contains(hosts, u.Host):
		return u, true
	case u.Scheme == "http" && c.loopback && loopback(u.Hostname()):
		return u, true
	}
	return nil, false
}

// onLoopback tells whether an address of Slack's API is on this machine.
func onLoopback(api string) bool {
	u, err := url.Parse(api)
	return err == nil && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

var errPlace = errors.New("the address isn't where the host has to be")

// only checks each address just before it is connected to: Slack is on the
// public internet, this machine is on loopback. Any other host is the proxy's.
func only(host string) func(network, address string, _ syscall.RawConn) error {
	ours := slices.Contains(hosts, host)
	if !ours && !loopback(host) {
		return nil
	}
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || ours && !public(to.Addr().Unmap()) || !ours && !to.Addr().Unmap().IsLoopback() {
			return errPlace
		}
		return nil
	}
}

// shared is what providers of connections use among themselves, and by some
// clouds for metadata: https://www.rfc-editor.org/rfc/rfc6598.
var shared = netip.MustParsePrefix("100.64.0.0/10")

func public(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !shared.Contains(ip)
}

// message is the JSON of a message with nothing but a text.
func message(text string) string {
	data, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return "{}" // a string always has a JSON form
	}
	return string(data)
}
