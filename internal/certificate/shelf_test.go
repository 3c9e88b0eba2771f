package certificate

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

var swapHeld = store.ForDirectory(`update certificate set sealed = (select sealed from certificate order by hash limit 1)`)

// Whoever writes into the database gives us no certificate of hers: what stands
// at another place than its own does not open, and is not taken for absent.
func TestCRY03_CertificateTampered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := shelfOf(t, s)
		for _, key := range []string{"a", "b"} {
			if err := f.Put(t.Context(), key, []byte("text of "+key)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := f.Get(t.Context(), "b")
		if err != nil || string(got) != "text of b" {
			t.Fatalf("%q, %v", got, err)
		}
		err = s.Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
			return tx.Write(swapHeld)
		})
		if err != nil {
			t.Fatal(err)
		}
		_, a := f.Get(t.Context(), "a")
		_, b := f.Get(t.Context(), "b")
		if (a == nil) == (b == nil) || errors.Is(errors.Join(a, b), autocert.ErrCacheMiss) {
			t.Errorf("one opens at its place, the other must not: %v, %v", a, b)
		}
		if err := f.Delete(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Get(t.Context(), "a"); !errors.Is(err, autocert.ErrCacheMiss) {
			t.Errorf("what was deleted: %v", err)
		}
	})
}

// One node has the turn until it gives it back or its time is over.
func TestTurn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Unix(1_800_000_000, 0)
		one := shelfOf(t, s)
		one.holder, one.clock = "one", func() time.Time { return now }
		two := one
		two.holder = "two"
		for i, step := range []struct {
			who  *shelf
			act  func(*shelf) bool
			want bool
		}{
			{&one, taken(t), true},
			{&two, taken(t), false},
			{&one, taken(t), true},
			{&two, given(t), true}, // it has nothing to give
			{&two, taken(t), false},
			{&one, given(t), true},
			{&two, taken(t), true},
			{&one, func(*shelf) bool { now = now.Add(turn + time.Second); return true }, true},
			{&one, taken(t), true}, // two was killed meanwhile
			{&two, taken(t), false},
		} {
			if step.act(step.who) != step.want {
				t.Errorf("step %d", i)
			}
		}
	})
}

func taken(t *testing.T) func(*shelf) bool {
	return func(s *shelf) bool {
		mine, err := s.take(t.Context(), "host", turn)
		if err != nil {
			t.Error(err)
		}
		return mine
	}
}

func given(t *testing.T) func(*shelf) bool {
	return func(s *shelf) bool { return s.give(t.Context(), "host") == nil }
}

func shelfOf(t *testing.T, s *store.Store) shelf {
	t.Helper()
	root, err := vault.KeyFile{Path: filepath.Join(t.TempDir(), "root.key"), Create: true}.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys := vault.New(root)
	if err := keys.EnsureInstallation(t.Context(), s.Directory(), time.Now()); err != nil {
		t.Fatal(err)
	}
	ring, err := vault.NewRing(keys, s.Directory())
	if err != nil {
		t.Fatal(err)
	}
	return shelf{directory: s.Directory(), box: ring.Directory(), clock: time.Now}
}
