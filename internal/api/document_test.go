package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
)

const named = `attachment; filename*=UTF-8''Pi%C3%A8ce%20n%C2%B0%203.pdf`

var tusHeaders = []string{"Tus-Resumable", "1.0.0"}

func metadata(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(out, ",")
}

var documentSamples = map[string]sample{
	"listDocuments":         {who: byClient, want: 200},
	"fileDocument":          {who: byLead, query: "?circle={circle}", body: "%PDF-1.7 pièce", headers: []string{"Content-Disposition", named, "Content-Type", "application/octet-stream"}, want: 201},
	"getDocument":           {who: byClient, want: 200},
	"reviseDocument":        {who: byLead, body: `{"title":"Conclusions relues"}`, want: 200},
	"deleteDocument":        {who: byLead, want: 204},
	"restoreDocument":       {who: byLead, want: 200},
	"undoDocument":          {who: byLead, want: 200, then: (*stage).rename},
	"addressDocument":       {who: byLead, body: `{"circles":["{all}"]}`, want: 200},
	"getContent":            {who: byClient, want: 200},
	"getVersionContent":     {who: byClient, want: 200},
	"explainEvent":          {who: byLead, want: 200},
	"explainDocument":       {who: byLead, want: 200},
	"previewNatures":        {who: byLead, want: 200},
	"classifyDocument":      {who: byLead, body: `{"nature":"officielle"}`, want: 200},
	"examineSending":        {who: byLead, query: "?circle={all}", want: 200},
	"setRelease":            {who: byLead, body: `{"at":"2026-11-27T09:00:00Z"}`, want: 409},
	"getForumPattern":       {who: byClient, want: 200},
	"getForumDemand":        {who: byClient, want: 200},
	"setForumDemand":        {who: byLead, body: `{"demand":"second_factor"}`, want: 409},                 // she has not shown so much
	"setForumPattern":       {who: byLead, body: `{"contributions":"all","questions":"firm"}`, want: 409}, // there are no parties here
	"listQuestions":         {who: byClient, want: 200},
	"askQuestion":           {who: byLead, body: `{"text":"Qui ?"}`, want: 404}, // it is of no party
	"getQuestion":           {who: byLead, want: 404},
	"answerQuestion":        {who: byLead, body: `{"answers":[{"line":0,"text":"Moi"}]}`, want: 404},
	"withdrawQuestion":      {who: byLead, want: 404},
	"getForumInstant":       {who: byClient, want: 200},
	"setForumInstant":       {who: byLead, body: `{"at":"2026-11-27T09:00:00Z"}`, want: 409}, // there are no parties here
	"cancelForumInstant":    {who: byLead, want: 409},
	"cancelRelease":         {who: byLead, want: 404}, // nothing is set
	"releaseDocument":       {who: byLead, want: 409}, // there are no parties here; package overview has a forum
	"recallDocument":        {who: byLead, want: 200, then: (*stage).sendAgain},
	"listAliases":           {who: byLead, want: 200},
	"addAlias":              {who: byLead, body: `{"kind":"birth","name":"Sophie Khelifi"}`, want: 201},
	"removeAlias":           {who: byLead, want: 204, then: (*stage).alias},
	"listVigilanceDue":      {who: byLead, want: 200},
	"getVigilance":          {who: byLead, want: 200},
	"decideLikeness":        {who: byLead, body: `{"verdict":"ruled_out","reason":"Une autre personne"}`, want: 404}, // nobody is like anybody here
	"getSanctionList":       {who: byLead, want: 200},
	"importSanctionList":    {who: byLead, body: `{"Publications":{"DatePublication":"2026-11-20T00:00:00","PublicationDetail":[{"IdRegistre":1,"Nature":"Navire","Nom":"ZORM","RegistreDetail":[]}]}}`, headers: []string{"Content-Type", "application/octet-stream"}, want: 200},
	"listVigilanceEditions": {who: byLead, want: 200},
	"keepVigilance": {who: byLead, want: 200, body: `{"after":0,"client":{"kind":"person","name":"Mme Sophie Petit"},"pieces":[{"kind":"passport","seen":"2026-01-05"}],
		"owners":[{"name":"Luc Petit","control":"capital","share":3333}],"purpose":"Divorce","exposed":"no","rating":"high","reasons":["remote"]}`},
	"searchSanctions":             {who: byLead, body: `{"name":"Sophie Petit"}`, want: 409}, // there is no list
	"searchConflicts":             {who: byLead, body: `{"names":["Sophie Petit"]}`, want: 200},
	"listParties":                 {who: byLead, want: 200},
	"addParty":                    {who: byLead, body: `{"name":"M. Paul Adversaire"}`, want: 201},
	"removeParty":                 {who: byLead, want: 204, then: (*stage).party},
	"packDocuments":               {who: byClient, body: `{"documents":["{document}"]}`, want: 200},
	"demandApproval":              {who: byLead, body: `{"demanded":false}`, want: 204},
	"demandApprovalEverywhere":    {who: byLead, body: `{"demanded":false}`, want: 204},
	"getApprovalDemandEverywhere": {who: byLead, want: 200},
	"getApprovalDemand":           {who: byLead, want: 200},
	// Nothing was asked; TestApproval decides over what was.
	"approveDocument": {who: byLead, body: `{"sha256":"` + strings.Repeat("0", 64) + `","give":true}`, want: 409},
	"previewImport":   {who: byLead, body: `{"entries":[{"path":"Pièces/a.pdf","size":3}]}`, want: 200},
	// No archive, nor anything to open one with; package bundle opens them.
	"previewArchive":  {who: byLead, want: 422},
	"unpackArchive":   {who: byLead, body: `{"from":0}`, want: 422},
	"scanAgain":       {who: byLead, want: 409}, // nothing scans here; package document has it asked again
	"straightenPhoto": {who: byLead, want: 422}, // no photograph; package preview straightens them
	"listExhibits":    {who: byLead, want: 200},
	"getExhibitFile":  {who: byLead, want: 200},
	"listPackSizes":   {who: byClient, want: 200},
	"getRegister":     {who: byLead, want: 200},
	"branchParty":     {who: byLead, body: `{"whom":"M. Durtain"}`, want: 409}, // it is no party; package forum has one
	"unbranchParty":   {who: byLead, want: 409},
	"serveExhibits":   {who: byLead, body: `{"exhibits":["{version}"],"day":"2026-11-20","how":"en main propre"}`, want: 409},
	"getRegisterFile": {who: byLead, want: 200},
	// There is no forum; package dispatch has one.
	"listAttestations":   {who: byLead, want: 200},
	"drawAttestation":    {who: byLead, want: 422}, // nothing to attest; package attest has something
	"getAttestationFile": {who: byLead, want: 404},
	"getStampedExhibit":  {who: byLead, want: 404},
	"packExhibits":       {who: byLead, body: `{"party":"{named}","to":"court"}`, want: 404},
	// There are no parties here: TestDires has a forum.
	"listDires":          {who: byLead, want: 200},
	"fileDire":           {who: byLead, body: `{"text":"1. Le mur."}`, want: 409},
	"getDirePaper":       {who: byLead, want: 200},
	"getDireFile":        {who: byLead, want: 200},
	"getDireDraft":       {who: byLead, want: 200},
	"saveDireDraft":      {who: byLead, body: `{"text":"1. Le mur."}`, want: 409},
	"setDireDay":         {who: byLead, body: `{"last_day":"2026-12-09"}`, want: 409},
	"getDire":            {who: byLead, want: 404},
	"saveDireAnswers":    {who: byLead, body: `{"answers":[{"line":1,"verdict":"accepted"}]}`, want: 404},
	"publishDireAnswers": {who: byLead, body: `{"answers":[{"line":1,"verdict":"accepted"}]}`, want: 404},
	// There are no parties here: TestSealedOffers has a forum.
	"listOffers":      {who: byLead, want: 200},
	"askOffers":       {who: byLead, body: `{"subject":"Prix","until":"2026-12-09T12:00:00Z","parties":["{circle}","{all}"]}`, want: 422},
	"getOffers":       {who: byLead, want: 404},
	"getOfferFile":    {who: byLead, want: 404},
	"putOffer":        {who: byLead, body: `{"sealed":"AAAA","commitment":"00","mark":"00"}`, want: 404},
	"withdrawOffer":   {who: byLead, want: 404},
	"unlockOffers":    {who: byLead, body: `{"key":"0"}`, want: 404},
	"listTrash":       {who: byLead, want: 200},
	"listHolds":       {who: byLead, want: 200},
	"placeHold":       {who: byLead, body: `{"document":"{document}","reason":"Contestation en cours"}`, want: 201},
	"getHold":         {who: byLead, want: 200},
	"liftHold":        {who: byLead, body: `{"reason":"Litige clos"}`, want: 200},
	"searchDocuments": {who: byClient, query: "?q=concl", want: 200},
	"listUploads":     {who: byLead, want: 200},
	"describeUploads": {who: byLead, want: 204},
	"beginUpload": {who: byLead, headers: append([]string{"Upload-Length", "5", "Upload-Metadata", metadata("filename", "Scan.pdf", "tray", "firm")}, tusHeaders...),
		want: 201},
	"getUpload":      {who: byLead, headers: tusHeaders, want: 200},
	"continueUpload": {who: byLead, body: "12", headers: append([]string{"Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"}, tusHeaders...), want: 204},
	"giveUpUpload":   {who: byLead, headers: tusHeaders, want: 204, then: (*stage).begin},
}

