package proof

import (
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"time"

	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/totp"
	"cenacle/internal/web"
	"cenacle/internal/web/page/mailbox"
	"cenacle/internal/web/page/styleguide"
	"cenacle/internal/web/site"

	"cenacle/internal/authz"
)

// routes is the table of the site, as a demonstration serves it.
func routes() []web.Route {
	return site.Routes(site.Pages{Mailbox: &mailbox.Pages{}, StyleGuide: &styleguide.Pages{}})
}

// step is one request that succeeds, for one line of the table: who asks, what
// she sends for the identifiers she is given, and the answer.
type step struct {
	route string
	who   func(s *scene) browser
	want  int
	send  func(i ids) call
	after func(s *scene, a answer) // puts back what the request used up
}

// replace puts the identifiers into a pattern's path.
func (i ids) path(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	for k, v := range i {
		path = strings.ReplaceAll(path, "{"+k+"}", v)
	}
	return path
}

func nobody(s *scene) browser    { return s.nobody() }
func byLead(s *scene) browser    { return s.lately(s.lead) }
func byClient(s *scene) browser  { return s.client.browser }
func byAccount(s *scene) browser { return s.account.browser }

// lately is somebody's browser, in which she has shown a moment ago that it is
// she: steps that are grave ask for it.
func (s *scene) lately(p *person) browser {
	s.t.Helper()
	in, err := s.server.Accounts.Resume(s.t.Context(), p.token)
	if err == nil && !in.Fresh(s.clock.now().Add(time.Minute)) {
		p.token, _, err = s.server.Accounts.SignIn(s.t.Context(), p.email, password, here())
	}
	s.must(err)
	return p.browser
}

// book is one step for each route, in an order in which each finds what it
// needs. The last are those that end what the others live on.
func book() []step {
	var all []step
	for _, part := range [][]step{publicSteps(), firmSteps(), connectionSteps(), entranceSteps(), roomSteps(), documentSteps(), uploadSteps(), exchangeSteps(), letterboxSteps(), accountSteps()} {
		all = append(all, part...)
	}
	return all
}

// plain is a GET.
func plain(route string, who func(*scene) browser, want int) step {
	return step{route: "GET " + route, who: who, want: want, send: func(i ids) call { return get(i.path("GET " + route)) }}
}

// form is a POST whose fields may name identifiers in braces.
func form(route string, who func(*scene) browser, want int, fields ...string) step {
	return step{route: "POST " + route, who: who, want: want, send: func(i ids) call {
		filled := make([]string, len(fields))
		for n, f := range fields {
			filled[n] = i.path(" " + f)
		}
		return post(i.path("POST "+route), filled...)
	}}
}

// fresh gives each use of a step an address of its own, unless the caller has
// chosen one.
func fresh(s step) step {
	send := s.send
	s.send = func(i ids) call {
		if i["fresh"] == "" {
			i = i.but("fresh", id.New[string](time.Now()))
		}
		return send(i)
	}
	return s
}

func (s step) then(after func(*scene, answer)) step {
	s.after = after
	return s
}

// at is a step about another diffusion of the scene than the one that has left.
func (s step) at(which string) step {
	send := s.send
	s.send = func(i ids) call {
		if other, known := i[which]; known && i["diffusion"] == i["done"] { // unless a test names one of its own
			i = i.but("diffusion", other)
		}
		return send(i)
	}
	return s
}

