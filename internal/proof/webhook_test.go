package proof

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/event"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/webhook"
)

// told is a program that is told of events, and remembers them by the entry of
// the journal.
type told struct {
	mu      sync.Mutex
	entries map[string]map[string]bool // the identifiers that each came under
	times   int
}

func (p *told) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct {
		Type string
		Data struct{ Entry string }
	}
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.entries[m.Data.Entry] == nil {
		p.entries[m.Data.Entry] = map[string]bool{}
	}
	p.entries[m.Data.Entry][r.Header.Get("Webhook-Id")] = true
	p.times++
}

// CRA-06: the program is killed at random points while it tells another one of
// memos. Each memo of the journal is told in the end, under one identifier.
func TestCRA06_Webhooks(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		t.Parallel()
		const allow = "CENACLE_OUTBOUND_ALLOW=127.0.0.0/30"
		w := quiet(t, c, allow)
		office := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
		r, _ := office.open(office.admin, "Mme Sophie Petit", "sophie@petit.example")
		peer := &told{entries: map[string]map[string]bool{}}
		at := httptest.NewServer(peer)
		t.Cleanup(at.Close)
		_, _, err := w.server.Webhooks.Create(t.Context(), office.admin.actor, webhook.New{Address: at.URL, Kinds: []string{"memo"}})
		w.must(err)
		w.stop()
		listen := freePort(t)
		lead := office.admin.browser
		lead.base = "http://" + listen
		write := post(office.path("spaces", string(r.id), "memos"), "subject", "Question", "body", "Une question.", "circle", string(r.house.Client))
		chance := rand.New(rand.NewPCG(seedtest.Of(t), 4))
		rounds := 8
		if c.PostgresURL != "" {
			rounds = 4
		}
		written := 0
		for range rounds {
			p := serve(t, listen, append(environ(c, w.data, listen), allow))
			p.ready(10 * time.Second)
			ended := make(chan int)
			go func() { ended <- lead.repeats(write) }()
			time.Sleep(time.Duration(50+chance.IntN(700)) * time.Millisecond)
			p.kill()
			written += <-ended
		}
		w.open(allow)
		w.serve()
		for range 3 {
			w.pass(5 * time.Minute)
		}
		peer.compare(w, office, written)
	})
}

// repeats sends a form until it is not taken, and returns how often it was.
func (b browser) repeats(c call) (taken int) {
	for {
		if a, err := b.try(c); err != nil || a.status != http.StatusSeeOther {
			return taken
		}
		taken++
	}
}

// compare looks for every memo of the journal, at least as many as were
// acknowledged, among what was told.
func (p *told) compare(w *world, office *cabinet, acknowledged int) {
	w.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	found := 0
	for q := (event.Query{Kinds: []string{"memo.written"}}); ; {
		page, next, err := w.server.Events.Since(w.t.Context(), office.admin.actor, q)
		w.must(err)
		for _, e := range page {
			found++
			if n := len(p.entries[string(e.ID)]); n != 1 {
				w.t.Errorf("LOST: a memo was told under %d identifiers, want 1", n)
			}
		}
		if next == q.After {
			break
		}
		q.After = next
	}
	if found < acknowledged || acknowledged < 10 {
		w.t.Errorf("%d memos in the journal, %d acknowledged", found, acknowledged)
	}
	if strings.Contains(string(w.log.read()), "dead letter") {
		w.t.Error("a job was given up")
	}
	w.t.Logf("%d memos, %d acknowledged, %d told %d times", found, acknowledged, len(p.entries), p.times)
}
