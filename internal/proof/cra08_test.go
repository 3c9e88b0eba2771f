package proof

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/store/storetest"
)

// CRA-08: connections to the database break at the very moment of a COMMIT,
// before the server hears of it or after it has answered. A program that asks
// again with the same key until it is told so has done each thing exactly once.
func TestCRA08(t *testing.T) {
	t.Parallel()
	own := storetest.NewCluster(t)
	w := begin(t, own.Config())
	office := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	r, _ := office.open(office.admin, "Mme Sophie Petit", "sophie@petit.example")
	wires := []*storetest.Proxy{storetest.NewProxy(t, own.Address()), storetest.NewProxy(t, own.Address())}
	var nodes []browser
	for _, wire := range wires {
		listen := freePort(t)
		p := serve(t, listen, environ(own.Config(wire.Address()), w.data, listen))
		p.ready(20 * time.Second)
		by := w.program(office.admin.actor)
		by.base = "http://" + listen
		nodes = append(nodes, by)
	}
	var broken [3]atomic.Int64
	odds := rand.New(rand.NewPCG(seedtest.Of(t), 8))
	var one sync.Mutex
	for _, wire := range wires {
		wire.AtCommit(func() storetest.Fate {
			one.Lock()
			defer one.Unlock()
			fate := storetest.Passes
			if odds.IntN(6) == 0 {
				fate = storetest.Unheard + storetest.Fate(odds.IntN(2))
			}
			broken[fate].Add(1)
			return fate
		})
	}
	drops := int64(span(40, 1000))
	path := api.Root + "/spaces/" + string(r.id)
	var intents, uncertain atomic.Int64
	var work sync.WaitGroup
	for worker := range 4 {
		work.Go(func() {
			for n := 0; broken[storetest.Unheard].Load()+broken[storetest.Unanswered].Load() < drops; n++ {
				intents.Add(1)
				word := "intention" + strconv.Itoa(worker) + "x" + strconv.Itoa(n)
				raw, err := json.Marshal(map[string]any{"subject": word, "body": "Texte " + word, "circles": []id.Circle{r.house.Firm}})
				w.must(err)
				insist(t, nodes, n, call{method: http.MethodPost, path: path + "/memos", body: raw}.with("Content-Type", "application/json", "Idempotency-Key", word), &uncertain)
				insist(t, nodes, n, call{method: http.MethodPost, path: path + "/documents", body: []byte(word)}.with(
					"Content-Disposition", `attachment; filename="`+word+`.txt"`, "Idempotency-Key", "d"+word), &uncertain)
			}
		})
	}
	work.Wait()
	for _, wire := range wires {
		wire.AtCommit(func() storetest.Fate { return storetest.Passes })
	}
	db := w.behind()
	want := intents.Load()
	for what, query := range map[string]string{
		"memos": `select count(*) from memo`, "documents": `select count(*) from document`, "versions": `select count(*) from version`,
		"lines of memos":     `select count(*) from journal_entry where kind = 'memo.written'`,
		"lines of documents": `select count(*) from journal_entry where kind = 'document.filed'`,
	} {
		if n := db.count(query); n != want {
			t.Errorf("%d %s of %d intents", n, what, want)
		}
	}
	w.settle()
	if said, code := tell(t, environ(own.Config(), w.data, freePort(t)), "journal", "verify"); code != 0 {
		t.Errorf("journal verify: %d %s", code, said)
	}
	if uncertain.Load() == 0 {
		t.Error("no commit was uncertain for a program: nothing is proven")
	}
	t.Logf("%d commits passed, %d were not heard, %d not answered; %d intents twice, %d answers that nobody knows",
		broken[storetest.Passes].Load(), broken[storetest.Unheard].Load(), broken[storetest.Unanswered].Load(), want, uncertain.Load())
}

// insist asks one node after the other until the act is told to be done.
func insist(t *testing.T, nodes []browser, n int, c call, uncertain *atomic.Int64) {
	for tries := 0; tries < 60; tries++ {
		a, err := nodes[(n+tries)%len(nodes)].try(c)
		switch {
		case err != nil:
			t.Errorf("%s: %v", c.path, err)
			return
		case a.status == http.StatusCreated:
			return
		case a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
			if member(a.body, "code") == "store.uncertain" {
				uncertain.Add(1)
			}
		case a.status == http.StatusConflict: // the first attempt is under way
		default:
			t.Errorf("%s: %d %s", c.path, a.status, a.body)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%s is never done", c.path)
}
