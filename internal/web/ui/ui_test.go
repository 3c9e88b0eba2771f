package ui_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

type letter struct {
	ui.Base
	Field   ui.Field
	Memo    ui.Memo
	Circles ui.Circles
}

func files(main string) fs.FS {
	return fstest.MapFS{"letter.tmpl": {Data: []byte(`{{define "main"}}` + main + `{{end}}`)}}
}

func parse(t *testing.T, main string) *ui.Template[letter] {
	t.Helper()
	tmpl := ui.Parse[letter](files(main), "letter.tmpl")
	if _, err := tmpl.Clone(); err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func base(t *testing.T, l i18n.Language) ui.Base {
	return ui.Base{
		Printer: uitest.Printer(t, l), Title: "Titre", Firm: "Cabinet <Delmas>",
		Now:       time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC),
		Languages: ui.LanguageLinks(l, func(c i18n.Language) string { return "/?language=" + string(c) }),
	}
}

func TestRenderSpeaksBothLanguages(t *testing.T) {
	tmpl := parse(t, `<p id="w">{{t "ui.unread"}} · {{.T "ui.print"}}</p>`)
	for l, want := range map[i18n.Language]string{i18n.French: "Non lu · Imprimer", i18n.English: "Unread · Print"} {
		page := uitest.Render(t, tmpl, letter{Base: base(t, l)})
		page.One("html").Is("lang", string(l))
		page.One("#w").Says(want)
		page.One("nav.languages [aria-current]").Is("lang", string(l))
		page.One("title").Says("Titre – Cabinet <Delmas>")
	}
}

func TestLayouts(t *testing.T) {
	tmpl := parse(t, `<h1>{{.Title}}</h1>`)
	for _, layout := range []ui.Layout{ui.Public, ui.Desk, ui.Client} {
		b := base(t, i18n.French)
		b.Layout, b.Demo = layout, true
		b.Nav = []ui.Section{{Key: "spaces", Href: "/spaces", Label: "Espaces", Count: 2}}
		b.Section, b.Person, b.SignOut = "spaces", "Me Hélène Delmas", "/sign-out"
		page := uitest.Render(t, tmpl, letter{Base: b})
		page.One("a.skip").Is("href", "#main")
		page.One("main#main h1").Says("Titre")
		page.One("footer")
		page.One("aside.ribbon")
		page.Lacks("[style]")
		if layout == ui.Desk {
			page.One("nav.sections a[aria-current=page]").Is("href", "/spaces")
		}
		if layout != ui.Public {
			page.One(`form[method=post][action=/sign-out] button`)
		}
	}
}

func TestRenderRefusesHalfAPage(t *testing.T) {
	var b strings.Builder
	if err := parse(t, "x").Render(&b, letter{}); err == nil || b.Len() > 0 {
		t.Errorf("without a Printer: got %v and %d bytes, want an error and nothing", err, b.Len())
	}
	tmpl := parse(t, `{{icon "no-such-icon"}}`)
	if err := tmpl.Render(&b, letter{Base: base(t, i18n.French)}); err == nil || b.Len() > 0 {
		t.Errorf("with a failing template: got %v and %d bytes, want an error and nothing", err, b.Len())
	}
	tmpl = ui.Parse[letter](fstest.MapFS{"a.tmpl": {Data: []byte("x")}}, "a.tmpl")
	if err := tmpl.Render(&b, letter{Base: base(t, i18n.French)}); err == nil || b.Len() > 0 {
		t.Errorf("without main: got %v and %d bytes, want an error and nothing", err, b.Len())
	}
}

func TestFieldIsWired(t *testing.T) {
	tmpl := parse(t, `{{template "field" .Field}}`)
	f := ui.Field{Kind: ui.Email, Name: "email", Label: "Adresse", Hint: "Celle du courriel", Error: "Manque l’arobase", Value: `"><script>`}
	page := uitest.Render(t, tmpl, letter{Base: base(t, i18n.French), Field: f})
	input := page.One("input#f-email")
	input.Is("aria-describedby", "f-email-hint f-email-error")
	input.Is("aria-invalid", "true")
	input.Is("value", `"><script>`)
	page.One("label[for=f-email]").Says("Adresse")
	page.One("#f-email-error").Says("Manque l’arobase")
	page.One("#f-email-hint")
}

func TestMemoStaysText(t *testing.T) {
	tmpl := parse(t, `<ol class="thread">{{template "memo" .Memo}}</ol>`)
	page := uitest.Render(t, tmpl, letter{Base: base(t, i18n.French), Memo: ui.Memo{
		Author: "Me Leroy", Body: "un\n<b>deux</b>", ReplyBy: "2026-12-04", Awaited: true, Internal: true, Audience: "personne d’autre"}})
	page.One(".memo-body p").Says("un <b>deux</b>")
	page.Lacks(".memo-body b")
	page.One(".memo-awaited").Says("Votre réponse est attendue pour le vendredi 4 décembre 2026")
	page.Silent("personne d’autre")
}

