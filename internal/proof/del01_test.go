package proof

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

const (
	doomed    = "Testament olographe.txt"
	lastWords = "testament olographe"
)

// channel is one way to a document: what is asked, and by whom. A list goes on
// without it; everything else is absent.
type channel struct {
	name string
	by   browser
	call call
	list bool
}

// deletion is a document that everybody of a room can see, with all the ways to
// it.
type deletion struct {
	*scene
	doc     id.Item
	version string
	drive   string // its path on the drives
}

func doomedIn(s *scene) *deletion {
	s.t.Helper()
	d := &deletion{scene: s}
	doc, err := s.firm.file(s.lead, document.BeginUpload{
		Space: s.room.id, Tray: space.FirmTray, Name: doomed, Circles: []id.Circle{s.room.house.Firm, s.room.house.Client},
	}, content(lastWords, 9000))
	s.must(err)
	d.doc, d.version = doc, s.versionOf(string(doc))
	lead := s.world.drive(s.lead.actor)
	for top := range lead.lists("/dav/") {
		for tray := range lead.lists(at(top)) {
			if _, here := lead.lists(at(top, tray))[doomed]; here {
				d.drive = at(top, tray, doomed)
			}
		}
	}
	return d
}

// channels are the ways to the document: of the client by her browser, by the
// link she was mailed and by her program and drive, and those of the lead.
func (d *deletion) channels() (out []channel) {
	d.t.Helper()
	room := d.firm.path("spaces", string(d.room.id))
	page, one := room+"/documents/"+string(d.doc), api.Root+"/documents/"+string(d.doc)
	search := d.firm.path("search") + "?q=testament"
	link := d.firm.through(d.client, d.room.id)
	for name, who := range map[string]*person{"the client": d.client, "the lead": d.lead} {
		program, drive := d.program(who.actor), d.world.drive(who.actor)
		if who == d.lead {
			out = append(out, channel{"search", who.browser, get(search), true})
		}
		ways := []channel{
			{"the room", who.browser, get(room), true}, {"page", who.browser, get(page), false},
			{"on paper", who.browser, get(room + "/list"), true},
			{"view", who.browser, get(page + "/view"), false}, {"its words", who.browser, get(page + "/view?text=1"), false}, {"file", who.browser, get(page + "/file"), false},
			{"version", who.browser, get(page + "/versions/" + d.version + "/file"), false},
			{"API list", program, get(api.Root + "/spaces/" + string(d.room.id) + "/documents"), true},
			{"API", program, get(one), false}, {"API content", program, get(one + "/content"), false},
			{"API part", program, get(one+"/content").with("Range", "bytes=0-200"), false},
			{"API version", program, get(one + "/versions/" + d.version + "/content"), false},
			{"API search", program, get(api.Root + "/search?q=testament"), true},
			{"events", program, get(api.Root + "/events?from=beginning&limit=500&kind=document.filed"), true},
			{"zip", who.browser, post(room+"/zip", "document", string(d.doc)), false},
			{"drive", drive, get(d.drive), false},
			{"drive list", drive, call{method: "PROPFIND", path: d.drive[:strings.LastIndexByte(d.drive, '/')]}.with("Depth", "1"), true},
			{"drive properties", drive, call{method: "PROPFIND", path: d.drive}.with("Depth", "0"), false},
		}
		for _, w := range ways {
			w.name = name + ": " + w.name
			out = append(out, w)
		}
	}
	return append(out, channel{"link: the room", link, get(room), true}, channel{"link: file", link, get(page + "/file"), false})
}

// told reports whether an answer says anything of the document.
func (d *deletion) told(a answer) bool {
	words := []string{"Testament", lastWords}
	if a.status != http.StatusNotFound { // which repeats what was asked
		words = append(words, string(d.doc), d.version)
	}
	return slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(a.body, []byte(w)) })
}

