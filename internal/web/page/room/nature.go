package room

import (
	"cmp"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/memo"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// nature is a nature in words; none has no word in a list.
func (h here) nature(n authz.Nature) string {
	if n == authz.NatureNone {
		return ""
	}
	return h.r.Printer.T("room.nature." + string(n))
}

// classify offers the natures, each with what becomes of the readers.
func (p *Pages) classify(h here, d document.Detail, refused error) (*Form, error) {
	turns, err := p.Documents.Turns(h.r.Context(), h.r.Actor, d.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	field := ui.Field{Kind: ui.Radios, Name: "nature", Label: t.T("room.nature.which")}
	for _, turn := range turns {
		field.Options = append(field.Options, ui.Option{
			Value: string(turn.Nature), Label: cmp.Or(h.nature(turn.Nature), t.T("room.nature.none")),
			Note: h.turn(turn), Chosen: turn.Nature == d.Nature,
		})
	}
	f := &Form{Action: h.path("documents", string(d.ID), "nature"), Button: ui.Button{Label: t.T("room.nature.choose")}}
	f.Summary = ui.Refuse(t, h.back(refused, "documents", string(d.ID), "nature")).Mark(&field)
	f.Fields = []ui.Field{field}
	return f, nil
}

// turn says who would lose and gain the document, and who has it already.
func (h here) turn(t document.Turn) string {
	var out []string
	for _, part := range []struct {
		key    string
		people []document.Recipient
	}{{"room.nature.lose", t.Lose}, {"room.nature.read", t.Read}, {"room.nature.gain", t.Gain}} {
		if len(part.people) == 0 {
			continue
		}
		names := make([]string, len(part.people))
		for i, p := range part.people {
			names[i] = p.Name
		}
		out = append(out, h.r.Printer.N(part.key, len(names), h.r.Printer.List(names)))
	}
	return cmp.Or(strings.Join(out, " "), h.r.Printer.T("room.nature.same"))
}

// DoClassify decides the nature of a document.
func (p *Pages) DoClassify(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	err = p.Documents.Classify(r.Context(), r.Actor, of, authz.Nature(r.Value("nature")))
	if fault.Is(err, fault.Invalid) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "document_classified"), nil
}