func TestMemoIsSetOut(t *testing.T) {
	tmpl := parse(t, `<ol class="thread">{{template "memo" .Memo}}</ol>`)
	page := uitest.Render(t, tmpl, letter{Base: base(t, i18n.French), Memo: ui.Memo{Author: "Me Leroy", Body: "# Audience\n\n" +
		"Apportez **l’original**, _non signé_ :\n\n1. l’acte\n3. le bail\n   - et ses annexes\n\n> Article 4\n\n---\n\n[Plan](https://exemple.fr/plan \"a\\\"b\") ![x](https://exemple.fr/x.png)"}})
	page.One(".memo-body p.memo-heading").Says("Audience")
	page.One(".memo-body strong").Says("l’original")
	page.One(".memo-body em").Says("non signé")
	page.One(".memo-body ol li[value='3'] ul li").Says("et ses annexes")
	page.One(".memo-body blockquote").Says("Article 4")
	page.One(".memo-body hr")
	page.One(".memo-body a[href='https://exemple.fr/plan']").Is("rel", "noopener noreferrer nofollow")
	page.Lacks(".memo-body img")
}

// OUT-01: a hostile memo makes no element, no attribute and no address of its own.
func TestOUT01_HostileMemo(t *testing.T) {
	tmpl := parse(t, `<ol class="thread">{{template "memo" .Memo}}</ol>`)
	for _, body := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x\"onerror=alert(1)](https://a.fr/x)", "[x](javascript:alert(1))",
		"[x](https://a.fr/\"onmouseover=alert\\(1\\)//)", "<https://a.fr/\"onclick=alert(1)>", "[<svg/onload=alert(1)>](https://a.fr)",
		"[x](https://a.fr 'q\"onclick=alert(1)')", "> <iframe srcdoc='<script>alert(1)</script>'>", "- <style>*{background:url(//a.fr)}</style>",
		"1. {{template \"blocks\"}}", "</p></div></article><form action=//a.fr>", "**<b onclick=alert(1)>**", "[x](data:text/html,<script>alert(1)</script>)",
	} {
		page := uitest.Render(t, tmpl, letter{Base: base(t, i18n.French), Memo: ui.Memo{Author: "Me Leroy", Body: body}})
		for _, made := range []string{"script", "img", "svg", "iframe", "style", "form", "b", "[onclick]", "[onerror]", "[onload]", "[onmouseover]", "[srcdoc]", "[src]", "[title]"} {
			page.Lacks(".memo-body " + made)
		}
		for _, a := range page.All(".memo-body a") {
			if to := a.Attr("href"); to != "https://a.fr" && !strings.HasPrefix(to, "https://a.fr/") {
				t.Errorf("%s leads to %s", body, to)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	p := uitest.Printer(t, i18n.French)
	var wrong fault.Fields
	wrong.Add("email", "item.no_circle")
	wrong.Add("", "fault.absent")
	email, name := ui.Field{Name: "email", Focus: true}, ui.Field{Name: "name"}
	summary := ui.Refuse(p, wrong).Mark(&email, &name)
	if email.Error == "" || name.Error != "" || email.Focus {
		t.Errorf("marked %q and %q, focus %v", email.Error, name.Error, email.Focus)
	}
	if len(summary.Lines) != 2 || summary.Lines[1].Href != "#f-email" || summary.Lines[0].Href != "" {
		t.Errorf("summary: %+v", summary.Lines)
	}
	if s := ui.Refuse(p, nil).Mark(&email); len(s.Lines) != 0 || email.Error != "" {
		t.Errorf("no error: %+v, %q", s, email.Error)
	}

	circles := ui.Circles{Name: "circle", ID: "reply-circle"}
	back := ui.Refuse(p, fault.New(fault.Invalid, "item.no_circle").In("circle"))
	back.Ask(&circles)
	if s := back.Mark(&email); circles.Error == "" || len(s.Lines) != 1 || s.Lines[0].Href != "#reply-circle" {
		t.Errorf("circles %q, summary %+v", circles.Error, s.Lines)
	}
	page := uitest.Render(t, parse(t, `{{template "circles" .Circles}}`), letter{Base: base(t, i18n.French), Circles: circles})
	page.One("fieldset#reply-circle").Is("aria-describedby", "reply-circle-error")
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Mme Claire Petit": "CP", "Me Leroy": "L", "M. Jean de La Fontaine": "JF", "": "", "Élodie Œuvrard": "ÉŒ", "42": "",
	} {
		if got := ui.Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestMediaIcon(t *testing.T) {
	for media, want := range map[string]ui.Icon{
		"application/pdf": "file-type-pdf", "image/jpeg": "photo", "text/plain; charset=utf-8": "file-text", "": "file",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "file-type-doc", "message/rfc822": "mail",
		"application/vnd.ms-excel": "table", "application/zip": "file-zip", "application/x-unknown": "file",
	} {
		if got := ui.MediaIcon(media); got != want {
			t.Errorf("MediaIcon(%q) = %q, want %q", media, got, want)
		}
	}
}
