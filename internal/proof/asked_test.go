package proof

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/token"
	"cenacle/internal/worker/read"
)

const wordMedia = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// made does by a program what makes something, and gives its identifier.
func (g *garden) made(b browser, path, body string) string {
	g.t.Helper()
	a := g.send(b, speak("POST", path, body))
	found := regexp.MustCompile(`"id":"([0-9a-z]{26})"`).FindSubmatch(a.body)
	if a.status != http.StatusCreated || found == nil {
		g.t.Fatalf("%s: %d %s", path, a.status, a.text())
	}
	return string(found[1])
}

// does does by a program what makes nothing.
func (g *garden) does(b browser, c call) {
	g.t.Helper()
	if a := g.send(b, c); a.status >= 300 {
		g.t.Fatalf("%s %s: %d %s", c.method, c.path, a.status, a.text())
	}
}

// ask asks papers of a client, who answers; names parties, other names, circles;
// keeps, approves, mails a deposit link, and has a file of an office shown.
func (g *garden) ask() {
	g.t.Helper()
	p, r, client := g.hand(token.API), g.rooms[1], g.clients[1]
	space, page := "/spaces/"+string(r.id), g.office.path("spaces", string(r.id))
	paper := func() string { return `{"name":"` + g.plant("paper") + `","note":"` + g.plant("note") + `"}` }
	asked := g.send(p, speak("POST", space+"/requests", `{"person":"`+string(client.id)+`","papers":[`+paper()+`,`+paper()+`,`+paper()+`]}`))
	asks := regexp.MustCompile(`"id":"([0-9a-z]{26})"`).FindAllSubmatch(asked.body, -1)
	if len(asks) < 3 {
		g.t.Fatalf("papers: %d %s", asked.status, asked.text())
	}
	g.want(client.browser, post(page+"/requests/"+string(asks[0][1])+"/lack", "reason", g.plant("lack")))
	g.want(client.browser, file(page+"/files", g.plant("file name")+".txt", g.words(50), "tray", "client", "request", string(asks[1][1])))
	g.want(g.lead.browser, post(page+"/requests/"+string(asks[1][1])+"/return", "reason", g.plant("return")))
	g.want(g.lead.browser, post(page+"/requests/"+string(asks[2][1])+"/waive", "reason", g.plant("waiver")))

	g.made(p, space+"/parties", `{"name":"M. `+g.plant("party")+` `+g.plant("party")+`"}`)
	g.made(p, space+"/aliases", `{"kind":"birth","name":"`+g.plant("alias")+` `+g.plant("alias")+`"}`)
	g.does(p, speak("PUT", space+"/vigilance", `{"after":0,"client":{"kind":"company","name":"`+g.plant("client of a dossier")+`","number":"`+g.plant("register")+`"},
		"pieces":[{"kind":"statutes","of":"`+g.plant("holder")+`","seen":"2026-01-05"}],"owners":[{"name":"`+g.plant("owner")+`","control":"capital","share":5000}],
		"purpose":"`+g.plant("purpose")+`","funds":"`+g.plant("funds")+`","exposed":"yes","office":"`+g.plant("public office")+`","rating":"high","note":"`+g.plant("rating")+`"}`))
	g.made(p, space+"/circles", `{"name":"`+g.plant("circle")+`","people":["`+string(client.id)+`"]}`)
	g.does(p, speak("POST", "/conflicts", `{"names":["`+g.plant("conflict")+` `+g.plant("conflict")+`"]}`))
	kept := g.made(p, space+"/holds", `{"reason":"`+g.plant("hold")+`"}`)
	g.does(p, speak("POST", "/holds/"+kept+"/lift", `{"reason":"`+g.plant("lift")+`"}`))
	g.made(p, space+"/deposit-links", `{"person":"`+string(client.id)+`"}`)
	g.tokens = append(g.tokens, g.mailed("/d/", client.email))

	title := g.plant("file name") + ".docx"
	letter := letterOf(g.t, "<w:p><w:r><w:t>"+strings.Repeat(g.plant("content")+" ", 200)+"</w:t></w:r></w:p>")
	g.want(g.lead.browser, file(page+"/files", title, letter, "tray", "firm", "folder", string(r.shelf)))
	doc := regexp.MustCompile(`/documents/([0-9a-z]{26})">` + title).FindStringSubmatch(string(g.lead.do(get(page)).body))[1]
	g.does(p, speak("PUT", space+"/approval", `{"demanded":true}`))
	g.send(p, speak("POST", "/documents/"+doc+"/address", `{"circles":["`+string(r.house.Client)+`"]}`)) // waits for the approval
	is := regexp.MustCompile(`"sha256":"([0-9a-f]{64})"`).FindSubmatch(g.send(p, get(api.Root+"/documents/"+doc)).body)
	g.does(p, speak("POST", "/documents/"+doc+"/approval", `{"give":false,"sha256":"`+string(is[1])+`","reason":"`+g.plant("refusal")+`"}`))
	g.shown(page + "/documents/" + doc)
}

// shown has a file of an office made a PDF and looked at.
func (g *garden) shown(page string) {
	g.t.Helper()
	if !read.Converts(wordMedia) || !read.Draws() {
		g.t.Fatal("this machine has no LibreOffice or poppler: tools/provide readers")
	}
	g.lead.want(http.StatusOK, get(page))
	g.pass(time.Minute)
	if a := g.lead.want(http.StatusOK, get(page+"/view?page=1")); a.header.Get("Content-Type") != "image/jpeg" {
		g.t.Fatalf("its page is shown as %s", a.header.Get("Content-Type"))
	}
	if n := g.behind().count(`select count(*) from rendition where length(pdf) > 1000`); n == 0 {
		g.t.Fatal("no PDF is kept of it")
	}
}
