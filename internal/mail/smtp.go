package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"cenacle/internal/fault"
)

const (
	stepTime  = 10 * time.Second // to connect and sign in; then again to hand over
	sendTime  = 30 * time.Second // for all of one message
	maxAnswer = 1 << 20          // bytes that we read from a server for one message
)

// Security is how the connection to an SMTP server is protected.
type Security string

const (
	StartTLS Security = "starttls" // port 587: refuses a server that does not offer it
	TLS      Security = "tls"      // port 465, RFC 8314
	Plain    Security = "none"     // only to a loopback address
)

// Server says where and how to deliver. The zero value of a field is refused
// or, for UserName, means no authentication.
type Server struct {
	Host     string
	Port     int
	Security Security
	UserName string
	Password string
	// Roots are the authorities that may vouch for the server; nil means the
	// system's.
	Roots *x509.CertPool
}

// SMTP delivers to one server, over a new connection for each message. It
// connects to no other host: there is neither proxy nor MX look-up. It greets
// with the host of the Message-ID, never with the name of the machine.
type SMTP struct{ server Server }

var _ Sender = (*SMTP)(nil)

var (
	errServer   = errors.New("mail: incomplete SMTP settings")
	errSecurity = errors.New("mail: SMTP without TLS is for a loopback address only")
	errTooMuch  = errors.New("mail: the SMTP server answers too much")
)

// NewSMTP checks the settings; it does not connect.
func NewSMTP(s Server) (*SMTP, error) {
	if s.Host == "" || s.Port < 1 || s.Port > 65535 || (s.UserName != "" && s.Password == "") {
		return nil, errServer
	}
	switch s.Security {
	case StartTLS, TLS, Plain:
		return &SMTP{s}, nil
	}
	return nil, errServer
}

// Send hands m to the server within 30 s. A server that refuses this recipient
// or this message for good (RFC 5321: 5yz to RCPT or DATA) is fault.Invalid
// "mail.refused"; anything else, a refused sign-in included, is
// fault.Unavailable "mail.unavailable", because the operator can cure it.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	if err := m.Valid(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	line := &line{server: s.server}
	defer line.close()
	client, err := gomail.NewClient(s.server.Host, s.options(m.host(), line.dialer(ctx))...)
	if err != nil {
		return unavailable(err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return unavailable(err)
	}
	letter, err := write(m)
	if err != nil {
		return err
	}
	err = client.SendWithSMTPClient(session, letter)
	if letter.IsDelivered() {
		// The server has it. What fails from here on must not make us send it
		// again, a farewell that is not answered included.
		_ = client.CloseWithSMTPClient(session)
		return nil
	}
	return judge(err)
}

// Check connects, protects the line and signs in as Send does, greets as the
// sender of from, and hands nothing over. Fault: "mail.unavailable".
func (s *SMTP) Check(ctx context.Context, from string) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	line := &line{server: s.server}
	defer line.close()
	_, host, _ := strings.Cut(from, "@")
	client, err := gomail.NewClient(s.server.Host, s.options(host, line.dialer(ctx))...)
	if err != nil {
		return unavailable(err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return unavailable(err)
	}
	_ = client.CloseWithSMTPClient(session) // what was asked is known
	return nil
}

func (s *SMTP) options(greeting string, dial gomail.DialContextFunc) []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.server.Port),
		gomail.WithTimeout(stepTime),
		gomail.WithHELO(greeting),
		gomail.WithDialContextFunc(dial),
		gomail.WithTLSConfig(s.server.tls()),
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
	}
	switch s.server.Security {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS: // the line is already encrypted when the client gets it
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.server.UserName != "" {
		options = append(options,
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin),
			gomail.WithUsername(s.server.UserName), gomail.WithPassword(s.server.Password))
	}
	return options
}

func (s Server) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// write lays m out: exactly these headers, a text and an HTML alternative, and beside
// them the files.
func write(m Message) (*gomail.Msg, error) {
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.SetMessageIDWithValue(m.ID)
	letter.SetDateWithValue(m.Date)
	letter.FromMailAddress(&netmail.Address{Name: m.FromName, Address: m.From})
	letter.ToMailAddress(&netmail.Address{Address: m.To})
	letter.Subject(m.Subject)
	letter.SetGenHeader("Content-Language", m.Language)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	letter.SetGenHeader("X-Auto-Response-Suppress", "All")
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	for _, f := range m.Files {
		if err := letter.AttachReader(f.Name, bytes.NewReader(f.Data), gomail.WithFileContentType(gomail.ContentType(plain(f.Media)))); err != nil {
			return nil, err
		}
	}
	return letter, nil
}

