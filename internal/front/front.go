// Package front is what every HTTP request passes before any transport: the
// known host, the headers that every answer carries, the true source of the
// request, its number, its deadline, its one line in the log, and what becomes
// of a panic. It also sends the bytes of people, the one way that is safe.
//
// It knows no person and decides no right; who asks, and how a fault is shown
// to her, is the transport's. Start at [Config.Guard], which goes around all
// transports, and [Config.Serve], through which each answers.
package front

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"cenacle/internal/hostname"
	"cenacle/internal/id"
	"cenacle/internal/metric"
	"cenacle/internal/trace"
)

// Config is what the server gives to every transport.
type Config struct {
	Base    *url.URL       // the public address; links start here, or at a firm's own
	Hosts   Hosts          // where single firms are reached besides; nil: nowhere
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Secure  bool           // behind HTTPS
	Demo    bool
	Clock   func() time.Time
	Until   func(time.Duration) time.Time // by the machine's own clock: deadlines of connections
	Log     *slog.Logger
	Meter   *metric.Requests // nil: nobody watches
	Tracer  *trace.Tracer    // nil: nobody follows requests
	// Alias is what the log calls a firm or a person: the same one each time,
	// and not her identifier. Nil: the log calls nobody anything.
	Alias func(kind, identifier string) string
}

// Hosts knows the names at which one firm alone is reached; [hostname.Service] does.
type Hosts interface {
	// Find is who is reached under the host of a request.
	Find(host string) (hostname.At, bool)
	// Of is a firm's own address, nil for one that has none.
	Of(id.Firm) *url.URL
}

// BaseOf is where the links of a firm start.
func (c *Config) BaseOf(f id.Firm) *url.URL {
	if c.Hosts != nil && f != "" {
		return cmp.Or(c.Hosts.Of(f), c.Base)
	}
	return c.Base
}

// find is the firm that a host is of; false for the public address and for strangers.
func (c *Config) find(host string) (hostname.At, bool) {
	if c.Hosts == nil || strings.EqualFold(host, c.Base.Host) {
		return hostname.At{}, false
	}
	return c.Hosts.Find(host)
}

// Policy is the Content-Security-Policy of an answer that does not choose a
// narrower one.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
	"font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard goes around everything: headers, the right host.
func (c *Config) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), interest-cohort=()")
		h.Set("Cache-Control", "no-store")
		if c.Secure {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		at, own := c.find(r.Host)
		switch {
		case probe(r):
		case own && at.Former && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			http.Redirect(w, r, c.BaseOf(at.Firm).String()+page(r.URL), http.StatusTemporaryRedirect)
			return
		case own && !at.Former || c.known(r.Host):
		default:
			http.Error(w, "421 Misdirected Request", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// page is where on a site a request leads, and nothing that could name another site.
func page(u *url.URL) string {
	if !strings.HasPrefix(u.Path, "/") {
		return "/"
	}
	if u.RawQuery == "" {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + u.RawQuery
}

// probe reports a question about the program itself, which a balancer asks under
// whatever name it has for this machine, or that the house asks itself at a name that
// may become a firm's; the answer holds no link.
func probe(r *http.Request) bool {
	return r.URL.Path == "/livez" || r.URL.Path == "/readyz" || strings.HasPrefix(r.URL.Path, hostname.ProofPath)
}

// known reports whether a host is ours: that of the public address, and for a
// demonstration, which only this machine reaches, its names for itself.
func (c *Config) known(host string) bool {
	if strings.EqualFold(host, c.Base.Host) {
		return true
	}
	if !c.Demo {
		return false
	}
	name, _, _ := strings.Cut(host, ":")
	return name == "localhost" || name == "127.0.0.1"
}
