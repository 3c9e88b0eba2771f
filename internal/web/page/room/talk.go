package room

import (
	"cmp"
	"slices"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/web/ui"
)

// talks reads the conversation about one document.
func (p *Pages) talks(h here, b ui.Base, of id.Item, refused error, back memo.New) ([]Talk, *ui.More, error) {
	threads, before, err := p.Memos.Conversation(h.r.Context(), h.r.Actor, memo.Query{
		Space: h.room.ID, Document: of, Before: id.Item(h.r.Value("before")), Limit: memos,
	})
	if err != nil {
		return nil, nil, err
	}
	titles, err := p.titles(h, threads)
	if err != nil {
		return nil, nil, err
	}
	return h.threads(b, of, threads, titles, composing{refused, back}), older(before), nil
}

// conversation shows that of the space.
func (h here) conversation(b ui.Base, refused error, back memo.New) ([]Talk, *ui.More) {
	titles := map[id.Item]ui.Reference{}
	for doc, d := range h.all.Named {
		titles[doc] = h.reference(d)
	}
	return h.threads(b, "", h.all.Threads, titles, composing{refused, back}), older(h.all.Before)
}

func older(before id.Item) *ui.More {
	if before == "" {
		return nil
	}
	return &ui.More{Href: "?before=" + string(before), List: "talks"}
}

// composing is a memo that came back, and why.
type composing struct {
	refused error
	back    memo.New
}

// threads shows threads of the space, or of one document.
func (h here) threads(b ui.Base, of id.Item, threads []memo.Thread, titles map[id.Item]ui.Reference, c composing) []Talk {
	var out []Talk
	for _, th := range threads {
		talk := Talk{ID: "talk-" + string(th.ID), Subject: th.Subject}
		if th.Document != "" && of == "" {
			if ref, ok := titles[th.Document]; ok {
				talk.Document, talk.Subject = &ref, ref.Title
			}
		}
		for _, m := range th.Memos {
			talk.Memos = append(talk.Memos, h.sheet(b, m, titles, of, c.refused))
			if m.Read {
				continue
			}
			if talk.Seen == nil {
				talk.Seen = &Seen{Src: h.path("memos", "read")}
			}
			talk.Seen.Memos = append(talk.Seen.Memos, string(m.ID))
		}
		if h.writes() {
			talk.Reply = h.reply(th, c.refused, c.back)
			talk.Reply.Hidden = append(talk.Reply.Hidden, h.whereabouts(of)...)
		}
		out = append(out, talk)
	}
	return out
}

func (h here) reference(d document.Document) ui.Reference {
	return ui.Reference{Href: h.path("documents", string(d.ID)), Title: d.Title, Media: d.Current.Media, Size: d.Current.Size}
}

// titles names the documents that a conversation points to.
func (p *Pages) titles(h here, threads []memo.Thread) (map[id.Item]ui.Reference, error) {
	var wanted []id.Item
	for _, th := range threads {
		if th.Document != "" {
			wanted = append(wanted, th.Document)
		}
		for _, m := range th.Memos {
			wanted = append(wanted, m.References...)
		}
	}
	slices.Sort(wanted)
	out := map[id.Item]ui.Reference{}
	for _, doc := range slices.Compact(wanted) {
		d, err := p.Documents.Show(h.r.Context(), h.r.Actor, doc)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[doc] = h.reference(d.Document)
	}
	return out, nil
}

func (h here) sheet(b ui.Base, m memo.Memo, titles map[id.Item]ui.Reference, of id.Item, refused error) ui.Memo {
	sheet := ui.Memo{
		ID: "memo-" + string(m.ID), Author: h.name(m.Author), Firm: h.ofFirm(m.Author), Mine: m.Author == h.r.Actor.Person,
		At: b.When(m.Created), Body: m.Body, Internal: m.Internal, ReplyBy: m.ReplyBy, Unread: !m.Read,
		Cites: slices.Contains(m.Mentions, h.r.Actor.Person),
	}
	if m.Party {
		sheet.Audience = h.room.Party.Name
	}
	sheet.Awaited = m.ReplyBy != "" && sheet.Firm != h.inside()
	for _, doc := range m.References {
		if ref, ok := titles[doc]; ok {
			sheet.References = append(sheet.References, ref)
		}
	}
	h.answers(b, &sheet, m, of, refused)
	if !h.inside() {
		return sheet
	}
	sheet.Audience, sheet.Why = h.seers(m.Seers, m.Circles), h.path("memos", string(m.ID), "why")
	if d, sent := h.all.Sent[m.ID]; sent {
		sheet.Sent = h.r.FirmPath("diffusions", string(d))
	}
	if m.Internal && h.room.State == "open" {
		sheet.CopyOut = h.path() + "?copy=" + string(m.ID) + "#compose"
	}
	for _, reader := range m.Readers {
		sheet.Read = append(sheet.Read, h.name(reader.Person))
	}
	for _, to := range m.Unread() {
		sheet.NotRead = append(sheet.NotRead, to.Name)
	}
	sheet.Silent = h.silent(m)
	return sheet
}

