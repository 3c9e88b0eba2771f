package api_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/id"
)

var eventSamples = map[string]sample{
	"listEvents":    {who: byClient, want: 200},
	"streamEvents":  {who: byClient, query: "?from=beginning", want: 200},
	"listWebhooks":  {who: byLead, want: 200},
	"createWebhook": {who: byLead, body: `{"address":"http://127.0.0.1:9/other","kinds":["document"]}`, want: 201},
	"getWebhook":    {who: byLead, want: 200},
	"changeWebhook": {who: byLead, body: `{"address":"http://127.0.0.1:9/third","kinds":[]}`, want: 200},
	"endWebhook": {who: byLead, want: 204, then: func(s *stage, _ reply) {
		s.ids["webhook"] = s.asLead("POST", "/webhooks", `{"address":"http://127.0.0.1:9/hook"}`).is(201)["id"].(string)
	}},
	"pauseWebhook":  {who: byLead, want: 200},
	"resumeWebhook": {who: byLead, want: 200},
	"rotateWebhook": {who: byLead, want: 200},
	"pingWebhook":   {who: byLead, want: 202, then: func(s *stage, _ reply) { s.ping() }},
	"listNotices":   {who: byLead, want: 200},
	"replayNotice":  {who: byLead, want: 409}, // it waits to be sent anyway
	"replayNotices": {who: byLead, body: `{"from":"2026-11-23T08:00:00Z"}`, want: 202},
}

// ping notes a test that is on its way.
func (s *stage) ping() {
	s.t.Helper()
	s.asLead("POST", "/webhooks/{webhook}/ping", "").is(202)
	s.ids["notice"] = s.asLead("GET", "/webhooks/{webhook}/notices", "").is(200)["notices"].([]any)[0].(map[string]any)["id"].(string)
}

// sequence gives every entry its place, as the sequencer does, and tells.
func (s *stage) sequence() {
	s.t.Helper()
	f, err := s.Office.Store.Firm(s.t.Context(), s.Firm)
	s.must(err)
	head, err := s.Office.Journal.Sequence(s.t.Context(), f)
	s.must(err, s.nouns.Events.Placed(s.t.Context(), s.Firm, head.Size))
}

func kinds(page map[string]any) string {
	var out []string
	for _, e := range page["events"].([]any) {
		out = append(out, e.(map[string]any)["kind"].(string))
	}
	return strings.Join(out, " ")
}

// TestEvents: each is told what she may see, and goes on where she stopped.
func TestEvents(t *testing.T) {
	s := open(t, 0)
	now := s.ask(s.client, "GET", "/events?from=now", "").is(200)
	if len(now["events"].([]any)) > 0 || now["more"] != false {
		t.Errorf("now: %v", now)
	}
	s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Entre nous","body":"stratégie","internal":true}`).is(201)
	s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Audience","body":"Le 4.","circles":["{circle}"]}`).is(201)
	s.sequence()
	later := s.ask(s.client, "GET", "/events?cursor="+now["next"].(string), "").is(200)
	if kinds(later) != "memo.written" || later["more"] != false {
		t.Errorf("a client is told %q", kinds(later))
	}
	if firm := s.asLead("GET", "/events?kind=memo&space={space}", "").is(200); kinds(firm) != "memo.written memo.written memo.written" {
		t.Errorf("the firm is told %q", kinds(firm))
	}
	if none := s.ask(s.client, "GET", "/events?cursor="+later["next"].(string), "").is(200); len(none["events"].([]any)) > 0 || none["more"] != false {
		t.Errorf("after the last: %v", none)
	}
	s.ask(s.stranger, "GET", "/events?cursor="+later["next"].(string), "").refuses(422, "api.cursor")
	s.ask(s.stranger, "GET", s.path("/events?space={space}"), "").refuses(404, "fault.absent")
	s.asLead("GET", "/events?kind=nothing.known", "").is(422)
}

// TestEventsTellNoGap: neither page nor cursor tells of what is hidden.
func TestEventsTellNoGap(t *testing.T) {
	s := open(t, 0)
	before := s.ask(s.client, "GET", "/events?from=now", "").is(200)["next"].(string)
	for range 3 {
		s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Entre nous","body":"stratégie","internal":true}`).is(201)
	}
	s.sequence()
	after := s.ask(s.client, "GET", "/events?cursor="+before, "").is(200)
	if len(after["events"].([]any)) > 0 || after["more"] != false || len(after["next"].(string)) != len(before) {
		t.Errorf("a client can tell that something happened: %v", after)
	}
	if raw := s.ask(s.client, "GET", "/events", "").raw; strings.Contains(string(raw), "position") {
		t.Errorf("positions are told: %s", raw)
	}
}

