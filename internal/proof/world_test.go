package proof

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/outbound/dnstest"
	"cenacle/internal/server"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// world is one running server with everything a proof may look behind.
type world struct {
	t      testing.TB
	server *server.Server
	store  store.Config
	data   string // data folder
	base   string // scheme, host and port
	front  string // where browsers go instead, to the next node; empty for none
	next   *world
	log    *paper
	clock  *clock

	secret account.Password   // of everybody, hashed once
	opened map[string]*sql.DB // see behind
	listen net.Listener
	serve  func() // starts what open has opened; once
	stop   func() // ends the server; once
}

// password is everybody's, unless a proof is about passwords.
const password = "kormoran-zeltplane-41-violett"

// clock is the real one, and ahead of it when a proof lets time pass: the
// deadlines of connections are read from it too.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// paper is what a program writes; safe for concurrent use.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) read() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.text.Bytes())
}

// each runs a proof in a fresh world on each engine, with what environ adds to
// the configuration.
func each(t *testing.T, run func(w *world), environ ...string) {
	t.Helper()
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		t.Parallel()
		run(begin(t, c, environ...))
	})
}

// either is [each] for what the database has little part in, and each of these proofs would
// try the same again: on SQLite every day, on both engines with the long proofs.
func either(t *testing.T, run func(w *world), environ ...string) {
	t.Helper()
	if long() {
		each(t, run, environ...)
		return
	}
	t.Parallel()
	run(begin(t, store.Config{Dir: t.TempDir()}, environ...))
}

// begin opens a fresh world and runs its server until the test ends.
func begin(t testing.TB, c store.Config, environ ...string) *world {
	t.Helper()
	w := quiet(t, c, environ...)
	w.serve()
	return w
}

// quiet opens a fresh world in which nothing runs by itself until serve.
func quiet(t testing.TB, c store.Config, environ ...string) *world {
	t.Helper()
	data := c.Dir
	if data == "" {
		data = t.TempDir()
	}
	w := &world{t: t, store: c, data: filepath.Join(data, "data"), log: &paper{}, clock: &clock{}, opened: map[string]*sql.DB{}}
	w.open(environ...)
	t.Cleanup(func() { w.stop() })
	return w
}

// environ is the configuration of a server on these data, as its service
// manager would give it.
func environ(c store.Config, data, listen string) []string {
	out := []string{"CENACLE_DATA=" + data, "CENACLE_LISTEN=" + listen, "CENACLE_LOG=debug",
		"CENACLE_OUTBOUND_ALLOW=127.0.0.2", // where providers of proofs are
		"CENACLE_LIMIT_DOCUMENTS=0"}        // proofs look at everything, by one browser; TestDOS07 is package document's
	if c.PostgresURL != "" {
		out = append(out, "CENACLE_DATABASE_URL="+c.PostgresURL, "CENACLE_DATABASE_MIGRATE_URL="+c.MigrateURL)
	}
	return out
}

// withReaders is a setting of ours: documents are read and shown by children of
// the test's own program.
const withReaders = "CENACLE_TEST_READERS=1"

// open opens the server, also a second time on the same data.
func (w *world) open(more ...string) {
	w.t.Helper()
	var err error
	w.listen, err = net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	at := w.listen.Addr().String()
	_, port, err := net.SplitHostPort(at)
	w.must(err)
	w.base = "http://localhost:" + port // a name: passkeys are offered
	c, err := config.Load("", append(append(environ(w.store, w.data, at), "CENACLE_DEMO=true", "CENACLE_URL="+w.base), more...))
	w.must(err)
	w.must(c.Validate().Err())
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	program := ""
	if slices.Contains(more, withReaders) {
		program, err = os.Executable()
		w.must(err)
	}
	w.server, err = server.New(ctx, c, server.Options{Clock: w.clock.now, Log: log, Program: program, Resolver: dnstest.Start(w.t).Resolver()})
	w.must(err)
	if _, measured := w.t.(*testing.B); !measured {
		w.server.Accounts.Lighten()
	}
	ended := make(chan error, 1)
	w.serve = sync.OnceFunc(func() { go func() { ended <- w.server.Run(ctx, w.listen) }() })
	w.stop = sync.OnceFunc(func() {
		w.serve() // what was never started ends at once
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the server ended with %v", err)
		}
		if err := w.server.Close(); err != nil {
			w.t.Errorf("the server closed with %v", err)
		}
	})
}

// beside opens a second node on the same data. Nothing runs on it by itself until
// serve.
func (w *world) beside(more ...string) *world {
	w.t.Helper()
	n := &world{t: w.t, store: w.store, data: w.data, log: w.log, clock: w.clock, opened: w.opened, secret: w.secret}
	n.open(more...)
	return n
}

// neighboured sends all browsers to a second node, which runs as the first does.
func (w *world) neighboured(more ...string) {
	w.t.Helper()
	n := w.beside(more...)
	n.serve()
	w.t.Cleanup(func() { n.stop() })
	w.front, w.next = n.base, n
}

// must ends the test at the first error.
func (w *world) must(errs ...error) {
	w.t.Helper()
	for _, err := range errs {
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// here is where all sessions of a proof come from.
func here() account.Source {
	return account.Source{Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Agent: "proof"}
}

// signIn gives a person the common password and returns a session's token.
func (w *world) signIn(p id.Person) string {
	w.t.Helper()
	if w.secret == (account.Password{}) {
		var err error
		w.secret, err = w.server.Accounts.NewPassword(w.t.Context(), password)
		w.must(err)
	}
	token, _, err := w.server.Accounts.ChoosePassword(w.t.Context(), p, w.secret, here())
	w.must(err)
	return token
}

// settle lets everything that is due happen, or will be in a moment: jobs, and the
// journal's sequencing.
func (w *world) settle() {
	w.t.Helper()
	const moment = 2 * time.Second
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	idle := func() {
		w.must(w.server.Outbox.Idle(ctx))
		if n := w.next; n != nil {
			w.must(n.server.Outbox.Idle(ctx), w.server.Outbox.Idle(ctx), n.server.Outbox.Idle(ctx))
		}
	}
	idle()
	db := w.behind()
	soon := strconv.FormatInt(store.Micros(w.clock.now().Add(moment)), 10)
	if db.count(`select count(*) from job where state = 'waiting' and run_at < `+soon) > 0 { // memos are learnt together
		w.clock.advance(moment)
		idle()
	}
	for db.count(`select count(*) from journal_entry where position is null`) > 0 {
		if ctx.Err() != nil {
			w.t.Fatal("the journal is not sequenced")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// pass lets time pass and what is due then happen.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.clock.advance(d)
	w.settle()
}

// temporary is a fresh installation on SQLite, for what is not about the
// database.
func temporary(t testing.TB) store.Config { return store.Config{Dir: t.TempDir()} }