func publicSteps() []step {
	return []step{
		plain("/{$}", nobody, 200), plain("/legal", nobody, 200), plain("/healthz", nobody, 200), plain("/api", nobody, 200),
		plain("/language/{code}", nobody, 303), plain("/signin", nobody, 200), plain("/signup", nobody, 200),
		plain("/styleguide", nobody, 200),
		form("/signin", nobody, 303, "email", "claire@delmas.example", "password", password),
		form("/signin/passkey/ask", nobody, 200), form("/signin/passkey", nobody, 401, "challenge", "x", "answer", "{}"),
		plain("/signin/code", nobody, 303), form("/signin/code", nobody, 401, "code", "000000"),
		form("/signin/link", nobody, 303, "email", "sophie@petit.example").then(func(s *scene, _ answer) {
			s.ids["token"] = s.mailed("/l/", s.client.email)
			mails, err := s.server.Mailbox.List(s.t.Context(), 1)
			s.must(err)
			s.ids["mail"] = string(mails[0].Job())
		}),
		fresh(form("/signup", nobody, 303, "firm", "Cabinet Neuf", "name", "Me Neuf", "email", "{fresh}@neuf.example", "password", password)),
		plain("/door/{firm}", nobody, 200), plain("/door/{firm}/accent.css", nobody, 200), plain("/door/{firm}/{provider}", nobody, 200), form("/door/{firm}/{provider}", nobody, 200),
		plain("/door/{firm}/{provider}/back", nobody, 401),
		plain("/demo/mails", nobody, 200), plain("/demo/mails/{mail}", nobody, 200),
		plain("/l/{firm}/{token}", nobody, 200), form("/l/{firm}/{token}", nobody, 303), form("/l/{firm}/{token}/renew", nobody, 303),
		plain("/e/{token}", nobody, 410), form("/e/{token}", nobody, 410), // package lifecycle moves somebody
		plain("/r/{token}", nobody, 410), form("/r/{token}", nobody, 410), // and makes two identities one
		form("/signout", func(s *scene) browser { return s.firm.through(s.client, s.room.id) }, 303),
	}
}

func firmSteps() []step {
	return []step{
		plain("/f/{firm}", byLead, 200), plain("/f/{firm}/spaces/new", byLead, 200),
		fresh(form("/f/{firm}/spaces/new", byLead, 303, "name", "M. Nouveau", "email", "{fresh}@nouveau.example", "model", "divorce")),
		plain("/f/{firm}/people", byLead, 200),
		plain("/f/{firm}/people/{colleague}", byLead, 200),
		form("/f/{firm}/people/{colleague}/rank", byLead, 409, "admin", "1"), // she is no lawyer
		form("/f/{firm}/people/{colleague}/leave", byLead, 303).then(func(s *scene, _ answer) { s.rehire() }),
		plain("/f/{firm}/conflicts", byLead, 200),
		form("/f/{firm}/conflicts", byLead, 200, "names", "Sophie Petit"),
		form("/f/{firm}/people", byLead, 303, "name", "Me Neuve", "email", "neuve@delmas.example", "role", "assistant").then(func(s *scene, _ answer) {
			s.ids["token"] = s.mailed("/p/", "neuve@delmas.example")
		}),
		plain("/p/{firm}/{token}", nobody, 200), form("/p/{firm}/{token}", nobody, 303, "password", password),
		form("/f/{firm}/factors", byLead, 303, "days", ""),
		plain("/f/{firm}/charter", byClient, 200), form("/f/{firm}/charter", byClient, 303, "version", "1", "answer", "accept"), // there is none: back to the page that says so
		plain("/f/{firm}/charter/edit", byLead, 200), form("/f/{firm}/charter/edit", byLead, 303, "text", "", "audience", ""),
		plain("/f/{firm}/reviews", byLead, 200), form("/f/{firm}/reviews", byLead, 303, "months", "6"),
		plain("/f/{firm}/message-sizes", byLead, 200), form("/f/{firm}/message-sizes", byLead, 303, "name-0", "Messagerie", "megabytes-0", "18"),
		form("/f/{firm}/approval", byLead, 303, "demanded", ""),
		plain("/f/{firm}/programs", byLead, 200),
		form("/f/{firm}/programs", byLead, 200, "name", "Sauvegarde", "use", "api", "access", "read", "reach", "all", "life", "90").then(func(s *scene, _ answer) {
			own, err := s.server.Tokens.List(s.t.Context(), s.lead.actor)
			s.must(err)
			s.ids["program"] = string(own[0].ID)
		}),
		form("/f/{firm}/programs/{program}/revoke", byLead, 303),
		plain("/f/{firm}/support", byLead, 200), form("/f/{firm}/support", byLead, 303, "reason", "Une page est vide", "life", "24"),
		form("/f/{firm}/support/{permission}/end", byLead, 303).then(func(s *scene, _ answer) { s.permit() }),
		plain("/f/{firm}/absences", byLead, 200),
		form("/f/{firm}/absences", byLead, 303, "deputy", "{colleague}", "first", "2027-05-10", "last", "2027-05-12", "reach", "all").then(func(s *scene, _ answer) { s.rest() }),
		form("/f/{firm}/absences/{absence}/end", byLead, 303).then(func(s *scene, _ answer) { s.rest() }),
		plain("/f/{firm}/people/{colleague}/absence", byLead, 200),
		form("/f/{firm}/people/{colleague}/absence", byLead, 303, "deputy", "{deputy}", "first", "2027-07-05", "last", "2027-07-06").then(func(s *scene, _ answer) { s.heal() }),
		plain("/f/{firm}/diffusions", byLead, 200), plain("/f/{firm}/diffusions/new", byLead, 200),
		form("/f/{firm}/diffusions/new", byLead, 303, "subject", "Congés", "body", "Le cabinet ferme.", "space", "{space}", "to", "client"),
		plain("/f/{firm}/diffusions/{diffusion}", byLead, 200), plain("/f/{firm}/diffusions/{diffusion}/file", byLead, 200), plain("/f/{firm}/diffusions/{diffusion}/live", byLead, 200),
		plain("/f/{firm}/diffusions/{diffusion}/spaces/{space}/people/{person}/proof", byLead, 200),
		plain("/f/{firm}/diffusions/{diffusion}/edit", byLead, 200).at("draft"),
		form("/f/{firm}/diffusions/{diffusion}/edit", byLead, 303, "subject", "Congés", "body", "Le cabinet ferme.", "space", "{space}", "to", "client").at("draft").then(func(s *scene, _ answer) { s.spread() }),
		form("/f/{firm}/diffusions/{diffusion}/send", byLead, 303, "seen", "{seen}", "when", "now").at("draft").then(func(s *scene, _ answer) { s.spread() }),
		form("/f/{firm}/diffusions/{diffusion}/discard", byLead, 303).at("draft").then(func(s *scene, _ answer) { s.spread() }),
		form("/f/{firm}/diffusions/{diffusion}/cancel", byLead, 303).at("planned").then(func(s *scene, _ answer) { s.spreadLater() }),
		form("/f/{firm}/diffusions/{diffusion}/recall", byLead, 303).then(func(s *scene, _ answer) { s.spreadOut() }),
		plain("/f/{firm}/where", byLead, 200), plain("/f/{firm}/where/file", byLead, 200),
		plain("/f/{firm}/groups", byLead, 200), plain("/f/{firm}/groups/{group}", byLead, 200), fresh(form("/f/{firm}/groups", byLead, 303, "name", "{fresh}")),
		fresh(form("/f/{firm}/groups/{group}", byLead, 303, "name", "{fresh}")),
		form("/f/{firm}/groups/{group}/people/{colleague}/remove", (*scene).uniting, 303), form("/f/{firm}/groups/{group}/people", (*scene).founding, 303, "person", "{colleague}"),
		form("/f/{firm}/groups/{group}/dissolve", byLead, 303).then(func(s *scene, _ answer) { s.unite() }),
		plain("/f/{firm}/notices", byLead, 200), form("/f/{firm}/notices", byLead, 303, "rhythm", "at_once", "from", "20", "to", "8"),
		plain("/f/{firm}/journal", byLead, 200), plain("/f/{firm}/search", byLead, 200),
	}
}

