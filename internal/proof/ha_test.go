package proof

import (
	"database/sql"
	"math/rand/v2"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/store/storetest"
)

// span chooses between the size of every commit and that of make test-long.
func span[T any](short, everlasting T) T {
	if long() {
		return everlasting
	}
	return short
}

// usual is how long the balancer waits for an answer: longer than a stream of
// signals is silent.
const usual = "30s"

// HA-01, and CRA-01 over several nodes: of nodes under load behind a balancer,
// one after the other is killed, at any moment of its work, and started again. The
// bytes are on S3: nodes have nothing in common but the database, a bucket and a key.
func TestHA01(t *testing.T) {
	t.Parallel()
	w := settle(t, storetest.Postgres(t), span(2, 3), usual, bucket(s3test.Config(t))...)
	w.reader = w.reads()
	kills := span(4, 40)
	w.lives(func() {
		for n := range kills {
			time.Sleep(time.Duration(span(500, 25_000)+rand.IntN(span(1000, 10_000))) * time.Millisecond)
			i := n % len(w.nodes)
			w.nodes[i].kill()
			time.Sleep(300 * time.Millisecond)
			w.raise(i)
			w.awaits(i, 20*time.Second)
		}
		w.enough(20)
	})
	w.stands(20)
	if part := float64(w.refused.Load()) / float64(w.done.Load()+w.refused.Load()); long() && part > 0.005 {
		t.Errorf("%.2f %% was refused, want half a percent at most", 100*part)
	}
}

// HA-02: the database is killed and comes back, again and again. Nothing that was
// acknowledged is lost, everybody is told when to come back, and the nodes go on
// by themselves.
func TestHA02_Restarted(t *testing.T) {
	t.Parallel()
	own := storetest.NewCluster(t)
	w := settle(t, own.Config(), 2, usual)
	w.lives(func() {
		for range span(2, 20) {
			time.Sleep(time.Duration(1000+rand.IntN(span(1000, 10_000))) * time.Millisecond)
			own.Kill()
			time.Sleep(time.Duration(rand.IntN(span(500, 5000))) * time.Millisecond)
			own.Start()
			for i := range w.nodes {
				w.awaits(i, 30*time.Second)
			}
		}
		w.enough(20)
	})
	w.stands(20)
}

// HA-02: the primary is lost with its machine and the standby promoted, which had
// to have every commit before it was acknowledged.
func TestHA02_Promoted(t *testing.T) {
	t.Parallel()
	rounds := span(1, 20)
	first := storetest.NewCluster(t)
	first.Config()
	second := first.Standby()
	// Each server that takes over has a port of its own; nodes know two hosts, so
	// that both stand behind proxies, which tests point elsewhere.
	one, two := storetest.NewProxy(t, first.Address()), storetest.NewProxy(t, second.Address())
	w := settle(t, first.Config(one.Address(), two.Address()), 2, usual)
	w.lives(func() {
		w.enough(5) // the standby must have something to lose
		for n := range rounds {
			time.Sleep(time.Duration(1500+rand.IntN(1500)) * time.Millisecond)
			first.Kill()
			time.Sleep(time.Duration(rand.IntN(1000)) * time.Millisecond)
			second.Promote()
			promoted := time.Now()
			for i := range w.nodes {
				w.awaits(i, 30*time.Second)
			}
			t.Logf("ready %v after the promotion", time.Since(promoted).Round(time.Millisecond))
			if n+1 == rounds {
				break
			}
			first, second = second, second.Standby()
			one, two = two, one
			two.Direct(second.Address())
		}
		w.enough(5)
	})
	w.stands(5)
}

// HA-04: the network between one node and the database is cut and says nothing.
// The node says that it is not ready, whoever meets it is told when to come back,
// the other goes on, and what the cut one had begun is not half done.
func TestHA04_Cut(t *testing.T) {
	t.Parallel()
	own := storetest.NewCluster(t)
	c := own.Config()
	wire := storetest.NewProxy(t, own.Address())
	w := settle(t, c, 2, usual)
	w.nodes[1].kill()
	w.raise(1, "CENACLE_DATABASE_URL="+own.Config(wire.Address()).PostgresURL)
	w.awaits(1, 20*time.Second)
	by := browser{t: t, base: "http://" + w.each[1]}
	w.lives(func() {
		for range span(1, 10) {
			time.Sleep(2 * time.Second)
			wire.Cut()
			begun := time.Now()
			for {
				if a := by.do(get("/readyz")); a.status == http.StatusServiceUnavailable && string(a.body) == "database\n" {
					break
				}
				if time.Since(begun) > 10*time.Second {
					t.Fatal("a node without a database is ready")
				}
				time.Sleep(50 * time.Millisecond)
			}
			time.Sleep(span(3*time.Second, 30*time.Second))
			wire.Heal()
			w.awaits(1, 30*time.Second)
		}
		w.enough(10)
	})
	w.stands(10)
}

