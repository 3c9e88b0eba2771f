package dav

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"cenacle/internal/dav/davxml"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/front"
)

// Fail answers with a fault: its status, the condition that RFC 4918 (16)
// names, and a sentence that some clients show.
func (r *request) Fail(w *front.Writer, err error) error {
	err = front.Known(err)
	h := w.Header()
	front.RetryAfter(h, err)
	status := statusOf(err)
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Cenacle", charset="UTF-8"`)
	}
	if condition := r.condition(err); condition != "" {
		var b strings.Builder
		davxml.Begin(&b, "error")
		b.WriteString(condition + "</D:error>\n")
		h.Set("Content-Type", "application/xml; charset=utf-8")
		w.WriteHeader(status)
		_, err := io.WriteString(w, b.String())
		return front.Sent(err)
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, late := io.WriteString(w, r.printer.Fault(err)+"\n")
	return front.Sent(late)
}

// statusOf is the status that clients of drives understand.
func statusOf(err error) int {
	switch {
	case errors.Is(err, drive.ErrLocked):
		return http.StatusLocked
	case errors.Is(err, drive.ErrExists), errors.Is(err, errUnsupported):
		return http.StatusMethodNotAllowed
	case errors.Is(err, errBody):
		return http.StatusUnsupportedMediaType
	case errors.Is(err, errForeign):
		return http.StatusBadGateway
	}
	return front.Status(fault.KindOf(err))
}

// condition is the element that names what was demanded in vain.
func (r *request) condition(err error) string {
	switch {
	case errors.Is(err, errDepth):
		return "<D:propfind-finite-depth/>"
	case errors.Is(err, drive.ErrLocked) && r.Method == "LOCK":
		return "<D:no-conflicting-lock/>"
	case errors.Is(err, drive.ErrLocked):
		return "<D:lock-token-submitted><D:href>" + href(r.path, false) + "</D:href></D:lock-token-submitted>"
	case r.Method == "UNLOCK" && fault.Is(err, fault.Conflict):
		return "<D:lock-token-matches-request-uri/>"
	}
	return ""
}
