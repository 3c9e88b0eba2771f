package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/id"
)

// TestDOS04_Bodies are refused with the places that are wrong, all at once.
func TestDOS04_Bodies(t *testing.T) {
	s := open(t, 0)
	for _, tt := range []struct {
		body   string
		status int
		code   string
		places string
	}{
		{`{"client":{"name":"A","email":"a@client.example"},"model":"divorce"`, 400, "api.json", ""},
		{``, 400, "api.json", ""}, {`null x`, 400, "api.json", ""}, {"{\"model\":\"\xff\"}", 400, "api.json", ""}, {`{"model":"a","model":"b"}`, 400, "api.twice", ""},
		{strings.Repeat("[", 51), 400, "api.deep", ""}, {strings.Repeat(`{"a":`, 51), 400, "api.deep", ""}, {strings.Repeat("[", 50), 400, "api.json", ""},
		{`[]`, 422, "fault.invalid", "/ api.type"}, {`null`, 422, "fault.invalid", "/ api.type"},
		{`{}`, 422, "fault.invalid", "/client api.missing, /model api.missing"},
		{`{"client":{"email":1,"nom":"x"},"model":"divorce","lead":"moi","colleagues":["{colleague}","x"],"profile":"autre","a/b~":1}`, 422, "fault.invalid",
			"/a~1b~0 api.unknown, /client/email api.type, /client/name api.missing, /client/nom api.unknown, /colleagues/1 api.identifier, /lead api.identifier, /profile api.enum"},
		{`{"client":{"name":"","email":"nobody"},"model":"astrologie"}`, 422, "fault.invalid", "/client/email email.invalid, /client/name firm.name_missing, /model space.model_unknown, /profile space.profile_unknown"},
		{`{"client":{"name":"A","email":"a@client.example"},"model":"divorce","colleagues":null,"name":null}`, 201, "", ""},
		{`{"client":{"name":"` + strings.Repeat("x", 600<<10) + `"}}`, 413, "fault.too_large", ""},
	} {
		r := s.ask(s.lead, "POST", "/spaces", s.path(tt.body))
		if tt.status == 201 {
			r.is(201)
			continue
		}
		if got := places(r.refuses(tt.status, tt.code)); got != tt.places {
			t.Errorf("%.80s: %s, want %s", tt.body, got, tt.places)
		}
	}
	s.ask(s.lead, "POST", "/spaces", `{}`, "Content-Type", "text/plain").refuses(400, "api.media")
	if got := places(s.ask(s.lead, "GET", "/spaces?limit=0&limite=5", "").refuses(422, "fault.invalid")); got != "limit api.parameter, limite api.unknown_parameter" {
		t.Errorf("parameters: %s", got)
	}
	if got := places(s.ask(s.lead, "GET", "/search", "").refuses(422, "fault.invalid")); got != "q api.missing" {
		t.Errorf("parameters: %s", got)
	}
}

