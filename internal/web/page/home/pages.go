package home

import (
	"context"
	"net/http"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Pages answers before anyone is known. Ready asks the database whether it
// answers; it is called at each request of /healthz.
type Pages struct {
	Own    web.Handler // the top of the name of a firm
	Host   Host
	Source string // where the source text of the running program is offered (AGPL, section 13)
	Ready  func(context.Context) error
}

// Host is what French law asks of whoever publishes a service to the public
// (LCEN, article 1-1; code de la consommation, article R. 616-1), as the host wrote
// it. What is empty is shown as missing, never made up.
type Host struct {
	Publisher string // name, legal form and capital, registration number
	Address   string // of the seat
	Contact   string // telephone and e-mail
	Director  string // director of publication
	Hosting   string // who keeps the machines: name, address, telephone
	Mediator  string // consumer mediator of the host's own customers
}

// LegalPage is the legal notice and, at #mediator, who settles disputes.
type LegalPage struct {
	ui.Base
	Lines    []Line
	Mediator Line
	Missing  bool // the host has not written everything yet
	Source   string
}

// Line is one thing the law asks for. An empty text is missing.
type Line struct{ Label, Text string }

// LegalTemplate renders [LegalPage].
var LegalTemplate = ui.Parse[LegalPage](files, "legal.tmpl")

// Show shows the home page; at the name of a firm, the top of that.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	if r.Source.At != "" {
		return p.Own(r)
	}
	page := Page{Base: r.Base(ui.Public, r.Printer.T("home.title")), SignUp: "/signup", SignIn: "/signin", Source: p.Source}
	return web.Show(Template, page), nil
}

// Legal shows the legal notice as far as the host has written it.
func (p *Pages) Legal(r *web.Request) (web.Answer, error) {
	t := r.Printer.T
	page := LegalPage{
		Base: r.Base(ui.Public, t("home.legal")), Source: p.Source,
		Lines: []Line{
			{t("home.publisher"), p.Host.Publisher}, {t("home.address"), p.Host.Address}, {t("home.contact"), p.Host.Contact},
			{t("home.director"), p.Host.Director}, {t("home.hosting"), p.Host.Hosting},
		},
		Mediator: Line{t("home.host_mediator"), p.Host.Mediator},
	}
	for _, l := range append(page.Lines, page.Mediator) {
		page.Missing = page.Missing || l.Text == ""
	}
	return web.Show(LegalTemplate, page), nil
}

// Language remembers the language in the reader's own browser and goes back to
// the page she was on, which is always one of ours.
func (p *Pages) Language(r *web.Request) (web.Answer, error) {
	chosen, known := i18n.Parse(r.PathValue("code"))
	if !known {
		return nil, fault.Absent()
	}
	next := web.Local(r.URL.Query().Get("next"))
	if next == "" {
		next = "/"
	}
	return web.SetLanguage(chosen, next), nil
}

// Health answers "ok" while the program can serve, which takes its database.
func (p *Pages) Health(r *web.Request) (web.Answer, error) {
	if err := p.Ready(r.Context()); err != nil {
		return nil, fault.New(fault.Unavailable, "fault.unavailable").Because(err)
	}
	return web.Answering(func(w http.ResponseWriter, _ *web.Request) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := w.Write([]byte("ok\n"))
		return err
	}), nil
}