func roomSteps() []step {
	const room = "/f/{firm}/spaces/{space}"
	return []step{
		plain(room, byLead, 200), plain(room+"/list", byClient, 200), plain(room+"/live", byLead, 200),
		form(room+"/level", byLead, 303, "level", "titre").then(func(s *scene, _ answer) {
			s.must(s.server.Spaces.Tell(s.t.Context(), s.lead.actor, s.room.id, circle.Neutral))
		}),
		form(room+"/mute", byLead, 303, "muted", "1").then(func(s *scene, _ answer) {
			s.must(s.server.Notices.Unmute(s.t.Context(), s.lead.actor, s.room.id))
		}),
		form(room+"/name", byLead, 303, "name", "Petit c. Petit"),
		plain(room+"/folders", byLead, 200), plain(room+"/folders/{folder}", byLead, 200),
		fresh(form(room+"/folders", byLead, 303, "name", "Dossier {fresh}", "tray", "firm")), form(room+"/folders/{folder}", byLead, 303),
		plain(room+"/people", byLead, 200),
		fresh(form(room+"/people", byLead, 303, "name", "M. Lecteur", "email", "{fresh}@lecteur.example", "role", "reader")),
		form(room+"/people/{person}/remove", byLead, 303).then(func(s *scene, _ answer) { s.comeBack(true) }),
		form(room+"/people/{person}/review", byLead, 303, "until", time.Now().AddDate(0, 6, 0).Format(time.DateOnly)),
		form(room+"/people/{person}/review/end", byLead, 303).then(func(s *scene, _ answer) { s.comeBack(true) }),
		form(room+"/people/{person}/see", byLead, 200), form(room+"/people/{person}/retry", byLead, 303),
		form(room+"/groups", (*scene).uniting, 303, "group", "{group}").then(func(s *scene, _ answer) {
			s.must(s.server.Groups.Detach(s.t.Context(), s.lead.actor, s.room.id, id.Group(s.ids["group"])))
		}),
		form(room+"/groups/{group}/detach", (*scene).attaching, 303),
		form(room+"/lead", (*scene).handing, 303, "person", "{heir}").then(func(s *scene, _ answer) { s.handBack() }),
		form(room+"/walls", byLead, 303, "person", "{colleague}", "reason", "Conflit d’intérêts").then(func(s *scene, _ answer) {
			s.must(s.server.Lifecycle.LiftWall(s.t.Context(), s.lead.actor, s.room.id, s.account.id))
		}),
		form(room+"/walls/{person}/lift", (*scene).walling, 303).then(func(s *scene, _ answer) { s.comeBack(true) }),
		fresh(form(room+"/circles", byLead, 303, "name", "{fresh}", "kind", "named")), plain(room+"/circles/{named}", byLead, 200),
		form(room+"/circles/{named}", byLead, 303, "name", "Experts"),
		form(room+"/circles/{named}/paper", byLead, 409, "whom", "M. Durtain"), form(room+"/circles/{named}/paper/end", byLead, 409), // it is no party; package forum has one
		form(room+"/circles/{named}/services", byLead, 409, "exhibit", "x", "day", "2026-11-20", "how", "en main propre"),
		plain(room+"/dires", byLead, 200), plain(room+"/dires/paper", byLead, 200), plain(room+"/dires/file", byLead, 200), plain(room+"/dires/draft", byLead, 200), // likewise
		form(room+"/dires", byLead, 409, "reviewed", "1"), form(room+"/dires/draft", byLead, 409, "text", "1. Le mur."), form(room+"/dires/day", byLead, 409, "day", "2027-06-16"),
		plain(room+"/dires/{dire}", byLead, 404), form(room+"/dires/{dire}/answers", byLead, 404, "answer-1", "x"), form(room+"/dires/{dire}/answers/publish", byLead, 404, "answer-1", "x"),
		plain(room+"/offers", byLead, 200), form(room+"/offers", byLead, 422, "subject", "Prix", "party", "{circle}", "day", "2027-06-16", "hour", "12:00"), // there are no parties; package api has a forum
		plain(room+"/questions", byLead, 200), form(room+"/questions", byLead, 404, "text", "Qui ?"), form(room+"/questions/rule", byLead, 409, "pattern", "all firm"), // likewise
		plain(room+"/questions/{question}", byLead, 404), form(room+"/questions/{question}/answer", byLead, 404, "text-0", "Moi"), form(room+"/questions/{question}/withdraw", byLead, 404),
		form(room+"/exhibits/instant", byLead, 409, "day", time.Now().AddDate(0, 0, 2).Format(time.DateOnly), "hour", "09:00"), form(room+"/exhibits/instant/cancel", byLead, 409), // likewise
		plain(room+"/offers/{round}", byLead, 404), plain(room+"/offers/{round}/file", byLead, 404), form(room+"/offers/{round}/put", byLead, 404, "sealed", "AAAA"),
		form(room+"/offers/{round}/withdraw", byLead, 404), form(room+"/offers/{round}/unlock", byLead, 404, "key", "0"),
		form(room+"/circles/{named}/people", byLead, 303, "person", "{client}").then(func(s *scene, _ answer) { s.apart() }),
		form(room+"/circles/{named}/people/{person}/remove", byLead, 303).then(func(s *scene, _ answer) { s.comeBack(false) }),
		form(room+"/people/{person}/invite", byLead, 303), form(room+"/people/{person}/mobile", byLead, 303, "mobile", "06 12 34 56 78"),
		form(room+"/demand", byLead, 303, "demand", "code").then(func(s *scene, _ answer) {
			s.must(s.server.Lifecycle.SetDemand(s.t.Context(), s.lead.actor, s.room.id, authz.Single))
		}),
		plain(room+"/vigilance", byLead, 200), form(room+"/vigilance/likeness", byLead, 404, "likeness", "none", "verdict", "ruled_out", "why", "Une autre personne"), // package vigilance finds one
		form(room+"/vigilance", byLead, 303, "part", "relation", "after", "0", "purpose", "Divorce").then(func(s *scene, _ answer) { s.unknow() }),
		plain(room+"/journal", byLead, 200), plain(room+"/trash", byLead, 200), plain(room+"/exhibits", byLead, 200), plain(room+"/exhibits/file", byLead, 200), plain(room+"/exhibits/{version}/stamped", byLead, 404), form(room+"/exhibits/pack", byLead, 404, "party", "{named}", "to", "court"), // package dispatch has a forum
		plain(room+"/register", byLead, 200), plain(room+"/register/file", byLead, 200), form(room+"/attestations", byLead, 200), plain(room+"/attestations/{attestation}", byLead, 404), plain(room+"/attestations/{attestation}/file", byLead, 404), // package attest draws one up
		plain(room+"/access", byClient, 200),
		plain(room+"/support", byClient, 200), form(room+"/support", byLead, 303, "reason", "Une page est vide", "life", "24"),
		form(room+"/support/{support}/end", byClient, 303).then(func(s *scene, _ answer) { s.permit() }),
		form(room+"/freeze", byClient, 303).then(func(s *scene, _ answer) { s.thaw() }),
		form(room+"/thaw", (*scene).freezing, 303, "reason", "Elle a rappelé"),
		form(room+"/zip", byLead, 200, "document", "{document}"),
		form(room+"/moves", byLead, 303, "document", "{document}", "place", "firm/"),
		form(room+"/moves/undo", byLead, 303, "document", "{document}").then(func(s *scene, _ answer) { s.rename() }),
		form(room+"/approval", byLead, 303, "demanded", ""),
		form(room+"/aliases", byLead, 303, "kind", "birth", "name", "Sophie Khelifi"),
		form(room+"/aliases/{alias}/remove", byLead, 303).then(func(s *scene, _ answer) { s.alias() }),
		form(room+"/parties", byLead, 303, "name", "M. Paul Adversaire"),
		form(room+"/parties/{party}/remove", byLead, 303).then(func(s *scene, _ answer) { s.oppose() }),
		form(room+"/holds", byLead, 303, "reason", "Une expertise est en cours").then(func(s *scene, _ answer) { s.holdAgain() }),
		form(room+"/holds/{hold}/lift", byLead, 303, "reason", "Elle est close").then(func(s *scene, _ answer) { s.holdAgain() }),
	}
}

