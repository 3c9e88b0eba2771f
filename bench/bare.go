package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	_ "modernc.org/sqlite" // the driver of the product: a machine with Go alone has no other
)

// The bare server does what cannot be left out, as well as we can: it receives,
// hashes (SHA-256), seals (AES-256-GCM in segments of 64 KiB under a key for each
// file), writes, makes durable, commits rows and the line of a hash chain
// (SQLite, WAL, synchronous=FULL), and answers. What waits is written and
// committed together; files up to 1 MiB share one append-only file, so that one
// flush serves all. It knows nobody, decides nothing, names nothing secret and
// keeps no history. SQLite is driven without database/sql, which costs.
const segment = 64 << 10

type bare struct {
	dir     string
	zero    []byte
	pack    *os.File
	packed  int64
	chain   [32]byte
	waiting chan *entry
	readers chan *session
	mu      sync.RWMutex
	files   map[string]*kept
}

// kept is where the sealed bytes of a file are.
type kept struct {
	file *os.File
	at   int64
	size int64 // of the plain text
	gcm  cipher.AEAD
}

// serveLimit is the bare server as a process: the folder names its address.
func serveLimit(ctx context.Context, dir string) error {
	s := &bare{
		dir: dir, zero: make([]byte, 1<<20), waiting: make(chan *entry, 256),
		readers: make(chan *session, 4), files: map[string]*kept{},
	}
	var err error
	if s.pack, err = os.OpenFile(filepath.Join(dir, "pack"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	writer, err := s.open()
	if err != nil {
		return err
	}
	go s.commit(writer)
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
	return s.pack.Close()
}

func (s *bare) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("PUT /copy", func(w http.ResponseWriter, r *http.Request) {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, make([]byte, 1<<20))
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
	mux.HandleFunc("PUT /sealed/{space}/{name}", func(w http.ResponseWriter, r *http.Request) { reply(w, s.keep(r)) })
	mux.HandleFunc("GET /sealed/{space}/{name}", func(w http.ResponseWriter, r *http.Request) {
		if err := s.give(w, r); err != nil {
			panic(http.ErrAbortHandler) // the client notices the cut
		}
	})
	mux.HandleFunc("POST /memo", func(w http.ResponseWriter, r *http.Request) { reply(w, s.note(r)) })
	mux.HandleFunc("GET /list/{space}", func(w http.ResponseWriter, r *http.Request) { answered(w, s.list(w, r)) })
	mux.HandleFunc("GET /page/{space}", func(w http.ResponseWriter, r *http.Request) { answered(w, s.page(w, r)) })
	return mux
}

func reply(w http.ResponseWriter, err error) {
	if answered(w, err); err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
}

func answered(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// seal makes the cipher of one file.
func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// nonce numbers the segments of one file, whose key seals nothing else.
func nonce(n int64) []byte {
	var out [12]byte
	binary.BigEndian.PutUint64(out[4:], uint64(n))
	return out[:]
}

// session is one connection to the bare database with its statements.
type session struct {
	conn  driver.Conn
	ready map[string]statement
}

type statement interface {
	driver.StmtExecContext
	driver.StmtQueryContext
}

const bareSchema = `create table if not exists doc (id integer primary key, space text not null, name text not null, size integer not null,
  at integer not null, sum blob not null, key blob not null, unique (space, name)) strict;
create table if not exists memo (id integer primary key, space text not null, at integer not null, body text not null) strict;
create table if not exists line (id integer primary key, at integer not null, entry text not null, link blob not null) strict;`

// open opens a connection to the bare database.
func (s *bare) open() (*session, error) {
	out, err := openSession(filepath.Join(s.dir, "limit.db"))
	if err != nil {
		return nil, err
	}
	_, err = out.run(bareSchema)
	return out, err
}

// openSession opens a connection as durable as the product's.
func openSession(name string) (*session, error) {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		return nil, err
	}
	conn, err := db.Driver().Open("file:" + name + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return &session{conn, map[string]statement{}}, nil
}

func (s *session) get(text string) (statement, error) {
	if known := s.ready[text]; known != nil {
		return known, nil
	}
	made, err := s.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	stmt, ok := made.(statement)
	if !ok {
		return nil, fmt.Errorf("%T is no statement", made)
	}
	s.ready[text] = stmt
	return stmt, nil
}

// run executes a statement whose arguments are numbered from 1.
func (s *session) run(text string, args ...driver.Value) (driver.Result, error) {
	stmt, err := s.get(text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), named(args))
}

// each reads rows; values are good until the next one.
func (s *session) each(text string, row func(values []driver.Value) error, args ...driver.Value) error {
	stmt, err := s.get(text)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(context.Background(), named(args))
	if err != nil {
		return err
	}
	values := make([]driver.Value, len(rows.Columns()))
	for err == nil {
		if err = rows.Next(values); err == nil {
			err = row(values)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

func named(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}
