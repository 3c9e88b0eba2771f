package caldav

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/front"
)

// verb is one method. Actions are those that its use cases decide; an open one says
// nothing of any firm, and one that changes is refused wherever it is tried.
type verb struct {
	do      func(*request, *front.Writer) error
	actions []authz.Action
	open    bool
	changes bool
}

// verbs is the whole table of methods: every other one is refused.
func verbs() map[string]verb {
	see := []authz.Action{authz.AgendaSee}
	out := map[string]verb{
		http.MethodOptions: {do: (*request).options, open: true},
		http.MethodGet:     {do: (*request).get, actions: see},
		http.MethodHead:    {do: (*request).get, actions: see},
		"PROPFIND":         {do: (*request).propfind, actions: see},
		"REPORT":           {do: (*request).report, actions: see},
	}
	for _, changing := range []string{http.MethodPut, http.MethodDelete, http.MethodPost, "PROPPATCH", "MKCALENDAR", "MKCOL", "MOVE", "COPY"} {
		out[changing] = verb{do: (*request).keep, actions: see, changes: true}
	}
	return out
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

// reading are the methods that do something.
const reading = "GET, HEAD, OPTIONS, PROPFIND, REPORT"

// options says what a calendar understands, to anybody: clients ask before they
// have a password.
func (r *request) options(w *front.Writer) error {
	w.Header().Set("Allow", reading)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return nil
}

// lead says where calendars begin.
func (r *request) lead(w *front.Writer) error {
	w.Header().Set("Location", Root)
	w.WriteHeader(http.StatusMovedPermanently)
	return nil
}

// keep refuses to change anything: an agenda is changed where those who are told of
// it can be chosen.
func (r *request) keep(*front.Writer) error {
	return fault.New(fault.Forbidden, "caldav.read_only")
}

func (r *request) refuse(w *front.Writer) error {
	w.Header().Set("Allow", reading)
	return fault.New(fault.Invalid, "drive.unsupported").Because(errMethod)
}

// get sends an event, or the whole agenda; what has nothing to send answers with one
// sentence, for whoever opens it with a browser.
func (r *request) get(w *front.Writer) error {
	switch r.at.kind {
	case object:
		found, err := r.pick([]place{r.at})
		if err != nil {
			return err
		}
		one, here := found[r.at.event]
		if !here {
			return fault.Absent()
		}
		return r.send(w, one)
	case calendar, feed:
		all, err := r.list(span{})
		if err != nil {
			return err
		}
		return r.send(w, r.whole(all))
	}
	return r.text(w, "text/plain; charset=utf-8", r.printer.T("caldav.welcome")+"\n")
}

// send sends iCalendar text, or says that it is what the client has.
func (r *request) send(w *front.Writer, one entry) error {
	h := w.Header()
	h.Set("ETag", one.tag)
	if !one.changed.IsZero() {
		h.Set("Last-Modified", one.changed.UTC().Format(http.TimeFormat))
	}
	if has(r.Header.Get("If-None-Match"), one.tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if match := r.Header.Get("If-Match"); match != "" && !has(match, one.tag) {
		return fault.New(fault.Precondition, "caldav.changed")
	}
	return r.text(w, media, one.text)
}

func (r *request) text(w *front.Writer, media, body string) error {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := io.WriteString(w, body)
	return front.Sent(err)
}

// has reports whether a list of entity tags names one; "*" names any.
func has(list, tag string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(t string) bool {
		t = strings.TrimSpace(t)
		return t == "*" || strings.TrimPrefix(t, "W/") == tag
	})
}