func guestOf(p *person) lifecycle.Guest {
	return lifecycle.Guest{Name: p.name, Email: p.email, Role: authz.Guest, Language: "fr"}
}

func documentSteps() []step {
	const doc = "/f/{firm}/spaces/{space}/documents/{document}"
	inner := form(doc+"/address", byLead, 303, "circle", "{all}")
	send := inner.send
	inner.send = func(i ids) call { return send(i.but("document", i["inner"])) }
	return []step{
		plain(doc, byLead, 200), plain(doc+"/view", byClient, 200), plain(doc+"/file", byClient, 200),
		plain(doc+"/versions/{version}/file", byClient, 200), inner,
		form(doc+"/nature", byLead, 303, "nature", "officielle"),
		plain(doc+"/archive", byLead, 422), form(doc+"/archive", byLead, 422), // no archive; package bundle opens them
		form(doc+"/scan", byLead, 409),                                    // nothing scans there
		plain(doc+"/photo", byLead, 422), form(doc+"/photo", byLead, 422), // no photograph; package preview straightens them
		form(doc+"/approval", byLead, 409, "give", "1"), // nothing is asked
		form(doc+"/release/set", byLead, 409, "day", time.Now().AddDate(0, 0, 2).Format(time.DateOnly), "hour", "09:00"), form(doc+"/release/cancel", byLead, 303),
		form(doc+"/release", byLead, 409), // there are no parties; ISO-01 has forums
		form(doc+"/recall", byLead, 303).then(func(s *scene, _ answer) { s.sendAgain() }),
		form(doc+"/name", byLead, 303, "title", "Projet relu"), plain(doc+"/why", byLead, 200), form(doc+"/delete", byLead, 303), form(doc+"/restore", byLead, 303),
	}
}

