package proof

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/dav"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

// drive is somebody's network drive.
func (w *world) drive(by authz.Actor) browser {
	w.t.Helper()
	text, _ := w.issue(by, token.Drive, authz.Pass{})
	return w.driving(text)
}

func (w *world) driving(text string) browser {
	b := w.nobody()
	b.app = text
	return b
}

// at is the address of names on a drive.
func at(names ...string) string {
	out := strings.TrimSuffix(dav.Root, "/")
	for _, n := range names {
		out += "/" + url.PathEscape(n)
	}
	return out
}

// node is one line of a listing.
type node struct {
	Href string `xml:"href"`
	Prop struct {
		Size string    `xml:"getcontentlength"`
		Tag  string    `xml:"getetag"`
		Is   *struct{} `xml:"resourcetype>collection"`
	} `xml:"propstat>prop"`
}

func (n node) names() []string {
	var out []string
	for part := range strings.SplitSeq(strings.Trim(strings.TrimPrefix(n.Href, strings.TrimSuffix(dav.Root, "/")), "/"), "/") {
		name, _ := url.PathUnescape(part) // as the server wrote it
		out = append(out, name)
	}
	return out
}

// lists what lies in a folder of a drive, by name.
func (b browser) lists(path string) map[string]node {
	b.t.Helper()
	a := b.want(http.StatusMultiStatus, call{method: "PROPFIND", path: path}.with("Depth", "1"))
	var all struct {
		Responses []node `xml:"response"`
	}
	if err := xml.Unmarshal(a.body, &all); err != nil {
		b.t.Fatal(err)
	}
	out := map[string]node{}
	for _, n := range all.Responses[1:] {
		names := n.names()
		out[names[len(names)-1]] = n
	}
	return out
}

// bodies are what the verbs that have a body carry.
var bodies = map[string]string{
	"PUT":       "contenu",
	"PROPFIND":  `<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>`,
	"PROPPATCH": `<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>x</D:displayname></D:prop></D:set></D:propertyupdate>`,
	"LOCK":      `<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`,
}

// verb asks for a path in every way that a method has: plainly, on conditions,
// for a part of it, with a lock's token that nobody has.
func verb(method, path, to string) []call {
	c := call{method: method, path: path, body: []byte(bodies[method])}
	depth := map[string]string{"PROPFIND": "1"}[method]
	if depth == "" {
		depth = "0"
	}
	if method == http.MethodDelete || method == "MOVE" || method == "COPY" {
		depth = "infinity"
	}
	nobodys := "opaquelocktoken:" + id.New[string](time.Unix(1e9, 0))
	c = c.with("Depth", depth, "Destination", to, "Lock-Token", "<"+nobodys+">")
	return []call{
		c, c.with("If-None-Match", "*"), c.with("If-Match", `"x"`), c.with("Range", "bytes=0-3"), c.with("If", "(<"+nobodys+">)"),
		c.with("Overwrite", "F"), c.with("Depth", "0"),
	}
}

// driveScene is a stage with drives.
type driveScene struct {
	*scene
	lead, client browser
	top          string              // of the room, on everybody's drive
	true, untrue map[string][]string // names below the root of who has business there, by what they are
}

func drives(w *world) *driveScene {
	w.t.Helper()
	s := &driveScene{scene: stage(w)}
	s.lead, s.client = w.drive(s.scene.lead.actor), w.drive(s.scene.client.actor)
	for name := range s.lead.lists(dav.Root) {
		s.top = name
	}
	_, err := s.firm.file(s.scene.lead, document.BeginUpload{Space: s.room.id, Tray: space.FirmTray, Folder: s.room.shelf, Name: "Secret.txt"}, content("secret", 4000))
	w.must(err)
	var tray, shelf string
	for name := range s.lead.lists(at(s.top)) {
		for within, n := range s.lead.lists(at(s.top, name)) {
			if n.Prop.Is == nil {
				continue
			}
			if _, here := s.lead.lists(at(s.top, name, within))["Secret.txt"]; here {
				tray, shelf = name, within
			}
		}
	}
	s.true = map[string][]string{
		"space": {s.top}, "tray": {s.top, tray}, "folder": {s.top, tray, shelf}, "document": {s.top, tray, shelf, "Secret.txt"}, "new": {s.top, tray, shelf, "Neuf.txt"},
	}
	s.untrue = map[string][]string{
		"space": {"Xx"}, "tray": {"Xx", tray}, "folder": {"Xx", tray, shelf}, "document": {"Xx", tray, shelf, "Secrex.txt"}, "new": {"Xx", tray, shelf, "Neux.txt"},
	}
	return s
}

