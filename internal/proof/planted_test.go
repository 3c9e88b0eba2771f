package proof

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/token"
	"cenacle/internal/webhook"
)

// open lets a garden's programs reach a listener of the proof.
const open = "CENACLE_OUTBOUND_ALLOW=127.0.0.0/30"

// listener is a server of strangers that is told what happens.
type listener struct {
	mu  sync.Mutex
	got []byte
	n   int
}

func (l *listener) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body) // a part of it is searched like the whole
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	l.got = append(l.got, raw...)
	for name, values := range r.Header {
		l.got = append(l.got, name+strings.Join(values, "")...)
	}
}

// received is how many messages came, and all that was in them.
func (l *listener) received() (int, []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n, append([]byte(nil), l.got...)
}

// connect has a program told of everything, before anything happens.
func (g *garden) connect() {
	g.t.Helper()
	g.listener = &listener{}
	at := httptest.NewServer(g.listener)
	g.t.(interface{ Cleanup(func()) }).Cleanup(at.Close)
	_, secret, err := g.server.Webhooks.Create(g.t.Context(), g.lead.actor, webhook.New{Address: at.URL + "/" + g.plant("webhook address")})
	g.must(err)
	g.secrets = append(g.secrets, secret, strings.TrimPrefix(secret, "whsec_"))
}

// hand makes a token whose name is planted.
func (g *garden) hand(use token.Use) browser {
	g.t.Helper()
	text, _, err := g.server.Tokens.Issue(g.t.Context(), g.lead.actor, token.New{Use: use, Name: g.plant("token name"), Pass: authz.Pass{}})
	g.must(err)
	g.tokens = append(g.tokens, text[len("cenacle_")+id.Length+1:])
	if use == token.Drive {
		return g.driving(text)
	}
	return g.bearing(text)
}

// send sends a program's request; a refusal must not repeat what anybody else
// typed, nor what an earlier request said.
func (g *garden) send(b browser, c call) answer {
	g.t.Helper()
	a := g.with(b, c)
	asked := a.path + string(a.call.body)
	for _, v := range a.call.header {
		asked += v
	}
	if asked, err := url.PathUnescape(asked); a.status >= 400 {
		for _, word := range regexp.MustCompile(stem+`[a-z0-9]{10}`).FindAllString(string(a.body), -1) {
			if err == nil && !strings.Contains(asked, word) {
				g.t.Errorf("LEAK: %s %s is refused with a planted %s", a.method, a.path, g.planted[word])
			}
		}
	}
	if a.status >= 500 && a.status != http.StatusBadGateway { // which is to another host
		g.t.Errorf("%s %s: %d %s", a.method, a.path, a.status, a.body)
	}
	return a
}

// speak is a JSON request.
func speak(method, path, body string) call {
	return call{method: method, path: api.Root + path, body: []byte(body)}.with("Content-Type", "application/json")
}

// automate does by programs what people do by pages, and what they do wrong.
func (g *garden) automate() {
	g.t.Helper()
	p, r := g.hand(token.API), g.rooms[0]
	space := "/spaces/" + string(r.id)
	for _, c := range []call{
		speak("POST", space+"/folders", `{"tray":"firm","name":"`+g.plant("folder")+`"}`),
		speak("POST", space+"/memos", `{"subject":"`+g.plant("subject")+`","body":"`+g.plant("memo")+`","circles":["`+string(r.house.Client)+`"]}`).with("Idempotency-Key", g.plant("idempotency key")),
		{method: "POST", path: api.Root + space + "/documents", body: g.words(200)},
		create(api.Root+space+"/uploads", "900000", "filename", g.plant("file name"), "tray", "firm"),
		speak("PUT", space+"/draft?place="+g.plant("place"), `{"body":"`+g.plant("draft")+`"}`),
		speak("PUT", space+"/draft", `{"body":"`+g.plant("draft")+`"}`),
	} {
		if c.path == api.Root+space+"/documents" {
			c = c.with("Content-Disposition", `attachment; filename="`+g.plant("file name")+`.txt"`)
		}
		g.send(p, c)
	}
	for _, c := range []call{
		get(api.Root + "/search?q=" + g.plant("query")), get(api.Root + "/events?kind=" + g.plant("kind")), get(api.Root + space + "/memos?cursor=" + g.plant("cursor")),
		get(api.Root + "/" + g.plant("path")), speak("POST", space+"/memos", `{"`+g.plant("member")+`":1}`), speak("POST", space+"/memos", `{"body":"`+g.plant("memo")),
		speak("POST", "/webhooks", `{"address":"https://`+g.plant("webhook address")+`.example/","kinds":["`+g.plant("kind")+`"]}`),
		speak("POST", "/links/use", `{"firm":"`+string(g.office.id)+`","token":"`+g.plant("token")+`"}`),
		get(api.Root+"/me").with("Authorization", "Bearer "+g.plant("token")), get(api.Root+"/me").with("If-None-Match", `"`+g.plant("tag")+`"`),
		{method: g.plant("METHOD"), path: api.Root + "/me"},
	} {
		g.send(p, c)
	}
}

// mount does what a network drive does.
func (g *garden) mount() {
	g.t.Helper()
	d := g.hand(token.Drive)
	var folder string
	for top := range d.lists(at("")) {
		for tray := range d.lists(at(top)) {
			for name, n := range d.lists(at(top, tray)) {
				if n.Prop.Is != nil {
					folder = at(top, tray, name)
				}
			}
		}
	}
	if folder == "" {
		g.t.Fatal("no drive shows a folder")
	}
	lock := strings.Replace(bodies["LOCK"], "</D:lockinfo>", "<D:owner>"+g.plant("lock owner")+"</D:owner></D:lockinfo>", 1)
	file := folder + "/" + g.plant("file name") + ".txt"
	for _, c := range []call{
		{method: "PUT", path: file, body: g.words(100)}, {method: "PUT", path: folder + "/.~lock." + g.plant("scratch name") + "#", body: g.words(1)},
		{method: "PUT", path: folder + "/~$" + g.plant("scratch name") + ".docx", body: g.words(60_000)},
		call{method: "LOCK", path: file, body: []byte(lock)}.with("Depth", "0"), {method: "MKCOL", path: folder + "/" + g.plant("folder")},
		{method: "PROPPATCH", path: file, body: []byte(strings.Replace(bodies["PROPPATCH"], ">x<", ">"+g.plant("property")+"<", 1))},
		call{method: "MOVE", path: file}.with("Destination", g.base+folder+"/"+g.plant("file name")+".txt"),
		call{method: "MOVE", path: file}.with("Destination", "https://"+g.plant("host")+".example/"), call{method: "PUT", path: file}.with("If", "(<"+g.plant("lock token")+">)"),
		{method: "PROPFIND", path: file, body: []byte(g.plant("no XML"))}, get(at(g.plant("path"))), get(at("")).with("Authorization", "Basic "+g.plant("password")),
	} {
		g.send(d, c)
	}
}

// elsewhere is what leaves the program beside pages and mails.
func (g *garden) elsewhere() map[string][]byte {
	g.t.Helper()
	n, told := g.listener.received()
	if n < 20 {
		g.t.Errorf("only %d events were told to the listener", n)
	}
	out := map[string][]byte{"a webhook": told, "the description of the API": g.nobody().do(get(api.Root + "/openapi.json")).body}
	if g.figures != "" {
		b := g.nobody()
		b.base = "http://" + g.figures
		out["the figures"] = b.want(http.StatusOK, get("/metrics")).body
	}
	return out
}
