package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// Statements as a tired programmer might write them.
var (
	countAll   = store.ForFirm(`select count(*) from read_mark where length($1) > 0 or firm_id = ''`)
	clearAll   = store.ForFirm(`delete from read_mark where length($1) > 0 or firm_id = ''`)
	moveAll    = store.ForFirm(`update read_mark set firm_id = $2 where firm_id = $1`)
	plantOther = store.ForFirm(`insert into read_mark (firm_id, item_id, person_id, read_at) values ($2, 'planted', $1, 1)`)
	countFirms = store.ForDirectory(`select count(*) from read_mark`)
)

func count(t *testing.T, f *store.Firm) (n int) {
	t.Helper()
	err := f.View(t.Context(), func(tx *store.Tx) error { return tx.Row(countAll, nil, &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFirmNeverSeesAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		anna, boris := storetest.Firm(t, s), storetest.Firm(t, s)
		for i := range 5 {
			mustUpdate(t, anna, put(fmt.Sprint(i), i))
		}
		mustUpdate(t, boris, put("own", 1))
		if a, b := count(t, anna), count(t, boris); a != 5 || b != 1 {
			t.Errorf("anna sees %d rows, boris %d; want 5 and 1", a, b)
		}
		var seen []string
		err := boris.View(t.Context(), func(tx *store.Tx) error {
			return tx.Each(allMarks, nil, func(scan func(...any) error) error {
				var item string
				var at int64
				err := scan(&item, &at)
				seen = append(seen, item)
				return err
			})
		})
		if err != nil || !slices.Equal(seen, []string{"own"}) {
			t.Errorf("boris reads %q, %v", seen, err)
		}
		var n int64
		mustUpdate(t, boris, func(tx *store.Tx) (err error) {
			n, err = tx.Exec(clearAll)
			return err
		})
		if a := count(t, anna); n != 1 || a != 5 {
			t.Errorf("boris deleted %d rows, anna kept %d; want 1 and 5", n, a)
		}
	})
}

// On PostgreSQL the rows lie in the same table: row-level security alone must
// hold when a statement is wrong.
func TestRowSecurityHoldsAlone(t *testing.T) {
	c := storetest.Postgres(t)
	s := storetest.Open(t, c)
	anna, boris := storetest.Firm(t, s), storetest.Firm(t, s)
	mustUpdate(t, anna, put("a", 1))
	mustUpdate(t, boris, put("b", 1))
	for name, stmt := range map[string]store.FirmStmt{"insert": plantOther, "update": moveAll} {
		err := boris.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(stmt, anna.ID())
			return err
		})
		if err == nil {
			t.Errorf("boris put a row into anna's firm by %s", name)
		}
	}
	if a, b := count(t, anna), count(t, boris); a != 1 || b != 1 {
		t.Errorf("anna has %d rows, boris %d", a, b)
	}
	var n int
	err := s.Directory().View(t.Context(), func(tx *store.DirectoryTx) error { return tx.Row(countFirms, nil, &n) })
	if err != nil || n != 0 {
		t.Errorf("the directory sees %d rows of firms, %v", n, err)
	}
	owner, err := sql.Open("pgx", c.MigrateURL)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close() // the test is over
	if err := owner.QueryRowContext(t.Context(), "select count(*) from read_mark").Scan(&n); err != nil || n != 0 {
		t.Errorf("the owner sees %d rows of firms, %v", n, err)
	}
}

func TestEveryFirmTableIsBound(t *testing.T) {
	db := storetest.Superuser(t, storetest.Postgres(t))
	rows, err := db.QueryContext(t.Context(), `select c.relname, c.relrowsecurity and c.relforcerowsecurity and exists (
  select 1 from pg_policy p where p.polrelid = c.oid and p.polcmd = '*' and p.polqual is not null and p.polwithcheck is not null)
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() // read to the end
	var free []string
	bound := 0
	for rows.Next() {
		var table string
		var ok bool
		if err := rows.Scan(&table, &ok); err != nil {
			t.Fatal(err)
		}
		if ok {
			bound++
		} else {
			free = append(free, table)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := []string{"affiliation", "attempt", "certificate", "certificate_turn", "challenge", "created_firm", "device", "factor", "firm", "hostname", "installation", "mailbox_move", "merger", "person", "root_key", "sanction_fetch", "sanction_list", "schema_migration", "session"}
	if !slices.Equal(free, want) || bound < 20 {
		t.Errorf("%d tables are bound; free are %q, want %q", bound, free, want)
	}
}

func TestTextSortsByBytesWhateverTheLocale(t *testing.T) {
	db := storetest.Superuser(t, storetest.Postgres(t))
	var loose int
	err := db.QueryRowContext(t.Context(), `select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
  and a.atttypid = 'text'::regtype and a.attcollation <> 'pg_catalog."C"'::regcollation`).Scan(&loose)
	if err != nil || loose != 0 {
		t.Errorf("%d columns sort by the locale, %v", loose, err)
	}
}

func TestUnsafeRoleIsRefused(t *testing.T) {
	c := storetest.Postgres(t)
	db := storetest.Superuser(t, c)
	app, err := url.Parse(c.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := url.Parse(c.MigrateURL)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := app.User.Password()
	prefix := strings.TrimPrefix(app.Path, "/") // unique, so other tests cannot meet these roles
	for name, grant := range map[string]string{
		"super":  "alter role %s superuser",
		"bypass": "alter role %s bypassrls",
		"member": "grant " + owner.User.Username() + " to %s",
		"nested": "create role %[1]s_mid bypassrls; alter role %[1]s noinherit; grant %[1]s_mid to %[1]s",
	} {
		t.Run(name, func(t *testing.T) {
			role := prefix + "_" + name
			for _, text := range []string{fmt.Sprintf("create role %s login password '%s'", role, password), fmt.Sprintf(grant, role)} {
				if _, err := db.ExecContext(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
			t.Cleanup(func() {
				for _, text := range []string{"drop owned by " + role, "drop role " + role, "drop role if exists " + role + "_mid"} {
					if _, err := db.Exec(text); err != nil {
						t.Error(err)
					}
				}
			})
			u := *app
			u.User = url.UserPassword(role, password)
			refuse(t, store.Config{PostgresURL: u.String(), MigrateURL: c.MigrateURL}, "store.role")
		})
	}
	t.Run("owner", func(t *testing.T) { refuse(t, store.Config{PostgresURL: c.MigrateURL}, "store.role") })
}

// refuse expects that Open fails with a key.
func refuse(t *testing.T, c store.Config, key string) {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err == nil {
		err = errors.Join(errors.New("it opened"), s.Close())
	}
	var e *fault.Error
	if !errors.As(err, &e) || e.Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}
