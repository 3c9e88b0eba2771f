package desk_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/outbound"
	"cenacle/internal/overview"
	"cenacle/internal/quota"
	"cenacle/internal/sanction"
	"cenacle/internal/space"
	"cenacle/internal/totp"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/page/desk"
	"cenacle/internal/web/page/door"
	"cenacle/internal/web/webtest"
)

const (
	password = "le tilleul penche vers la berge"
	other    = "sept mouettes boudent le phare"
)

// house is a new firm with its founder at the keyboard.
type house struct {
	*webtest.Site
	by     authz.Actor
	path   string
	models []space.Model
	admin  *webtest.Browser
}

func open(t *testing.T) house {
	t.Helper()
	models, err := space.LoadModels()
	if err != nil {
		t.Fatal(err)
	}
	disk, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	})
	h := house{models: models}
	h.Site = webtest.New(t, func(s *webtest.Site) []web.Route { return routes(s, models, disk) })
	founded, err := h.Lifecycle.SignUp(t.Context(), lifecycle.SignUp{
		FirmName: "Cabinet Delmas & Associés", Name: "Me Hélène Delmas", Email: "helene@delmas.example", Password: password, Language: i18n.French,
	})
	h.must(err)
	h.by = authz.Actor{Person: founded.Person, Firm: founded.Firm, Role: authz.Admin, Via: authz.ViaPassword}
	h.path = "/f/" + string(founded.Firm)
	h.admin = h.Browser()
	h.admin.Post("/signin", "email", "helene@delmas.example", "password", password).Answers(t, http.StatusSeeOther, "/enter")
	return h
}

// fetching is the lists of a house that fetches from where nobody answers.
func fetching(s *webtest.Site) *sanction.Service {
	return sanction.New(s.Office, sanction.Config{
		Address: "http://127.0.0.1:9/liste.json", Log: slog.New(slog.DiscardHandler),
		Files: outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}),
	})
}

func routes(s *webtest.Site, models []space.Model, disk *blob.Disk) []web.Route {
	duties, err := vigilance.Load()
	if err != nil {
		s.T.Fatal(err)
	}
	p := &desk.Pages{
		Spaces: space.NewService(s.Office, models), Documents: document.New(s.Office, blob.New(disk), document.Config{}),
		Lifecycle: s.Lifecycle, Firms: s.Firms, Plans: s.Plans, Overview: overview.New(s.Office), Memos: memo.NewService(s.Office),
		Dossiers: vigilance.New(s.Office, time.UTC, duties), Sanctions: fetching(s),
		Absences: absence.NewService(s.Office, time.UTC),
	}
	d := &door.Pages{Accounts: s.Accounts, Firms: s.Firms, Tokens: s.Tokens, Invitations: s.Invitations, Lifecycle: s.Lifecycle, Providers: s.Providers}
	member := func(pattern string, do authz.Action, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Door: web.Member, Action: do, Handle: h}
	}
	return []web.Route{
		{Pattern: "POST /signin", Handle: d.DoSignIn, Why: "a test"},
		{Pattern: "POST /l/{firm}/{token}", Handle: d.DoLink, Why: "a test"},
		{Pattern: "POST /p/{firm}/{token}", Handle: d.DoPassword, Why: "a test"},
		{Pattern: "POST /account/password", Door: web.Person, Handle: d.DoChangePassword, Why: "a test"},
		member("GET /f/{firm}", authz.FirmEnter, p.Show),
		member("GET /f/{firm}/spaces/new", authz.SpaceOpen, p.NewSpace), member("POST /f/{firm}/spaces/new", authz.SpaceOpen, p.DoNewSpace),
		member("GET /f/{firm}/vigilance", authz.FirmEnter, p.Vigilance),
		member("GET /f/{firm}/where", authz.FirmEnter, p.Where), member("GET /f/{firm}/where/file", authz.FirmEnter, p.WhereFile),
		member("GET /f/{firm}/sanctions/search", authz.SanctionSearch, p.SanctionSearch), member("POST /f/{firm}/sanctions/search", authz.SanctionSearch, p.DoSanctionSearch),
		member("GET /f/{firm}/sanctions", authz.SanctionSee, p.SanctionList),
		member("POST /f/{firm}/sanctions", authz.SanctionImport, p.DoBringList),
		member("GET /f/{firm}/people", authz.FirmPeopleSee, p.People), member("POST /f/{firm}/people", authz.FirmPeopleAdd, p.DoAddColleague),
		member("GET /f/{firm}/people/{colleague}", authz.FirmPeopleEdit, p.Colleague),
		member("POST /f/{firm}/people/{colleague}/rank", authz.FirmPeopleRank, p.DoRank), member("POST /f/{firm}/people/{colleague}/leave", authz.FirmPeopleEnd, p.DoLeave),
		member("GET /f/{firm}/message-sizes", authz.FirmMessage, p.MessageSizes), member("POST /f/{firm}/message-sizes", authz.FirmMessage, p.DoChooseSizes),
		member("GET /f/{firm}/reviews", authz.FirmEnter, p.Reviews), member("POST /f/{firm}/reviews", authz.FirmReview, p.DoChooseReview),
		member("POST /f/{firm}/spaces/{space}/people/{person}/review", authz.ReviewKeep, p.DoKeepAccess),
		member("POST /f/{firm}/spaces/{space}/people/{person}/review/end", authz.SpaceManage, p.DoEndAccess),
		member("POST /f/{firm}/factors", authz.FirmFactors, p.DoDemandFactors),
		{Pattern: "GET /account", Door: web.Person, Handle: d.Account, Why: "a test"}, {Pattern: "GET /account/factors", Door: web.Person, Handle: d.Factors, Why: "a test"},
		{Pattern: "GET /enter", Door: web.Person, Handle: d.Enter, Why: "a test"},
		member("GET /f/{firm}/journal", authz.FirmJournal, p.Journal), member("GET /f/{firm}/search", authz.DocumentRead, p.Search),
	}
}