const tus = "1.0.0"

func metadata(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(out, ",")
}

func create(path, size string, pairs ...string) call {
	return call{method: http.MethodPost, path: path}.with("Tus-Resumable", tus, "Upload-Length", size, "Upload-Metadata", metadata(pairs...))
}

func patch(path, offset string, body []byte) call {
	return call{method: http.MethodPatch, path: path, body: body}.with(
		"Tus-Resumable", tus, "Upload-Offset", offset, "Content-Type", "application/offset+octet-stream")
}

func uploadSteps() []step {
	const all, one = "/f/{firm}/spaces/{space}/uploads", "/f/{firm}/spaces/{space}/uploads/{upload}"
	return []step{
		form("/f/{firm}/spaces/{space}/imports", byLead, 200, "path", "Comptes/Bilan.txt", "size", "5", "sha256", ""),
		{route: "POST /f/{firm}/spaces/{space}/files", who: byLead, want: 303, send: func(i ids) call {
			return file(i.path("POST /f/{firm}/spaces/{space}/files"), "Courrier.txt", []byte("Courrier"), "tray", "firm", "folder", i["folder"], "circle", i["circle"])
		}},
		{route: "OPTIONS " + all, who: byLead, want: 204, send: func(i ids) call { return call{method: "OPTIONS", path: i.path(" " + all)} }},
		{route: "POST " + all, who: byLead, want: 201, send: func(i ids) call {
			return create(i.path(" "+all), "300000", "filename", "Scan.pdf", "tray", "firm", "folder", i["folder"], "circle", i["circle"])
		}},
		{route: "HEAD " + one, who: byLead, want: 200, send: func(i ids) call {
			return call{method: "HEAD", path: i.path(" " + one)}.with("Tus-Resumable", tus)
		}},
		{route: "PATCH " + one, who: byLead, want: 204, send: func(i ids) call {
			return patch(i.path(" "+one), "0", content("archive", 100_000))
		}},
		{route: "DELETE " + one, who: byLead, want: 204, send: func(i ids) call {
			return call{method: "DELETE", path: i.path(" " + one)}.with("Tus-Resumable", tus)
		}, after: func(s *scene, _ answer) { s.begin() }},
	}
}

