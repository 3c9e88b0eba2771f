// Package connection is « Connexions »: where those who may connect the firm to
// other programs choose which of them are told when something happens, see what
// was sent and what came of it, and have it sent again.
//
// It decides nothing and sends nothing: package webhook does. It refuses to show
// a secret a second time, and to begin telling anybody for somebody who sits
// down at a browser that was left open. Start at [Pages.List], then
// [Pages.Show].
package connection

import (
	"embed"
	"net/url"
	"slices"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
	"cenacle/internal/webhook"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the connections of a firm.
type Pages struct {
	Webhooks *webhook.Service
}

// Connections is the list, with the form for a new one.
type Connections struct {
	ui.Base
	Made  *Made // what was just made; nil otherwise
	Lines []Line
	None  ui.Empty
	Form  Form
}

// Made is the secret of a connection, on the one page that shows it.
type Made struct {
	Title  string
	Secret ui.Hash
}

// Line is one connection in the list.
type Line struct {
	Href  string
	Host  string
	What  string
	Owner string
	State ui.Badge
	Note  string // what is wrong, or empty
}

var listPage = ui.Parse[Connections](files, "list.tmpl", "form.tmpl")

// List shows the connections and offers to make one.
func (p *Pages) List(r *web.Request) (web.Answer, error) {
	page, err := p.list(r)
	if err != nil {
		return nil, err
	}
	return web.Show(listPage, page), nil
}

// DoCreate makes a connection and answers with its secret: there is no page to
// lead to that could show it.
func (p *Pages) DoCreate(r *web.Request) (web.Answer, error) {
	made, secret, err := p.create(r)
	if err != nil && !mended(err) {
		return nil, err
	}
	page, unread := p.list(r)
	if unread != nil {
		return nil, unread
	}
	if err != nil {
		page.Form.refuse(r, err)
		return web.Again(listPage, page, err), nil
	}
	page.Made = &Made{
		Title:  page.T("connection.made", host(made.Address)),
		Secret: ui.Hash{Label: page.T("connection.secret"), Value: secret},
	}
	return web.Show(listPage, page), nil
}

func (p *Pages) create(r *web.Request) (webhook.Webhook, string, error) {
	return p.Webhooks.Create(r.Context(), r.Actor, asked(r))
}

// mended reports whether a fault is one that she puts right on the page.
func mended(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Busy:
		return true
	}
	return false
}

func (p *Pages) list(r *web.Request) (Connections, error) {
	found, err := p.Webhooks.List(r.Context(), r.Actor)
	if err != nil {
		return Connections{}, err
	}
	b := frame(r, r.Printer.T("connection.title"))
	page := Connections{Base: b, Form: newForm(r, b, webhook.Webhook{})}
	page.Form.Action = r.FirmPath("connections")
	page.None = ui.Empty{Icon: "plug", Title: b.T("connection.none"), Text: b.T("connection.none_text")}
	for _, w := range found {
		page.Lines = append(page.Lines, Line{
			Href: r.FirmPath("connections", string(w.ID)), Host: host(w.Address), What: what(b, w.Kinds), Owner: w.OwnerName,
			State: badge(b, w), Note: note(b, w),
		})
	}
	return page, nil
}

func frame(r *web.Request, title string) ui.Base {
	b := r.Base(ui.Desk, title)
	b.Section = "connections"
	return b
}

// host is how people tell connections apart.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

func badge(b ui.Base, w webhook.Webhook) ui.Badge {
	switch {
	case w.State == webhook.Paused:
		return ui.Badge{Text: b.T("connection.state.paused"), Look: ui.Signal}
	case !w.FailingSince.IsZero():
		return ui.Badge{Text: b.T("connection.state.failing"), Look: ui.Danger}
	}
	return ui.Badge{Text: b.T("connection.state.active"), Look: ui.Fresh}
}