func (h house) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

// colleague joins the firm and signs in by the link of her mail.
func (h house) colleague(name, email string, role authz.FirmRole) *webtest.Browser {
	h.T.Helper()
	card, err := h.Firms.AddColleague(h.T.Context(), h.by, firm.Colleague{Name: name, Email: email, Role: role, Language: i18n.French})
	h.must(err)
	b := h.Browser()
	if page := b.Post(h.link("", card.Person), "password", other); page.Status != http.StatusSeeOther {
		h.T.Fatalf("the link of %s answers %d", name, page.Status)
	}
	return b
}

func (h house) link(in id.Space, person id.Person) string {
	h.T.Helper()
	var path string
	h.must(h.Office.Do(h.T.Context(), h.by.Firm, func(a *act.Act) error {
		token, err := invitation.Issue(a, h.by, in, person)
		path = invitation.Path(h.by.Firm, in, token)
		return err
	}))
	return path
}

// space opens one for a client and returns it with her.
func (h house) space(name, email string) (id.Space, id.Person) {
	h.T.Helper()
	s, err := h.Lifecycle.OpenSpace(h.T.Context(), h.by, lifecycle.NewSpace{
		ClientName: name, ClientEmail: email, Model: h.models[0], Profile: space.Individual, Language: i18n.French,
	})
	h.must(err)
	p, err := h.Accounts.Find(h.T.Context(), email)
	h.must(err)
	return s.ID, p.ID
}

