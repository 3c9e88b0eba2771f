package room_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
	"cenacle/internal/web/ui/uitest"
	"cenacle/internal/web/webtest"
)

func TestPeoplePage(t *testing.T) {
	s := open(t)
	page := s.page(s.Lead, "people")
	members := page.All("[aria-labelledby=members-title] li")
	if len(members) != 5 {
		t.Errorf("%d members, want 5", len(members))
	}
	remove := func(p *webtest.Player) string { return s.Path("people", string(p.Actor.Person), "remove") }
	page.Has("form[action=" + remove(s.Guest) + "]")
	page.Lacks("form[action=" + remove(s.Lead) + "]")
	page.One("form[action=" + s.Path("people", string(s.Client.Actor.Person), "invite") + "]")
	page.Lacks("form[action=" + s.Path("people", string(s.Colleague.Actor.Person), "invite") + "]")
	page.One("select[name=colleague] option[value=" + string(s.Stranger.Actor.Person) + "]")
	page.Lacks("[aria-labelledby=colleague-title] option[value=" + string(s.Colleague.Actor.Person) + "]")
	for _, by := range []*webtest.Player{s.Client, s.Guest, s.Reader} {
		for _, at := range []string{"people", "journal"} {
			if got := by.Get(s.Path(at)).Status; got != 403 && got != 404 {
				t.Errorf("%s gets %d at %s", by.Name, got, at)
			}
		}
	}
	refused := s.Lead.Post(s.Path("people"), "name", "M. Neuf", "email", "neuf", "role", "reader")
	refused.One("input[name=name][value='M. Neuf']")
	refused.One("input[name=email][value=neuf][aria-invalid=true]")
	refused.One("input[name=role][value=reader][checked]")
	refused.Has(".summary")
	if refused.Status != 422 {
		t.Errorf("an address that is none: %d", refused.Status)
	}
	refused = s.Lead.Post(s.Path("name"), "name", " ")
	refused.One("input#f-space-name[aria-invalid=true]")
	refused.One("input[name=email]").Is("value", "")
	for path, form := range map[string][]string{
		s.Path("people"): {"name", "M. Neuf", "email", "neuf@neuf.example", "role", "reader"}, s.Path("name"): {"name", "Affaire Petit"}, remove(s.Guest): nil,
		s.Path("people", string(s.Client.Actor.Person), "invite"): nil,
	} {
		if page := s.Lead.Post(path, form...); page.Status != 303 || !strings.HasPrefix(page.Location, s.Path("people")+"?done=") {
			t.Errorf("%s: %d %s", path, page.Status, page.Location)
		}
	}
	page = s.page(s.Lead, "people")
	page.One("[aria-labelledby=past-title]").Says("Me Anne Roux")
	page.One("h1").Says("Affaire Petit")
	if got := s.Guest.Get(s.Path()).Status; got != 404 {
		t.Errorf("who was removed gets %d", got)
	}
	s.page(s.Client).Silent("Me Anne Roux")
}

// A full tray shows its newest documents, and the others one step away.
func TestTrayGoesOn(t *testing.T) {
	s := open(t)
	for n := range 30 {
		s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: fmt.Sprintf("Pièce n° %d.pdf", n)}, []byte("%PDF-1.4\n"))
	}
	page := s.page(s.Lead)
	rows := page.All("#tray-firm .doc")
	more := page.One("#tray-firm-more a").Attr("href")
	rest := s.Lead.Get(s.Path() + more)
	others := rest.All("#tray-firm .doc")
	if len(rows) != 20 || len(others) != 12 || len(rest.All("#tray-firm-more")) != 0 {
		t.Errorf("%d documents, then %d", len(rows), len(others))
	}
	page.One("#tray-firm").Says("Pièce n° 29.pdf")
	rest.One("#tray-firm").Says("Pièce n° 0.pdf")
	rest.One("#tray-firm").Says("Projet de convention.pdf")
}

