package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"cenacle/internal/fault"
)

func send(t *testing.T, s Server, m Message) error {
	t.Helper()
	sender, err := NewSMTP(s)
	if err != nil {
		t.Fatal(err)
	}
	return sender.Send(t.Context(), m)
}

func TestSMTPDelivers(t *testing.T) {
	for _, security := range []Security{StartTLS, TLS, Plain} {
		t.Run(string(security), func(t *testing.T) {
			p := (&post{}).open(t, security)
			m := sample()
			if err := send(t, p.Server, m); err != nil {
				t.Fatal(err)
			}
			got := p.received()
			if len(got) != 1 || got[0].from != m.From || got[0].to != m.To {
				t.Fatalf("received %+v", got)
			}
			sameMessage(t, got[0].raw, m)
			if n := len(p.signedIn()); n != 0 {
				t.Errorf("signed in %d times without an account", n)
			}
		})
	}
}

func TestSMTPSignsInOnlyWhenEncrypted(t *testing.T) {
	for _, security := range []Security{StartTLS, TLS} {
		t.Run(string(security), func(t *testing.T) {
			p := (&post{signIn: true}).open(t, security)
			s := p.Server
			s.UserName, s.Password = account, password
			if err := send(t, s, sample()); err != nil {
				t.Fatal(err)
			}
			if got := p.signedIn(); !slices.Equal(got, []string{account + " encrypted"}) || len(p.received()) != 1 {
				t.Errorf("signed in %v, received %d", got, len(p.received()))
			}
			s.Password = "wrong-" + password
			expect(t, send(t, s, sample()), fault.Unavailable, "mail.unavailable")
			s.UserName = ""
			expect(t, send(t, s, sample()), fault.Unavailable, "mail.unavailable")
			if n := len(p.received()); n != 1 {
				t.Errorf("received %d letters", n)
			}
		})
	}
}

// A server, or somebody in between, that offers no STARTTLS gets neither the
// password nor the letter.
func TestSMTPRefusesADowngrade(t *testing.T) {
	p := (&post{}).open(t, Plain)
	s := p.Server
	s.Security, s.UserName, s.Password = StartTLS, account, password
	expect(t, send(t, s, sample()), fault.Unavailable, "mail.unavailable")
	if len(p.signedIn()) != 0 || len(p.received()) != 0 {
		t.Errorf("signed in %v, received %d", p.signedIn(), len(p.received()))
	}
}

func TestSMTPRefusesAnUnknownAuthority(t *testing.T) {
	for _, security := range []Security{StartTLS, TLS} {
		p := (&post{}).open(t, security)
		s := p.Server
		_, s.Roots = authority(t)
		s.UserName, s.Password = account, password
		expect(t, send(t, s, sample()), fault.Unavailable, "mail.unavailable")
		if len(p.signedIn()) != 0 || len(p.received()) != 0 {
			t.Errorf("%s: signed in %v, received %d", security, p.signedIn(), len(p.received()))
		}
	}
}

func TestSMTPFailures(t *testing.T) {
	says := func(code int) *smtp.SMTPError {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "CANARY petit@client.example"}
	}
	cases := []struct {
		step string
		code int
		kind fault.Kind
		key  string
	}{
		{"mail", 450, fault.Unavailable, "mail.unavailable"},
		{"mail", 550, fault.Unavailable, "mail.unavailable"}, // our sender is refused: the operator's to cure
		{"rcpt", 450, fault.Unavailable, "mail.unavailable"},
		{"rcpt", 451, fault.Unavailable, "mail.unavailable"},
		{"rcpt", 550, fault.Invalid, "mail.refused"},
		{"rcpt", 553, fault.Invalid, "mail.refused"},
		{"data", 451, fault.Unavailable, "mail.unavailable"},
		{"data", 554, fault.Invalid, "mail.refused"},
		{"end", 452, fault.Unavailable, "mail.unavailable"},
		{"end", 552, fault.Invalid, "mail.refused"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s %d", c.step, c.code), func(t *testing.T) {
			p := (&post{fail: map[string]*smtp.SMTPError{c.step: says(c.code)}}).open(t, Plain)
			err := send(t, p.Server, sample())
			expect(t, err, c.kind, c.key)
			if !strings.Contains(err.Error(), fmt.Sprint(c.code)) {
				t.Errorf("the log does not learn the code: %v", err)
			}
			if n := len(p.received()); n != 0 {
				t.Errorf("received %d letters", n)
			}
		})
	}
}

