package main

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// entry waits to be committed: the row of a file, or a memo.
type entry struct {
	space, name string
	text        string // of a memo
	size        int64
	sum, key    [32]byte
	sealed      []byte // for the pack; nil when the file has its own
	at          int64  // where in the pack it came to lie
	done        chan error
}

func (s *bare) enter(e *entry) error {
	e.done = make(chan error, 1)
	s.waiting <- e
	return <-e.done
}

// commit takes all that waits at once.
func (s *bare) commit(db *session) {
	for first := range s.waiting {
		group := []*entry{first}
		for more := true; more && len(group) < 128; {
			select {
			case e := <-s.waiting:
				group = append(group, e)
			default:
				more = false
			}
		}
		err := s.store(group)
		if err == nil {
			err = s.record(db, group)
		}
		for _, e := range group {
			e.done <- err
		}
	}
}

// store writes the small files of a group one behind the other.
func (s *bare) store(group []*entry) error {
	wrote := false
	for _, e := range group {
		if e.sealed == nil {
			continue
		}
		if _, err := s.pack.WriteAt(e.sealed, s.packed); err != nil {
			return err
		}
		e.at, wrote = s.packed, true
		s.packed += int64(len(e.sealed))
	}
	if !wrote {
		return nil
	}
	return syscall.Fdatasync(int(s.pack.Fd()))
}

func (s *bare) record(db *session, group []*entry) error {
	if _, err := db.run("begin immediate"); err != nil {
		return err
	}
	for _, e := range group {
		if err := s.recordOne(db, e); err != nil {
			_, undo := db.run("rollback")
			return errors.Join(err, undo)
		}
	}
	_, err := db.run("commit")
	return err
}

func (s *bare) recordOne(db *session, e *entry) (err error) {
	now, what := time.Now().Unix(), "memo "+e.space
	if e.name == "" {
		_, err = db.run("insert into memo (space, at, body) values (?, ?, ?)", e.space, now, e.text)
	} else {
		what = "doc " + e.space + "/" + e.name
		_, err = db.run("insert into doc (space, name, size, at, sum, key) values (?, ?, ?, ?, ?, ?)", e.space, e.name, e.size, now, e.sum[:], e.key[:])
	}
	if err != nil {
		return err
	}
	s.chain = sha256.Sum256(append(append(s.chain[:], e.sum[:]...), what...))
	_, err = db.run("insert into line (at, entry, link) values (?, ?, ?)", now, what, s.chain[:])
	return err
}

// note takes a memo.
func (s *bare) note(r *http.Request) error {
	var in struct{ Space, Body string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	return s.enter(&entry{space: in.Space, text: in.Body})
}

// reading lends a connection for reading.
func (s *bare) reading(do func(*session) error) error {
	var db *session
	select {
	case db = <-s.readers:
	default:
		var err error
		if db, err = s.open(); err != nil {
			return err
		}
	}
	err := do(db)
	select {
	case s.readers <- db:
	default:
		err = errors.Join(err, db.conn.Close())
	}
	return err
}

// list is a thousand rows as JSON.
func (s *bare) list(w http.ResponseWriter, r *http.Request) error {
	out := append(make([]byte, 0, 128<<10), '[')
	err := s.reading(func(db *session) error {
		return db.each("select id, name, size, at, sum from doc where space = ? order by name limit 1000", func(v []driver.Value) error {
			id, _ := v[0].(int64)
			name, _ := v[1].(string)
			size, _ := v[2].(int64)
			at, _ := v[3].(int64)
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = strconv.AppendInt(append(out, `{"id":`...), id, 10)
			out = strconv.AppendQuote(append(out, `,"name":`...), name)
			out = strconv.AppendInt(append(out, `,"size":`...), size, 10)
			out = time.Unix(at, 0).UTC().AppendFormat(append(out, `,"at":"`...), time.RFC3339)
			out = append(out, '"', '}')
			return nil
		}, r.PathValue("space"))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(append(out, ']'))
	return err
}

var barePage = template.Must(template.New("page").Parse(`<!doctype html><title>Memos</title><main><table>
{{range .}}<tr><td>{{.ID}}<td>{{.Space}}<td>{{.At}}<td>{{.Body}}</tr>
{{end}}</table></main>`))

// page is the last fifty memos in html/template.
func (s *bare) page(w http.ResponseWriter, r *http.Request) error {
	type memo struct {
		ID              int64
		Space, At, Body string
	}
	var found []memo
	err := s.reading(func(db *session) error {
		return db.each("select id, space, at, body from memo where space = ? order by id desc limit 50", func(v []driver.Value) error {
			var m memo
			m.ID, _ = v[0].(int64)
			m.Space, _ = v[1].(string)
			at, _ := v[2].(int64)
			m.At = time.Unix(at, 0).UTC().Format(time.RFC1123)
			m.Body, _ = v[3].(string)
			found = append(found, m)
			return nil
		}, r.PathValue("space"))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return barePage.Execute(w, found)
}
