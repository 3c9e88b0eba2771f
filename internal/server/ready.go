package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"cenacle/internal/vault"
)

const (
	readyEvery = time.Second     // how long an answer is good for
	readyLimit = 3 * time.Second // how long the parts may take to answer
	leastRoom  = 32 << 20        // bytes of the data folder's file system
)

// part is one thing that must work for a node to be given requests. Its name is
// all that an answer says of it.
type part struct {
	name  string
	check func(context.Context) error
}

var errDraining = errors.New("server: draining")

func (s *Server) parts() []part {
	return []part{{"database", s.Ready}, {"clock", s.Timely}, {"keys", s.keysOpen}, {"disk", s.diskWritable}}
}

// Ready reports whether the database answers.
func (s *Server) Ready(ctx context.Context) error {
	_, err := s.Office.Store.Now(ctx)
	return err
}

// keysOpen seals and opens something with the key of the directory.
func (s *Server) keysOpen(context.Context) error {
	box, place := s.Office.Ring.Directory(), vault.Place{Table: "ready", Column: "probe", Row: "ready"}
	_, err := box.Open(place, box.Seal(place, []byte("ready")))
	return err
}

// diskWritable writes a file into the data folder, where uploads arrive.
func (s *Server) diskWritable(context.Context) error {
	var room syscall.Statfs_t
	if err := syscall.Statfs(s.config.Data, &room); err != nil {
		return err
	}
	if free := room.Bavail * uint64(room.Bsize); free < leastRoom {
		return fmt.Errorf("server: %d bytes are left in the data folder", free)
	}
	path := filepath.Join(s.config.Data, ".ready")
	if err := os.WriteFile(path, []byte("ready\n"), 0o600); err != nil {
		return err
	}
	err := os.Remove(path)
	if errors.Is(err, os.ErrNotExist) { // another node on the same folder
		return nil
	}
	return err
}

// readiness keeps the last answer for a moment, so that asking often costs
// nothing and one stuck part has one asker.
type readiness struct {
	mu   sync.Mutex
	at   time.Time
	name string
	err  error
}

// readyNow names the first part that does not work; "" when all do.
func (s *Server) readyNow(ctx context.Context) (name string, err error) {
	if s.draining.Load() {
		return "draining", errDraining
	}
	r := &s.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := until(0); r.at.IsZero() || now.Sub(r.at) >= readyEvery {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyLimit)
		defer cancel()
		was := r.name
		r.name, r.err = s.examine(ctx)
		r.at = until(0)
		if r.name != was {
			s.log.Warn("readiness has changed", "part", r.name, "before", was, "cause", fmt.Sprint(r.err))
		}
	}
	return r.name, r.err
}

func (s *Server) examine(ctx context.Context) (string, error) {
	for _, p := range s.parts() {
		if err := p.check(ctx); err != nil {
			return p.name, err
		}
	}
	return "", nil
}

// probes answer balancers: /livez while the process answers at all, /readyz
// while it should be given requests. They say one word, and are in no log.
func (s *Server) probes(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		name, err := s.readyNow(r.Context())
		if err != nil {
			w.Header().Set("Retry-After", "5")
			say(w, http.StatusServiceUnavailable, name)
			return
		}
		say(w, http.StatusOK, "ok")
	})
}

// prove answers what the house asks itself at a name, see [hostname.Service.Arrives].
func (s *Server) prove(w http.ResponseWriter, r *http.Request) {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	say(w, http.StatusOK, s.Hosts.Proof(strings.ToLower(name), r.PathValue("question")))
}

func say(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, word+"\n") // whoever asked has gone
}