func TestFirstSpace(t *testing.T) {
	h := open(t)
	h.admin.Get(h.path).Answers(t, http.StatusOK, "").One(".desk-first a.button-primary").Is("href", h.path+"/spaces/new")
	h.admin.Get(h.path+"/spaces/new").Answers(t, http.StatusOK, "").One("form.panes").Is("action", h.path+"/spaces/new")

	page := h.admin.Post(h.path+"/spaces/new", "name", " ", "email", "claire", "profile", "royal", "lead", string(h.by.Person)).Answers(t, http.StatusUnprocessableEntity, "")
	for _, field := range []string{"name", "email", "model", "profile"} {
		page.One(".summary a[href=#f-" + field + "]")
		page.One("#f-" + field + "-error")
	}
	page.One("input[name=email]").Is("value", "claire")
	page.One("nav.languages a[lang=en]").Is("href", "/language/en?next="+strings.ReplaceAll(h.path, "/", "%2F")+"%2Fspaces%2Fnew")

	opened := h.admin.Post(h.path+"/spaces/new", "name", "Mme Claire Petit", "email", "claire@petit.example", "model", "penal")
	if !strings.HasPrefix(opened.Location, h.path+"/spaces/") || !strings.HasSuffix(opened.Location, "?done=space_opened") {
		t.Fatalf("answer %d to %q\n%s", opened.Status, opened.Location, opened.Body)
	}
	desk := h.admin.Get(h.path).Answers(t, http.StatusOK, "")
	row := desk.One("tbody tr")
	row.One("th a").Says("Mme Claire Petit")
	row.Says("Défense pénale")
	desk.Lacks(".desk-first")
	// Without a choice the profile is the model's.
	found, err := overview.New(h.Office).Desk(t.Context(), h.by, space.Page{Limit: 1})
	if err != nil || found.Rows[0].Profile != space.Criminal {
		t.Errorf("the space has the profile %q, %v", found.Rows[0].Profile, err)
	}
	h.admin.Post(h.path+"/spaces/new", "name", "Elle-même", "email", "helene@delmas.example", "model", "conseil").
		Answers(t, http.StatusConflict, "").One("#f-email-error").Says("personne du cabinet")
}

func TestDeskGoesOn(t *testing.T) {
	h := open(t)
	const all = 53
	for n := range all { // in one instant of the clock
		h.space(fmt.Sprint("Client ", n), "client@petit.example")
	}
	seen := map[string]bool{}
	for path, pages := h.path, 0; path != ""; pages++ {
		page := h.admin.Get(path).Answers(t, http.StatusOK, "")
		for _, link := range page.All("#spaces th a") {
			seen[link.Attr("href")] = true
		}
		path = ""
		for _, more := range page.All("#spaces-more a") {
			path = h.path + more.Attr("href")
		}
		if pages > 2 {
			t.Fatal("pages without end")
		}
	}
	if len(seen) != all {
		t.Errorf("%d spaces on all pages, want %d", len(seen), all)
	}
	for _, bad := range []string{"?after=x", "?after=x&changed=1", "?changed=1&after="} {
		h.admin.Get(h.path+bad).Answers(t, http.StatusNotFound, "")
	}
}

func TestTeam(t *testing.T) {
	h := open(t)
	lawyer := h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	h.admin.Get(h.path+"/people").Answers(t, http.StatusOK, "").One(".desk-add form.form").Is("action", h.path+"/people")
	page := lawyer.Get(h.path+"/people").Answers(t, http.StatusOK, "")
	page.Lacks("main form")
	page.One("main").Says("Me Hélène Delmas")
	lawyer.Post(h.path+"/people", "name", "Me X", "email", "x@delmas.example", "role", "admin").Answers(t, http.StatusForbidden, "")

	page = h.admin.Post(h.path+"/people", "name", "", "email", "ines@delmas.example", "role", "queen").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-name-error")
	page.One("#f-role-error")
	page.One("input[name=email]").Is("value", "ines@delmas.example")
	h.admin.Post(h.path+"/people", "name", "Inès Roche", "email", "ines@delmas.example", "role", "assistant").
		Answers(t, http.StatusSeeOther, h.path+"/people?done=colleague_added")
	h.admin.Get(h.path + "/people?done=colleague_added").One("#flash").Says("équipe")
	h.admin.Post(h.path+"/people", "name", "Inès Roche", "email", "ines@delmas.example", "role", "assistant").
		Answers(t, http.StatusConflict, "").One("#f-email-error").Says("déjà partie du cabinet")
}

