package desk

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/journal"
	"cenacle/internal/overview"
	"cenacle/internal/space"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

var now = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

func TestTemplates(t *testing.T) {
	uitest.Check(t, deskPage)
	uitest.Check(t, listPage)
	uitest.Check(t, newPage)
	uitest.Check(t, peoplePage)
	uitest.Check(t, colleaguePage)
	uitest.Check(t, reviewPage)
	uitest.Check(t, sizePage)
	uitest.Check(t, journalPage)
	uitest.Check(t, searchPage)
	uitest.Check(t, vigilancePage)
	uitest.Check(t, sanctionsPage)
	uitest.Check(t, wherePage)
	uitest.Check(t, agendaPage)
	uitest.Check(t, conflictPage)
	uitest.Check(t, sanctionSearchPage)
}

// inFirm are the addresses of a firm without a request.
type inFirm struct{}

func (inFirm) FirmPath(segments ...string) string { return "/f/x" + join(segments) }
func (inFirm) SpacePath(s id.Space, segments ...string) string {
	return "/f/x/spaces/" + string(s) + join(segments)
}

func join(segments []string) string {
	out := ""
	for _, s := range segments {
		out += "/" + s
	}
	return out
}

func base(t testing.TB, l i18n.Language, layout ui.Layout, title string) ui.Base {
	return ui.Base{Printer: uitest.Printer(t, l), Layout: layout, Title: title, Now: now, Firm: "Cabinet Delmas", Person: "Me Hélène Delmas"}
}

// busy is a desk on which something waits on both sides.
func busy() overview.Desk {
	petit := space.Space{ID: "petit", Name: "Mme Claire Petit", Model: "divorce", State: "open", Changed: now.Add(-time.Hour)}
	martin := space.Space{ID: "martin", Name: "SARL Martin", Model: "recouvrement", State: "closed", Changed: now.Add(-40 * time.Hour)}
	far := space.Space{ID: "far", Name: "M. Loin", Model: "permis", State: "open"}
	d := overview.Desk{
		Spaces: map[id.Space]space.Space{"petit": petit, "martin": martin, "far": far},
		Names:  map[id.Person]string{"claire": "Mme Claire Petit", "jean": "M. Jean Martin"},
		Waits: []overview.Wait{
			{Space: "petit", Kind: overview.ToAnswer, What: item.Memo, Mine: true, Count: 1, Item: "m1", By: "2026-11-20", Late: true, Since: now.Add(-90 * time.Hour)},
			{Space: "far", Kind: overview.ToRead, What: item.Document, Mine: true, Count: 3, Item: "d3", Since: now.Add(-time.Hour)},
			{Space: "petit", Kind: overview.ToRead, What: item.Memo, Mine: true, Count: 2, Item: "m2", Since: now.Add(-2 * time.Hour)},
			{Space: "martin", Kind: overview.ToRead, What: item.Document, Who: "jean", Count: 1, Item: "d1", Since: now.Add(-50 * time.Hour)},
			{Space: "petit", Kind: overview.ToAnswer, What: item.Memo, Count: 1, Item: "m3", By: "2026-12-01", Since: now.Add(-time.Hour)},
		},
		More: &space.Page{Changed: now.Add(-40 * time.Hour), After: "martin", Limit: 2},
	}
	d.Rows = []overview.Row{
		{Space: petit, Clients: []string{"Mme Claire Petit"}, Unread: 2, Waits: []overview.Wait{d.Waits[0], d.Waits[2], d.Waits[4]}},
		{Space: martin, Clients: []string{"M. Jean Martin", "Mme Odile Martin"}, Waits: []overview.Wait{d.Waits[3]}},
	}
	return d
}

func TestDeskSaysWhoAwaitsWhat(t *testing.T) {
	for _, l := range i18n.All() {
		b := base(t, l, ui.Desk, "Qui attend quoi")
		page := uitest.Render(t, deskPage, newDesk(b, inFirm{}, busy(), space.Page{}))
		page.Silent("[desk.", "[space.", "[ui.", "{0}", "%!")
		page.One(".desk-head a[href=/f/x/spaces/new]")
		page.One("form[role=search] input[name=q]")
		mine := page.One("section[aria-labelledby=mine-title]")
		lines := mine.All(".wait-yours")
		if len(lines) != 2 {
			t.Fatalf("%s: %d lines await her, want one of each space", l, len(lines))
		}
		lines[0].One("a[href=/f/x/spaces/petit]")
		lines[0].Has(".late")
		mine.One("a[href=/f/x/spaces/far]").Says("M. Loin")
		others := page.One("section[aria-labelledby=others-title]")
		others.Says("M. Jean Martin")
		others.One("a[href=/f/x/spaces/martin/documents/d1]")
		others.Lacks(".wait-yours")
	}
	b := base(t, i18n.French, ui.Desk, "Qui attend quoi")
	page := uitest.Render(t, deskPage, newDesk(b, inFirm{}, busy(), space.Page{}))
	first := page.All("tbody tr")[0]
	first.Says("2 à lire")
	first.Says("Réponse à donner")
	first.Says("le client")
	if text := first.One("th").Text(); strings.Count(text, "Petit") != 1 {
		t.Errorf("the client's name repeats that of the space: %q", text)
	}
	second := page.All("tbody tr")[1]
	second.Says("M. Jean Martin et Mme Odile Martin")
	second.Says("Clos")
	second.Lacks(".badge-new")
	page.One("#spaces-more a[data-more=spaces]").Is("href", fmt.Sprintf("?changed=%d&after=martin", now.Add(-40*time.Hour).UnixMicro()))
}