// ISO-02 and ISO-03 for drives: every method of the table, on every kind of
// thing, answers to who has no business with it as it answers for what is not
// there, and changes nothing.
func TestISO03Drives(t *testing.T) {
	known := authz.Actions()
	for method, actions := range dav.Verbs() {
		if len(actions) == 0 && method != http.MethodOptions || slices.ContainsFunc(actions, func(a authz.Action) bool { return !slices.Contains(known, a) }) {
			t.Errorf("%s is protected by %v", method, actions)
		}
	}
	either(t, func(w *world) {
		s := drives(w)
		asked := 0
		for who, by := range s.strangers() {
			before := s.still()
			for _, method := range slices.Sorted(maps.Keys(dav.Verbs())) {
				for kind := range s.true {
					asked += s.trespass(who, method, by, s.true[kind], s.untrue[kind])
				}
			}
			if changed := before.changed(s.behind().state()); len(changed) > 0 {
				t.Errorf("%s changed %v", who, changed)
			}
		}
		asked += s.hidden()
		s.unknownDrives()
		t.Logf("%d requests", asked)
		if asked < 2000 {
			t.Errorf("only %d requests", asked)
		}
	})
}

// strangers are drives of people without business in the room.
func (s *driveScene) strangers() map[string]browser {
	s.t.Helper()
	elsewhere, _ := s.issue(s.scene.client.actor, token.Drive, authz.Pass{Spaces: []id.Space{s.beside.id}})
	memos, _ := s.issue(s.scene.lead.actor, token.Drive, authz.Pass{Kinds: []string{"memo"}}) // it sees folders
	s.driving(memos).want(http.StatusNotFound, get(at(s.true["document"]...)))
	for name, n := range s.driving(memos).lists(at(s.true["folder"]...)) {
		if n.Prop.Is == nil {
			s.t.Errorf("LEAK: a password for memos lists %s", name)
		}
	}
	return map[string]browser{
		"a lawyer of the firm": s.drive(s.stranger.actor), "a client of another room": s.drive(s.neighbour.actor),
		"a former colleague": s.drive(s.former.actor), "a former client": s.drive(s.formerClient.actor),
		"another firm": s.drive(s.opponent.actor), "a client's password for another room": s.driving(elsewhere),
	}
}

// trespass compares every way of a method on two paths, of which the second is
// not there; and as the destination of what is hers.
func (s *driveScene) trespass(who, method string, by browser, true, untrue []string) (asked int) {
	s.t.Helper()
	one := intruder{name: who}
	mine := at("rien")
	for name := range by.lists(dav.Root) {
		mine = at(name)
	}
	calls, others := verb(method, at(true...), s.base+mine+"/ailleurs"), verb(method, at(untrue...), s.base+mine+"/ailleurs")
	if method == "MOVE" || method == "COPY" {
		calls = append(calls, verb(method, mine, s.base+at(true...))...)
		others = append(others, verb(method, mine, s.base+at(untrue...))...)
	}
	for i := range calls {
		got, want := by.do(calls[i]), by.do(others[i])
		asked++
		if got.status < 300 && method != http.MethodOptions {
			s.t.Errorf("%s: %s %s gets %d", who, method, got.path, got.status)
		}
		s.masked(one, method, got, want, true, untrue)
	}
	return asked
}

// masked compares two answers but for the names that were asked for.
func (s *driveScene) masked(one intruder, method string, got, want answer, true, untrue []string) {
	s.t.Helper()
	for i := range true {
		for _, form := range []func(string) string{url.PathEscape, func(n string) string { return n }} {
			got.body = []byte(strings.ReplaceAll(string(got.body), form(true[i]), "NAME"))
			want.body = []byte(strings.ReplaceAll(string(want.body), form(untrue[i]), "NAME"))
		}
	}
	compare(s.scene, one, method+" "+got.path, got, want)
}

