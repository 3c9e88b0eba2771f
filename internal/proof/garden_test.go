package proof

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/id"
)

// stem begins every planted text, so that one search finds them all.
const stem = "qzkanari"

// garden is a firm at work in which everything that anybody typed can be
// recognised.
type garden struct {
	*world
	planted map[string]string // what, by the text
	tokens  []string          // that the product made: of sessions and links
	lead    *person
	office  *cabinet
	rooms   []room
	clients []*person

	secrets  []string // of webhooks
	listener *listener
	figures  string // where the figures are read; "" for nowhere
}

// plant makes a text that occurs nowhere else.
func (g *garden) plant(what string) string {
	text := stem + strings.ToLower(rand.Text()[:10])
	g.planted[text] = what
	return text
}

func (g *garden) with(b browser, c call) answer {
	g.t.Helper()
	return b.do(c.with("User-Agent", "Mozilla/5.0 "+g.plant("user agent"), "X-Forwarded-For", g.plant("forwarded"), "Referer", "https://"+g.plant("referer")+".example/"))
}

// grow plays everything that people do, by the pages where pages exist.
func grow(w *world) *garden {
	w.t.Helper()
	g := &garden{world: w, planted: map[string]string{}}
	g.founding()
	g.connect()
	for range 4 {
		g.opening()
	}
	for n := range g.rooms {
		g.papers(g.rooms[n], g.clients[n])
		g.talk(g.rooms[n], g.clients[n])
	}
	g.automate()
	g.mount()
	g.ask()
	g.mistakes()
	w.pass(5 * time.Minute)
	return g
}

// founding signs a firm up by the form, signs in again, and adds colleagues who
// choose their passwords by their links.
func (g *garden) founding() {
	g.t.Helper()
	secret, email := g.plant("password"), g.plant("e-mail")+"@delmas.example"
	b := g.nobody()
	in := g.with(b, post("/signup", "firm", "Cabinet "+g.plant("firm"), "name", "Me "+g.plant("lawyer"), "email", email, "password", secret))
	if in.status != http.StatusSeeOther {
		g.t.Fatalf("sign-up: %d %s", in.status, in.text())
	}
	g.tokens = append(g.tokens, in.session())
	again := g.with(b, post("/signin", "email", email, "password", secret))
	b.token = again.session()
	g.tokens = append(g.tokens, b.token)
	session, err := g.server.Accounts.Resume(g.t.Context(), b.token)
	g.must(err)
	firms, err := g.server.Accounts.Firms(g.t.Context(), session.Person)
	g.must(err)
	stands, err := g.server.Firms.Stand(g.t.Context(), session, firms[0])
	g.must(err)
	g.lead = &person{browser: b, id: session.Person, email: email, actor: stands.Actor}
	g.office = &cabinet{w: g.world, id: firms[0], admin: g.lead}
	for range 3 {
		email := g.plant("e-mail") + "@delmas.example"
		g.want(g.lead.browser, post(g.office.path("people"), "name", "Me "+g.plant("colleague"), "email", email, "role", "lawyer"))
		token := g.mailed("/p/", email)
		g.tokens = append(g.tokens, token)
		chosen := g.with(g.nobody(), post("/p/"+string(g.office.id)+"/"+token, "password", g.plant("password")))
		g.tokens = append(g.tokens, chosen.session())
	}
}

// want sends a form that leads on.
func (g *garden) want(b browser, c call) answer {
	g.t.Helper()
	a := g.with(b, c)
	if a.status != http.StatusSeeOther && a.status != http.StatusNoContent && a.status != http.StatusCreated {
		g.t.Fatalf("%s %s: %d %s", c.method, c.path, a.status, a.text())
	}
	return a
}

// opening opens a space by the form, and its client comes by her link.
func (g *garden) opening() {
	g.t.Helper()
	email := g.plant("e-mail") + "@client.example"
	a := g.want(g.lead.browser, post(g.office.path("spaces", "new"), "name", "Mme "+g.plant("client"), "email", email,
		"model", "divorce", "space", "Affaire "+g.plant("space")))
	of := regexp.MustCompile(`/spaces/([0-9a-z]{26})`).FindStringSubmatch(a.header.Get("Location"))[1]
	r := g.office.furnish(g.lead, id.Space(of))
	token := g.mailed("/l/", email)
	come := g.want(g.nobody(), post("/l/"+string(g.office.id)+"/"+token))
	g.tokens = append(g.tokens, token, come.session())
	known, err := g.server.Accounts.Find(g.t.Context(), email)
	g.must(err)
	p := &person{browser: g.nobody(), id: known.ID, email: email, actor: authz.Actor{Person: known.ID, Firm: g.office.id, Role: authz.Outsider, Scope: r.id, Via: authz.ViaLink}}
	p.token = come.session()
	g.want(p.browser, post("/account/password", "password", g.plant("password"))) // ends the link's session
	p.browser = g.office.through(p, r.id)
	g.tokens = append(g.tokens, p.token)
	g.want(g.lead.browser, post(g.office.path("spaces", of, "people"), "name", "M. "+g.plant("guest"), "email", g.plant("e-mail")+"@tiers.example", "role", "guest"))
	g.want(g.lead.browser, post(g.office.path("spaces", of, "name"), "name", "Affaire "+g.plant("space")))
	g.rooms, g.clients = append(g.rooms, r), append(g.clients, p)
}

