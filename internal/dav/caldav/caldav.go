// Package caldav shows a person's agenda to the calendar of her phone or computer:
// CalDAV (RFC 4791), as much of it as reads, and the same as one iCalendar file.
//
// It tells when something is, whether it is a meeting, a hearing or a deadline, and
// where in Cénacle it stands; never its title, its place, its note, the space or a
// person: a calendar is copied to whatever its owner connects it with, and shown on
// locked screens. Each request decides anew what is hers. It changes nothing, sends
// no alarm, marks nothing as read, and has one calendar for all her spaces.
// Start at [New]; [write] is all that is ever said of an event. Why:
// doc/decisions/047-calendars.md.
package caldav

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/dav/davxml"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/token"
)

const (
	// Root is where calendars begin.
	Root = "/caldav/"
	// Feed is all of a person's agenda as one file.
	Feed = Root + "agenda.ics"
	// wellKnown is where clients ask for Root (RFC 6764, 5).
	wellKnown = "/.well-known/caldav"
)

// Config is what the server gives to calendars.
type Config struct {
	*front.Config
	Catalog *i18n.Catalog
	Zone    *time.Location
	Agendas *agenda.Service
	Tokens  *token.Service
}

// CalDAV answers the requests of calendars.
type CalDAV struct {
	*Config
	served map[string]http.Handler // by method
	none   http.Handler            // for every other
	known  http.Handler            // says where Root is
}

// New makes the handler of calendars. It goes behind [front.Config.Guard].
func New(c *Config) *CalDAV {
	d := &CalDAV{Config: c, served: map[string]http.Handler{}}
	for method, v := range verbs() {
		d.served[method] = d.serve(method+" "+Root, v)
	}
	d.none = d.serve(Root, verb{do: (*request).refuse})
	d.known = d.serve(wellKnown, verb{open: true, do: (*request).lead})
	return d
}

func (d *CalDAV) serve(pattern string, v verb) http.Handler {
	return d.Serve(pattern, false, func(r *front.Request) front.Exchange {
		return &request{Request: r, dav: d, verb: v, printer: d.Catalog.Printer(d.Catalog.Negotiate("", r.Header.Get("Accept-Language")), d.Zone)}
	})
}

// Beside answers what is for calendars and leaves the rest to next.
func (d *CalDAV) Beside(next http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(http.HandlerFunc(d.ServeHTTP))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == wellKnown || r.URL.Path == strings.TrimSuffix(Root, "/") || strings.HasPrefix(r.URL.Path, Root) {
			guarded.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP answers below Root, and where clients ask for it.
func (d *CalDAV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := d.served[r.Method]
	switch {
	case r.URL.Path == wellKnown:
		h = d.known
	case h == nil:
		h = d.none
	}
	h.ServeHTTP(w, r)
}

// request is one request of a client, on its way to an answer.
type request struct {
	*front.Request
	dav     *CalDAV
	verb    verb
	printer *i18n.Printer
	actor   authz.Actor
	at      place
}

// Who names the person to the log.
func (r *request) Who() (id.Firm, id.Person) { return r.actor.Firm, r.actor.Person }

// Answer finds who asks and for what, and runs the method.
func (r *request) Answer(w *front.Writer) error {
	h := w.Header()
	h.Set("DAV", "1, 3, calendar-access")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if r.verb.open {
		return r.verb.do(r, w)
	}
	if err := r.enter(); err != nil {
		return err
	}
	if r.verb.changes {
		return r.verb.do(r, w)
	}
	var err error
	if r.at, err = r.find(r.URL); err != nil {
		return err
	}
	return r.verb.do(r, w)
}

// enter finds who asks by the app password of a calendar; the user name may be
// anything.
func (r *request) enter() error {
	_, text, given := r.BasicAuth()
	if !given {
		return fault.New(fault.Unauthenticated, "drive.refused")
	}
	st, err := r.dav.Tokens.Enter(r.Context(), text, token.Calendar, r.Source)
	r.actor = st.Actor
	return err
}

// kind is what stands at an address.
type kind int

const (
	top       kind = iota // where clients begin
	principal             // who asks
	home                  // where her calendars are
	calendar              // the one there is
	object                // one event of it
	feed                  // all of it as one file
)

// place is an address that was understood.
type place struct {
	kind  kind
	event id.Item // of an object
}

// find reads an address. The firm is a part of it so that a program that has the
// agendas of two firms tells them apart; another's is absent.
func (r *request) find(u *url.URL) (place, error) {
	rest, below := strings.CutPrefix(u.EscapedPath()+"/", Root)
	if !below {
		return place{}, fault.Absent()
	}
	parts := strings.Split(strings.TrimRight(rest, "/"), "/")
	switch {
	case parts[0] == "":
		return place{kind: top}, nil
	case rest == strings.TrimPrefix(Feed, Root)+"/":
		return place{kind: feed}, nil
	case parts[0] != string(r.actor.Firm), len(parts) > 1 && parts[1] != homeName, len(parts) > 2 && parts[2] != calendarName, len(parts) > 4:
		return place{}, fault.Absent()
	case len(parts) < 4:
		return place{kind: kind(len(parts))}, nil
	}
	name, typed := strings.CutSuffix(parts[3], suffix)
	event, err := id.Parse[id.Item](name)
	if !typed || err != nil {
		return place{}, fault.Absent()
	}
	return place{object, event}, nil
}

// Names of what lies below a firm.
const (
	homeName     = "calendars"
	calendarName = "all"
	suffix       = ".ics"
)

// href is the address of a place. Nothing in it needs an escape.
func (r *request) href(p place) string {
	switch p.kind {
	case top:
		return Root
	case feed:
		return Feed
	}
	at := Root + string(r.actor.Firm) + "/"
	if p.kind > principal {
		at += homeName + "/"
	}
	if p.kind > home {
		at += calendarName + "/"
	}
	if p.kind == object {
		at += string(p.event) + suffix
	}
	return at
}

const (
	maxBody     = 512 << 10 // bytes of XML: the addresses of as many events as are listed
	maxProperty = 200       // properties named in one request
)

// parse reads a body of XML; nil when there is none.
func (r *request) parse(w http.ResponseWriter) (*davxml.Element, error) {
	root, err := davxml.Parse(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, malformed(err)
	}
	return root, nil
}

func malformed(cause error) error {
	return fault.New(fault.Malformed, "drive.unreadable").Because(cause)
}

// What a client demands in vain; [request.Fail] names it.
var (
	errDepth  = errors.New("caldav: infinite depth")
	errReport = errors.New("caldav: a report that nothing answers")
	errFilter = errors.New("caldav: a filter that is not understood")
	errRange  = errors.New("caldav: an unreadable range of time")
	errMethod = errors.New("caldav: a method that nothing takes")
)
