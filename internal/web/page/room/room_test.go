package room_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/bundle"
	"cenacle/internal/circle"
	"cenacle/internal/conflict"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/freeze"
	"cenacle/internal/group"
	"cenacle/internal/guard"
	"cenacle/internal/hold"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/preview"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/page/room"
	"cenacle/internal/web/webtest"
)

// scene is a space in the middle of its work.
type scene struct {
	*webtest.Cast
	t           *testing.T
	sent, inner id.Item // documents: to the client, of the firm alone
	asked       id.Item // memo to the client that awaits an answer
	question    id.Item // of the client
	internal    id.Item
	receipt     id.Receipt
}

const (
	secretTitle = "Stratégie à taire.pdf"
	secretBody  = "La partie adverse ignore tout."
	secretTopic = "Sujet entre nous"
)

func open(t *testing.T) scene {
	s := scene{t: t}
	s.Cast = webtest.NewCast(t, func(c *webtest.Cast) []web.Route { return table(c) })
	s.sent = s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Projet de convention.pdf", Circles: []id.Circle{s.House.Client}}, []byte("%PDF-1.4\nprojet"))
	s.inner = s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: secretTitle}, []byte("note"))
	s.asked = s.Write(s.Lead, memo.New{Subject: "Votre projet", Body: "Qu’en pensez-vous ?", Circles: []id.Circle{s.House.Client}, ReplyBy: "2026-12-01", References: []id.Item{s.sent}})
	s.internal = s.Write(s.Lead, memo.New{Subject: secretTopic, Body: secretBody, Internal: true})
	s.question = s.Write(s.Client, memo.New{Subject: "Attestation", Body: "Faut-il aussi l’attestation ?"})
	s.File(s.Client, document.BeginUpload{Tray: space.ClientTray, Name: "Livret.pdf"}, []byte("%PDF-1.4\nlivret"))
	s.Clock.Advance(time.Second)
	closed, err := s.Deposits.Close(t.Context(), s.Client.Actor, deposit.Finish{Space: s.Space})
	s.must(err)
	s.receipt = closed.ID
	s.File(s.Client, document.BeginUpload{Tray: space.ClientTray, Name: "Bulletin.pdf"}, []byte("%PDF-1.4\nbulletin"))
	return s
}

