package dav_test

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/dav"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

const (
	room   = "Petit c. Petit"
	firms  = "Documents du cabinet"
	hers   = "Vos documents"
	shared = "Échanges"
)

func (c client) wants(what string, r reply, status int) reply {
	c.t.Helper()
	if r.status != status {
		c.t.Errorf("%s: %d %.300s, want %d", what, r.status, r.body, status)
	}
	return r
}

// TestDoor: only an app password opens a drive, and it opens only its person's.
func TestDoor(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c := s.drive(s.Lead)
	c.wants("root", c.ask("PROPFIND", s.at(), "", "Depth", "1"), 207)
	forAPI, _, err := s.tokens.Issue(t.Context(), s.Lead.Actor, token.New{Use: token.API, Name: "essai"})
	s.must(err)
	for what, password := range map[string]string{
		"none": "", "an access token": forAPI, "a cut one": c.password[:len(c.password)-1], "her own password": "kormoran-zeltplane-41-violett",
		"a session": s.Lead.Token,
	} {
		r := client{s, password}.ask("PROPFIND", s.at(room), "", "Depth", "0")
		if c.wants(what, r, 401); !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Basic realm=") || strings.Contains(r.body, "Petit") {
			t.Errorf("%s: %v %s", what, r.header, r.body)
		}
	}
	for _, method := range slices.Sorted(keysOf(dav.Verbs())) {
		if method == "OPTIONS" {
			continue
		}
		client{s, ""}.wants(method+" without a password", client{s, ""}.ask(method, s.at(room, firms, "a.txt"), ""), 401)
		stranger := s.drive(s.Stranger)
		r := stranger.ask(method, s.at(room, firms, "a.txt"), "", "Depth", "0", "Destination", s.at(room, firms, "b.txt"), "Lock-Token", "<opaquelocktoken:x>")
		if r.status != 404 && r.status != 409 && r.status != 400 { // the same as for a space that is not there
			t.Errorf("%s by a stranger: %d %s", method, r.status, r.body)
		}
		absent := stranger.ask(method, s.at("Il n’y en a pas", firms, "a.txt"), "", "Depth", "0", "Destination", s.at("Il n’y en a pas", firms, "b.txt"), "Lock-Token", "<opaquelocktoken:x>")
		if absent.status != r.status || absent.body != r.body {
			t.Errorf("%s: a space that is hidden answers %d, one that is not there %d", method, r.status, absent.status)
		}
	}
	r := client{s, ""}.ask("OPTIONS", s.host+"/", "")
	if r.status != 200 || r.header.Get("DAV") != "1, 2" || !strings.Contains(r.header.Get("Allow"), "PROPFIND") || r.header.Get("MS-Author-Via") != "DAV" {
		t.Errorf("OPTIONS of the host: %d %v", r.status, r.header)
	}
	c.wants("POST", c.ask("POST", s.at(room, firms, "a.txt"), "x"), 405)
	c.wants("from another site", c.ask("PUT", s.at(room, firms, "a.txt"), "x", "Sec-Fetch-Site", "cross-site"), 403)
	c.wants("PROPFIND of the host", c.ask("PROPFIND", s.host+"/", "", "Depth", "1"), 207)
	c.wants("outside", c.ask("PROPFIND", s.host+"/davx/", "", "Depth", "1"), 404)
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// TestISO02_VerbsDeclare: every method names the actions that its use cases
// decide, and they exist.
func TestISO02_VerbsDeclare(t *testing.T) {
	known := authz.Actions()
	for method, actions := range dav.Verbs() {
		if len(actions) == 0 && method != http.MethodOptions {
			t.Errorf("%s names no action", method)
		}
		for _, a := range actions {
			if !slices.Contains(known, a) {
				t.Errorf("%s names %s", method, a)
			}
		}
	}
}

