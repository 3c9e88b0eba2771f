package account

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
)

// AUT-03: who is unknown, has no password or typed a wrong one is answered
// alike.
func TestAUT03_OneAnswer(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		w.stranger("paul@exemple.fr")
		var said []string
		for _, email := range []string{"claire@exemple.fr", "paul@exemple.fr", "nobody@exemple.fr"} {
			for _, password := range []string{"wrong", "", good + "x", strings.Repeat("x", 1<<20), "\xff\x00"} {
				_, _, err := w.SignIn(w.Context(), email, password, at("192.0.2.1"))
				w.wants(err, fault.Unauthenticated, "account.refused")
				said = append(said, err.Error())
			}
		}
		if slices.Sort(said); said[0] != said[len(said)-1] {
			w.Errorf("two answers: %q and %q", said[0], said[len(said)-1])
		}
		w.enters("claire@exemple.fr", good, at("192.0.2.2"))
	})
}

// spent is the time that this process has had a processor for.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// AUT-03: and after the same work: of a processor, which what else runs on the
// machine does not change. Samples alternate all the same.
func TestAUT03_SameWork(t *testing.T) {
	each(t, func(w *world) {
		w.hasher = newHasher(cost{memory: 8 << 10, passes: 2, threads: 1})
		w.person("claire@exemple.fr")
		w.stranger("paul@exemple.fr")
		emails := []string{"claire@exemple.fr", "paul@exemple.fr", "nobody@exemple.fr"}
		took := make([][]time.Duration, len(emails))
		for range 21 {
			for i, email := range emails {
				begun := spent(w.T)
				_, _, err := w.SignIn(w.Context(), email, "wrong", at("192.0.2.1"))
				took[i] = append(took[i], spent(w.T)-begun)
				w.wants(err, fault.Unauthenticated, "account.refused")
			}
			w.clock.Advance(time.Hour)
		}
		var medians []time.Duration
		for i := range took {
			slices.Sort(took[i])
			medians = append(medians, took[i][len(took[i])/2])
		}
		if least, most := slices.Min(medians), slices.Max(medians); most > 2*least {
			w.Errorf("medians for known, without password, unknown: %v", medians)
		}
	})
}

// AUT-01, small: guesses at random times from many sources, on every spelling.
func TestAUT01_TenChecksInAnyHour(t *testing.T) {
	seed := seedtest.Of(t)
	each(t, func(w *world) {
		random := rand.New(rand.NewPCG(seed, 1))
		w.person("claire@exemple.fr")
		emails := map[string][]string{"known": {"claire@exemple.fr", "Claire@EXEMPLE.fr", "claire@exemple.fr."}, "unknown": {"eve@exemple.fr", "EVE@exemple.fr"}}
		checked := map[string][]time.Time{}
		for i := range 400 {
			for who, spelt := range emails {
				_, _, err := w.SignIn(w.Context(), spelt[random.IntN(len(spelt))], "wrong", at(fmt.Sprintf("10.0.%d.%d", i/250, i%250)))
				switch {
				case fault.Is(err, fault.Unauthenticated):
					checked[who] = append(checked[who], w.clock.Now())
				case !fault.Is(err, fault.Busy):
					w.Fatal(err)
				}
			}
			w.clock.Advance(time.Duration(random.ExpFloat64() * float64(5*time.Minute)))
		}
		for who, times := range checked {
			if len(times) < 40 {
				w.Errorf("%s: only %d checks, the brake does not let go", who, len(times))
			}
			for i := 10; i < len(times); i++ {
				if times[i].Sub(times[i-10]) < time.Hour {
					w.Fatalf("%s: 11 checks between %s and %s", who, times[i-10], times[i])
				}
			}
		}
	})
}

