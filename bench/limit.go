package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"

	_ "modernc.org/sqlite" // the driver of the product
)

// The bare server does what cannot be left out, in the plainest way, in one
// goroutine per request: it receives, hashes (SHA-256), seals (AES-256-GCM in
// segments of 64 KiB), writes, makes durable (fsync), commits one row (SQLite,
// WAL, synchronous=FULL) and answers. It decides no right and keeps no journal.
const segment = 64 << 10

type bare struct {
	dir  string
	gcm  cipher.AEAD
	db   *sql.DB
	mu   sync.Mutex // one writer, as SQLite has
	zero []byte
}

// serveLimit is the bare server as a process: the folder names its address.
func serveLimit(ctx context.Context, dir string) error {
	key := make([]byte, 32)
	rand.Read(key) // never fails: crypto/rand ends the program instead
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	s := &bare{dir: dir, zero: make([]byte, 1<<20)}
	if s.gcm, err = cipher.NewGCM(block); err != nil {
		return err
	}
	if s.db, err = openBare(ctx, dir); err != nil {
		return err
	}
	address, err := os.ReadFile(filepath.Join(dir, "address"))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", string(address))
	if err != nil {
		return err
	}
	h := http.Server{Handler: s.routes()}
	go func() {
		<-ctx.Done()
		_ = h.Close() // the process ends with it
	}()
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return s.db.Close()
}

// openBare opens a database as durable as the product's.
func openBare(ctx context.Context, dir string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "limit.db")+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, "create table if not exists line (id integer primary key, text blob not null) strict")
	return db, err
}

func (s *bare) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("PUT /copy", func(w http.ResponseWriter, r *http.Request) {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, make([]byte, segment))
		reply(w, err)
	})
	mux.HandleFunc("GET /copy/{size}", func(w http.ResponseWriter, r *http.Request) {
		left, _ := strconv.ParseInt(r.PathValue("size"), 10, 64) // 0 sends nothing, which the client notices
		w.Header().Set("Content-Length", strconv.FormatInt(left, 10))
		for left > 0 {
			n, err := w.Write(s.zero[:min(left, int64(len(s.zero)))])
			if err != nil {
				return
			}
			left -= int64(n)
		}
	})
	mux.HandleFunc("PUT /sealed/{name}", func(w http.ResponseWriter, r *http.Request) { reply(w, s.keep(r)) })
	mux.HandleFunc("GET /sealed/{name}", func(w http.ResponseWriter, r *http.Request) {
		if err := s.give(w, r); err != nil {
			panic(http.ErrAbortHandler) // the client notices the cut
		}
	})
	return mux
}

func reply(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// keep receives a file, durable with its row when it returns.
func (s *bare) keep(r *http.Request) (err error) {
	f, err := os.Create(filepath.Join(s.dir, filepath.Base(r.PathValue("name"))))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	buffer := make([]byte, 12, 12+segment+16)
	for end := false; !end; {
		plain := buffer[12 : 12+segment]
		n, err := io.ReadFull(r.Body, plain)
		if end = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); err != nil && !end {
			return err
		}
		sum.Write(plain[:n])   // a hash never fails
		rand.Read(buffer[:12]) // never fails: crypto/rand ends the program instead
		sealed := s.gcm.Seal(buffer[:12], buffer[:12], plain[:n], nil)
		if _, err := f.Write(sealed); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return s.commit(r.Context(), []byte(hex.EncodeToString(sum.Sum(nil))))
}

// commit makes one row durable.
func (s *bare) commit(ctx context.Context, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.db.ExecContext(ctx, "insert into line (text) values ($1)", text)
	return err
}

// give opens a file and sends it.
func (s *bare) give(w http.ResponseWriter, r *http.Request) (err error) {
	f, err := os.Open(filepath.Join(s.dir, filepath.Base(r.PathValue("name"))))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	first, _ := strconv.ParseInt(r.URL.Query().Get("first"), 10, 64) // absent: the whole
	last, _ := strconv.ParseInt(r.URL.Query().Get("segments"), 10, 64)
	buffer := make([]byte, 12+segment+16)
	if _, err := f.Seek(first*int64(len(buffer)), io.SeekStart); err != nil {
		return err
	}
	for i := int64(0); last == 0 || i < last; i++ {
		n, err := io.ReadFull(f, buffer)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		plain, err := s.gcm.Open(buffer[12:12], buffer[:12], buffer[12:n], nil)
		if err != nil {
			return err
		}
		if _, err := w.Write(plain); err != nil {
			return err
		}
	}
	return nil
}

// bareClient starts the bare server once and returns who speaks to it.
func (b *bench) bareClient(ctx context.Context) (*browser, error) {
	if b.limit == nil {
		address, err := free()
		if err != nil {
			return nil, err
		}
		dir := filepath.Join(b.dir, "limit")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, "address"), []byte(address), 0o600); err != nil {
			return nil, err
		}
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		if b.limit, err = spawn(ctx, address, "/", exec.CommandContext(ctx, self, "-limit", dir), filepath.Join(b.dir, "limit.log")); err != nil {
			return nil, err
		}
	}
	return newBrowser(b.limit.base)
}

// put sends bytes to the bare server.
func (br *browser) put(ctx context.Context, path string, body io.Reader, size int64) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, br.base+path, body)
	if err != nil {
		return err
	}
	r.ContentLength = size
	_, err = br.do(r, http.StatusNoContent)
	return err
}

// commits is how many rows a second the bare database makes durable, one after
// the other.
func (b *bench) commits(ctx context.Context, n int) (float64, error) {
	dir, err := os.MkdirTemp(b.dir, "commit-")
	if err != nil {
		return 0, err
	}
	db, err := openBare(ctx, dir)
	if err != nil {
		return 0, err
	}
	text := b.noise[:1<<10]
	rate, err := crowd(1, n, func(int, int) error {
		_, err := db.ExecContext(ctx, "insert into line (text) values ($1)", text)
		return err
	})
	if err != nil {
		err = fmt.Errorf("bare commits: %w", err)
	}
	return rate, errors.Join(err, db.Close())
}