// TestEventsArePaged without losing or repeating one.
func TestEventsArePaged(t *testing.T) {
	s := open(t, 0)
	seen := map[string]int{}
	cursor, pages := "", 0
	for {
		page := s.asLead("GET", "/events?limit=2"+cursor, "").is(200)
		for _, e := range page["events"].([]any) {
			seen[e.(map[string]any)["id"].(string)]++
		}
		pages++
		if page["more"] != true {
			break
		}
		cursor = "&cursor=" + page["next"].(string)
	}
	all := s.asLead("GET", "/events?limit=500", "").is(200)["events"].([]any)
	if len(seen) != len(all) || pages < len(all)/2 {
		t.Errorf("%d events on %d pages, %d in all", len(seen), pages, len(all))
	}
	for of, n := range seen {
		if n != 1 {
			t.Errorf("%s is told %d times", of, n)
		}
	}
}

// TestStream hears what happens, and goes on from its last event.
func TestStream(t *testing.T) {
	s := open(t, 0)
	defer close(s.closing)
	next := s.listen("")
	s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Entre nous","body":"stratégie","internal":true}`).is(201)
	s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Audience","body":"Le 4.","circles":["{circle}"]}`).is(201)
	s.sequence()
	heard := next()
	if heard["event"] != "memo.written" || !strings.Contains(heard["data"], `"kind":"memo.written"`) || strings.Contains(heard["data"], "Audience") {
		t.Errorf("heard %v", heard)
	}
	s.asLead("PATCH", "/documents/{document}", `{"title":"Autre"}`).is(200)
	s.asLead("POST", "/spaces/{space}/memos", `{"subject":"Puis","body":"Le 5.","circles":["{circle}"]}`).is(201)
	s.sequence()
	onwards := s.listen(heard["id"])
	if first, second := onwards(), onwards(); first["event"] != "document.renamed" || second["event"] != "memo.written" {
		t.Errorf("from the last on: %v, %v", first, second)
	}
}

// listen opens a stream as the client; what it returns waits for one event.
func (s *stage) listen(last string) func() map[string]string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "GET", s.url+api.Root+"/events/stream", nil)
	s.must(err)
	r.Header.Set("Authorization", "Bearer "+s.client)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	s.must(err)
	s.t.Cleanup(func() { _ = answer.Body.Close() }) // it is endless
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		s.t.Fatalf("the stream answers %d", answer.StatusCode)
	}
	lines := make(chan string)
	go func() {
		scanner := bufio.NewScanner(answer.Body)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	<-lines // retry
	<-lines
	return func() map[string]string {
		s.t.Helper()
		event := map[string]string{}
		for {
			select {
			case line := <-lines:
				if line == "" {
					return event
				}
				name, value, _ := strings.Cut(line, ": ")
				event[name] = value
			case <-time.After(10 * time.Second):
				s.t.Fatal("nothing is heard")
			}
		}
	}
}

// TestISO07_StreamEnds within five seconds.
func TestISO07_StreamEnds(t *testing.T) {
	s := open(t, 0)
	me := s.ask(s.client, "GET", "/me", "").is(200)
	done := make(chan reply, 1)
	go func() { done <- s.ask(s.client, "GET", "/events/stream", "") }()
	time.Sleep(200 * time.Millisecond)
	s.must(s.Tokens.Revoke(t.Context(), s.Client.Actor, id.Token(me["token"].(map[string]any)["id"].(string))))
	select {
	case <-done:
	case <-time.After(6 * time.Second):
		t.Error("a stream goes on after its token has ended")
	}
}

// TestWebhookSecretIsShownOnce, also when its making is asked for again.
func TestWebhookSecretIsShownOnce(t *testing.T) {
	s := open(t, 0)
	make := func() reply {
		return s.asLead("POST", "/webhooks", `{"address":"http://127.0.0.1:9/once"}`, "Idempotency-Key", "w1")
	}
	first := make().is(201)
	again := make().is(201)
	if first["secret"] == nil || again["secret"] != nil || again["id"] != first["id"] {
		t.Errorf("made %v and %v", first, again)
	}
	if shown := s.ask(s.lead, "GET", "/webhooks/"+first["id"].(string), "").is(200); shown["secret"] != nil {
		t.Errorf("shown again: %v", shown)
	}
	if got := places(s.asLead("POST", "/webhooks", `{"address":"http://10.0.0.1/x","kinds":["nothing"]}`).is(422)); !strings.Contains(got, "/kinds") && !strings.Contains(got, "/address") {
		t.Errorf("refused at %q", got)
	}
}