func TestBrakeOfAccount(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		w.person("paul@exemple.fr")
		for range 3 { // success costs nothing
			for range 9 {
				w.enters("claire@exemple.fr", good, at("192.0.2.1"))
			}
		}
		results := make(chan error, 40)
		var all sync.WaitGroup
		for i := range cap(results) {
			all.Go(func() {
				_, _, err := w.SignIn(w.Context(), "claire@exemple.fr", "wrong", at(fmt.Sprintf("192.0.2.%d", i)))
				results <- err
			})
		}
		all.Wait()
		close(results)
		checked := 0
		for err := range results {
			if fault.Is(err, fault.Unauthenticated) {
				checked++
			} else if !fault.Is(err, fault.Busy) {
				w.Error(err)
			}
		}
		if checked != 10 {
			w.Errorf("%d passwords were checked, want 10", checked)
		}
		_, _, err := w.SignIn(w.Context(), "claire@exemple.fr", good, at("198.51.100.1"))
		w.wants(err, fault.Busy, "fault.busy")
		var f *fault.Error
		if errors.As(err, &f); f.RetryAfter != time.Hour {
			w.Errorf("retry after %s, want an hour", f.RetryAfter)
		}
		w.enters("paul@exemple.fr", good, at("198.51.100.1"))
		w.clock.Advance(time.Hour - time.Second)
		_, _, err = w.SignIn(w.Context(), "claire@exemple.fr", good, at("198.51.100.1"))
		w.wants(err, fault.Busy, "fault.busy")
		w.clock.Advance(time.Second)
		w.enters("claire@exemple.fr", good, at("198.51.100.1"))
	})
}

func TestBrakeOfSource(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		guess := func(i int, from string) error {
			_, _, err := w.SignIn(w.Context(), fmt.Sprintf("p%d@exemple.fr", i), "wrong", at(from))
			return err
		}
		for i := range 20 {
			w.wants(guess(i, fmt.Sprintf("2001:db8:1:2::%d", i)), fault.Unauthenticated, "account.refused")
		}
		w.wants(guess(20, "2001:db8:1:2:ffff::1"), fault.Busy, "fault.busy")
		w.wants(guess(20, "2001:db8:1:3::1"), fault.Unauthenticated, "account.refused")
		_, _, err := w.SignIn(w.Context(), "claire@exemple.fr", good, at("2001:db8:1:2::1"))
		w.wants(err, fault.Busy, "fault.busy")
		w.clock.Advance(10 * time.Minute)
		var all sync.WaitGroup
		for i := range 30 { // a firm arrives at nine, behind one address
			email := fmt.Sprintf("staff%d@exemple.fr", i)
			w.person(email)
			all.Go(func() {
				if _, _, err := w.SignIn(w.Context(), email, good, at("2001:db8:1:2::1")); err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		if at("::ffff:192.0.2.1").Key() != at("192.0.2.1").Key() {
			w.Error("one source, two keys")
		}
	})
}

// AUT-02: 500 sign-ins at once with the real cost.
func TestAUT02_BoundedMemory(t *testing.T) {
	h := newHasher(strong)
	encoded, err := h.hash(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx, stop := context.WithCancel(t.Context())
	peak := make(chan uint64)
	go func() {
		var most uint64
		for ctx.Err() == nil {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse)
			time.Sleep(5 * time.Millisecond)
		}
		peak <- most
	}()
	var all sync.WaitGroup
	results := make(chan error, 500)
	for range cap(results) {
		all.Go(func() {
			same, err := h.check(t.Context(), encoded, good)
			if err == nil && !same {
				err = errors.New("the right password was refused")
			}
			results <- err
		})
	}
	all.Wait()
	stop()
	close(results)
	checked := 0
	for err := range results {
		if err == nil {
			checked++
			continue
		}
		wants(t, err, fault.Busy, "account.crowded")
		if f, _ := errors.AsType[*fault.Error](err); f.RetryAfter <= 0 {
			t.Fatal("no time to try again")
		}
	}
	if checked < hashSlots() || checked > 500-1 {
		t.Errorf("%d of 500 were checked; the queue holds %d", checked, hashQueue)
	}
	if most := <-peak; most > before.HeapInuse+512<<20 {
		t.Errorf("the heap grew by %d MiB, 512 at most", (most-before.HeapInuse)>>20)
	}
	if h.waiting.Load() != 0 || len(h.slots) != 0 {
		t.Errorf("%d still wait, %d still run", h.waiting.Load(), len(h.slots))
	}
}

// Whoever could not be checked for want of room has lost no attempt.
func TestCrowdedCostsNothing(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		for range cap(w.hasher.slots) {
			w.hasher.slots <- struct{}{}
		}
		w.hasher.waiting.Store(hashQueue)
		for range 30 {
			for _, email := range []string{"claire@exemple.fr", "nobody@exemple.fr"} {
				_, _, err := w.SignIn(w.Context(), email, good, at("192.0.2.1"))
				w.wants(err, fault.Busy, "account.crowded")
			}
		}
		w.hasher = newHasher(light)
		w.enters("claire@exemple.fr", good, at("192.0.2.1"))
	})
}