func TestDeskFoldsWhatIsMuch(t *testing.T) {
	d := busy()
	for n := range 20 {
		of := space.Space{ID: id.Space(fmt.Sprint(n)), Name: fmt.Sprint("Client ", n)}
		d.Spaces[of.ID] = of
		d.Waits = append(d.Waits, overview.Wait{Space: of.ID, Kind: overview.ToRead, What: item.Memo, Mine: true, Count: 1, Item: "m"})
	}
	page := uitest.Render(t, deskPage, newDesk(base(t, i18n.French, ui.Desk, "T"), inFirm{}, d, space.Page{}))
	if got := len(page.All("section[aria-labelledby=mine-title] details .wait")); got != 22-waits {
		t.Errorf("%d lines are folded, want %d", got, 22-waits)
	}
	later := uitest.Render(t, deskPage, newDesk(base(t, i18n.French, ui.Desk, "T"), inFirm{}, d, space.Page{After: "petit"}))
	later.Lacks(".wait")
	later.Has("tbody tr")
}

func TestEmptyFirmTeachesTheFirstGesture(t *testing.T) {
	page := uitest.Render(t, deskPage, newDesk(base(t, i18n.French, ui.Desk, "T"), inFirm{}, overview.Desk{}, space.Page{}))
	page.One(".desk-first a.button-primary[href=/f/x/spaces/new]")
	page.One(".desk-first").Says("moins d’une minute")
	page.Lacks("table")
	page.Lacks("form[role=search]")
}

func TestListTellsNothingOfChanges(t *testing.T) {
	spaces := []space.Space{
		{ID: "b", Name: "SARL Zénith", Model: "conseil", Created: now.AddDate(0, -1, 0), Changed: now},
		{ID: "a", Name: "Mme Petit", Model: "divorce", Created: now.AddDate(0, -2, 0), Changed: now.Add(-time.Hour)},
	}
	page := uitest.Render(t, listPage, newList(base(t, i18n.French, ui.Client, "Vos espaces"), inFirm{}, spaces))
	links := page.All(".desk-own a")
	if len(links) != 2 || links[0].Attr("href") != "/f/x/spaces/a" {
		t.Errorf("not in the order of names: %v", links[0].Attr("href"))
	}
	page.Lacks("time")
	page.One("form[role=search]")
	none := uitest.Render(t, listPage, newList(base(t, i18n.French, ui.Client, "Vos espaces"), inFirm{}, nil))
	none.One(".empty")
}

func staff() []firm.Card {
	return []firm.Card{
		{Person: "me", Role: authz.Admin, State: firm.Active, Name: "Me Hélène Delmas", Email: "helene@delmas.example"},
		{Person: "paul", Role: authz.Lawyer, State: firm.Active, Name: "Me Paul Leroy", Email: "paul@delmas.example"},
		{Person: "ines", Role: authz.FirmAssistant, State: firm.Active, Name: "Inès Roche", Email: "ines@delmas.example"},
		{Person: "left", Role: authz.Lawyer, State: firm.Disabled, Name: "Me Parti", Email: "parti@delmas.example"},
	}
}

func typed(values map[string]string) answers {
	return answers{
		one:  func(name string) string { return values[name] },
		many: func(name string) []string { return strings.Fields(values[name]) },
	}
}

func form(t *testing.T, by authz.Actor, values map[string]string) NewSpace {
	t.Helper()
	models, err := space.LoadModels()
	if err != nil {
		t.Fatal(err)
	}
	page := NewSpace{Base: base(t, i18n.French, ui.Desk, "Ouvrir un espace"), Action: "/f/x/spaces/new", Open: ui.Button{Label: "Ouvrir l’espace"}, Cancel: ui.Button{Label: "Annuler", Href: "/f/x"}}
	page.ask(typed(values))
	page.choose(models, typed(values))
	page.settle(staff(), by, typed(values))
	return page
}