// HA-04: a node freezes in the middle of its work, others take over what it held,
// and it wakes up: nothing that it still wants to write is written.
func TestHA04_Frozen(t *testing.T) {
	t.Parallel()
	// The balancer must find out while the node is frozen, and leave a node the six
	// seconds in which it listens whether another one has an upload.
	w := settle(t, storetest.Postgres(t), 2, span("8s", "20s"))
	w.rest = 200 * time.Millisecond
	signal := func(i int, s syscall.Signal) {
		t.Helper()
		if err := w.nodes[i].c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	w.lives(func() {
		for n := range span(1, 6) {
			i := n % 2
			time.Sleep(2 * time.Second)
			signal(i, syscall.SIGSTOP)
			// Longer than a writer of an upload may be silent; in the long proof longer
			// than a transaction may idle and a job is leased, too.
			time.Sleep(span(15*time.Second, 70*time.Second))
			signal(i, syscall.SIGCONT)
			w.awaits(i, 30*time.Second)
		}
		w.enough(10)
	})
	w.stands(10)
}

// HA-06: one node after the other is ended as for an upgrade, and started again.
// Hardly anybody is refused anything: only who has just connected when a node
// stops to accept, which a balancer that asks /readyz prevents.
func TestHA06_Rolling(t *testing.T) {
	t.Parallel()
	w := settle(t, storetest.Postgres(t), 2, usual)
	w.environ = append(w.environ, "CENACLE_DRAIN_DELAY=1")
	for i := range w.nodes { // that were started without the delay
		w.nodes[i].kill()
		w.raise(i)
		w.awaits(i, 20*time.Second)
	}
	w.lives(func() {
		for n := range span(2, 20) {
			time.Sleep(time.Second)
			i := n % 2
			if err := w.nodes[i].c.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := <-w.nodes[i].ended; err != nil {
				t.Fatalf("a node ended with %v\n%s", err, w.nodes[i].out.read())
			}
			w.nodes[i].ended <- nil
			w.raise(i)
			w.awaits(i, 20*time.Second)
		}
		w.enough(60) // so that the few who were being answered are few beside the others
	})
	if n := w.refused.Load(); n*50 > w.done.Load() {
		t.Errorf("%d were refused beside %d", n, w.done.Load())
	}
	w.stands(10)
}

// HA-06: the schema of a later program comes while nodes of this one are under
// load, as in an upgrade of one node after the other. They go on, whatever they
// have prepared; one that is started again is refused, with the reason, and loses
// nothing.
func TestHA06(t *testing.T) {
	t.Parallel()
	own := storetest.NewCluster(t)
	c := own.Config()
	w := settle(t, c, 2, usual)
	w.lives(func() {
		time.Sleep(2 * time.Second)
		owner, err := sql.Open("pgx", c.MigrateURL)
		if err != nil {
			t.Fatal(err)
		}
		defer owner.Close() // nothing is pending
		for _, text := range later(t, owner) {
			if _, err := owner.Exec(text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
		time.Sleep(span(3*time.Second, time.Minute))
		w.nodes[1].kill()
		said, code := tell(t, append(w.environ, "CENACLE_LISTEN="+w.each[1]), "serve")
		if code != 1 || !strings.Contains(said, "later version") {
			t.Errorf("an earlier program on a later schema ends with %d: %s", code, said)
		}
		w.enough(60) // so that the few who were being answered are few beside the others
	})
	if part := w.refused.Load() * 20; part > w.done.Load() {
		t.Errorf("%d were refused beside %d", w.refused.Load(), w.done.Load())
	}
	w.nodes, w.each = w.nodes[:1], w.each[:1]
	own.Do(`delete from schema_migration where name = 'later.sql'`) // for the tools of this program, which look next
	w.stands(10)
}

// later is what another program's migrations may do, to every table there is: add
// columns with a default, add tables, say that they were applied.
func later(t *testing.T, owner *sql.DB) (texts []string) {
	t.Helper()
	rows, err := owner.Query(`select quote_ident(table_name) from information_schema.tables
		where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('schema_migration', 'created_firm')`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() // read to its end
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, "alter table "+table+" add column later bigint not null default 0")
	}
	if err := rows.Err(); err != nil || len(texts) < 20 {
		t.Fatalf("%d tables: %v", len(texts), err)
	}
	return append(texts, "create table later (firm_id text not null primary key)",
		`insert into schema_migration (scope, number, name, sum) select 'firm', max(number) + 1, 'later.sql', '' from schema_migration where scope = 'firm'`)
}
