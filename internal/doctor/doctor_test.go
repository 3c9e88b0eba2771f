package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/config"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

// TestWell examines a sound installation on both engines, beside its running
// server.
func TestWell(t *testing.T) {
	newPatient(t).examine()
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		if c.Dir == "" {
			c.Dir = t.TempDir()
		}
		if err := furnish(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		s, err := begin(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		before := files(t, c.Dir)
		r := on(t, c).examine()
		if after := files(t, c.Dir); after != before {
			t.Errorf("the folder has changed from\n%s\nto\n%s", before, after)
		}
		if r.Level() != Fine || r.Count(Fine) != 11 {
			t.Errorf("%s, %d fine", r.Level(), r.Count(Fine))
		}
	})
}

// files lists a folder, without the files that SQLite puts beside one that
// anybody reads.
func files(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if !strings.HasSuffix(path, "-shm") && !strings.HasSuffix(path, "-wal") {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// TestItWaitsForNobody examines while a writer holds the firm.
func TestItWaitsForNobody(t *testing.T) {
	p := newPatient(t)
	s, err := begin(t.Context(), store.Config{Dir: p.Data})
	p.must(err)
	inside, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		left <- s.Office.Keep(context.Background(), p.firm, func(*act.Act) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	start := time.Now()
	p.examine()
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	close(leave)
	p.must(<-left, s.Close())
}

func TestConfiguration(t *testing.T) {
	p := newPatient(t)
	p.Demo, p.URL = false, "http://espace.example"
	r := p.examine("configuration_refused", "mail_none")
	if r.Level() != Error || r.Count(Error) != 1 {
		t.Errorf("it is %s", r.Level())
	}
	_, err := config.Load("", []string{"CENACLE_COLOUR=red"})
	reasons, _ := err.(config.Reasons)
	if r := Refused(reasons); r.Level() != Error || len(r.Findings) != 1 {
		t.Errorf("refused: %+v", r)
	} else {
		spoken(t, r)
	}
}

func TestKey(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(p *patient)
		want   []string
	}{
		"missing": {func(p *patient) { p.must(os.Remove(p.path("root.key"))) }, []string{"configuration_refused", "key_missing"}},
		"exposed": {func(p *patient) { p.must(os.Chmod(p.path("root.key"), 0o644)) }, []string{"configuration_refused", "key_refused"}},
		"cut":     {func(p *patient) { p.must(os.Truncate(p.path("root.key"), 40)) }, []string{"key_refused"}},
		"another": {func(p *patient) {
			p.must(os.Remove(p.path("root.key")))
			_, err := vault.KeyFile{Path: p.path("root.key"), Create: true}.Root(p.t.Context())
			p.must(err)
		}, []string{"key_wrong"}},
		"salt": {func(p *patient) {
			p.Config.Key.Provider = config.KeyFromPassphraseFile
			p.Config.Key.File = p.path("phrase")
			p.must(os.WriteFile(p.path("phrase"), []byte("quatre chats gris, six merles\n"), 0o600))
		}, []string{"key_salt"}},
		"another on its way": {func(p *patient) { p.must(p.replacing(false)) }, []string{"key_root_begun"}},
		"another in place":   {func(p *patient) { p.must(p.replacing(true)) }, []string{"key_root_ends"}},
		"a firm's on its way": {func(p *patient) {
			p.exec(p.file(), "update firm_key set turn = 2")
			p.exec(p.file(), "update space_key set turn = 2")
		}, []string{"key_rotating"}},
		"unused": {func(p *patient) { p.exec(p.path("directory.db"), "delete from installation") }, []string{"key_unused"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t)
			tt.change(p)
			p.examine(tt.want...)
		})
	}
}

// replacing leaves the replacement of the root key half-way.
func (p *patient) replacing(placed bool) error {
	ctx := p.t.Context()
	old, err := vault.KeyFile{Path: p.path("root.key")}.Root(ctx)
	next, made := vault.KeyFile{Path: p.path("new.key"), Create: true}.Root(ctx)
	s, opened := store.Open(ctx, store.Config{Dir: p.Data})
	if err := errors.Join(err, made, opened); err != nil {
		return err
	}
	err = vault.New(old).BeginRoot(ctx, s.Directory(), old, next, p.Clock())
	if placed {
		err = errors.Join(err, os.Rename(p.path("new.key"), p.path("root.key")))
	}
	return errors.Join(err, s.Close())
}

func TestDatabase(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(p *patient)
		want   []string
	}{
		"none":                {func(p *patient) { p.Data = t.TempDir(); p.must(os.Chmod(p.Data, 0o700)) }, []string{"database_none"}},
		"damaged directory":   {func(p *patient) { turn(p, p.path("directory.db"), 0) }, []string{"database_damaged"}},
		"damaged pages":       {func(p *patient) { turn(p, p.file(), 3) }, []string{"database_firm_damaged"}},
		"a firm without file": {func(p *patient) { p.must(os.Remove(p.file())) }, []string{"database_firm_missing"}},
		"newer": {func(p *patient) {
			p.exec(p.path("directory.db"), "insert into schema_migration values ('directory', 99, 'later', 'x')")
		}, []string{"database_refused"}},
		"a newer firm": {func(p *patient) {
			p.exec(p.file(), "insert into schema_migration values ('firm', 99, 'later', 'x')")
		}, []string{"database_firm_refused"}},
		"a firm not opened since": {func(p *patient) { p.exec(p.file(), "delete from schema_migration") }, []string{"database_firm_behind"}},
		"no time":                 {func(p *patient) { p.Budget = 1 }, []string{"database_partly"}},
		"unreachable": {func(p *patient) {
			p.must(p.Config.Database.URL.UnmarshalText([]byte("postgres://app@127.0.0.1:1/cenacle")))
		}, []string{"database_unreachable"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t)
			tt.change(p)
			p.examine(tt.want...)
		})
	}
}

