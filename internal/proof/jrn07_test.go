package proof

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/api"
)

// disturbing are texts that end a line, colour a terminal, close a record or begin one,
// in what reads them carelessly.
var disturbing = []string{
	"a\r\n{\"msg\":\"forged\"}", "a\nb", "\rforged", "\x1b[31mrouge\x1b[0m\x07", "\u2028forged", "\u2029forged", "\u0085forged", "\"}\n{\"msg\":\"forged\"",
	"a\x00b", "\x9b31m", "%0d%0aforged: 1", "\u202eforged", "\xff\xfeforged", "</script>", "=cmd|' /C calc'!A0", "\ufeffforged",
}

// JRN-07: whatever is sent in whatever field, one event is one record in the log, and
// one line; and the same in the figures and in what the journal lets out.
func TestJRN07(t *testing.T) {
	t.Parallel()
	figures := freePort(t)
	w := begin(t, temporary(t), "CENACLE_METRICS_LISTEN="+figures)
	s := stage(w)
	s.settle()
	start := len(w.log.read())
	before := len(routed(w.log.read()))
	asked := 0
	p := s.program(s.lead.actor)
	page := s.firm.path("spaces", string(s.room.id))
	for _, text := range disturbing {
		in, quoted := url.PathEscape(text), url.QueryEscape(text)
		told, err := json.Marshal(text)
		s.must(err)
		header := strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return '\t' // the wire of the proof sends no others
			}
			return r
		}, text)
		for _, c := range []call{
			get("/" + in), get("/signin?next=" + quoted), get("/signin").with("User-Agent", header, "X-Forwarded-For", header, "Referer", header, "X-Request-ID", header, "Traceparent", header),
			post("/signin", "email", text, "password", text), post("/signin", "email", s.lead.email, "password", text), post("/signin/link", "email", text+"@x.example"),
			post("/signup", "firm", text, "name", text, "email", text, "password", text),
		} {
			s.nobody().do(c)
			asked++
		}
		for _, c := range []call{
			get(s.firm.path("search") + "?q=" + quoted), get(s.firm.path("spaces") + "/" + in),
			post(page+"/memos", "subject", text, "body", text, "reply_by", text, "circle", text), post(page+"/memos", "subject", text, "body", text, "circle", string(s.room.house.Firm)),
			post(page+"/people", "name", text, "email", text, "role", text), file(page+"/files", text, []byte(text), "tray", text, "circle", text),
			file(page+"/files", text+".txt", []byte(text), "tray", "firm"), create(page+"/uploads", "10", "filename", text, "tray", "firm"),
		} {
			s.lead.do(c)
			asked++
		}
		for _, c := range []call{
			get(api.Root + "/search?q=" + quoted), get(api.Root + "/events?kind=" + quoted), speak("POST", "/spaces/"+string(s.room.id)+"/memos", `{"subject":`+string(told)+`,"body":`+string(told)+`}`),
			get(api.Root+"/me").with("Authorization", "Bearer "+header),
		} {
			p.do(c)
			asked++
		}
	}
	s.settle()
	log := w.log.read()
	if got := len(routed(log)) - before; got != asked {
		t.Errorf("%d requests left %d records", asked, got)
	}
	for line := range bytes.Lines(log[start:]) {
		var record struct{ Time, Level, Msg string }
		if err := json.Unmarshal(line, &record); err != nil || record.Time == "" || record.Level == "" || record.Msg == "" || strings.HasPrefix(record.Msg, "forged") {
			t.Errorf("a line of the log is no record: %q", line)
		}
		if marked(bytes.TrimSuffix(line, []byte("\n"))) {
			t.Errorf("a record has what a terminal obeys: %q", line)
		}
	}
	b := s.nobody()
	b.base = "http://" + figures
	for line := range strings.Lines(string(b.do(get("/metrics")).body)) {
		if name := strings.TrimPrefix(line, "# "); !strings.HasPrefix(name, "HELP ") && !strings.HasPrefix(name, "TYPE ") && !strings.HasPrefix(name, "cenacle_") && !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") || marked([]byte(strings.TrimSuffix(line, "\n"))) {
			t.Errorf("a line of the figures: %q", line)
		}
	}
}

// marked reports whether a line has a character that ends it elsewhere, or that a
// terminal obeys.
func marked(line []byte) bool {
	return bytes.ContainsFunc(line, func(r rune) bool {
		return r < ' ' && r != '\t' || r == 0x7f || slices.Contains([]rune{0x85, 0x9b, 0x2028, 0x2029, 0x202e}, r)
	})
}