// TestColleague: who administers the firm sees what a departure changes, without the
// names of spaces that are not hers, decides it, and the one who left is told so.
func TestColleague(t *testing.T) {
	h := open(t)
	paul := h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	p, err := h.Accounts.Find(t.Context(), "paul@delmas.example")
	h.must(err)
	by := authz.Actor{Person: p.ID, Firm: h.by.Firm, Role: authz.Lawyer, Via: authz.ViaPassword}
	var spaces []id.Space
	for _, client := range []string{"Mme Claire Petit", "M. Jean Martin"} {
		s, err := h.Lifecycle.OpenSpace(t.Context(), by, lifecycle.NewSpace{
			ClientName: client, ClientEmail: fmt.Sprintf("client%d@exemple.fr", len(spaces)), Model: h.models[0], Profile: space.Individual, Language: i18n.French,
		})
		h.must(err)
		spaces = append(spaces, s.ID)
	}
	h.must(h.Lifecycle.AddColleague(t.Context(), by, spaces[1], h.by.Person))
	path := h.path + "/people/" + string(p.ID)
	own := h.path + "/people/" + string(h.by.Person)

	h.admin.Get(h.path + "/people").One("main a[href=" + path + "]")
	paul.Get(h.path + "/people").Lacks("main a[href=" + path + "]")
	paul.Get(path).Answers(t, http.StatusForbidden, "")
	h.admin.Get(h.path+"/people/"+string(id.New[id.Person](h.Clock.Now()))).Answers(t, http.StatusNotFound, "")
	page := h.admin.Get(path).Answers(t, http.StatusOK, "")
	page.One("#leave").Says("2 espaces changent")
	page.One("#leave label[for=f-to-" + string(spaces[1]) + "]").Says("M. Jean Martin")
	page.One("#leave label[for=f-to-" + string(spaces[0]) + "]").Says("Espace ouvert le")
	if strings.Contains(page.Body, "Petit") {
		t.Error("the page names a space that is not the reader's")
	}
	h.admin.Get(own).One("#leave").Says("Confiez d’abord l’administration")

	h.admin.Post(path+"/leave").Answers(t, http.StatusUnprocessableEntity, "").One("#f-successor-error")
	page = h.admin.Post(path+"/leave", "successor", string(h.by.Person), "to-"+string(spaces[0]), string(p.ID)).Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-to-" + string(spaces[0]) + "-error")
	page.One("#leave details[open]")
	h.admin.Post(path+"/leave", "successor", string(h.by.Person)).Answers(t, http.StatusSeeOther, path+"?done=colleague_left")
	page = h.admin.Get(path)
	page.Lacks("#leave")
	page.One("main").Says("Accès fermé")
	h.admin.Get(h.path + "/spaces/" + string(spaces[0]))

	paul.Get(h.path).Answers(t, http.StatusSeeOther, "/signin?next="+strings.ReplaceAll(h.path, "/", "%2F"))
	paul.Post("/signin", "email", "paul@delmas.example", "password", other).Answers(t, http.StatusSeeOther, "/enter")
	paul.Get("/enter").Answers(t, http.StatusOK, "").One("h1").Says("Votre accès a pris fin")
	paul.Get(h.path).Answers(t, http.StatusNotFound, "")
}

// TestRank: administration is given and withdrawn, and the page of who gave it away is
// no longer hers.
func TestRank(t *testing.T) {
	h := open(t)
	h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	p, err := h.Accounts.Find(t.Context(), "paul@delmas.example")
	h.must(err)
	path, own := h.path+"/people/"+string(p.ID), h.path+"/people/"+string(h.by.Person)
	h.admin.Post(own+"/rank").Answers(t, http.StatusConflict, "").One(".summary").Says("Personne d’autre")
	h.admin.Post(path+"/rank", "admin", "1").Answers(t, http.StatusSeeOther, path+"?done=rank_changed")
	h.admin.Get(path).One("#rank").Says("Administre le cabinet.")
	h.admin.Post(own+"/rank").Answers(t, http.StatusSeeOther, h.path+"/people?done=rank_changed")
	h.admin.Get(path).Answers(t, http.StatusForbidden, "")
}

