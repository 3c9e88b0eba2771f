package dav

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/front"
)

// verb is one method. Actions are those that its use cases decide, by what the
// path leads to; an open one says nothing of any firm.
type verb struct {
	do      func(*request, *front.Writer) error
	actions []authz.Action
	open    bool
	long    bool // keeps its own deadlines
}

// verbs is the whole table of methods.
func verbs() map[string]verb {
	see := []authz.Action{authz.SpaceSee}
	read := append(slices.Clone(see), authz.DocumentRead)
	write := append(slices.Clone(see), authz.DocumentFile, authz.DocumentManage, authz.DepositMake)
	manage := append(slices.Clone(write), authz.SpaceManage)
	return map[string]verb{
		http.MethodOptions: {do: (*request).options, open: true},
		http.MethodGet:     {do: (*request).get, actions: read, long: true},
		http.MethodHead:    {do: (*request).head, actions: read},
		"PROPFIND":         {do: (*request).propfind, actions: read},
		"PROPPATCH":        {do: (*request).proppatch, actions: write},
		http.MethodPut:     {do: (*request).put, actions: write, long: true},
		"MKCOL":            {do: (*request).mkcol, actions: manage},
		http.MethodDelete:  {do: (*request).remove, actions: manage, long: true},
		"COPY":             {do: (*request).copy, actions: manage, long: true},
		"MOVE":             {do: (*request).move, actions: manage, long: true},
		"LOCK":             {do: (*request).lock, actions: write},
		"UNLOCK":           {do: (*request).unlock, actions: see},
	}
}

// Verbs are the methods with the actions that their use cases decide; none for
// one that says nothing of any firm.
func Verbs() map[string][]authz.Action {
	out := map[string][]authz.Action{}
	for method, v := range verbs() {
		out[method] = v.actions
	}
	return out
}

func allowed() string {
	var methods []string
	for m := range verbs() {
		methods = append(methods, m)
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// options says what a drive understands, to anybody: clients ask before they
// have a password.
func (r *request) options(w *front.Writer) error {
	w.Header().Set("Allow", allowed())
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return nil
}

func (r *request) unsupported(w *front.Writer) error {
	w.Header().Set("Allow", allowed())
	return fault.New(fault.Invalid, "drive.unsupported").Because(errUnsupported)
}

// get sends a file, whole or in part; a folder answers with one sentence, for
// whoever opens it with a browser.
func (r *request) get(w *front.Writer) error {
	n, err := r.dav.Drives.Look(r.Context(), r.actor, r.path)
	if err != nil {
		return err
	}
	if n.Collection {
		return r.welcome(w)
	}
	if has(r.Header.Get("If-None-Match"), n.ETag) { // nothing is taken, so nothing is recorded
		w.Header().Set("ETag", n.ETag)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	c, err := r.dav.Drives.Open(r.Context(), r.actor, r.path, front.From(r.Request.Request))
	if err != nil {
		return err
	}
	f := front.File{Content: c.Reader, Name: c.Name(), Media: c.Media, Modified: c.Modified, ETag: c.ETag}
	if c.Recheck != nil {
		f.Recheck = func() error {
			if err := r.enter(); err != nil {
				return err
			}
			return c.Recheck(r.Context())
		}
	}
	return errors.Join(r.dav.Send(w, r.Request.Request, f), c.Reader.Close())
}

func (r *request) welcome(w *front.Writer) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	_, err := io.WriteString(w, r.printer.T("drive.welcome")+"\n")
	return front.Sent(err)
}

// head describes a file without opening it.
func (r *request) head(w *front.Writer) error {
	n, err := r.dav.Drives.Look(r.Context(), r.actor, r.path)
	if err != nil {
		return err
	}
	if n.Collection {
		return r.welcome(w)
	}
	h := w.Header()
	h.Set("Content-Type", n.Media)
	h.Set("Content-Length", decimal(n.Size))
	h.Set("Accept-Ranges", "bytes")
	h.Set("ETag", n.ETag)
	h.Set("Last-Modified", n.Modified.UTC().Format(http.TimeFormat))
	status := http.StatusOK
	if has(r.Header.Get("If-None-Match"), n.ETag) {
		status = http.StatusNotModified
	}
	w.WriteHeader(status)
	return nil
}

// put files what the request carries.
func (r *request) put(w *front.Writer) error {
	if r.Header.Get("Content-Range") != "" { // RFC 9110, 14.5
		return malformed(errors.New("dav: a part of a file"))
	}
	if strings.HasSuffix(r.URL.Path, "/") {
		return fault.New(fault.Conflict, "drive.is_folder")
	}
	created, err := r.dav.Drives.Put(r.Context(), r.actor, r.path, drive.Incoming{
		Size: r.ContentLength, Body: front.NewBody(w, r.Body, r.dav.Until).While(r.enter), Reason: r.printer.T("drive.reason"), Guard: r.guard(),
	})
	if r.exact() && fault.Is(err, fault.Conflict) && !errors.Is(err, drive.ErrLocked) {
		return changed() // another version came while this one was on its way
	}
	if err != nil {
		return err
	}
	n, err := r.dav.Drives.Look(r.Context(), r.actor, r.path)
	if err == nil {
		w.Header().Set("ETag", n.ETag)
	} else if !fault.Is(err, fault.NotFound) { // who files for others need not see it
		return err
	}
	w.WriteHeader(made(created))
	return nil
}

// made is the status of what was made or replaced.
func made(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusNoContent
}

func (r *request) mkcol(w *front.Writer) error {
	if r.ContentLength != 0 {
		return fault.New(fault.Invalid, "drive.media").Because(errBody)
	}
	if err := r.dav.Drives.MakeFolder(r.Context(), r.actor, r.path, r.guard()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

// errBody is a body where none is understood (RFC 4918, 9.3).
var errBody = errors.New("dav: MKCOL with a body")

func (r *request) remove(w *front.Writer) error {
	if d, err := r.depth("infinity"); err != nil || d != infinity {
		return malformed(err)
	}
	if err := r.dav.Drives.Remove(r.Context(), r.actor, r.path, r.guard()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (r *request) copy(w *front.Writer) error {
	d, err := r.depth("infinity")
	if err != nil || d == 1 {
		return malformed(err)
	}
	return r.transfer(w, d == 0, r.dav.Drives.Copy)
}

func (r *request) move(w *front.Writer) error {
	if d, err := r.depth("infinity"); err != nil || d != infinity {
		return malformed(err)
	}
	return r.transfer(w, false, r.dav.Drives.Move)
}

const infinity = -1

// depth reads the Depth header (RFC 4918, 10.2), or what stands for none.
func (r *request) depth(none string) (int, error) {
	text := r.Header.Get("Depth")
	if text == "" {
		text = none
	}
	switch strings.ToLower(text) {
	case "0":
		return 0, nil
	case "1":
		return 1, nil
	case "infinity":
		return infinity, nil
	}
	return 0, malformed(errors.New("dav: Depth"))
}
