// Package outbound is the one way out of the program by HTTP: a client that
// asks at addresses which people of a firm have typed, or which such a peer has
// named, and at nothing of the machine or the network it runs in.
//
// It refuses, at the moment of connecting and for each address a name resolves
// to, whatever is not a public address, unless the operator has listed its
// network (outbound.allow); plain http, except into such a network; redirects,
// proxies of the environment, cookies, compressed answers and connections kept
// for later. What a peer answers costs at most [Patience] and [MaxAnswer].
//
// Start at [Client.Post], or at [Client.HTTP] for a protocol that a library
// speaks; peek.go asks who is at a name, file.go asks for what is larger, within bounds that
// its caller sets, and reach.go has the addresses.
package outbound

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	// Patience is how long one request may take, the answer's body included.
	Patience = 10 * time.Second
	// MaxAnswer is how many bytes of an answer's body are read.
	MaxAnswer = 1 << 20

	maxHeader = 64 << 10 // bytes of an answer's headers
)

// Config is what a client works with.
type Config struct {
	// Allow are the networks of the firm's own that may be reached besides
	// public addresses, also by plain http.
	Allow []netip.Prefix
	// Resolver and Roots are the system's when nil.
	Resolver *net.Resolver
	Roots    *x509.CertPool
}

// Resolver asks one name server, given as address and port, and no other; "" is nil, for
// the system's.
func Resolver(server string) *net.Resolver {
	if server == "" {
		return nil
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
}

// Client asks. It keeps no connection and no cookie, and is safe for
// concurrent use.
type Client struct {
	allow    []netip.Prefix
	resolver *net.Resolver
	secure   *http.Transport
	plain    *http.Transport // into allowed networks only
}

// New returns a client.
func New(c Config) *Client {
	out := &Client{allow: c.Allow, resolver: cmp.Or(c.Resolver, net.DefaultResolver)}
	out.secure, out.plain = out.transport(c, false), out.transport(c, true)
	return out
}

func (c *Client) transport(from Config, plain bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout: Patience, KeepAlive: -1, Resolver: from.Resolver,
		// Asked for each address that is about to be connected to, after any
		// resolution: there is no moment left in which a name could change.
		Control: func(network, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || network != "tcp4" && network != "tcp6" || !c.reaches(at.Addr(), plain) {
				return errForbidden
			}
			return nil
		},
	}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: Patience, ResponseHeaderTimeout: Patience,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: from.Roots},
		MaxResponseHeaderBytes: maxHeader, DisableKeepAlives: true, DisableCompression: true,
	}
}

// Message is one request. Header holds what is to be sent besides its length
// and the program's name.
type Message struct {
	Address string // as [Client.Check] accepts it
	Header  map[string]string
	Body    []byte
}

// Answer is what the peer said. A redirect is an answer like any other.
type Answer struct {
	Status int
	Body   []byte // at most MaxAnswer bytes
}

// Post sends a message and reads the answer. The error is an *[Error]; when the
// answer's Status is set beside it, the peer has answered and only the body
// could not be read.
func (c *Client) Post(ctx context.Context, m Message) (Answer, error) {
	address, err := c.Check(m.Address)
	if err != nil {
		return Answer{}, &Error{Forbidden, err}
	}
	m.Address = address
	return c.post(ctx, m)
}

// post trusts no more in its caller than Post: what an address may be is
// decided again when it is dialled.
func (c *Client) post(ctx context.Context, m Message) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Address, bytes.NewReader(m.Body))
	if err != nil {
		return Answer{}, &Error{Forbidden, err}
	}
	r.Header.Set("User-Agent", "Cenacle")
	for name, value := range m.Header {
		r.Header.Set(name, value)
	}
	back, body, err := take(c.way(r), r)
	if back == nil {
		return Answer{}, err
	}
	return Answer{back.StatusCode, body}, err
}

func (c *Client) way(r *http.Request) *http.Transport {
	if r.URL.Scheme != "https" {
		return c.plain
	}
	return c.secure
}

// take sends a request and reads the whole answer. No http.Client does it, so that
// nothing follows a redirect or keeps a cookie. The error is an *[Error]; a peer
// that has answered is told even when its body could not be read.
func take(way *http.Transport, r *http.Request) (*http.Response, []byte, error) {
	back, err := way.RoundTrip(r)
	if err != nil {
		return nil, nil, failed(err)
	}
	body, err := io.ReadAll(io.LimitReader(back.Body, MaxAnswer+1))
	closed := back.Body.Close()
	switch {
	case err != nil:
		return back, body, failed(err)
	case len(body) > MaxAnswer:
		return back, body[:MaxAnswer], &Error{Large, errLarge}
	case closed != nil:
		return back, body, failed(closed)
	}
	return back, body, nil
}