// TestFactorsAreDemanded: who administers the firm demands them once she has one; then who
// has none is led to where she adds it, and finds the firm's door there.
func TestFactorsAreDemanded(t *testing.T) {
	h := open(t)
	paul := h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	page := h.admin.Get(h.path + "/people")
	page.One("#factors").Says("2 personnes n’en ont pas encore")
	h.admin.Post(h.path+"/factors", "days", "7").Answers(t, http.StatusConflict, "").One("#f-days-error").Says("d’abord le vôtre")
	h.admin.Post(h.path+"/factors", "days", "soon").Answers(t, http.StatusUnprocessableEntity, "")
	paul.Get(h.path + "/people").Lacks("#factors")
	paul.Post(h.path+"/factors", "days", "").Answers(t, http.StatusForbidden, "")

	in := account.Session{Person: h.by.Person, Via: authz.ViaPassword, Proven: true, Created: h.Clock.Now()}
	challenge, secret, err := h.Accounts.NewTOTP(t.Context(), in)
	h.must(err)
	added, _, err := h.Accounts.AddTOTP(t.Context(), in, challenge, secret.Code(totp.StepAt(h.Clock.Now())), "Téléphone", account.Source{})
	h.must(err)
	h.must(h.Firms.DemandFactors(t.Context(), h.by, 7*24*time.Hour))
	paul.Get(h.path).Answers(t, http.StatusOK, "").One(".desk-demand a[href=/account/factors]")
	paul.Get("/account/factors").Answers(t, http.StatusOK, "").One("main").Says("exige un second moyen de connexion de son équipe à partir du")
	if added.Token == "" {
		t.Error("she is signed out")
	}
	h.must(h.Firms.DemandFactors(t.Context(), h.by, 0))
	back := "/account/factors?next=" + url.QueryEscape(h.path+"/people?a=1&b=2")
	paul.Get(h.path+"/people?a=1&b=2").Answers(t, http.StatusSeeOther, back)
	led := paul.Get(back).Answers(t, http.StatusOK, "")
	led.One("main").Says("le cabinet s’ouvre ensuite aussitôt")
	led.One("form[action=/account/factors/app] input[name=next]").Is("value", h.path+"/people?a=1&b=2")
	paul.Get("/account/factors?next=//elsewhere.example").Answers(t, http.StatusOK, "").Lacks("input[name=next]")
	paul.Get("/account").Answers(t, http.StatusOK, "")
	paul.Post(h.path+"/people", "name", "x").Answers(t, http.StatusForbidden, "").One("main").Says("second moyen")
}

