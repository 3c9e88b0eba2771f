package drive_test

import (
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	sp      = "Mme Petit"
	firms   = "Documents du cabinet"
	clients = "Documents du client"
	hers    = "Vos documents"
	shared  = "Échanges"
)

// world is the drives of one firm with a space and somebody in each role.
type world struct {
	*documenttest.House
	t      *testing.T
	drives *drive.Service
	spaces *space.Service
	space  id.Space
	// shelves are the folders that the space has opened with; the firm's side
	// always sees them.
	shelves []string

	colleague, client, guest, reader, stranger authz.Actor
}

func each(t *testing.T, run func(w *world)) { eachWith(t, false, run) }

func eachWith(t *testing.T, deletes bool, run func(w *world)) {
	t.Helper()
	t.Parallel()
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		w := &world{House: h, t: t}
		w.open(deletes)
		h.Lead.Via = authz.ViaDrive
		w.space = h.Space(h.Lead, sp)
		w.colleague = h.Member(h.Lead, w.space, authz.Colleague, "Me Leroy")
		w.client = h.Member(h.Lead, w.space, authz.Client, "Mme Petit")
		w.guest = h.Member(h.Lead, w.space, authz.Guest, "Me Roux")
		w.reader = h.Member(h.Lead, w.space, authz.Reader, "M. Lenoir")
		w.stranger = h.Member(h.Lead, h.Space(h.Lead, "M. Autre"), authz.Colleague, "Me Vidal")
		room, err := w.spaces.Show(t.Context(), w.Lead, w.space)
		w.Must(err)
		for _, f := range room.Folders {
			w.shelves = append(w.shelves, f.Name)
		}
		run(w)
	})
}

func (w *world) open(deletes bool) {
	catalog := i18n.Load()
	models, err := space.LoadModels()
	w.Must(err)
	w.spaces = space.NewService(w.Office, models)
	w.drives = drive.New(w.Office, w.Blobs, w.Documents, w.spaces, drive.Config{
		Catalog: catalog, Zone: time.UTC, Limit: 4 << 20, Delete: deletes,
	})
}

func path(names ...string) drive.Path { return names }

// put files a text and ends the test unless it was.
func (w *world) put(by authz.Actor, text string, names ...string) (created bool) {
	w.t.Helper()
	created, err := w.try(by, text, names...)
	if err != nil {
		w.t.Fatalf("put %v: %v", names, err)
	}
	return created
}

func (w *world) try(by authz.Actor, text string, names ...string) (bool, error) {
	return w.drives.Put(w.t.Context(), by, path(names...), drive.Incoming{Size: int64(len(text)), Body: strings.NewReader(text), Reason: "essai"})
}

// read is the text at a path, or the kind of the fault.
func (w *world) read(by authz.Actor, names ...string) string {
	w.t.Helper()
	c, err := w.drives.Open(w.t.Context(), by, path(names...), 0)
	if err != nil {
		return "(" + fault.KindOf(err).String() + ")"
	}
	raw, err := io.ReadAll(c.Reader)
	w.Must(err, c.Reader.Close())
	if int64(len(raw)) != c.Size {
		w.t.Errorf("%v says %d bytes and has %d", names, c.Size, len(raw))
	}
	return string(raw)
}

// names lists a folder; folders end with a slash. It holds every line against a
// look at its own path.
func (w *world) names(by authz.Actor, at ...string) []string {
	w.t.Helper()
	self, within, err := w.drives.List(w.t.Context(), by, path(at...))
	if err != nil {
		return []string{"(" + fault.KindOf(err).String() + ")"}
	}
	if !self.Collection {
		w.t.Errorf("%v is listed and no folder", at)
	}
	out := []string{}
	for _, n := range within {
		if same, err := w.drives.Look(w.t.Context(), by, n.Path); err != nil || same.ETag != n.ETag || same.Collection != n.Collection || same.Size != n.Size {
			w.t.Errorf("%v is listed as %+v, and is %+v, %v", n.Path, n, same, err)
		}
		name := n.Name()
		if n.Collection {
			name += "/"
		}
		out = append(out, name)
	}
	return out
}