// sendAgain sends a recalled document to the client again.
func (s *stage) sendAgain(reply) {
	s.t.Helper()
	s.asLead("POST", "/documents/{document}/address", `{"circles":["{circle}"],"extended":true}`).is(200)
}

// alias notes another name for whatever asks for one.
func (s *stage) alias(reply) {
	s.t.Helper()
	s.ids["alias"] = s.asLead("POST", "/spaces/{space}/aliases", `{"kind":"company","name":"SARL Batimétal"}`).is(201)["id"].(string)
}

// party names an adverse party for whatever asks for one.
func (s *stage) party(reply) {
	s.t.Helper()
	s.ids["party"] = s.asLead("POST", "/spaces/{space}/parties", `{"name":"Société Durtain"}`).is(201)["id"].(string)
}

// rename leaves something to undo.
func (s *stage) rename(reply) {
	s.t.Helper()
	s.asLead("PATCH", "/documents/{document}", `{"title":"Conclusions relues"}`).is(200)
}

// begin announces an upload of the lead’s for whatever asks for one.
func (s *stage) begin(reply) {
	s.t.Helper()
	r := s.asLead("POST", "/spaces/{space}/uploads", "", "Upload-Length", "5", "Upload-Metadata", metadata("filename", "Scan.pdf", "tray", "firm"), "Tus-Resumable", "1.0.0")
	r.is(201)
	at := r.header.Get("Location")
	s.ids["upload"] = at[strings.LastIndexByte(at, '/')+1:]
}

