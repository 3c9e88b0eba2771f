package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/web/ui"
)

// Answer is what a handler returns.
type Answer interface {
	write(w http.ResponseWriter, r *Request) error
}

type page[P ui.Page] struct {
	template *ui.Template[P]
	page     P
	status   int
	refused  error // why a form came back
}

// Show answers with a page.
func Show[P ui.Page](t *ui.Template[P], p P) Answer { return page[P]{t, p, http.StatusOK, nil} }

// Again answers with a form that comes back because of err, whose kind gives
// the status: 422 for what cannot be accepted.
func Again[P ui.Page](t *ui.Template[P], p P, err error) Answer {
	return page[P]{t, p, front.Status(fault.KindOf(err)), err}
}

func (p page[P]) write(w http.ResponseWriter, _ *Request) error {
	var b bytes.Buffer
	if err := p.template.Render(&b, p.page); err != nil {
		return err
	}
	h := w.Header()
	front.RetryAfter(h, p.refused)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(p.status)
	_, err := b.WriteTo(w)
	return front.Sent(err)
}

type redirect string

// See answers 303 with the path to look at next.
func See(path string) Answer { return redirect(path) }

// Done answers 303 to a page that says what was done (catalog key "done."+what).
func Done(path, what string) Answer {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	path, fragment, _ := strings.Cut(path, "#")
	if fragment != "" {
		fragment = "#" + fragment
	}
	return redirect(path + mark + "done=" + what + fragment)
}

type resend string

// Resend answers 307: the browser sends what it has just sent to path, which is
// of this site.
func Resend(path string) Answer { return resend(path) }

func (to resend) write(w http.ResponseWriter, _ *Request) error {
	w.Header().Set("Location", string(to))
	w.WriteHeader(http.StatusTemporaryRedirect)
	return nil
}

func (to redirect) write(w http.ResponseWriter, _ *Request) error {
	w.Header().Set("Location", string(to))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Lead answers with a page from which the browser goes on, by itself, to an address
// of another site. A redirect would not do: browsers hold the policy for what forms
// are sent to against it too.
func Lead(address string, page Answer) Answer {
	return Answering(func(w http.ResponseWriter, r *Request) error {
		w.Header().Set("Refresh", "0; url="+address)
		return page.write(w, r)
	})
}

type empty int

// Empty answers with a status and headers that the handler set, and no body.
func Empty(status int) Answer { return empty(status) }

func (e empty) write(w http.ResponseWriter, _ *Request) error {
	w.WriteHeader(int(e))
	return nil
}

// Answering is an answer that writes itself: streams and protocols.
type Answering func(w http.ResponseWriter, r *Request) error

func (f Answering) write(w http.ResponseWriter, r *Request) error { return f(w, r) }

// JSON answers with a small value for the page's own scripts.
func JSON(status int, v any) Answer {
	return Answering(func(w http.ResponseWriter, _ *Request) error {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("web: encoding an answer: %w", err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, err = w.Write(raw)
		return front.Sent(err)
	})
}

// File is bytes of a document, sent as package front sends them.
type File front.File

func (f File) write(w http.ResponseWriter, r *Request) error {
	return r.config.Send(w, r.Request, front.File(f))
}

// Flow answers with bytes made while they are sent, as package front does.
func Flow(w http.ResponseWriter, r *Request, name, media string, recheck func() error, write func(io.Writer) error) error {
	return r.config.Flow(w, name, media, recheck, write)
}

// Write sends an answer from inside another.
func Write(a Answer, w http.ResponseWriter, r *Request) error { return a.write(w, r) }

// Attachment is a small file made by us, to be kept.
func Attachment(raw []byte, name, media string) Answer {
	return Answering(func(w http.ResponseWriter, _ *Request) error {
		h := w.Header()
		h.Set("Content-Type", media)
		h.Set("Content-Disposition", front.Disposition("attachment", name))
		h.Set("Content-Length", strconv.Itoa(len(raw)))
		_, err := w.Write(raw)
		return front.Sent(err)
	})
}

// Absent is the answer for what does not exist and for what may not be seen.
func Absent() error { return fault.Absent() }
