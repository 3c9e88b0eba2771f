package room

import (
	"cenacle/internal/id"
	"cenacle/internal/memo"
)

// copying fills the composer with the words of an internal memo, to be read again
// before they go out, and says where they come from. A form that came back keeps
// what was made of them.
func (p *Pages) copying(h here, back *memo.New) (lead string, err error) {
	fresh := back.CopyOf == "" && back.Body == ""
	if asked := h.r.URL.Query().Get("copy"); fresh && asked != "" {
		back.CopyOf = id.Item(asked)
	}
	if back.CopyOf == "" {
		return "", nil
	}
	from, err := p.Memos.Original(h.r.Context(), h.r.Actor, h.room.ID, back.CopyOf)
	if err != nil {
		return "", err
	}
	if fresh {
		back.Subject, back.Body = from.Subject, from.Body
	}
	return h.r.Printer.T("room.copy_out_lead", h.name(from.Author), h.r.Printer.DateTime(from.Created)), nil
}