// TestReviews: an access that is due stands on the desk of who answers for it, and is
// kept or ended there; a date that is none comes back with the form.
func TestReviews(t *testing.T) {
	h := open(t)
	h.admin.Get(h.path+"/reviews").Answers(t, http.StatusOK, "").One("main").Says("Aucun accès n’attend votre décision")
	sp, err := h.Lifecycle.OpenSpace(t.Context(), h.by, lifecycle.NewSpace{
		ClientName: "Mme Claire Petit", ClientEmail: "claire@petit.example", Model: h.models[0], Profile: h.models[0].Profile, Language: i18n.French,
	})
	h.must(err)
	all, err := h.Lifecycle.Reviews(t.Context(), h.by)
	h.must(err)
	at := h.path + "/spaces/" + string(sp.ID) + "/people/" + string(all[0].Person) + "/review"
	h.admin.Get(h.path).Lacks(".desk-demand")
	h.admin.Get(h.path+"/reviews").One("details form.desk-review-keep").Is("action", at)

	h.must(h.Lifecycle.KeepAccess(t.Context(), h.by, sp.ID, all[0].Person, h.Clock.Now().AddDate(0, 0, 1).Format(time.DateOnly)))
	h.Clock.Advance(48 * time.Hour)
	h.admin.Post("/signin", "email", "helene@delmas.example", "password", password).Answers(t, http.StatusSeeOther, "/enter")
	h.admin.Get(h.path).One(".desk-demand a[href=" + h.path + "/reviews]")
	page := h.admin.Get(h.path + "/reviews")
	page.One("section[aria-labelledby=due-title] li").Says("Mme Claire Petit")
	page.Lacks("#coming-title")
	h.admin.Post(at, "until", "2020-01-01").Answers(t, http.StatusUnprocessableEntity, "").One(".desk-review-keep .field-error").Says("à venir")
	h.admin.Post(at, "until", h.Clock.Now().AddDate(0, 6, 0).Format(time.DateOnly)).Answers(t, http.StatusSeeOther, h.path+"/reviews?done=access_kept")
	h.admin.Get(h.path).Lacks(".desk-demand")
	h.admin.Post(h.path+"/reviews", "months", "x").Answers(t, http.StatusUnprocessableEntity, "").One("#f-months-error")
	h.admin.Post(h.path+"/reviews", "months", "3").Answers(t, http.StatusSeeOther, h.path+"/reviews?done=review_chosen")
	h.admin.Post(at+"/end").Answers(t, http.StatusSeeOther, h.path+"/reviews?done=access_ended")
	h.admin.Get(h.path + "/reviews").Lacks("form.desk-review-keep")
	paul := h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	paul.Get(h.path+"/reviews").Answers(t, http.StatusOK, "").One("#rule").Says("3 mois")
	paul.Get(h.path + "/reviews").Lacks("#rule form")
	paul.Post(h.path+"/reviews", "months", "6").Answers(t, http.StatusForbidden, "")
}

// TestMessageSizes: who administers the firm adds, changes and removes its own sizes; a
// line that cannot be kept comes back as it was written, beside its error; nobody else has
// the page.
func TestMessageSizes(t *testing.T) {
	h := open(t)
	at := h.path + "/message-sizes"
	h.admin.Get(h.path + "/people").One("a[href=" + at + "]")
	if n := len(h.admin.Get(at).Answers(t, http.StatusOK, "").All("fieldset")); n != 2 {
		t.Errorf("%d lines before any size", n)
	}
	again := h.admin.Post(at, "name-0", "Messagerie", "megabytes-0", "18", "name-1", "messagerie", "megabytes-1", "4,5", "name-3", "", "megabytes-3", "7").Answers(t, http.StatusUnprocessableEntity, "")
	again.One("#f-name-0").Is("value", "Messagerie")
	again.One("#f-megabytes-1").Is("value", "4,5")
	again.One("#f-name-1-error").Says("porte déjà ce nom")
	again.One("#f-megabytes-1-error").Says("de 1 à 1\u202f000")
	again.One("#f-name-2-error").Says("Taille n° 3")
	if n := len(again.All(".summary a")); n != 3 {
		t.Errorf("%d errors above the form", n)
	}
	h.admin.Post(at, "name-0", " Messagerie ", "megabytes-0", "18", "name-4", "Tribunal", "megabytes-4", "2").Answers(t, http.StatusSeeOther, at+"?done=sizes_chosen")
	kept := h.admin.Get(at)
	kept.One("#f-name-0").Is("value", "Messagerie")
	kept.One("#f-megabytes-1").Is("value", "2")
	h.admin.Post(at, "name-0", "", "megabytes-0", "", "name-1", "Tribunal", "megabytes-1", "3").Answers(t, http.StatusSeeOther, at+"?done=sizes_chosen")
	left := h.admin.Get(at)
	left.One("#f-name-0").Is("value", "Tribunal")
	left.One("#f-name-1").Is("value", "")
	var ten []string
	for i := range firm.MaxSizes {
		ten = append(ten, fmt.Sprintf("name-%d", i), fmt.Sprintf("Taille %c", 'A'+i), fmt.Sprintf("megabytes-%d", i), "5")
	}
	h.admin.Post(at, ten...).Answers(t, http.StatusSeeOther, at+"?done=sizes_chosen")
	if n := len(h.admin.Get(at).All("fieldset")); n != firm.MaxSizes {
		t.Errorf("%d lines when there is room for no more", n)
	}
	h.admin.Get(h.path + "/journal").One("main").Says("Me Hélène Delmas a choisi les tailles d’envoi du cabinet.")
	lawyer := h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	lawyer.Get(at).Answers(t, http.StatusForbidden, "")
	lawyer.Post(at, "name-0", "Mienne", "megabytes-0", "1").Answers(t, http.StatusForbidden, "")
	lawyer.Get(h.path + "/people").Lacks("a[href=" + at + "]")
}

