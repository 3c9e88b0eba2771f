package sanction_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/outbound"
	"cenacle/internal/sanction"
	"cenacle/internal/sanction/sanctiontest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// treasury publishes a file, as a test tells it to.
type treasury struct {
	*httptest.Server
	asked  atomic.Int64
	mu     sync.Mutex
	file   []byte
	status int
}

func newTreasury(t *testing.T) *treasury {
	t.Helper()
	p := &treasury{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.asked.Add(1)
		p.mu.Lock()
		defer p.mu.Unlock()
		w.WriteHeader(p.status)
		_, _ = w.Write(p.file) // whoever asked may have gone
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *treasury) publishes(status int, file []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.file = status, file
}

// node is a server that fetches from an address.
func node(office *act.Office, address string) *sanction.Service {
	return sanction.New(office, sanction.Config{
		Address: address, Log: slog.New(slog.DiscardHandler),
		Files: outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}),
	})
}

func ships(n int) (out []sanctiontest.Person) {
	for i := range n {
		out = append(out, sanctiontest.Person{Number: i + 1, Nature: "Navire", Name: "Zorm " + string(rune('A'+i))})
	}
	return out
}

// TestFetch: the published list is in use within a day, every firm's clients are compared
// with it, and what goes wrong is said until it works again, while the list in use stays.
func TestFetch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		firms := []id.Firm{found(t, office, "claire@delmas.example"), found(t, office, "yann@ortie.example")}
		p := newTreasury(t)
		p.publishes(http.StatusOK, sanctiontest.File("2026-11-20", ships(8)...))
		all := node(office, p.URL)
		stands := func(what string, published string, why sanction.Unfetched, since time.Time) {
			t.Helper()
			u, err := all.InUse(t.Context(), firms[0])
			f, late := all.Fetching(t.Context())
			if err != nil || late != nil || u.Published != published || f.Failure != why || !f.On || f.Since.Sub(since).Abs() > time.Millisecond {
				t.Errorf("%s: %q, %+v, %v, %v", what, u.Published, f, err, late)
			}
			if published != "" && u.Source != sanction.Fetched {
				t.Errorf("%s: it came %s", what, u.Source)
			}
		}
		fetch := func(what string, fails bool, requests int64) {
			t.Helper()
			before := p.asked.Load()
			if err := all.Fetch(t.Context()); (err != nil) != fails {
				t.Errorf("%s: %v", what, err)
			}
			if n := p.asked.Load() - before; n != requests {
				t.Errorf("%s: asked %d times", what, n)
			}
		}
		stands("before", "", "", time.Time{})
		fetch("at first", false, 1)
		stands("at first", "2026-11-20", "", time.Time{})
		for _, f := range firms {
			if n := waiting(t, s, f); n != 1 {
				t.Errorf("%d comparisons wait in firm %s", n, f)
			}
		}
		fetch("at once again", false, 0)
		clock.Advance(24 * time.Hour)
		fetch("the day after", false, 1)
		u, err := all.InUse(t.Context(), firms[0])
		if err != nil || u.Number != 1 || clock.Now().Sub(u.Checked) > time.Millisecond {
			t.Errorf("the same list: %+v, %v", u.Edition, err)
		}

		whole := sanctiontest.File("2026-11-22", ships(7)...)
		began := time.Time{}
		for i, tt := range []struct {
			why    sanction.Unfetched
			status int
			file   []byte
		}{
			{"wrong", http.StatusNotFound, whole}, {sanction.Cut, http.StatusOK, whole[:len(whole)-9]}, {sanction.Other, http.StatusOK, []byte(`{"x":1}`)},
			{sanction.Older, http.StatusOK, sanctiontest.File("2026-11-19", ships(8)...)}, {sanction.Smaller, http.StatusOK, sanctiontest.File("2026-11-22", ships(3)...)},
		} {
			clock.Advance(24 * time.Hour)
			if i == 0 {
				began = clock.Now()
			}
			p.publishes(tt.status, tt.file)
			fetch(string(tt.why), true, 1)
			stands(string(tt.why), "2026-11-20", tt.why, began)
			fetch("within the hour", false, 0)
		}
		p.publishes(http.StatusOK, whole)
		clock.Advance(time.Hour)
		fetch("an hour later", false, 1)
		stands("an hour later", "2026-11-22", "", time.Time{})

		p.Close()
		clock.Advance(24 * time.Hour)
		if err := all.Fetch(t.Context()); err == nil {
			t.Error("nobody is there")
		}
		stands("nobody is there", "2026-11-22", "unreachable", clock.Now())
		moved := newTreasury(t)
		moved.publishes(http.StatusOK, whole)
		all = node(office, moved.URL)
		stands("another address", "2026-11-22", "", time.Time{})
		if err := all.Fetch(t.Context()); err != nil || moved.asked.Load() != 1 {
			t.Errorf("another address is fetched from at once: %d, %v", moved.asked.Load(), err)
		}
		if f, err := node(office, "").Fetching(t.Context()); err != nil || f.On {
			t.Errorf("nothing is fetched: %+v, %v", f, err)
		}
	})
}

// TestFetchOnce: of several nodes one fetches.
func TestFetchOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, _ := acttest.New(t, s)
		p := newTreasury(t)
		p.publishes(http.StatusOK, sanctiontest.File("2026-11-20", ships(3)...))
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := node(office, p.URL).Fetch(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := p.asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// found opens a firm.
func found(t *testing.T, office *act.Office, email string) id.Firm {
	t.Helper()
	accounts := account.New(office)
	p, _, err := accounts.Ensure(t.Context(), email, i18n.French)
	f := id.New[id.Firm](office.Clock())
	if err == nil {
		_, err = office.Store.CreateFirm(t.Context(), f)
	}
	if err == nil {
		err = office.Do(t.Context(), f, func(a *act.Act) error {
			by := authz.Actor{Person: p, Firm: f, Role: authz.Admin, Via: authz.ViaPassword}
			return firm.New(office, accounts).Found(a, by, "Cabinet", firm.Card{Person: p, Role: authz.Admin, State: firm.Active, Name: "Me Une", Email: email})
		})
	}
	if err == nil {
		_, _, err = accounts.OpenFirm(t.Context(), account.Opening{Firm: f, Founder: p})
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var countWaiting = store.ForFirm(`select count(*) from job where firm_id = $1 and kind = $2 and state = 'waiting'`)

func waiting(t *testing.T, s *store.Store, of id.Firm) (n int) {
	t.Helper()
	f, err := s.Firm(t.Context(), of)
	if err == nil {
		err = f.View(t.Context(), func(tx *store.Tx) error { return tx.Row(countWaiting, []any{sanction.ExamineJob}, &n) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}