func (s scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func table(c *webtest.Cast) []web.Route {
	p := &room.Pages{
		Freezes:  freeze.NewService(c.Office),
		Dispatch: c.Dispatch, Attests: c.Attests,
		Notices: notice.NewService(c.Office),
		Circles: circle.NewService(c.Office), Spaces: c.Spaces, Documents: c.Documents, Previews: preview.New(c.Office, c.Documents, nil), Deposits: c.Deposits, Asks: c.Requests, Holds: hold.NewService(c.Office), Guard: guard.NewService(c.Office), Conflicts: conflict.NewService(c.Office), Memos: c.Memos, Agendas: c.Agendas, Slots: c.Slots, Dossiers: c.Vigilance, Offers: c.Offers, Dires: c.Dires, Asked: c.Questions, Forums: c.Forums, Lifecycle: c.Lifecycle,
		Overview: c.Overview, Firms: c.Firms, Invitations: c.Invitations, Letterboxes: c.Letterboxes, Limit: webtest.Limit,
		Bundles: bundle.NewService(c.Office, c.Spaces, c.Documents, nil, webtest.Limit),
		Groups:  group.NewService(c.Office),
	}
	var out []web.Route
	for _, r := range []struct {
		pattern string
		action  authz.Action
		handle  web.Handler
	}{
		{"GET ", authz.SpaceSee, p.Show}, {"GET /list", authz.SpaceSee, p.List},
		{"GET /exhibits", authz.DocumentRead, p.Exhibits}, {"GET /register", authz.RegisterSee, p.Register}, {"POST /name", authz.SpaceManage, p.DoRenameSpace},
		{"GET /folders", authz.CircleSee, p.Folders}, {"POST /folders", authz.SpaceManage, p.DoAddFolder},
		{"GET /folders/{folder}", authz.CircleSee, p.Folder}, {"POST /folders/{folder}", authz.SpaceManage, p.DoAddressFolder},
		{"GET /people", authz.CircleSee, p.People}, {"POST /people", authz.SpaceManage, p.DoAddMember},
		{"POST /people/{person}/remove", authz.SpaceManage, p.DoRemoveMember}, {"POST /people/{person}/invite", authz.SpaceInvite, p.DoInvite}, {"POST /people/{person}/mobile", authz.SpaceMobile, p.DoSetMobile},
		{"POST /lead", authz.SpaceHand, p.DoHandOver}, {"POST /groups", authz.GroupAttach, p.DoAttachGroup}, {"POST /groups/{group}/detach", authz.GroupDetach, p.DoDetachGroup},
		{"POST /level", authz.SpaceTell, p.DoTell}, {"POST /people/{person}/retry", authz.SpaceInvite, p.DoRetry}, {"POST /walls", authz.WallRaise, p.DoRaiseWall}, {"GET /vigilance", authz.VigilanceSee, p.Vigilance}, {"POST /vigilance", authz.VigilanceKeep, p.DoKeepVigilance}, {"POST /vigilance/likeness", authz.VigilanceKeep, p.DoDecideLikeness}, {"POST /walls/{person}/lift", authz.WallLift, p.DoLiftWall},
		{"POST /people/{person}/see", authz.SpaceSeeAs, p.DoSeeAs},
		{"POST /circles", authz.CircleMake, p.DoMakeCircle}, {"GET /circles/{named}", authz.CircleSee, p.Circle},
		{"POST /circles/{named}", authz.CircleTend, p.DoRenameCircle}, {"POST /circles/{named}/people", authz.CircleTend, p.DoAdmit},
		{"POST /circles/{named}/people/{person}/remove", authz.CircleTend, p.DoDismiss},
		{"POST /imports", authz.DocumentFile, p.DoPlanImport}, {"POST /zip", authz.DocumentRead, p.DoPack}, {"GET /trash", authz.TrashSee, p.Trash}, {"POST /holds", authz.HoldKeep, p.DoPlaceHold}, {"POST /holds/{hold}/lift", authz.HoldKeep, p.DoLiftHold},
		{"GET /journal", authz.SpaceJournal, p.Journal}, {"GET /documents/{document}", authz.DocumentRead, p.Document},
		{"GET /documents/{document}/why", authz.DocumentWhy, p.DocumentWhy}, {"GET /memos/{memo}/why", authz.MemoWhy, p.MemoWhy}, {"GET /agenda/{event}/why", authz.AgendaWhy, p.EventWhy},
		{"GET /documents/{document}/view", authz.DocumentRead, p.View}, {"GET /documents/{document}/file", authz.DocumentRead, p.File},
		{"GET /documents/{document}/photo", authz.DocumentRead, p.Photo}, {"POST /documents/{document}/photo", authz.DocumentFile, p.DoStraighten},
		{"POST /documents/{document}/address", authz.DocumentAddress, p.DoAddress}, {"POST /documents/{document}/name", authz.DocumentManage, p.DoRename},
		{"POST /parties", authz.SpaceManage, p.DoAddParty}, {"POST /parties/{party}/remove", authz.SpaceManage, p.DoRemoveParty},
		{"POST /documents/{document}/recall", authz.DocumentAddress, p.DoRecall}, {"POST /documents/{document}/release", authz.DocumentRelease, p.DoRelease},
		{"POST /approval", authz.ApprovalDemand, p.DoDemandApproval}, {"POST /documents/{document}/approval", authz.DocumentApprove, p.DoApprove},
		{"POST /documents/{document}/nature", authz.DocumentClassify, p.DoClassify},
		{"POST /documents/{document}/delete", authz.DocumentManage, p.DoDelete}, {"POST /documents/{document}/restore", authz.DocumentManage, p.DoRestore},
		{"POST /deposit/close", authz.DepositMake, p.DoCloseDeposit}, {"GET /receipts/{receipt}", authz.ReceiptRead, p.Receipt},
		{"GET /receipts/{receipt}/file", authz.ReceiptRead, p.ReceiptFile}, {"POST /memos", authz.MemoWrite, p.DoWrite},
		{"GET /requests", authz.RequestSee, p.Requests}, {"POST /requests", authz.RequestAsk, p.DoAsk}, {"POST /requests/reuse", authz.RequestAsk, p.DoReuse},
		{"POST /requests/remind", authz.RequestAsk, p.DoRemind}, {"POST /requests/{ask}/lack", authz.RequestAnswer, p.DoLack},
		{"POST /requests/{ask}/use", authz.RequestAnswer, p.DoUse}, {"POST /requests/{ask}/accept", authz.RequestJudge, p.DoAccept},
		{"POST /requests/{ask}/return", authz.RequestJudge, p.DoReturn}, {"POST /requests/{ask}/waive", authz.RequestJudge, p.DoWaive},
		{"POST /requests/{ask}/renew", authz.RequestJudge, p.DoRenew}, {"POST /deposit/switch", authz.SpaceManage, p.DoSwitch},
		{"GET /agenda", authz.AgendaSee, p.Agenda}, {"POST /agenda", authz.AgendaAdd, p.DoAddEvent}, {"POST /agenda/read", authz.AgendaSee, p.DoReadEvents},
		{"GET /agenda/deadline", authz.AgendaAdd, p.Deadline}, {"POST /agenda/deadline", authz.AgendaAdd, p.DoAddDeadline},
		{"GET /dires", authz.DireSee, p.ShowDires}, {"POST /dires", authz.DireFile, p.DoFileDire}, {"GET /dires/paper", authz.DireSee, p.DirePaper}, {"GET /dires/file", authz.DireSee, p.DireFile},
		{"GET /dires/draft", authz.DireFile, p.DireDraft}, {"POST /dires/draft", authz.DireFile, p.DoSaveDire}, {"POST /dires/day", authz.DireAnswer, p.DoSetDireDay}, {"GET /dires/{dire}", authz.DireSee, p.ShowDire},
		{"POST /dires/{dire}/answers", authz.DireAnswer, p.DoSaveAnswers}, {"POST /dires/{dire}/answers/publish", authz.DireAnswer, p.DoPublishAnswers},
		{"GET /questions", authz.QuestionSee, p.ShowQuestions}, {"POST /questions", authz.QuestionAsk, p.DoAskQuestion}, {"POST /questions/rule", authz.ForumSet, p.DoSetPattern}, {"POST /demand", authz.SpaceDemand, p.DoDemand},
		{"GET /questions/{question}", authz.QuestionSee, p.ShowQuestion}, {"POST /questions/{question}/answer", authz.QuestionAnswer, p.DoAnswerQuestion}, {"POST /questions/{question}/withdraw", authz.QuestionWithdraw, p.DoWithdrawQuestion},
		{"POST /exhibits/instant", authz.ForumSet, p.DoSetInstant}, {"POST /exhibits/instant/cancel", authz.ForumSet, p.DoCancelInstant},
		{"GET /offers", authz.OfferSee, p.ShowOffers}, {"POST /offers", authz.OfferAsk, p.DoAskOffers}, {"GET /offers/{round}", authz.OfferSee, p.ShowRound}, {"GET /offers/{round}/file", authz.OfferSee, p.OfferFile},
		{"POST /offers/{round}/put", authz.OfferPut, p.DoPutOffer}, {"POST /offers/{round}/withdraw", authz.OfferPut, p.DoWithdrawOffer}, {"POST /offers/{round}/unlock", authz.OfferPut, p.DoUnlockOffers},
		{"GET /slots", authz.SlotSee, p.ShowSlots}, {"POST /slots", authz.SlotPropose, p.DoPropose}, {"POST /slots/{slot}/choose", authz.SlotAnswer, p.DoChoose},
		{"POST /slots/{slot}/decline", authz.SlotAnswer, p.DoDecline}, {"POST /slots/{slot}/withdraw", authz.SlotWithdraw, p.DoWithdraw},
		{"GET /agenda/{event}", authz.AgendaSee, p.Event}, {"POST /agenda/{event}", authz.AgendaChange, p.DoChangeEvent}, {"POST /agenda/{event}/cancel", authz.AgendaChange, p.DoCancelEvent},
		{"POST /memos/{memo}/acknowledge", authz.MemoAcknowledge, p.DoAcknowledge}, {"POST /memos/read", authz.MemoRead, p.DoRead}, {"POST /draft", authz.MemoWrite, p.DoDraft},
	} {
		method, path, _ := strings.Cut(r.pattern, " ")
		out = append(out, web.Route{Pattern: method + " /f/{firm}/spaces/{space}" + path, Door: web.Member, Action: r.action, Handle: r.handle})
	}
	return out
}

// page asks for a page that must be there.
func (s scene) page(by *webtest.Player, segments ...string) webtest.Page {
	s.t.Helper()
	page := by.Get(s.Path(segments...))
	if page.Status != 200 {
		s.t.Fatalf("%s gets %d at %v\n%s", by.Name, page.Status, segments, page.Body)
	}
	page.Silent("[room.", "[ui.", "[space.", "[circle.", "%!", "<nil>")
	if strings.Contains(page.One("main").Text(), "{0}") {
		s.t.Errorf("%v has a sentence with a hole", segments)
	}
	return page
}

func TestInsideScreen(t *testing.T) {
	s := open(t)
	page := s.page(s.Lead)
	page.One("h1").Says("Petit c. Petit")
	page.One("main").Says("Mme Sophie Petit")
	page.One("#doc-" + string(s.inner)).Has(".inside")
	page.One("#doc-" + string(s.sent)).Says("Mme Sophie Petit")
	page.One("#memo-" + string(s.internal)).Says(secretBody)
	page.Has("#memo-" + string(s.internal) + ".memo-internal")
	page.Lacks("#memo-" + string(s.question) + ".memo-internal")
	page.One("#memo-" + string(s.question)).Says("attestation")
	page.One("#memo-"+string(s.asked)+" .ref").Is("href", s.Path("documents", string(s.sent)))
	page.One("#memo-" + string(s.asked) + " .memo-read").Says("Mme Sophie Petit")
	if page.One("#memo-"+string(s.asked)).Text() == "" || len(page.All("#waits .wait")) == 0 {
		t.Error("nothing waits")
	}
	compose := page.One("form#compose")
	compose.Is("action", s.Path("memos"))
	if n := len(compose.All("input[name=circle]")); n != 3 {
		t.Errorf("%d circles are offered, want 3", n)
	}
	compose.One("input[name=circle][value=" + string(s.House.Client) + "][checked]")
	compose.One("input[type=date][name=reply_by]").Is("min", "2026-11-23")
	upload := page.One("c-upload form")
	upload.Is("action", s.Path("files"))
	upload.One("input[name=circle][value=" + string(s.House.Firm) + "][checked]")
	upload.One("input[type=hidden][name=tray][value=firm]")
	page.One("a[href=" + s.Path("receipts", string(s.receipt)) + "]").Says("Mme Sophie Petit")
	page.One("a[href=" + s.Path("people") + "]")
	page.One("a[href=" + s.Path("journal") + "]")
	page.Has("[data-src=" + s.Path("live") + "]")
	page.One("c-seen form").Is("action", s.Path("memos", "read"))
}

// TestOutsideScreens: what those outside the firm get, and what they do not.
func TestOutsideScreens(t *testing.T) {
	s := open(t)
	for _, tt := range []struct {
		by                            *webtest.Player
		sent, asked, writes, deposits bool
	}{{s.Client, true, true, true, true}, {s.Guest, false, false, true, true}, {s.Reader, false, false, false, false}} {
		page := s.page(tt.by)
		who := tt.by.Name
		has := func(want bool, selector string) {
			t.Helper()
			if got := len(page.All(selector)) > 0; got != want {
				t.Errorf("%s has %s: %v, want %v", who, selector, got, want)
			}
		}
		page.Silent(secretTitle, secretBody, secretTopic, string(s.inner), string(s.internal), "Petit c. Petit", "Cabinet seul", string(s.House.Firm), string(s.House.Client), string(s.House.All))
		page.One(".greeting").Says(who)
		has(tt.sent, "#doc-"+string(s.sent))
		has(tt.sent, "c-pick") // nothing is picked of an empty list
		has(tt.asked, "#memo-"+string(s.asked))
		has(tt.writes, "form#compose")
		has(tt.deposits, "c-upload form")
		has(tt.by == s.Client, "#deposit dialog")
		for _, never := range []string{
			"input[name=circle]", "input[name=reply_by]", ".inside", ".memo-internal", ".memo-read", ".audience", "a[href=" + s.Path("people") + "]",
			"a[href=" + s.Path("journal") + "]", "#memo-" + string(s.internal), "#doc-" + string(s.inner),
		} {
			has(false, never)
		}
		for _, circle := range []string{"Tous", "Client", "Cabinet"} {
			for _, label := range page.All("legend") {
				if strings.Contains(label.Text(), circle) {
					t.Errorf("%s reads the name of a circle: %s", who, label.Text())
				}
			}
		}
		page.One("[aria-labelledby=people-title]").Says("Me Claire Delmas")
	}
	client := s.page(s.Client)
	client.One("h1").Says("Divorce")
	client.Has("#memo-" + string(s.asked) + " .memo-awaited")
	client.One("#deposit").Says("Bulletin.pdf")
	client.One("#documents").Says("Livret.pdf")
	client.One("a[href=" + s.Path("receipts", string(s.receipt)) + "]")
}

func TestNumbersOfTheClient(t *testing.T) {
	s := open(t)
	before := s.page(s.Client).One("#waits").Text()
	s.Write(s.Colleague, memo.New{Subject: secretTopic, Body: secretBody, Internal: true, ReplyBy: "2026-12-02"})
	s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: secretTitle}, []byte("autre note"))
	page := s.page(s.Client)
	if after := page.One("#waits").Text(); after != before {
		t.Errorf("what waits goes from %q to %q by what is internal", before, after)
	}
}

