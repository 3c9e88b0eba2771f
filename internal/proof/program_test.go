package proof

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/token"
	"cenacle/internal/webhook"
)

// issue gives somebody a token of a use and returns its text.
func (w *world) issue(by authz.Actor, use token.Use, pass authz.Pass) (text string, t token.Token) {
	w.t.Helper()
	text, t, err := w.server.Tokens.Issue(w.t.Context(), by, token.New{Use: use, Name: "preuve", Pass: pass})
	w.must(err)
	return text, t
}

// program is one that acts for somebody.
func (w *world) program(by authz.Actor) browser {
	w.t.Helper()
	b := w.nobody()
	b.bearer, _ = w.issue(by, token.API, authz.Pass{})
	return b
}

func (w *world) bearing(text string) browser {
	b := w.nobody()
	b.bearer = text
	return b
}

// furnished is a stage with all that operations name.
func furnished(w *world) *scene {
	s := stage(w)
	s.ids["fresh"], s.ids["hour"] = "fresh", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	w.must(s.server.Invitations.Invite(w.t.Context(), s.lead.actor, s.room.id, s.client.id))
	s.ids["token"] = s.mailed("/l/", s.client.email)
	s.ping()
	s.dwell()
	receipt, err := s.server.Deposits.Receipt(w.t.Context(), s.lead.actor, id.Receipt(s.ids["receipt"]))
	w.must(err)
	s.ids["entry"] = string(receipt.Entry)
	return s
}

// ping leaves the connection paused, with a notice that waits.
func (s *scene) ping() {
	s.t.Helper()
	ctx, of := s.t.Context(), id.Webhook(s.ids["webhook"])
	w, err := s.server.Webhooks.Show(ctx, s.lead.actor, of)
	s.must(err)
	if w.State == webhook.Paused {
		s.must(s.server.Webhooks.Resume(ctx, s.lead.actor, of))
	}
	s.forget()
	n, err := s.server.Webhooks.Ping(ctx, s.lead.actor, of)
	s.must(err, s.server.Webhooks.Pause(ctx, s.lead.actor, of))
	s.ids["notice"] = string(n)
	s.settle()
}

// dwell has the firm reached at a name of its own, and want another one.
func (s *scene) dwell() {
	s.t.Helper()
	v, err := s.server.Hosts.Show(s.t.Context(), s.lead.actor)
	s.must(err)
	if v.Active == nil {
		s.must(s.server.Hosts.Give(s.t.Context(), s.firm.id, delmasName))
	}
	s.must(s.server.Hosts.Claim(s.t.Context(), s.lead.actor, "clients.delmas.example"))
}

// backs put back what an operation used up.
func backs() map[string]func(*scene) {
	return map[string]func(*scene){
		"removeMember": func(s *scene) { s.comeBack(true) },
		"demandApprovalEverywhere": func(s *scene) {
			s.must(s.server.Documents.DemandApprovalEverywhere(s.t.Context(), s.lead.actor, false))
		},
		"acknowledgeMemo": (*scene).wonder,
		"changeEvent":     (*scene).meet,
		"cancelEvent":     (*scene).meet,
		"announceAbsence": (*scene).rest,
		"endAbsence":      (*scene).rest, "announceAbsenceFor": (*scene).heal,
		"changeDiffusion": (*scene).spread, "discardDiffusion": (*scene).spread, "sendDiffusion": (*scene).spread,
		"cancelDiffusion":   (*scene).spreadLater,
		"recallDiffusion":   (*scene).spreadOut,
		"dissolveGroup":     (*scene).unite,
		"dismissFromGroup":  (*scene).unite,
		"endSupport":        (*scene).permit,
		"endFirmSupport":    (*scene).permit,
		"dropHost":          (*scene).dwell,
		"endHost":           (*scene).dwell,
		"chooseSlot":        (*scene).offer,
		"declineSlots":      (*scene).offer,
		"withdrawSlots":     (*scene).offer,
		"admitToCircle":     (*scene).apart,
		"dismissFromCircle": func(s *scene) { s.comeBack(false) },
		"giveUpUpload":      (*scene).begin,
		"removeParty":       (*scene).oppose,
		"removeAlias":       (*scene).alias,
		"recallDocument":    (*scene).sendAgain,
		"closeDeposit":      (*scene).deposit,
		"endColleague":      (*scene).rehire,
		"createWebhook":     (*scene).alone,
		"endWebhook":        func(s *scene) { s.connect(); s.ping() },
		"pingWebhook": func(s *scene) {
			log, err := s.server.Webhooks.Notices(s.t.Context(), s.lead.actor, webhook.Log{Webhook: id.Webhook(s.ids["webhook"]), Limit: 1})
			s.must(err)
			s.ids["notice"] = string(log[0].ID)
		},
		"replayNotices": (*scene).ping,
	}
}

