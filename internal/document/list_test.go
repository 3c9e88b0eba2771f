package document_test

import (
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

var (
	putNature = store.ForFirm(`update item set nature = $3, internal = $4, mac = $5 where firm_id = $1 and id = $2`)
	putWall   = store.ForFirm(`
insert into wall (firm_id, space_id, person_id, created_at, mac) values ($1, $2, $3, 0, $4)
on conflict (firm_id, space_id, person_id) do nothing`)
	dropWall = store.ForFirm(`delete from wall where firm_id = $1 and space_id = $2 and person_id = $3`)

	// The condition alone, without the rule that List asks afterwards.
	seenBySQL = store.ForFirm(`
select i.id from item i where i.firm_id = $1 and i.space_id = $4 and i.kind = 'document' and` + authz.Visible + ` order by i.id`)
)

// life is one space in which random things happen.
type life struct {
	*documenttest.House
	t      *testing.T
	r      *rand.Rand
	space  id.Space
	people []authz.Actor
	roles  []authz.Role
	in     []bool
	items  []id.Item
}

// TestListEqualsDecide lives a hundred random lives (fewer on PostgreSQL, whose
// statements are the same) and asks, for everybody and every document, whether
// the page and the rule say the same.
func TestListEqualsDecide(t *testing.T) {
	r, _ := random(t)
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		shown, lives := 0, 100
		if h.Stored.PostgresURL != "" {
			lives = 30
		}
		for range lives {
			l := &life{House: h, t: t, r: r, space: h.Space(h.Lead, "Petit")}
			l.people, l.roles, l.in = []authz.Actor{h.Lead}, []authz.Role{authz.Lead}, []bool{true}
			for range 8 + r.IntN(12) {
				l.step()
				shown += l.compare(r.IntN(len(l.people))) // lists remember what they opened
			}
			for i := range l.people {
				shown += l.compare(i)
			}
		}
		if shown < lives {
			t.Errorf("only %d documents were seen: the lives were too poor to tell", shown)
		}
	})
}

func (l *life) step() {
	h := l.House
	switch l.r.IntN(10) {
	case 0, 1:
		roles := []authz.Role{authz.Client, authz.Client, authz.Guest, authz.Reader, authz.Assistant, authz.Colleague}
		role := roles[l.r.IntN(len(roles))]
		l.people = append(l.people, h.Member(h.Lead, l.space, role, "Personne"))
		l.roles, l.in = append(l.roles, role), append(l.in, true)
	case 2:
		if i := l.r.IntN(len(l.people)); i > 0 && l.in[i] {
			h.Leave(l.people[i], l.space)
			l.in[i] = false
		} else if i > 0 {
			l.wall(l.people[i], false) // which lets nobody in
			h.Join(l.people[i], l.space, l.roles[i])
			l.in[i] = true
		}
	case 3:
		l.wall(l.people[l.r.IntN(len(l.people))], l.r.IntN(2) == 0)
	case 4:
		if len(l.items) > 0 {
			of := l.items[l.r.IntN(len(l.items))]
			err := h.Documents.Address(l.t.Context(), h.Lead, document.Send{Item: of, Circles: l.circles(), Extended: l.r.IntN(2) == 0, Confirm: []string{"wide"}})
			if k := fault.KindOf(err); err != nil && k != fault.Conflict && k != fault.NotFound {
				l.t.Fatal(err)
			}
		}
	case 5:
		if len(l.items) > 0 {
			if err := h.Documents.Delete(l.t.Context(), h.Lead, l.items[l.r.IntN(len(l.items))]); err != nil && !fault.Is(err, fault.NotFound) {
				l.t.Fatal(err)
			}
		}
	case 6:
		l.change()
	default:
		l.wall(h.Lead, false)
		u, err := h.Documents.File(l.t.Context(), h.Lead, document.BeginUpload{
			Space: l.space, Tray: space.FirmTray, Name: "a", Circles: l.circles(),
		}, l.bytes())
		h.Must(err)
		l.items = append(l.items, u.Document)
		l.nature(l.items[len(l.items)-1])
	}
}

// bytes are no other document's, or the guard would keep them from the client.
func (l *life) bytes() io.Reader { return strings.NewReader(strconv.FormatUint(l.r.Uint64(), 36)) }

// change does to a document what is not a matter of rights.
func (l *life) change() {
	if len(l.items) == 0 {
		return
	}
	of := l.items[l.r.IntN(len(l.items))]
	var err error
	switch l.r.IntN(3) {
	case 0:
		err = l.Documents.Rename(l.t.Context(), l.Lead, of, "b"+strconv.Itoa(l.r.IntN(100)))
	case 1:
		err = l.Documents.Restore(l.t.Context(), l.Lead, of)
	default:
		_, err = l.Documents.File(l.t.Context(), l.Lead, document.BeginUpload{
			Space: l.space, Replaces: of, Name: "c", Reason: "corrigé",
		}, l.bytes())
	}
	if k := fault.KindOf(err); err != nil && k != fault.NotFound {
		l.t.Fatal(err)
	}
}

