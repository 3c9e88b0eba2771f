package storetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// Fate is what becomes of a COMMIT on its way to the server.
type Fate int

// A commit passes; its connection breaks before the server hears of it; or after
// the server has answered, and before the answer arrives.
const (
	Passes Fate = iota
	Unheard
	Unanswered
)

// Proxy is the network between one node and its database, as a test wants it. It
// understands as much of PostgreSQL's protocol as it takes to see a COMMIT.
type Proxy struct {
	t      testing.TB
	listen net.Listener

	mu    sync.Mutex
	whole sync.Cond // signalled when the network is
	to    string
	cut   bool
	ended bool
	open  map[net.Conn]struct{}
	fate  func() Fate
	going sync.WaitGroup
}

// NewProxy listens on the loopback and passes everything on to an address.
func NewProxy(t testing.TB, to string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{t: t, listen: l, to: to, open: map[net.Conn]struct{}{}, fate: func() Fate { return Passes }}
	p.whole.L = &p.mu
	p.going.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close() // nothing more is accepted
		p.mu.Lock()
		p.ended = true
		p.mu.Unlock()
		p.Heal()
		p.Drop()
		p.going.Wait()
	})
	return p
}

// Address is where a node connects to.
func (p *Proxy) Address() string { return p.listen.Addr().String() }

// Direct has connections that are made from now on go to another server.
func (p *Proxy) Direct(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = to
}

// Cut lets nothing pass until Heal, and says so to nobody.
func (p *Proxy) Cut() { p.set(true) }

// Heal lets everything pass again, also what was sent meanwhile.
func (p *Proxy) Heal() { p.set(false) }

func (p *Proxy) set(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	p.whole.Broadcast()
}

// Drop breaks all connections there are.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close() // whoever reads from it ends
	}
}

// AtCommit asks what becomes of each COMMIT, from now on.
func (p *Proxy) AtCommit(fate func() Fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fate = fate
}

func (p *Proxy) accept() {
	for {
		c, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.going.Go(func() { p.carry(c) })
	}
}

func (p *Proxy) carry(node net.Conn) {
	defer node.Close() // broken or ended
	p.pass()
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close() // broken or ended
	if !p.know(node, server) {
		return
	}
	defer p.forget(node, server)
	l := &line{proxy: p, node: node, server: server}
	var answers sync.WaitGroup
	answers.Go(l.answers)
	l.asks()
	_, _ = node.Close(), server.Close() // whichever ended first
	answers.Wait()
}

func (p *Proxy) know(both ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range both {
		p.open[c] = struct{}{}
	}
	return !p.ended
}

func (p *Proxy) forget(both ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range both {
		delete(p.open, c)
	}
}

// pass waits until the network is whole.
func (p *Proxy) pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.cut {
		p.whole.Wait()
	}
}

func (p *Proxy) judge() Fate {
	p.mu.Lock()
	fate := p.fate
	p.mu.Unlock()
	return fate()
}

// line is one connection of a node to the server.
type line struct {
	proxy        *Proxy
	node, server net.Conn
	mu           sync.Mutex
	mute         bool // the next answer breaks the line
}

var errBroken = errors.New("the line breaks here")

// asks carries what the node says, message by message.
func (l *line) asks() {
	typed := false // the first message has no type
	for {
		m, err := message(l.node, typed)
		if err != nil {
			return
		}
		if err := l.judge(m); err != nil {
			return
		}
		l.proxy.pass()
		if _, err := l.server.Write(m); err != nil {
			return
		}
		typed = true
	}
}

func (l *line) judge(m []byte) error {
	if m[0] != 'Q' || !bytes.EqualFold(bytes.TrimRight(m[5:], "\x00; "), []byte("commit")) {
		return nil
	}
	switch l.proxy.judge() {
	case Unheard:
		return errBroken
	case Unanswered:
		l.mu.Lock()
		l.mute = true
		l.mu.Unlock()
	}
	return nil
}

func (l *line) answers() {
	defer l.node.Close() // the node learns it
	piece := make([]byte, 64<<10)
	for {
		n, err := l.server.Read(piece)
		if err != nil {
			return
		}
		l.mu.Lock()
		mute := l.mute
		l.mu.Unlock()
		l.proxy.pass()
		if mute {
			return
		}
		if _, err := l.node.Write(piece[:n]); err != nil {
			return
		}
	}
}

// message reads one message of the protocol: a type, unless it is the first, and
// a length that counts itself.
func message(r io.Reader, typed bool) ([]byte, error) {
	head := make([]byte, 4, 64)
	if typed {
		head = head[:5]
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint32(head[len(head)-4:]))
	if length < 4 || length > 64<<20 {
		return nil, errBroken
	}
	m := append(head, make([]byte, length-4)...)
	_, err := io.ReadFull(r, m[len(head):])
	return m, err
}