func TestFirmsJournal(t *testing.T) {
	h := open(t)
	lawyer := h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	h.space("Mme Claire Petit", "claire@petit.example")
	page := h.admin.Get(h.path+"/journal").Answers(t, http.StatusOK, "")
	page.One("main").Says("Me Hélène Delmas a ouvert le cabinet.")
	page.One("main").Says("Me Hélène Delmas a ajouté Me Paul Leroy à l’équipe.")
	page.One("main").Says("Me Paul Leroy a choisi son mot de passe.")
	page.Silent("space.opened", "Petit", "[desk.")
	for _, act := range page.All("tbody th") {
		if text := act.Text(); !strings.Contains(text, " ") || strings.HasPrefix(text, "firm.") {
			t.Errorf("an act without a sentence: %q", text)
		}
	}
	h.admin.Get(h.path+"/journal?before=x").Answers(t, http.StatusNotFound, "")
	lawyer.Get(h.path+"/journal").Answers(t, http.StatusForbidden, "")
}

// A full plan is said before the form is filled in and keeps what was typed after it;
// the administrator reads how much is used, others do not.
func TestPlanIsShown(t *testing.T) {
	h := open(t)
	page := h.admin.Get(h.path+"/people").Answers(t, http.StatusOK, "")
	page.Silent("Votre formule")
	h.must(h.Plans.Set(t.Context(), h.by.Firm, quota.Plan{Spaces: 1, Colleagues: 2, Storage: 5e9}))
	h.space("Mme Claire Petit", "claire@petit.example")
	lawyer := h.colleague("Me Paul Leroy", "paul@delmas.example", authz.Lawyer)
	plan := h.admin.Get(h.path+"/people").Answers(t, http.StatusOK, "").One("#plan")
	for _, says := range []string{"1 sur 1", "2 sur 2", "0\u00a0o sur 5\u00a0Go", "Plein", "vos clients déposent toujours"} {
		plan.Says(says)
	}
	lawyer.Get(h.path+"/people").Answers(t, http.StatusOK, "").Silent("Votre formule")

	lawyer.Get(h.path+"/spaces/new").Answers(t, http.StatusOK, "").One(".notice-signal").Says("Votre formule compte un espace")
	page = lawyer.Post(h.path+"/spaces/new", "name", "M. Marc Noir", "email", "marc@noir.example", "model", "divorce").Answers(t, http.StatusConflict, "")
	page.One(".notice-signal").Says("Ce que vous avez écrit est resté ci-dessous")
	if value := page.One("input[name=email]").Attr("value"); value != "marc@noir.example" {
		t.Errorf("what was typed is lost: %q", value)
	}
	page = h.admin.Post(h.path+"/people", "name", "Mme Inès Roux", "email", "ines@delmas.example", "role", "assistant").Answers(t, http.StatusConflict, "")
	page.One(".desk-add .notice-signal").Says("toutes les places sont prises")
	if value := page.One("input[name=name]").Attr("value"); value != "Mme Inès Roux" {
		t.Errorf("what was typed is lost: %q", value)
	}
}