func (l *life) circles() []id.Circle {
	c := l.Circles(l.Lead, l.space)
	return [][]id.Circle{{c.Firm}, {c.Client}, {c.All}, {c.Client, c.All}, {c.Firm, c.Client}}[l.r.IntN(5)]
}

func (l *life) wall(p authz.Actor, up bool) {
	l.Must(l.Office.Keep(l.t.Context(), p.Firm, func(a *act.Act) error {
		if !up {
			return a.Write(dropWall, l.space, p.Person)
		}
		return a.Write(putWall, l.space, p.Person, []byte{})
	}))
}

// nature gives a document a nature that no upload can choose yet.
func (l *life) nature(of id.Item) {
	natures := []authz.Nature{"", "", authz.NatureDefense, authz.NatureBetween, authz.NatureAdvice, authz.NatureOfficial, authz.NatureHouseCounsel, authz.NatureExhibit, "inconnue"}
	n, internal := natures[l.r.IntN(len(natures))], int64(l.r.IntN(4)/3)
	l.Must(l.Office.Keep(l.t.Context(), l.Lead.Firm, func(a *act.Act) error {
		box, err := a.SpaceBox(l.space)
		if err != nil {
			return err
		}
		mac := box.MAC("item", string(of), string(l.space), string(item.Document), string(l.Lead.Person), string(n), strconv.FormatInt(internal, 10))
		return a.Write(putNature, of, n, internal, mac)
	}))
}

// compare holds the list of one person, page by page, and the SQL condition
// alone against the rule on each document. It returns how many she sees.
func (l *life) compare(i int) int {
	by := l.people[i]
	var want, found []id.Item
	entered := false
	l.Must(l.Office.See(l.t.Context(), by.Firm, func(a *act.Act) error {
		_, err := circle.Enter(a, by, l.space, authz.SpaceSee)
		entered = err == nil
		for _, it := range l.items {
			if _, _, err := item.Open(a, by, l.space, item.Document, it, authz.DocumentRead); err == nil {
				want = append(want, it)
			} else if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return a.Each(seenBySQL, []any{by.Person, store.Micros(a.Now), l.space}, func(scan func(...any) error) error {
			var it id.Item
			err := scan(&it)
			found = append(found, it)
			return err
		})
	}))
	var listed []id.Item
	page := document.ListQuery{Space: l.space, Limit: 1 + l.r.IntN(4)}
	if l.r.IntN(2) == 0 {
		page.Tray = space.FirmTray
	}
	for {
		got, err := l.Documents.List(l.t.Context(), by, page)
		if err != nil && (entered || !fault.Is(err, fault.NotFound)) {
			l.t.Fatalf("list of a %s: %v", l.roles[i], err)
		}
		for _, d := range got {
			listed = append(listed, d.ID)
			l.same(by, d)
		}
		if len(got) < page.Limit {
			break
		}
		page.After = got[len(got)-1].ID
	}
	slices.Sort(listed)
	slices.Sort(want)
	if !slices.Equal(listed, want) {
		l.t.Errorf("a %s sees %v in the list, the rule says %v", l.roles[i], listed, want)
	}
	if entered && !slices.Equal(found, want) {
		l.t.Errorf("to a %s the condition shows %v, the rule %v", l.roles[i], found, want)
	}
	if entered {
		l.drive(i, want)
	}
	return len(want)
}

// same holds a line of a list against the document's own page.
func (l *life) same(by authz.Actor, d document.Document) {
	own, err := l.Documents.Show(l.t.Context(), by, d.ID)
	if err != nil {
		l.t.Errorf("listed, but: %v", err)
		return
	}
	v := own.Current
	v.AuthorName, v.Name, v.Reason, v.SHA256 = "", "", "", [32]byte{}
	if own.Current = v; !reflect.DeepEqual(own.Document, d) {
		l.t.Errorf("the list shows %+v, its page %+v", d, own.Document)
	}
}

// drive holds what a drive lists, and finds by name, against the rule.
func (l *life) drive(i int, want []id.Item) {
	by, at := l.people[i], document.Shelf{Space: l.space, Tray: space.FirmTray}
	l.Must(l.Office.See(l.t.Context(), by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, l.space, authz.SpaceSee)
		if err != nil {
			return err
		}
		all, err := document.Entries(a, by, f, at)
		if err != nil {
			return err
		}
		named, err := document.EntriesNamed(a, by, f, at, "a")
		if err != nil {
			return err
		}
		var listed []id.Item
		for _, e := range all {
			listed = append(listed, e.ID)
		}
		if all = slices.DeleteFunc(all, func(e document.Entry) bool { return e.Name != "a" }); !slices.Equal(all, named) {
			l.t.Errorf("a %s finds %v by their name, and sees %v", l.roles[i], named, all)
		}
		if !slices.Equal(listed, want) {
			l.t.Errorf("the drive of a %s has %v, the rule says %v", l.roles[i], listed, want)
		}
		return nil
	}))
}

