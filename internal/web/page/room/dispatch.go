package room

import (
	"io"
	"net/http"
	"strings"

	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Sending offers what a party has communicated as messages to a court or a lawyer.
type Sending struct {
	Form
	ID    string
	Apart []string // what no message takes, in words
}

// ownSize comes before the name of a size of the firm's own, where one is chosen.
const ownSize = "own:"

// advocates says whether somebody may have a use for stamps and sendings: the firm, and
// those who act for a party.
func (h here) advocates() bool { return h.inside() || h.room.Party.ID != "" }

// stamped adds where the stamped copy of an exhibit is had.
func (h here) stamped(line ExhibitLine, e forum.Piece) ExhibitLine {
	if e.Title == "" || e.Withdrawn || !h.advocates() {
		return line
	}
	key := "room.dispatch.cover"
	if dispatch.Stampable(document.MediaOf(e.Media, e.Title)) {
		key = "room.dispatch.stamped"
	}
	line.Copy = &ui.Link{Href: h.path("exhibits", string(e.Version), "stamped"), Label: h.r.Printer.T(key)}
	return line
}

// sending offers the messages of one party; nil where there is nothing to send.
func (h here) sending(l forum.List, sizes []dispatch.Size, refused error) *Sending {
	if !h.advocates() || !dispatch.Sendable(l) {
		return nil
	}
	t, key := h.r.Printer, string(l.Party.ID)
	mine := h.r.Value("party") == key
	to := ui.Field{Kind: ui.Radios, Name: "to", ID: "to-" + key, Label: t.T("room.dispatch.to"), Hint: t.T("room.dispatch.to_hint"), Columns: 2}
	out := &Sending{ID: "send-" + key}
	for i, one := range sizes {
		f, o := dispatch.Foresee(l, one), ui.Option{Value: ownSize + one.Own, Label: one.Own}
		apart := func(e forum.Piece) string { return t.T("room.dispatch.apart_own", e.Label(), t.Bytes(e.Size), one.Own) }
		if one.Own == "" {
			o.Value, o.Label = string(one.To), t.T("room.dispatch.to."+string(one.To))
			apart = func(e forum.Piece) string {
				return t.T("room.dispatch.apart."+string(one.To), e.Label(), t.Bytes(e.Size))
			}
		}
		o.Chosen = i == 0 && !mine || mine && h.r.Value("to") == o.Value
		o.Note = t.T("room.dispatch.limit", t.Bytes(one.Bytes), t.N("room.dispatch.messages", f.Messages))
		to.Options = append(to.Options, o)
		for _, e := range f.Apart {
			out.Apart = append(out.Apart, apart(e))
		}
	}
	pages := ui.Field{Kind: ui.Radios, Name: "pages", ID: "pages-" + key, Label: t.T("room.dispatch.pages"), Columns: 2}
	first := mine && h.r.Value("pages") == "first"
	pages.Options = []ui.Option{
		{Value: "all", Label: t.T("room.dispatch.pages.all"), Chosen: !first},
		{Value: "first", Label: t.T("room.dispatch.pages.first"), Chosen: first},
	}
	out.Form = Form{Action: h.path("exhibits", "pack"), Hidden: []ui.Hidden{{Name: "party", Value: key}}, Button: ui.Button{Label: t.T("room.dispatch.send"), Look: ui.Primary, Icon: "download"}}
	if mine && refused != nil {
		out.Summary = ui.Refuse(t, refused).Mark(&to)
	}
	out.Fields = []ui.Field{to, pages}
	return out
}

// StampedExhibit gives the stamped copy of an exhibit.
func (p *Pages) StampedExhibit(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	version, err := web.PathID[id.Version](r, "version")
	if err != nil {
		return nil, err
	}
	c, err := p.Dispatch.Stamp(r.Context(), r.Actor, r.Printer, dispatch.Wanted{Space: of, Exhibit: version})
	if err != nil {
		return nil, err
	}
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		return web.Flow(w, r, c.Name, dispatch.PDF, r.Recheck, func(out io.Writer) error { return c.Write(r.Context(), out) })
	}), nil
}

// DoPackExhibits gives what a party has communicated as messages.
func (p *Pages) DoPackExhibits(r *web.Request) (web.Answer, error) {
	h, all, err := p.lists(r)
	if err != nil {
		return nil, err
	}
	o := dispatch.Order{Space: h.room.ID, Party: id.Circle(r.Value("party")), First: r.Value("pages") == "first"}
	if name, own := strings.CutPrefix(r.Value("to"), ownSize); own {
		o.Own = name
	} else {
		o.To = law.Recipient(r.Value("to"))
	}
	s, err := p.Dispatch.Prepare(r.Context(), r.Actor, r.Printer, o)
	if fault.Is(err, fault.Invalid) {
		return p.exhibits(h, all, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		return web.Flow(w, r, s.Name()+".zip", dispatch.Media, r.Recheck, func(out io.Writer) error { return s.WriteTo(r.Context(), out) })
	}), nil
}
