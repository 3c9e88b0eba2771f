// Package mail writes the notices that leave the house and hands them to a
// [Sender]: an SMTP server ([SMTP]) or, in demonstration mode, sealed files that
// a local page shows ([Mailbox]).
//
// A notice says that something waits and where; it refuses to say what. Its
// types have no field for the name of a client, a matter or a file, for a text
// or an amount, and its links start with the configured base only. The firm is
// named as the sender and nowhere else.
//
// A message is sent with the same Message-ID at every attempt, so that a
// receiver recognises one that a crash made us send twice.
//
// Start reading at [Composer.Compose], then [SMTP.Send].
package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
)

// Message is one mail to one person. Compose makes it; a Sender refuses one
// whose fields could break out of their header.
type Message struct {
	ID       string    // Message-ID without angle brackets: a job, "@", our host
	Date     time.Time // when it was composed
	From     string    // address alone
	FromName string    // shown as the sender; may be empty
	To       string    // address alone: her name is nobody's business on the way
	Subject  string
	Text     string
	HTML     string
	Language string // of text and subject, BCP 47
	Files    []File // that it carries; a neutral notice has none
}

// File is what a mail carries besides what it says.
type File struct {
	Name  string // one path element that every system accepts
	Media string // as it was found in the bytes
	Data  []byte
}

// Sender delivers messages. Send returns nil only when the receiving side has
// taken the responsibility for m. Faults: fault.Invalid when this message will
// never be accepted, fault.Unavailable when it may be later. Safe for
// concurrent use. No error names the person written to.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

const (
	maxAddress = 254 // RFC 5321, 4.5.3.1.3, less the angle brackets
	maxHeader  = 200 // characters of a subject or a name
)

// Valid reports why a Sender refuses m, as a fault "mail.invalid".
func (m Message) Valid() error {
	for _, rule := range []struct {
		field string
		wrong error
	}{
		{"id", checkID(m.ID)},
		{"from", checkAddress(m.From)},
		{"from name", checkName(m.FromName)},
		{"to", checkAddress(m.To)},
		{"subject", checkLine(m.Subject)},
		{"language", checkLanguage(m.Language)},
		{"text", checkBody(m.Text)},
		{"html", checkBody(m.HTML)},
	} {
		if rule.wrong != nil {
			return invalid(fmt.Errorf("mail: %s: %w", rule.field, rule.wrong))
		}
	}
	for _, f := range m.Files {
		if err := checkFile(f.Name); err != nil {
			return invalid(fmt.Errorf("mail: file: %w", err))
		}
	}
	if m.Date.IsZero() {
		return invalid(errors.New("mail: no date"))
	}
	return nil
}

// Job is the job that the message was composed for, the left part of its ID.
func (m Message) Job() id.Job {
	job, _, _ := strings.Cut(m.ID, "@")
	return id.Job(job)
}

// host is the right part of the ID.
func (m Message) host() string {
	_, host, _ := strings.Cut(m.ID, "@")
	return host
}

func invalid(cause error) error {
	return fault.New(fault.Invalid, "mail.invalid").Because(cause)
}

var (
	errID       = errors.New("no identifier at a host")
	errAddress  = errors.New("no plain address")
	errLine     = errors.New("not one line of text")
	errLanguage = errors.New("no language code")
	errBody     = errors.New("no text")
	errFile     = errors.New("no name of a file")
)

// checkID accepts what Compose makes: an identifier and a host name, which is a
// dot-atom (RFC 5322, 3.6.4).
func checkID(s string) error {
	job, host, _ := strings.Cut(s, "@")
	if _, err := id.Parse[id.Job](job); err != nil || len(s) > maxAddress {
		return errID
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || strings.ContainsFunc(label, func(c rune) bool { return !isLetterOrDigit(c) && c != '-' }) {
			return errID
		}
	}
	return nil
}

// checkAddress accepts one bare address without quoting, comment or display
// name (RFC 5322 dot-atom at a domain), international letters included.
func checkAddress(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || len(s) > maxAddress || !utf8.ValidString(s) {
		return errAddress
	}
	for _, c := range s {
		if c > unicode.MaxASCII && !unicode.In(c, unicode.L, unicode.M, unicode.N) {
			return errAddress
		}
		if c <= ' ' || c == 0x7f || strings.ContainsRune(`"(),:;<>[\]`, c) {
			return errAddress
		}
	}
	return nil
}

// encodedWord begins an RFC 2047 encoded word: readers decode it wherever it
// stands, so that a text holding one would show as another text.
const encodedWord = "=?"

// checkLine accepts text that stays in its header and shows as it is read:
// neither control characters nor marks that turn the direction of writing.
func checkLine(s string) error {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxHeader || strings.Contains(s, encodedWord) {
		return errLine
	}
	if strings.ContainsFunc(s, unprintable) {
		return errLine
	}
	return nil
}

// checkName accepts a line without backslash, which net/mail leaves as it is in
// an encoded word, against RFC 2047, 5 (3).
func checkName(s string) error {
	if strings.Contains(s, `\`) {
		return errLine
	}
	return checkLine(s)
}

// checkFile accepts what [fold.File] makes of a name.
func checkFile(s string) error {
	if fold.File(s) != s {
		return errFile
	}
	return nil
}

// unprintable reports control and format characters and line separators. A
// no-break space is printable here.
func unprintable(c rune) bool {
	return unicode.In(c, unicode.C, unicode.Zl, unicode.Zp)
}

func checkLanguage(s string) error {
	if s == "" || len(s) > 8 {
		return errLanguage
	}
	for _, c := range s {
		if !isLetterOrDigit(c) && c != '-' {
			return errLanguage
		}
	}
	return nil
}

// checkBody accepts text with "\n" line ends; the layout makes CRLF of them.
func checkBody(s string) error {
	if s == "" || !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") {
		return errBody
	}
	return nil
}

func isLetterOrDigit(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