func TestNewSpaceAsksThreeThings(t *testing.T) {
	page := uitest.Render(t, newPage, form(t, authz.Actor{Person: "me", Role: authz.Admin}, nil))
	page.One("form[action=/f/x/spaces/new] input[name=name][autofocus]")
	page.One("input[type=email][name=email]")
	if got := len(page.All("input[name=model]")); got != 7 {
		t.Errorf("%d models are offered, want 7", got)
	}
	page.Lacks("input[name=model][checked]")
	page.Lacks("input[name=profile][checked]")
	page.Lacks("details[open]")
	page.One("details select[name=lead] option[value=me][selected]")
	page.Lacks("option[value=left]")
	page.Lacks("input[name=colleague][value=me]")
	page.One("input[name=colleague][value=ines]")
	page.One(".desk-then").Says("quelque chose l’attend")
	if usual := page.One("c-opening").Attr("data-usual"); !strings.Contains(usual, "recouvrement:entreprise") || !strings.Contains(usual, "penal:penal") {
		t.Errorf("the usual profiles are %q", usual)
	}
}

func TestNewSpaceOfAnAssistantAsksForTheLawyer(t *testing.T) {
	page := uitest.Render(t, newPage, form(t, authz.Actor{Person: "ines", Role: authz.FirmAssistant}, nil))
	page.Lacks("details select[name=lead]")
	lead := page.One("select[name=lead]")
	lead.Lacks("option[selected]")
	lead.Lacks("option[value=ines]")
}

func TestNewSpaceComesBackFilled(t *testing.T) {
	f := form(t, authz.Actor{Person: "me", Role: authz.Admin}, map[string]string{
		"name": "Mme Petit", "email": "petit", "model": "divorce", "profile": "particulier", "space": "Petit", "lead": "paul", "colleague": "ines",
	})
	var wrong fault.Fields
	wrong.Add("email", "email.malformed")
	wrong.Add("colleague", "lifecycle.not_colleague")
	f.mark(wrong)
	page := uitest.Render(t, newPage, f)
	page.One("input[name=name][value='Mme Petit']")
	page.One("input[name=email][value=petit][aria-invalid=true]")
	page.One("input[name=model][value=divorce][checked]")
	page.One("input[name=profile][value=particulier][checked]")
	page.One("details[open] input[name=space][value=Petit]")
	page.One("option[value=paul][selected]")
	page.One("input[name=colleague][value=ines][checked]")
	page.One(".summary a[href=#f-email]")
	page.One(".summary a[href=#f-colleague]")
	page.Lacks("[autofocus]")
}

func TestPeople(t *testing.T) {
	b := base(t, i18n.French, ui.Desk, "Équipe")
	seen := newPeople(b, staff(), authz.Actor{Person: "paul", Role: authz.Lawyer})
	page := uitest.Render(t, peoplePage, seen)
	page.Lacks("main form")
	rows := page.All(".desk-card")
	if len(rows) != 4 {
		t.Fatalf("%d people", len(rows))
	}
	rows[1].Says("Vous")
	rows[3].Says("Accès fermé")
	rows[2].Says("Assistant")
	seen.Add = newAdd(b, "/f/x/people", typed(map[string]string{"name": "Me Zoé Blin", "role": "lawyer"}))
	seen.Add.Summary = ui.Refuse(b.Printer, fault.New(fault.Conflict, "firm.already_colleague").In("email")).Mark(&seen.Add.Email)
	page = uitest.Render(t, peoplePage, seen)
	page.One("form[action=/f/x/people] input[name=name][value='Me Zoé Blin']")
	page.One("input[name=role][value=lawyer][checked]")
	page.One("input[name=email][aria-invalid=true]")
	page.One("form[action=/f/x/people]").Says("un lien pour choisir son mot de passe")
}

func TestOnlyAdministratorsAreOfferedTheForm(t *testing.T) {
	for role, want := range map[authz.FirmRole]bool{authz.Admin: true, authz.Lawyer: false, authz.FirmColleague: false, authz.FirmAssistant: false, authz.Outsider: false} {
		if got := mayAdd(authz.Actor{Person: "p", Firm: "f", Role: role}); got != want {
			t.Errorf("%s: %v", role, got)
		}
	}
}

