package proof

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

const (
	pairs   = 50 // spaces in which a lawyer and a client write to each other, a hundred people
	rounds  = 10 // memos of each of them
	writers = 8  // who write at once, as fast as they may
	firms   = 50
	often   = 2 * time.Second // how long each figure of a second is taken over
)

// BenchmarkTalk measures conversation on both engines: how soon a memo is told to the
// page that the other has open while a hundred people write one a second each, and how
// many are written in a second, beside what the engine commits by itself.
func BenchmarkTalk(b *testing.B) {
	fmt.Println("\n| engine | told to the other's page, p50 / p99, ms | bare commits /s | memos /s in one firm | share | in fifty firms | share |\n| --- | --: | --: | --: | --: | --: | --: |")
	for name, config := range map[string]func(b *testing.B) store.Config{
		"embedded":   func(b *testing.B) store.Config { return temporary(b) },
		"PostgreSQL": func(b *testing.B) store.Config { return storetest.NewDurableCluster(b).Config() },
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				c := config(b)
				w := begin(b, c, "CENACLE_LOG=error", "CENACLE_LIMIT_REQUESTS=0")
				told := converse(w)
				bare := commits(b, c, w.data)
				one, many := w.writes(1), w.writes(firms)
				fmt.Printf("| %s | %.1f / %.1f | %.0f | %.0f | %.2f | %.0f | %.2f |\n", name,
					quantile(told, 0.5), quantile(told, 0.99), bare, one, one/bare, many, many/bare)
			}
		})
	}
}

// quantile is in milliseconds.
func quantile(of []time.Duration, q float64) float64 {
	slices.Sort(of)
	return float64(of[min(len(of)-1, int(q*float64(len(of))))]) / float64(time.Millisecond)
}

// converse has each pair write in turn, twice a second, and returns how long each memo
// took from its sending to the signal on the other's open page.
func converse(w *world) []time.Duration {
	c := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	ctx, end := context.WithCancel(w.t.Context())
	defer end()
	var mu sync.Mutex
	var all []time.Duration
	var crowd sync.WaitGroup
	for i := range pairs {
		r, her := c.open(c.admin, "Cliente", fmt.Sprintf("cliente%d@exemple.fr", i))
		path := c.path("spaces", string(r.id))
		both := []browser{c.admin.browser, her.browser}
		heard := []chan time.Time{both[0].follow(ctx, path+"/live"), both[1].follow(ctx, path+"/live")}
		crowd.Go(func() {
			beat := time.NewTicker(500 * time.Millisecond)
			defer beat.Stop()
			time.Sleep(time.Duration(i) * 500 * time.Millisecond / pairs) // not all at the same instant
			for n := range 2 * rounds {
				<-beat.C
				drain(heard[1-n%2])
				began := time.Now()
				a, err := both[n%2].try(post(path+"/memos", "subject", "Point", "body", "Le rendez-vous est confirmé.", "circle", string(r.house.All)))
				if err != nil || a.status != http.StatusSeeOther {
					w.t.Errorf("a memo was refused: %d, %v", a.status, err)
					return
				}
				select {
				case at := <-heard[1-n%2]:
					mu.Lock()
					all = append(all, at.Sub(began))
					mu.Unlock()
				case <-time.After(10 * time.Second):
					w.t.Error("a memo was not told")
					return
				}
			}
		})
	}
	crowd.Wait()
	if len(all) != pairs*2*rounds {
		w.t.Fatalf("%d memos were told", len(all))
	}
	return all
}

func drain(heard chan time.Time) {
	for len(heard) > 0 {
		<-heard
	}
}

// follow reads a stream until ctx ends, and says when each signal came.
func (b browser) follow(ctx context.Context, path string) chan time.Time {
	b.t.Helper()
	r, err := b.request(ctx, get(path))
	if err != nil {
		b.t.Fatal(err)
	}
	back, err := (&http.Client{}).Do(r) // no limit of time
	if err != nil {
		b.t.Fatal(err)
	}
	lines := bufio.NewScanner(back.Body)
	if back.StatusCode != http.StatusOK || !lines.Scan() {
		b.t.Fatalf("%s: %d", path, back.StatusCode)
	}
	heard := make(chan time.Time, 64)
	go func() {
		defer back.Body.Close() // cut by ctx
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "event:") {
				heard <- time.Now()
			}
		}
	}()
	return heard
}

// writes is how many memos a second the use case takes, from eight people in spaces of
// their own of one firm, or from one in each of several.
func (w *world) writes(in int) float64 {
	w.t.Helper()
	type desk struct {
		by authz.Actor
		in memo.New
	}
	var desks []desk
	for i := range max(in, writers) {
		var c *cabinet
		if i == 0 || in > 1 {
			c = w.found("Cabinet", "Me Anne Roux", fmt.Sprintf("anne%d-%d@roux.example", in, i))
		} else {
			c = &cabinet{w: w, id: desks[0].by.Firm, admin: &person{actor: desks[0].by, id: desks[0].by.Person}}
		}
		r, _ := c.open(c.admin, "Cliente", fmt.Sprintf("cliente%d-%d@exemple.fr", in, i))
		desks = append(desks, desk{c.admin.actor, memo.New{
			Space: r.id, Subject: "Point", Body: "Le rendez-vous est confirmé.", Circles: []id.Circle{r.house.Client},
		}})
	}
	var done atomic.Int64
	late := time.Now().Add(often)
	var crowd sync.WaitGroup
	for _, d := range desks {
		crowd.Go(func() {
			for time.Now().Before(late) {
				if _, err := w.server.Memos.Write(w.t.Context(), d.by, d.in); err != nil {
					w.t.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	crowd.Wait()
	return float64(done.Load()) / often.Seconds()
}

// commits is how many rows a second the engine makes durable one by one, bare, for as
// many who wait as there are writers.
func commits(b *testing.B, c store.Config, data string) float64 {
	b.Helper()
	driver, at, connections := "sqlite", "file:"+filepath.Join(data, "bare.db")+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)", 1
	if c.PostgresURL != "" {
		driver, at, connections = "pgx", c.MigrateURL, writers
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(connections)
	if _, err := db.ExecContext(b.Context(), "create table bare (n bigint not null)"); err != nil {
		b.Fatal(err)
	}
	add, err := db.PrepareContext(b.Context(), "insert into bare (n) values ($1)")
	if err != nil {
		b.Fatal(err)
	}
	var done atomic.Int64
	late := time.Now().Add(often)
	var crowd sync.WaitGroup
	for range writers {
		crowd.Go(func() {
			for time.Now().Before(late) {
				if _, err := add.ExecContext(b.Context(), done.Add(1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	crowd.Wait()
	return float64(done.Load()) / often.Seconds()
}