// papers files, deposits, replaces, renames and leaves an upload unfinished.
func (g *garden) papers(r room, client *person) {
	g.t.Helper()
	space := g.office.path("spaces", string(r.id))
	for range 4 {
		g.want(g.lead.browser, file(space+"/files", g.plant("file name")+".pdf", g.words(400), "tray", "firm", "folder", string(r.shelf), "circle", string(r.house.Client)))
		g.want(client.browser, file(space+"/files", g.plant("file name")+".jpg", g.words(10_000), "tray", "client"))
	}
	docs := regexp.MustCompile(`/documents/([0-9a-z]{26})">`+stem+`[a-z0-9]+\.pdf`).FindAllStringSubmatch(string(g.lead.do(get(space)).body), -1)
	doc := docs[0][1]
	g.want(g.lead.browser, post(space+"/documents/"+doc+"/name", "title", g.plant("title")))
	for _, d := range docs[:2] {
		client.do(get(space + "/documents/" + d[1]))
		client.do(get(space + "/documents/" + d[1] + "/file"))
	}
	g.want(client.browser, post(space+"/deposit/close"))
	g.want(client.browser, file(space+"/files", g.plant("file name")+".txt", g.words(5), "tray", "client"))
	for _, by := range []*person{g.lead, client} {
		tray := map[bool]string{true: "firm", false: "client"}[by == g.lead]
		begun := g.want(by.browser, create(space+"/uploads", "900000", "filename", g.plant("file name")+".zip", "tray", tray))
		g.want(by.browser, patch(begun.header.Get("Location"), "0", g.words(10_000)))
	}
	g.want(g.lead.browser, file(space+"/files", g.plant("file name")+".odt", g.words(300), "tray", "firm", "replaces", doc, "reason", g.plant("reason")))
}

// words is a content that consists of planted texts.
func (g *garden) words(times int) []byte {
	return []byte(strings.Repeat(g.plant("content")+" ", times))
}

// talk writes memos to the client, among colleagues and back, and leaves drafts.
func (g *garden) talk(r room, client *person) {
	g.t.Helper()
	space := g.office.path("spaces", string(r.id))
	for range 3 {
		g.want(g.lead.browser, post(space+"/memos", "subject", g.plant("subject"), "body", g.plant("memo"), "circle", string(r.house.Client)))
		g.want(g.lead.browser, post(space+"/memos", "subject", g.plant("subject"), "body", g.plant("internal memo"), "circle", string(r.house.Firm)))
		g.want(client.browser, post(space+"/memos", "subject", g.plant("subject"), "body", g.plant("memo")))
	}
	g.want(g.lead.browser, post(space+"/agenda", "kind", "hearing", "title", g.plant("event"), "place", g.plant("place"), "note", g.plant("note"), "day", "2026-12-10", "circle", string(r.house.Client)))
	g.want(g.lead.browser, post(space+"/agenda/deadline", "rule", "appeal", "fact", "2026-12-03", "day", "2026-12-31", "why", g.plant("why"), "title", g.plant("deadline"), "circle", string(r.house.Client)))
	g.want(g.lead.browser, post(space+"/draft", "body", g.plant("draft")))
	g.want(client.browser, post(space+"/draft", "body", g.plant("draft")))
}

// mistakes are what people type and the product refuses: it must not keep it
// either.
func (g *garden) mistakes() {
	g.t.Helper()
	space := g.office.path("spaces", string(g.rooms[0].id))
	b := g.nobody()
	for _, c := range []call{
		post("/signin", "email", g.lead.email, "password", g.plant("wrong password")),
		post("/signin", "email", g.plant("unknown e-mail")+"@nulle.example", "password", g.plant("wrong password")),
		post("/signin/link", "email", g.plant("unknown e-mail")+"@nulle.example"),
		post("/signup", "firm", g.plant("firm"), "name", g.plant("lawyer"), "email", g.plant("no e-mail"), "password", "court"),
		get("/" + g.plant("path")), get("/l/" + string(g.office.id) + "/" + g.plant("token")),
		get("/signin?next=/" + g.plant("next")),
	} {
		g.with(b, c)
	}
	for _, c := range []call{
		get(g.office.path("search") + "?q=" + g.plant("query")),
		post(space+"/memos", "subject", g.plant("subject"), "body", g.plant("memo"), "reply_by", g.plant("date")),
		post(space+"/people", "name", g.plant("guest"), "email", g.plant("no e-mail"), "role", g.plant("role")),
		file(space+"/files", g.plant("file name"), g.words(100), "tray", g.plant("tray")),
		create(space+"/uploads", "10", "filename", g.plant("file name"), "tray", g.plant("tray")),
		{method: g.plant("METHOD"), path: space},
	} {
		g.with(g.lead.browser, c)
	}
	g.tokens = append(g.tokens, g.lead.token)
}

func (g *garden) count() string {
	kinds := map[string]int{}
	for _, what := range g.planted {
		kinds[what]++
	}
	return fmt.Sprintf("%d texts planted, %d tokens: %v", len(g.planted), len(g.tokens), kinds)
}
