package mail

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"strings"
	texttemplate "text/template"
	"time"
	"unicode/utf8"

	"cenacle/internal/i18n"
	"cenacle/internal/id"
)

//go:embed template/notice.html template/notice.txt
var templates embed.FS

// Sending is what all notices of an installation have in common.
type Sending struct {
	Base *url.URL // public scheme and host: every link starts with it
	// Own is the address of a firm with a name of its own, nil for the others; nil: no
	// firm has one.
	Own      func(id.Firm) *url.URL
	From     string // address that sends
	FromName string // shown when an envelope names no firm
}

// Envelope is who writes to whom, when, and in which language.
type Envelope struct {
	Job      id.Job // makes the Message-ID: the same at every attempt
	Date     time.Time
	To       string // address
	Language i18n.Language
	// Of is the firm that writes: links lead to its own address, if it has one.
	Of id.Firm
	// Firm is the name shown as the sender; empty shows the installation's.
	Firm string
}

// Composer writes notices. It is immutable and safe for concurrent use.
type Composer struct {
	sending Sending
	catalog *i18n.Catalog
	html    *htmltemplate.Template
	text    *texttemplate.Template
}

var (
	errBase = errors.New("mail: the base URL is a scheme and a host, nothing more")
	errPath = errors.New("mail: a link goes to a path of our own")
)

// NewComposer checks the settings and reads the templates.
func NewComposer(catalog *i18n.Catalog, s Sending) (*Composer, error) {
	if s.Base == nil || s.Base.Host == "" || (s.Base.Scheme != "https" && s.Base.Scheme != "http") ||
		s.Base.String() != s.Base.Scheme+"://"+s.Base.Host {
		return nil, errBase
	}
	if err := checkAddress(s.From); err != nil {
		return nil, fmt.Errorf("mail: sender: %w", err)
	}
	html, err := htmltemplate.ParseFS(templates, "template/notice.html")
	if err != nil {
		return nil, err
	}
	text, err := texttemplate.ParseFS(templates, "template/notice.txt")
	if err != nil {
		return nil, err
	}
	return &Composer{sending: s, catalog: catalog, html: html, text: text}, nil
}

// letter is what both templates show.
type letter struct {
	Language  string
	Subject   string
	Lead      string   // what has happened
	Called    string   // introduces the titles
	Titles    []string // what it is about, one a line; none in a neutral notice
	Carries   string   // that it carries files
	Open      string   // introduces the link
	Link      string
	Page      string // what the page behind the link does
	Safety    string // what we never ask
	Why       string // why she receives this
	Automatic string // what happens to an answer
}

// Compose writes n. It fails when the path of n leaves our site, and with
// "mail.invalid" when the envelope cannot be sent.
func (c *Composer) Compose(e Envelope, n Notice) (Message, error) {
	said := n.content()
	link := ""
	if said.code == "" {
		var err error
		if link, err = c.link(e.Of, said.path); err != nil {
			return Message{}, err
		}
	}
	p := c.catalog.Printer(e.Language, time.UTC) // a notice shows no instant
	l := letter{
		Language:  string(p.Language()),
		Subject:   p.T(said.subject),
		Lead:      said.first(p),
		Open:      p.T("mail.open"),
		Link:      link,
		Page:      p.T(said.page),
		Safety:    p.T("mail.safety"),
		Why:       p.T(said.why),
		Automatic: p.T("mail.automatic"),
	}
	for _, title := range said.titles {
		if title = oneLine(title, maxTitle); title != "" {
			l.Titles = append(l.Titles, title)
		}
	}
	if len(l.Titles) > 0 {
		l.Called = p.T("mail.called")
	}
	if n := len(said.files); n > 0 {
		l.Carries = p.N("mail.carries", n)
	}
	var html, text bytes.Buffer
	if err := errors.Join(c.html.Execute(&html, l), c.text.Execute(&text, l)); err != nil {
		return Message{}, err
	}
	m := Message{
		ID: string(e.Job) + "@" + c.host(), Date: e.Date,
		From: c.sending.From, FromName: c.senderName(e.Firm), To: e.To,
		Subject: l.Subject, Text: text.String(), HTML: html.String(), Language: l.Language, Files: said.files,
	}
	return m, m.Valid()
}

// Text is what a short message says that brings a code. It names nobody and holds no link,
// and but for the code nothing that another such message does not: letters alone that every
// telephone shows.
func (c *Composer) Text(l i18n.Language, code string) string {
	return c.catalog.Printer(l, time.UTC).T("sms.code", code)
}

// link joins a path to where a firm is. Whatever could name another host is refused.
func (c *Composer) link(of id.Firm, path string) (string, error) {
	u, err := url.Parse(path)
	if err != nil {
		return "", fmt.Errorf("%w: unreadable", errPath) // url.Error repeats the path, which may hold a token
	}
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || u.Host != "" || u.Scheme != "" ||
		strings.ContainsAny(path, "\\") || strings.ContainsFunc(path, unprintable) || u.String() != path {
		return "", errPath
	}
	base := c.sending.Base
	if c.sending.Own != nil {
		base = cmp.Or(c.sending.Own(of), base)
	}
	return base.String() + path, nil
}

// host is the right part of our Message-IDs: the host of the base, its address
// written with hyphens when it is one of IPv6.
func (c *Composer) host() string {
	return strings.Map(func(r rune) rune {
		if isLetterOrDigit(r) || r == '.' {
			return r
		}
		return '-'
	}, c.sending.Base.Hostname())
}

// senderName makes a firm's name safe to be shown as a sender: one line, and
// nothing that looks like another address.
func (c *Composer) senderName(firm string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>@"\`, r) {
			return ' '
		}
		return r
	}, strings.ReplaceAll(firm, encodedWord, " "))
	return cmp.Or(oneLine(name, maxSender), c.sending.FromName)
}

// oneLine is a text of people on one line of at most so many characters, without what
// cannot be seen.
func oneLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unprintable(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// How many characters of a firm's name are shown, and of a title.
const (
	maxSender = 80
	maxTitle  = 120
)