// programs are the tokens with which the whole table is asked.
type programs struct{ lead, client browser }

// asks has an operation done by who may, which succeeds.
func (s *scene) asks(p programs, o *operation, all *spec) answer {
	s.t.Helper()
	by := p.lead
	if action := actionOf(o.Name); action == authz.DepositMake || action == authz.RequestAnswer || action == authz.SlotAnswer || action == authz.MemoAcknowledge {
		by = p.client
	}
	a := by.do(all.whole(s.ids.but("fresh", id.New[string](time.Now()))).request(o))
	want := map[string]int{
		"replayNotice": http.StatusConflict, "approveDocument": http.StatusConflict, // it waits to be sent anyway; nothing is asked
		"branchParty": http.StatusConflict, "unbranchParty": http.StatusConflict, "serveExhibits": http.StatusConflict, "setRelease": http.StatusConflict, "cancelRelease": http.StatusNotFound, // likewise
		"drawAttestation": http.StatusUnprocessableEntity, "getAttestationFile": http.StatusNotFound, "getStampedExhibit": http.StatusNotFound, "packExhibits": http.StatusNotFound, // there is no forum
		"setForumPattern": http.StatusConflict, "setForumDemand": http.StatusConflict, "askQuestion": http.StatusNotFound, "getQuestion": http.StatusNotFound, "answerQuestion": http.StatusNotFound, "withdrawQuestion": http.StatusNotFound,
		"setForumInstant": http.StatusConflict, "cancelForumInstant": http.StatusConflict,
		"fileDire": http.StatusConflict, "saveDireDraft": http.StatusConflict, "setDireDay": http.StatusConflict, "getDire": http.StatusNotFound, "saveDireAnswers": http.StatusNotFound, "publishDireAnswers": http.StatusNotFound,
		"decideLikeness": http.StatusNotFound, "searchSanctions": http.StatusConflict, "importSanctionList": http.StatusUnprocessableEntity, // nobody is like anybody; package sanction has lists
		"admitToGroup": http.StatusConflict, // she is in it
		"checkHost":    http.StatusConflict, // its record is not there
		"askOffers":    http.StatusUnprocessableEntity, "getOffers": http.StatusNotFound, "getOfferFile": http.StatusNotFound, "putOffer": http.StatusNotFound, "withdrawOffer": http.StatusNotFound, "unlockOffers": http.StatusNotFound,
		"releaseDocument": http.StatusConflict,                                                                                                                // there are no parties
		"scanAgain":       http.StatusConflict,                                                                                                                // nothing scans there
		"previewArchive":  http.StatusUnprocessableEntity, "unpackArchive": http.StatusUnprocessableEntity, "straightenPhoto": http.StatusUnprocessableEntity, // no photograph, no archive; package bundle opens them
		"answerCharter": http.StatusForbidden,                                                 // left to no token; package firm answers
		"handSpace":     http.StatusUnprocessableEntity, "rankColleague": http.StatusConflict, // her card is no lawyer's
	}[o.Name]
	if want == 0 && (a.status < 200 || a.status > 299) || want != 0 && a.status != want {
		s.t.Errorf("%s: %d %s %s %s", o.Name, a.status, a.path, a.call.body, a.body)
	}
	if back := backs()[o.Name]; back != nil {
		back(s)
	}
	return a
}

// actionOf is what the table says that protects an operation.
func actionOf(name string) authz.Action {
	all := api.Routes(&api.Nouns{})
	return all[slices.IndexFunc(all, func(o api.Operation) bool { return o.Name == name })].Action
}

// ISO-02 and OUT-06 for programs: every operation of the table is described,
// says what protects it, answers to a request made from its description, and
// with the same headers as everything else.
func TestISO02Programs(t *testing.T) {
	known := authz.Actions()
	for _, o := range api.Routes(&api.Nouns{}) {
		if o.Action == "" && len(o.Why) < 10 || o.Action != "" && !slices.Contains(known, o.Action) {
			t.Errorf("%s is protected by %q, because %q", o.Pattern, o.Action, o.Why)
		}
	}
	each(t, func(w *world) {
		s := furnished(w)
		all, table := w.spec(), w.operations()
		p := programs{w.program(s.lead.actor), w.program(s.client.actor)}
		for _, o := range table {
			s.cool(o.Name, s.asks(p, o, all))
		}
		for _, o := range table {
			c := all.whole(s.ids.invented(inside[:]...)).request(o)
			s.cool(o.Name+" of nothing", p.lead.do(c))
			s.cool(o.Name+" by nobody", s.nobody().do(c))
		}
		for _, m := range []string{"PUT", "TRACE", "PROPFIND", "BREW"} {
			if a := p.lead.do(call{method: m, path: api.Root + "/me"}); a.status != http.StatusMethodNotAllowed && a.status != http.StatusNotFound {
				t.Errorf("%s: %d", m, a.status)
			}
		}
	})
}