// lists holds a folder against what it should have, in any order and without
// the folders that the space has opened with.
func (w *world) lists(by authz.Actor, want []string, at ...string) {
	w.t.Helper()
	got := slices.DeleteFunc(w.names(by, at...), func(n string) bool {
		return slices.Contains(w.shelves, strings.TrimSuffix(n, "/")) && !slices.Contains(want, n)
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.t.Errorf("%v has %q, want %q", at, got, want)
	}
}

func (w *world) move(by authz.Actor, from, to drive.Path) error {
	_, err := w.drives.Move(w.t.Context(), by, drive.Transfer{From: from, To: to, Overwrite: true, Reason: "essai"})
	return err
}

func (w *world) remove(by authz.Actor, names ...string) error {
	return w.drives.Remove(w.t.Context(), by, path(names...), drive.Guard{})
}

func (w *world) wants(what string, err error, kind fault.Kind) {
	w.t.Helper()
	if !fault.Is(err, kind) {
		w.t.Errorf("%s: %v, want %s", what, err, kind)
	}
}

// document finds the document at a path through the ordinary list.
func (w *world) document(by authz.Actor, title string) document.Detail {
	w.t.Helper()
	all, err := w.Documents.List(w.t.Context(), by, document.ListQuery{Space: w.space})
	w.Must(err)
	for _, d := range all {
		if d.Title == title {
			shown, err := w.Documents.Show(w.t.Context(), by, d.ID)
			w.Must(err)
			return shown
		}
	}
	w.t.Fatalf("no document is called %q", title)
	return document.Detail{}
}

// count is how many documents of a title the lead sees.
func (w *world) count(title string) (n int) {
	w.t.Helper()
	all, err := w.Documents.List(w.t.Context(), w.Lead, document.ListQuery{Space: w.space})
	w.Must(err)
	for _, d := range all {
		if d.Title == title {
			n++
		}
	}
	return n
}

// since is what the journal has got since an earlier count.
func (w *world) since(before map[string]int) map[string]int {
	w.t.Helper()
	now := w.Kinds(w.Lead)
	for kind, n := range before {
		if now[kind] -= n; now[kind] == 0 {
			delete(now, kind)
		}
	}
	return now
}

func (w *world) journals(before, want map[string]int) {
	w.t.Helper()
	if got := w.since(before); !maps.Equal(got, want) {
		w.t.Errorf("the journal has got %v, want %v", got, want)
	}
}

var (
	selectJobs = store.ForFirm(`select id, payload from job where firm_id = $1 and kind = $2 and run_at <= $3 order by id`)
	deleteJob  = store.ForFirm(`delete from job where firm_id = $1 and id = $2`)
)

// settle runs the jobs of announced files that are due, and what they plan.
func (w *world) settle() {
	w.t.Helper()
	for range 20 {
		due := w.due()
		for _, j := range due {
			w.Must(w.drives.Settle(w.t.Context(), w.Lead.Firm, j))
		}
		if len(due) == 0 {
			return
		}
	}
	w.t.Fatal("there is always something due")
}

func (w *world) due() (due []outbox.Job) {
	w.t.Helper()
	w.Must(w.Office.Keep(w.t.Context(), w.Lead.Firm, func(a *act.Act) error {
		due = nil
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		err = a.Each(selectJobs, []any{drive.EmptyJob, store.Micros(a.Now)}, func(scan func(...any) error) error {
			var j outbox.Job
			var sealed []byte
			if err := scan(&j.ID, &sealed); err != nil {
				return err
			}
			j.Payload, err = box.Open(vault.Place{Table: "job", Column: "payload", Row: string(j.ID)}, sealed)
			due = append(due, j)
			return err
		})
		for _, j := range due {
			if err := a.Write(deleteJob, j.ID); err != nil {
				return err
			}
		}
		return err
	}))
	return due
}

func reader(text string) io.Reader { return strings.NewReader(text) }