func TestDocumentActs(t *testing.T) {
	s := open(t)
	at := func(segments ...string) string {
		return s.Path(append([]string{"documents", string(s.inner)}, segments...)...)
	}
	if page := s.Lead.Post(at("address")); page.Status != 422 || len(page.All("#send[open] .summary")) != 1 {
		t.Errorf("sent to nobody: %d", page.Status)
	}
	refused := s.Lead.Post(at("name"), "title", "")
	refused.One("input[name=title][aria-invalid=true]")
	for _, step := range []struct{ path, name, value, done string }{
		{at("address"), "circle", string(s.House.Client), at() + "?done=document_sent"}, {at("name"), "title", "Note relue", at() + "?done=document_renamed"},
		{at("delete"), "", "", s.Path() + "?deleted=" + string(s.inner) + "&done=document_deleted"}, {at("restore"), "", "", at() + "?done=document_restored"},
	} {
		if page := s.Client.Post(step.path, step.name, step.value); page.Status != 403 && page.Status != 404 {
			t.Errorf("a client at %s: %d", step.path, page.Status)
		}
		if page := s.Lead.Post(step.path, step.name, step.value); page.Status != 303 || page.Location != step.done {
			t.Errorf("%s: %d to %s, want %s", step.path, page.Status, page.Location, step.done)
		}
	}
	s.page(s.Client, "documents", string(s.inner)).One("h1").Says("Note relue")
	undo := s.Lead.Get(s.Path() + "?deleted=" + string(s.inner))
	undo.One("form.room-undo").Is("action", at("restore"))
	if page := s.Lead.Get(s.Path() + "?deleted=%22%3E%3Cscript%3E"); len(page.All("form.room-undo")) != 0 {
		t.Error("anything can be brought back")
	}
}

// TestTrashPage: the firm's side finds what was deleted and until when, and
// restores it; a lawyer suspends erasure for a reason, which nobody else can.
func TestTrashPage(t *testing.T) {
	s := open(t)
	if page := s.page(s.Lead, "trash"); len(page.All("#trash .empty")) != 1 {
		t.Error("an empty trash says nothing")
	}
	s.must(s.Documents.Delete(t.Context(), s.Lead.Actor, s.inner))
	for _, by := range []*webtest.Player{s.Client, s.Guest, s.Reader} {
		if page := by.Get(s.Path("trash")); page.Status != 403 {
			t.Errorf("%s looks into the trash: %d", by.Name, page.Status)
		}
	}
	page := s.page(s.Lead, "trash")
	page.One("#trash").Says(s.Lead.Name)
	page.One("#trash form").Is("action", s.Path("documents", string(s.inner), "restore"))
	refused := s.Lead.Post(s.Path("holds"), "reason", " ")
	if refused.Status != 422 {
		t.Errorf("a hold without a reason: %d", refused.Status)
	}
	refused.One("textarea[name=reason][aria-invalid=true]")
	for _, by := range []*webtest.Player{s.Client, s.Guest} {
		if page := by.Post(s.Path("holds"), "reason", "Litige"); page.Status != 403 {
			t.Errorf("%s suspends erasure: %d", by.Name, page.Status)
		}
	}
	if page := s.Lead.Post(s.Path("holds"), "reason", "Expertise en cours"); page.Location != s.Path("trash")+"?done=hold_placed" {
		t.Fatalf("a hold: %d %s", page.Status, page.Location)
	}
	page = s.page(s.Lead, "trash")
	page.One(".room-hold").Says("Expertise en cours")
	lift := page.One(".room-hold form").Attr("action")
	page.One("#trash .doc-held").Says("suspendu")
	if back := s.Lead.Post(lift, "reason", ""); back.Status != 422 {
		t.Errorf("lifted without a reason: %d", back.Status)
	}
	if done := s.Lead.Post(lift, "reason", "Rapport rendu"); done.Location != s.Path("trash")+"?done=hold_lifted" {
		t.Errorf("lifted: %d %s", done.Status, done.Location)
	}
	page = s.page(s.Lead, "trash")
	page.One(".room-hold").Says("Rapport rendu")
	page.Lacks(".room-hold form")
	doc := s.page(s.Lead, "documents", string(s.sent))
	held := s.Lead.Post(doc.One("#hold form").Attr("action"), "reason", "")
	held.One("#hold[open] textarea[aria-invalid=true]")
	held.Lacks("input[name=title][aria-invalid=true]")
}