// hidden asks as the client for what lies hidden from her in a folder that she
// sees: a document, also one that is locked, what is on its way, and what a
// program of the firm left there.
func (s *driveScene) hidden() (asked int) {
	s.t.Helper()
	folder := s.true["folder"]
	below := func(name string) []string { return append(slices.Clone(folder), name) }
	s.lead.want(http.StatusCreated, call{method: "PUT", path: at(below(".~lock.Secret.txt#")...), body: []byte("Claire")})
	s.lead.want(http.StatusOK, call{method: "LOCK", path: at(below("Secret.txt")...), body: []byte(bodies["LOCK"])}.with("Depth", "0"))
	visible := s.in(s.client, folder)
	if _, seen := s.client.lists(visible)["Secret.txt"]; seen {
		s.t.Error("LEAK: the client lists what is hidden from her")
	}
	before := s.still()
	for _, name := range []string{"Secret.txt", ".~lock.Secret.txt#"} {
		for _, method := range slices.Sorted(maps.Keys(dav.Verbs())) {
			other := strings.Replace(name, "Secret", "Secrex", 1)
			calls := verb(method, visible+"/"+url.PathEscape(name), s.base+visible+"/Ailleurs.txt")
			others := verb(method, visible+"/"+url.PathEscape(other), s.base+visible+"/Ailleurs.txt")
			for i := range calls {
				got := s.client.do(calls[i])
				s.undo()
				want := s.client.do(others[i])
				s.undo()
				s.masked(intruder{name: "a client, of what is hidden in her folder"}, method, got, want, []string{name}, []string{other})
				asked++
			}
		}
	}
	if changed := before.changed(s.behind().state()); len(changed) > 0 {
		s.t.Errorf("a client who asks for what is hidden changed %v", changed)
	}
	return asked
}

// undo takes away what the client may leave of her own.
func (s *driveScene) undo() {
	s.behind().exec(`delete from drive_scratch where person_id = '`+string(s.scene.client.id)+`'`,
		`delete from drive_lock where person_id = '`+string(s.scene.client.id)+`'`)
}

// in is where somebody has the folder of the same names, whatever her drive
// calls the tray.
func (s *driveScene) in(by browser, folder []string) string {
	s.t.Helper()
	for top := range by.lists(dav.Root) {
		for tray := range by.lists(at(top)) {
			if _, here := by.lists(at(top, tray))[folder[2]]; here {
				return at(top, tray, folder[2])
			}
		}
	}
	s.t.Fatalf("nobody shows %v", folder)
	return ""
}

// unknownDrives: one answer to every text that opens nothing.
func (s *driveScene) unknownDrives() {
	s.t.Helper()
	never := "cenacle_" + string(s.firm.id) + "_" + strings.Repeat("A", 42) + "E"
	api, _ := s.issue(s.scene.lead.actor, token.API, authz.Pass{})
	revoked, which := s.issue(s.scene.lead.actor, token.Drive, authz.Pass{})
	s.must(s.server.Tokens.Revoke(s.t.Context(), s.scene.lead.actor, which.ID))
	foreign, _ := s.issue(s.opponent.actor, token.Drive, authz.Pass{})
	head := len("cenacle_") + id.Length
	texts := map[string]string{
		"of the API": api, "revoked": revoked, "of another firm": never[:head] + foreign[head:],
		"of no firm": "cenacle_" + id.New[string](time.Now()) + never[head:], "of a browser": s.scene.lead.token,
	}
	for method := range dav.Verbs() {
		if method == http.MethodOptions {
			continue
		}
		for _, path := range []string{at(s.true["document"]...), dav.Root} {
			s.clock.advance(11 * time.Minute)
			c := verb(method, path, s.base+path+"/x")[0]
			want := s.driving(never).do(c)
			if want.status != http.StatusUnauthorized {
				s.t.Errorf("%s with a password that was never made: %d", method, want.status)
			}
			for which, text := range texts {
				compare(s.scene, intruder{name: "a password " + which}, method, s.driving(text).do(c), want)
			}
			a, b := s.nobody().do(c), s.nobody().do(verb(method, at(s.untrue["document"]...), s.base+path+"/x")[0])
			compare(s.scene, intruder{name: "nobody"}, method, a, b)
		}
	}
}
