package room

import (
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// answers shows what readers have said of a memo that asks for it, and asks the
// one who looks. of is the document whose page she looks at, or empty.
func (h here) answers(b ui.Base, sheet *ui.Memo, m memo.Memo, of id.Item, refused error) {
	if m.Asks == "" {
		return
	}
	mine := m.Author == h.r.Actor.Person
	answered := map[id.Person]bool{m.Author: true, h.r.Actor.Person: true}
	for _, k := range m.Answers {
		said := ui.Answer{Text: b.T("room.answer.said."+string(k.Answer), h.name(k.Person), b.DateTime(k.At)), Wording: b.T("room.answer.quoted", k.Wording), Note: k.Note, Contests: k.Answer == memo.Contested}
		if k.Person == h.r.Actor.Person {
			mine, said.Text = true, b.T("room.answer.yours."+string(k.Answer), b.DateTime(k.At))
		}
		answered[k.Person] = true
		sheet.Answered = append(sheet.Answered, said)
	}
	if h.inside() {
		sheet.Unanswered = h.awaited(m, answered)
	}
	// The firm's side answers what stays within it; what goes out is asked of others.
	if !mine && h.inside() == m.Internal && h.room.State == "open" {
		sheet.Ask = h.asking(m, of, refused)
	}
}

// awaited are those whose answer is not there yet.
func (h here) awaited(m memo.Memo, answered map[id.Person]bool) (names []string) {
	for _, c := range h.room.Circles {
		for _, p := range c.People {
			if slices.Contains(m.Circles, c.ID) && !answered[p.Person] && p.Role.Inside() == m.Internal {
				answered[p.Person] = true
				names = append(names, p.Name)
			}
		}
	}
	return names
}

func (h here) asking(m memo.Memo, of id.Item, refused error) *ui.Ask {
	t, at := h.r.Printer, h.path("memos", string(m.ID), "acknowledge")
	ask := &ui.Ask{
		Action: at, Lead: t.T("room.answer.lead"), Hidden: []ui.Hidden{{Name: "answer", Value: string(m.Asks)}},
		Accept: ui.Button{Label: t.T("memo.answer." + string(m.Asks)), Look: ui.Primary, Icon: "circle-check"},
	}
	note := ui.Field{Kind: ui.Area, Name: "note", ID: "note-" + string(m.ID), Label: t.T("room.answer.note")}
	ask.Contest = ui.Fold{
		ID: "contest-" + string(m.ID), Label: t.T("room.answer.contest"), Action: at,
		Confirm: ui.Button{Label: t.T("memo.answer.contested"), Look: ui.Danger},
	}
	if of != "" {
		ask.Hidden = append(ask.Hidden, ui.Hidden{Name: "document", Value: string(of)})
		ask.Contest.Action += "?document=" + string(of)
	}
	if h.back(refused, "memos", string(m.ID), "acknowledge") != nil {
		ask.Contest.Open, note.Value, note.Error = true, h.r.Value("note"), ui.Refuse(t, refused).Of("note")
	}
	ask.Contest.Field = note
	return ask
}

// DoAcknowledge answers a memo; without the answer that it asks for, it is
// contested.
func (p *Pages) DoAcknowledge(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Item](r, "memo")
	if err != nil {
		return nil, err
	}
	answer := memo.Answer(r.Value("answer"))
	if answer == "" {
		answer = memo.Contested
	}
	if !answer.Known() {
		return nil, web.Absent()
	}
	err = p.Memos.Acknowledge(r.Context(), r.Actor, memo.Acknowledging{
		Space: h.room.ID, Memo: of, Answer: answer, Note: r.Value("note"), Wording: r.Printer.T("memo.answer." + string(answer)),
	})
	about := id.Item(r.Value("document"))
	if fault.Is(err, fault.Invalid) && answer == memo.Contested {
		if about != "" {
			return p.document(h, about, err, memo.New{Thread: id.Thread(of)})
		}
		return p.screen(r, err, memo.New{Thread: id.Thread(of)})
	}
	if err != nil {
		return nil, err
	}
	back := h.path()
	if about != "" {
		back = h.path("documents", string(about))
	}
	return web.Done(back+"#memo-"+string(of), "memo_answered"), nil
}