func letterboxSteps() []step {
	const room, box = "/f/{firm}/spaces/{space}/deposit-links", "/d/{firm}/{box}"
	const all, one = box + "/uploads", box + "/uploads/{boxed}"
	tusOf := func(method, pattern string, want int, send func(i ids) call) step {
		return step{route: method + " " + strings.ReplaceAll(pattern, "{boxed}", "{upload}"), who: nobody, want: want, send: send}
	}
	return []step{
		form(room, byLead, 303, "for", "{client}"),
		form(room+"/{link}/resend", byLead, 303).then(func(s *scene, _ answer) { s.ids["box"] = s.mailed("/d/", s.client.email) }),
		plain(box, nobody, 200),
		{route: "POST " + box + "/files", who: nobody, want: 303, send: func(i ids) call {
			return file(i.path(" "+box+"/files"), "Passeport.txt", []byte("Passeport"))
		}},
		tusOf("OPTIONS", all, 204, func(i ids) call { return call{method: "OPTIONS", path: i.path(" " + all)} }),
		tusOf("POST", all, 201, func(i ids) call { return create(i.path(" "+all), "300000", "filename", "Scan.pdf", "tray", "client") }).then(func(s *scene, a answer) {
			at := a.header.Get("Location")
			s.ids["boxed"] = at[strings.LastIndexByte(at, '/')+1:]
		}),
		tusOf("HEAD", one, 200, func(i ids) call { return call{method: "HEAD", path: i.path(" " + one)}.with("Tus-Resumable", tus) }),
		tusOf("PATCH", one, 204, func(i ids) call { return patch(i.path(" "+one), "0", content("archive", 100_000)) }),
		tusOf("DELETE", one, 204, func(i ids) call { return call{method: "DELETE", path: i.path(" " + one)}.with("Tus-Resumable", tus) }).then(func(s *scene, _ answer) { s.boxed() }),
		form(box+"/close", nobody, 303).then(func(s *scene, _ answer) { s.deposit() }),
		plain(box+"/receipts/{receipt}", nobody, 200), plain(box+"/receipts/{receipt}/file", nobody, 200),
		form(room+"/{link}/revoke", byLead, 303).then(func(s *scene, _ answer) { s.letterbox() }),
	}
}

