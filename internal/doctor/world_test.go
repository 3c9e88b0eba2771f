package doctor

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/sample"
	"cenacle/internal/server"
	"cenacle/internal/store"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"

	_ "modernc.org/sqlite"
)

// TestMain removes the installation that the tests copy; it is also the child
// that reads documents.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	code := m.Run()
	if dir, err := folder(); err == nil {
		_ = os.RemoveAll(dir) // a temporary folder
	}
	os.Exit(code)
}

var folder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "cenacle-doctor-") })

// furnished is the data folder of an installation with one firm and its
// documents, made once; its server has stopped.
var furnished = sync.OnceValues(func() (string, error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	return dir, furnish(context.Background(), store.Config{Dir: dir})
})

func furnish(ctx context.Context, at store.Config) error {
	s, err := begin(ctx, at)
	if err != nil {
		return err
	}
	_, err = sample.Ensure(ctx, s)
	if err == nil {
		err = sequence(ctx, s)
	}
	return errors.Join(err, s.Close())
}

func begin(ctx context.Context, at store.Config, more ...string) (*server.Server, error) {
	c, err := config.Load("", append(environ(at), more...))
	if err != nil {
		return nil, err
	}
	s, err := server.New(ctx, c, server.Options{Clock: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err == nil {
		s.Accounts.Lighten()
	}
	return s, err
}

func environ(at store.Config) []string {
	out := []string{"CENACLE_DATA=" + at.Dir, "CENACLE_DEMO=true"}
	if at.PostgresURL != "" {
		out = append(out, "CENACLE_DATABASE_URL="+at.PostgresURL, "CENACLE_DATABASE_MIGRATE_URL="+at.MigrateURL)
	}
	return out
}

// sequence does what a running server does within a second.
func sequence(ctx context.Context, s *server.Server) error {
	firms, err := s.Office.Store.Firms(ctx)
	if err != nil {
		return err
	}
	for _, f := range firms {
		handle, err := s.Office.Store.Firm(ctx, f)
		if err != nil {
			return err
		}
		if _, err := s.Office.Journal.Sequence(ctx, handle); err != nil {
			return err
		}
	}
	return nil
}

// patient is one installation under examination.
type patient struct {
	t *testing.T
	*config.Config
	Options
	firm id.Firm
}

// newPatient has a copy of the furnished installation, whose demonstration sends
// no mail.
func newPatient(t *testing.T) *patient {
	t.Helper()
	from, err := furnished()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error { // a copy has the modes of the umask
		if err != nil || d.IsDir() {
			return errors.Join(err, os.Chmod(path, 0o700))
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return on(t, store.Config{Dir: dir})
}

func on(t *testing.T, at store.Config) *patient {
	t.Helper()
	c, err := config.Load("", environ(at))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	p := &patient{t: t, Config: c, Options: Options{Clock: time.Now, Uptime: func() time.Duration { return time.Since(start) }}}
	if entries, err := os.ReadDir(filepath.Join(at.Dir, "firms")); err == nil && len(entries) > 0 {
		p.firm = id.Firm(entries[0].Name())
	}
	return p
}

func (p *patient) path(segments ...string) string {
	return filepath.Join(append([]string{p.Data}, segments...)...)
}

// file is the path of the firm's database.
func (p *patient) file() string { return p.path("firms", string(p.firm), "firm.db") }

func (p *patient) must(errs ...error) {
	p.t.Helper()
	if err := errors.Join(errs...); err != nil {
		p.t.Fatal(err)
	}
}

// exec changes a database behind the house's back.
func (p *patient) exec(file, statement string) {
	p.t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	p.must(err)
	result, err := db.ExecContext(p.t.Context(), statement)
	p.must(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		p.t.Errorf("%s touched %d rows, %v", statement, n, err)
	}
	p.must(db.Close())
}

// examine wants exactly these findings besides those that are fine, in the order
// they come, and words for all of them.
func (p *patient) examine(want ...string) Report {
	p.t.Helper()
	r := Examine(p.t.Context(), p.Config, p.Options)
	var got []string
	for _, f := range r.Findings {
		if f.Level > Fine {
			got = append(got, f.Name)
		}
		p.t.Log(f.Level, f.Name, f.Args)
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("found %q, want %q", got, want)
	}
	spoken(p.t, r)
	return r
}

// spoken wants every sentence in both languages, without a hole in it.
func spoken(t *testing.T, r Report) {
	t.Helper()
	catalog := i18n.Load()
	for _, l := range i18n.All() {
		var out strings.Builder
		if err := r.Write(&out, catalog.Printer(l, time.UTC)); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(out.String(), "[{") {
			t.Errorf("%s: the report has holes:\n%s", l, &out)
		}
	}
}