// TestFile: bytes go in and out, whole and in part, under conditions.
func TestFile(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c := s.drive(s.Lead)
	at := s.at(room, firms, "Note.txt")
	r := c.wants("new", c.ask("PUT", at, "zéro un deux"), 201)
	etag := r.header.Get("ETag")
	r = c.wants("read", c.ask("GET", at, ""), 200)
	if r.body != "zéro un deux" || r.header.Get("ETag") != etag || !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") || r.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("it reads %q with %v", r.body, r.header)
	}
	h := c.wants("described", c.ask("HEAD", at, ""), 200)
	if h.header.Get("Content-Length") != "13" || h.header.Get("ETag") != etag || h.header.Get("Last-Modified") == "" {
		t.Errorf("described: %v", h.header)
	}
	if r := c.wants("a part", c.ask("GET", at, "", "Range", "bytes=6-7"), 206); r.body != "un" {
		t.Errorf("the part is %q", r.body)
	}
	c.wants("beyond", c.ask("GET", at, "", "Range", "bytes=100-"), 416)
	c.wants("she has it", c.ask("GET", at, "", "If-None-Match", etag), 304)
	c.wants("new only", c.ask("PUT", at, "x", "If-None-Match", "*"), 412)
	c.wants("of another version", c.ask("PUT", at, "x", "If-Match", `"autre"`), 412)
	c.wants("of this version", c.ask("PUT", at, "trois", "If-Match", etag), 204)
	c.wants("of the one before", c.ask("PUT", at, "x", "If-Match", etag), 412)
	c.wants("of nothing", c.ask("PUT", s.at(room, firms, "b.txt"), "x", "If-Match", "*"), 412)
	c.wants("a part of a file", c.ask("PUT", at, "x", "Content-Range", "bytes 0-0/5"), 400)
	c.wants("nowhere", c.ask("PUT", s.at(room, firms, "non", "b.txt"), "x"), 404)
	c.wants("over a folder", c.ask("PUT", s.at(room, firms), "x"), 409)
	c.wants("too large", c.ask("PUT", s.at(room, firms, "b.txt"), strings.Repeat("x", 2<<20)), 413)
	c.wants("not here", c.ask("PUT", s.at(room, "b.txt"), "x"), 403)
	c.wants("no delete", c.ask("DELETE", at, ""), 403)
	c.wants("half a folder", c.ask("DELETE", at, "", "Depth", "0"), 400)
	if r := c.wants("in a browser", c.ask("GET", s.at(room)+"/", "", "Accept-Language", "en"), 200); !strings.Contains(r.body, "network drive") {
		t.Errorf("a browser reads %q", r.body)
	}
	c.wants("to another host", c.ask("MOVE", at, "", "Destination", "http://example.org/dav/x"), 502)
	c.wants("to no address", c.ask("MOVE", at, ""), 400)
	c.wants("renamed", c.ask("MOVE", at, "", "Destination", s.at(room, firms, "Mémo.txt")), 201)
	c.wants("by a path", c.ask("COPY", s.at(room, firms, "Mémo.txt"), "", "Destination", "/dav/Petit%20c.%20Petit/%C3%89changes/c.txt"), 201)
	c.wants("there already", c.ask("COPY", s.at(room, firms, "Mémo.txt"), "", "Destination", s.at(room, shared, "c.txt"), "Overwrite", "F"), 412)
	c.wants("a folder", c.ask("MKCOL", s.at(room, shared, "2026"), ""), 201)
	c.wants("again", c.ask("MKCOL", s.at(room, shared, "2026"), ""), 405)
	c.wants("nowhere", c.ask("MKCOL", s.at(room, shared, "non", "2026"), ""), 409)
	c.wants("with a body", c.ask("MKCOL", s.at(room, shared, "2027"), "<x/>"), 415)
	d := s.detail("Mémo.txt")
	if len(d.Versions) != 2 || d.Versions[0].Reason != "Enregistré depuis le lecteur réseau" {
		t.Errorf("the document is %+v", d.Versions)
	}
}

