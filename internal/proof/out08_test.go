package proof

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cenacle/internal/api"
)

// OUT-08: what goes wrong, whoever caused it, is said in words of the product: no
// stack, no path of the machine, no statement or word of the database, no secret and
// no version.
func TestOUT08(t *testing.T) {
	t.Parallel()
	s := stage(begin(t, temporary(t)))
	said := map[int]int{}
	look := func(what string, a answer) {
		said[a.status]++
		for _, told := range inner(s, a) {
			t.Errorf("%s is answered %d with %q", what, a.status, told)
		}
	}
	p := s.program(s.lead.actor)
	for what, c := range mistaken(s) {
		for name, b := range map[string]browser{"nobody": s.nobody(), "the lead": s.lead.browser, "a program": p} {
			look(what+" by "+name, b.do(c))
		}
	}
	refused := 0
	for status, n := range said {
		if status >= 400 {
			refused += n
		}
	}
	if refused < 200 {
		t.Errorf("only %d refusals were forced: %v", refused, said)
	}

	// Then the machine fails: bytes that are gone, and a table.
	space := "/spaces/" + string(s.room.id)
	page := s.firm.path("spaces", string(s.room.id))
	blobs, err := filepath.Glob(filepath.Join(s.data, "firms", "*", "blobs"))
	s.must(err)
	for _, b := range blobs {
		s.must(os.RemoveAll(b))
	}
	look("a file without its bytes", s.lead.do(get(page+"/documents/"+s.ids["document"]+"/file")))
	look("a file without its bytes, of a program", p.do(get(api.Root+"/documents/"+s.ids["document"]+"/content")))
	s.behind().exec(`alter table memo rename to memo_gone`)
	for _, c := range []call{get(page), post(page+"/memos", "subject", "Sujet", "body", "Texte", "circle", string(s.room.house.Client))} {
		look("a page without its table", s.lead.do(c))
	}
	for _, c := range []call{get(api.Root + space + "/memos"), speak("POST", space+"/memos", `{"subject":"S","body":"B"}`), get(api.Root + space)} {
		look("an operation without its table", p.do(c))
	}
	if said[http.StatusInternalServerError] < 4 {
		t.Errorf("only %d requests met a machine that fails: %v", said[http.StatusInternalServerError], said)
	}
	if !strings.Contains(string(s.log.read()), "no such table") {
		t.Error("not even the log says what was wrong")
	}
	t.Logf("%v", said)
}

// mistaken are requests that are refused for many reasons.
func mistaken(s *scene) map[string]call {
	out := map[string]call{}
	hostile := []string{"'", `"`, "%00", "%27%20or%201=1--", "..%2f..%2fetc%2fpasswd", "%f0%28%8c%28", "{{7*7}}", "%3cscript%3e", "0000000000000000000000000z", strings.Repeat("a", 5000)}
	for n, h := range hostile {
		for _, path := range []string{"/f/" + h, s.firm.path("spaces", h), s.firm.path("spaces", string(s.room.id), "documents", h), "/l/" + string(s.firm.id) + "/" + h,
			api.Root + "/spaces/" + h, api.Root + "/documents/" + h, api.Root + "/spaces/" + string(s.room.id) + "/memos?cursor=" + h, "/" + h} {
			out[fmt.Sprint("a path ", n, " ", path[:min(len(path), 60)])] = get(path)
		}
	}
	space := "/spaces/" + string(s.room.id)
	for n, body := range []string{"", "{", "null", "[]", `{"body":`, `{"body":1}`, `{"nobody":1}`, strings.Repeat(`{"a":`, 200) + "1", "\x00", "\xff\xfe", `{"reply_by":"soon"}`} {
		out[fmt.Sprint("a body ", n)] = speak("POST", space+"/memos", body)
		out[fmt.Sprint("a token's body ", n)] = speak("POST", "/links/use", body)
	}
	page := s.firm.path("spaces", string(s.room.id))
	for n, kind := range []string{"multipart/form-data; boundary=x", "multipart/form-data", "text/xml", "application/x-www-form-urlencoded", ";;"} {
		out[fmt.Sprint("a form ", n)] = call{method: http.MethodPost, path: page + "/files", body: []byte("--y\r\n%zz=%"), header: map[string]string{"Content-Type": kind}}
		out[fmt.Sprint("a form of memos ", n)] = call{method: http.MethodPost, path: page + "/memos", body: []byte("%zz=%&;=&"), header: map[string]string{"Content-Type": kind}}
	}
	for n, c := range []call{
		get(page+"/documents/"+s.ids["document"]+"/file").with("Range", "bytes=9999999-"),
		create(page+"/uploads", "-1"), create(page+"/uploads", "x", "tray", "firm"), patch(page+"/uploads/"+s.ids["upload"], "999", []byte("x")),
		{method: "PROPFIND", path: "/dav/", body: []byte("<a")}, {method: "BREW", path: page}, {method: http.MethodDelete, path: page},
		get("/metrics"), get("/debug/pprof/"), get("/.git/config"), get(api.Root + "/openapi"), get("/signin?next=//x.example"),
	} {
		out[fmt.Sprint("a request ", n)] = c
	}
	return out
}

// inward are marks of what lies behind an answer.
var inward = regexp.MustCompile(`goroutine \d|\.go:\d|runtime error|panic|(?i:\bselect\b.{1,60}\bfrom\b|insert into|sqlite|no such table|syntax error|constraint failed|sqlstate|\bpgx\b)|\bgo1\.\d|nginx|modernc`)

// inner finds in an answer what only the log may say.
func inner(s *scene, a answer) (out []string) {
	text := string(a.body)
	for name, values := range a.header {
		text += "\n" + name + ": " + strings.Join(values, ", ")
	}
	asked := a.path + string(a.call.body)
	for _, found := range inward.FindAllString(text, -1) {
		if !strings.Contains(asked, found) {
			out = append(out, found)
		}
	}
	for _, secret := range []string{s.data, os.TempDir() + "/", "/internal/", "root.key", "memo_gone", s.lead.token, password} {
		if strings.Contains(text, secret) {
			out = append(out, secret)
		}
	}
	if a.header.Get("Server") != "" || a.header.Get("X-Powered-By") != "" {
		out = append(out, "Server: "+a.header.Get("Server")+a.header.Get("X-Powered-By"))
	}
	return out
}
