// Package mailbox is the reading list of the demonstration: the messages that
// would have left by mail, on a page of this machine, so that one can play a
// client who follows her link.
//
// It refuses to render the HTML part of a message, or any address but those of
// this site as a link, and it is routed in demonstration mode on the loopback
// only (package site). Start at [Pages.List].
package mailbox

import (
	"embed"
	"slices"
	"strings"

	"cenacle/internal/id"
	"cenacle/internal/mail"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages shows what a mailbox keeps.
type Pages struct{ Mailbox *mail.Mailbox }

// ListPage is the messages, the newest first.
type ListPage struct {
	ui.Base
	Mails []Envelope
	None  ui.Empty
}

// Envelope is a message as the list shows it.
type Envelope struct {
	Href    string
	Subject string
	From    string
	To      string
	At      ui.Moment
	Begins  string // of the text
}

// ShowPage is one message.
type ShowPage struct {
	ui.Base
	Envelope
	Sender     string // address behind the name
	Spoken     string // language of the message
	Paragraphs []Paragraph
	Files      []string // that it carries: their names and sizes
}

// Paragraph is what stands between empty lines. Foot is what comes after the
// "--" that ends a letter.
type Paragraph struct {
	Lines []Line
	Foot  bool
}

// Line is one line of a message. One that is an address of this site is a link.
type Line struct{ Text, Href string }

var (
	listTemplate = ui.Parse[ListPage](files, "list.tmpl")
	showTemplate = ui.Parse[ShowPage](files, "show.tmpl")
)

const (
	listPath = "/demo/mails"
	listed   = 100
)

// List shows the last messages.
func (p *Pages) List(r *web.Request) (web.Answer, error) {
	found, err := p.Mailbox.List(r.Context(), listed)
	if err != nil {
		return nil, err
	}
	t := r.Printer.T
	page := ListPage{Base: r.Base(ui.Client, t("mailbox.title"))}
	page.None = ui.Empty{Icon: "mail", Title: t("mailbox.none"), Text: t("mailbox.none_text")}
	slices.SortStableFunc(found, func(a, b mail.Message) int { return b.Date.Compare(a.Date) })
	for _, m := range found {
		page.Mails = append(page.Mails, envelope(page.Base, m))
	}
	return web.Show(listTemplate, page), nil
}

func envelope(b ui.Base, m mail.Message) Envelope {
	e := Envelope{Href: listPath + "/" + string(m.Job()), Subject: m.Subject, From: m.FromName, To: m.To, At: b.When(m.Date)}
	if e.From == "" {
		e.From = m.From
	}
	e.Begins, _, _ = strings.Cut(strings.TrimSpace(m.Text), "\n")
	return e
}

// Show shows one message: its text, as sent.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	job, err := web.PathID[id.Job](r, "mail")
	if err != nil {
		return nil, err
	}
	m, err := p.Mailbox.Read(r.Context(), job)
	if err != nil {
		return nil, err
	}
	b := r.Base(ui.Client, m.Subject)
	b.Crumbs = []ui.Link{{Href: listPath, Label: b.T("mailbox.title")}}
	page := ShowPage{Base: b, Envelope: envelope(b, m), Sender: m.From, Spoken: m.Language, Paragraphs: paragraphs(m.Text, r.Absolute("/"))}
	for _, f := range m.Files {
		page.Files = append(page.Files, f.Name+" ("+b.Bytes(int64(len(f.Data)))+")")
	}
	return web.Show(showTemplate, page), nil
}

// paragraphs takes a text apart. A line that begins with home, the address of
// this site, leads there by its path, whatever name of this machine the reader
// came by.
func paragraphs(text, home string) (out []Paragraph) {
	home = strings.TrimSuffix(home, "/")
	var open Paragraph
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			if len(open.Lines) > 0 {
				out, open = append(out, open), Paragraph{Foot: open.Foot}
			}
			continue
		}
		if line == "--" {
			open.Foot = true
			continue
		}
		l := Line{Text: line}
		if path, ours := strings.CutPrefix(line, home); ours {
			l.Href = web.Local(path)
		}
		open.Lines = append(open.Lines, l)
	}
	if len(open.Lines) > 0 {
		out = append(out, open)
	}
	return out
}