// asLead asks as the lead.
func (s *stage) asLead(method, path, body string, headers ...string) reply {
	s.t.Helper()
	return s.ask(s.lead, method, s.path(path), s.path(body), headers...)
}

func TestFileAndTakeBack(t *testing.T) {
	s := open(t, 0)
	raw := bytes.Repeat([]byte("Pièce n° 3\n"), 20_000)
	sum := sha256.Sum256(raw)
	for name, length := range map[string]bool{"of known length": true, "of unknown length": false} {
		headers := []string{"Content-Disposition", named, "Content-Type", "application/octet-stream"}
		if !length {
			headers = append(headers, "Transfer-Encoding", "chunked")
		}
		made := s.asLead("POST", "/spaces/{space}/documents?tray=shared&circle={circle}", string(raw), headers...)
		doc := made.is(201)
		versions := doc["versions"].([]any)
		if first := versions[0].(map[string]any); doc["title"] != "Pièce n° 3.pdf" || first["sha256"] != hex.EncodeToString(sum[:]) || len(versions) != 1 {
			t.Errorf("%s: %v", name, doc)
		}
		at := strings.TrimPrefix(made.header.Get("Location"), "/api/v1")
		back := s.ask(s.client, "GET", at+"/content", "")
		digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
		if back.status != 200 || !bytes.Equal(back.raw, raw) || back.header.Get("Repr-Digest") != digest {
			t.Errorf("%s: %d with %d bytes and %s", name, back.status, len(back.raw), back.header.Get("Repr-Digest"))
		}
	}
}

