// Package door is what stands before a space: signing in, in one step or two,
// and up, the page behind a mailed link, choosing a password, and the pages where
// a person sees and ends her own sessions and keeps her own means of signing in.
//
// It decides nothing: packages account, invitation and lifecycle do. It refuses
// to let a GET change anything, to say whether an address or a link is known,
// and to lead anywhere but to pages of this site. Start at [Pages.SignIn] and
// [Pages.Link].
package door

import (
	"embed"
	"net/http"

	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/provider"
	"cenacle/internal/token"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers before any firm is entered. Mails says that the messages of
// this server can be read at /demo/mails.
type Pages struct {
	Accounts    *account.Service
	Firms       *firm.Service
	Tokens      *token.Service
	Invitations *invitation.Service
	Lifecycle   *lifecycle.Service
	Providers   *provider.Service
	Mails       bool
}

const (
	signInPath = "/signin"
	enterPath  = "/enter"
	mailsPath  = "/demo/mails"
)

func firmPath(f id.Firm) string { return "/f/" + string(f) }

func spacePath(f id.Firm, s id.Space) string { return firmPath(f) + "/spaces/" + string(s) }

// base is the frame of a page that lives at path, which is not always the
// address that a form was posted to: a change of language leads to path.
func base(r *web.Request, layout ui.Layout, title, path string) ui.Base {
	b := r.Base(layout, title)
	b.Path = path
	b.Languages = ui.LanguageLinks(r.Printer.Language(), func(l i18n.Language) string { return r.LanguagePath(l, path) })
	return b
}

// from is where a new session starts; the one it takes the place of ends.
func from(r *web.Request) account.Source {
	s := r.Source
	s.Former, s.Device = r.Token, r.Device()
	return s
}

// begin gives the browser the session of somebody who has just signed in. From a
// browser that she never used, she is told by mail; when that cannot be written
// down, she hears so in her session, which is open. A full disk keeps nobody from
// reading: the mail is then what is missing, and the operator hears of the disk.
func (p *Pages) begin(r *web.Request, token string, s account.Session, next string) web.Answer {
	return p.begun(r, token, s, web.See(next))
}

func (p *Pages) begun(r *web.Request, token string, s account.Session, then web.Answer) web.Answer {
	if s.Strange {
		if err := p.Lifecycle.DeviceMet(r.Context(), s); err != nil && !fault.Is(err, fault.NoSpace) {
			return r.BeginWith(token, web.Answering(func(http.ResponseWriter, *web.Request) error { return err }))
		}
	}
	return r.BeginWith(token, then)
}

// mended reports whether a fault is one that the person puts right in the form
// she has just sent, or by waiting in front of it.
func mended(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unauthenticated, fault.Conflict, fault.Busy:
		return true
	}
	return false
}

// correct asks for the one answer of a form that was refused, where the reader
// is led.
func correct(r *web.Request, f *ui.Field, err error) {
	f.Error, f.Focus = r.Printer.Fault(err), true
}

func email(label string) ui.Field {
	return ui.Field{Kind: ui.Email, Name: "email", Label: label, Autocomplete: "username", Length: 254}
}

// newPassword asks for a password of somebody, its rule said before.
func newPassword(r *web.Request, of account.Person) ui.Field {
	return ui.Field{
		Kind: ui.Password, Name: "password", Autocomplete: "new-password",
		Label: r.Printer.T("door.new_password"), Hint: r.Printer.N("door.password_rule", of.Least()),
	}
}
