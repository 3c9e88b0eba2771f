package webhook_test

import (
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/webhook"
)

func TestReplay(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, _ := o.create(o.Lead, r.URL, "document")
		o.file("a.txt")
		o.settle()
		o.Clock.Advance(time.Hour)
		o.file("b.txt")
		o.file("c.txt")
		o.settle()
		first := byNotice(r.read())
		log := o.log(w.ID) // the newest first
		o.Must(o.hooks.Replay(t.Context(), o.Lead, w.ID, log[0].ID))
		if err := o.hooks.Replay(t.Context(), o.Lead, w.ID, log[0].ID); !fault.Is(err, fault.Conflict) && err != nil {
			t.Errorf("twice at once: %v", err)
		}
		o.idle()
		for _, m := range r.read() {
			if m.header.Get("webhook-id") != string(log[0].ID) || m.Data.Entry != first[log[0].ID] {
				t.Errorf("sent again: %s as %s", m.body, m.header.Get("webhook-id"))
			}
		}
		o.Must(o.hooks.ReplaySince(t.Context(), o.Lead, w.ID, o.Clock.Now().Add(-30*time.Minute)))
		o.settle()
		again, want := byNotice(r.read()), map[id.Notice]string{log[0].ID: first[log[0].ID], log[1].ID: first[log[1].ID]}
		if !maps.Equal(again, want) {
			t.Errorf("sent again since half an hour: %v, want %v", again, want)
		}
		// What happened before the webhook was there can be told as well, and what
		// other kinds would have told.
		o.Must(o.hooks.Change(t.Context(), o.Lead, w.ID, webhook.New{Address: r.URL}))
		o.Must(o.hooks.ReplaySince(t.Context(), o.Lead, w.ID, o.Clock.Now().Add(-2*time.Hour)))
		o.settle()
		came := types(r.read())
		slices.Sort(came)
		if want := []string{"document.filed", "document.filed", "document.filed", "firm.founded", "space.opened", "webhook.changed", "webhook.created"}; !containsAll(came, want) {
			t.Errorf("since before the webhook: %v, want %v among them", came, want)
		}
		if len(came) != len(o.log(w.ID)) {
			t.Errorf("%d came, %d in the log", len(came), len(o.log(w.ID)))
		}
	})
}

// byNotice is which entry each notice told; in which order they came is not promised.
func byNotice(all []message) map[id.Notice]string {
	out := map[id.Notice]string{}
	for _, m := range all {
		out[id.Notice(m.header.Get("webhook-id"))] = m.Data.Entry
	}
	return out
}

func containsAll(all, some []string) bool {
	rest := slices.Clone(all)
	for _, one := range some {
		i := slices.Index(rest, one)
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// A new secret signs beside the former one for a day, then alone.
func TestRotation(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, former := o.create(o.Lead, r.URL, "document")
		secret, err := o.hooks.Rotate(t.Context(), o.Lead, w.ID)
		if o.Must(err); secret == former {
			t.Fatal("the secret is the same")
		}
		o.file("a.txt")
		o.settle()
		m := r.read()[0]
		if !verify(m, secret, o.Clock.Now()) || !verify(m, former, o.Clock.Now()) || o.show(o.Lead, w.ID).FormerUntil.IsZero() {
			t.Errorf("not both sign: %v", m.header)
		}
		o.Clock.Advance(24 * time.Hour)
		o.file("b.txt")
		o.settle()
		m = r.read()[0]
		if !verify(m, secret, o.Clock.Now()) || verify(m, former, o.Clock.Now()) || !o.show(o.Lead, w.ID).FormerUntil.IsZero() {
			t.Errorf("a day later: %v", m.header)
		}
	})
}

func TestPing(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, secret := o.create(o.Lead, r.URL, "memo")
		var last id.Notice
		for range 2 {
			n, err := o.hooks.Ping(t.Context(), o.Lead, w.ID)
			o.Must(err)
			o.idle()
			came := r.read()
			if len(came) != 1 || came[0].Type != "ping" || came[0].Data.Object != string(w.ID) || came[0].Data.Entry != "" || !verify(came[0], secret, o.Clock.Now()) {
				t.Fatalf("came %v", came)
			}
			if came[0].header.Get("webhook-id") != string(n) || n == last {
				t.Errorf("test %s came as %s", n, came[0].header.Get("webhook-id"))
			}
			last = n
		}
		if log := o.log(w.ID); len(log) != 1 || log[0].ID != last || log[0].Kind != "ping" || log[0].State != webhook.Delivered {
			t.Errorf("the log says %+v", log)
		}
	})
}