// detail is a document by its title.
func (s *stage) detail(title string) document.Detail {
	s.t.Helper()
	all, err := s.Documents.List(s.t.Context(), s.Lead.Actor, document.ListQuery{Space: s.Space})
	s.must(err)
	for _, d := range all {
		if d.Title == title {
			shown, err := s.Documents.Show(s.t.Context(), s.Lead.Actor, d.ID)
			s.must(err)
			return shown
		}
	}
	s.t.Fatalf("no document is called %q", title)
	return document.Detail{}
}

// multistatus is what a client reads.
type multistatus struct {
	Responses []struct {
		Href     string `xml:"DAV: href"`
		Propstat []struct {
			Status string `xml:"DAV: status"`
			Prop   struct {
				Any []struct {
					XMLName xml.Name
					Text    string `xml:",innerxml"`
				} `xml:",any"`
			} `xml:"DAV: prop"`
		} `xml:"DAV: propstat"`
	} `xml:"DAV: response"`
}

// read takes a multistatus apart: of each address, its properties and their
// status.
func (c client) read(r reply) map[string]map[string]string {
	c.t.Helper()
	c.wants("properties", r, 207)
	var m multistatus
	c.must(xml.Unmarshal([]byte(r.body), &m))
	out := map[string]map[string]string{}
	for _, one := range m.Responses {
		at, err := url.PathUnescape(one.Href)
		c.must(err)
		out[at] = map[string]string{}
		for _, p := range one.Propstat {
			for _, v := range p.Prop.Any {
				out[at][v.XMLName.Space+v.XMLName.Local] = strings.Fields(p.Status)[1] + " " + v.Text
			}
		}
	}
	return out
}

func TestProperties(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c, her := s.drive(s.Lead), s.drive(s.Client)
	c.ask("PUT", s.at(room, firms, "Pièce n°1 & <2>.pdf"), "%PDF-1.7 x")
	at := "/dav/Petit c. Petit/Documents du cabinet/"
	all := c.read(c.ask("PROPFIND", s.at(room, firms), "", "Depth", "1"))
	p := all[at+"Pièce n°1 & _2_.pdf"]
	if p["DAV:getcontentlength"] != "200 10" || p["DAV:getcontenttype"] != "200 application/pdf" || p["DAV:resourcetype"] != "200 " || !strings.HasPrefix(p["DAV:getetag"], "200 ") || p["DAV:displayname"] != "200 Pièce n°1 &amp; _2_.pdf" {
		t.Errorf("it has %v in %v", p, all)
	}
	if f := all[at]; f["DAV:resourcetype"] != `200 <D:collection/>` || f["DAV:displayname"] != "200 "+firms {
		t.Errorf("the folder has %v", f)
	}
	some := c.read(c.ask("PROPFIND", s.at(room, firms, "Pièce n°1 & _2_.pdf"),
		`<?xml version="1.0"?><propfind xmlns="DAV:" xmlns:z="urn:z"><prop><getetag/><quota-used-bytes/><z:couleur/></prop></propfind>`, "Depth", "0"))
	p = some[at+"Pièce n°1 & _2_.pdf"]
	if len(p) != 3 || !strings.HasPrefix(p["DAV:getetag"], "200 ") || p["DAV:quota-used-bytes"] != "404 " || p["urn:zcouleur"] != "404 " {
		t.Errorf("asked for three: %v", p)
	}
	if r := c.ask("PROPFIND", s.at(room), "", "Depth", "infinity"); r.status != 403 || !strings.Contains(r.body, "propfind-finite-depth") {
		t.Errorf("without end: %d %s", r.status, r.body)
	}
	c.wants("without a depth", c.ask("PROPFIND", s.at(room), ""), 403)
	if names := her.read(her.ask("PROPFIND", s.at(room, firms), "", "Depth", "1")); len(names) != 1 {
		t.Errorf("the client sees %v", names)
	}
	names := c.read(c.ask("PROPFIND", s.at(), `<propfind xmlns="DAV:"><propname/></propfind>`, "Depth", "1"))
	if p := names["/dav/Petit c. Petit/"]; p["DAV:resourcetype"] != "200 " || p["DAV:creationdate"] != "200 " {
		t.Errorf("only names: %v", names)
	}
	windows := `<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop><Z:Win32LastModifiedTime>Thu, 01 Jan 2026 00:00:00 GMT</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>`
	p = c.read(c.ask("PROPPATCH", s.at(room, firms, "Pièce n°1 & _2_.pdf"), windows))[at+"Pièce n°1 & _2_.pdf"]
	if p["urn:schemas-microsoft-com:Win32LastModifiedTime"] != "200 " {
		t.Errorf("times of Windows: %v", p)
	}
	own := strings.Replace(windows, `</D:prop>`, `<x xmlns="urn:x">1</x></D:prop>`, 1)
	p = c.read(c.ask("PROPPATCH", s.at(room, firms, "Pièce n°1 & _2_.pdf"), own))[at+"Pièce n°1 & _2_.pdf"]
	if p["urn:xx"] != "403 " || p["urn:schemas-microsoft-com:Win32LastModifiedTime"] != "424 " {
		t.Errorf("a property of one's own: %v", p)
	}
	her.wants("by who sees nothing there", her.ask("PROPPATCH", s.at(room, firms, "Pièce n°1 & _2_.pdf"), windows), 404)
}

