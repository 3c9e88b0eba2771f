// Package charter is the firm's charter of use: where it is read, printed and answered,
// and where who administers the firm publishes another version.
//
// It decides nothing: whoever has not accepted is confined by package authz on every
// way, and led here once, by package web. Start at [Pages.Show].
package charter

import (
	"embed"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the charter of a firm.
type Pages struct{ Firms *firm.Service }

// Charter is the page on which it is read.
type Charter struct {
	ui.Base
	Lead       string
	None       *ui.Empty // the firm asks for none
	Paragraphs [][]string
	Version    string
	SHA256     string
	Said       *ui.Notice // what she answered
	Answer     *Form
	Publish    string // where another version is published, or empty
}

// Form asks for her answer.
type Form struct {
	Action, Version, Next string
	Accept                ui.Button
	Decline               *ui.Button // nil once she has
}

var charterPage = ui.Parse[Charter](files, "charter.tmpl")

func frame(r *web.Request, title string) ui.Base {
	layout := ui.Client
	if r.Actor.Role.Inside() {
		layout = ui.Desk
	}
	return r.Base(layout, title)
}

// Show is the charter that the firm asks for now.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	c, said, at, err := p.Firms.Charter(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	b := frame(r, r.Printer.T("charter.title"))
	page := Charter{Base: b, Lead: b.T("charter.lead", r.Firm.Name)}
	if authz.May(r.Actor, authz.CharterSee, authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}, authz.Facts{}) {
		page.Publish = r.FirmPath("charter", "edit")
	}
	if c.Audience == firm.Nobody {
		page.None = &ui.Empty{Icon: "file-text", Title: b.T("charter.none"), Text: b.T("charter.none_text")}
		return web.Show(charterPage, page), nil
	}
	page.Paragraphs = paragraphs(c.Text)
	page.Version, page.SHA256 = b.T("charter.version", c.Version, b.Date(c.At)), hex.EncodeToString(c.SHA256[:])
	if !c.Audience.Concerns(r.Actor.Role) {
		return web.Show(charterPage, page), nil
	}
	if said == firm.Accepted {
		page.Said = &ui.Notice{Look: ui.Done, Text: b.T("charter.said.accepted", b.DateTime(at))}
		return web.Show(charterPage, page), nil
	}
	form := &Form{
		Action: r.FirmPath("charter"), Version: strconv.FormatInt(c.Version, 10), Next: web.Local(r.URL.Query().Get("next")),
		Accept: ui.Button{Label: b.T("charter.accept"), Look: ui.Primary, Name: "answer", Value: "accept"},
	}
	if page.Answer = form; said == firm.Declined {
		page.Said = &ui.Notice{Text: b.T("charter.said.declined", b.DateTime(at))}
	} else {
		form.Decline = &ui.Button{Label: b.T("charter.decline"), Name: "answer", Value: "decline"}
	}
	return web.Show(charterPage, page), nil
}

// paragraphs are the lines of a text, by paragraph.
func paragraphs(text string) (out [][]string) {
	for one := range strings.SplitSeq(text, "\n\n") {
		if one = strings.Trim(one, "\n"); one != "" {
			out = append(out, strings.Split(one, "\n"))
		}
	}
	return out
}

// DoAnswer takes her answer, and goes on to where she was going.
func (p *Pages) DoAnswer(r *web.Request) (web.Answer, error) {
	version, err := strconv.ParseInt(r.Value("version"), 10, 64)
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.invalid").Because(err)
	}
	accepts := r.Value("answer") == "accept"
	if err := p.Firms.AnswerCharter(r.Context(), r.Actor, version, accepts); fault.Is(err, fault.Conflict) {
		return web.See(r.FirmPath("charter") + "?next=" + url.QueryEscape(web.Local(r.Value("next")))), nil // another version, or twice the same gesture
	} else if err != nil {
		return nil, err
	}
	done, next := "charter_declined", web.Local(r.Value("next"))
	if accepts {
		done = "charter_accepted"
	}
	if next == "" || next == "/" {
		next = r.FirmPath("charter")
	}
	return web.Done(next, done), nil
}