// turn changes the second half of a file, from a page on when it is not 0.
func turn(p *patient, path string, half int) {
	raw, err := os.ReadFile(path)
	p.must(err)
	from := 0
	if half > 0 {
		from = len(raw) / half
	}
	for i := from; i < len(raw); i++ {
		raw[i] ^= 0x5a
	}
	p.must(os.WriteFile(path, raw, 0o600))
}

func TestPostgreSQL(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		if c.PostgresURL == "" {
			return
		}
		c.Dir = t.TempDir()
		if err := furnish(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		p, owner := on(t, c), storetest.Superuser(t, c)
		exec := func(text string) {
			_, err := owner.ExecContext(t.Context(), text)
			p.must(err)
		}
		exec("alter table memo no force row level security")
		p.examine("database_unwalled")
		exec("alter table memo force row level security")
		p.Options.Clock = func() time.Time { return time.Now().Add(-10 * time.Second) }
		p.examine("clock_database")
		p.Options.Clock = func() time.Time { return time.Now().Add(2 * time.Hour) }
		if r := p.examine("clock_folder", "jobs_late", "clock_database"); r.Level() != Error {
			t.Errorf("two hours off is %s", r.Level())
		}
		c.PostgresURL = c.MigrateURL // the owner of the tables is bound by nothing
		on(t, c).examine("database_refused")
	})
}

func TestJournal(t *testing.T) {
	p := newPatient(t)
	p.exec(p.file(), "delete from journal_head where size = (select max(size) from journal_head)")
	p.examine("journal_broken")

	p = newPatient(t)
	p.exec(p.file(), "update journal_hash set hash = zeroblob(32) where position = (select max(position) from journal_hash)")
	p.examine("journal_broken")

	p = newPatient(t)
	s, err := begin(t.Context(), store.Config{Dir: p.Data})
	p.must(err)
	err = s.Office.Do(t.Context(), p.firm, func(a *act.Act) error {
		_, err := a.Record(authz.Actor{Firm: p.firm, Person: id.New[id.Person](a.Now)}, "test.done", "", "x", nil)
		return err
	})
	p.must(err, s.Close())
	p.examine() // it has waited for a moment only
	p.exec(p.file(), "update journal_entry set created_at = created_at - 120000000 where position is null")
	p.examine("journal_waiting")
}