func TestDocumentPage(t *testing.T) {
	s := open(t)
	at := []string{"documents", string(s.sent)}
	inside := s.page(s.Lead, at...)
	inside.One("h1").Says("Projet de convention.pdf")
	inside.One("#readers").Says("Mme Sophie Petit")
	inside.One("#send input[name=circle][value=" + string(s.House.All) + "]")
	inside.Lacks("#send input[name=circle][value=" + string(s.House.Client) + "]")
	inside.One("#send").Says("Me Anne Roux")
	inside.One("form[action="+s.Path("documents", string(s.sent), "name")+"] input[name=title]").Is("value", "Projet de convention.pdf")
	inside.Has("form[action=" + s.Path("documents", string(s.sent), "delete") + "]")
	inside.One("c-upload input[name=replaces]").Is("value", string(s.sent))
	client := s.page(s.Client, at...)
	client.Lacks("#readers")
	client.Lacks("#send")
	client.Lacks("#manage")
	client.Lacks("input[name=circle]")
	client.One("form#compose input[name=document][value=" + string(s.sent) + "]")
	client.One(".view a[href=" + s.Path("documents", string(s.sent), "file") + "]")
	for name, by := range map[string]*webtest.Player{"guest": s.Guest, "reader": s.Reader, "stranger": s.Stranger} {
		if page := by.Get(s.Path(at...)); page.Status != 404 {
			t.Errorf("a %s gets %d", name, page.Status)
		}
	}
	if page := s.Client.Get(s.Path("documents", string(s.inner))); page.Status != 404 {
		t.Errorf("the client gets the firm's own: %d", page.Status)
	}
	read := s.Client.Get(s.Path("documents", string(s.sent), "view"))
	if read.Status != 200 || read.Body != "%PDF-1.4\nprojet" || !strings.HasPrefix(read.Header.Get("Content-Disposition"), "inline") {
		t.Errorf("to be drawn: %d %q %s", read.Status, read.Body, read.Header.Get("Content-Disposition"))
	}
	s.page(s.Lead, at...).One("#readers .room-readers").Says("Mme Sophie Petit")
	text := s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "page.html", Circles: []id.Circle{s.House.Client}}, []byte("<html><script>alert(1)</script>"))
	raw := s.Client.Get(s.Path("documents", string(text), "view"))
	if !strings.HasPrefix(raw.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(raw.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a page of somebody is shown as ours: %v", raw.Header)
	}
}

