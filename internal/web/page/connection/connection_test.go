package connection_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/event"
	"cenacle/internal/id"
	"cenacle/internal/outbound"
	"cenacle/internal/outbox"
	"cenacle/internal/web"
	"cenacle/internal/web/page/connection"
	"cenacle/internal/web/webtest"
	"cenacle/internal/webhook"
)

const word = "kormoran-zeltplane-41-violett" // the password of the whole cast

type scene struct {
	*webtest.Cast
	t     *testing.T
	hooks *webhook.Service
	path  string
	peer  *httptest.Server
	says  int // what the peer answers
}

func open(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, says: http.StatusOK}
	s.Cast = webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		s.hooks = webhook.NewService(c.Office, event.New(c.Office), outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}))
		p := &connection.Pages{Webhooks: s.hooks}
		member := func(pattern string, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Door: web.Member, Action: authz.FirmConnect, Handle: h}
		}
		const one = "/f/{firm}/connections/{webhook}"
		return []web.Route{
			member("GET /f/{firm}/connections", p.List), member("POST /f/{firm}/connections", p.DoCreate),
			member("GET "+one, p.Show), member("POST "+one, p.DoChange), member("POST "+one+"/test", p.DoTest),
			member("POST "+one+"/replay", p.DoReplay), member("POST "+one+"/secret", p.DoRotate),
			member("POST "+one+"/pause", p.DoPause), member("POST "+one+"/resume", p.DoResume), member("POST "+one+"/end", p.DoEnd),
		}
	})
	s.path = "/f/" + string(s.Firm) + "/connections"
	s.peer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(s.says) }))
	t.Cleanup(s.peer.Close)
	return s
}