// TestApproval: where it is demanded, sending asks, and giving sends.
func TestApproval(t *testing.T) {
	s := open(t, 0)
	s.asLead("PUT", "/spaces/{space}/approval", `{"demanded":true}`).is(204)
	made := s.asLead("POST", "/spaces/{space}/documents?circle={circle}", "%PDF-1.7 projet", "Content-Disposition", named)
	doc := made.is(201)
	at := strings.TrimPrefix(made.header.Get("Location"), "/api/v1")
	asked, _ := doc["approval"].(map[string]any)
	if asked["state"] != "asked" || len(doc["audience"].([]any)) != 1 {
		t.Fatalf("filed for the client: %v", doc)
	}
	if r := s.ask(s.client, "GET", at, ""); r.status != 404 {
		t.Errorf("the client has %d before it is approved", r.status)
	}
	sum := doc["versions"].([]any)[0].(map[string]any)["sha256"].(string)
	s.asLead("POST", at+"/approval", `{"sha256":"`+strings.Repeat("0", 64)+`","give":true}`).refuses(409, "document.other_bytes")
	s.asLead("POST", at+"/approval", `{"sha256":"`+sum+`","give":false}`).refuses(422, "document.refusal_missing")
	if now := s.asLead("POST", at+"/approval", `{"sha256":"`+sum+`","give":true}`).is(200); now["approval"].(map[string]any)["state"] != "given" {
		t.Errorf("given: %v", now)
	}
	s.ask(s.client, "GET", at, "").is(200)
}

// TestRanges asks for parts, and on conditions.
func TestRanges(t *testing.T) {
	s := open(t, 0)
	path := s.path("/documents/{document}/content")
	whole := s.ask(s.client, "GET", path, "")
	tag := whole.header.Get("ETag")
	for _, tt := range []struct {
		headers []string
		status  int
		want    string
	}{
		{nil, 200, "%PDF-1.7 conclusions"}, {[]string{"Range", "bytes=5-7"}, 206, "1.7"}, {[]string{"Range", "bytes=-11"}, 206, "conclusions"},
		{[]string{"Range", "bytes=20-"}, 416, ""}, {[]string{"Range", "bytes=x"}, 416, ""}, {[]string{"If-None-Match", tag}, 304, ""},
		{[]string{"If-Match", `"other"`}, 412, ""}, {[]string{"If-Match", tag}, 200, "%PDF-1.7 conclusions"}, {[]string{"Range", "bytes=0-1", "If-Range", `"old"`}, 200, "%PDF-1.7 conclusions"},
	} {
		r := s.ask(s.client, "GET", path, "", tt.headers...)
		if r.status != tt.status || tt.want != "" && string(r.raw) != tt.want {
			t.Errorf("%q: %d %q", tt.headers, r.status, r.raw)
		}
	}
	if csp := whole.header.Get("Content-Security-Policy"); csp != "default-src 'none'; sandbox" {
		t.Errorf("people’s bytes come with %q", csp)
	}
}

// TestNextVersion replaces, and what a client sees of it.
func TestNextVersion(t *testing.T) {
	s := open(t, 0)
	doc := s.asLead("POST", "/spaces/{space}/documents?replaces={document}&reason=relu", "%PDF-1.7 relu", "Content-Disposition", named).is(201)
	if versions := doc["versions"].([]any); len(versions) != 2 || versions[0].(map[string]any)["reason"] != "relu" || doc["id"] != s.ids["document"] {
		t.Fatalf("the next version: %v", doc)
	}
	if seen := s.ask(s.client, "GET", s.path("/documents/{document}"), "").is(200); seen["audience"] != nil || seen["can_manage"] != false {
		t.Errorf("a client is told %v", seen)
	}
}

