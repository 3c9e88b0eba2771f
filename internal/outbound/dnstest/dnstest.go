// Package dnstest is a name server whose answers a test chooses: where names lead, list
// after list, and the texts that they have. It refuses to know any other name, and to ask
// anybody. Start at [Start].
package dnstest

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Server answers for the names that it was told of, and says of all others that there
// is none. It is safe for concurrent use.
type Server struct {
	at        string
	mu        sync.Mutex
	addresses map[string][][]netip.Addr
	texts     map[string][]string
	asked     int
}

// Start starts a server that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // ends the loop below
	s := &Server{at: l.LocalAddr().String(), addresses: map[string][][]netip.Addr{}, texts: map[string][]string{}}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := l.ReadFrom(buf)
			if err != nil {
				return
			}
			if raw, err := s.answer(buf[:n]); err == nil {
				_, _ = l.WriteTo(raw, from) // a lost answer is asked for again
			}
		}
	}()
	return s
}

// Resolver asks this server and no other.
func (s *Server) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", s.at)
	}}
}

// At is the address and port at which it answers.
func (s *Server) At() string { return s.at }

// Lead has a name lead to addresses. Each question takes the next of several lists, and
// the last one for ever after; none at all takes the name away.
func (s *Server) Lead(name string, lists ...[]netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.addresses[name] = lists; len(lists) == 0 {
		delete(s.addresses, name)
	}
}

// Write gives a name its texts, in the place of those that it had.
func (s *Server) Write(name string, texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts[name] = texts
}

// Texts are those that a name has.
func (s *Server) Texts(name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts[name]
}

// Asked is how many questions have come.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Addresses reads some.
func Addresses(text ...string) (out []netip.Addr) {
	for _, one := range text {
		out = append(out, netip.MustParseAddr(one))
	}
	return out
}

func (s *Server) answer(raw []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(raw); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	q := m.Questions[0]
	out := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	lists, leads := s.addresses[name]
	texts := s.texts[name]
	if !leads && len(texts) == 0 {
		out.RCode = dnsmessage.RCodeNameError
		return out.Pack()
	}
	for _, body := range bodies(q.Type, first(lists), texts) {
		out.Answers = append(out.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET}, Body: body})
	}
	if len(lists) > 1 && q.Type == dnsmessage.TypeA {
		s.addresses[name] = lists[1:]
	}
	return out.Pack()
}

func first(lists [][]netip.Addr) []netip.Addr {
	if len(lists) == 0 {
		return nil
	}
	return lists[0]
}

// bodies are what there is of a kind.
func bodies(kind dnsmessage.Type, leads []netip.Addr, texts []string) (out []dnsmessage.ResourceBody) {
	if kind == dnsmessage.TypeTXT {
		for _, text := range texts {
			out = append(out, &dnsmessage.TXTResource{TXT: []string{text}})
		}
		return out
	}
	for _, a := range leads {
		switch {
		case kind == dnsmessage.TypeA && a.Is4():
			out = append(out, &dnsmessage.AResource{A: a.As4()})
		case kind == dnsmessage.TypeAAAA && a.Is6():
			out = append(out, &dnsmessage.AAAAResource{AAAA: a.As16()})
		}
	}
	return out
}