var secretForm = regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`)

// create makes a connection through the form and returns its path.
func (s *scene) create(kinds ...string) string {
	s.t.Helper()
	form := []string{"address", s.peer.URL + "/in", "chosen", "1"}
	for _, k := range kinds {
		form = append(form, "kinds", k)
	}
	page := s.Lead.Post(s.path, form...).Answers(s.t, http.StatusOK, "")
	if secretForm.FindString(page.One(".connection-made").Text()) == "" {
		s.t.Fatalf("no secret is shown\n%s", page.Body)
	}
	links := page.All("#connections a")
	return links[len(links)-1].Attr("href")
}

// work does the jobs of the connections once.
func (s *scene) work(path string) {
	s.t.Helper()
	f, err := s.Office.Store.Firm(s.t.Context(), s.Firm)
	s.must(err)
	_, err = s.Office.Journal.Sequence(s.t.Context(), f)
	s.must(err)
	payload := []byte(`{"webhook":"` + path[strings.LastIndexByte(path, '/')+1:] + `"}`)
	for _, kind := range []string{webhook.WalkJob, webhook.SendJob} {
		s.must(s.hooks.Handlers()[kind](s.t.Context(), s.Firm, outbox.Job{Kind: kind, Payload: payload}))
	}
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

var all = []string{"document", "memo", "agenda", "deposit", "request", "space", "firm"}

func TestSecretIsShownOnce(t *testing.T) {
	s := open(t)
	s.Lead.Get(s.path).Answers(t, http.StatusOK, "").One(".empty").Says("Aucun logiciel n’est prévenu")
	path := s.create(all...)
	for _, page := range []string{s.path, path} {
		if got := s.Lead.Get(page).Answers(t, http.StatusOK, ""); secretForm.MatchString(got.Body) {
			t.Errorf("%s shows the secret again", page)
		}
	}
	page := s.Lead.Get(path)
	page.One(".connection-facts").Says(s.peer.URL + "/in")
	page.One(".connection-facts").Says("Tout ce que vous pouvez voir")
	page.One(".connection-log .empty").Says("Rien n’est encore parti")
	again := s.Lead.Post(path+"/secret").Answers(t, http.StatusOK, "")
	if secretForm.FindString(again.One(".connection-made").Text()) == "" {
		t.Error("the new secret is not shown")
	}
	s.Lead.Get(path).One(".connection-facts").Says("Signe encore jusqu’au")
}

func TestFormComesBack(t *testing.T) {
	s := open(t)
	page := s.Lead.Post(s.path, "address", "http://10.0.0.1/", "kinds", "memo").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-address-error").Says("réseau interne")
	page.One("input[name=address]").Is("value", "http://10.0.0.1/")
	if n := len(page.All("input[name=kinds][checked]")); n != 1 {
		t.Errorf("%d boxes are ticked, want the one that was", n)
	}
	page = s.Lead.Post(s.path, "address", s.peer.URL).Answers(t, http.StatusUnprocessableEntity, "")
	page.One(".summary a[href=#f-kinds]")
	page.Lacks("#connections")
}

// TestProofAgain: a browser that was left open tells nobody else.
func TestProofAgain(t *testing.T) {
	s := open(t)
	path := s.create("memo")
	s.Clock.Advance(10 * time.Minute)
	s.Lead.Post(s.path, "address", s.peer.URL, "kinds", "memo").Answers(t, http.StatusForbidden, "")
	s.Lead.Post(path, "address", s.peer.URL, "chosen", "1", "kinds", "memo").Answers(t, http.StatusForbidden, "")
	s.Lead.Post(path+"/secret").Answers(t, http.StatusForbidden, "")
	s.Lead.Post(path+"/pause").Answers(t, http.StatusSeeOther, path+"?done=connection_paused")
}

func TestLogSaysWhatCame(t *testing.T) {
	s := open(t)
	path := s.create(all...)
	s.Lead.Post(path+"/test").Answers(t, http.StatusSeeOther, path+"?done=connection_tested")
	s.work(path)
	page := s.Lead.Get(path).Answers(t, http.StatusOK, "")
	page.One("#notices").Says("Essai")
	page.One("#notices").Says("Connexion créée")
	page.One("#notices").Says("Transmis")
	s.says = http.StatusTeapot
	s.must(s.Spaces.Rename(t.Context(), s.Lead.Actor, s.Space, "Autre nom"))
	s.work(path)
	page = s.Lead.Get(path).Answers(t, http.StatusOK, "")
	row := page.All("#notices tr")[0]
	row.Says("Espace renommé")
	row.Says("En attente")
	row.Says("418")
	row.Lacks("form")
	page.One("h1 .badge-danger").Says("Ne répond pas")
	page.One(".notice-danger").Says("Rien n’est accepté")
	for range 40 {
		s.Clock.Advance(time.Hour)
		s.work(path)
	}
	s.Lead.Token = s.again()
	page = s.Lead.Get(path+"?show=failed").Answers(t, http.StatusOK, "")
	if n := len(page.All("#notices tr")); n != 1 {
		t.Errorf("%d given up, want 1", n)
	}
	page.One(".notice-danger").Says("En pause")
	s.Lead.Post(path+"/replay", "failed", "1").Answers(t, http.StatusConflict, "").One(".summary").Says("en pause")
	s.says = http.StatusOK
	s.Lead.Post(path+"/resume").Answers(t, http.StatusSeeOther, path+"?done=connection_resumed")
	page = s.Lead.Get(path)
	page.One(".connection-log .sheet-head form button").Says("Renvoyer l’abandonné")
	s.Lead.Post(path+"/replay", "failed", "1").Answers(t, http.StatusSeeOther, path+"?done=connection_replayed")
	s.work(path)
	s.Lead.Get(path+"?show=failed").Answers(t, http.StatusOK, "").One(".empty").Says("Rien n’a été abandonné")
	s.Lead.Get(path+"?before=x").Answers(t, http.StatusNotFound, "")
}

// again signs the lead in anew: her session has ended while time passed.
func (s *scene) again() string {
	s.t.Helper()
	token, _, err := s.Accounts.SignIn(s.t.Context(), "claire@delmas.example", word, account.Source{Addr: netip.MustParseAddr("127.0.0.1"), Agent: "test"})
	s.must(err)
	return token
}

func TestActs(t *testing.T) {
	s := open(t)
	path := s.create("memo")
	s.Lead.Get(path).One(".connection-facts").Says("Mémos")
	s.Lead.Post(path, "address", s.peer.URL, "chosen", "1", "kinds", "document", "kinds", "space").Answers(t, http.StatusSeeOther, path+"?done=connection_changed")
	s.Lead.Get(path).One(".connection-facts").Says("Documents et Espaces et personnes")
	s.Lead.Post(path, "address", "nulle part", "chosen", "1", "kinds", "memo").Answers(t, http.StatusUnprocessableEntity, "").One("#f-address-error")
	s.Lead.Post(path+"/replay", "from", "demain").Answers(t, http.StatusUnprocessableEntity, "").One("#f-from-error").Says("trente derniers jours")
	s.Lead.Post(path+"/replay", "from", s.Clock.Now().Format(time.DateOnly)).Answers(t, http.StatusSeeOther, path+"?done=connection_replayed")
	s.work(path)
	notices, err := s.hooks.Notices(t.Context(), s.Lead.Actor, webhook.Log{Webhook: id.Webhook(path[strings.LastIndexByte(path, '/')+1:]), Limit: 10})
	s.must(err)
	if len(notices) == 0 {
		t.Fatal("nothing of the day was sent")
	}
	s.Lead.Post(path+"/replay", "notice", string(notices[0].ID)).Answers(t, http.StatusSeeOther, path+"?done=connection_replayed")
	s.Lead.Post(path+"/replay", "notice", string(notices[0].ID)).Answers(t, http.StatusConflict, "").One(".summary").Says("attend déjà")
	s.Lead.Post(path+"/replay", "notice", "x").Answers(t, http.StatusNotFound, "")
	s.Lead.Post(path+"/pause").Answers(t, http.StatusSeeOther, path+"?done=connection_paused")
	s.Lead.Post(path+"/test").Answers(t, http.StatusConflict, "").One(".summary").Says("en pause")
	s.Lead.Post(path+"/end").Answers(t, http.StatusSeeOther, s.path+"?done=connection_ended")
	s.Lead.Get(path).Answers(t, http.StatusNotFound, "")

	// What was chosen through the API and has no boxes stays as it is.
	w, _, err := s.hooks.Create(t.Context(), s.Lead.Actor, webhook.New{Address: s.peer.URL, Kinds: []string{"document.filed"}})
	s.must(err)
	path = s.path + "/" + string(w.ID)
	s.Lead.Get(path).Lacks("input[name=kinds]")
	s.Lead.Post(path, "address", s.peer.URL+"/other").Answers(t, http.StatusSeeOther, path+"?done=connection_changed")
	s.Lead.Get(path).One(".connection-facts").Says("Document ajouté")
}

func TestOthers(t *testing.T) {
	s := open(t)
	path := s.create(all...)
	for _, p := range []*webtest.Player{s.Colleague, s.Stranger} {
		for _, at := range []string{s.path, path} {
			p.Get(at).Answers(t, http.StatusForbidden, "")
		}
		p.Post(path+"/end").Answers(t, http.StatusForbidden, "")
	}
	s.Client.Get(s.path).Answers(t, http.StatusNotFound, "")
	s.Client.Post(path+"/end").Answers(t, http.StatusNotFound, "")
}