func TestClientFindsHerSpaces(t *testing.T) {
	h := open(t)
	first, client := h.space("Mme Claire Petit", "claire@petit.example")
	b := h.Browser()
	home := h.path + "/spaces/" + string(first)
	b.Post(h.link(first, client)).Answers(t, http.StatusSeeOther, home)
	b.Get(h.path).Answers(t, http.StatusSeeOther, home)
	second, _ := h.space("SARL Petit", "claire@petit.example")
	b.Get(h.path).Answers(t, http.StatusSeeOther, home) // a link opens one space
	b.Post("/account/password", "password", other).Answers(t, http.StatusSeeOther, "/account?done=password_chosen")

	b = h.Browser()
	b.Post("/signin", "email", "claire@petit.example", "password", other).Answers(t, http.StatusSeeOther, "/enter")
	page := b.Get(h.path).Answers(t, http.StatusOK, "")
	page.One(".desk-own a[href=" + home + "]").Says("Mme Claire Petit")
	page.One(".desk-own a[href=" + h.path + "/spaces/" + string(second) + "]").Says("SARL Petit")
	page.Silent("Me Hélène Delmas", "/people", "/journal")
	b.Get(h.path+"/search?q=bail").Answers(t, http.StatusOK, "").One(".empty").Says("bail")
	for _, path := range []string{"/spaces/new", "/people", "/journal"} {
		b.Get(h.path+path).Answers(t, http.StatusNotFound, "")
	}
	b.Post(h.path+"/people", "name", "X", "email", "x@x.example", "role", "admin").Answers(t, http.StatusNotFound, "")
	b.Post(h.path+"/spaces/new", "name", "X", "email", "x@x.example", "model", "conseil", "lead", string(h.by.Person)).Answers(t, http.StatusNotFound, "")
	h.Browser().Get(h.path).Answers(t, http.StatusSeeOther, "/signin?next="+strings.ReplaceAll(h.path, "/", "%2F"))
}

// TestSpaceDemands: a space that demands more than she has shown is not in her list, which
// says that there is one and leads to it; her only one leads there at once.
func TestSpaceDemands(t *testing.T) {
	h := open(t)
	first, client := h.space("Mme Claire Petit", "claire@petit.example")
	b := h.Browser()
	b.Post(h.link(first, client))
	demand := func(of id.Space, to authz.Assurance) {
		h.must(h.Office.Keep(t.Context(), h.by.Firm, func(a *act.Act) error { return circle.SetDemand(a, of, to) }))
	}
	demand(first, authz.Twofold)
	home := h.path + "/spaces/" + string(first)
	b.Post("/account/password", "password", other).Answers(t, http.StatusSeeOther, "/account?done=password_chosen")
	b = h.Browser()
	b.Post("/signin", "email", "claire@petit.example", "password", other).Answers(t, http.StatusSeeOther, "/enter")
	b.Get(h.path).Answers(t, http.StatusSeeOther, home)
	second, _ := h.space("SARL Petit", "claire@petit.example")
	page := b.Get(h.path).Answers(t, http.StatusOK, "")
	page.One(".desk-own a[href=" + h.path + "/spaces/" + string(second) + "]")
	page.One(".desk-demand a[href=" + home + "]")
	page.Lacks(".desk-own a[href=" + home + "]")
	h.admin.Get(h.path).Answers(t, http.StatusOK, "").One(".desk-demand a[href=" + home + "]")
	demand(second, authz.Keyed)
	two := b.Get(h.path).Answers(t, http.StatusOK, "")
	two.One(".desk-demand").Says("2 espaces")
	two.Lacks(".desk-own a")
	asked := b.Get("/account/factors?ask=second_factor&next="+url.QueryEscape(home)).Answers(t, http.StatusOK, "")
	asked.One("main").Says("Ajoutez le vôtre ici")
	asked.One("form[action=/account/factors/app] input[name=next]").Is("value", home)
	b.Get("/account/factors?ask=anything").Answers(t, http.StatusOK, "").Lacks(".notice")
}