func places(problem map[string]any) string {
	var out []string
	errors, _ := problem["errors"].([]any)
	for _, e := range errors {
		wrong := e.(map[string]any)
		where, _ := wrong["pointer"].(string)
		if where == "" {
			where, _ = wrong["parameter"].(string)
		}
		out = append(out, where+" "+wrong["code"].(string))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// TestProblemsSpeakTheReadersLanguage and say which request they were.
func TestProblemsSpeakTheReadersLanguage(t *testing.T) {
	s := open(t, 0)
	for language, title := range map[string]string{"": "Introuvable", "en-GB": "Not found", "de": "Introuvable"} {
		r := s.ask(s.lead, "GET", "/spaces/01m83t695g724ab0gsm8qrsq73", "", "Accept-Language", language)
		p := r.refuses(404, "fault.absent")
		if p["title"] != title || !strings.HasPrefix(p["instance"].(string), "urn:cenacle:request:") || p["type"] != "/api#not_found" {
			t.Errorf("in %q: %v", language, p)
		}
	}
	for path, allow := range map[string]string{"/me": "GET, HEAD", "/spaces": "GET, HEAD, POST", "/openapi.json": "GET, HEAD"} {
		r := s.ask(s.lead, "DELETE", path, "")
		if r.refuses(405, "api.method"); r.header.Get("Allow") != allow {
			t.Errorf("%s allows %q, want %q", path, r.header.Get("Allow"), allow)
		}
	}
	s.ask("", "GET", "/nothing", "").refuses(404, "fault.absent")
}

func TestDescriptionIsServed(t *testing.T) {
	s := open(t, 0)
	r := s.ask("", "GET", "/openapi.json", "")
	want, err := s.api.Document()
	if doc := r.is(200); err != nil || doc["openapi"] != "3.1.0" || string(r.raw) != string(want) {
		t.Errorf("served: %.200s", r.raw)
	}
	s.ask("", "GET", "/openapi.json", "", "If-None-Match", r.header.Get("ETag")).is(304)
}

// TestIdempotency: a key makes an act happen once; the answer is what the
// object is by now.
func TestIdempotency(t *testing.T) {
	s := open(t, 0)
	const key = "Idempotency-Key"
	body := `{"subject":"Une fois","body":"et pas deux","circles":["{circle}"]}`
	first := s.asLead("POST", "/spaces/{space}/memos", body, key, "k1").is(201)
	again := s.asLead("POST", "/spaces/{space}/memos", body, key, "k1")
	if second := again.is(201); second["id"] != first["id"] || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("written twice: %v and %v", first, second)
	}
	if other := s.asLead("POST", "/spaces/{space}/memos", body, key, "k2").is(201); other["id"] == first["id"] {
		t.Error("another key is another memo")
	}
	if got := places(s.asLead("POST", "/spaces/{space}/memos", strings.Replace(body, "deux", "trois", 1), key, "k1").refuses(422, "act.once_other")); got != "Idempotency-Key act.once_other" {
		t.Errorf("the same key for something else: %s", got)
	}
	if client := s.ask(s.client, "POST", s.path("/spaces/{space}/memos"), s.path(body), key, "k1").is(201); client["id"] == first["id"] {
		t.Error("a key of one person reaches another")
	}
	s.asLead("POST", "/spaces/{space}/memos", body, key, strings.Repeat("x", 256)).refuses(422, "api.key")
	s.asLead("DELETE", "/documents/{document}", "", key, "k3").is(204)
	if r := s.asLead("DELETE", "/documents/{document}", "", key, "k3"); r.status != 204 || r.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("deleted again: %d", r.status)
	}
	s.asLead("DELETE", "/documents/{document}", "").refuses(404, "fault.absent")
	s.Clock.Advance(25 * 3600 * 1e9)
	if late := s.asLead("POST", "/spaces/{space}/memos", body, key, "k1").is(201); late["id"] == first["id"] {
		t.Error("a key lives longer than a day")
	}
}

// TestIdempotencyAtOnce sends one request many times together.
func TestIdempotencyAtOnce(t *testing.T) {
	s := open(t, 0)
	var all sync.WaitGroup
	made := make([]string, 12)
	for i := range made {
		all.Go(func() {
			r := s.ask(s.lead, "POST", s.path("/spaces/{space}/documents"), "pièce", "Content-Disposition", named, "Idempotency-Key", "at once")
			if r.status == 201 {
				made[i] = r.header.Get("Location")
			} else {
				made[i] = strconv.Itoa(r.status)
			}
		})
	}
	all.Wait()
	for _, at := range made {
		if at != made[0] || !strings.HasPrefix(at, "/api/v1/documents/") {
			t.Fatalf("made %q", made)
		}
	}
}