// plain is the type under which a file travels. A mail within a mail would have to go
// as it is, and not in base64 (RFC 2046, 5.2.1).
func plain(media string) string {
	kind, _, err := mime.ParseMediaType(media)
	if err != nil || strings.HasPrefix(kind, "message/") || strings.HasPrefix(kind, "multipart/") {
		return "application/octet-stream"
	}
	return kind
}

// line is the one connection of one message. It ends with the context, bounds
// what the server may say and keeps plain text on this machine.
type line struct {
	server Server
	conn   net.Conn
	stop   func() bool
}

// dialer returns how the client connects. The connection ends with whole, the
// context of all of the message; the one given to dial ends with the sign-in.
// The address that the client computed is ignored: the settings hold the only
// one.
func (l *line) dialer(whole context.Context) gomail.DialContextFunc {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		raw, err := d.DialContext(ctx, network, net.JoinHostPort(l.server.Host, strconv.Itoa(l.server.Port)))
		if err != nil {
			return nil, err
		}
		l.conn = raw
		l.stop = context.AfterFunc(whole, func() { _ = raw.Close() }) // whoever reads gets the error
		if l.server.Security == Plain && !loopback(raw.RemoteAddr()) {
			return nil, errSecurity
		}
		conn := &bounded{Conn: raw, left: maxAnswer}
		if l.server.Security != TLS {
			return conn, nil
		}
		encrypted := tls.Client(conn, l.server.tls())
		return encrypted, encrypted.HandshakeContext(ctx)
	}
}

func (l *line) close() {
	if l.conn != nil {
		l.stop()
		_ = l.conn.Close() // the outcome is already known
	}
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// bounded reads at most left bytes.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooMuch
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

var _ io.Reader = (*bounded)(nil)

// NoMailbox is why a message was refused: its recipient. RFC 5321 and 3463 leave the
// server to say so in two ways.
type NoMailbox struct {
	Code   int    // 550, 551 or 553, or another with a status
	Status string // of the address or of its mailbox (X.1.z, X.2.1), or empty
}

func (n *NoMailbox) Error() string {
	return fmt.Sprintf("mail: no mailbox takes it: code %d %s", n.Code, n.Status)
}

// unknown reports whether an answer to RCPT is about the address itself, and stays so:
// neither what a server thinks of us (X.7.z, and X.1.7 and X.1.8 of the sender's
// address), which is the operator's to cure, nor a mailbox that is full.
func unknown(code int, status string) bool {
	switch {
	case code/100 != 5 || status == "5.1.7" || status == "5.1.8":
		return false
	case status == "":
		return code == 550 || code == 551 || code == 553
	}
	return strings.HasPrefix(status, "5.1.") || status == "5.2.1"
}

// judge gives the client's error its meaning. The server's words stay out of
// it: they often repeat the address written to.
func judge(err error) error {
	failed, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return unavailable(err)
	}
	cause := fmt.Errorf("mail: %s: code %d %s", failed.Reason, failed.ErrorCode(), failed.EnhancedStatusCode())
	if failed.Reason == gomail.ErrSMTPRcptTo && unknown(failed.ErrorCode(), failed.EnhancedStatusCode()) {
		return fault.New(fault.Invalid, "mail.refused").Because(&NoMailbox{failed.ErrorCode(), failed.EnhancedStatusCode()})
	}
	if failed.ErrorCode()/100 == 5 {
		switch failed.Reason {
		case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrWriteContent, gomail.ErrSMTPDataClose:
			return fault.New(fault.Invalid, "mail.refused").Because(cause)
		}
	}
	return fault.New(fault.Unavailable, "mail.unavailable").Because(cause)
}

func unavailable(err error) error {
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		err = fmt.Errorf("mail: the SMTP server answers %d", said.Code)
	}
	return fault.New(fault.Unavailable, "mail.unavailable").Because(err)
}
