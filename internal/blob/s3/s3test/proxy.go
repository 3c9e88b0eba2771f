package s3test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/signer"

	"cenacle/internal/blob/s3"
)

// Harm is what happens to one request on its way.
type Harm int

// The harms.
const (
	None       Harm = iota
	Refuse          // 503, without asking the server
	CutRequest      // the connection ends in the middle of what is sent
	CutAnswer       // the connection ends in the middle of what is answered
	LoseAnswer      // the server has done it, nobody is told
	Garble          // one bit of the answer is another one
	Hang            // nothing is answered before the client gives up
	Deny            // 403: the account may not
)

// Proxy stands between us and the server.
type Proxy struct {
	server *httptest.Server
	config s3.Config
	client *http.Client

	mu     sync.Mutex
	choose func(*http.Request) Harm
	strip  string
	down   atomic.Bool
	delay  atomic.Int64
	count  atomic.Uint64
}

// Between puts a proxy in front of the server of a configuration and returns
// the configuration that goes through it.
func Between(t testing.TB, c s3.Config) (*Proxy, s3.Config) {
	t.Helper()
	p := &Proxy{config: c, client: &http.Client{Transport: &http.Transport{DisableCompression: true}}}
	p.Do(func(*http.Request) Harm { return None })
	p.server = httptest.NewServer(p)
	t.Cleanup(func() {
		p.server.CloseClientConnections()
		p.server.Close()
		p.client.CloseIdleConnections()
	})
	c.Endpoint = p.server.Listener.Addr().String()
	return p, c
}

// Do says what happens to each request from now on.
func (p *Proxy) Do(choose func(*http.Request) Harm) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.choose = choose
}

// Strip takes a header out of every request, or with " of POST" out of those,
// and signs it again: like a storage that does not know the header.
func (p *Proxy) Strip(header string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.strip = header
}

// Down makes the server unreachable, or lets it come back.
func (p *Proxy) Down(down bool) { p.down.Store(down) }

// Delay makes the server slow.
func (p *Proxy) Delay(d time.Duration) { p.delay.Store(int64(d)) }

// Requests is how many have come.
func (p *Proxy) Requests() uint64 { return p.count.Load() }

// ServeHTTP passes a request on, or harms it.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.count.Add(1)
	if p.down.Load() {
		cut(w)
		return
	}
	time.Sleep(time.Duration(p.delay.Load()))
	p.mu.Lock()
	harm := p.choose(r)
	header, method, only := strings.Cut(p.strip, " of ")
	p.mu.Unlock()
	if r.Header.Get(header) != "" && (!only || method == r.Method) {
		r.Header.Del(header)
		r.Header.Del("Authorization")
		r.URL.Host = r.Host
		r = signer.SignV4(*r, p.config.AccessKey, p.config.SecretKey, "", p.config.Region)
	}
	switch harm {
	case Refuse:
		_, _ = io.Copy(io.Discard, r.Body) // a server that answers early would be another harm
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case Deny:
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusForbidden)
		return
	case CutRequest:
		_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength/2)
		cut(w)
		return
	case Hang:
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		return
	}
	response, err := p.pass(r)
	if err != nil {
		cut(w)
		return
	}
	defer response.Body.Close() // read to its end, or given up
	if harm == LoseAnswer {
		cut(w)
		return
	}
	answer(w, response, harm)
}

// pass asks the server. The signature covers the name that the client used.
func (p *Proxy) pass(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.RequestURI, out.URL.Scheme, out.URL.Host = "", "http", p.config.Endpoint
	return p.client.Do(out)
}

func answer(w http.ResponseWriter, response *http.Response, harm Harm) {
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	switch harm {
	case Garble:
		body, err := io.ReadAll(response.Body)
		if err != nil {
			cut(w)
			return
		}
		if len(body) > 0 {
			body[len(body)/2] ^= 1
		}
		_, _ = w.Write(body)
	case CutAnswer:
		_, _ = io.CopyN(w, response.Body, response.ContentLength/2)
		_ = http.NewResponseController(w).Flush()
		cut(w)
	default:
		_, _ = io.Copy(w, response.Body)
	}
}

// cut ends the connection of a request.
func cut(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // it has ended by itself
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