// TestNextVersionOntoAnother: of two versions made from the same one, one is
// kept, and the other learns which is current.
func TestNextVersionOntoAnother(t *testing.T) {
	s := open(t, 0)
	const path = "/spaces/{space}/documents?replaces={document}&onto={version}"
	first := s.asLead("POST", path, "%PDF-1.7 une", "Content-Disposition", named).is(201)
	late := s.asLead("POST", path, "%PDF-1.7 deux", "Content-Disposition", named).refuses(409, "document.other_version")
	current := first["version"].(map[string]any)["id"].(string)
	if late["current"] != current {
		t.Errorf("the late one is told %v, current is %s", late["current"], current)
	}
	s.ids["version"] = current
	s.asLead("POST", path, "%PDF-1.7 trois", "Content-Disposition", named).is(201)
}

func TestDocumentsArePaged(t *testing.T) {
	s := open(t, 0)
	for i := range 6 {
		s.Clock.Advance(time.Second)
		s.asLead("POST", "/spaces/{space}/documents?circle={circle}", fmt.Sprint("document ", i), "Content-Disposition", fmt.Sprintf(`attachment; filename="d%d.txt"`, i)).is(201)
	}
	var titles []string
	next := ""
	for range 10 {
		page := s.ask(s.client, "GET", s.path("/spaces/{space}/documents?limit=3"+next), "").is(200)
		for _, d := range page["documents"].([]any) {
			titles = append(titles, d.(map[string]any)["title"].(string))
		}
		cursor, more := page["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
	}
	if got := strings.Join(titles, " "); got != "d5.txt d4.txt d3.txt d2.txt d1.txt d0.txt Pièce n° 3.pdf Conclusions.pdf" {
		t.Errorf("paged: %s", got)
	}
}

// TestUploadSurvivesCuts speaks the protocol as a program does whose connection
// is cut: where to go on is asked, wrong offsets are refused with the true one.
func TestUploadSurvivesCuts(t *testing.T) {
	s := open(t, 0)
	raw := strings.Repeat("0123456789abcdef", 40_000)
	begun := s.asLead("POST", "/spaces/{space}/uploads", "", "Upload-Length", fmt.Sprint(len(raw)), "Upload-Metadata", metadata("filename", "Scan.txt", "tray", "firm"),
		"Tus-Resumable", "1.0.0", "Idempotency-Key", "scan-1")
	begun.is(201)
	at := strings.TrimPrefix(begun.header.Get("Location"), "/api/v1")
	again := s.asLead("POST", "/spaces/{space}/uploads", "", "Upload-Length", fmt.Sprint(len(raw)), "Upload-Metadata", metadata("filename", "Scan.txt", "tray", "firm"),
		"Tus-Resumable", "1.0.0", "Idempotency-Key", "scan-1")
	if again.is(201); again.header.Get("Location") != begun.header.Get("Location") || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("announced again: %v", again.header)
	}
	send := func(from int, to int) reply {
		return s.asLead("PATCH", at, raw[from:to], "Upload-Offset", fmt.Sprint(from), "Content-Type", "application/offset+octet-stream", "Tus-Resumable", "1.0.0")
	}
	send(0, 200_000).is(204)
	head := s.asLead("HEAD", at, "", "Tus-Resumable", "1.0.0")
	offset := head.header.Get("Upload-Offset")
	if head.status != 200 || offset == "0" || offset == "" {
		t.Fatalf("goes on at %q", offset)
	}
	if wrong := send(7, 100); wrong.status != 409 || wrong.header.Get("Upload-Offset") != offset {
		t.Errorf("a wrong offset: %d, goes on at %s", wrong.status, wrong.header.Get("Upload-Offset"))
	}
	var from int
	fmt.Sscan(offset, &from)
	end := send(from, len(raw))
	sum := sha256.Sum256([]byte(raw))
	if end.is(204); end.header.Get("X-Content-SHA256") != hex.EncodeToString(sum[:]) {
		t.Errorf("the end: %v", end.header)
	}
	doc := s.asLead("GET", "/documents/"+end.header.Get("Upload-Document"), "").is(200)
	if doc["title"] != "Scan.txt" {
		t.Errorf("it became %v", doc)
	}
	s.ask(s.client, "HEAD", at, "", "Tus-Resumable", "1.0.0").is(404)
	if old := s.asLead("HEAD", at, "", "Tus-Resumable", "0.2.2"); old.status != http.StatusPreconditionFailed || old.header.Get("Tus-Version") != "1.0.0" {
		t.Errorf("another version of the protocol: %d %v", old.status, old.header)
	}
}