// note says what stands in the way, in a sentence.
func note(b ui.Base, w webhook.Webhook) string {
	switch {
	case w.State == webhook.Paused && w.Reason == webhook.ByHand:
		return b.T("connection.paused.hand")
	case w.State == webhook.Paused:
		return b.T("connection.paused." + string(w.Reason))
	case !w.FailingSince.IsZero():
		return b.T("connection.failing", b.DateTime(w.FailingSince))
	}
	return ""
}

// on is the connection that a path names.
func on(r *web.Request) (id.Webhook, error) { return web.PathID[id.Webhook](r, "webhook") }

// act does something to one connection and goes back to its page, which shows
// why when it could not be done.
func (p *Pages) act(r *web.Request, done string, do func(id.Webhook) error) (web.Answer, error) {
	of, err := on(r)
	if err != nil {
		return nil, err
	}
	if err := do(of); mended(err) {
		return p.again(r, of, err)
	} else if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("connections", string(of)), done), nil
}

// DoTest sends a message that tells nothing.
func (p *Pages) DoTest(r *web.Request) (web.Answer, error) {
	return p.act(r, "connection_tested", func(of id.Webhook) error {
		_, err := p.Webhooks.Ping(r.Context(), r.Actor, of)
		return err
	})
}

// DoPause stops sending.
func (p *Pages) DoPause(r *web.Request) (web.Answer, error) {
	return p.act(r, "connection_paused", func(of id.Webhook) error { return p.Webhooks.Pause(r.Context(), r.Actor, of) })
}

// DoResume goes on with all that happened meanwhile.
func (p *Pages) DoResume(r *web.Request) (web.Answer, error) {
	return p.act(r, "connection_resumed", func(of id.Webhook) error { return p.Webhooks.Resume(r.Context(), r.Actor, of) })
}

// DoChange gives a connection another address and other kinds of events.
func (p *Pages) DoChange(r *web.Request) (web.Answer, error) {
	return p.act(r, "connection_changed", func(of id.Webhook) error {
		n := asked(r)
		if !slices.Contains(r.Values("chosen"), "1") { // kinds that this page cannot show stay as they are
			was, err := p.Webhooks.Show(r.Context(), r.Actor, of)
			if err != nil {
				return err
			}
			n.Kinds = was.Kinds
		}
		return p.Webhooks.Change(r.Context(), r.Actor, of, n)
	})
}

// DoReplay sends again: one notice, all that was given up, or everything since
// a day.
func (p *Pages) DoReplay(r *web.Request) (web.Answer, error) {
	return p.act(r, "connection_replayed", func(of id.Webhook) error {
		switch n := r.Value("notice"); {
		case n != "":
			notice, err := id.Parse[id.Notice](n)
			if err != nil {
				return web.Absent()
			}
			return p.Webhooks.Replay(r.Context(), r.Actor, of, notice)
		case r.Value("failed") != "":
			_, err := p.Webhooks.ReplayFailed(r.Context(), r.Actor, of)
			return err
		}
		from, err := time.ParseInLocation(time.DateOnly, r.Value("from"), r.Now.Location())
		if err != nil {
			return fault.New(fault.Invalid, "webhook.replay_when").In("from").Because(err)
		}
		return p.Webhooks.ReplaySince(r.Context(), r.Actor, of, from)
	})
}

// DoEnd ends a connection for ever.
func (p *Pages) DoEnd(r *web.Request) (web.Answer, error) {
	of, err := on(r)
	if err != nil {
		return nil, err
	}
	if err := p.Webhooks.End(r.Context(), r.Actor, of); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("connections"), "connection_ended"), nil
}

// DoRotate answers with a new secret.
func (p *Pages) DoRotate(r *web.Request) (web.Answer, error) {
	of, err := on(r)
	if err != nil {
		return nil, err
	}
	secret, err := p.Webhooks.Rotate(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	page, err := p.one(r, of)
	if err != nil {
		return nil, err
	}
	page.Made = &Made{Title: page.T("connection.rotated"), Secret: ui.Hash{Label: page.T("connection.secret"), Value: secret}}
	return web.Show(onePage, page), nil
}
