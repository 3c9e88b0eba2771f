package connection

import (
	"strconv"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
	"cenacle/internal/webhook"
)

// Connection is one connection with its log.
type Connection struct {
	ui.Base
	Summary ui.Summary // why the last act was refused
	Made    *Made
	State   ui.Badge
	Notice  *ui.Notice // what stands in the way; nil: nothing
	Facts   []Fact
	Test    *Act // nil while it is paused
	Toggle  Act  // pause or resume
	End     ui.Dialog
	Form    *Form  // nil for those whose it is not
	Renew   *Renew // the same

	Tabs   []ui.Tab
	Log    []Entry
	None   ui.Empty
	More   *ui.More
	Failed *Act   // sends again what was given up; nil without any
	Since  *Since // nil while it is paused
}

// Fact is a line of what a connection is.
type Fact struct{ Label, Value string }

// Act is a form that is one button.
type Act struct {
	Action string
	Hidden []ui.Hidden
	Button ui.Button
}

// Renew asks for another secret.
type Renew struct {
	Action string
	Submit ui.Button
}

// Since asks from which day on everything is to be sent again.
type Since struct {
	Action string
	From   ui.Field
	Submit ui.Button
}

// Entry is one line of the log.
type Entry struct {
	What   string
	When   ui.Moment
	State  ui.Badge
	Answer string
	Replay *Act // nil while it waits, or nothing can be sent
}

const lines = 50

var onePage = ui.Parse[Connection](files, "one.tmpl", "form.tmpl")

// Show is one connection with the last that was sent.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	of, err := on(r)
	if err != nil {
		return nil, err
	}
	page, err := p.one(r, of)
	if err != nil {
		return nil, err
	}
	return web.Show(onePage, page), nil
}

// again is the page with why something could not be done.
func (p *Pages) again(r *web.Request, of id.Webhook, why error) (web.Answer, error) {
	page, err := p.one(r, of)
	if err != nil {
		return nil, err
	}
	switch {
	case page.Form != nil && r.Form.Has("address"):
		page.Form.refuse(r, why)
		page.Summary, page.Form.Summary = page.Form.Summary, ui.Summary{}
	case page.Since != nil && r.Form.Has("from"):
		page.Summary = ui.Refuse(r.Printer, why).Mark(&page.Since.From)
	default:
		page.Summary = ui.Refuse(r.Printer, why).Mark()
	}
	return web.Again(onePage, page, why), nil
}

func (p *Pages) one(r *web.Request, of id.Webhook) (Connection, error) {
	w, err := p.Webhooks.Show(r.Context(), r.Actor, of)
	if err != nil {
		return Connection{}, err
	}
	b := frame(r, host(w.Address))
	b.Crumbs = []ui.Link{{Href: r.FirmPath("connections"), Label: b.T("connection.title")}}
	at := func(segment string) string { return r.FirmPath("connections", string(of), segment) }
	page := Connection{Base: b, State: badge(b, w), Facts: facts(b, w, r), End: ending(b, w, at("end"))}
	if text := note(b, w); text != "" {
		page.Notice = &ui.Notice{Look: ui.Plain, Text: text}
		if w.Reason != webhook.ByHand || w.State == webhook.Active {
			page.Notice.Look = ui.Danger
		}
	}
	if w.State == webhook.Active {
		page.Toggle = Act{Action: at("pause"), Button: ui.Button{Label: b.T("connection.pause"), Icon: "player-pause"}}
		page.Test = &Act{Action: at("test"), Button: ui.Button{Label: b.T("connection.test"), Icon: "send"}}
		page.Since = &Since{
			Action: at("replay"), Submit: ui.Button{Label: b.T("connection.replay")},
			From: ui.Field{Kind: ui.Date, Name: "from", Label: b.T("connection.replay_from"), Hint: b.T("connection.replay_hint"), Earliest: r.Now.Add(-webhook.Keep + 24*time.Hour).Format(time.DateOnly)},
		}
	} else {
		page.Toggle = Act{Action: at("resume"), Button: ui.Button{Label: b.T("connection.resume"), Icon: "player-play", Look: ui.Primary}}
	}
	if w.Owner == r.Actor.Person {
		f := newForm(r, b, w)
		f.Action = r.FirmPath("connections", string(of))
		page.Form, page.Renew = &f, &Renew{Action: at("secret"), Submit: ui.Button{Label: b.T("connection.rotate"), Icon: "refresh"}}
	}
	return page, p.log(r, w, &page)
}

