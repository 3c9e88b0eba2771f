package api_test

import (
	"fmt"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/journal"
)

var exchangeSamples = map[string]sample{
	"peekLink":       {who: byNobody, body: `{"firm":"{firm}","token":"{token}"}`, want: 200},
	"useLink":        {who: byNobody, body: `{"firm":"{firm}","token":"{token}"}`, want: 200},
	"renewLink":      {who: byNobody, body: `{"firm":"{firm}","token":"{token}"}`, want: 200},
	"listDeposits":   {who: byLead, want: 200},
	"getOpenDeposit": {who: byClient, want: 200},
	"getDeposit":     {who: byLead, want: 200},
	"closeDeposit":   {who: byClient, body: `{"deposit":"{deposit}"}`, want: 200},
	"listReceipts":   {who: byLead, want: 200},
	"getReceipt":     {who: byClient, want: 200},
	"getReceiptFile": {who: byClient, want: 200},

	"listDepositLinks":  {who: byLead, want: 200},
	"makeDepositLink":   {who: byLead, body: `{"request":"{ask}","days":7}`, want: 201},
	"resendDepositLink": {who: byLead, want: 204},
	"revokeDepositLink": {who: byLead, want: 204, then: (*stage).depositLink},

	"listRequests":   {who: byClient, want: 200},
	"askForPapers":   {who: byLead, body: `{"person":"{client}","due":"2027-01-15","papers":[{"name":"RIB"},{"name":"K-bis","note":"Moins de trois mois."}]}`, want: 201},
	"findOffers":     {who: byLead, body: `{"names":["Conclusions"]}`, want: 200},
	"reusePaper":     {who: byLead, body: `{"person":"{client}","name":"Conclusions","document":"{document}"}`, want: 201},
	"remindPerson":   {who: byLead, body: `{"person":"{client}"}`, want: 204},
	"getRequest":     {who: byClient, want: 200},
	"lackPaper":      {who: byClient, body: `{"reason":"Perdu."}`, want: 200},
	"usePaper":       {who: byClient, body: `{"document":"{document}"}`, want: 200},
	"acceptPaper":    {who: byLead, want: 200},
	"returnPaper":    {who: byLead, body: `{"reason":"Illisible."}`, want: 200},
	"waivePaper":     {who: byLead, body: `{"reason":"Inutile."}`, want: 200},
	"renewRequest":   {who: byLead, want: 200},
	"getDepositRule": {who: byClient, want: 200},
	"setDepositRule": {who: byLead, body: `{"closed":false}`, want: 200},

	"listMemos":       {who: byClient, want: 200},
	"searchMemos":     {who: byClient, query: "?q=projet", want: 200},
	"writeMemo":       {who: byLead, body: `{"subject":"Audience","body":"Elle est fixée.","circles":["{circle}"],"references":["{document}"]}`, want: 201},
	"acknowledgeMemo": {who: byClient, body: `{"answer":"approved"}`, want: 200, then: (*stage).wonder},
	"explainMemo":     {who: byLead, want: 200},
	"readMemos":       {who: byClient, body: `{"memos":["{memo}"]}`, want: 204},
	"getDraft":        {who: byClient, want: 200},
	"saveDraft":       {who: byClient, body: `{"body":"Je voulais"}`, want: 204},
	"getDesk":         {who: byLead, want: 200},
	"listWaits":       {who: byClient, want: 200},

	"listAgenda":      {who: byLead, query: "?from=2026-01-01", want: 200},
	"listSpaceAgenda": {who: byClient, want: 200},
	"addEvent":        {who: byLead, body: `{"kind":"hearing","title":"Audience","day":"2026-12-10","start":"14:00","circles":["{circle}"]}`, want: 201},
	"getEvent":        {who: byClient, want: 200},
	"changeEvent":     {who: byLead, body: `{"kind":"hearing","title":"Audience","day":"2026-12-11","revision":1}`, want: 200, then: (*stage).meet},
	"cancelEvent":     {who: byLead, body: `{"revision":1}`, want: 200, then: (*stage).meet},
	"foreseeEvent":    {who: byLead, query: "?day=2026-12-14", want: 200},
	"listPeriods":     {who: byLead, query: "?day=2026-12-03", want: 200},
	"reckonDeadline":  {who: byLead, query: "?rule=appeal&fact=2026-12-03", want: 200},
	"addDeadline":     {who: byLead, body: `{"rule":"appeal","fact":"2026-12-03","title":"Appel","circles":["{circle}"]}`, want: 201},
	"listSlots":       {who: byClient, want: 200},
	"proposeSlots":    {who: byLead, body: `{"person":"{client}","title":"Point","times":[{"day":"2027-06-14","start":"14:00"},{"day":"2027-06-15"}],"circles":["{circle}"]}`, want: 201},
	"getSlots":        {who: byClient, want: 200},
	"chooseSlot":      {who: byClient, body: `{"choice":1}`, want: 200, then: (*stage).offer},
	"declineSlots":    {who: byClient, want: 204, then: (*stage).offer},
	"withdrawSlots":   {who: byLead, want: 204, then: (*stage).offer},
	"readEvents":      {who: byClient, body: `{"events":["{event}"]}`, want: 204},

	"listOpenings": {who: byClient, want: 200},
	"getFreeze":    {who: byLead, want: 200},
	"freezeSpace":  {who: byClient, want: 204},
	"thawSpace":    {who: byLead, body: `{"reason":"Elle a rappelé."}`, want: 204},

	"listSpaceJournal": {who: byLead, want: 200},
	"listJournal":      {who: byLead, want: 200},
	"getJournalHead":   {who: byLead, want: 200},
	"getProof":         {who: byLead, want: 200},
}