// TestNature: before the gesture each nature says who loses the document; after
// it she has lost it.
func TestNature(t *testing.T) {
	s := open(t)
	path := s.Path("documents", string(s.sent))
	page := s.page(s.Lead, "documents", string(s.sent))
	choice := page.One("#nature form")
	if n := len(choice.All("input[type=radio][name=nature]")); n != 7 {
		t.Errorf("%d natures are offered", n)
	}
	choice.One("input[name=nature][value=''][checked]")
	choice.Says("Mme Sophie Petit ne le verra plus.")
	if back := s.Lead.Post(path+"/nature", "nature", "secrète"); back.Status != 422 || len(back.All("#nature[open] .summary")) != 1 {
		t.Errorf("an unknown nature: %d", back.Status)
	}
	if page := s.Client.Post(path+"/nature", "nature", "officielle"); page.Status != 403 {
		t.Errorf("a client decides: %d", page.Status)
	}
	if done := s.Lead.Post(path+"/nature", "nature", "entre_avocats"); done.Location != path+"?done=document_classified" {
		t.Fatalf("decided: %d %s", done.Status, done.Location)
	}
	if page := s.Client.Get(path); page.Status != 404 {
		t.Errorf("the client gets %d for what is between lawyers", page.Status)
	}
	s.page(s.Lead).One("#doc-" + string(s.sent)).Says("Confidentielle entre avocats")
}

// TestApprovalPage: what is sent where approval is demanded waits for the lawyer
// who answers for the space, who decides over the bytes that she has read.
func TestApprovalPage(t *testing.T) {
	s := open(t)
	s.page(s.Lead, "people").One("#demand form input[name=demanded]").Is("value", "1")
	if done := s.Lead.Post(s.Path("approval"), "demanded", "1"); done.Location != s.Path("people")+"?done=approval_set" {
		t.Fatalf("demanded: %d %s", done.Status, done.Location)
	}
	path := s.Path("documents", string(s.inner))
	if done := s.Lead.Post(path+"/address", "circle", string(s.House.Client)); done.Location != path+"?done=approval_asked" {
		t.Fatalf("sent: %d %s", done.Status, done.Location)
	}
	if page := s.Client.Get(path); page.Status != 404 {
		t.Errorf("the client has it before it is approved: %d", page.Status)
	}
	page := s.page(s.Lead, "documents", string(s.inner))
	page.One("#approval").Says("Mme Sophie Petit")
	hash := page.One("#approval input[name=sha256]").Attr("value")
	colleague := s.page(s.Colleague, "documents", string(s.inner))
	colleague.Lacks("#approval form")
	if page := s.Colleague.Post(path+"/approval", "give", "1", "sha256", hash); page.Status != 403 {
		t.Errorf("a colleague approves: %d", page.Status)
	}
	refused := s.Lead.Post(path+"/approval?sha256="+hash, "reason", "")
	refused.One("#approval textarea[aria-invalid=true]")
	refused.Lacks("input[name=title][aria-invalid=true]")
	if done := s.Lead.Post(path+"/approval", "give", "1", "sha256", hash); done.Location != path+"?done=approval_given" {
		t.Errorf("approved: %d %s", done.Status, done.Location)
	}
	s.page(s.Client, "documents", string(s.inner))
}

// TestPack: what is ticked comes as one file; nothing ticked comes back with a
// sentence; what is not hers is absent.
func TestPack(t *testing.T) {
	s := open(t)
	page := s.page(s.Lead)
	page.One("#pack input[name=document][value=" + string(s.sent) + "]")
	page.One("#pack").Is("action", s.Path("zip"))
	got := s.Client.Post(s.Path("zip"), "document", string(s.sent))
	if got.Status != 200 || !strings.HasPrefix(got.Body, "PK") {
		t.Errorf("packed: %d", got.Status)
	}
	if back := s.Lead.Post(s.Path("zip")); back.Status != 422 {
		t.Errorf("nothing ticked: %d", back.Status)
	}
	if page := s.Client.Post(s.Path("zip"), "document", string(s.inner)); page.Status != 404 {
		t.Errorf("what is not hers: %d", page.Status)
	}
	if all := s.Lead.Post(s.Path("zip"), "all", "1"); all.Status != 200 || !strings.Contains(all.Body, "index.csv") {
		t.Errorf("everything: %d", all.Status)
	}
}