func facts(b ui.Base, w webhook.Webhook, r *web.Request) []Fact {
	out := []Fact{{b.T("connection.address"), w.Address}, {b.T("connection.kinds"), what(b, w.Kinds)}}
	if w.Owner == r.Actor.Person {
		out = append(out, Fact{b.T("connection.rights"), b.T("connection.rights_yours")})
	} else {
		out = append(out, Fact{b.T("connection.rights"), b.T("connection.rights_of", w.OwnerName)})
	}
	out = append(out, Fact{b.T("connection.since"), b.DateTime(w.Created)})
	if !w.FormerUntil.IsZero() {
		out = append(out, Fact{b.T("connection.former"), b.T("connection.former_until", b.DateTime(w.FormerUntil))})
	}
	return out
}

func ending(b ui.Base, w webhook.Webhook, action string) ui.Dialog {
	return ui.Dialog{
		ID: "end", Action: action, Title: b.T("connection.end_title", host(w.Address)), Consequence: b.T("connection.end_then"),
		Opener: ui.Button{Label: b.T("connection.end")}, Confirm: ui.Button{Label: b.T("connection.end"), Look: ui.Danger},
	}
}

// log reads the notices of a connection.
func (p *Pages) log(r *web.Request, w webhook.Webhook, page *Connection) error {
	asked := webhook.Log{Webhook: w.ID, Failed: r.URL.Query().Get("show") == "failed", Limit: lines + 1}
	if before := r.URL.Query().Get("before"); before != "" {
		var err error
		if asked.Before, err = id.Parse[id.Notice](before); err != nil {
			return fault.Absent().Because(err)
		}
	}
	found, err := p.Webhooks.Notices(r.Context(), r.Actor, asked)
	if err != nil {
		return err
	}
	b := page.Base
	here := r.FirmPath("connections", string(w.ID))
	page.Tabs = []ui.Tab{
		{Href: here, Label: b.T("connection.all"), Current: !asked.Failed},
		{Href: here + "?show=failed", Label: b.T("connection.given_up"), Count: w.Failed, Current: asked.Failed},
	}
	page.None = ui.Empty{Icon: "send", Title: b.T("connection.log_none"), Text: b.T("connection.log_none_text")}
	if asked.Failed {
		page.None = ui.Empty{Icon: "circle-check", Title: b.T("connection.failed_none"), Text: b.T("connection.failed_none_text")}
	}
	if len(found) > lines {
		found = found[:lines]
		page.More = &ui.More{Href: "?before=" + string(found[lines-1].ID), List: "notices"}
		if asked.Failed {
			page.More.Href += "&show=failed"
		}
	}
	if w.Failed > 0 && w.State == webhook.Active {
		page.Failed = &Act{
			Action: here + "/replay", Hidden: []ui.Hidden{{Name: "failed", Value: "1"}},
			Button: ui.Button{Label: b.N("connection.replay_failed", w.Failed), Icon: "refresh"},
		}
	}
	for _, n := range found {
		page.Log = append(page.Log, entry(b, w, n, here+"/replay"))
	}
	return nil
}

func entry(b ui.Base, w webhook.Webhook, n webhook.Notice, replay string) Entry {
	e := Entry{What: kind(b, n.Kind), When: b.When(n.Created)}
	switch n.State {
	case webhook.Delivered:
		e.State = ui.Badge{Text: b.T("connection.delivered"), Look: ui.Fresh}
		e.Answer = strconv.Itoa(n.Status)
	case webhook.Failed:
		e.State = ui.Badge{Text: b.T("connection.failed"), Look: ui.Danger}
		e.Answer = failure(b, n)
	default:
		e.State = ui.Badge{Text: b.T("connection.waiting")}
		if n.Attempts > 0 {
			e.Answer = b.T("connection.again_at", failure(b, n), b.DateTime(n.Due))
		}
	}
	if n.State != webhook.Waiting && w.State == webhook.Active && n.Kind != "ping" {
		e.Replay = &Act{
			Action: replay, Hidden: []ui.Hidden{{Name: "notice", Value: string(n.ID)}},
			Button: ui.Button{Label: b.T("connection.replay"), Small: true, Look: ui.Quiet},
		}
	}
	return e
}

// failure says in words why a notice was not taken.
func failure(b ui.Base, n webhook.Notice) string {
	if n.Failure == "answer" {
		return strconv.Itoa(n.Status)
	}
	return b.T("connection.failure." + n.Failure)
}