// TestRefusedMemoComesBack with all that was written, where it was written, and
// nowhere else.
func TestRefusedMemoComesBack(t *testing.T) {
	s := open(t)
	thread := s.thread(s.question)
	all := string(s.House.All)
	page := s.Lead.Post(s.Path("memos"), "subject", "", "body", "Mon texte", "circle", all, "reply_by", "2020-01-01")
	if page.Status != 422 {
		t.Fatalf("without a subject: %d", page.Status)
	}
	form := page.One("form#compose")
	if text := form.One("textarea[name=body]").Text(); text != "Mon texte" {
		t.Errorf("what was written comes back as %q", text)
	}
	form.One("input[name=subject][aria-invalid=true]")
	form.One("input[name=reply_by][aria-invalid=true]").Is("value", "2020-01-01")
	form.One("input[name=circle][value=" + all + "][checked]")
	form.Has(".summary")
	reply := page.One("form#reply-" + thread)
	reply.One("input[name=circle][value=" + string(s.House.Client) + "][checked]")
	reply.One("input[name=reply_by]").Is("value", "")
	page = s.Lead.Post(s.Path("memos"), "thread", thread, "body", "Ma réponse", "circle", all, "reply_by", "hier")
	reply = page.One("form#reply-" + thread)
	if text := reply.One("textarea[name=body]").Text(); page.Status != 422 || text != "Ma réponse" {
		t.Errorf("a reply comes back as %q (%d)", text, page.Status)
	}
	reply.One("input[name=circle][value=" + all + "][checked]")
	page.One("form#compose input[name=circle][value=" + string(s.House.Client) + "][checked]")
	page.One("form#compose input[name=reply_by]").Is("value", "")
	page = s.Client.Post(s.Path("memos"), "document", string(s.sent), "body", "")
	page.One("form#compose textarea[name=body][aria-invalid=true]")
	page.One("form#compose input[name=document][value=" + string(s.sent) + "]")
	if page.Status != 422 {
		t.Errorf("about a document: %d", page.Status)
	}
	if page := s.Client.Post(s.Path("memos"), "thread", s.thread(s.internal), "body", "?"); page.Status != 404 {
		t.Errorf("in a thread she does not see: %d", page.Status)
	}
	if page := s.Reader.Post(s.Path("memos"), "subject", "s", "body", "b"); page.Status != 403 {
		t.Errorf("a reader: %d", page.Status)
	}
}

