package account

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/store"
)

var (
	countDevices = store.ForDirectory(`select count(*) from device`)
	forgeDevice  = store.ForDirectory(`insert into device (hash, person_id, seen_at) values ($1, $2, $3)`)
)

func (w *world) devices() (n int) {
	w.Helper()
	w.must(w.directory().View(w.Context(), func(tx *store.DirectoryTx) error { return tx.Row(countDevices, nil, &n) }))
	return n
}

// TestDevices: a person's first sign-in from a browser is strange, the later ones
// are not; of another person, or after she has signed out everywhere, it is again.
func TestDevices(t *testing.T) {
	each(t, func(w *world) {
		p := w.person("claire@exemple.fr")
		w.person("paul@exemple.fr")
		one, two := at("192.0.2.1"), at("192.0.2.1")
		one.Device, two.Device = NewToken(), NewToken()
		strange := func(name, email string, from Source, want bool) {
			w.Helper()
			token, s := w.enters(email, good, from)
			if s.Strange != want {
				w.Errorf("%s: strange %v, want %v", name, s.Strange, want)
			}
			if again, err := w.Resume(w.Context(), token); err != nil || again.Strange {
				w.Errorf("%s: a session that goes on is %+v, %v", name, again, err)
			}
		}
		strange("the first time", "claire@exemple.fr", one, true)
		strange("the second time", " Claire@Exemple.fr", one, false)
		strange("another browser", "claire@exemple.fr", two, true)
		strange("another person in the same browser", "paul@exemple.fr", one, true)
		strange("the first browser again", "claire@exemple.fr", one, false)
		for _, none := range []string{"", "x", strings.Repeat("x", TokenLength+1)} {
			from := one
			from.Device = none
			strange("no browser", "claire@exemple.fr", from, true)
			strange("no browser, again", "claire@exemple.fr", from, true)
		}
		if _, s, err := w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.9")); err != nil || s.Strange {
			w.Errorf("a link: %+v, %v", s, err)
		}
		if n := w.devices(); n != 3 {
			w.Errorf("%d browsers are remembered, want 3", n)
		}
		w.must(w.SignOutEverywhere(w.Context(), p))
		strange("once she has signed out everywhere", "claire@exemple.fr", one, true)
		strange("which is hers alone", "paul@exemple.fr", one, false)
	})
}

// TestDevicesAreForgotten: a browser that is not used for long is a stranger, and
// its row goes.
func TestDevicesAreForgotten(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		from := at("192.0.2.1")
		from.Device = NewToken()
		w.enters("claire@exemple.fr", good, from)
		w.clock.Advance(DeviceLife - time.Hour)
		w.must(w.Sweep(w.Context()))
		if _, s := w.enters("claire@exemple.fr", good, from); s.Strange {
			w.Error("a browser is forgotten too early")
		}
		w.clock.Advance(DeviceLife + time.Hour)
		if _, s := w.enters("claire@exemple.fr", good, from); !s.Strange {
			w.Error("a browser of long ago is not strange")
		}
		w.clock.Advance(DeviceLife + time.Hour)
		w.must(w.Sweep(w.Context()))
		if n := w.devices(); n != 0 {
			w.Errorf("%d browsers are left", n)
		}
	})
}

// TestCRY03_DeviceForged: whoever writes into the database, but has no key, makes
// no browser known.
func TestCRY03_DeviceForged(t *testing.T) {
	each(t, func(w *world) {
		p := w.person("claire@exemple.fr")
		from := at("192.0.2.1")
		from.Device = NewToken()
		w.must(w.directory().Update(w.Context(), func(tx *store.DirectoryTx) error {
			for _, hash := range []string{from.Device, string(p) + "/" + from.Device} {
				if err := tx.Write(forgeDevice, []byte(hash), p, store.Micros(w.clock.Now())); err != nil {
					return err
				}
			}
			return nil
		}))
		if _, s := w.enters("claire@exemple.fr", good, from); !s.Strange {
			w.Error("a browser that was written by hand is known")
		}
	})
}