// A pause loses nothing; an end forgets everything.
func TestPauseAndEnd(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, _ := o.create(o.Lead, r.URL, "document")
		o.Must(o.hooks.Pause(t.Context(), o.Lead, w.ID))
		o.file("a.txt")
		o.settle()
		o.pass(time.Hour)
		if came := r.read(); len(came) != 0 {
			t.Errorf("paused, and told %v", types(came))
		}
		o.Must(o.hooks.Resume(t.Context(), o.Lead, w.ID))
		o.settle()
		if came := types(r.read()); !slices.Equal(came, []string{"document.filed"}) {
			t.Errorf("resumed, and told %v", came)
		}
		r.answers(always(500))
		o.file("b.txt")
		o.settle()
		r.read()
		r.answers(nil)
		o.Must(o.hooks.End(t.Context(), o.Lead, w.ID))
		o.file("c.txt")
		o.settle()
		o.pass(48 * time.Hour)
		if came := r.read(); len(came) != 0 {
			t.Errorf("ended, and told %v", types(came))
		}
		if all, err := o.hooks.List(t.Context(), o.Lead); err != nil || len(all) != 0 {
			t.Errorf("the list still has %v, %v", all, err)
		}
		kinds := o.Kinds(o.Lead)
		if kinds["webhook.created"] != 1 || kinds["webhook.changed"] != 2 || kinds["webhook.ended"] != 1 {
			t.Errorf("the journal has %v", kinds)
		}
	})
}

func TestLog(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, _ := o.create(o.Lead, r.URL, "document")
		for n := range 25 {
			o.file("a.txt")
			if n%10 == 0 {
				o.settle()
			}
		}
		o.settle()
		var got []id.Notice
		var before id.Notice
		for {
			page, err := o.hooks.Notices(t.Context(), o.Lead, webhook.Log{Webhook: w.ID, Before: before, Limit: 7})
			if o.Must(err); len(page) == 0 {
				break
			}
			for _, n := range page {
				got = append(got, n.ID)
			}
			before = page[len(page)-1].ID
		}
		var want []id.Notice
		for _, m := range r.read() {
			want = append(want, id.Notice(m.header.Get("webhook-id")))
		}
		slices.Reverse(want)
		if !slices.Equal(got, want) {
			t.Errorf("the log has %d lines in another order than the %d that came", len(got), len(want))
		}
		o.Clock.Advance(webhook.Keep + time.Hour)
		o.Must(o.hooks.Sweep(t.Context(), o.Lead.Firm))
		if log := o.log(w.ID); len(log) != 0 {
			t.Errorf("%d lines are left after thirty days", len(log))
		}
	})
}

// Two processes walk and send at once: everything comes, and nothing twice.
func TestTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := receive(t)
		beside := &office{House: o.Beside(), t: t, space: o.space}
		beside.start()
		w, _ := o.create(o.Lead, r.URL, "document")
		for range 5 {
			for range 8 {
				o.file("a.txt")
			}
			var both sync.WaitGroup
			both.Go(func() { o.settle() })
			both.Go(func() { beside.settle() })
			both.Wait()
		}
		o.settle()
		beside.settle()
		seen := map[string]int{}
		for _, m := range r.read() {
			seen[m.Data.Entry]++
		}
		for entry, n := range seen {
			if n != 1 {
				t.Errorf("%s came %d times", entry, n)
			}
		}
		if len(seen) != 40 || len(o.log(w.ID)) != 40 {
			t.Errorf("%d came, %d in the log, want 40", len(seen), len(o.log(w.ID)))
		}
	})
}

var (
	dropJobs = store.ForFirm(`delete from job where firm_id = $1`)
	cut      = store.ForFirm(`
update webhook_notice set state = 'waiting', attempts = 1, due_at = $2 where firm_id = $1 and attempts = 1`)
)

// CRA-06: a process that dies after its commit and before it sends, or after it
// sent and before it noted so, loses nothing: the next start sends it, under
// the same identifier.
func TestCRA06_NothingIsLost(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := receive(t)
		o.create(o.Lead, r.URL, "document")
		o.file("a.txt")
		o.file("b.txt")
		o.settle()
		before := r.read()
		// As if it had died after sending: taken, never noted, and the job with it.
		o.Must(o.Office.Keep(t.Context(), o.Lead.Firm, func(a *act.Act) error {
			if err := a.Write(cut, store.Micros(a.Now.Add(time.Minute))); err != nil {
				return err
			}
			return a.Write(dropJobs)
		}))
		o.file("c.txt") // committed, and nothing came after
		o.Must(o.Office.Keep(t.Context(), o.Lead.Firm, func(a *act.Act) error { return a.Write(dropJobs) }))
		again := &office{House: o.Restart(), t: t, space: o.space}
		again.start()
		again.settle()
		again.pass(2 * time.Minute)
		again.idle()
		var ids []string
		for _, m := range r.read() {
			ids = append(ids, m.header.Get("webhook-id"))
		}
		for _, m := range before {
			if !slices.Contains(ids, m.header.Get("webhook-id")) {
				t.Errorf("%s is lost", m.body)
			}
		}
		if len(ids) != 3 {
			t.Errorf("%d came after the start, want 3", len(ids))
		}
	})
}