func exchangeSteps() []step {
	const room = "/f/{firm}/spaces/{space}"
	return []step{
		form(room+"/deposit/close", byClient, 303, "leave", "1").then(func(s *scene, _ answer) { s.deposit() }),
		plain(room+"/receipts/{receipt}", byClient, 200), plain(room+"/receipts/{receipt}/file", byClient, 200),
		plain(room+"/requests", byClient, 200),
		form(room+"/requests", byLead, 303, "person", "{client}", "names", "Carte vitale", "sure", "1"),
		form(room+"/requests/reuse", byLead, 303, "person", "{client}", "reuse", "{document} Projet"),
		form(room+"/requests/remind", byLead, 303, "person", "{client}"),
		of("ask", form(room+"/requests/{ask}/lack", byClient, 303, "reason", "Perdu")),
		of("ask", form(room+"/requests/{ask}/use", byClient, 303, "document", "{document}")),
		of("ask", form(room+"/requests/{ask}/waive", byLead, 303)), of("came", form(room+"/requests/{ask}/accept", byLead, 303)),
		of("came", form(room+"/requests/{ask}/return", byLead, 303, "reason", "Illisible")), of("lacking", form(room+"/requests/{ask}/renew", byLead, 303)),
		form(room+"/deposit/switch", byLead, 303, "open", "1"),
		plain(room+"/agenda", byClient, 200), plain("/f/{firm}/agenda", byLead, 200), plain("/f/{firm}/vigilance", byLead, 200), plain("/f/{firm}/sanctions", byLead, 200), form("/f/{firm}/sanctions", byLead, 422), // package desk brings a file
		plain("/f/{firm}/sanctions/search", byLead, 200), form("/f/{firm}/sanctions/search", byLead, 409, "name", "Zorm"), // likewise
		plain(room+"/agenda/{event}", byClient, 200), plain(room+"/agenda/{event}/why", byLead, 200),
		form(room+"/agenda", byLead, 303, "kind", "hearing", "title", "Audience", "day", "2026-12-10", "start", "14:00", "circle", "{circle}"),
		plain(room+"/agenda/deadline", byLead, 200),
		form(room+"/agenda/deadline", byLead, 303, "rule", "filing", "origin", "{event}", "title", "Remise", "circle", "{circle}").then(func(s *scene, _ answer) { s.meet() }),
		form(room+"/agenda/read", byClient, 303, "event", "{event}"),
		form(room+"/agenda/{event}", byLead, 303, "kind", "hearing", "title", "Audience", "day", "2026-12-11", "sure", "{sure}").then(func(s *scene, _ answer) { s.meet() }),
		form(room+"/agenda/{event}/cancel", byLead, 303, "reason", "Reportée").then(func(s *scene, _ answer) { s.meet() }),
		plain(room+"/slots", byClient, 200),
		form(room+"/slots", byLead, 303, "person", "{client}", "title", "Point", "time1", "2027-06-16", "circle", "{circle}"),
		form(room+"/slots/{slot}/choose", byClient, 303, "choice", "1").then(func(s *scene, _ answer) { s.offer() }),
		form(room+"/slots/{slot}/decline", byClient, 303).then(func(s *scene, _ answer) { s.offer() }),
		form(room+"/slots/{slot}/withdraw", byLead, 303).then(func(s *scene, _ answer) { s.offer() }),
		form(room+"/memos", byLead, 303, "thread", "{thread}", "body", "Une question encore.", "circle", "{circle}", "reference", "{document}"),
		form(room+"/memos/{memo}/acknowledge", byClient, 303, "answer", "approved").then(func(s *scene, _ answer) { s.wonder() }),
		plain(room+"/memos/{memo}/why", byLead, 200),
		form(room+"/memos/read", byClient, 303, "memo", "{memo}"),
		form(room+"/draft", byLead, 204, "thread", "{thread}", "body", "Je voulais encore"),
	}
}