func TestHasherDecodes(t *testing.T) {
	h := newHasher(light)
	encoded, err := h.hash(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	h.cost = cost{memory: 128, passes: 2, threads: 2}
	if same, err := h.check(t.Context(), encoded, good); err != nil || !same {
		t.Errorf("a hash of former cost: %v, %v", same, err)
	}
	for _, bad := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", strings.Replace(encoded, "v=19", "v=16", 1), encoded + "A", encoded[:len(encoded)-2]} {
		if same, err := h.check(t.Context(), bad, good); err == nil || same {
			t.Errorf("%q was read", bad)
		}
	}
	if same, err := h.check(t.Context(), "", ""); same || err != nil {
		t.Errorf("no password: %v, %v", same, err)
	}
}

func TestChangePassword(t *testing.T) {
	const next = "hublot, persil, lanterne 8"
	each(t, func(w *world) {
		p := w.person("claire@exemple.fr")
		token, s := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
		other, _ := w.enters("claire@exemple.fr", good, at("192.0.2.2"))
		change := func(s Session, c Change, from Source) (string, Session, error) {
			return w.ChangePassword(w.Context(), s, c, from)
		}
		_, _, err := change(s, Change{Current: "wrong", New: next}, Source{Former: token})
		w.wants(err, fault.Invalid, "account.current_wrong")
		_, _, err = change(s, Change{Current: good, New: "claire@exemple.fr"}, Source{Former: token})
		w.wants(err, fault.Invalid, "account.password_guessable")
		w.alive(other, true)
		renewed, s, err := change(s, Change{Current: good, New: next}, Source{Former: token})
		w.must(err)
		for _, ended := range []string{token, other} {
			w.alive(ended, false)
		}
		w.alive(renewed, true)
		_, _, err = w.SignIn(w.Context(), "claire@exemple.fr", good, at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.refused")

		// Her mailbox alone does not replace a password that it has vouched for.
		_, linked, err := w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.3"))
		w.must(err)
		_, _, err = change(linked, Change{New: good}, at("192.0.2.3"))
		w.wants(err, fault.Invalid, "account.current_wrong")

		// Guessing the current password is braked like signing in.
		for range 7 {
			_, _, err = change(s, Change{Current: "wrong", New: good}, at("192.0.2.1"))
			w.wants(err, fault.Invalid, "account.current_wrong")
		}
		_, _, err = change(s, Change{Current: next, New: good}, at("192.0.2.1"))
		w.wants(err, fault.Busy, "fault.busy")
	})
}

// A mailbox that somebody signed up with before its owner proved it: her link
// takes the password over, and the pretender is out.
func TestPretender(t *testing.T) {
	each(t, func(w *world) {
		p := w.stranger("claire@exemple.fr")
		hashed, err := w.NewPassword(w.Context(), good)
		w.must(err)
		from := at("203.0.113.66")
		pretended, s, err := w.OpenFirm(w.Context(), Opening{id.New[id.Firm](w.clock.Now()), p, &hashed, &from})
		w.must(err)
		if s.Proven {
			w.Error("a sign-up proves no mailbox")
		}
		if _, s := w.enters("claire@exemple.fr", good, from); s.Proven {
			w.Error("the password of a sign-up proves no mailbox")
		}
		changed, s, err := w.ChangePassword(w.Context(), s, Change{Current: good, New: "violon, gravier, 7 mésanges"}, Source{Former: pretended})
		w.must(err)
		if s.Proven {
			w.Error("changing a password proves no mailbox")
		}
		_, linked, err := w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.1"))
		w.must(err)
		hers, s, err := w.ChangePassword(w.Context(), linked, Change{New: "hublot, persil, lanterne 8"}, at("192.0.2.1"))
		w.must(err)
		if !s.Proven || s.Via != authz.ViaPassword || s.Space != "" {
			w.Errorf("the owner's session: %+v", s)
		}
		w.alive(hers, true)
		w.alive(changed, false)
		_, _, err = w.SignIn(w.Context(), "claire@exemple.fr", "violon, gravier, 7 mésanges", from)
		w.wants(err, fault.Unauthenticated, "account.refused")
	})
}

// TestReprove: what is grave asks for the password again, under the brake of the
// door, and puts a session of this moment in the place of the one there was.
func TestReprove(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		old, in := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
		now := w.clock.Now()
		link := in
		link.Via = authz.ViaLink
		if !in.Fresh(now.Add(5*time.Minute-1)) || in.Fresh(now.Add(5*time.Minute)) || link.Fresh(now) {
			w.Error("which sessions are fresh")
		}
		w.clock.Advance(6 * time.Minute)
		from := at("192.0.2.1")
		from.Former = old
		token, fresh, err := w.Reprove(w.Context(), in, good, from)
		w.must(err)
		if !fresh.Fresh(w.clock.Now()) || fresh.Person != in.Person || fresh.Via != in.Via || !fresh.Proven {
			w.Errorf("session: %+v", fresh)
		}
		w.alive(old, false)
		w.alive(token, true)
		confirm := func(password string) error {
			_, _, err := w.Reprove(w.Context(), fresh, password, at("192.0.2.1"))
			return err
		}
		_, _, err = w.Reprove(w.Context(), link, good, at("192.0.2.1"))
		w.wants(err, fault.Invalid, "account.confirm_again")
		for range 12 {
			w.wants(confirm(""), fault.Invalid, "account.confirm") // guesses nothing, costs nothing
		}
		for range 10 {
			w.wants(confirm("wrong"), fault.Invalid, "account.confirm_wrong")
		}
		w.wants(confirm(good), fault.Busy, "fault.busy")
		_, _, err = w.SignIn(w.Context(), "claire@exemple.fr", good, at("192.0.2.9"))
		w.wants(err, fault.Busy, "fault.busy")
	})
}

func TestChoosePassword(t *testing.T) {
	each(t, func(w *world) {
		p := w.person("claire@exemple.fr")
		old, _ := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
		hashed, err := w.NewPassword(w.Context(), "hublot, persil, lanterne 8")
		w.must(err)
		if s := fmt.Sprintf("%v %+v %s %#v", hashed, hashed, hashed, hashed); strings.Contains(s, "argon2") {
			w.Errorf("a password prints as %s", s)
		}
		token, s, err := w.ChoosePassword(w.Context(), p, hashed, Source{})
		w.must(err)
		if !s.Proven || s.Person != p {
			w.Errorf("session: %+v", s)
		}
		w.alive(old, false)
		w.alive(token, true)
		w.enters("Claire@exemple.fr", "ｈublot, persil, lanterne 8", at("192.0.2.1")) // the same, on another keyboard
	})
}