const lockBody = `<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><x:moi xmlns:x="urn:x">Claire &amp; moi</x:moi></D:owner></D:lockinfo>`

func TestLocking(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c, colleague := s.drive(s.Lead), s.drive(s.Colleague)
	at := s.at(room, firms, "Note.txt")
	c.ask("PUT", at, "un")
	r := c.wants("locked", c.ask("LOCK", at, lockBody, "Timeout", "Infinite, Second-4100000000"), 200)
	lock := r.header.Get("Lock-Token")
	if !strings.HasPrefix(lock, "<opaquelocktoken:") || !strings.Contains(r.body, "Second-1800") || !strings.Contains(r.body, `<x:moi xmlns:x="urn:x">Claire &amp; moi</x:moi>`) {
		t.Errorf("%s %s", lock, r.body)
	}
	if r := colleague.wants("a colleague writes", colleague.ask("PUT", at, "x"), 423); strings.Contains(r.body, "opaquelocktoken") || !strings.Contains(r.body, "lock-token-submitted") {
		t.Errorf("the refusal: %s", r.body)
	}
	if r := colleague.ask("PROPFIND", at, "", "Depth", "0"); strings.Contains(r.body, "opaquelocktoken") || !strings.Contains(r.body, "Me Claire Delmas") {
		t.Errorf("a colleague reads %s", r.body)
	}
	colleague.wants("a colleague with the token", colleague.ask("PUT", at, "x", "If", "("+lock+")"), 412)
	colleague.wants("a colleague unlocks", colleague.ask("UNLOCK", at, "", "Lock-Token", lock), 403)
	c.wants("without the token", c.ask("PUT", at, "x"), 423)
	c.wants("with it", c.ask("PUT", at, "deux", "If", "("+lock+")"), 204)
	c.wants("tagged", c.ask("PUT", at, "trois", "If", "<"+at+"> ("+lock+")"), 204)
	c.wants("not", c.ask("PUT", at, "x", "If", "(Not "+lock+")"), 412)
	c.wants("unreadable", c.ask("PUT", at, "x", "If", "("+lock), 400)
	c.wants("refreshed", c.ask("LOCK", at, "", "If", "("+lock+")", "Timeout", "Second-60"), 200)
	c.wants("refreshed without a token", c.ask("LOCK", at, ""), 400)
	c.wants("two steps deep", c.ask("LOCK", at, lockBody, "Depth", "1"), 400)
	c.wants("no scope", c.ask("LOCK", at, strings.Replace(lockBody, "<D:exclusive/>", "", 1)), 400)
	c.wants("no token", c.ask("UNLOCK", at, ""), 400)
	c.wants("foreign", c.ask("UNLOCK", at, "", "Lock-Token", "<urn:uuid:x>"), 409)
	c.wants("unlocked", c.ask("UNLOCK", at, "", "Lock-Token", lock), 204)
	c.wants("a name", c.ask("LOCK", s.at(room, firms, "Neu.txt"), lockBody), 201)
}

