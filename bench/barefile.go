package main

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

const (
	small    = 1 << 20      // the largest file that goes into the pack
	chunk    = 16 * segment // what goes through the steps of a large file at once
	overhead = 16           // bytes that sealing adds to a segment
	pushing  = 32 << 20     // bytes after which the disk is told to begin
)

// keep receives a file, durable with its row when it returns.
func (s *bare) keep(r *http.Request) error {
	if r.ContentLength < 0 {
		return errors.New("length required")
	}
	e := &entry{space: r.PathValue("space"), name: filepath.Base(r.PathValue("name")), size: r.ContentLength}
	rand.Read(e.key[:]) // never fails: crypto/rand ends the program instead
	gcm, err := sealer(e.key[:])
	if err != nil {
		return err
	}
	k := &kept{size: e.size, gcm: gcm}
	if e.size <= small {
		plain := make([]byte, e.size)
		if _, err := io.ReadFull(r.Body, plain); err != nil {
			return err
		}
		e.sum, e.sealed, k.file = sha256.Sum256(plain), k.sealAll(nil, 0, plain), s.pack
	} else if k.file, err = s.keepLarge(r.Body, k, e); err != nil {
		return err
	}
	if err := s.enter(e); err != nil {
		return err
	}
	k.at = e.at
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[e.space+"/"+e.name] = k
	return nil
}

// sealAll appends plain, from segment first on, sealed.
func (k *kept) sealAll(to []byte, first int64, plain []byte) []byte {
	if to == nil {
		to = make([]byte, 0, len(plain)+overhead*(len(plain)/segment+1))
	}
	for n := first; n == first || len(plain) > 0; n++ {
		size := min(segment, len(plain))
		to = k.gcm.Seal(to, nonce(n), plain[:size], nil)
		plain = plain[size:]
	}
	return to
}

// part is a piece of a large file on its way.
type part struct {
	plain, sealed []byte
	first         int64 // number of its first segment
}

// keepLarge reads in one goroutine, hashes in another, seals and writes in a third.
func (s *bare) keepLarge(body io.Reader, k *kept, e *entry) (*os.File, error) {
	f, err := os.Create(filepath.Join(s.dir, "file-"+e.space+"-"+e.name))
	if err != nil {
		return nil, err
	}
	free, hashing, sealing := make(chan *part, 4), make(chan *part, 4), make(chan *part, 4)
	for range cap(free) {
		free <- &part{plain: make([]byte, chunk), sealed: make([]byte, 0, chunk+overhead*chunk/segment)}
	}
	sum := sha256.New()
	var work sync.WaitGroup
	var wrong error
	work.Go(func() { digest(sum, hashing, sealing) })
	work.Go(func() { wrong = k.write(f, sealing, free) })
	for n := int64(0); n < e.size && err == nil; n += chunk {
		p := <-free
		p.plain, p.first = p.plain[:min(chunk, e.size-n)], n/segment
		if _, err = io.ReadFull(body, p.plain); err == nil {
			hashing <- p
		}
	}
	close(hashing)
	work.Wait()
	sum.Sum(e.sum[:0])
	if err = errors.Join(err, wrong); err == nil {
		err = f.Sync()
	}
	return f, err
}

func digest(sum hash.Hash, in <-chan *part, out chan<- *part) {
	defer close(out)
	for p := range in {
		sum.Write(p.plain) // a hash never fails
		out <- p
	}
}

// write seals and writes, and has the disk begin before the end.
func (k *kept) write(f *os.File, in <-chan *part, free chan<- *part) (wrong error) {
	var wrote, pushed int64
	for p := range in {
		if wrong == nil {
			p.sealed = k.sealAll(p.sealed[:0], p.first, p.plain)
			_, wrong = f.Write(p.sealed)
			wrote += int64(len(p.sealed))
		}
		if wrote-pushed >= pushing {
			_ = syscall.SyncFileRange(int(f.Fd()), pushed, wrote-pushed, 2) // SYNC_FILE_RANGE_WRITE, a hint
			pushed = wrote
		}
		p.plain = p.plain[:cap(p.plain)]
		free <- p
	}
	return wrong
}

// give opens a file, or the range of it that is asked for, and sends it.
func (s *bare) give(w http.ResponseWriter, r *http.Request) error {
	s.mu.RLock()
	k := s.files[r.PathValue("space")+"/"+r.PathValue("name")]
	s.mu.RUnlock()
	if k == nil {
		http.NotFound(w, r)
		return nil
	}
	from, end := wanted(r, k.size)
	h := w.Header()
	h.Set("Content-Length", strconv.FormatInt(end-from, 10))
	h.Set("Content-Type", "application/octet-stream")
	if r.Header.Get("Range") != "" {
		h.Set("Content-Range", "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(end-1, 10)+"/"+strconv.FormatInt(k.size, 10))
		w.WriteHeader(http.StatusPartialContent)
	}
	sealed := make([]byte, min(8*(segment+overhead), k.size+overhead*(k.size/segment+1)))
	plain := make([]byte, 0, len(sealed))
	for n := from / segment; n*segment < end; n += 8 {
		last := min(n+8, (end+segment-1)/segment)
		size := min(last*segment, k.size) - n*segment + (last-n)*overhead
		if _, err := k.file.ReadAt(sealed[:size], k.at+n*(segment+overhead)); err != nil {
			return err
		}
		var err error
		plain = plain[:0]
		for i, rest := n, sealed[:size]; len(rest) > 0; i++ {
			one := min(segment+overhead, len(rest))
			if plain, err = k.gcm.Open(plain, nonce(i), rest[:one], nil); err != nil {
				return err
			}
			rest = rest[one:]
		}
		begin := max(from-n*segment, 0)
		if _, err := w.Write(plain[begin:min(int64(len(plain)), end-n*segment)]); err != nil {
			return err
		}
	}
	return nil
}

// wanted is the part of a file that a request asks for: from, and up to end.
func wanted(r *http.Request, size int64) (from, end int64) {
	spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	if !ok {
		return 0, size
	}
	first, last, _ := strings.Cut(spec, "-")
	from, _ = strconv.ParseInt(first, 10, 64) // the client is ours
	end, err := strconv.ParseInt(last, 10, 64)
	if err != nil {
		return from, size
	}
	return from, min(end+1, size)
}