// thread is where a memo stands.
func (s scene) thread(m id.Item) string {
	s.t.Helper()
	talk, _, err := s.Memos.Conversation(s.t.Context(), s.Lead.Actor, memo.Query{Space: s.Space, Limit: 200})
	s.must(err)
	for _, th := range talk {
		for _, one := range th.Memos {
			if one.ID == m {
				return string(th.ID)
			}
		}
	}
	s.t.Fatal("there is no such memo")
	return ""
}

// TestRepliesStayWhereTheyWereWritten: on the page of a document, and far back
// in a long conversation.
func TestRepliesStayWhereTheyWereWritten(t *testing.T) {
	s := open(t)
	s.Write(s.Client, memo.New{Document: s.sent, Body: "Une question."})
	page := s.page(s.Lead, "documents", string(s.sent))
	reply := page.One(".talk-reply form")
	thread := reply.One("input[name=thread]").Attr("value")
	reply.One("input[name=document][value=" + string(s.sent) + "]")
	refused := s.Lead.Post(s.Path("memos"), "thread", thread, "document", string(s.sent), "body", "Réponse", "reply_by", "hier")
	refused.One("h1").Says("Projet de convention.pdf")
	if text := refused.One(".talk-reply textarea").Text(); text != "Réponse" {
		t.Errorf("it comes back as %q", text)
	}
	sent := s.Lead.Post(s.Path("memos"), "thread", thread, "document", string(s.sent), "body", "Réponse", "circle", string(s.House.Client))
	if want := s.Path("documents", string(s.sent)) + "?done=memo_sent#memo-"; sent.Status != 303 || !strings.HasPrefix(sent.Location, want) {
		t.Errorf("it leads to %d %s, want %s", sent.Status, sent.Location, want)
	}
	first := s.thread(s.asked)
	for i := range 70 {
		s.Write(s.Lead, memo.New{Subject: fmt.Sprint("Sujet ", i), Body: "b", Circles: []id.Circle{s.House.Client}})
	}
	s.page(s.Lead).Lacks("form#reply-" + first)
	more := s.page(s.Lead).One("#talks-more a").Attr("href")
	older := s.Lead.Get(s.Path() + more)
	before := older.One("form#reply-" + first + " input[name=before]").Attr("value")
	refused = s.Lead.Post(s.Path("memos"), "thread", first, "before", before, "body", "Tard", "reply_by", "hier")
	if text := refused.One("form#reply-" + first + " textarea").Text(); text != "Tard" {
		t.Errorf("far back, it comes back as %q", text)
	}
}