// TestHaste: who has opened a great many documents finds, in the place of one more,
// the way to show that it is she; what she has opened stays open.
func TestHaste(t *testing.T) {
	s := open(t)
	var all []id.Item
	for n := range webtest.Haste + 1 {
		all = append(all, s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: fmt.Sprintf("Pièce %d.txt", n), Circles: []id.Circle{s.House.Client}}, fmt.Append(nil, "pièce ", n)))
	}
	for _, of := range all[:webtest.Haste] {
		if got := s.Client.Get(s.Path("documents", string(of), "file")); got.Status != 200 {
			t.Fatalf("taken: %d", got.Status)
		}
	}
	s.Clock.Advance(6 * time.Minute)
	last := s.Path("documents", string(all[webtest.Haste]))
	page := s.page(s.Client, "documents", string(all[webtest.Haste]))
	page.One(".view-stopped").Says("montrez encore une fois")
	page.One(".view-stopped a").Is("href", last+"/file")
	page.Lacks(".view-head a")
	if got := s.Client.Get(last + "/file"); got.Status != 403 {
		t.Errorf("taken all the same: %d", got.Status)
	}
	page = s.page(s.Client, "documents", string(all[0]))
	page.Lacks(".view-stopped")
	page.One(".view-head a[data-file]")
	s.page(s.Again(s.Client), "documents", string(all[webtest.Haste])).Lacks(".view-stopped")
}

// TestGuardPage: a memo that names another client comes back whole, with the
// reason and one button that goes on; a document is recalled, and the page says
// who had opened it.
func TestGuardPage(t *testing.T) {
	s := open(t)
	if done := s.Lead.Post(s.Path("parties"), "name", "Me Anne Roux"); done.Location != s.Path("people")+"?done=party_added" {
		t.Fatalf("a party: %d %s", done.Status, done.Location)
	}
	refused := s.Lead.Post(s.Path("parties"), "name", " ")
	refused.One("#parties input[aria-invalid=true]")
	form := []string{"subject", "Stratégie", "body", "Notre stratégie.", "circle", string(s.House.All)}
	back := s.Lead.Post(s.Path("memos"), form...)
	if back.Status != 422 {
		t.Fatalf("a memo to an adverse party: %d", back.Status)
	}
	back.One("#compose .summary").Says("Me Anne Roux")
	confirm := back.One("#compose input[name=confirm]").Attr("value")
	back.One("#compose textarea").Says("Notre stratégie.")
	if sent := s.Lead.Post(s.Path("memos"), append(form, "confirm", confirm)...); sent.Status != 303 {
		t.Errorf("confirmed: %d", sent.Status)
	}
	path := s.Path("documents", string(s.sent))
	s.page(s.Lead, "documents", string(s.sent)).One("#recall form").Is("action", path+"/recall")
	if done := s.Lead.Post(path + "/recall"); done.Location != path+"?done=document_recalled" {
		t.Errorf("recalled: %d %s", done.Status, done.Location)
	}
	s.page(s.Lead, "documents", string(s.sent)).One(".room-recall").Says("Mme Sophie Petit")
	if page := s.Client.Get(path); page.Status != 404 {
		t.Errorf("the client has it still: %d", page.Status)
	}
	remove := s.page(s.Lead, "people").One("#parties li form").Attr("action")
	if done := s.Lead.Post(remove); done.Location != s.Path("people")+"?done=party_removed" {
		t.Errorf("removed: %d %s", done.Status, done.Location)
	}
}

func TestJournalPage(t *testing.T) {
	s := open(t)
	for range 60 {
		s.must(s.Lifecycle.RemoveMember(t.Context(), s.Lead.Actor, s.Space, s.Reader.Actor.Person))
		_, err := s.Lifecycle.AddGuest(t.Context(), s.Lead.Actor, s.Space, lifecycle.Guest{Name: s.Reader.Name, Email: "luc@lenoir.example", Role: authz.Reader, Language: "fr"})
		s.must(err)
		s.Clock.Advance(time.Second)
	}
	page := s.page(s.Lead, "journal")
	rows := page.All("#entries tr")
	if len(rows) != 100 {
		t.Errorf("%d lines, want 100", len(rows))
	}
	older := s.Lead.Get(s.Path("journal") + page.One("#entries-more a").Attr("href"))
	older.Says("Me Claire Delmas")
	older.One("#entries a[href=" + s.Path("documents", string(s.sent)) + "]")
	for _, kind := range []string{"document.filed", "memo.written", "deposit.closed", "space.opened", "member.joined"} {
		page.Silent(kind)
		older.Silent(kind)
	}
}

