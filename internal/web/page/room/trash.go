package room

import (
	"strconv"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/hold"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Trash is what was deleted from a space, until when it can be restored, and
// what keeps it beyond that.
type Trash struct {
	ui.Base
	Name  string
	Tabs  []ui.Tab
	Rows  []Discarded
	Empty ui.Empty
	More  *ui.More
	Holds []HoldLine
	Place *Form // for those who may place a hold
}

// Discarded is one document of the trash.
type Discarded struct {
	Row     ui.DocumentRow
	Deleted string // by whom and when
	Until   string // what becomes of it, and when
	Restore string
}

// HoldLine is one hold in words. Lift is nil for who may not lift it, and once
// it is lifted.
type HoldLine struct {
	What, Reason, Placed, Lifted string
	Lift                         *Form
}

var trashPage = ui.Parse[Trash](files, "trash.tmpl", "part.tmpl")

// trashed is how many documents of the trash a page shows.
const trashed = 100

// Trash shows what was deleted from the space.
func (p *Pages) Trash(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	return p.trash(h, nil)
}

func (p *Pages) trash(h here, refused error) (web.Answer, error) {
	asked := h.r.URL.Query()
	q := document.TrashQuery{Space: h.room.ID, Limit: trashed}
	if at, err := strconv.ParseInt(asked.Get("at"), 10, 64); err == nil { // anything else is the beginning
		q.After = item.After{At: time.UnixMicro(at), ID: id.Item(asked.Get("after"))}
	}
	found, more, err := p.Documents.Trash(h.r.Context(), h.r.Actor, q)
	if err != nil {
		return nil, err
	}
	page := Trash{Base: h.base(h.room.Name), Name: h.room.Name, Tabs: h.tabs("trash")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name})
	page.Empty = ui.Empty{Icon: "trash", Title: page.T("room.trash.none"), Text: page.T("room.trash.none_text")}
	for _, d := range found {
		page.Rows = append(page.Rows, h.discarded(page.Base, d))
	}
	if more.ID != "" {
		page.More = &ui.More{Href: "?at=" + strconv.FormatInt(more.At.UnixMicro(), 10) + "&after=" + string(more.ID), List: "trash"}
	}
	if err := p.holds(h, &page, refused); err != nil {
		return nil, err
	}
	if refused != nil {
		return web.Again(trashPage, page, refused), nil
	}
	return web.Show(trashPage, page), nil
}

func (h here) discarded(b ui.Base, d document.Trashed) Discarded {
	out := Discarded{Row: h.row(b, d.Document), Restore: h.path("documents", string(d.ID), "restore")}
	out.Row.Held = b.T("room.trash.until", b.Date(d.Erased))
	if d.Held {
		out.Row.Held = b.T("room.trash.held")
	}
	out.Row.Unread, out.Row.Download = false, ""
	if d.DeletedBy == "" {
		out.Deleted = b.T("room.trash.deleted", b.DateTime(d.Deleted))
	} else {
		out.Deleted = b.T("room.trash.deleted_by", d.DeletedBy, b.DateTime(d.Deleted))
	}
	return out
}

// holds adds the holds of the space and, for a lawyer, the ways to place and
// lift them.
func (p *Pages) holds(h here, page *Trash, refused error) error {
	found, err := p.Holds.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return err
	}
	keeps := h.keepsHolds()
	for _, one := range found {
		page.Holds = append(page.Holds, h.holdLine(page.Base, one, keeps, refused))
	}
	if keeps {
		page.Place = h.holdForm("", refused)
	}
	return nil
}

// keepsHolds says whether the forms of holds are shown; the use case decides.
func (h here) keepsHolds() bool {
	card := h.r.Actor.Role
	return (card == authz.Admin || card == authz.Lawyer) && (h.room.Mine == authz.Lead || h.room.Mine == authz.Colleague)
}

func (h here) holdLine(b ui.Base, one hold.Hold, keeps bool, refused error) HoldLine {
	line := HoldLine{What: b.T("room.hold.space"), Reason: one.Reason, Placed: b.T("room.hold.placed", one.ByName, b.DateTime(one.At))}
	if one.Document != "" {
		line.What = b.T("room.hold.document")
	}
	if !one.Lifted.IsZero() {
		line.Lifted = b.T("room.hold.lifted", one.LiftedByName, b.DateTime(one.Lifted), one.LiftReason)
		return line
	}
	if keeps {
		action := h.path("holds", string(one.ID), "lift")
		line.Lift = h.reasoned(action, "f-lift-"+string(one.ID), "room.hold.lift_reason", refused)
		line.Lift.Button = ui.Button{Label: b.T("room.hold.lift"), Small: true}
	}
	return line
}

// holdForm places a hold on the space, or on one document of it.
func (h here) holdForm(of id.Item, refused error) *Form {
	action := h.path("holds")
	if of != "" {
		action += "?document=" + string(of)
	}
	f := h.reasoned(action, "f-hold-reason", "room.hold.reason", refused)
	f.Button = ui.Button{Label: h.r.Printer.T("room.hold.place"), Icon: "lock"}
	return f
}

// reasoned is a form of one reason; it comes back filled where it was sent.
func (h here) reasoned(action, anchor, label string, refused error) *Form {
	t := h.r.Printer
	field := ui.Field{Kind: ui.Area, Name: "reason", ID: anchor, Label: t.T(label), Length: 500}
	f := &Form{Action: action}
	if refused != nil && h.r.URL.RequestURI() == action {
		field.Value = h.r.Value("reason")
		f.Summary = ui.Refuse(t, refused).Mark(&field)
	}
	f.Fields = []ui.Field{field}
	return f
}

// DoPlaceHold keeps the space, or one document, from being erased.
func (p *Pages) DoPlaceHold(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	of := id.Item(r.Value("document"))
	_, err = p.Holds.Place(r.Context(), r.Actor, hold.New{Space: h.room.ID, Document: of, Reason: r.Value("reason")})
	switch {
	case fault.Is(err, fault.Invalid) && of != "":
		return p.document(h, of, err, memo.New{})
	case fault.Is(err, fault.Invalid):
		return p.trash(h, err)
	case err != nil:
		return nil, err
	}
	return web.Done(h.path("trash"), "hold_placed"), nil
}

// DoLiftHold ends a hold.
func (p *Pages) DoLiftHold(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Hold](r, "hold")
	if err != nil {
		return nil, err
	}
	err = p.Holds.Lift(r.Context(), r.Actor, of, r.Value("reason"))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.trash(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("trash"), "hold_lifted"), nil
}
