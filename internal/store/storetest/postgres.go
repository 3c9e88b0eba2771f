package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"cenacle/internal/store"
)

const (
	ownerRole = "cenacle_test_owner"
	appRole   = "cenacle_test_app"
)

// server is a PostgreSQL with the two roles of an installation and a template
// database that has every migration.
type server struct {
	url      *url.URL // of a superuser
	db       *sql.DB  // as the superuser
	password string   // of both roles, derived from the URL
	template string
	// how is the way a database is copied: as files, which is three times as fast as the log
	// that PostgreSQL 15 and later would write.
	how string
}

// theServer is started by the first test that asks and lives as long as the
// run of go test.
var theServer = sync.OnceValues(func() (*server, error) {
	address := os.Getenv("CENACLE_TEST_POSTGRES")
	if address == "" {
		var err error
		if address, err = startServer(); err != nil {
			return nil, err
		}
	}
	return prepareServer(context.Background(), address)
})

// Postgres is the configuration of a fresh database with every migration,
// dropped at the end of the test.
func Postgres(t testing.TB) store.Config {
	t.Helper()
	srv, err := theServer()
	if err != nil {
		t.Fatalf("a PostgreSQL server for the tests: %v", err)
	}
	name := "cenacle_test_" + strings.ToLower(rand.Text())
	srv.exec(t, fmt.Sprintf("create database %s template %s owner %s%s", name, srv.template, ownerRole, srv.how))
	t.Cleanup(func() { srv.exec(t, fmt.Sprintf("drop database %s with (force)", name)) })
	return store.Config{PostgresURL: srv.address(appRole, name), MigrateURL: srv.address(ownerRole, name)}
}

// Superuser opens the database of a configuration without any restriction, for
// tests that look behind the store.
func Superuser(t testing.TB, c store.Config) *sql.DB {
	t.Helper()
	srv, err := theServer()
	if err != nil {
		t.Fatalf("a PostgreSQL server for the tests: %v", err)
	}
	u, err := url.Parse(c.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = srv.url.User
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the superuser's connection: %v", err)
		}
	})
	return db
}

func (srv *server) exec(t testing.TB, text string) {
	t.Helper()
	if _, err := srv.db.ExecContext(context.WithoutCancel(t.Context()), text); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

// address is the URL of a role on a database.
func (srv *server) address(role, database string) string {
	u := *srv.url
	u.User = url.UserPassword(role, srv.password)
	u.Path = "/" + database
	return u.String()
}

// prepareServer makes what a server needs once, whoever comes first: other test
// processes may use the same one.
func prepareServer(ctx context.Context, address string) (*server, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	schema, err := store.Schema()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(address))
	srv := &server{url: u, password: hex.EncodeToString(sum[:12]), template: "cenacle_template_" + schema[:16]}
	if srv.db, err = sql.Open("pgx", address); err != nil {
		return nil, err
	}
	srv.db.SetMaxOpenConns(4)
	conn, err := srv.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close() // gives it back to the pool
	const since15 = "select case when current_setting('server_version_num')::int >= 150000 then ' strategy file_copy' else '' end"
	if err := conn.QueryRowContext(ctx, since15).Scan(&srv.how); err != nil {
		return nil, err
	}
	const lock = "cenacle test template"
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock(hashtext($1))", lock); err != nil {
		return nil, err
	}
	defer func() { _, _ = conn.ExecContext(ctx, "select pg_advisory_unlock(hashtext($1))", lock) }() // ends with the connection at the latest
	return srv, srv.prepare(ctx, conn)
}

func (srv *server) prepare(ctx context.Context, conn *sql.Conn) error {
	for _, role := range []string{ownerRole, appRole} {
		_, err := conn.ExecContext(ctx, "create role "+role)
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "42710" { // it exists
			err = nil
		}
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("alter role %s login nosuperuser nobypassrls password '%s'", role, srv.password)); err != nil {
			return err
		}
	}
	var found bool
	row := conn.QueryRowContext(ctx, "select exists (select 1 from pg_database where datname = $1)", srv.template)
	if err := row.Scan(&found); err != nil || found {
		return err
	}
	draft := srv.template + "_draft"
	for _, text := range []string{
		fmt.Sprintf("drop database if exists %s with (force)", draft),
		fmt.Sprintf("create database %s owner %s encoding 'UTF8' template template0", draft, ownerRole),
	} {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	s, err := store.Open(ctx, store.Config{PostgresURL: srv.address(appRole, draft), MigrateURL: srv.address(ownerRole, draft)})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("alter database %s rename to %s", draft, srv.template))
	return err
}