// DEL-01: what is deleted is gone from every channel at once, for those who
// deleted it as for everybody; what was kept from before (a validator, a
// request that was answered, a version's address) brings nothing back; and when
// its shelf life is over, its keys and bytes are gone too.
func TestDEL01(t *testing.T) {
	each(t, func(w *world) {
		d := doomedIn(stage(w))
		w.settle()
		ways := d.channels()
		tags := map[string]string{}
		for _, c := range ways {
			a := c.by.do(c.call)
			if a.status >= 300 || !d.told(a) {
				t.Errorf("before, %s: %d tells nothing of it: %s", c.name, a.status, a.text())
			}
			tags[c.name] = a.header.Get("ETag")
		}
		program := d.program(d.lead.actor)
		key := call{method: "PATCH", path: api.Root + "/documents/" + string(d.doc), body: []byte(`{"title":"Testament relu.txt"}`)}.
			with("Content-Type", "application/json", "Idempotency-Key", id.New[string](time.Now()))
		program.want(http.StatusOK, key)
		page := d.firm.path("spaces", string(d.room.id), "documents", string(d.doc))
		d.lead.want(http.StatusSeeOther, post(page+"/delete"))

		replayed := program.do(key)
		if replayed.status != http.StatusNotFound || d.told(replayed) {
			t.Errorf("a request that was answered before is answered with %d %s", replayed.status, replayed.text())
		}
		d.forgotten(ways, tags)
		trash := get(d.firm.path("spaces", string(d.room.id), "trash"))
		if a := d.client.do(trash); a.status != http.StatusForbidden || d.told(a) {
			t.Errorf("the client looks into the trash: %d", a.status)
		}
		if a := d.lead.do(trash); a.status != http.StatusOK || !d.told(a) {
			t.Errorf("it is not in the trash: %d", a.status)
		}
		d.lead.token = d.signIn(d.lead.id) // she shows who she is, for what follows is grave
		d.lead.want(http.StatusSeeOther, post(d.firm.path("spaces", string(d.room.id), "holds", d.ids["hold"], "lift"), "reason", "Expertise rendue"))
		d.erases(trash)
	}, withReaders)
}

// forgotten asks every way again.
func (d *deletion) forgotten(ways []channel, tags map[string]string) {
	d.t.Helper()
	for _, c := range ways {
		for _, one := range []call{c.call, c.call.with("If-None-Match", tags[c.name])} {
			a := c.by.do(one)
			want := []int{http.StatusNotFound}
			if c.list {
				want = []int{http.StatusOK, http.StatusMultiStatus}
			}
			if !slices.Contains(want, a.status) || d.told(a) {
				d.t.Errorf("DELETED YET REACHABLE by %s: %d %s", c.name, a.status, a.text())
			}
		}
	}
}

// erases lets the shelf life run out and looks for what is left.
func (d *deletion) erases(trash call) {
	d.t.Helper()
	db := d.behind()
	keys := `select count(*) from version where document_id = '` + string(d.doc) + `'`
	if db.count(keys) != 1 {
		d.t.Fatal("its version is gone before its time")
	}
	d.pass(document.ShelfLife + time.Hour)
	for _, rows := range []string{
		keys, `select count(*) from document where id = '` + string(d.doc) + `'`, `select count(*) from item where id = '` + string(d.doc) + `'`,
		`select count(*) from trash where item_id = '` + string(d.doc) + `'`, `select count(*) from rendition where document_id = '` + string(d.doc) + `'`, `select count(*) from search_term where item_id = '` + string(d.doc) + `'`,
	} {
		if n := db.count(rows); n != 0 {
			d.t.Errorf("%d rows are left: %s", n, rows)
		}
	}
	d.lead.token = d.signIn(d.lead.id) // a month later
	if a := d.lead.want(http.StatusOK, trash); d.told(a) {
		d.t.Error("the trash names what is erased")
	}
	text, _ := d.issue(d.lead.actor, token.API, authz.Pass{})
	a := d.bearing(text).want(http.StatusOK, get(api.Root+"/spaces/"+string(d.room.id)+"/journal?limit=500"))
	if !bytes.Contains(a.body, []byte("document.erased")) || bytes.Contains(a.body, []byte("Testament")) {
		d.t.Errorf("the journal: %s", a.text())
	}
}
