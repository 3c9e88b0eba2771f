package rotation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/rotation"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// world is a firm with two spaces, documents in them, and an upload under way.
type world struct {
	*documenttest.House
	rotation  *rotation.Rotation
	spaces    [2]id.Space
	documents map[id.Item][]byte
	upload    document.Upload
	content   []byte
}

func each(t *testing.T, run func(*world)) {
	t.Helper()
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		w := &world{House: h, documents: map[id.Item][]byte{}, content: bytes.Repeat([]byte("pièce "), 40_000)}
		w.rotation = &rotation.Rotation{Office: h.Office, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
		for n, name := range []string{"Mme Petit", "M. Autre"} {
			w.spaces[n] = h.Space(h.Lead, name)
			for _, word := range strings.Fields("assignation conclusions arrêt") {
				w.file(n, word+".txt", []byte(word))
			}
		}
		var err error
		w.upload, err = h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{
			Space: w.spaces[0], Tray: space.FirmTray, Name: "film.bin", Size: int64(len(w.content)),
		})
		h.Must(err)
		w.send(100_000)
		run(w)
	})
}

func (w *world) file(in int, name string, raw []byte) {
	w.T.Helper()
	w.documents[w.File(w.Lead, w.spaces[in], name, raw).Document] = raw
}

// send sends the upload on up to an offset.
func (w *world) send(to int) {
	w.T.Helper()
	u, err := w.Documents.Append(w.T.Context(), w.Lead, w.upload.ID, w.upload.Offset, bytes.NewReader(w.content[w.upload.Offset:to]))
	w.Must(err)
	w.upload = u
	if u.Done {
		w.documents[u.Document] = w.content
	}
}

// whole demands that everything can be read.
func (w *world) whole(when string, by ...*documenttest.House) {
	w.T.Helper()
	for _, h := range append(by, w.House) {
		for of, raw := range w.documents {
			if got := h.Read(w.Lead, of, ""); !bytes.Equal(got, raw) {
				w.T.Errorf("%s: document %s has %d bytes, %d were filed", when, of, len(got), len(raw))
			}
		}
	}
}

// CRY-05: a rotation is cut after each of its transactions, one after the other.
// Everything can be read and written at each moment, and the next run goes on.
func TestCRY05_CutAfterEachStep(t *testing.T) {
	each(t, func(w *world) {
		firm := w.Lead.Firm
		turns := map[string]func(context.Context) (rotation.Count, error){
			"firm":   func(ctx context.Context) (rotation.Count, error) { return w.rotation.Firm(ctx, firm) },
			"spaces": func(ctx context.Context) (rotation.Count, error) { return w.rotation.Spaces(ctx, firm, w.spaces[:]) },
		}
		for _, name := range []string{"firm", "spaces", "firm", "spaces"} {
			cuts := 0
			for {
				done, err := w.cut(turns[name], 1)
				w.whole(name)
				w.file(cuts%2, "pendant.txt", []byte(name))
				if err == nil {
					t.Logf("%s: cut %d times; %+v", name, cuts, done)
					break
				}
				if cuts++; !errors.Is(err, context.Canceled) || cuts > 50 {
					t.Fatal(err)
				}
			}
			if least := map[string]int{"firm": 3, "spaces": 8}[name]; cuts < least {
				t.Errorf("%s: cut %d times only", name, cuts)
			}
			w.steady(name)
			w.whole("a process that begins", w.Beside())
		}
		w.send(200_000) // its key was wrapped again twice meanwhile
		w.send(len(w.content))
		w.whole("the upload")
		if n := w.Kinds(w.Lead)[rotation.Kind]; n != 6 {
			t.Errorf("the journal has %d lines of keys that were replaced, want 6", n)
		}
		w.whole("after a restart", w.Beside())
	})
}

// cut runs a turn that ends after so many transactions that changed something more
// than the one before it came to.
func (w *world) cut(turn func(context.Context) (rotation.Count, error), more int) (rotation.Count, error) {
	ctx, cancel := context.WithCancel(w.T.Context())
	defer cancel()
	before := w.state()
	w.Office.Woken = func(id.Firm) {
		if w.state() != before {
			if more--; more == 0 {
				cancel()
			}
		}
	}
	defer func() { w.Office.Woken = func(id.Firm) {} }()
	return turn(ctx)
}