// TestISO04_Cursors cannot be changed, made, or taken to another list or person.
func TestISO04_Cursors(t *testing.T) {
	s := open(t, 0)
	for i := range 3 {
		s.asLead("POST", "/spaces", fmt.Sprintf(`{"client":{"name":"C%d","email":"c%d@client.example"},"model":"divorce"}`, i, i)).is(201)
	}
	cursor := s.asLead("GET", "/spaces?limit=1", "").is(200)["next"].(string)
	s.asLead("GET", "/spaces?limit=2&cursor="+cursor, "").is(200)
	colleague := s.issue(s.Colleague.Actor, authz.Pass{})
	for who, r := range map[string]reply{
		"another person": s.ask(colleague, "GET", "/spaces?limit=1&cursor="+cursor, ""), "another firm": s.ask(s.other(), "GET", "/spaces?cursor="+cursor, ""),
		"another list": s.asLead("GET", "/desk?cursor="+cursor, ""), "a list of a space": s.asLead("GET", "/spaces/{space}/journal?cursor="+cursor, ""),
		"cut": s.asLead("GET", "/spaces?cursor="+cursor[:len(cursor)-1], ""), "long": s.asLead("GET", "/spaces?cursor="+strings.Repeat("A", 1001), ""),
		"made up": s.asLead("GET", "/spaces?cursor=e30", ""), "no text at all": s.asLead("GET", "/spaces?cursor=%00", ""),
	} {
		if got := places(r.refuses(422, "api.cursor")); got != "cursor api.cursor" {
			t.Errorf("%s: %s", who, got)
		}
	}
	for i := range len(cursor) {
		flipped := cursor[:i] + string(cursor[i]^1) + cursor[i+1:]
		if r := s.asLead("GET", "/spaces?cursor="+flipped, ""); r.status != 422 {
			t.Fatalf("changed at %d: %d", i, r.status)
		}
	}
	documents := s.asLead("GET", "/spaces/{space}/documents?limit=1", "").is(200)["next"].(string)
	s.asLead("GET", "/spaces/{space}/documents?limit=1&tray=firm&cursor="+documents, "").refuses(422, "api.cursor")
}

// TestConditions: what was read can be asked for again cheaply, and changed
// only while it is still that.
func TestConditions(t *testing.T) {
	s := open(t, 0)
	read := s.asLead("GET", "/documents/{document}", "")
	tag := read.header.Get("ETag")
	s.asLead("GET", "/documents/{document}", "", "If-None-Match", `"x", W/`+tag).is(304)
	s.asLead("GET", "/documents/{document}", "", "If-None-Match", `"x"`).is(200)
	stale := s.asLead("PATCH", "/documents/{document}", `{"title":"Autre"}`, "If-Match", `"x"`)
	if stale.refuses(412, "api.condition"); stale.header.Get("ETag") != tag {
		t.Errorf("a stale condition learns %q, the state is %q", stale.header.Get("ETag"), tag)
	}
	if doc := s.asLead("PATCH", "/documents/{document}", `{"title":"Autre"}`, "If-Match", tag).is(200); doc["title"] != "Autre" {
		t.Errorf("changed to %v", doc["title"])
	}
	s.asLead("DELETE", "/documents/{document}", "", "If-Match", tag).refuses(412, "api.condition")
	tag = s.asLead("GET", "/documents/{document}", "").header.Get("ETag")
	for range 2 { // the second time the answer to the first was lost: its condition held
		s.asLead("PATCH", "/documents/{document}", `{"title":"Une fois"}`, "If-Match", tag, "Idempotency-Key", "c1").is(200)
	}
	s.asLead("PATCH", "/documents/{document}", `{"title":"Encore"}`, "If-Match", "*").is(200)
	s.asLead("POST", "/documents/{document}/restore", "", "If-Match", tag).refuses(412, "api.no_condition")
	s.ask(s.stranger, "PATCH", s.path("/documents/{document}"), `{"title":"x"}`, "If-Match", tag).refuses(404, "fault.absent")
}

