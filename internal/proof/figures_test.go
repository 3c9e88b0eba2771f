package proof

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// JRN-06: the figures, the log and the traces of a process that people have used count
// what was done, and hold nothing of whom, to whom and what, nor of what lets anybody in.
// What people type is planted everywhere, and sought in the log, in TestISO13.
func TestJRN06(t *testing.T) {
	t.Parallel()
	x := newCrash(t, temporary(t))
	at := freePort(t)
	x.environ = append(x.environ, "CENACLE_METRICS_LISTEN="+at, "CENACLE_LOG=info")
	traces := collect(t, x)
	x.start()
	text := content("secret-canari", 300_000)
	made := x.client.want(http.StatusCreated, create(x.space+"/uploads", strconv.Itoa(len(text)), "filename", "nom-canari.txt", "tray", "client"))
	x.client.want(http.StatusNoContent, patch(made.header.Get("Location"), "0", text))
	for range 3 {
		x.lead.want(http.StatusOK, get(x.space+"?q=canari"))
	}
	x.client.want(http.StatusOK, get(x.receipts[0]))
	x.client.want(http.StatusNotFound, get(x.space+"/canari"))
	browser{t: t, base: x.client.base}.want(http.StatusUnauthorized, post("/signin", "email", "sophie@petit.example", "password", "canari-canari-canari"))
	figures := browser{t: t, base: "http://" + at}.want(http.StatusOK, get("/metrics"))
	for _, want := range []string{
		`cenacle_http_requests_total{route="GET /f/{firm}/spaces/{space}",status="2xx"} 3`,
		`cenacle_http_requests_total{route="PATCH /f/{firm}/spaces/{space}/uploads/{upload}",status="2xx"} 1`,
		`cenacle_http_faults_total{fault="not found"} 1`, `cenacle_outbox_jobs{state="dead"} 0`,
	} {
		if !bytes.Contains(figures.body, []byte("\n"+want+"\n")) {
			t.Errorf("missing %s", want)
		}
	}
	key, err := os.ReadFile(filepath.Join(x.world.data, "root.key"))
	lose(t, err)
	words := []string{strings.TrimSpace(string(key)), password, "canari", "Petit", "Sophie", "sophie", "Delmas", "claire", "example", x.lead.token, x.client.token}
	for _, segment := range strings.Split(x.space+made.header.Get("Location")+x.receipts[0], "/") {
		if len(segment) == 26 { // an identifier
			words = append(words, segment)
		}
	}
	if len(words) < 12 {
		t.Errorf("only %d words are looked for", len(words))
	}
	traces.worked()
	x.program.end()
	spans := traces.read()
	traces.tree("GET /f/{firm}/spaces/{space}")
	log := x.program.out.read()
	aliases := map[string]bool{}
	for line := range bytes.Lines(log) {
		var fields struct{ Msg, Firm, Person string }
		if json.Unmarshal(line, &fields) == nil && fields.Msg == "request" && fields.Firm != "" {
			aliases[fields.Firm] = true
			if len(fields.Firm) != 8 || len(fields.Person) != 8 {
				t.Errorf("the line calls them %q and %q", fields.Firm, fields.Person)
			}
		}
	}
	if len(aliases) != 1 {
		t.Errorf("the log calls the firm %v", aliases)
	}
	for _, word := range words {
		if bytes.Contains(figures.body, []byte(word)) {
			t.Errorf("the figures hold %q", word)
		}
		if bytes.Contains(log, []byte(word)) {
			t.Errorf("the log holds %q", word)
		}
		if bytes.Contains(spans, []byte(word)) {
			t.Errorf("the traces hold %q", word)
		}
	}
}