func TestDocuments(t *testing.T) {
	p := newPatient(t)
	blobs, err := filepath.Glob(p.path("firms", string(p.firm), "blobs", "*", "*"))
	p.must(err)
	if len(blobs) < 3 {
		t.Fatalf("%d blobs", len(blobs))
	}
	p.must(os.Remove(blobs[0]))
	p.exec(p.file(), "update version set created_at = created_at - 3600000000")
	p.examine("documents_missing")

	p = newPatient(t)
	p.must(os.RemoveAll(p.path("firms", string(p.firm), "blobs")), os.WriteFile(p.path("firms", string(p.firm), "blobs"), nil, 0o600))
	p.examine("documents_unreachable")

	p = newPatient(t)
	stray := func(at time.Time, folder string) {
		name := string(id.New[id.Blob](at))
		if folder == "blobs" {
			folder = filepath.Join(folder, name[len(name)-1:])
		}
		p.must(os.MkdirAll(p.path("firms", string(p.firm), folder), 0o700))
		p.must(os.WriteFile(p.path("firms", string(p.firm), folder, name), []byte("x"), 0o600))
	}
	stray(time.Now().Add(-time.Hour), "blobs") // its row may be on its way
	p.examine()
	stray(time.Now().Add(-48*time.Hour), "blobs")
	stray(time.Now().Add(-48*time.Hour), "incoming")
	r := p.examine("documents_orphans")
	for _, f := range r.Findings {
		if f.Name == "documents_orphans" && f.Args[0] != int64(2) {
			t.Errorf("%v orphans, want 2", f.Args[0])
		}
	}
}

func TestJobs(t *testing.T) {
	p := newPatient(t)
	p.exec(p.file(), "update job set run_at = run_at - 864000000000")
	p.examine("jobs_late")
	p.exec(p.file(), "update job set state = 'dead'")
	p.examine("jobs_dead")
}

// TestEveryFindingHasItsTest wants words for all that can be found, and a test
// that meets whatever is not well.
func TestEveryFindingHasItsTest(t *testing.T) {
	catalog := i18n.Load()
	p := catalog.Printer(i18n.French, time.UTC)
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code, tests strings.Builder
	for _, name := range sources {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			tests.Write(raw)
		} else {
			code.Write(raw)
		}
	}
	adds := regexp.MustCompile(`e\.add\(("[a-z]+"|check), (Fine|Warning|Error), "([a-z_]+)"`).FindAllStringSubmatch(code.String(), -1)
	if n := strings.Count(code.String(), "e.add("); n != len(adds) || n < 50 {
		t.Errorf("%d findings, of which %d are understood", n, len(adds))
	}
	// What cannot be brought about without breaking the machine: an answer of the
	// database that ends between two questions.
	rare := map[string]bool{"database_closed": true, "clock_unknown": true, "database_firm": true, "disk_unreachable": true, "certificate_unreadable": true}
	for _, a := range adds {
		check, level, name := strings.Trim(a[1], `"`), a[2], a[3]
		for _, key := range []string{"doctor.found." + name, "doctor.do." + name} {
			if !p.Has(key) && (level != "Fine" || !strings.Contains(key, ".do.")) {
				t.Errorf("there are no words for %s", key)
			}
		}
		if check != "check" && !p.Has("doctor.check."+check) {
			t.Errorf("there is no word for the check %s", check)
		}
		if level != "Fine" && !rare[name] && !strings.Contains(tests.String(), `"`+name+`"`) {
			t.Errorf("no test finds %s", name)
		}
	}
}

func TestJSON(t *testing.T) {
	p := newPatient(t)
	p.Demo = false
	r := p.examine("mail_none")
	catalog := i18n.Load()
	var out strings.Builder
	p.must(r.WriteJSON(&out, catalog.Printer(i18n.English, time.UTC)))
	var got struct {
		Level            string
		Errors, Warnings int
		Checks           []map[string]string
	}
	p.must(json.Unmarshal([]byte(out.String()), &got))
	if got.Level != "warning" || got.Errors != 0 || got.Warnings != 1 || len(got.Checks) != len(r.Findings) {
		t.Errorf("%s", &out)
	}
	for _, c := range got.Checks {
		if (c["do"] == "") != (c["level"] == "ok") || c["check"] == "" || c["found"] == "" || c["says"] == "" {
			t.Errorf("%v", c)
		}
	}
}
