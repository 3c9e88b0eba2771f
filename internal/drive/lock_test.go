package drive_test

import (
	"errors"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

func documentSend(of id.Item, c ...id.Circle) document.Send {
	return document.Send{Item: of, Circles: c}
}

func (w *world) lock(by authz.Actor, deep bool, names ...string) (drive.Lock, error) {
	l, _, err := w.drives.Lock(w.t.Context(), by, path(names...), drive.Locking{Deep: deep, Owner: []byte("<x/>")})
	return l, err
}

func (w *world) locked(what string, err error) {
	w.t.Helper()
	if !errors.Is(err, drive.ErrLocked) {
		w.t.Errorf("%s: %v, want a lock in the way", what, err)
	}
}

// with writes with the token of a lock.
func (w *world) with(by authz.Actor, l drive.Lock, text string, names ...string) error {
	_, err := w.drives.Put(w.t.Context(), by, path(names...), drive.Incoming{
		Size: int64(len(text)), Body: reader(text), Guard: drive.Guard{Tokens: []id.Lock{l.Token}},
	})
	return err
}

func TestLocks(t *testing.T) {
	each(t, func(w *world) {
		w.put(w.Lead, "un", sp, firms, "Note.txt")
		l, err := w.lock(w.Lead, false, sp, firms, "Note.txt")
		w.Must(err)
		if l.Token == "" || l.Life != 30*time.Minute {
			t.Errorf("the lock is %+v", l)
		}
		for _, by := range []authz.Actor{w.Lead, w.colleague} {
			_, err := w.try(by, "x", sp, firms, "Note.txt")
			w.locked("without a token", err)
			w.locked("moving", w.move(by, path(sp, firms, "Note.txt"), path(sp, firms, "b.txt")))
			_, err = w.lock(by, false, sp, firms, "Note.txt")
			w.locked("again", err)
			_, err = w.lock(by, true, sp, firms)
			w.locked("around it", err)
		}
		w.locked("a colleague with the token", w.with(w.colleague, l, "x", sp, firms, "Note.txt"))
		w.Must(w.with(w.Lead, l, "deux", sp, firms, "Note.txt"))
		seen, err := w.drives.Look(t.Context(), w.colleague, path(sp, firms, "Note.txt"))
		w.Must(err)
		if len(seen.Locks) != 1 || seen.Locks[0].Token != "" || seen.Locks[0].Owner != nil || seen.Locks[0].Holder != "Me Claire Delmas" {
			t.Errorf("a colleague sees %+v", seen.Locks)
		}
		w.wants("a colleague unlocks", w.drives.Unlock(t.Context(), w.colleague, path(sp, firms, "Note.txt"), l.Token), fault.Forbidden)
		w.wants("elsewhere", w.drives.Unlock(t.Context(), w.Lead, path(sp, firms), l.Token), fault.Conflict)
		again, err := w.drives.Refresh(t.Context(), w.Lead, path(sp, firms, "Note.txt"), []id.Lock{l.Token}, time.Hour)
		w.Must(err)
		if again.Life != 30*time.Minute || !again.Expires.After(l.Expires) {
			t.Errorf("refreshed it is %+v", again)
		}
		w.Must(w.drives.Unlock(t.Context(), w.Lead, path(sp, firms, "Note.txt"), l.Token))
		w.wants("twice", w.drives.Unlock(t.Context(), w.Lead, path(sp, firms, "Note.txt"), l.Token), fault.Conflict)
		w.put(w.colleague, "trois", sp, firms, "Note.txt")

		_, err = w.lock(w.Lead, false, sp, firms, "Note.txt")
		w.Must(err)
		w.Clock.Advance(31 * time.Minute)
		w.put(w.colleague, "quatre", sp, firms, "Note.txt") // it has ended by itself
		w.Must(w.drives.Sweep(t.Context(), w.Lead.Firm))
	})
}

// TestISO07_Locks: a lock is for who may write, and of one who has left hinders
// nobody.
func TestISO07_Locks(t *testing.T) {
	each(t, func(w *world) {
		house := w.Circles(w.Lead, w.space)
		w.File(w.Lead, w.space, "Note.txt", []byte("x"), house.All)
		for what, c := range map[string]struct {
			by   authz.Actor
			at   drive.Path
			kind fault.Kind
		}{
			"a client":        {w.client, path(sp, firms, "Note.txt"), fault.Forbidden},
			"a reader":        {w.reader, path(sp, firms, "Note.txt"), fault.Forbidden},
			"a stranger":      {w.stranger, path(sp, firms, "Note.txt"), fault.NotFound},
			"a name in firms": {w.client, path(sp, firms, "neu.txt"), fault.Forbidden},
			"the root":        {w.Lead, nil, fault.Forbidden},
			"nowhere":         {w.Lead, path(sp, firms, "non", "neu.txt"), fault.NotFound},
		} {
			_, err := w.lock(c.by, false, c.at...)
			w.wants(what, err, c.kind)
		}
		_, err := w.lock(w.client, false, sp, hers, "neu.txt")
		w.Must(err)
		_, err = w.lock(w.colleague, true, sp, firms)
		w.Must(err)
		_, err = w.try(w.Lead, "x", sp, firms, "Note.txt")
		w.locked("inside a locked folder", err)
		_, err = w.try(w.Lead, "x", sp, firms, "neu.txt")
		w.locked("something new there", err)
		w.Leave(w.colleague, w.space)
		w.put(w.Lead, "x", sp, firms, "Note.txt")
	})
}

// TestLockUnmapped: a locked name is an empty file of one's own, and the lock
// holds on the document that comes.
func TestLockUnmapped(t *testing.T) {
	each(t, func(w *world) {
		l, created, err := w.drives.Lock(t.Context(), w.Lead, path(sp, firms, "Neu.docx"), drive.Locking{})
		w.Must(err)
		if !created {
			t.Error("nothing was made")
		}
		_, err = w.try(w.colleague, "x", sp, firms, "Neu.docx")
		w.locked("the name", err)
		w.Clock.Advance(2 * time.Minute)
		w.settle() // it is locked: still being written
		if w.count("Neu.docx") != 0 {
			t.Error("it is a document already")
		}
		w.Must(w.with(w.Lead, l, "texte", sp, firms, "Neu.docx"))
		_, err = w.try(w.colleague, "x", sp, firms, "Neu.docx")
		w.locked("the document", err)
		w.Must(w.drives.Unlock(t.Context(), w.Lead, path(sp, firms, "Neu.docx"), l.Token))
		w.put(w.colleague, "x", sp, firms, "Neu.docx")
		if d := w.document(w.Lead, "Neu.docx"); len(d.Versions) != 2 {
			t.Errorf("%d versions", len(d.Versions))
		}
	})
}

func TestSharedLocks(t *testing.T) {
	each(t, func(w *world) {
		w.put(w.Lead, "un", sp, firms, "Note.txt")
		shared := func(by authz.Actor) (drive.Lock, error) {
			l, _, err := w.drives.Lock(t.Context(), by, path(sp, firms, "Note.txt"), drive.Locking{Shared: true})
			return l, err
		}
		mine, err := shared(w.Lead)
		w.Must(err)
		_, err = shared(w.colleague)
		w.Must(err)
		_, err = w.lock(w.Lead, false, sp, firms, "Note.txt")
		w.locked("alone beside them", err)
		w.Must(w.with(w.Lead, mine, "deux", sp, firms, "Note.txt"))
	})
}