// TestLNK05_Spellings: two thousand ways to write a path lead to nothing that
// its own way would not.
func TestLNK05_Spellings(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c := s.drive(s.Client)
	other, err := s.Spaces.Show(t.Context(), s.Lead.Actor, s.Space)
	s.must(err)
	_ = other
	secret := s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Secret.txt"}, []byte("SECRET"))
	s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Convention.txt", Circles: []id.Circle{s.House.Client}}, []byte("pour elle"))
	c.wants("her own", c.ask("GET", s.at(room, firms, "Convention.txt"), ""), 200)
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 1))
	dots := []string{"..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "…", ".", "%2e", "..;", "..%20", "%ef%bc%8e%ef%bc%8e"}
	slashes := []string{"/", "//", "%2f", "%2F", "%5c", `\`, "%252f", "/./", "/%2e/", "%c0%af", "/../dav/", "%ef%bc%8f"}
	names := []string{"Secret.txt", "Secret.txt%00.pdf", "secret.txt", "Secret.txt/", "Secret.txt%20", "Secret.txt.", "%53ecret.txt", string(secret), "Convention.txt", "Secret (2).txt", "Secret.txt::$DATA", "_Secret.txt"}
	parts := []string{"dav", "Petit%20c.%20Petit", "Documents%20du%20cabinet", "Vos%20documents", string(s.Space), "f", string(s.Firm), "~root"}
	for i := range 2000 {
		path := "/dav"
		for range 1 + r.IntN(6) {
			path += slashes[r.IntN(len(slashes))]
			if r.IntN(2) == 0 {
				path += dots[r.IntN(len(dots))]
			} else {
				path += parts[r.IntN(len(parts))]
			}
		}
		path += slashes[r.IntN(len(slashes))] + names[r.IntN(len(names))]
		for _, method := range []string{"GET", "PROPFIND", "COPY"}[i%3 : i%3+1] {
			answer := c.raw(method, path, s.at(room, hers, "volé "+strconv.Itoa(i)))
			if strings.Contains(answer, "SECRET") {
				t.Errorf("%s %s gives %s", method, path, answer)
			}
			if strings.Contains(answer, "Secret.txt</D:href>") || strings.Contains(answer, "HTTP/1.1 5") {
				t.Errorf("%s %s: %.300s", method, path, answer)
			}
		}
	}
	deposits, err := s.Documents.List(t.Context(), s.Client.Actor, document.ListQuery{Space: s.Space, Tray: space.ClientTray})
	s.must(err)
	for _, d := range deposits {
		content, err := s.Documents.Content(t.Context(), s.Client.Actor, document.Want{Item: d.ID, Purpose: document.Preview})
		s.must(err)
		raw := make([]byte, 6)
		_, err = content.Reader.Read(raw)
		s.must(err, content.Reader.Close())
		if string(raw) == "SECRET" {
			t.Errorf("%s was stolen", d.Title)
		}
	}
}

// TestUPL01_NamesThroughDrives: a hostile name is one harmless file, which its
// address finds again.
func TestUPL01_NamesThroughDrives(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c := s.drive(s.Lead)
	raw, err := os.ReadFile("../fold/testdata/hostile.txt")
	s.must(err)
	kept := 0
	for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		name, err := strconv.Unquote(line)
		s.must(err)
		if i%3 != 0 || name == "" { // a third of them: the rest is in package fold
			continue
		}
		at, body := s.at(room, firms, name), fmt.Sprintf("n° %d", i)
		put := c.ask("PUT", at, body)
		switch put.status {
		case 201, 204:
			kept++
			if got := c.ask("GET", at, ""); got.status != 200 || got.body != body {
				t.Errorf("%q was taken (%d) and reads %d %q", name, put.status, got.status, got.body)
			}
		case 400, 403, 404, 409:
		default:
			t.Errorf("%q: %d %s", name, put.status, put.body)
		}
	}
	listing := c.ask("PROPFIND", s.at(room, firms), "", "Depth", "1")
	for at := range c.read(listing) {
		rest := strings.TrimPrefix(at, "/dav/Petit c. Petit/Documents du cabinet/")
		if strings.ContainsAny(strings.TrimSuffix(rest, "/"), "/\\\r\n\x00") || rest == ".." {
			t.Errorf("%q is listed", at)
		}
	}
	if kept < 50 {
		t.Errorf("only %d names were taken", kept)
	}
}

// TestSSRF02_HostileXML: no entity, no document type, no depth, no size; and
// nothing takes long.
func TestSSRF02_HostileXML(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c := s.drive(s.Lead)
	c.ask("PUT", s.at(room, firms, "a.txt"), "x")
	touched := false
	spy := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { touched = true })}
	listener := listen(t)
	go func() { _ = spy.Serve(listener) }() // ends with the test
	t.Cleanup(func() { _ = spy.Close() })
	laughs := `<!DOCTYPE l [<!ENTITY a "ha">`
	for i := range 20 {
		laughs += fmt.Sprintf(`<!ENTITY a%d "&a;&a;&a;&a;&a;&a;&a;&a;">`, i)
	}
	inside := func(x string) string { return `<propfind xmlns="DAV:"><prop>` + x + `</prop></propfind>` }
	for what, body := range map[string]string{
		"external entity": `<!DOCTYPE p [<!ENTITY x SYSTEM "http://` + listener.Addr().String() + `/">]>` + inside("&x;"),
		"file":            `<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + inside("&x;"),
		"parameter":       `<!DOCTYPE p [<!ENTITY % x SYSTEM "http://` + listener.Addr().String() + `/">%x;]>` + inside(""),
		"laughs":          laughs + `]>` + inside("&a19;"),
		"unknown entity":  inside("&nbsp;"),
		"depth":           inside(strings.Repeat("<a>", 10000) + strings.Repeat("</a>", 10000)),
		"depth, cut":      inside(strings.Repeat("<a>", 10000)),
		"size":            inside(strings.Repeat("<a/>", 50000)),
		"many":            inside(strings.Repeat("<a/>", 5000)),
		"attributes":      `<propfind xmlns="DAV:" ` + strings.Repeat(`a="b" `, 20000) + `/>`,
		"encoding":        `<?xml version="1.0" encoding="utf-16"?>` + inside(""),
		"two roots":       inside("") + inside(""),
		"text":            "not XML at all",
		"prefix":          `<D:propfind xmlns:D="DAV:"><D:prop><b:x xmlns:b=""/></D:prop></D:propfind>`,
		"binary":          "\x00\x01\x02\xff",
	} {
		for method, ask := range map[string]string{"PROPFIND": body, "PROPPATCH": strings.ReplaceAll(body, "propfind", "propertyupdate"), "LOCK": strings.ReplaceAll(body, "propfind", "lockinfo")} {
			began := time.Now()
			r := c.ask(method, s.at(room, firms, "a.txt"), ask, "Depth", "0")
			if r.status != 400 && r.status != 413 {
				t.Errorf("%s with %s: %d %.200s", method, what, r.status, r.body)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("%s with %s took %s", method, what, took)
			}
			if strings.Contains(r.body, "root:") {
				t.Errorf("%s with %s reads files", method, what)
			}
		}
	}
	if touched {
		t.Error("an entity was fetched")
	}
}