func TestSentMemo(t *testing.T) {
	s := open(t)
	page := s.Client.Post(s.Path("memos"), "thread", s.thread(s.asked), "body", "Cela me convient.", "circle", string(s.House.All))
	if page.Status != 303 || !strings.HasPrefix(page.Location, s.Path()+"?done=memo_sent#memo-") {
		t.Fatalf("sent: %d %s", page.Status, page.Location)
	}
	_, sent, _ := strings.Cut(page.Location, "#")
	s.page(s.Lead).One("#" + sent).Says("Cela me convient.")
	if guest := s.page(s.Guest); len(guest.All("#"+sent)) != 0 {
		t.Error("a circle that a client names is believed")
	}
	inner := s.Lead.Post(s.Path("memos"), "subject", "s", "body", "Entre nous", "circle", string(s.House.Firm))
	_, sent, _ = strings.Cut(inner.Location, "#")
	s.page(s.Lead).Has("#" + sent + ".memo-internal")
	s.page(s.Client).Lacks("#" + sent)
}

func TestReadAndDraft(t *testing.T) {
	s := open(t)
	if page := s.Client.Post(s.Path("memos", "read"), "memo", string(s.asked), "memo", string(s.internal)); page.Status != 303 {
		t.Errorf("read by a button: %d", page.Status)
	}
	s.page(s.Lead).One("#memo-" + string(s.asked) + " .memo-read").Says("Mme Sophie Petit")
	s.page(s.Client).Lacks("#memo-" + string(s.asked) + ".memo-unread")
	script := s.Client.Send("POST", s.Path("memos", "read"), strings.NewReader("memo="+string(s.asked)), "Content-Type", "application/x-www-form-urlencoded", "X-Requested-With", "cenacle")
	if script.Status != 204 {
		t.Errorf("read on the screen: %d", script.Status)
	}
	many := make([]string, 0, 400)
	for range 200 {
		many = append(many, "memo", string(s.asked))
	}
	if page := s.Client.Post(s.Path("memos", "read"), many...); page.Status != 422 {
		t.Errorf("200 at once: %d", page.Status)
	}
	if page := s.Client.Post(s.Path("draft"), "body", "À moitié"); page.Status != 204 {
		t.Errorf("a draft: %d", page.Status)
	}
	if text := s.page(s.Client).One("form#compose textarea").Text(); text != "À moitié" {
		t.Errorf("the draft is %q", text)
	}
	if text := s.page(s.Lead).One("form#compose textarea").Text(); text != "" {
		t.Errorf("the lawyer reads it: %q", text)
	}
}

func TestDepositAndReceipt(t *testing.T) {
	s := open(t)
	page := s.Client.Post(s.Path("deposit", "close"))
	if page.Status != 303 || !strings.HasPrefix(page.Location, s.Path("receipts")) {
		t.Fatalf("closed: %d %s", page.Status, page.Location)
	}
	sheet := s.Client.Get(page.Location)
	sheet.One("main").Says("Bulletin.pdf")
	sheet.One("main").Says("Cabinet Delmas")
	sheet.Silent("[room.", "[ui.", "Petit c. Petit")
	at := s.Path("receipts", string(s.receipt))
	for by, want := range map[*webtest.Player]int{s.Client: 200, s.Lead: 200, s.Colleague: 200, s.Guest: 404, s.Reader: 404, s.Stranger: 404} {
		for _, path := range []string{at, at + "/file"} {
			if got := by.Get(path).Status; got != want {
				t.Errorf("%s gets %d at %s, want %d", by.Name, got, path, want)
			}
		}
	}
	file := s.Client.Get(at + "/file")
	if !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment; filename") || !strings.HasPrefix(file.Body, "{") {
		t.Errorf("the proof: %v", file.Header)
	}
}