func TestJournalInPlainWords(t *testing.T) {
	entry := func(kind string, position int64) overview.Entry {
		return overview.Entry{Record: journal.Record{ID: "e", Kind: kind, At: now, Position: position, Leaf: [32]byte{0xab, 0xcd}}, ActorName: "Me Delmas", AboutName: "Me Leroy"}
	}
	found := []overview.Entry{entry("firm.colleague_added", 4), entry("firm.unheard-of", -1), entry("firm.founded", 0)}
	page := uitest.Render(t, journalPage, newJournal(base(t, i18n.French, ui.Desk, "Journal"), found, journal.Head{Size: 12, At: now}))
	rows := page.All("tbody tr")
	rows[0].Says("Me Delmas a ajouté Me Leroy à l’équipe.")
	rows[0].Says("abcd00000000")
	rows[1].Says("firm.unheard-of")
	rows[1].Says("dans un instant")
	rows[2].Says("Me Delmas a ouvert le cabinet.")
	page.One("#desk-proof").Says("12 écritures")
	page.One("#desk-proof kbd").Says("cenacle journal verify")
	page.Lacks(".more")
	for range entries {
		found = append(found, entry("firm.founded", 1))
	}
	page = uitest.Render(t, journalPage, newJournal(base(t, i18n.English, ui.Desk, "Journal"), found, journal.Head{}))
	page.One("#entries-more a[href=?before=e]")
	if got := len(page.All("tbody tr")); got != entries {
		t.Errorf("%d lines, want %d", got, entries)
	}
	page.Lacks("#desk-proof .hash")
	page.Silent("[desk.")
}

func TestSearchShowsTitlesFirst(t *testing.T) {
	hit := func(in id.Space, name, title string, where document.Where, read bool) document.Hit {
		h := document.Hit{SpaceName: name, Where: where}
		h.ID, h.Space, h.Title, h.Read, h.Author, h.AuthorName = id.Item(fmt.Sprintf("d%d", len(title))), in, title, read, "paul", "Me Leroy"
		h.Current = document.Version{Number: 1, Media: "application/pdf", Size: 1000, Created: now}
		return h
	}
	b := base(t, i18n.French, ui.Desk, "Chercher un document")
	found := newResults(b, inFirm{}, []document.Hit{
		hit("petit", "Mme Petit", "Bail signé", document.InTitle, false), hit("martin", "SARL Martin", "Bail commercial", document.InTitle, true),
		hit("petit", "Mme Petit", "Assignation", document.InContents, true),
	}, "me")
	asked := url.Values{"q": {"bail"}, "space": {"petit"}, "kind": {"pdf"}, "from": {"2026-11-01"}}
	find := document.Find{Text: "bail", Space: "petit", Look: document.PDF}
	found.Search, found.Asked, found.Narrow = Search{Action: "/f/x/search", Words: "bail"}, true, narrow(b, "/f/x/search", asked, find)
	found.More = "/f/x/search?after=title.d1&q=bail"
	page := uitest.Render(t, searchPage, found)
	sections := page.All(".desk-found section")
	if len(sections) != 2 || len(sections[0].All(".doc")) != 2 || len(sections[1].All(".doc")) != 1 {
		t.Fatalf("%d sections", len(sections))
	}
	sections[0].One("h2").Says("Dans le titre")
	sections[0].One(".doc-unread").Says("Bail signé")
	sections[0].One("a[href=/f/x/spaces/martin/documents/d15]")
	sections[0].One("a[href=/f/x/spaces/martin]").Says("SARL Martin")
	sections[1].One("h2").Says("Dans le contenu")
	page.One("form[role=search] input[name=q][value=bail]")
	form := page.One(".desk-narrow[open] form")
	form.One("input[name=q][value=bail]")
	form.One("input[name=space][value=petit]")
	form.One("select[name=kind] option[value=pdf][selected]")
	form.One("input[type=date][name=from][value=2026-11-01]")
	page.One(`a[href="/f/x/search?after=title.d1&q=bail"]`)
	none := uitest.Render(t, searchPage, Results{Base: b, Search: Search{Words: "<b>zzz"}, Asked: true})
	none.One(".empty").Says("<b>zzz")
	none.Lacks(".desk-found b")
	fresh := uitest.Render(t, searchPage, Results{Base: b})
	fresh.Lacks(".empty")
	fresh.Lacks(".desk-narrow")
}

func TestWhatIsLookedFor(t *testing.T) {
	asked := func(query string) (document.Find, error) {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		return findOf(values, time.UTC)
	}
	item := id.New[id.Item](now)
	got, err := asked("q=+Bail+&tray=client&kind=pdf&from=2026-11-01&to=2026-11-02&after=contents." + string(item))
	want := document.Find{
		Text: "Bail", Tray: space.ClientTray, Look: document.PDF, From: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC),
		After: document.Found{Where: document.InContents, Item: item},
	}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, query := range []string{"q=a&space=1", "q=a&from=hier", "q=a&to=2026-13-01", "q=a&after=title.x", "q=a&after=x." + string(item)} {
		if _, err := asked(query); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", query, err)
		}
	}
}