// of has a step of a request be about the one that stands where it begins, and
// leaves others.
func of(which string, s step) step {
	send := s.send
	s.send = func(i ids) call { return send(i.but("ask", i[which])) }
	return s.then(func(s *scene, _ answer) { s.askAgain() })
}

func accountSteps() []step {
	return []step{
		plain("/enter", byAccount, 303), form("/account/later", byAccount, 303, "next", "/account"), plain("/account", byAccount, 200).then(func(s *scene, _ answer) {
			other, err := s.server.Accounts.Sessions(s.t.Context(), s.account.id)
			s.must(err)
			_, _, err = s.server.Accounts.SignIn(s.t.Context(), s.account.email, password, here())
			s.must(err)
			all, err := s.server.Accounts.Sessions(s.t.Context(), s.account.id)
			s.must(err)
			for _, one := range all {
				if one.ID != other[0].ID {
					s.ids["session"] = one.ID
				}
			}
		}),
		form("/account/sessions/{session}/end", byAccount, 303),
		form("/account/mailbox", func(s *scene) browser { return s.lately(s.account) }, 303, "email", "ines.fabre@ailleurs.example"),
		form("/account/mailbox/cancel", byAccount, 303),
		plain("/account/merge", byAccount, 200), form("/account/merge", func(s *scene) browser { return s.lately(s.account) }, 303),
		form("/account/merge/confirm", byAccount, 401), form("/account/merge/cancel", byAccount, 303),
		form("/account/providers/{firm}/{provider}/tie", func(s *scene) browser { return s.lately(s.account) }, 200),
		form("/account/prove/away", (*scene).vouched, 200, "prove-for", "/f/{firm}/people"),
		form("/account/providers/{firm}/{provider}/part", (*scene).vouched, 303),
		form("/account/prove", byAccount, 307, "prove-for", "/enter", "current", password).then(func(s *scene, a answer) {
			s.account.token = a.session()
		}),
		plain("/account/code", byAccount, 303), form("/account/code", byAccount, 303, "code", "123456"), form("/account/code/send", byAccount, 303), // nothing asks one of her
		plain("/account/factors", byAccount, 200).then(func(s *scene, _ answer) {
			token, _, err := s.server.Accounts.SignIn(s.t.Context(), s.account.email, password, here()) // fresh
			s.must(err)
			s.account.token = token
		}),
		form("/account/factors/passkey/ask", byAccount, 200), form("/account/factors/passkey", byAccount, 401, "challenge", "x", "answer", "{}"),
		form("/account/factors/app", byAccount, 200).then(func(s *scene, a answer) { s.readSecret(a) }),
		form("/account/factors/app/code", byAccount, 200, "challenge", "{challenge}", "code", "{code}").then(func(s *scene, a answer) {
			s.account.token = a.session()
			own, err := s.server.Accounts.Factors(s.t.Context(), s.account.id)
			s.must(err)
			s.ids["factor"] = own.Own[0].ID
		}),
		form("/account/factors/recovery", byAccount, 200),
		form("/account/factors/{factor}/name", byAccount, 303, "name", "Mon téléphone"),
		form("/account/factors/{factor}/remove", byAccount, 303).then(func(s *scene, a answer) { s.account.token = a.session() }),
		form("/account/password", byAccount, 303, "current", password, "password", "autre-"+password).then(func(s *scene, a answer) {
			s.account.token = a.session()
		}),
		form("/account/signout", byAccount, 303),
	}
}

var (
	challengeForm = regexp.MustCompile(`name="challenge" value="([^"]+)"`)
	secretForm    = regexp.MustCompile(`<code>([A-Z2-7 ]{39})</code>`)
)

// readSecret keeps what the page of a new code application shows, and the code
// that the application would.
func (s *scene) readSecret(a answer) {
	s.t.Helper()
	challenge, text := challengeForm.FindSubmatch(a.body), secretForm.FindSubmatch(a.body)
	if challenge == nil || text == nil {
		s.t.Fatalf("the page shows no secret: %s", a.body)
	}
	secret, err := base32.StdEncoding.DecodeString(strings.ReplaceAll(string(text[1]), " ", ""))
	s.must(err)
	s.ids["challenge"], s.ids["code"] = string(challenge[1]), totp.Secret(secret).Code(totp.StepAt(s.clock.now()))
}
