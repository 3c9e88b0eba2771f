package room_test

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// TestCirclePages: a circle is named on the page of people, its people come and
// go on its own, a document is shown to who came later, and only who is in it
// has a say.
func TestCirclePages(t *testing.T) {
	s := open(t)
	guest, reader := string(s.Guest.Actor.Person), string(s.Reader.Actor.Person)
	back := s.Lead.Post(s.Path("circles"), "name", " ", "kind", "named", "person", guest)
	if back.Status != 422 {
		t.Fatalf("without a name: %d", back.Status)
	}
	back.One("#f-circle[aria-invalid=true]")
	back.One("#f-circle-people input[value=" + guest + "][checked]")
	done := s.Lead.Post(s.Path("circles"), "name", "Experts", "kind", "named", "person", guest)
	at, _, _ := strings.Cut(done.Location, "?")
	if done.Status != 303 || !strings.HasPrefix(at, s.Path("circles")+"/") {
		t.Fatalf("named: %d %s", done.Status, done.Location)
	}
	of := at[len(s.Path("circles"))+1:]
	page := s.page(s.Lead, "circles", of)
	page.One("h1").Says("Experts")
	page.One("main").Says("Me Anne Roux")
	page.One("main").Says("par Me Claire Delmas, depuis le")
	page.One("#remove-" + guest + " form")
	page.Lacks("#remove-" + string(s.Lead.Actor.Person))
	s.page(s.Lead, "people").One("#circles").Says("Experts")

	sent := s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Rapport.txt", Circles: []id.Circle{id.Circle(of)}}, []byte("rapport"))
	s.Clock.Advance(time.Second)
	if in := s.Lead.Post(at+"/people", "person", reader); in.Location != at+"?done=circle_entered" {
		t.Fatalf("let in: %d %s", in.Status, in.Location)
	}
	if again := s.Lead.Post(at+"/people", "person", reader); again.Status != 409 {
		t.Errorf("let in twice: %d", again.Status)
	}
	if page := s.Reader.Get(s.Path("documents", string(sent))); page.Status != 404 {
		t.Errorf("who came later sees it: %d", page.Status)
	}
	doc := s.page(s.Lead, "documents", string(sent))
	doc.One(".room-late").Says("M. Luc Lenoir a rejoint «\u00a0Experts\u00a0» après l’envoi")
	doc.One(".room-late input[name=circle]").Is("value", of)
	doc.One(".room-late input[name=extended]")
	if shown := s.Lead.Post(doc.One(".room-late form").Attr("action"), "circle", of, "extended", "1"); shown.Status != 303 {
		t.Errorf("shown too: %d", shown.Status)
	}
	s.page(s.Reader, "documents", string(sent))
	s.page(s.Lead, "documents", string(sent)).Lacks(".room-late")

	other := s.page(s.Colleague, "circles", of)
	other.Lacks("select[name=person]")
	other.Lacks("#remove-" + guest)
	other.One("main").Says("Vous n’êtes pas de ce cercle")
	s.page(s.Colleague).Lacks("#compose input[value=" + of + "]")
	s.page(s.Lead).One("#compose input[value=" + of + "]")
	if out := s.Lead.Post(at + "/people/" + reader + "/remove"); out.Location != at+"?done=circle_left" {
		t.Errorf("taken out: %d %s", out.Status, out.Location)
	}
	if page := s.Reader.Get(s.Path("documents", string(sent))); page.Status != 404 {
		t.Errorf("who was taken out sees it: %d", page.Status)
	}
	if named := s.Lead.Post(at, "name", "Sapiteurs"); named.Location != at+"?done=circle_renamed" {
		t.Errorf("renamed: %d %s", named.Status, named.Location)
	}
	inner := s.Lead.Post(s.Path("circles"), "name", "Fond", "kind", string(circle.Inner))
	heart, _, _ := strings.Cut(inner.Location, "?")
	s.page(s.Lead, "circles", heart[len(s.Path("circles"))+1:]).One("main").Says("ne sort jamais du cabinet")
	for _, house := range []id.Circle{s.House.Firm, s.House.All, "nothing"} {
		if page := s.Lead.Get(s.Path("circles", string(house))); page.Status != 404 {
			t.Errorf("the page of circle %s: %d", house, page.Status)
		}
	}
	if page := s.Client.Get(at); page.Status != 403 {
		t.Errorf("a client's page of a circle: %d", page.Status)
	}
}