// depositLink leaves a link that stands.
func (s *stage) depositLink(reply) {
	s.t.Helper()
	s.ids["link"] = s.asLead("POST", "/spaces/{space}/deposit-links", `{"person":"{client}"}`).is(201)["id"].(string)
}

// deposit has the client bring a paper, and returns the deposit and its receipt.
func (s *stage) deposit() {
	s.t.Helper()
	s.ask(s.client, "POST", s.path("/spaces/{space}/documents"), "relevé", "Content-Disposition", named).is(201)
	receipt := s.ask(s.client, "POST", s.path("/spaces/{space}/deposits/close"), "").is(200)
	s.ids["deposit"], s.ids["receipt"], s.ids["entry"] = receipt["deposit"].(string), receipt["id"].(string), receipt["entry"].(string)
}

// TestClientThroughItsLinkAlone serves a client who has nothing but her mail.
func TestClientThroughItsLinkAlone(t *testing.T) {
	s := open(t, 0)
	opened := s.ask(s.lead, "POST", "/spaces", `{"client":{"name":"Mme Sophie Petit","email":"sophie@petit.example"},"model":"divorce"}`).is(201)
	body := s.path(`{"firm":"{firm}","token":"{token}"}`)
	if peek := s.ask("", "POST", "/links/peek", body).is(200); peek["state"] != "valid" || peek["firm_name"] != "Cabinet Delmas" {
		t.Errorf("it looks %v", peek)
	}
	used := s.ask("", "POST", "/links/use", body).is(200)
	bearer := used["access_token"].(string)
	if used["space"] != string(s.Space) || used["token_type"] != "Bearer" {
		t.Errorf("it opens %v", used)
	}
	if me := s.ask(bearer, "GET", "/me", "").is(200); me["space"] != string(s.Space) || me["token"] != nil {
		t.Errorf("she is %v", me)
	}
	s.ask(bearer, "GET", "/spaces/"+opened["id"].(string), "").refuses(404, "fault.absent")
	if list := s.ask(bearer, "GET", "/spaces", "").is(200)["spaces"].([]any); len(list) != 1 {
		t.Errorf("she sees %v", list)
	}
	s.ask(bearer, "POST", s.path("/spaces/{space}/memos"), `{"subject":"Merci","body":"Reçu."}`).is(201)
	s.ask("", "POST", "/links/use", body).refuses(410, "invitation.used")
	s.ask("", "POST", "/links/use", s.path(`{"firm":"{firm}","token":"`+strings.Repeat("A", 43)+`"}`)).refuses(404, "fault.absent")
	s.Clock.Advance(31 * 60 * 1e9)
	s.ask(bearer, "GET", "/me", "").refuses(401, "token.refused")
}

