package door

import (
	"net/url"

	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Mailbox is where a person is reached, on the page of her access.
type Mailbox struct {
	Email  string
	Field  ui.Field
	Set    ui.Button
	Open   bool
	Wish   string   // another one that she has asked for, or empty
	Stands []string // what has been confirmed and what is missing
	Cancel ui.Button
}

// MovePage stands behind the link that one of the two mailboxes was sent.
type MovePage struct {
	ui.Base
	Words   []string
	Post    string
	Confirm *ui.Button // nil once there is nothing to decide
	Refuse  ui.Button
}

var moveTemplate = ui.Parse[MovePage](files, "move.tmpl")

// mailbox is nil for who came by a link: her mailbox is what lets her in.
func (p *Pages) mailbox(r *web.Request, person account.Person) (*Mailbox, error) {
	if !r.Session.Via.Own() {
		return nil, nil
	}
	t := r.Printer
	box := &Mailbox{
		Email: person.Email, Set: ui.Button{Label: t.T("door.mailbox_ask"), Look: ui.Primary},
		Field: ui.Field{Kind: ui.Email, Name: "email", ID: "f-mailbox", Label: t.T("door.mailbox_new"), Hint: t.T("door.mailbox_hint"), Length: 254, Autocomplete: "off"},
	}
	m, err := p.Accounts.Moving(r.Context(), person.ID)
	if fault.Is(err, fault.NotFound) {
		return box, nil
	}
	if err != nil {
		return nil, err
	}
	box.Wish, box.Cancel = m.To, ui.Button{Label: t.T("door.mailbox_cancel"), Small: true}
	box.Stands = []string{t.T("door.mailbox_new." + yes(m.New))}
	switch {
	case m.Old:
		box.Stands = append(box.Stands, t.T("door.mailbox_old.yes"))
	case m.Twofold:
		box.Stands = append(box.Stands, t.T("door.mailbox_old.may", t.DateTime(m.Due())))
	default:
		box.Stands = append(box.Stands, t.T("door.mailbox_old.no"))
	}
	return box, nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// DoAskMove has both mailboxes asked.
func (p *Pages) DoAskMove(r *web.Request) (web.Answer, error) {
	err := p.Lifecycle.AskMove(r.Context(), r.Session, r.Value("email"))
	switch {
	case err == nil:
		return web.Done(accountPath, "mailbox_asked"), nil
	case fault.Is(err, fault.Forbidden):
		if r.Session.Via.Own() && r.Session.Proven {
			return p.Prove(r) // she has been here for a while
		}
	case !mended(err):
		return nil, err
	}
	page, _, unread := p.account(r)
	if unread != nil {
		return nil, unread
	}
	if page.Mailbox == nil {
		return nil, err
	}
	page.Mailbox.Open, page.Mailbox.Field.Value = true, r.Value("email")
	correct(r, &page.Mailbox.Field, err)
	return web.Again(accountTemplate, page, err), nil
}

// DoCancelMove leaves her where she is.
func (p *Pages) DoCancelMove(r *web.Request) (web.Answer, error) {
	if err := p.Accounts.CancelMove(r.Context(), r.Session.Person); err != nil {
		return nil, err
	}
	return web.Done(accountPath, "mailbox_kept"), nil
}

// Move shows what a mailed token decides, and decides nothing.
func (p *Pages) Move(r *web.Request) (web.Answer, error) {
	m, side, err := p.Accounts.PeekMove(r.Context(), r.PathValue("token"))
	if fault.Is(err, fault.NotFound) {
		return p.moved(r, "over", fault.New(fault.Gone, "fault.gone")), nil
	}
	if err != nil {
		return nil, err
	}
	page := movePage(r, "ask")
	page.Words = []string{r.Printer.T("door.move."+string(side), m.To)}
	if side == account.OldMailbox && m.Twofold {
		page.Words = append(page.Words, r.Printer.T("door.move.delay", r.Printer.DateTime(m.Due())))
	}
	page.Words = append(page.Words, r.Printer.T("door.move.then"))
	page.Confirm = &ui.Button{Label: r.Printer.T("door.move.confirm"), Name: "do", Value: "confirm", Look: ui.Primary, Wide: true}
	page.Refuse = ui.Button{Label: r.Printer.T("door.move.refuse"), Name: "do", Value: "refuse", Wide: true}
	return web.Show(moveTemplate, page), nil
}

func movePage(r *web.Request, state string) MovePage {
	path := lifecycle.MovePath(url.PathEscape(r.PathValue("token")))
	return MovePage{Base: base(r, ui.Public, r.Printer.T("door.move.title."+state), path), Post: path}
}

// moved is what came of it, or that the token opens nothing.
func (p *Pages) moved(r *web.Request, state string, as error) web.Answer {
	return decided(movePage(r, state), r.Printer.T("door.move.text."+state), as)
}

// decided says what came of the word of a mailbox.
func decided(page MovePage, words string, as error) web.Answer {
	page.Words = []string{words}
	if as != nil {
		return web.Again(moveTemplate, page, as)
	}
	return web.Show(moveTemplate, page)
}

// DoMove takes the word of one mailbox.
func (p *Pages) DoMove(r *web.Request) (web.Answer, error) {
	token, state := r.PathValue("token"), "refused"
	var err error
	if r.Value("do") == "confirm" {
		var done bool
		if done, _, err = p.Lifecycle.ConfirmMove(r.Context(), token); done {
			state = "done"
		} else {
			state = "half"
		}
	} else {
		err = p.Lifecycle.RefuseMove(r.Context(), token)
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return p.moved(r, "over", fault.New(fault.Gone, "fault.gone")), nil
	}
	if err != nil {
		return nil, err
	}
	return p.moved(r, state, nil), nil
}