const programPolicy = "default-src 'none'; frame-ancestors 'none'"

// cool demands the headers of an answer to a program.
func (s *scene) cool(what string, a answer) {
	s.t.Helper()
	want := matrix("", false)
	want["Content-Security-Policy"] = programPolicy
	if strings.HasSuffix(a.path, "/content") && a.status < 300 {
		want["Content-Security-Policy"] = bytesPolicy
	}
	want["Set-Cookie"] = ""
	for name, value := range want {
		if got := strings.Join(a.header.Values(name), " | "); got != value {
			s.t.Errorf("%s, %d: %s is %q, want %q", what, a.status, name, got, value)
		}
	}
	if a.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
		s.t.Errorf("%s, %d: refused as %q", what, a.status, a.header.Get("Content-Type"))
	}
}

// ISO-03 and ISO-04 for programs: as for pages, whatever the token.
func TestISO03Programs(t *testing.T) {
	either(t, func(w *world) {
		s := furnished(w)
		all, table := w.spec(), w.operations()
		p := programs{w.program(s.lead.actor), w.program(s.client.actor)}
		for _, o := range table {
			s.asks(p, o, all)
		}
		ended := s.endedTokens()
		s.settle()
		var asked int
		for _, one := range s.programIntruders() {
			asked += s.intrudeByProgram(one, table, all)
		}
		t.Logf("%d requests", asked)
		if asked < 300 {
			t.Errorf("only %d requests were replayed", asked)
		}
		s.unknown(ended, table, all)
	})
}

// named are the identifiers that an operation can name.
var named = append([]string{"entry", "permission", "webhook", "notice", "client", "colleague"}, inside[:]...)

// programIntruders are tokens without business in the room.
func (s *scene) programIntruders() []intruder {
	s.t.Helper()
	absent := s.ids.invented(inside[:]...)
	nowhere := s.ids.invented(named...)
	by := func(p *person) browser { return s.program(p.actor) }
	elsewhere, _ := s.issue(s.client.actor, token.API, authz.Pass{Spaces: []id.Space{s.beside.id}})
	link := s.bearing("link_" + s.firm.through(s.client, s.beside.id).token)
	nested := func(b browser, at room, name string) intruder {
		return intruder{name: name + ", under a space of her own", by: b, own: []string{"affiliation", "person"},
			true: s.ids.but("space", string(at.id)), untrue: absent.but("space", string(at.id))}
	}
	inner, err := s.firm.file(s.lead, document.BeginUpload{Space: s.room.id, Tray: space.FirmTray, Name: "Projet caché.txt"}, content("caché", 3000))
	s.must(err)
	hidden := s.ids.but("document", string(inner), "inner", string(inner), "version", s.versionOf(string(inner)), "memo", s.whisper())
	return []intruder{
		{name: "a lawyer of the firm, not of the room", by: by(s.stranger), true: s.ids, untrue: absent},
		nested(by(s.stranger), s.beside, "a lawyer of the firm"),
		{name: "a client of another room", by: by(s.neighbour), true: s.ids, untrue: nowhere},
		nested(by(s.neighbour), s.beside, "a client of another room"),
		{name: "a former colleague of the room", by: by(s.former), true: s.ids, untrue: absent},
		{name: "a former client of the room", by: by(s.formerClient), true: s.ids, untrue: absent},
		{name: "a client by a link to another room of hers", by: link, true: s.ids, untrue: absent},
		nested(link, s.beside, "a client by a link to another room of hers"),
		{name: "a client's token for another room of hers", by: s.bearing(elsewhere), true: s.ids, untrue: absent},
		{name: "another firm's administrator", by: by(s.opponent), own: []string{"affiliation", "person"}, true: s.ids, untrue: nowhere},
		nested(by(s.opponent), s.away, "another firm's administrator"),
		{name: "a guest, of what is hidden from her", by: s.program(s.guest.actor), true: hidden,
			untrue: hidden.invented("document", "inner", "version", "memo", "receipt", "deposit", "upload")},
	}
}