// TestSMTPNoMailbox: only an answer to RCPT that is about the address itself says that no
// mailbox stands behind it; what the server thinks of us, and what may pass, does not.
func TestSMTPNoMailbox(t *testing.T) {
	for _, c := range []struct {
		step   string
		code   int
		status smtp.EnhancedCode
		want   bool
	}{
		{"rcpt", 550, smtp.EnhancedCode{5, 1, 1}, true}, {"rcpt", 550, smtp.EnhancedCode{5, 2, 1}, true},
		{"rcpt", 554, smtp.EnhancedCode{5, 1, 10}, true}, {"rcpt", 553, smtp.NoEnhancedCode, true}, {"rcpt", 550, smtp.NoEnhancedCode, true},
		{"rcpt", 550, smtp.EnhancedCode{5, 7, 1}, false}, {"rcpt", 550, smtp.EnhancedCode{5, 1, 8}, false}, {"rcpt", 550, smtp.EnhancedCode{5, 1, 7}, false},
		{"rcpt", 552, smtp.EnhancedCode{5, 2, 2}, false}, {"rcpt", 554, smtp.NoEnhancedCode, false}, {"rcpt", 450, smtp.EnhancedCode{4, 1, 1}, false},
		{"mail", 550, smtp.EnhancedCode{5, 1, 1}, false}, {"data", 550, smtp.EnhancedCode{5, 1, 1}, false}, {"end", 550, smtp.EnhancedCode{5, 1, 1}, false},
	} {
		t.Run(fmt.Sprint(c.step, c.code, c.status), func(t *testing.T) {
			p := (&post{fail: map[string]*smtp.SMTPError{c.step: {Code: c.code, EnhancedCode: c.status, Message: "no"}}}).open(t, Plain)
			err := send(t, p.Server, sample())
			none, is := errors.AsType[*NoMailbox](err)
			if is != c.want || is && none.Code != c.code {
				t.Errorf("got %v, as no mailbox: %v", err, is)
			}
		})
	}
}

// expect checks the fault, and that it names neither person nor password nor
// repeats the server.
func expect(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Key != key {
		t.Errorf("error %v, want %v %s", err, kind, key)
		return
	}
	for _, canary := range []string{"CANARY", "petit", "client.example", account + "@"} {
		if strings.Contains(err.Error(), canary) {
			t.Errorf("the error repeats %q: %v", canary, err)
		}
	}
}

// The server takes the letter and is gone before we say good-bye: sent is sent.
func TestSMTPSendsOnceWhenTheFarewellFails(t *testing.T) {
	letters := make(chan struct{}, 8)
	s := script(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		fmt.Fprint(c, "220 post.example\r\n")
		for {
			line, err := r.ReadString('\n')
			switch {
			case err != nil:
				return
			case line == ".\r\n":
				letters <- struct{}{}
				fmt.Fprint(c, "250 taken\r\n")
				return
			case strings.HasPrefix(line, "DATA"):
				fmt.Fprint(c, "354 go on\r\n")
			case strings.HasPrefix(line, "EHLO espace.example"), strings.HasPrefix(line, "MAIL"), strings.HasPrefix(line, "RCPT"):
				fmt.Fprint(c, "250 ok\r\n")
			}
		}
	})
	if err := send(t, s, sample()); err != nil {
		t.Errorf("a delivered letter is an error: %v", err)
	}
	if n := len(letters); n != 1 {
		t.Errorf("%d letters", n)
	}
}