// state is what the rows of keys say; it changes with each step.
func (w *world) state() string {
	var b strings.Builder
	w.Must(w.Office.See(context.Background(), w.Lead.Firm, func(a *act.Act) error {
		for _, text := range states {
			err := a.Each(text, nil, func(scan func(...any) error) error {
				var key []byte
				var waiting int64
				err := scan(&key, &waiting)
				b.Write(key)
				b.WriteByte(byte(waiting))
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return b.String()
}

// steady demands that no old key is left.
func (w *world) steady(name string) {
	w.T.Helper()
	w.Must(w.Office.See(w.T.Context(), w.Lead.Firm, func(a *act.Act) error {
		for _, s := range append(w.spaces[:], "") {
			if stage, _, err := a.Ring().Stage(a.Tx, s); err != nil || stage != vault.Steady {
				w.T.Errorf("%s: the key of %q is at stage %d: %v", name, s, stage, err)
			}
		}
		return nil
	}))
}

var states = []store.FirmStmt{
	store.ForFirm(`select wrapped, turn from firm_key where firm_id = $1 order by generation`),
	store.ForFirm(`select wrapped, turn from space_key where firm_id = $1 order by space_id, generation`),
	store.ForFirm(`select key, 0 from version where firm_id = $1 order by id`),
	store.ForFirm(`select key, 0 from upload where firm_id = $1 order by id`),
}

// CRY-05: two runs at once do the work of one, while others write.
func TestCRY05_TwoAtOnce(t *testing.T) {
	each(t, func(w *world) {
		var runs sync.WaitGroup
		for range 2 {
			for _, of := range [][]id.Space{w.spaces[:], {""}} {
				runs.Go(func() {
					if _, err := w.rotation.Spaces(t.Context(), w.Lead.Firm, of); err != nil {
						t.Error(err)
					}
				})
			}
		}
		for n := range 10 {
			w.file(n%2, "pendant.txt", []byte("pendant"))
		}
		runs.Wait()
		w.steady("two at once")
		w.whole("two at once")
	})
}

// A space that an earlier program opened has a key of the first generation and no MAC
// over its row. It is believed until its key is replaced, and given one then.
func TestCRY03_RowsOfEarlierPrograms(t *testing.T) {
	each(t, func(w *world) {
		of := w.spaces[0]
		w.exec(ageKey, of, w.wrapped(of))
		w.exec(forgeRow, of, "", "open")
		enters := func(what string, want error) {
			t.Helper()
			h := w.Beside()
			err := h.Office.See(t.Context(), w.Lead.Firm, func(a *act.Act) error {
				_, err := circle.Enter(a, w.Lead, of, authz.SpaceSee)
				return err
			})
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		enters("of an earlier program", nil)
		w.rotation.Office = w.Beside().Office // that has no box of before
		if _, err := w.rotation.Spaces(t.Context(), w.Lead.Firm, w.spaces[:]); err != nil {
			t.Fatal(err)
		}
		enters("with another key", nil)
		w.exec(forgeRow, of, "", "open")
		enters("with another key and without a MAC", vault.ErrTampered)
	})
}

var (
	ageKey = store.ForFirm(`update space_key set generation = 1, wrapped = $3, kept = '' where firm_id = $1 and space_id = $2`)

	forgeRow = store.ForFirm(`update space set mac = $3, state = $4 where firm_id = $1 and id = $2`)

	selectKey = store.ForFirm(`select generation, wrapped from space_key where firm_id = $1 and space_id = $2`)
)

func (w *world) exec(stmt store.FirmStmt, args ...any) {
	w.T.Helper()
	w.Must(w.Office.Keep(w.T.Context(), w.Lead.Firm, func(a *act.Act) error {
		n, err := a.Exec(stmt, args...)
		if n == 0 {
			w.T.Error("nothing was changed")
		}
		return err
	}))
}

// wrapped is the key of a space as an earlier program had it wrapped.
func (w *world) wrapped(of id.Space) (out []byte) {
	w.T.Helper()
	w.Must(w.Office.See(w.T.Context(), w.Lead.Firm, func(a *act.Act) error {
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		var generation int64
		var now []byte
		if err := a.Row(selectKey, []any{of}, &generation, &now); err != nil {
			return err
		}
		place := func(generation int64) vault.Place {
			return vault.Place{Table: "space_key", Column: "wrapped", Row: fmt.Sprintf("%s/%d", of, generation)}
		}
		key, err := box.UnwrapKey(place(generation), now)
		if err == nil {
			out = box.WrapKey(place(1), key)
		}
		return err
	}))
	return out
}
