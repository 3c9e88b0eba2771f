package door

import (
	"cenacle/internal/account"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// SignUpPage is the one form that opens a firm.
type SignUpPage struct {
	ui.Base
	Summary ui.Summary
	Office  ui.Field
	Name    ui.Field
	Email   ui.Field
	Secret  ui.Field
}

var signUpTemplate = ui.Parse[SignUpPage](files, "signup.tmpl")

const signUpPath = "/signup"

// SignUp shows the form.
func (p *Pages) SignUp(r *web.Request) (web.Answer, error) {
	if r.SignedIn && r.Session.Via.Own() {
		return web.See(enterPath), nil
	}
	page := signUp(r)
	page.Office.Focus = true
	return web.Show(signUpTemplate, page), nil
}

func signUp(r *web.Request) SignUpPage {
	t := r.Printer.T
	page := SignUpPage{
		Base:   base(r, ui.Public, t("door.sign_up"), signUpPath),
		Office: ui.Field{Name: "firm", Label: t("door.firm"), Hint: t("door.firm_hint"), Autocomplete: "organization", Length: 160},
		Name:   ui.Field{Name: "name", Label: t("door.name"), Hint: t("door.name_hint"), Autocomplete: "name", Length: 160},
		Email:  email(t("door.work_email")),
		Secret: newPassword(r, account.Person{}),
	}
	page.Email.Hint = t("door.work_email_hint")
	return page
}

// DoSignUp opens the firm; its founder stands in it, signed in.
func (p *Pages) DoSignUp(r *web.Request) (web.Answer, error) {
	page, source := signUp(r), from(r)
	page.Office.Value, page.Name.Value, page.Email.Value = r.Value("firm"), r.Value("name"), r.Value("email")
	founded, err := p.Lifecycle.SignUp(r.Context(), lifecycle.SignUp{
		FirmName: page.Office.Value, Name: page.Name.Value, Email: page.Email.Value, Password: r.Value("password"),
		Language: r.Printer.Language(), From: &source,
	})
	if err == nil {
		return r.Begin(founded.Token, firmPath(founded.Firm)+"?done=firm_opened"), nil
	}
	if !mended(err) {
		return nil, err
	}
	page.Summary = ui.Refuse(r.Printer, err).Mark(&page.Office, &page.Name, &page.Email, &page.Secret)
	return web.Again(signUpTemplate, page, err), nil
}
