package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/backup"
	"cenacle/internal/config"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/sample"
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// world is an installation that does not serve.
type world struct {
	*server.Server
	t      testing.TB
	data   string
	config *config.Config
	stored store.Config
	house  backup.House
}

// open opens an installation, making it when it is not there. PostgreSQL has
// its data folder too: the blobs are in it.
func open(t testing.TB, c store.Config, data string, more ...string) *world {
	t.Helper()
	w := &world{t: t, data: data, stored: c, config: configured(t, c, data, more...)}
	var err error
	w.Server, err = server.New(context.WithoutCancel(t.Context()), w.config, w.options())
	w.must(err)
	w.Accounts.Lighten()
	w.house = w.House("test")
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close %s: %v", data, err)
		}
	})
	return w
}

// configured is the configuration of an installation, with what more says.
func configured(t testing.TB, c store.Config, data string, more ...string) *config.Config {
	t.Helper()
	environ := append([]string{"CENACLE_DATA=" + data}, more...)
	if c.PostgresURL != "" {
		environ = append(environ, "CENACLE_DATABASE_URL="+c.PostgresURL, "CENACLE_DATABASE_MIGRATE_URL="+c.MigrateURL)
	}
	out, err := config.Load("", environ)
	if err == nil {
		err = out.Validate().Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) options() server.Options {
	return server.Options{Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// demonstration is an installation with the demonstration firm.
func demonstration(t testing.TB, c store.Config) (*world, id.Firm) {
	t.Helper()
	w := open(t, c, filepath.Join(t.TempDir(), "data"))
	return w, w.demonstrate()
}

// demonstrate makes the demonstration firm.
func (w *world) demonstrate() id.Firm {
	w.t.Helper()
	people, err := sample.Ensure(w.t.Context(), w.Server)
	w.must(err)
	return id.Firm(people[0].Firm)
}

// large files a document that takes several windows of a storage.
func (w *world) large(by authz.Actor, in space.Space) {
	w.t.Helper()
	raw := bytes.Repeat([]byte("plaidoirie "), 1_200_000)
	_, err := w.Documents.File(w.t.Context(), by, document.BeginUpload{Space: in.ID, Tray: space.FirmTray, Name: "film.bin"}, bytes.NewReader(raw))
	w.must(err)
}

// lawyer is the founder of a firm, and her first space.
func (w *world) lawyer(f id.Firm) (authz.Actor, space.Space) {
	w.t.Helper()
	var founder id.Person
	w.must(w.Office.See(w.t.Context(), f, func(a *act.Act) error { return a.Row(selectFounder, nil, &founder) }))
	by := authz.Actor{Person: founder, Firm: f, Role: authz.Admin, Via: authz.ViaCommand}
	spaces, err := w.Spaces.List(w.t.Context(), by, space.Page{Limit: 10})
	w.must(err)
	if len(spaces) == 0 {
		w.t.Fatal("the firm has no space")
	}
	return by, spaces[0]
}

var (
	selectFounder   = store.ForFirm(`select founder_id from firm_profile where firm_id = $1`)
	selectDocuments = store.ForFirm(`select id, document_id from version where firm_id = $1 order by id`)
)

// contents opens every version of every document of a firm, as the lawyer may.
func (w *world) contents(f id.Firm) map[id.Version]string {
	w.t.Helper()
	by, _ := w.lawyer(f)
	of := map[id.Version]id.Item{}
	w.must(w.Office.See(w.t.Context(), f, func(a *act.Act) error {
		return a.Each(selectDocuments, nil, func(scan func(...any) error) error {
			var v id.Version
			var d id.Item
			err := scan(&v, &d)
			of[v] = d
			return err
		})
	}))
	out := map[id.Version]string{}
	for v, d := range of {
		c, err := w.Documents.Content(w.t.Context(), by, document.Want{Item: d, Version: v, Purpose: document.Preview})
		w.must(err)
		raw, err := io.ReadAll(c.Reader)
		w.must(errors.Join(err, c.Reader.Close()))
		out[v] = string(raw)
	}
	return out
}

// write files documents until stop, n writers at once.
func (w *world) write(f id.Firm, n int, stop <-chan struct{}) (wait func() int) {
	w.t.Helper()
	by, in := w.lawyer(f)
	var work sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for writer := range n {
		work.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				name := fmt.Sprintf("pièce %d-%d.txt", writer, i)
				raw := bytes.Repeat([]byte(name), 1+i*997%9000)
				_, err := w.Documents.File(w.t.Context(), by, document.BeginUpload{
					Space: in.ID, Tray: space.FirmTray, Name: name, Size: int64(len(raw)),
				}, bytes.NewReader(raw))
				if err != nil {
					w.t.Errorf("filing %s: %v", name, err)
					return
				}
				mu.Lock()
				made++
				mu.Unlock()
				time.Sleep(20 * time.Millisecond) // others want the disk too
			}
		})
	}
	return func() int {
		work.Wait()
		return made
	}
}

// restoring is the restore of a folder's newest backup with the key of w.
func (w *world) restoring(from string) backup.Restoring {
	w.t.Helper()
	return w.restoringFrom(backup.Folder(from))
}

func (w *world) restoringFrom(from backup.Source) backup.Restoring {
	w.t.Helper()
	to := filepath.Join(w.t.TempDir(), "restored")
	w.must(os.MkdirAll(to, 0o700))
	key, err := os.ReadFile(w.config.KeyFile())
	w.must(err)
	w.must(os.WriteFile(filepath.Join(to, "root.key"), key, 0o600))
	return opening(w.t, backup.Restoring{From: from, To: to})
}

// opening lets a restore open its folder with the key in it.
func opening(t testing.TB, r backup.Restoring) backup.Restoring {
	t.Helper()
	c, err := config.Load("", []string{"CENACLE_DATA=" + r.To})
	if err != nil {
		t.Fatal(err)
	}
	r.Keep = []string{"root.key"}
	r.Open = opener(c)
	return r
}

func opener(c *config.Config) func(context.Context, string) (*act.Office, error) {
	return func(ctx context.Context, dir string) (*act.Office, error) {
		return server.OpenFolder(ctx, c, dir, server.Options{Clock: time.Now})
	}
}

// files are the paths below a folder.
func files(t testing.TB, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
