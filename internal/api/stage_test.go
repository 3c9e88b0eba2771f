package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/account"
	"cenacle/internal/agenda"
	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/bundle"
	"cenacle/internal/circle"
	"cenacle/internal/conflict"
	"cenacle/internal/diffusion"
	"cenacle/internal/document"
	"cenacle/internal/event"
	"cenacle/internal/freeze"
	"cenacle/internal/front"
	"cenacle/internal/group"
	"cenacle/internal/guard"
	"cenacle/internal/hold"
	"cenacle/internal/hostname"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/outbound"
	"cenacle/internal/outbound/dnstest"
	"cenacle/internal/outbox"
	"cenacle/internal/overview"
	"cenacle/internal/preview"
	"cenacle/internal/slot"
	"cenacle/internal/space"
	"cenacle/internal/support"
	"cenacle/internal/token"
	"cenacle/internal/vault"
	"cenacle/internal/web"
	"cenacle/internal/web/webtest"
	"cenacle/internal/webhook"
)

// stage is the API over a firm with one of its spaces, everybody with a token,
// and another firm.
type stage struct {
	*webtest.Cast
	t      *testing.T
	url    string
	api    *api.API
	nouns  *api.Nouns
	Tokens *token.Service

	lead, client, stranger, reading string // tokens
	ids                             map[string]string
	others                          string
	closing                         chan struct{}
	zone                            *dnstest.Server // where names lead
}

// open starts the API; limit is requests a minute, 0 for none.
func open(t *testing.T, limit int) *stage {
	t.Helper()
	s := &stage{t: t, closing: make(chan struct{}), Cast: webtest.NewCast(t, func(*webtest.Cast) []web.Route { return nil })}
	s.Tokens = token.NewService(s.Office, s.Accounts)
	s.nouns = &api.Nouns{
		Absences: absence.NewService(s.Office, time.UTC), Diffusions: diffusion.NewService(s.Office, time.UTC), Supports: support.NewService(s.Office, overview.New(s.Office)),
		Hosts:    s.hosts(),
		Groups:   group.NewService(s.Office),
		Freezes:  freeze.NewService(s.Office),
		Dispatch: s.Dispatch, Attests: s.Attests,
		Notices: notice.NewService(s.Office),
		Firms:   s.Firms, Plans: s.Plans, Circles: circle.NewService(s.Office), Spaces: s.Spaces, Documents: s.Documents, Deposits: s.Deposits, Requests: s.Requests, Holds: hold.NewService(s.Office), Guard: guard.NewService(s.Office), Conflicts: conflict.NewService(s.Office), Memos: s.Memos, Agendas: s.Agendas, Slots: s.Slots, Offers: s.Offers, Dires: s.Dires, Questions: s.Questions, Forums: s.Forums,
		Vigilance:   s.Vigilance,
		Sanctions:   s.Sanctions,
		Invitations: s.Invitations, Letterboxes: s.Letterboxes, Lifecycle: s.Lifecycle, Overview: s.Overview, Events: event.New(s.Office),
		Bundles: bundle.NewService(s.Office, s.Spaces, s.Documents, nil, 1<<30), Previews: preview.New(s.Office, s.Documents, nil),
	}
	s.nouns.Webhooks = webhook.NewService(s.Office, s.nouns.Events, outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}))
	catalog := i18n.Load()
	server := httptest.NewUnstartedServer(nil)
	s.url = "http://" + server.Listener.Addr().String()
	base, err := url.Parse(s.url)
	s.must(err)
	f := &front.Config{
		Base: base, Clock: s.Clock.Now, Until: func(d time.Duration) time.Time { return time.Now().Add(d) },
		Log: slog.New(slog.DiscardHandler),
	}
	s.api, err = api.New(&api.Config{
		Config: f, Keys: keys(s.Office.Ring.Directory()), Requests: limit, Catalog: catalog, Zone: time.UTC,
		Office: s.Office, Accounts: s.Accounts, Firms: s.Firms, Tokens: s.Tokens, Closing: s.closing,
	}, api.Routes(s.nouns))
	s.must(err)
	server.Config.Handler = f.Guard(s.api)
	server.Start()
	t.Cleanup(server.Close)
	s.furnish()
	return s
}

// hosts are where firms are reached: a house that answers for itself at any name which
// leads to it, and a zone in which none does yet.
func (s *stage) hosts() (all *hostname.Service) {
	at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(r.Host, ":")
		_, _ = io.WriteString(w, all.Proof(name, strings.TrimPrefix(r.URL.Path, hostname.ProofPath))) // who asks is the house
	}))
	s.t.Cleanup(at.Close)
	_, port, err := net.SplitHostPort(at.Listener.Addr().String())
	s.must(err)
	base, err := url.Parse("http://espace.example:" + port)
	s.must(err)
	s.zone = dnstest.Start(s.t)
	out := outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Resolver: s.zone.Resolver()})
	all = hostname.New(s.Office, s.Accounts, hostname.Config{Base: base, Asker: out, Log: slog.New(slog.DiscardHandler)})
	return all
}