// whisper is a memo among the firm's own people.
func (s *scene) whisper() string {
	s.t.Helper()
	a := s.program(s.lead.actor).want(http.StatusCreated, call{
		method: http.MethodPost, path: api.Root + "/spaces/" + s.ids["space"] + "/memos",
		body: []byte(`{"subject":"Entre nous","body":"Entre nous.","internal":true,"circles":["` + string(s.room.house.Firm) + `"]}`),
	}.with("Content-Type", "application/json"))
	return member(a.body, "id")
}

func (s *scene) versionOf(document string) string {
	s.t.Helper()
	d, err := s.server.Documents.Show(s.t.Context(), s.lead.actor, id.Item(document))
	s.must(err)
	return string(d.Versions[0].ID)
}

// intrudeByProgram replays the table and returns how many requests it was.
func (s *scene) intrudeByProgram(one intruder, table []*operation, all *spec) (asked int) {
	s.t.Helper()
	s.settle()
	before := s.behind().state()
	for _, o := range table {
		if len(o.Security) == 0 {
			continue
		}
		real, false := all.whole(one.true).request(o), all.whole(one.untrue).request(o)
		if real.path == false.path && string(real.body) == string(false.body) {
			continue // nothing in it is anybody else's
		}
		got, want := one.by.do(real), one.by.do(false)
		asked++
		if got.status < 300 && len(one.own) == 0 && len(got.body) > 0 {
			s.t.Errorf("%s gets %d to %s: %s", one.name, got.status, o.Name, got.body)
		}
		compare(s, one, o.Name, got, want)
	}
	changed := slices.DeleteFunc(before.changed(s.behind().state()), func(table string) bool { return slices.Contains(one.own, table) })
	if len(changed) > 0 {
		s.t.Errorf("%s changed %v", one.name, changed)
	}
	return asked
}

// endedTokens are texts that open nothing, by what became of them.
func (s *scene) endedTokens() map[string]string {
	s.t.Helper()
	ctx := s.t.Context()
	out := map[string]string{}
	other, _ := s.issue(s.opponent.actor, token.API, authz.Pass{})
	lead, _ := s.issue(s.lead.actor, token.API, authz.Pass{})
	out["of another firm"] = lead[:len("cenacle_")+id.Length] + other[len("cenacle_")+id.Length:]
	out["of no firm"] = "cenacle_" + id.New[string](time.Now()) + lead[len("cenacle_")+id.Length:]
	out["of a drive"], _ = s.issue(s.lead.actor, token.Drive, authz.Pass{})
	var which token.Token
	out["revoked"], which = s.issue(s.lead.actor, token.API, authz.Pass{})
	s.must(s.server.Tokens.Revoke(ctx, s.lead.actor, which.ID))
	text, _, err := s.server.Tokens.Issue(ctx, s.lead.actor, token.New{Use: token.API, Name: "bref", Life: time.Hour})
	s.must(err)
	out["expired"] = text
	out["before a new password"], _ = s.issue(s.account.actor, token.API, authz.Pass{})
	s.signIn(s.account.id)
	out["of a card that is disabled"], _ = s.issue(s.account.actor, token.API, authz.Pass{})
	s.disable(s.firm, s.account.id)
	out["of a browser"] = s.lead.token
	out["of a browser, as a link's"] = "link_" + s.lead.token
	return out
}

// unknown demands one answer to every text that opens nothing: that to one
// which was never made.
func (s *scene) unknown(ended map[string]string, table []*operation, all *spec) {
	s.t.Helper()
	never := "cenacle_" + string(s.firm.id) + "_" + strings.Repeat("A", 42) + "E"
	s.clock.advance(2 * time.Hour)
	for _, o := range table {
		if len(o.Security) == 0 {
			continue
		}
		s.clock.advance(11 * time.Minute) // or the brake on guessing answers instead
		c := all.whole(s.ids).request(o)
		want := s.bearing(never).do(c)
		if want.status != http.StatusUnauthorized || member(want.body, "code") != "token.refused" && o.method != http.MethodHead {
			s.t.Errorf("%s with a token that was never made: %d %s", o.Name, want.status, want.body)
		}
		for which, text := range ended {
			compare(s, intruder{name: "a token " + which}, o.Name, s.bearing(text).do(c), want)
		}
		a, b := s.nobody().do(c), s.nobody().do(all.whole(s.ids.invented(named...)).request(o))
		compare(s, intruder{name: "nobody", true: s.ids, untrue: s.ids.invented(named...)}, o.Name, a, b)
		if a.status != http.StatusUnauthorized {
			s.t.Errorf("%s by nobody: %d", o.Name, a.status)
		}
	}
}