// TestConditionedAtOnce: of many changes on one condition, one is made.
func TestConditionedAtOnce(t *testing.T) {
	s := open(t, 0)
	tag := s.asLead("GET", "/documents/{document}", "").header.Get("ETag")
	var all sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for i := range 10 {
		all.Go(func() {
			r := s.ask(s.lead, "PATCH", s.path("/documents/{document}"), fmt.Sprintf(`{"title":"n° %d"}`, i), "If-Match", tag)
			mu.Lock()
			defer mu.Unlock()
			statuses[r.status]++
		})
	}
	all.Wait()
	if statuses[200] != 1 || statuses[412] != 9 {
		t.Errorf("ten changes at once: %v", statuses)
	}
}

// TestRateLimit is of one token, says what remains, and passes.
func TestRateLimit(t *testing.T) {
	s := open(t, 120) // twenty at once, two a second
	token := s.issue(s.Lead.Actor, authz.Pass{})
	for i := range 20 {
		r := s.ask(token, "GET", "/me", "")
		if r.is(200); r.header.Get("RateLimit-Policy") != `"token";q=120;w=60` || r.header.Get("RateLimit") != fmt.Sprintf(`"token";r=%d;t=0`, 19-i) {
			t.Errorf("request %d: %q %q", i, r.header.Get("RateLimit-Policy"), r.header.Get("RateLimit"))
		}
	}
	late := s.ask(token, "GET", "/me", "")
	if late.refuses(http.StatusTooManyRequests, "fault.busy"); late.header.Get("Retry-After") != "1" || late.header.Get("RateLimit") != `"token";r=0;t=1` {
		t.Errorf("too often: %v", late.header)
	}
	s.ask(s.issue(s.Lead.Actor, authz.Pass{}), "GET", "/me", "").is(200)
	s.Clock.Advance(1e9)
	s.ask(token, "GET", "/me", "").is(200)
	s.ask(token, "GET", "/me", "").is(200)
	s.ask(token, "GET", "/me", "").refuses(http.StatusTooManyRequests, "fault.busy")
}

// TestISO07_TokenEndsAtOnce, and so does a pass that named another space.
func TestISO07_TokenEndsAtOnce(t *testing.T) {
	s := open(t, 0)
	token := s.issue(s.Lead.Actor, authz.Pass{})
	me := s.ask(token, "GET", "/me", "").is(200)
	s.must(s.Tokens.Revoke(t.Context(), s.Lead.Actor, id.Token(me["token"].(map[string]any)["id"].(string))))
	s.ask(token, "GET", "/me", "").refuses(401, "token.refused")
}

// TestTableIsWhole: a row that does not say what protects it is refused.
func TestTableIsWhole(t *testing.T) {
	do := api.Ask(func(*api.Request, api.None) (api.None, error) { return api.None{}, nil })
	for i, tt := range []struct {
		row   api.Operation
		sound bool
	}{
		{api.Operation{Pattern: "GET /a", Name: "a", Summary: "A", Action: authz.FirmEnter, Do: do}, true},
		{api.Operation{Pattern: "GET /a", Name: "a", Summary: "A", Why: "hers", Do: do}, true},
		{api.Operation{Pattern: "GET /a", Name: "a", Summary: "A", Do: do}, false},
		{api.Operation{Pattern: "GET /a", Name: "a", Summary: "A", Action: authz.FirmEnter, Why: "both", Do: do}, false},
		{api.Operation{Pattern: "GET /a", Name: "a", Summary: "A", Action: authz.FirmEnter, Open: true, Do: do}, false},
		{api.Operation{Pattern: "GET /a", Summary: "A", Action: authz.FirmEnter, Do: do}, false},
		{api.Operation{Pattern: "GET /a", Name: "a", Summary: "A", Action: authz.FirmEnter}, false},
	} {
		if _, err := api.New(&api.Config{}, []api.Operation{tt.row}); (err == nil) != tt.sound {
			t.Errorf("row %d: %v", i, err)
		}
	}
}
