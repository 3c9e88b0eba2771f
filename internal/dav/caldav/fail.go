package caldav

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"cenacle/internal/dav/davxml"
	"cenacle/internal/fault"
	"cenacle/internal/front"
)

// Fail answers with a fault: its status, the condition that the RFCs name, or a
// sentence that some clients show.
func (r *request) Fail(w *front.Writer, err error) error {
	err = front.Known(err)
	h := w.Header()
	front.RetryAfter(h, err)
	status := front.Status(fault.KindOf(err))
	if errors.Is(err, errMethod) {
		status = http.StatusMethodNotAllowed
	}
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Cenacle", charset="UTF-8"`)
	}
	body := r.printer.Fault(err) + "\n"
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if demanded := condition(err); demanded != "" {
		var b strings.Builder
		davxml.Begin(&b, "error", namespaces)
		b.WriteString("<" + demanded + "/></D:error>\n")
		body = b.String()
		h.Set("Content-Type", "application/xml; charset=utf-8")
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, late := io.WriteString(w, body)
	return front.Sent(late)
}

// condition is the element that names what was demanded in vain (RFC 4918, 16; RFC
// 4791, 7).
func condition(err error) string {
	switch {
	case errors.Is(err, errDepth):
		return "D:propfind-finite-depth"
	case errors.Is(err, errReport):
		return "D:supported-report"
	case errors.Is(err, errFilter):
		return "C:supported-filter"
	case errors.Is(err, errRange):
		return "C:valid-filter"
	}
	return ""
}
