package mailbox_test

import (
	"net/http"
	"testing"

	"cenacle/internal/id"
	"cenacle/internal/mail"
	"cenacle/internal/web"
	"cenacle/internal/web/page/mailbox"
	"cenacle/internal/web/webtest"
)

func open(t *testing.T) (*webtest.Site, *mail.Mailbox) {
	t.Helper()
	var box *mail.Mailbox
	site := webtest.New(t, func(s *webtest.Site) []web.Route {
		var err error
		if box, err = mail.OpenMailbox(t.TempDir(), s.Office.Ring.Directory()); err != nil {
			t.Fatal(err)
		}
		p := &mailbox.Pages{Mailbox: box}
		return []web.Route{
			{Pattern: "GET /demo/mails", Handle: p.List, Why: "a test"},
			{Pattern: "GET /demo/mails/{mail}", Handle: p.Show, Why: "a test"},
		}
	})
	return site, box
}

func TestMailsAreRead(t *testing.T) {
	s, box := open(t)
	b := s.Browser()
	b.Get("/demo/mails").Answers(t, http.StatusOK, "").One(".empty").Says("Aucun message")
	job := id.New[id.Job](s.Clock.Now())
	err := box.Send(t.Context(), mail.Message{
		ID: string(job) + "@ours.example", Date: s.Clock.Now(), From: "cenacle@ours.example", FromName: "Cabinet <Delmas>", To: "claire@mail.example",
		Subject: "Un élément vous attend", Language: "fr",
		Text:  "Bonjour <b>.\n\nOuvrez cette page :\n" + s.URL + "/l/abc/def\nhttps://evil.example/\n",
		Files: []mail.File{{Name: "lettre _b_.pdf", Media: "application/pdf", Data: make([]byte, 3<<10)}},
		HTML:  `<p>HTML part <img src="https://evil.example/pixel"></p>`,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/demo/mails/" + string(job)
	list := b.Get("/demo/mails").Answers(t, http.StatusOK, "")
	list.One(".mail a[href=" + path + "]").Says("Un élément vous attend")
	list.One(".mail").Says("Cabinet <Delmas>")
	list.One(".mail").Says("claire@mail.example")
	page := b.Get(path).Answers(t, http.StatusOK, "")
	page.One("h1").Says("Un élément vous attend")
	page.One("article a").Is("href", "/l/abc/def")
	page.One(".mail-text").Says("https://evil.example/")
	page.One(".mail-text").Says("Bonjour <b>.")
	page.One(".mail-facts").Says("lettre _b_.pdf (3,1\u00a0ko)")
	page.Lacks("article img")
	page.Silent("HTML part", "pixel")
	page.One(".crumbs a[href=/demo/mails]")
}

func TestUnknownMailIsAbsent(t *testing.T) {
	s, _ := open(t)
	for _, path := range []string{"/demo/mails/nothing", "/demo/mails/" + string(id.New[id.Job](s.Clock.Now())), "/demo/mails/..%2F..%2Froot.key"} {
		s.Browser().Get(path).Answers(t, http.StatusNotFound, "")
	}
}
