package door

import (
	"net/url"

	"cenacle/internal/fault"
	"cenacle/internal/invitation"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// CodeSentPage asks who came by a link for the code that her space demands besides, and
// sends it to her when she says so.
type CodeSentPage struct {
	ui.Base
	Text    string     // where the code goes, or went
	Refused *ui.Notice // why none left just now, or nil
	Code    *ui.Field  // nil before one was sent
	Next    string     // page of ours she was on her way to, or empty
	Send    ui.Button
}

var codeSentTemplate = ui.Parse[CodeSentPage](files, "codesent.tmpl")

const codeSentPath = accountPath + "/code"

// CodeSent shows where the code goes, and takes it once it was sent. It sends nothing.
func (p *Pages) CodeSent(r *web.Request) (web.Answer, error) {
	page, err := p.codeSent(r)
	if fault.Is(err, fault.Conflict) {
		return web.See(page.Next), nil // nothing is demanded any more, or of her
	}
	if err != nil {
		return nil, err
	}
	return web.Show(codeSentTemplate, page), nil
}

func (p *Pages) codeSent(r *web.Request) (page CodeSentPage, err error) {
	page.Next = web.Local(r.Value("next"))
	if page.Next == "" {
		page.Next = enterPath
	}
	to, err := p.Invitations.CodeOf(r.Context(), r.Session)
	if err != nil {
		return page, err
	}
	page.Base = base(r, ui.Public, r.Printer.T("door.sent_code"), codeSentPath+"?next="+url.QueryEscape(page.Next))
	doors, err := p.Firms.Doors(r.Context(), r.Session)
	if err != nil {
		return page, err
	}
	for _, d := range doors { // the one of her link
		page.Firm, page.Logo, page.FirmHref = d.Name, web.LogoOf(d.ID, d.Logos), page.Path
	}
	page.Text = page.T("door.sent_code_to."+string(to.Channel), to.Where)
	page.Send = ui.Button{Label: page.T("door.sent_code_send"), Look: ui.Primary, Wide: true}
	if !to.Until.IsZero() {
		page.typed(to)
	}
	return page, nil
}

// typed has the page take a code.
func (page *CodeSentPage) typed(to invitation.Code) {
	page.Title, page.Text = page.T("door.sent_code_sent"), page.T("door.sent_code_went."+string(to.Channel), to.Where)
	page.Send = ui.Button{Label: page.T("door.sent_code_another")}
	page.Code = &ui.Field{
		Kind: ui.Code, Name: "code", Label: page.T("door.sent_code_label"), Hint: page.T("door.sent_code_hint"), Length: maxCode, Short: true, Focus: true,
	}
}

// DoSendCode sends a code, and tells what became of it.
func (p *Pages) DoSendCode(r *web.Request) (web.Answer, error) {
	_, err := p.Invitations.SendCode(r.Context(), r.Session)
	page, failed := p.codeSent(r)
	switch {
	case err == nil || fault.Is(err, fault.Conflict):
		return web.See(codeSentPath + "?next=" + url.QueryEscape(page.Next)), nil
	case !fault.Is(err, fault.Busy) && !fault.Is(err, fault.Unavailable):
		return nil, err
	case failed != nil:
		return nil, failed
	}
	page.Refused = &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(err)}
	page.Send.Label = page.T("door.sent_code_retry")
	return web.Again(codeSentTemplate, page, err), nil
}

// DoUseCode takes the code and goes on to the page that she wanted. Whatever a code is that
// opens nothing, the same page comes back, with the way to another one.
func (p *Pages) DoUseCode(r *web.Request) (web.Answer, error) {
	token, _, err := p.Invitations.UseCode(r.Context(), r.Session, r.Value("code"), from(r))
	if second, asked := halted(r, err, ""); asked {
		return second, nil
	}
	page, failed := p.codeSent(r)
	switch {
	case err == nil:
		return r.Begin(token, page.Next), nil
	case fault.Is(err, fault.Conflict):
		return web.See(page.Next), nil
	case !fault.Is(err, fault.Invalid):
		return nil, err
	case failed != nil:
		return nil, failed
	}
	if page.Code == nil {
		to, err := p.Invitations.CodeOf(r.Context(), r.Session)
		if err != nil {
			return nil, err
		}
		page.typed(to)
	}
	correct(r, page.Code, err)
	return web.Again(codeSentTemplate, page, err), nil
}
