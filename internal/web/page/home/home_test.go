package home_test

import (
	"testing"

	"cenacle/internal/i18n"
	"cenacle/internal/web/page/home"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

func TestTemplate(t *testing.T) { uitest.Check(t, home.Template) }

func TestHomeSaysAndOffers(t *testing.T) {
	b := ui.Base{Printer: uitest.Printer(t, i18n.French), Title: "Accueil", Legal: []ui.Link{{Href: "/legal", Label: "Mentions légales"}}}
	page := uitest.Render(t, home.Template, home.Page{Base: b, SignUp: "/sign-up", SignIn: "/sign-in"})
	page.One("h1").Says("et avec la preuve de tout")
	page.One("main a[href=/sign-up]")
	page.One("main a[href=/sign-in]")
	page.One("footer a[href=/legal]")
	closed := uitest.Render(t, home.Template, home.Page{Base: b, SignIn: "/sign-in"})
	closed.Lacks("main a[href=/sign-up]")
}
