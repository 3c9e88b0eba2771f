// Package scan asks a clamd, the daemon of ClamAV, whether bytes are known to be
// harmful. Bytes are streamed to it (INSTREAM) as they are unsealed: nothing is
// written to a disk by us, and nothing is kept.
//
// It refuses to guess: what could not be looked at whole, because the daemon is
// away, slow or takes no file so large, is [Unscanned] with its reason, never
// [Clean]. And it decides nothing: whether an unscanned file may be opened is
// its caller's rule.
//
// Start at [Parse] and [Scanner.Scan].
package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// State is what is known of some bytes.
type State string

const (
	Clean     State = "clean"    // nothing known was found in them
	Infected  State = "infected" // something was
	Unscanned State = "unscanned"
)

// Why is the reason of what is [Unscanned].
type Why string

const (
	Away  Why = "away"  // nobody answered, or not in time: ask again
	Large Why = "large" // more than the daemon takes: asking again is of no use
)

// Verdict is an answer. Engine is the daemon's own name of itself and of its
// signatures, as far as it gave it.
type Verdict struct {
	State  State
	Found  string // what was found, in the words of the signatures
	Why    Why
	Engine string
}

const (
	chunk    = 64 << 10
	dialFor  = 3 * time.Second
	stepFor  = 20 * time.Second // for one chunk to be taken
	judgeFor = 90 * time.Second // from the last chunk to the answer
	answer   = 4 << 10          // bytes of an answer that are read
)

// Scanner is one clamd. Safe for concurrent use; nil is none.
type Scanner struct {
	network, address string
	counts           [4]atomic.Uint64
}

// Stats counts the verdicts since the start.
type Stats struct{ Clean, Infected, Away, Large uint64 }

// Parse reads where a clamd listens: unix:/run/clamav/clamd.ctl, or
// tcp://127.0.0.1:3310. Empty is none. What crosses a network is not sealed, so
// an address elsewhere than on this machine must be a private one.
func Parse(text string) (*Scanner, error) {
	if text == "" {
		return nil, nil
	}
	if path, unix := strings.CutPrefix(text, "unix:"); unix {
		if !filepath.IsAbs(path) {
			return nil, errors.New("scan: the path of a socket begins with /")
		}
		return &Scanner{network: "unix", address: path}, nil
	}
	address, tcp := strings.CutPrefix(text, "tcp://")
	host, port, err := net.SplitHostPort(address)
	if !tcp || err != nil || port == "" {
		return nil, errors.New("scan: neither unix:/path nor tcp://host:port")
	}
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback() && !ip.IsPrivate()) {
		return nil, errors.New("scan: documents are sent as they are, so a scanner on a network has a private address")
	}
	return &Scanner{network: "tcp", address: address}, nil
}

// Scan streams r to the daemon. The error is of r or of ctx; whatever the
// daemon does wrong is in the verdict.
func (s *Scanner) Scan(ctx context.Context, r io.Reader) (v Verdict, err error) {
	v, err = s.scan(ctx, r)
	if err == nil {
		s.count(v)
	}
	return v, err
}

func (s *Scanner) scan(ctx context.Context, r io.Reader) (Verdict, error) {
	away := Verdict{State: Unscanned, Why: Away}
	engine, err := s.Engine(ctx)
	if err != nil {
		return away, ctx.Err()
	}
	away.Engine = engine
	c, err := s.dial(ctx)
	if err != nil {
		return away, ctx.Err()
	}
	defer c.close()
	from := &source{r: r}
	if err := c.send(from); from.err != nil {
		return Verdict{}, from.err
	} else if err != nil && ctx.Err() != nil {
		return Verdict{}, ctx.Err()
	}
	said, err := c.hear(judgeFor) // a daemon that has had enough says so and hangs up
	if err != nil {
		return away, ctx.Err()
	}
	v := understood(said)
	v.Engine = engine
	return v, nil
}

// understood reads an answer of INSTREAM.
func understood(said string) Verdict {
	said = strings.TrimPrefix(said, "stream: ")
	switch found, infected := strings.CutSuffix(said, " FOUND"); {
	case infected:
		return Verdict{State: Infected, Found: found}
	case said == "OK":
		return Verdict{State: Clean}
	case strings.Contains(said, "size limit exceeded"):
		return Verdict{State: Unscanned, Why: Large}
	}
	return Verdict{State: Unscanned, Why: Away}
}

// Engine asks the daemon who it is.
func (s *Scanner) Engine(ctx context.Context) (string, error) {
	c, err := s.dial(ctx)
	if err != nil {
		return "", err
	}
	defer c.close()
	if err := c.say([]byte("zVERSION\x00")); err != nil {
		return "", err
	}
	return c.hear(stepFor)
}

// Stats returns the counts of this process; none of a nil scanner.
func (s *Scanner) Stats() Stats {
	if s == nil {
		return Stats{}
	}
	return Stats{s.counts[0].Load(), s.counts[1].Load(), s.counts[2].Load(), s.counts[3].Load()}
}

func (s *Scanner) count(v Verdict) {
	at := 0
	switch {
	case v.State == Infected:
		at = 1
	case v.Why == Away:
		at = 2
	case v.Why == Large:
		at = 3
	}
	s.counts[at].Add(1)
}

// line is one connection. What waits on it returns when its context ends or
// when a step takes too long.
type line struct {
	conn  net.Conn
	stop  func() bool
	watch *time.Timer
}

func (s *Scanner) dial(ctx context.Context) (*line, error) {
	d := net.Dialer{Timeout: dialFor}
	conn, err := d.DialContext(ctx, s.network, s.address)
	if err != nil {
		return nil, err
	}
	end := func() { _ = conn.SetDeadline(time.Unix(1, 0)) } // fails only on a closed connection
	return &line{conn, context.AfterFunc(ctx, end), time.AfterFunc(stepFor, end)}, nil
}

func (l *line) close() {
	l.stop()
	l.watch.Stop()
	_ = l.conn.Close() // nothing is written any more
}

func (l *line) say(b []byte) error {
	l.watch.Reset(stepFor)
	_, err := l.conn.Write(b)
	return err
}

// send gives the daemon all of a source, in chunks that say their length.
func (l *line) send(from *source) error {
	if err := l.say([]byte("zINSTREAM\x00")); err != nil {
		return err
	}
	buffer := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(from, buffer[4:])
		binary.BigEndian.PutUint32(buffer, uint32(n))
		if n > 0 {
			if err := l.say(buffer[:4+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return l.say([]byte{0, 0, 0, 0})
		}
		if err != nil {
			return err
		}
	}
}

// hear reads one answer.
func (l *line) hear(within time.Duration) (string, error) {
	l.watch.Reset(within)
	said, err := bufio.NewReader(io.LimitReader(l.conn, answer)).ReadString(0)
	if err != nil { // half an answer is none
		return "", fmt.Errorf("scan: no answer: %w", err)
	}
	return strings.TrimSuffix(said, "\x00"), nil
}

// source remembers its own failure, which is nobody's verdict.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
