package proof

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"cenacle/internal/api"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/token"
)

// trace is one way in which a text may lie in raw bytes.
type trace struct {
	how string
	raw []byte
}

// traces are the ways in which a thief would look for a text.
func traces(text string) []trace {
	out := []trace{
		{"as it is", []byte(text)}, {"in capitals", []byte(strings.ToUpper(text))},
		{"in UTF-16, little-endian", wide(text, binary.LittleEndian)}, {"in UTF-16, big-endian", wide(text, binary.BigEndian)},
		{"in hexadecimal", []byte(hex.EncodeToString([]byte(text)))}, {"in hexadecimal", []byte(strings.ToUpper(hex.EncodeToString([]byte(text))))},
	}
	for shift := range 3 { // base64 depends on where a text begins
		whole := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("?", shift) + text))
		from, to := (shift*8+5)/6, (shift+len(text))*8/6
		out = append(out, trace{"in base64", []byte(whole[from:to])})
	}
	return out
}

func wide(text string, order binary.AppendByteOrder) (out []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// sought are the traces of everything that must not be found.
func (g *garden) sought() []trace {
	out := append(traces(stem), trace{"what was made of a file of an office", []byte("%PDF-1.")})
	for _, token := range g.tokens {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		g.must(err)
		if len(raw) != 32 {
			g.t.Fatalf("%q is no token", token)
		}
		out = append(out, trace{"a token", []byte(token)}, trace{"a token's bytes", raw}, trace{"a token in hexadecimal", []byte(hex.EncodeToString(raw))})
	}
	for _, secret := range g.secrets {
		out = append(out, trace{"a webhook's secret", []byte(secret)})
	}
	return out
}

// finds names the traces in raw bytes.
func finds(raw []byte, sought []trace) (out []string) {
	for _, s := range sought {
		if at := bytes.Index(raw, s.raw); at >= 0 {
			from, to := max(0, at-20), min(len(raw), at+60)
			out = append(out, s.how+": "+string(bytes.ToValidUTF8(raw[from:to], []byte("."))))
		}
	}
	return out
}

// ISO-13: nothing that anybody typed, sent or was given lies in clear in what
// an operator or a thief can read: the data folder of a running and of a
// stopped server, temporary files, the database, the log.
func TestISO13(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		t.Setenv("TMPDIR", t.TempDir())
		figures := freePort(t)
		g := grow(begin(t, c, open, "CENACLE_METRICS_LISTEN="+figures, withReaders))
		g.figures = figures
		for what, raw := range g.elsewhere() {
			for _, found := range finds(raw, g.sought()) {
				t.Errorf("%s holds a planted text %s", what, found)
			}
		}
		t.Log(g.count())
		if len(g.planted) < 200 {
			t.Errorf("only %d texts were planted", len(g.planted))
		}
		g.lives()
		sought := g.sought()
		g.sweep("running", sought)
		g.stop()
		g.sweep("stopped", sought)
	})
}

// The sweep finds a text in each of its forms.
func TestSweep(t *testing.T) {
	hidden := "Mme " + stem + "abcdef"
	for name, raw := range map[string][]byte{
		"plain": []byte(hidden), "capitals": []byte(strings.ToUpper(hidden)), "hex": []byte(hex.EncodeToString([]byte(hidden))),
		"wide": wide(hidden, binary.LittleEndian), "wide, the other way": wide(hidden, binary.BigEndian),
		"base64":           []byte(base64.StdEncoding.EncodeToString([]byte(hidden))),
		"base64, one on":   []byte(base64.RawURLEncoding.EncodeToString([]byte("x" + hidden))),
		"base64, two on":   []byte(base64.StdEncoding.EncodeToString([]byte("xy" + hidden))),
		"base64, three on": []byte(base64.StdEncoding.EncodeToString([]byte("xyz" + hidden))),
	} {
		if len(finds(append([]byte("\x00before"), raw...), traces(stem))) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
	if found := finds([]byte("qzkanar i"), traces(stem)); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// lives demands that the product itself still knows what was planted: the
// pages and bytes that those who may see them get.
func (g *garden) lives() {
	g.t.Helper()
	var all []byte
	see := func(b browser, path string) []byte {
		body := b.want(200, get(path)).body
		all = append(all, body...)
		return body
	}
	see(g.lead.browser, g.office.path())
	see(g.lead.browser, g.office.path("people"))
	p := g.hand(token.API)
	for n, r := range g.rooms {
		space := g.office.path("spaces", string(r.id))
		see(g.lead.browser, space+"/requests")
		for _, list := range []string{"/parties", "/aliases", "/requests", "/holds"} {
			see(p, api.Root+"/spaces/"+string(r.id)+list)
		}
		see(g.clients[n].browser, space)
		see(g.lead.browser, space+"/people")
		for _, d := range regexp.MustCompile(`/documents/([0-9a-z]{26})/file"`).FindAllSubmatch(see(g.lead.browser, space), -1) {
			see(g.lead.browser, space+"/documents/"+string(d[1]))
			see(g.lead.browser, space+"/documents/"+string(d[1])+"/file")
		}
	}
	alive := map[string]bool{}
	for text := range g.planted {
		if bytes.Contains(all, []byte(text)) {
			alive[g.planted[text]] = true
		}
	}
	for _, what := range []string{"firm", "lawyer", "colleague", "client", "guest", "space", "e-mail", "file name", "title", "content", "reason", "subject", "memo", "internal memo", "draft", "paper", "note", "lack", "return", "party", "alias", "circle", "hold"} {
		if !alive[what] {
			g.t.Errorf("no %s that was planted is seen by anybody", what)
		}
	}
}

func (g *garden) sweep(when string, sought []trace) {
	g.t.Helper()
	files := 0
	look := func(what string, raw []byte) {
		for _, found := range finds(raw, sought) {
			g.t.Errorf("%s, %s holds a planted text %s", when, what, found)
		}
	}
	for _, folder := range append([]string{g.data, os.TempDir()}, g.postgresFiles()...) {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
				return nil
			}
			if err != nil {
				return err
			}
			look("the name "+path, []byte(path))
			raw, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // gone meanwhile
			}
			files++
			look(strings.TrimPrefix(path, g.data), raw)
			return err
		})
		g.must(err)
	}
	look("the log", g.log.read())
	if g.store.PostgresURL != "" {
		b := g.behind()
		b.tables(func(db *sql.DB, _, table string) {
			b.each(db, "select t.*, t::text from "+table+" t", func(row []any) {
				for _, v := range row {
					look("table "+table, []byte(text(v)))
				}
			})
		})
	}
	if files < 30 {
		g.t.Errorf("%s: only %d files were looked at", when, files)
	}
}

// postgresFiles are the files of the database and the logs of its server, where
// that runs on this machine as the tests start it.
func (g *garden) postgresFiles() []string {
	if g.store.PostgresURL == "" {
		return nil
	}
	u, err := url.Parse(g.store.PostgresURL)
	g.must(err)
	folder := filepath.Join(u.Query().Get("host"), "db")
	if _, err := os.Stat(filepath.Join(folder, "base")); err != nil {
		return nil // another server; its tables are read all the same
	}
	b := g.behind()
	b.exec("checkpoint")
	var oid string
	b.each(b.db[""], "select oid::text from pg_database where datname = current_database()", func(row []any) { oid = text(row[0]) })
	return slices.Concat([]string{filepath.Join(folder, "base", oid), filepath.Join(folder, "pg_wal"), filepath.Join(folder, "pg_xact")},
		[]string{filepath.Join(u.Query().Get("host"), "log")})
}