// link makes a link of the client’s, as the job that mails it does.
func (s *stage) link() {
	s.t.Helper()
	s.ids["firm"] = string(s.Firm)
	s.must(s.Office.Do(s.t.Context(), s.Firm, func(a *act.Act) (err error) {
		s.ids["token"], err = invitation.Issue(a, s.Lead.Actor, s.Space, s.Client.Actor.Person)
		return err
	}))
}

// TestReceiptVerifies takes the file of a receipt and checks it offline.
func TestReceiptVerifies(t *testing.T) {
	s := open(t, 0)
	file := s.ask(s.client, "GET", s.path("/receipts/{receipt}/file"), "")
	report, err := journal.VerifyReceipt(file.raw, "")
	if file.status != 200 || err != nil || report.Contents.Items[0].Name != "Pièce n° 3.pdf" {
		t.Errorf("%d, %v: %+v", file.status, err, report)
	}
	head := s.asLead("GET", "/journal/head", "").is(200)
	proof := s.asLead("GET", "/journal/entries/{entry}/proof", "").is(200)
	if head["checkpoint"] == "" || proof["entry"] != s.ids["entry"] || proof["verifier"] != head["verifier"] {
		t.Errorf("head %v, proof %v", head, proof)
	}
	s.ask(s.client, "GET", s.path("/journal/entries/{entry}/proof"), "").refuses(403, "fault.forbidden")
	s.asLead("GET", "/journal/entries/01m83t695g724ab0gsm8qrsq73/proof", "").refuses(404, "fault.absent")
}

// TestConversationIsPaged writes and reads back, page by page.
func TestConversationIsPaged(t *testing.T) {
	s := open(t, 0)
	for i := range 5 {
		s.Clock.Advance(1e9)
		memo := s.asLead("POST", "/spaces/{space}/memos", fmt.Sprintf(`{"subject":"n° %d","body":"corps %d","circles":["{circle}"]}`, i, i)).is(201)
		if memo["body"] != fmt.Sprintf("corps %d", i) || memo["read"] != true {
			t.Errorf("written: %v", memo)
		}
	}
	var bodies []string
	next := ""
	for range 10 {
		page := s.ask(s.client, "GET", s.path("/spaces/{space}/memos?limit=2"+next), "").is(200)
		for _, thread := range page["threads"].([]any) {
			for _, m := range thread.(map[string]any)["memos"].([]any) {
				bodies = append(bodies, m.(map[string]any)["body"].(string))
			}
		}
		cursor, more := page["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
	}
	if got := strings.Join(bodies, ", "); got != "corps 4, corps 3, corps 2, corps 1, corps 0, Avez-vous reçu la convocation ?" {
		t.Errorf("read back: %s", got)
	}
}

// TestInternalMemoStaysInside through the API as everywhere.
func TestInternalMemoStaysInside(t *testing.T) {
	s := open(t, 0)
	s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Entre nous","body":"stratégie","internal":true}`).is(201)
	for _, path := range []string{"/spaces/{space}/memos", "/spaces/{space}/waits"} {
		if r := s.ask(s.client, "GET", s.path(path), ""); r.status != 200 || strings.Contains(string(r.raw), "stratégie") {
			t.Errorf("%s: %d %s", path, r.status, r.raw)
		}
	}
}

// TestProofUnderAPass: a pass of one space proves entries of that space alone.
func TestProofUnderAPass(t *testing.T) {
	s := open(t, 0)
	other := s.asLead("POST", "/spaces", `{"client":{"name":"Autre","email":"a@client.example"},"model":"divorce"}`).is(201)
	narrow := s.issue(s.Lead.Actor, authz.Pass{Spaces: []id.Space{id.Space(other["id"].(string))}})
	s.ask(narrow, "GET", s.path("/journal/entries/{entry}/proof"), "").refuses(404, "fault.absent")
}