// dwell has the firm reached at a name of its own, and want another one.
func (s *stage) dwell(reply) {
	s.t.Helper()
	v, err := s.nouns.Hosts.Show(s.t.Context(), s.Lead.Actor)
	s.must(err)
	if v.Active == nil {
		s.must(s.nouns.Hosts.Give(s.t.Context(), s.Firm, "espace.delmas.example"))
	}
	s.must(s.nouns.Hosts.Claim(s.t.Context(), s.Lead.Actor, "clients.delmas.example"))
}

func keys(box *vault.Box) api.Keys {
	place := func(list, whose string) vault.Place { return vault.Place{Table: "cursor", Column: list, Row: whose} }
	return api.Keys{
		Seal:   func(list, whose string, plain []byte) []byte { return box.Seal(place(list, whose), plain) },
		Open:   func(list, whose string, sealed []byte) ([]byte, error) { return box.Open(place(list, whose), sealed) },
		Digest: box.Lookup,
	}
}

func (s *stage) must(errs ...error) {
	s.t.Helper()
	for _, err := range errs {
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// issue makes a token of somebody.
func (s *stage) issue(by authz.Actor, pass authz.Pass) string {
	s.t.Helper()
	text, _, err := s.Tokens.Issue(s.t.Context(), by, token.New{Use: token.API, Name: "essai", Pass: pass})
	s.must(err)
	return text
}

// furnish gives everybody a token and the space something to find.
func (s *stage) furnish() {
	s.t.Helper()
	all := authz.Pass{}
	s.lead, s.client, s.stranger = s.issue(s.Lead.Actor, all), s.issue(s.Client.Actor, all), s.issue(s.Stranger.Actor, all)
	s.reading = s.issue(s.Lead.Actor, authz.Pass{ReadOnly: true})
	room, err := s.Spaces.Show(s.t.Context(), s.Lead.Actor, s.Space)
	s.must(err)
	doc := s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Conclusions.pdf", Circles: []id.Circle{s.House.Firm, s.House.Client}}, []byte("%PDF-1.7 conclusions"))
	sent := s.Write(s.Lead, memo.New{Subject: "Une question", Body: "Avez-vous reçu la convocation ?", Circles: []id.Circle{s.House.Firm, s.House.Client}, Asks: memo.Approved})
	shown, err := s.Documents.Show(s.t.Context(), s.Lead.Actor, doc)
	s.must(err)
	s.ids = map[string]string{
		"version": string(shown.Current.ID),
		"space":   string(s.Space), "person": string(s.Guest.Actor.Person), "document": string(doc), "memo": string(sent),
		"circle": string(s.House.Client), "all": string(s.House.All), "folder": string(room.Folders[0].ID), "colleague": string(s.Colleague.Actor.Person), "deputy": string(s.Stranger.Actor.Person),
	}
	s.begin(reply{})
	s.meet(reply{})
	s.offer(reply{})
	s.party(reply{})
	s.alias(reply{})
	held := s.asLead("POST", "/spaces/{space}/holds", `{"reason":"Expertise en cours"}`).is(201)
	s.ids["hold"] = held["id"].(string)
	for _, of := range []string{"round", "dire", "question"} { // of a forum, which this space is not
		s.ids[of] = id.New[string](time.Now())
	}
	s.ids["client"] = string(s.Client.Actor.Person)
	s.ids["named"] = s.asLead("POST", "/spaces/{space}/circles", `{"name":"Experts","people":["{person}"]}`).is(201)["id"].(string)
	asked := s.asLead("POST", "/spaces/{space}/requests", `{"person":"{client}","papers":[{"name":"Livret de famille"}]}`).is(201)
	s.ids["ask"] = asked["requests"].([]any)[0].(map[string]any)["id"].(string)
	s.depositLink(reply{})
	s.rest(reply{})
	s.spread(reply{})
	s.gather(reply{})
	s.permit(reply{})
	s.dwell(reply{})
	s.deposit()
	s.link()
	hook := s.asLead("POST", "/webhooks", `{"address":"http://127.0.0.1:9/hook"}`).is(201)
	s.ids["webhook"] = hook["id"].(string)
	s.ping()
	s.sequence()
}

// wonder asks the client for another answer.
func (s *stage) wonder(reply) {
	s.ids["memo"] = s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Une question","body":"Et celle-ci ?","circles":["{circle}"],"asks":"approved"}`).is(201)["id"].(string)
}

// rest has the lead away for some days.
func (s *stage) rest(reply) {
	s.ids["absence"] = s.asLead("POST", "/absences", `{"deputy":"{colleague}","first":"2027-06-14","last":"2027-06-15"}`).is(201)["id"].(string)
}

// spread prepares a diffusion.
func (s *stage) spread(reply) {
	s.seeing(s.asLead("POST", "/diffusions", `{"subject":"Congés","body":"Le cabinet ferme.","spaces":["{space}"],"circle":"all"}`))
}

// seeing keeps what stands for the preview of a diffusion, and an instant at which it may leave.
func (s *stage) seeing(r reply) {
	said := r.is(r.status)
	s.ids["diffusion"], s.ids["seen"] = said["id"].(string), said["seen"].(string)
	s.ids["later"] = s.Clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
}

// delivered has one leave at once.
func (s *stage) delivered(reply) {
	s.spread(reply{})
	sent := s.asLead("POST", "/diffusions/{diffusion}/send", `{"seen":"{seen}"}`).is(200)
	at, err := time.Parse(time.RFC3339, sent["at"].(string))
	s.must(err)
	job := outbox.Job{Kind: diffusion.RunJob, Payload: fmt.Appendf(nil, `{"diffusion":%q,"at":"%d"}`, s.ids["diffusion"], at.UnixMicro())}
	s.must(s.nouns.Diffusions.Run(s.t.Context(), s.Firm, job))
}

// gather makes a group with the colleague in it, and puts it into the space.
func (s *stage) gather(reply) {
	s.ids["group"] = s.asLead("POST", "/groups", `{"name":"Pôle `+id.New[string](time.Now())+`"}`).is(201)["id"].(string)
	s.asLead("POST", "/groups/{group}/people", `{"person":"{colleague}"}`).is(200)
	s.asLead("POST", "/spaces/{space}/groups", `{"group":"{group}"}`).is(201)
}

// permit lets the host look at the space and at the settings of the firm.
func (s *stage) permit(reply) {
	s.t.Helper()
	for key, of := range map[string]id.Space{"support": id.Space(s.ids["space"]), "permission": ""} {
		p, err := s.nouns.Supports.Give(s.t.Context(), s.Lead.Actor, support.New{Space: of, Reason: "Une page est vide", Life: time.Hour})
		s.must(err)
		s.ids[key] = string(p.ID)
	}
}

// offer proposes times to the client.
func (s *stage) offer(reply) {
	s.t.Helper()
	p, err := s.Slots.Propose(s.t.Context(), s.Lead.Actor, slot.Proposing{
		Space: s.Space, Person: s.Client.Actor.Person, Words: slot.Words{Title: "Point"},
		Times: []agenda.When{{Day: "2027-06-14"}, {Day: "2027-06-15"}}, Circles: []id.Circle{s.House.Client},
	})
	s.must(err)
	s.ids["slot"] = string(p.ID)
}

// meet puts another event into the agenda.
func (s *stage) meet(reply) {
	s.t.Helper()
	e, err := s.Agendas.Add(s.t.Context(), s.Lead.Actor, agenda.Adding{
		Space: s.Space, Entry: agenda.Entry{Kind: agenda.Meeting, Title: "Point", When: agenda.When{Day: "2026-12-09"}}, Circles: []id.Circle{s.House.Client},
	})
	s.must(err)
	s.ids["event"] = string(e.ID)
}

// other is the token of the founder of another firm.
func (s *stage) other() string {
	s.t.Helper()
	if s.others == "" {
		s.others = s.issue(s.foreign(), authz.Pass{})
	}
	return s.others
}

// foreign is the founder of another firm.
func (s *stage) foreign() authz.Actor {
	s.t.Helper()
	made, err := s.Lifecycle.SignUp(s.t.Context(), lifecycle.SignUp{
		FirmName: "Cabinet Autre", Name: "Me Autre", Email: "autre@autre.example", Password: "kormoran-zeltplane-41-violett", Language: i18n.French,
		From: &account.Source{Addr: netip.MustParseAddr("127.0.0.2")},
	})
	s.must(err)
	stand, err := s.Firms.Stand(s.t.Context(), made.Session, made.Firm)
	s.must(err)
	return stand.Actor
}

// reply is an answer of the API.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
}

// ask sends a request: a body that is text is JSON; headers are names and
// values in turn.
func (s *stage) ask(token, method, path, body string, headers ...string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+api.Root+path, strings.NewReader(body))
	s.must(err)
	if body == "" {
		r.Body = nil
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	s.must(err)
	defer answer.Body.Close() // it was read to its end
	raw, err := io.ReadAll(answer.Body)
	s.must(err)
	return reply{s.t, answer.StatusCode, answer.Header, raw}
}

// path puts the identifiers of the stage into a text.
func (s *stage) path(text string, more ...string) string {
	ids := maps.Clone(s.ids)
	for i := 0; i+1 < len(more); i += 2 {
		ids[more[i]] = more[i+1]
	}
	for name, v := range ids {
		text = strings.ReplaceAll(text, "{"+name+"}", v)
	}
	return text
}

// is expects a status and returns the members of the answer.
func (r reply) is(status int) map[string]any {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("answered %d, want %d: %s", r.status, status, r.raw)
	}
	if len(r.raw) == 0 {
		return nil
	}
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(r.raw))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		r.t.Fatalf("the answer is no object: %v: %s", err, r.raw)
	}
	return out
}

// refuses expects a problem with a code.
func (r reply) refuses(status int, code string) map[string]any {
	r.t.Helper()
	out := r.is(status)
	if r.header.Get("Content-Type") != "application/problem+json" || out["code"] != code || out["status"] != json.Number(strconv.Itoa(status)) {
		r.t.Fatalf("refused with %v %v as %s, want %s", out["code"], out["status"], r.header.Get("Content-Type"), code)
	}
	return out
}