// TestSeenAsPage: a lawyer sees the client's page without anything to do on it.
func TestSeenAsPage(t *testing.T) {
	s := open(t)
	path := s.Path("people", string(s.Client.Actor.Person), "see")
	s.page(s.Lead, "people").One("form[action=" + path + "]")
	page := s.Lead.Post(path)
	if page.Status != 200 {
		t.Fatalf("seen as the client: %d", page.Status)
	}
	page.Silent("[room.", "[ui.", secretTitle, secretBody, "%!")
	page.One("h1").Says("Ce que voit Mme Sophie Petit")
	page.One("main").Says("Projet de convention.pdf")
	page.One("main").Says("attestation")
	page.Lacks("main form")
	page.Lacks("main button")
	page.Lacks("main input")
	if refused := s.Colleague.Post(path); refused.Status != 403 { // her card is no lawyer's
		t.Errorf("a colleague: %d", refused.Status)
	}
	s.page(s.Colleague, "people").Lacks("form[action=" + path + "]")
	if back := s.Lead.Post(s.Path("people", string(s.Colleague.Actor.Person), "see")); back.Status != 422 {
		t.Errorf("as a colleague: %d", back.Status)
	}
}

// TestWhyPage: the page words the reason of each member, those who came too late
// included, and says of the document what it says there.
func TestWhyPage(t *testing.T) {
	s := open(t)
	page := s.page(s.Lead, "documents", string(s.sent), "why")
	page.One("#sees").Says("Mme Sophie Petit")
	page.One("#sees").Says("Par le cercle Client")
	page.One("#misses").Says("N’est dans aucun des cercles à qui ceci a été envoyé")
	s.page(s.Lead, "documents", string(s.sent)).One("a[href=" + s.Path("documents", string(s.sent), "why") + "]")
	page = s.page(s.Lead, "memos", string(s.internal), "why")
	if strings.Contains(page.One("#sees").Text(), "Mme Sophie Petit") {
		t.Error("the client is said to see what is internal")
	}
	page.One("#misses").Says("Ceci est interne")
	s.page(s.Lead).One("#memo-" + string(s.internal) + " a[href=" + s.Path("memos", string(s.internal), "why") + "]")
	if len(s.page(s.Client).All("a[href$='/why']")) > 0 {
		t.Error("the client is offered the reasons of others")
	}
	for _, at := range [][]string{{"documents", string(s.sent), "why"}, {"memos", string(s.asked), "why"}} {
		if got := s.Client.Get(s.Path(at...)).Status; got != 403 {
			t.Errorf("the client gets %d at %v", got, at)
		}
	}
}

// TestAnswerPage: a memo that asks is answered below it, once; the firm reads
// who has and who has not, and what was contested.
func TestAnswerPage(t *testing.T) {
	s := open(t)
	if sent := s.Lead.Post(s.Path("memos"), "subject", "Votre accord", "body", "Le calendrier.", "circle", string(s.House.Client), "asks", "approved"); sent.Status != 303 {
		t.Fatalf("asked: %d", sent.Status)
	}
	page := s.page(s.Client)
	at := page.All(".memo-ask form")[0].Attr("action")
	page.One(".memo-ask").Says("Je valide ce qui est écrit dans ce message.")
	s.page(s.Lead).One(".memo-answers").Says("Réponse attendue de Mme Sophie Petit")
	s.page(s.Lead).Lacks(".memo-ask")
	back := s.Client.Post(at, "note", " ")
	if back.Status != 422 {
		t.Fatalf("contested without a reason: %d", back.Status)
	}
	back.One(".memo-ask textarea[aria-invalid=true]")
	back.One(".memo-ask details[open]")
	if done := s.Client.Post(at, "note", "Le 4 est férié."); done.Status != 303 || !strings.Contains(done.Location, "memo_answered") {
		t.Fatalf("contested: %d %s", done.Status, done.Location)
	}
	s.page(s.Client).One(".memo-answers").Says("Vous avez contesté")
	s.page(s.Client).Lacks(".memo-ask")
	told := s.page(s.Lead).One(".memo-answers")
	for _, words := range []string{"Mme Sophie Petit a contesté", "Je conteste ce qui est écrit dans ce message.", "Le 4 est férié."} {
		told.Says(words)
	}
	if again := s.Client.Post(at, "answer", "approved"); again.Status != 409 {
		t.Errorf("answered twice: %d", again.Status)
	}
	if odd := s.Client.Post(at, "answer", "perhaps"); odd.Status != 404 {
		t.Errorf("an answer there is not: %d", odd.Status)
	}
}