// composer writes a memo that opens a thread.
func (h here) composer(refused error, back memo.New) ui.Composer {
	draft := h.all.Draft
	mine := (refused != nil || back.CopyOf != "") && back.Thread == "" && back.Document == ""
	if !mine {
		back = memo.New{} // what another form brought back stays there
	}
	t := h.r.Printer
	c := ui.Composer{
		ID: "compose", Action: h.path("memos"), Draft: h.path("draft"), Title: t.T("room.compose"), Folded: !mine && draft.Body == "",
		Subject: &ui.Field{Name: "subject", Label: t.T("room.subject"), Length: 200},
		Body:    ui.Field{Kind: ui.Area, Name: "body", Label: t.T("room.body"), Value: draft.Body},
		Send:    ui.Button{Label: t.T("room.send"), Look: ui.Primary, Icon: "send"},
	}
	if mine {
		c.Subject.Value, c.Body.Value = back.Subject, cmp.Or(back.Body, draft.Body)
	}
	h.address(&c, back, []id.Circle{h.house().Client})
	c.Offers = h.offering()
	if back.CopyOf != "" {
		c.Title, c.Draft, c.Hidden = t.T("room.copy_out"), "", []ui.Hidden{{Name: "copy_of", Value: string(back.CopyOf)}}
		c.Circles.Options = slices.DeleteFunc(c.Circles.Options, func(o ui.Circle) bool { return o.Internal })
	}
	if mine {
		h.mark(&c, refused)
		h.sure(&c, refused)
		h.stopped(&c, refused)
	}
	return c
}

// reply answers in a thread, by default to those the last memo went to.
func (h here) reply(th memo.Thread, refused error, back memo.New) ui.Composer {
	t := h.r.Printer
	mine := refused != nil && back.Thread == th.ID
	if !mine {
		back = memo.New{}
	}
	c := ui.Composer{
		ID: "reply-" + string(th.ID), Action: h.path("memos"), Title: t.T("room.reply"), Folded: !mine,
		Body:   ui.Field{Kind: ui.Area, Name: "body", ID: "f-body-" + string(th.ID), Label: t.T("room.answer")},
		Hidden: []ui.Hidden{{Name: "thread", Value: string(th.ID)}},
		Send:   ui.Button{Label: t.T("room.send"), Look: ui.Primary, Icon: "send"},
	}
	c.Body.Value = back.Body
	chosen := []id.Circle{h.house().Client}
	if last := th.Memos[len(th.Memos)-1]; last.Party {
		chosen = []id.Circle{h.room.Party.ID}
	} else if h.private(last.Circles) {
		chosen = last.Circles
	} else if last.Internal {
		chosen = []id.Circle{h.house().Firm}
	}
	h.address(&c, back, chosen)
	if th.Document == "" {
		c.Offers = h.offering()
	}
	if th.Memos[0].Internal {
		within(&c)
		c.Offers = ""
	}
	if mine {
		h.mark(&c, refused)
		h.sure(&c, refused)
		h.stopped(&c, refused)
	}
	return c
}

// offering is where papers that a memo of the firm's side asks for are looked for
// while it is written.
func (h here) offering() string {
	if !h.inside() {
		return ""
	}
	return h.path("requests")
}

// private reports whether circles are named ones, and hers.
func (h here) private(circles []id.Circle) bool {
	for _, c := range h.room.Circles {
		if slices.Contains(circles, c.ID) && (c.Kind.House() || !h.hers(c.ID)) {
			return false
		}
	}
	return len(circles) > 0
}

// whereabouts is where a reply was written, so that it comes back there when it
// is refused: on the page of a document, or far back in the conversation.
func (h here) whereabouts(of id.Item) (out []ui.Hidden) {
	if of != "" {
		out = append(out, ui.Hidden{Name: "document", Value: string(of)})
	}
	if before := h.r.Value("before"); before != "" {
		out = append(out, ui.Hidden{Name: "before", Value: before})
	}
	return out
}

// address adds to whom a memo goes: chosen by the firm's side, said to others.
func (h here) address(c *ui.Composer, back memo.New, otherwise []id.Circle) {
	t := h.r.Printer
	if !h.inside() {
		c.Send.Label = t.T("room.send_firm")
		if h.room.Forum {
			h.speaks(c, back, otherwise)
		}
		return
	}
	c.Body.Hint = t.T("room.body_hint")
	chosen := back.Circles
	if len(chosen) == 0 {
		chosen = otherwise
	}
	c.Circles = h.choice(t.T("room.to_whom"), chosen)
	c.Circles.ID = c.ID + "-circle"
	c.ReplyBy = &ui.Field{
		Kind: ui.Date, Name: "reply_by", ID: c.ID + "-reply-by", Label: t.T("room.reply_by"), Hint: t.T("room.reply_by_hint"), Optional: true,
		Earliest: today(h.r.Now), Value: back.ReplyBy, Short: true,
	}
	c.Asks = &ui.Field{
		Kind: ui.Select, Name: "asks", ID: c.ID + "-asks", Label: t.T("room.answer.ask"), Hint: t.T("room.answer.ask_hint"), Optional: true,
		Options: []ui.Option{{Label: t.T("room.answer.ask.none")}},
	}
	for _, a := range []memo.Answer{memo.WasRead, memo.Understood, memo.Approved} {
		c.Asks.Options = append(c.Asks.Options, ui.Option{Value: string(a), Label: t.T("room.answer.ask." + string(a)), Chosen: back.Asks == a})
	}
}

// within leaves the firm as the only address: what began among colleagues is
// not answered to anybody else.
func within(c *ui.Composer) {
	if c.Circles != nil {
		c.Circles.Options = slices.DeleteFunc(c.Circles.Options, func(o ui.Circle) bool { return !o.Internal })
	}
}

// mark writes into a composer that comes back what was refused.
func (h here) mark(c *ui.Composer, refused error) {
	back := ui.Refuse(h.r.Printer, refused)
	back.Ask(c.Circles)
	c.Summary = back.Mark(fieldsOf(c)...)
}

func fieldsOf(c *ui.Composer) []*ui.Field {
	out := []*ui.Field{&c.Body}
	if c.Subject != nil {
		out = append(out, c.Subject)
	}
	if c.ReplyBy != nil {
		out = append(out, c.ReplyBy)
	}
	if c.Asks != nil {
		out = append(out, c.Asks)
	}
	return out
}
