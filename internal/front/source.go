package front

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"cenacle/internal/account"
)

// source is where a request comes from, and to: the peer by the rule of the trusted
// proxies, and the firm at whose own name it came.
func (c *Config) source(r *http.Request) account.Source {
	s := source(r, c.Proxies)
	if at, own := c.find(r.Host); own {
		s.At = at.Firm
	}
	return s
}

// source is the peer that the request really comes from: the connection's
// address, or, when that is a trusted proxy, the right-most address of
// X-Forwarded-For that is not one. Nothing else a client says is believed.
func source(r *http.Request, trusted []netip.Prefix) account.Source {
	peer := peerOf(r.RemoteAddr)
	if isTrusted(peer, trusted) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			peer = hop.Unmap()
			if !isTrusted(peer, trusted) {
				break
			}
		}
	}
	return account.Source{Addr: peer, Agent: clip(r.UserAgent(), 300)}
}

func peerOf(remote string) netip.Addr {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func clip(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}