// TestWallPage: a lawyer of the space refuses access with a reason, and what is
// wrong comes back filled; she who is kept out finds nothing, and who is no lawyer
// is shown nothing of it.
func TestWallPage(t *testing.T) {
	s := open(t)
	path := s.Path("walls")
	s.page(s.Lead, "people").One("#walls form[action=" + path + "]")
	s.page(s.Colleague, "people").Lacks("#walls") // her card is no lawyer's
	if refused := s.Colleague.Post(path, "person", string(s.Guest.Actor.Person), "reason", "Conflit"); refused.Status != 403 {
		t.Errorf("a colleague: %d", refused.Status)
	}
	back := s.Lead.Post(path, "person", string(s.Guest.Actor.Person), "until", "2027-01-15", "reason", " ")
	if back.Status != 422 {
		t.Fatalf("without a reason: %d", back.Status)
	}
	back.One("#walls details[open] textarea[aria-invalid=true]")
	back.One("#walls input[name=until]").Is("value", "2027-01-15")
	back.One("#walls option[value=" + string(s.Guest.Actor.Person) + "][selected]")
	done := s.Lead.Post(path, "person", string(s.Guest.Actor.Person), "until", "2027-01-15", "reason", "Conseil de l’adversaire")
	if done.Location != s.Path("people")+"?done=wall_raised" {
		t.Fatalf("raised: %d %s", done.Status, done.Location)
	}
	if page := s.Guest.Get(s.Path()); page.Status != 404 {
		t.Errorf("behind the wall: %d", page.Status)
	}
	page := s.page(s.Lead, "people")
	page.One("#walls li").Says("Conseil de l’adversaire")
	page.One("#walls li").Says("Jusqu’au vendredi 15 janvier 2027")
	page.Lacks("#walls option[value=" + string(s.Guest.Actor.Person) + "]")
	s.page(s.Lead, "documents", string(s.inner), "why").One("#misses").Says("N’a pas accès à cet espace")
	lift := s.Path("walls", string(s.Guest.Actor.Person), "lift")
	page.Has("#walls li form[action=" + lift + "]")
	if done := s.Lead.Post(lift); done.Location != s.Path("people")+"?done=wall_lifted" {
		t.Errorf("lifted: %d %s", done.Status, done.Location)
	}
	if page := s.Guest.Get(s.Path()); page.Status != 404 {
		t.Errorf("lifting gives the space back: %d", page.Status)
	}
	s.page(s.Lead, "people").Lacks("#walls li")
}

// TestHandPage: who answers for the space is offered its other lawyers, and nobody
// else is offered anything.
func TestHandPage(t *testing.T) {
	s := open(t)
	s.page(s.Lead, "people").Lacks("#hand") // there is no other lawyer
	path := s.Path("lead")
	if refused := s.Lead.Post(path, "person", string(s.Colleague.Actor.Person)); refused.Status != 422 {
		t.Errorf("to who is no lawyer: %d", refused.Status)
	}
	card, err := s.Firms.AddColleague(t.Context(), s.Lead.Actor, firm.Colleague{Name: "Me Rose Relève", Email: "releve@delmas.example", Role: authz.Lawyer, Language: i18n.French})
	s.must(err)
	heir := card.Person
	s.must(s.Lifecycle.AddColleague(t.Context(), s.Lead.Actor, s.Space, heir))
	s.page(s.Lead, "people").One("#hand option[value=" + string(heir) + "]")
	s.page(s.Colleague, "people").Lacks("#hand")
	if refused := s.Colleague.Post(path, "person", string(heir)); refused.Status != 403 {
		t.Errorf("a colleague hands it over: %d", refused.Status)
	}
	if done := s.Lead.Post(path, "person", string(heir)); done.Location != s.Path("people")+"?done=space_handed" {
		t.Fatalf("%d %s", done.Status, done.Location)
	}
	page := s.page(s.Lead, "people")
	page.Lacks("#hand")
	page.Has("form[action=" + s.Path("people", string(s.Colleague.Actor.Person), "remove") + "]")
	page.Lacks("form[action=" + s.Path("people", string(heir), "remove") + "]")
}

// TestFirstParty: who sees what is asked for with the first party, the rule that all see
// all chosen already, and with no later one; what is refused comes back as it was chosen.
func TestFirstParty(t *testing.T) {
	s := open(t)
	s.page(s.Lead, "people").One("#new-circle input[name=pattern][value='all all'][checked]")
	wrong := s.Lead.Post(s.Path("circles"), "name", " ", "kind", "party", "pattern", "firm all")
	if wrong.Status != 422 {
		t.Fatalf("without a name: %d", wrong.Status)
	}
	wrong.One("input[name=pattern][value='firm all'][checked]")
	if none := s.Lead.Post(s.Path("circles"), "name", "Bailleur", "kind", "party", "pattern", "none"); none.Status != 422 {
		t.Errorf("a rule that is none: %d", none.Status)
	}
	if done := s.Lead.Post(s.Path("circles"), "name", "Bailleur", "kind", "party", "pattern", "firm all"); done.Status != 303 {
		t.Fatalf("made: %d", done.Status)
	}
	s.page(s.Lead, "questions").One("#rule input[value='firm all'][checked]")
	s.page(s.Lead, "people").Lacks("input[name=pattern]")
	if done := s.Lead.Post(s.Path("circles"), "name", "Preneur", "kind", "party"); done.Status != 303 {
		t.Errorf("the second: %d", done.Status)
	}
}
