package door

import (
	"net/url"

	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// LinkPage stands behind a good link: who writes, that something waits, and
// one gesture.
type LinkPage struct {
	ui.Base
	From string // the firm
	Open ui.Button
	Post string
}

// SpentPage stands behind a link that opens nothing, the same whether it was
// used, has expired, or never was one.
type SpentPage struct {
	ui.Base
	Refused *ui.Notice // why no new link was sent just now, or nil
	Renew   ui.Button
	Post    string
	Here    string // where to go on for one whose session is still open, or empty
	SignIn  string
}

// PasswordPage lets an invited colleague choose her password.
type PasswordPage struct {
	ui.Base
	From   string
	Email  string
	Secret ui.Field
	Post   string
}

var (
	linkTemplate     = ui.Parse[LinkPage](files, "link.tmpl")
	spentTemplate    = ui.Parse[SpentPage](files, "spent.tmpl")
	passwordTemplate = ui.Parse[PasswordPage](files, "password.tmpl")
)

// letter is the link that a path names.
type letter struct {
	firm  id.Firm
	token string
}

// read reads the link of the path. What is no firm's identifier is the link of
// no firm: the page behind it is the same.
func read(r *web.Request) letter {
	of, err := web.PathID[id.Firm](r, "firm")
	if err != nil {
		return letter{}
	}
	return letter{of, r.PathValue("token")}
}

func (p *Pages) peek(r *web.Request, l letter) (invitation.View, error) {
	if l.firm == "" {
		return invitation.View{State: invitation.Unknown}, nil
	}
	return p.Invitations.Peek(r.Context(), l.firm, l.token)
}

// other is the page of a link that stands behind the wrong kind of path, which
// can only have been typed.
func other(l letter, v invitation.View) string {
	if v.Password {
		return invitation.Path(l.firm, "", l.token)
	}
	return "/l/" + string(l.firm) + "/" + url.PathEscape(l.token)
}

// Link shows what a link opens, and opens nothing: mail scanners follow links.
func (p *Pages) Link(r *web.Request) (web.Answer, error) {
	l := read(r)
	v, err := p.peek(r, l)
	switch {
	case err != nil:
		return nil, err
	case v.State != invitation.Valid:
		return p.spent(r), nil
	case v.Password:
		return web.See(other(l, v)), nil
	}
	page := LinkPage{
		Base: p.firmBase(r, r.Printer.T("door.open"), v), From: v.FirmName, Post: r.URL.EscapedPath(),
		Open: ui.Button{Label: r.Printer.T("door.open"), Look: ui.Primary, Icon: "door-enter", Wide: true},
	}
	return web.Show(linkTemplate, page), nil
}

// firmBase is the frame of a page that a firm's link shows: her firm stands
// where the product's name would, and leads nowhere else.
func (p *Pages) firmBase(r *web.Request, title string, v invitation.View) ui.Base {
	b := base(r, ui.Public, title, r.URL.EscapedPath())
	b.Firm, b.FirmHref = v.FirmName, r.URL.EscapedPath()
	if of, err := web.PathID[id.Firm](r, "firm"); err == nil { // else the link of no firm
		b.Logo = web.LogoOf(of, v.Logos)
	}
	return b
}

// DoLink uses a link and goes to its space.
func (p *Pages) DoLink(r *web.Request) (web.Answer, error) {
	l := read(r)
	if l.firm == "" {
		return p.spent(r), nil
	}
	token, session, err := p.Invitations.Use(r.Context(), l.firm, l.token, from(r))
	if second, asked := halted(r, err, ""); asked {
		return second, nil
	}
	if spent(err) {
		return p.spent(r), nil
	}
	if err != nil {
		return nil, err
	}
	return r.Begin(token, onward(session, "")), nil
}

func spent(err error) bool { return fault.Is(err, fault.Gone) || fault.Is(err, fault.NotFound) }

func (p *Pages) spent(r *web.Request) web.Answer { return p.again(r, nil) }

// again is the page of a spent link, with what kept a new one from leaving.
func (p *Pages) again(r *web.Request, refused error) web.Answer {
	here := "/l/" + url.PathEscape(r.PathValue("firm")) + "/" + url.PathEscape(r.PathValue("token"))
	page := SpentPage{
		Base:  base(r, ui.Public, r.Printer.T("door.spent"), here),
		Renew: ui.Button{Label: r.Printer.T("door.renew"), Look: ui.Primary, Wide: true},
		Post:  here + "/renew", SignIn: signInPath,
	}
	if r.SignedIn {
		page.Here, page.Renew.Look = enterPath, ui.Plain
	}
	if refused == nil {
		return web.Again(spentTemplate, page, fault.New(fault.Gone, "fault.gone"))
	}
	page.Refused = &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(refused)}
	return web.Again(spentTemplate, page, refused)
}

// DoRenew mails a new link to the person the old one was for. What was no link
// gets the same answer as what was one.
func (p *Pages) DoRenew(r *web.Request) (web.Answer, error) {
	l := read(r)
	if l.firm == "" {
		return web.See(sentPath(sentLink)), nil
	}
	err := p.Invitations.Renew(r.Context(), l.firm, l.token, r.Source)
	switch {
	case err == nil || fault.Is(err, fault.NotFound):
		return web.See(sentPath(sentLink)), nil
	case fault.Is(err, fault.Busy):
		return p.again(r, err), nil
	}
	return nil, err
}

// Password shows the form behind a colleague's link.
func (p *Pages) Password(r *web.Request) (web.Answer, error) {
	l := read(r)
	v, err := p.peek(r, l)
	switch {
	case err != nil:
		return nil, err
	case v.State != invitation.Valid:
		return p.spent(r), nil
	case !v.Password:
		return web.See(other(l, v)), nil
	}
	page := p.password(r, v)
	page.Secret.Focus = true
	return web.Show(passwordTemplate, page), nil
}

func (p *Pages) password(r *web.Request, v invitation.View) PasswordPage {
	return PasswordPage{
		Base: p.firmBase(r, r.Printer.T("door.choose"), v), From: v.FirmName, Email: v.Email,
		Secret: newPassword(r, account.Person{}), Post: r.URL.EscapedPath(),
	}
}

// DoPassword sets the chosen password and signs in.
func (p *Pages) DoPassword(r *web.Request) (web.Answer, error) {
	l := read(r)
	if l.firm == "" {
		return p.spent(r), nil
	}
	token, _, err := p.Invitations.UsePassword(r.Context(), l.firm, l.token, r.Value("password"), from(r))
	next := firmPath(l.firm) + "?done=password_chosen"
	if second, asked := halted(r, err, next); asked {
		return second, nil
	}
	switch {
	case err == nil:
		return r.Begin(token, next), nil
	case spent(err):
		return p.spent(r), nil
	case !fault.Is(err, fault.Invalid):
		return nil, err
	}
	v, seen := p.peek(r, l)
	if seen != nil {
		return nil, seen
	}
	page := p.password(r, v)
	correct(r, &page.Secret, err)
	return web.Again(passwordTemplate, page, err), nil
}