// SSRF-03: hostile servers are left within the time and the bytes allowed.
func TestSSRF03_HostileServers(t *testing.T) {
	hostile := map[string]func(net.Conn){
		"says nothing":        func(c net.Conn) { waitForClose(c) },
		"greets, then stalls": func(c net.Conn) { fmt.Fprint(c, "220 post.example\r\n"); waitForClose(c) },
		"hangs up":            func(net.Conn) {},
		"greets wrongly":      func(c net.Conn) { fmt.Fprint(c, "554 CANARY go away\r\n"); waitForClose(c) },
		"talks another way":   func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n"); waitForClose(c) },
		"never ends a line":   func(c net.Conn) { flood(c, strings.Repeat("x", 4096)) },
		"never ends greeting": func(c net.Conn) { flood(c, strings.Repeat("220-post.example\r\n", 200)) },
	}
	for name, serve := range hostile {
		t.Run(name, func(t *testing.T) {
			sender, err := NewSMTP(script(t, serve))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			began := time.Now()
			expect(t, sender.Send(ctx, sample()), fault.Unavailable, "mail.unavailable")
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func waitForClose(c net.Conn) {
	var b [512]byte
	for {
		if _, err := c.Read(b[:]); err != nil {
			return
		}
	}
}

// flood writes until the other side has had enough.
func flood(c net.Conn, text string) {
	for {
		if _, err := fmt.Fprint(c, text); err != nil {
			return
		}
	}
}

func TestBoundedReadsNoMore(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() {
		defer theirs.Close()
		flood(theirs, "0123456789")
	}()
	b := &bounded{Conn: ours, left: 25}
	total, buffer := 0, make([]byte, 10)
	for {
		n, err := b.Read(buffer)
		total += n
		if err != nil {
			if !errors.Is(err, errTooMuch) {
				t.Errorf("error %v", err)
			}
			break
		}
	}
	if total != 25 {
		t.Errorf("read %d bytes, want 25", total)
	}
}

func TestSMTPConnectsOnlyWhereItIsTold(t *testing.T) {
	l := &line{server: Server{Host: "127.0.0.1", Port: 1, Security: Plain}}
	p := (&post{}).open(t, Plain)
	l.server.Port = p.Port
	conn, err := l.dialer(t.Context())(t.Context(), "tcp", "192.0.2.1:25")
	if err != nil {
		t.Fatal(err)
	}
	if got := conn.RemoteAddr().String(); got != fmt.Sprintf("127.0.0.1:%d", p.Port) {
		t.Errorf("connected to %s", got)
	}
	l.close()
	for address, want := range map[string]bool{"127.0.0.1": true, "127.8.9.1": true, "::1": true, "10.0.0.1": false, "192.0.2.1": false, "fe80::1": false, "0.0.0.0": false} {
		if got := loopback(&net.TCPAddr{IP: net.ParseIP(address)}); got != want {
			t.Errorf("loopback(%s) = %v", address, got)
		}
	}
	if loopback(&net.UnixAddr{}) {
		t.Error("a socket without address counts as loopback")
	}
}

func TestNewSMTPRefusesHalfSettings(t *testing.T) {
	whole := Server{Host: "h", Port: 25, Security: TLS, UserName: "u", Password: "p"}
	if _, err := NewSMTP(whole); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Server){
		"host": func(s *Server) { s.Host = "" }, "port": func(s *Server) { s.Port = 0 }, "high port": func(s *Server) { s.Port = 65536 },
		"security": func(s *Server) { s.Security = "" }, "unknown security": func(s *Server) { s.Security = "ssl" },
		"password": func(s *Server) { s.Password = "" },
	} {
		s := whole
		change(&s)
		if _, err := NewSMTP(s); !errors.Is(err, errServer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSendRefusesBeforeConnecting(t *testing.T) {
	p := (&post{}).open(t, Plain)
	m := sample()
	m.Subject = "a\r\nBcc: c@d.fr"
	expect(t, send(t, p.Server, m), fault.Invalid, "mail.invalid")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sender, err := NewSMTP(p.Server)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, sender.Send(ctx, sample()), fault.Unavailable, "mail.unavailable")
	if n := len(p.received()); n != 0 {
		t.Errorf("received %d", n)
	}
}

// TestSMTPCheck signs in and sends nothing.
func TestSMTPCheck(t *testing.T) {
	check := func(s Server) error {
		sender, err := NewSMTP(s)
		if err != nil {
			t.Fatal(err)
		}
		return sender.Check(t.Context(), "espace@cabinet.example")
	}
	for _, security := range []Security{StartTLS, TLS} {
		p := (&post{signIn: true}).open(t, security)
		s := p.Server
		s.UserName, s.Password = account, password
		if err := check(s); err != nil || !slices.Equal(p.signedIn(), []string{account + " encrypted"}) || len(p.received()) != 0 {
			t.Errorf("%s: %v, signed in %v, received %d", security, err, p.signedIn(), len(p.received()))
		}
		s.Password = "wrong-" + password
		expect(t, check(s), fault.Unavailable, "mail.unavailable")
		s = p.Server
		s.Roots = nil // nobody vouches for it
		expect(t, check(s), fault.Unavailable, "mail.unavailable")
	}
	p := (&post{}).open(t, Plain)
	s := p.Server
	s.Security = StartTLS
	expect(t, check(s), fault.Unavailable, "mail.unavailable")
}