func TestFlashSaysWhatWasDone(t *testing.T) {
	s := open(t)
	p := uitest.Printer(t, "fr")
	for _, what := range []string{
		"memo_sent", "deposit_closed", "document_sent", "document_renamed", "document_deleted", "document_restored", "space_renamed",
		"member_added", "member_removed", "circle_made", "memo_answered", "event_added", "event_changed", "event_cancelled", "offers_asked", "offer_put", "offer_withdrawn", "offer_key", "dire_filed", "dire_saved", "dire_dropped", "dire_day", "answers_saved", "answers_published", "slots_proposed", "slot_chosen", "slots_declined", "slots_withdrawn", "vigilance_kept", "circle_renamed", "circle_entered", "circle_left", "link_sent", "deposited", "nothing_chosen", "colleague_added", "space_opened", "session_ended",
	} {
		if !p.Has("done." + what) {
			t.Errorf("nothing says that it is done: %s", what)
			continue
		}
		s.t = t
		page := s.Lead.Get(s.Path() + "?done=" + what)
		page.Says(p.T("done." + what))
	}
	if page := s.Lead.Get(s.Path() + "?done=%3Cscript%3E"); strings.Contains(page.Body, "script>%3E") || len(page.All(".notice-done")) != 0 {
		t.Error("anything is said to be done")
	}
}

// TestMemoIsHintedWhileItIsWritten: looking sends nothing, finds what the text asks
// for, and leaves colleagues among themselves alone.
func TestMemoIsHintedWhileItIsWritten(t *testing.T) {
	s := open(t)
	s.File(s.Client, document.BeginUpload{Tray: space.ClientTray, Name: "RIB Petit.pdf"}, []byte("iban"))
	s.page(s.Lead).One("form#compose c-offers").Is("data-src", s.Path("requests"))
	s.page(s.Client).Lacks("c-offers")
	look := func(by *webtest.Player, more ...string) webtest.Page {
		return by.Post(s.Path("requests"), append([]string{"look", "1", "subject", "Votre RIB", "body", "Pourriez-vous m’envoyer votre RIB ?"}, more...)...)
	}
	hint := look(s.Lead, "circle", string(s.House.Client)).One("#offers .task-already")
	hint.Says("déjà transmis le")
	hint.Says("Réutiliser")
	look(s.Lead, "circle", string(s.House.Firm)).Lacks("#offers .task-already")
	s.page(s.Lead, "requests").Silent("RIB")
	if page := look(s.Client); page.Status != 403 {
		t.Errorf("a client looks: %d", page.Status)
	}
}

// TestMemoAsksForWhatIsThere stops a memo before it asks for a paper that the
// client has handed in, offers the paper, and sends it when asked again.
func TestMemoAsksForWhatIsThere(t *testing.T) {
	s := open(t)
	s.File(s.Client, document.BeginUpload{Tray: space.ClientTray, Name: "RIB Petit.pdf"}, []byte("iban"))
	text := []string{"subject", "Votre dossier", "body", "Pourriez-vous m’envoyer votre RIB ?", "circle", string(s.House.Client)}
	page := s.Lead.Post(s.Path("memos"), text...)
	if page.Status != 409 {
		t.Fatalf("asked for what is there: %d", page.Status)
	}
	page.One("main .task-already").Says("déjà transmis le")
	page.One("form#compose textarea").Says("Pourriez-vous")
	page.One("form#compose input[name=sure]")
	again := s.Lead.Post(s.Path("memos"), append(text, "sure", "1")...)
	if again.Status != 303 {
		t.Errorf("sent all the same: %d", again.Status)
	}
	other := s.Lead.Post(s.Path("memos"), "subject", "Votre dossier", "body", "Pourriez-vous m’envoyer votre passeport ?", "circle", string(s.House.Client))
	if other.Status != 303 {
		t.Errorf("asked for what is not there: %d", other.Status)
	}
}
