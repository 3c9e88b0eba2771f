package door

import (
	"errors"
	"net/url"

	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// CodePage asks for the second step of a sign-in, whatever the first was.
type CodePage struct {
	ui.Base
	Next string // page of ours she was on her way to, or empty
	Code ui.Field
	Key  *KeyForm // nil where no passkeys are offered
}

var codeTemplate = ui.Parse[CodePage](files, "code.tmpl", "passkey.tmpl")

const codePath = signInPath + "/code"

// maxCode is longer than a recovery code with its hyphens and some spaces.
const maxCode = 40

// halted leads to the second step when err says that there is one; next is where
// she was heading.
func halted(r *web.Request, err error, next string) (web.Answer, bool) {
	var half *account.Unfinished
	if !errors.As(err, &half) {
		return nil, false
	}
	to := codePath
	if next != "" {
		to += "?" + url.Values{"next": {next}}.Encode()
	}
	return r.Halt(half.Challenge, to), true
}

// Code shows the form of the second step to whoever has done the first.
func (p *Pages) Code(r *web.Request) (web.Answer, error) {
	if r.Step() == "" {
		return web.See(signInPath), nil
	}
	return web.Show(codeTemplate, p.code(r, r.URL.Query().Get("next"))), nil
}

func (p *Pages) code(r *web.Request, next string) CodePage {
	page := CodePage{Base: base(r, ui.Public, r.Printer.T("door.code"), codePath), Next: web.Local(next)}
	page.Key = p.keyForm(r, page.Next)
	page.Code = ui.Field{
		Kind: ui.Code, Name: "code", Label: r.Printer.T("door.code_label"), Hint: r.Printer.T("door.code_hint"), Length: maxCode, Focus: true,
	}
	return page
}

// DoCode takes the code and goes on; a code that does not fit, and a sign-in
// that took too long, come back to the form, from where she can start again.
func (p *Pages) DoCode(r *web.Request) (web.Answer, error) {
	page := p.code(r, r.Value("next"))
	token, session, err := p.Accounts.Finish(r.Context(), r.Step(), r.Value("code"), from(r))
	switch {
	case err == nil:
		return p.begin(r, token, session, onward(session, page.Next)), nil
	case !mended(err):
		return nil, err
	}
	if fault.Is(err, fault.Unauthenticated) {
		page.Code.Off = true // no code will do any more
	}
	correct(r, &page.Code, err)
	return web.Again(codeTemplate, page, err), nil
}

// onward is where a session that has just begun goes: to where she was heading,
// or into the one space of a link.
func onward(s account.Session, next string) string {
	switch {
	case s.Via.Linked():
		return spacePath(s.Firm, s.Space)
	case next != "":
		return next
	}
	return enterPath
}