// TestSince lets people join between two documents.
func TestSince(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		c := h.Circles(h.Lead, in)
		before := h.File(h.Lead, in, "avant", []byte("a"), c.Client).Document
		extended := h.File(h.Lead, in, "pour tous", []byte("a")).Document
		h.Must(h.Documents.Address(t.Context(), h.Lead, document.Send{Item: extended, Circles: []id.Circle{c.Client}, Extended: true}))
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		after := h.File(h.Lead, in, "après", []byte("a"), c.Client).Document
		list, err := h.Documents.List(t.Context(), client, document.ListQuery{Space: in})
		h.Must(err)
		if len(list) != 2 || list[0].ID != after || list[1].ID != extended {
			t.Errorf("she sees %v", list)
		}
		if _, err := h.Documents.Show(t.Context(), client, before); !fault.Is(err, fault.NotFound) {
			t.Errorf("what was sent before she came: %v", err)
		}
	})
}

var (
	forgeAudience = store.ForFirm(`
insert into audience (firm_id, item_id, circle_id, sent_at, extended, sent_by, mac) values ($1, $2, $3, $4, 1, $5, $6)`)
	forgeRevision = store.ForFirm(`update document set revision = revision + 1 where firm_id = $1 and id = $2`)

	forgeCurrent = store.ForFirm(`update document set version_id = $3, revision = revision + 1 where firm_id = $1 and id = $2`)
)

// TestForgedRows writes into the database what the house did not.
func TestForgedRows(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		c := h.Circles(h.Lead, in)
		secret := h.File(h.Lead, in, "secret", []byte("secret"))
		open := h.File(h.Lead, in, "ouvert", []byte("ouvert"), c.Client)
		forge := func(stmt store.FirmStmt, args ...any) {
			t.Helper()
			h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
				return a.Write(stmt, args...)
			}))
		}
		current := func(of id.Item) id.Version {
			d, err := h.Documents.Show(t.Context(), h.Lead, of)
			h.Must(err)
			return d.Current.ID
		}
		secretVersion, openVersion := current(secret.Document), current(open.Document)
		forge(forgeCurrent, open.Document, secretVersion)
		if _, err := h.Documents.List(t.Context(), client, document.ListQuery{Space: in}); err == nil {
			t.Error("another document's version passes in the list")
		}
		if c, err := h.Documents.Content(t.Context(), client, document.Want{Item: open.Document, Version: secretVersion, Purpose: document.Preview}); err == nil {
			t.Errorf("another document's version is read: %+v", c)
		}
		forge(forgeCurrent, open.Document, openVersion)
		if _, err := h.Documents.List(t.Context(), client, document.ListQuery{Space: in}); err != nil {
			t.Errorf("after the forgery is undone: %v", err)
		}
		forge(forgeAudience, secret.Document, c.Client, store.Micros(h.Clock.Now()), h.Lead.Person, []byte("forged"))
		for _, by := range []authz.Actor{client, h.Lead} {
			got, err := h.Documents.List(t.Context(), by, document.ListQuery{Space: in})
			if err != nil {
				continue // a list that reads the row again refuses it
			}
			for _, d := range got {
				if d.ID == secret.Document && (by != h.Lead || len(d.Audience) != 1) {
					t.Errorf("a forged address shows %v", d)
				}
			}
		}
		forge(forgeRevision, secret.Document)
		if got, err := h.Documents.List(t.Context(), client, document.ListQuery{Space: in}); err == nil {
			t.Errorf("a forged address is read, and shows %v", got)
		}
	})
}

// BenchmarkList reads a page of a thousand documents as the client sees them.
func BenchmarkList(b *testing.B) {
	h := documenttest.New(b, store.Config{Dir: b.TempDir()}, document.Config{})
	in := h.Space(h.Lead, "Petit")
	client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
	c := h.Circles(h.Lead, in)
	for i := range 1000 {
		h.File(h.Lead, in, "Pièce n° "+strconv.Itoa(i), []byte("a"), c.Client)
	}
	for _, limit := range []int{50, 1000} {
		b.Run(strconv.Itoa(limit), func(b *testing.B) {
			for b.Loop() {
				got, err := h.Documents.List(b.Context(), client, document.ListQuery{Space: in, Tray: space.FirmTray, Limit: limit})
				if err != nil || len(got) != limit {
					b.Fatal(len(got), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/page")
		})
	}
}
