package door

import (
	"cenacle/internal/fault"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// SignInPage asks who someone is: by her passkey, by her password, or by a link to
// her mailbox.
type SignInPage struct {
	ui.Base
	Next    string  // page of ours she was on her way to, or empty
	House   string  // the firm whose door it is, or empty
	Offers  []Offer // who vouches for its people
	Notice  string  // what it says of itself there
	Mediate string  // and of its mediator
	Email   ui.Field
	Secret  ui.Field
	Address ui.Field // of the second form
	Key     *KeyForm // nil where no passkeys are offered
	Refused string   // what was wrong with a passkey, or empty
	SignUp  string
}

// SentPage says that a mail may have left, in the same words whoever asked.
type SentPage struct {
	ui.Base
	Said  string
	Mails string // where a demonstration shows its mails, or empty
}

var (
	signInTemplate = ui.Parse[SignInPage](files, "signin.tmpl", "passkey.tmpl", "offer.tmpl")
	sentTemplate   = ui.Parse[SentPage](files, "sent.tmpl")
)

// The values of the parameter "sent", and what the page then says.
const (
	sentAddress = "address"
	sentLink    = "link"
)

func sentPath(what string) string { return signInPath + "?sent=" + what }

// SignIn shows the two forms. Whoever has signed in goes on; one who came by a
// link may still want to, and one who is led here to show again who she is.
func (p *Pages) SignIn(r *web.Request) (web.Answer, error) {
	switch sent := r.URL.Query().Get("sent"); sent {
	case sentAddress, sentLink:
		return p.sent(r, sent), nil
	}
	page := p.signIn(r, r.URL.Query().Get("next"))
	if r.SignedIn && r.Session.Via.Own() && r.URL.Query().Get("again") == "" {
		if page.Next != "" {
			return web.See(page.Next), nil
		}
		return web.See(enterPath), nil
	}
	return web.Show(signInTemplate, page), nil
}

func (p *Pages) signIn(r *web.Request, next string) SignInPage {
	next = web.Local(next)
	page := SignInPage{Next: next}
	if r.Source.At == "" { // at the name of one firm nobody opens another
		page.SignUp = "/signup"
	}
	page.Base = base(r, ui.Public, r.Printer.T("door.sign_in"), signInPath)
	page.Email = email(r.Printer.T("door.email"))
	page.Email.Focus = true
	page.Secret = ui.Field{Kind: ui.Password, Name: "password", Label: r.Printer.T("door.password"), Autocomplete: "current-password"}
	page.Key = p.keyForm(r, next)
	page.Address = email(r.Printer.T("door.email"))
	page.Address.ID = "f-address"
	page.Address.Autocomplete = "email"
	return page
}

// DoSignIn opens a session by password. What it answers to a wrong address and
// to a wrong password is the same page.
func (p *Pages) DoSignIn(r *web.Request) (web.Answer, error) {
	page := p.signIn(r, r.Value("next"))
	page.Email.Value = r.Value("email")
	token, session, err := p.Accounts.SignIn(r.Context(), page.Email.Value, r.Value("password"), from(r))
	if err == nil {
		return p.begin(r, token, session, onward(session, page.Next)), nil
	}
	if second, asked := halted(r, err, page.Next); asked {
		return second, nil
	}
	if !mended(err) {
		return nil, err
	}
	wrong := &page.Secret
	if fault.Is(err, fault.Invalid) {
		wrong = &page.Email // it is no address at all
	}
	page.Email.Focus = false
	correct(r, wrong, err)
	return web.Again(signInTemplate, page, err), nil
}

// DoRenewByEmail mails links to whoever has the mailbox, if anyone has.
func (p *Pages) DoRenewByEmail(r *web.Request) (web.Answer, error) {
	page := p.signIn(r, r.Value("next"))
	page.Address.Value = r.Value("email")
	err := p.Invitations.RenewByEmail(r.Context(), page.Address.Value, r.Source)
	if err == nil {
		return web.See(sentPath(sentAddress)), nil
	}
	if !mended(err) {
		return nil, err
	}
	page.Email.Focus = false
	correct(r, &page.Address, err)
	return web.Again(signInTemplate, page, err), nil
}

func (p *Pages) sent(r *web.Request, what string) web.Answer {
	page := SentPage{Said: r.Printer.T("door.sent." + what)}
	page.Base = base(r, ui.Public, r.Printer.T("door.sent"), sentPath(what))
	if p.Mails {
		page.Mails = mailsPath
	}
	return web.Show(sentTemplate, page)
}

// DoSignOut ends the session of this browser.
func (p *Pages) DoSignOut(r *web.Request) (web.Answer, error) {
	if err := p.Accounts.SignOut(r.Context(), r.Token); err != nil {
		return nil, err
	}
	return r.End(signInPath + "?done=signed_out"), nil
}