// TestDepositWithoutReading: a pass that only deposits files a document and is
// told what it became, not what it says.
func TestDepositWithoutReading(t *testing.T) {
	s := open(t, 0)
	narrow := s.issue(s.Client.Actor, authz.Pass{Kinds: []string{"deposit"}})
	doc := s.ask(narrow, "POST", s.path("/spaces/{space}/documents"), "pièce", "Content-Disposition", named).is(201)
	if doc["id"] == "" || doc["title"] != "" {
		t.Errorf("it is told %v", doc)
	}
	s.ask(narrow, "GET", s.path("/spaces/{space}/documents"), "").refuses(403, "api.pass")
}

// TestExplain: the firm's side is told who sees a document and the address that
// brings it; who sees it and is not of the firm is told nothing of others.
func TestExplain(t *testing.T) {
	s := open(t, 0)
	made := s.asLead("POST", "/spaces/{space}/documents?circle={circle}", "%PDF-1.7 bail", "Content-Disposition", named)
	made.is(201)
	at := strings.TrimPrefix(made.header.Get("Location"), "/api/v1") + "/why"
	told := 0
	for _, one := range s.ask(s.lead, "GET", at, "").is(200)["people"].([]any) {
		p := one.(map[string]any)
		grounds := p["grounds"].([]any)
		if p["sees"] != strings.HasPrefix(p["reason"].(string), "role-") || p["since"] == "" || len(grounds) == 0 {
			t.Errorf("%v", p)
		}
		if p["id"] == string(s.Client.Actor.Person) && p["sees"] == true && grounds[0].(map[string]any)["circle"] == s.ids["circle"] {
			told++
		}
	}
	if told != 1 {
		t.Errorf("that the client sees it is told %d times", told)
	}
	s.ask(s.client, "GET", at, "").refuses(403, "fault.forbidden")
}

// TestUnread: of those whom a document and a memo reach, the firm's side is told
// who has not read them, and nobody else is.
func TestUnread(t *testing.T) {
	s := open(t, 0)
	made := s.asLead("POST", "/spaces/{space}/documents?circle={circle}", "%PDF-1.7 bail", "Content-Disposition", named)
	made.is(201)
	s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Audience","body":"Le 4.","circles":["{circle}"]}`).is(201)
	at := strings.TrimPrefix(made.header.Get("Location"), "/api/v1")
	waiting := func(token string) (document, memo int) {
		t.Helper()
		of := func(v any) int {
			list, _ := v.([]any)
			return len(list)
		}
		threads := s.ask(token, "GET", s.path("/spaces/{space}/memos"), "").is(200)["threads"].([]any)
		for _, one := range threads {
			if thread := one.(map[string]any); thread["subject"] == "Audience" {
				memo = of(thread["memos"].([]any)[0].(map[string]any)["unread"])
			}
		}
		return of(s.ask(token, "GET", at, "").is(200)["unread"]), memo
	}
	document, memo := waiting(s.lead)
	if document == 0 || memo == 0 {
		t.Fatalf("%d have not read the document, %d not the memo", document, memo)
	}
	if d, m := waiting(s.client); d != 0 || m != 0 {
		t.Errorf("the client is told of %d and %d", d, m)
	}
	if a := s.ask(s.client, "GET", at+"/content", ""); a.status != 200 {
		t.Fatalf("the client reads it: %d", a.status)
	}
	if left, _ := waiting(s.lead); left != document-1 {
		t.Errorf("after the client has read it, %d have not", left)
	}
}
