package dav

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/dav/davxml"
	"cenacle/internal/drive"
	"cenacle/internal/front"
)

// lock makes a lock (RFC 4918, 9.10), or with an empty body gives one another
// life (9.10.2).
func (r *request) lock(w *front.Writer) error {
	depth, err := r.depth("infinity")
	if err != nil || depth == 1 {
		return malformed(err)
	}
	body, err := r.parse(w)
	if err != nil {
		return err
	}
	life := timeout(r.Header.Get("Timeout"))
	if body == nil {
		return r.refresh(w, life)
	}
	in, err := lockInfo(body)
	if err != nil {
		return err
	}
	in.Deep, in.Life, in.Guard = depth == infinity, life, r.guard()
	l, created, err := r.dav.Drives.Lock(r.Context(), r.actor, r.path, in)
	if err != nil {
		return err
	}
	w.Header().Set("Lock-Token", "<"+lockToken(l.Token)+">")
	return r.locked(w, l, created)
}

func (r *request) refresh(w *front.Writer, life time.Duration) error {
	tokens := r.tokens()
	if len(tokens) == 0 {
		return malformed(errors.New("dav: LOCK without a body or a token"))
	}
	l, err := r.dav.Drives.Refresh(r.Context(), r.actor, r.path, tokens, life)
	if err != nil {
		return err
	}
	return r.locked(w, l, false)
}

// locked answers with the lock.
func (r *request) locked(w *front.Writer, l drive.Lock, created bool) error {
	n := drive.Node{Path: r.path}
	if !created {
		var err error
		if n, err = r.dav.Drives.Look(r.Context(), r.actor, r.path); err != nil {
			return err
		}
	}
	var b strings.Builder
	davxml.Begin(&b, "prop")
	b.WriteString("<D:lockdiscovery>")
	activeLock(&b, l, &n)
	b.WriteString("</D:lockdiscovery></D:prop>\n")
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	w.WriteHeader(status)
	_, err := w.Write([]byte(b.String()))
	return front.Sent(err)
}

// maxOwner is how many bytes of what a client writes of itself go into a lock.
const maxOwner = 4 << 10

// lockInfo reads what kind of lock is asked for.
func lockInfo(body *davxml.Element) (in drive.Locking, err error) {
	if !body.Is("lockinfo") || body.Child("locktype").Child("write") == nil {
		return in, malformed(davxml.ErrRefused)
	}
	scope := body.Child("lockscope")
	in.Shared = scope.Child("shared") != nil
	if in.Shared == (scope.Child("exclusive") != nil) {
		return in, malformed(davxml.ErrRefused)
	}
	if owner := body.Child("owner"); owner != nil {
		var b strings.Builder
		davxml.Text(&b, owner.Text)
		for _, c := range owner.Children {
			c.Fragment(&b)
		}
		if b.Len() > maxOwner {
			return in, malformed(davxml.ErrRefused)
		}
		in.Owner = []byte(b.String())
	}
	return in, nil
}

// timeout reads a Timeout header (RFC 4918, 10.7): the first of its times; 0
// leaves the choice to the drive.
func timeout(header string) time.Duration {
	first, _, _ := strings.Cut(header, ",")
	seconds, ok := strings.CutPrefix(strings.TrimSpace(first), "Second-")
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(seconds, 10, 32)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// unlock ends a lock (RFC 4918, 9.11).
func (r *request) unlock(w *front.Writer) error {
	text := strings.TrimSpace(r.Header.Get("Lock-Token"))
	text, opens := strings.CutPrefix(text, "<")
	text, closes := strings.CutSuffix(text, ">")
	if !opens || !closes {
		return malformed(errors.New("dav: Lock-Token"))
	}
	token, err := tokenOf(text)
	if err != nil {
		token = "" // no lock of ours: the same answer as for one that ended
	}
	if err := r.dav.Drives.Unlock(r.Context(), r.actor, r.path, token); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
