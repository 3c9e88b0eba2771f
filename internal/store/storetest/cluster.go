package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/store"
)

// Cluster is a PostgreSQL server of one test, which may kill it, replace it by a
// standby, or put a proxy before it. A commit that it has acknowledged survives
// the end of its processes.
type Cluster struct {
	t    testing.TB
	s    *setup
	port string
	on   *server // its roles and template; nil before Config
	name string  // of the database
	more string  // options of its own
}

// durable are the options of a server whose processes may be killed: what is
// written is in the system's cache, which outlives them.
const durable = " -c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB -c max_wal_size=128MB" +
	" -c wal_sender_timeout=5s -c wal_receiver_timeout=5s"

// NewCluster makes a server, starts it, and removes it at the end of the test.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	c := emptyCluster(t)
	c.must(c.s.command("initdb", "-D", c.s.dir+"/db", "-U", "cenacle", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"))
	c.Start()
	return c
}

// NewDurableCluster makes one that makes every commit durable, as a database that is
// measured must.
func NewDurableCluster(t testing.TB) *Cluster {
	t.Helper()
	c := NewCluster(t)
	c.must(c.s.command("pg_ctl", "-D", c.s.dir+"/db", "-m", "fast", "-w", "stop"))
	c.more = " -c fsync=on -c full_page_writes=on"
	c.Start()
	return c
}

func emptyCluster(t testing.TB) *Cluster {
	t.Helper()
	bin, err := findBinaries()
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{t: t, s: &setup{bin: bin, run: strconv.Itoa(os.Getpid())}}
	c.s.owner, _, err = account()
	c.must(err)
	c.s.dir, err = os.MkdirTemp("", "cenacle-cluster-")
	c.must(err)
	if c.s.owner != nil {
		c.must(os.Chown(c.s.dir, int(c.s.owner.Uid), int(c.s.owner.Gid)))
	}
	c.port, err = freePort()
	c.must(err)
	c.must(c.s.guard())
	t.Cleanup(func() {
		if c.on != nil {
			_ = c.on.db.Close() // of a server that ends
		}
		_ = c.s.command("pg_ctl", "-D", c.s.dir+"/db", "-m", "immediate", "-w", "stop") // it may be killed already
		if err := os.RemoveAll(c.s.dir); err != nil {
			t.Error(err)
		}
	})
	return c
}

// Start starts the server, also after it was killed: what is left of its
// processes is given time to end.
func (c *Cluster) Start() {
	c.t.Helper()
	options := "-k '" + c.s.dir + "' -h 127.0.0.1 -p " + c.port + durable + c.more
	var err error
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(100 * time.Millisecond) {
		if err = c.s.command("pg_ctl", "-D", c.s.dir+"/db", "-w", "-l", c.s.dir+"/log", "-o", options, "start"); err == nil {
			return
		}
	}
	c.t.Fatal(err)
}

// Kill ends all processes of the server at once, as the loss of its machine would.
func (c *Cluster) Kill() {
	c.t.Helper()
	raw, err := os.ReadFile(filepath.Join(c.s.dir, "db", "postmaster.pid"))
	c.must(err)
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	c.must(err)
	for _, p := range append([]int{pid}, children(pid)...) {
		if err := syscall.Kill(p, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			c.t.Fatal(err)
		}
	}
}

// children are the processes that one has started.
func children(of int) (found []int) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(raw), ") ")
		fields := strings.Fields(rest)
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(of) {
			found = append(found, pid)
		}
	}
	return found
}

// Standby makes a server that follows this one, and has this one acknowledge no
// commit that the other has not written.
func (c *Cluster) Standby() *Cluster {
	c.t.Helper()
	b := emptyCluster(c.t)
	b.name = c.name
	c.must(b.s.command("pg_basebackup", "-D", b.s.dir+"/db", "-h", "127.0.0.1", "-p", c.port, "-U", "cenacle",
		"-R", "-X", "stream", "-c", "fast", "--no-sync"))
	b.Start()
	c.Do("alter system set synchronous_standby_names = '*'")
	c.Do("select pg_reload_conf()")
	db := c.Superuser()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var n int
		c.must(db.QueryRow("select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')").Scan(&n))
		if n == 1 {
			return b
		}
		if time.Now().After(limit) {
			c.t.Fatal("the standby does not follow")
		}
	}
}

// Promote makes a primary of a standby, which waits for no other.
func (c *Cluster) Promote() {
	c.t.Helper()
	c.must(c.s.command("pg_ctl", "-D", c.s.dir+"/db", "-w", "promote"))
	c.Do("alter system reset synchronous_standby_names")
	c.Do("select pg_reload_conf()")
}

// Address is where the server listens.
func (c *Cluster) Address() string { return net.JoinHostPort("127.0.0.1", c.port) }

// Superuser is a connection to the installation's database, or before it has one
// to the server's own.
func (c *Cluster) Superuser() *sql.DB {
	c.t.Helper()
	name := c.name
	if name == "" {
		name = "postgres"
	}
	db, err := sql.Open("pgx", "postgres://cenacle@"+c.Address()+"/"+name+"?sslmode=disable")
	c.must(err)
	c.t.Cleanup(func() { _ = db.Close() }) // its server may be gone
	return db
}

// Do runs a statement as the superuser.
func (c *Cluster) Do(text string) {
	c.t.Helper()
	db := c.Superuser()
	defer db.Close() // nothing is pending
	if _, err := db.Exec(text); err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
}

// Config is that of an installation on the server, which is made the first time,
// reached at these addresses, or at the server's own when there are none.
func (c *Cluster) Config(addresses ...string) store.Config {
	c.t.Helper()
	if c.on == nil {
		var err error
		c.on, err = prepareServer(context.Background(), "postgres://cenacle@"+c.Address()+"/postgres?sslmode=disable")
		c.must(err)
		c.name = "installation"
		c.on.exec(c.t, fmt.Sprintf("create database %s template %s owner %s", c.name, c.on.template, ownerRole))
	}
	if len(addresses) == 0 {
		addresses = []string{c.Address()}
	}
	var hosts, ports []string
	for _, a := range addresses {
		host, port, err := net.SplitHostPort(a)
		c.must(err)
		hosts, ports = append(hosts, host), append(ports, port)
	}
	query := url.Values{"host": {strings.Join(hosts, ",")}, "port": {strings.Join(ports, ",")}, "sslmode": {"disable"}}
	address := func(role string) string {
		u := url.URL{Scheme: "postgres", User: url.UserPassword(role, c.on.password), Path: "/" + c.name, RawQuery: query.Encode()}
		return u.String()
	}
	return store.Config{PostgresURL: address(appRole), MigrateURL: address(ownerRole)}
}

func (c *Cluster) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}
