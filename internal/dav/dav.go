// Package dav speaks WebDAV (RFC 4918, classes 1 and 2) for package drive: it
// reads methods, headers and XML, and writes what file managers and office
// programs understand.
//
// It decides no right and opens no file: every method calls a use case. It
// keeps no properties that clients make up, as nobody would have addressed
// them; it reads no folder deeper than one step; and it believes no XML beyond
// 64 KiB, fifty elements deep, or with a document type. Start at [New]; the
// table of methods is in verb.go. Why this is our own handler:
// doc/decisions/011-own-webdav.md.
package dav

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/dav/davxml"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/token"
)

// Root is where drives begin.
const Root = "/dav/"

// Config is what the server gives to the drives.
type Config struct {
	*front.Config
	Catalog *i18n.Catalog
	Zone    *time.Location
	Drives  *drive.Service
	Tokens  *token.Service
}

// DAV answers the requests of WebDAV clients.
type DAV struct {
	*Config
	served map[string]http.Handler // by method
	none   http.Handler            // for every other
}

// New makes the handler of drives. It goes behind [front.Config.Guard].
func New(c *Config) *DAV {
	d := &DAV{Config: c, served: map[string]http.Handler{}}
	for method, v := range verbs() {
		d.served[method] = d.serve(method+" "+Root, v)
	}
	d.none = d.serve(Root, verb{open: true, do: (*request).unsupported})
	return d
}

func (d *DAV) serve(pattern string, v verb) http.Handler {
	return d.Serve(pattern, v.long, func(r *front.Request) front.Exchange {
		return &request{Request: r, dav: d, verb: v, printer: d.Catalog.Printer(d.Catalog.Negotiate("", r.Header.Get("Accept-Language")), d.Zone)}
	})
}

// Beside answers what is for drives and leaves the rest to next: everything
// below Root, and the questions that Windows asks of the top of a host before
// it opens a folder below.
func (d *DAV) Beside(next http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(http.HandlerFunc(d.ServeHTTP))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		top := r.URL.Path == "/" && (r.Method == http.MethodOptions || r.Method == "PROPFIND")
		if top || r.URL.Path == strings.TrimSuffix(Root, "/") || strings.HasPrefix(r.URL.Path, Root) {
			guarded.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP answers below Root.
func (d *DAV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := d.served[r.Method]; h != nil {
		h.ServeHTTP(w, r)
		return
	}
	d.none.ServeHTTP(w, r)
}

// request is one request of a client, on its way to an answer.
type request struct {
	*front.Request
	dav     *DAV
	verb    verb
	printer *i18n.Printer
	actor   authz.Actor
	path    drive.Path
	top     bool // asks of the host itself
}

// Answer finds who asks and for what, and runs the method.
func (r *request) Answer(w *front.Writer) error {
	h := w.Header()
	h.Set("DAV", "1, 2")
	h.Set("MS-Author-Via", "DAV") // else Windows asks FrontPage first
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if r.verb.open {
		return r.verb.do(r, w)
	}
	if err := r.enter(); err != nil {
		return err
	}
	var err error
	if r.path, err = r.at(r.URL); err != nil {
		return err
	}
	if err := r.demanded(); err != nil {
		return err
	}
	return r.verb.do(r, w)
}

// enter finds who asks by her app password; the user name may be anything.
func (r *request) enter() error {
	_, text, given := r.BasicAuth()
	if !given {
		return fault.New(fault.Unauthenticated, "drive.refused")
	}
	st, err := r.dav.Tokens.Enter(r.Context(), text, token.Drive, r.Source)
	r.actor = st.Actor
	return err
}

// at reads the path of an address. Each name is decoded once; what no drive
// shows is absent.
func (r *request) at(u *url.URL) (drive.Path, error) {
	raw := u.EscapedPath()
	if raw == "/" && r.Method == "PROPFIND" {
		r.top = true
		return nil, nil
	}
	raw, below := strings.CutPrefix(raw, strings.TrimSuffix(Root, "/"))
	if !below || raw != "" && raw[0] != '/' {
		return nil, fault.Absent()
	}
	raw = strings.TrimSuffix(strings.TrimPrefix(raw, "/"), "/")
	if raw == "" {
		return nil, nil
	}
	names := strings.Split(raw, "/")
	for i, n := range names {
		decoded, err := url.PathUnescape(n)
		if err != nil {
			return nil, malformed(err)
		}
		names[i] = decoded
	}
	return drive.Parse(names)
}

// href is the address of a path. A folder's ends with a slash.
func href(p drive.Path, folder bool) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(Root, "/"))
	for _, name := range p {
		b.WriteByte('/')
		escape(&b, name)
	}
	if folder {
		b.WriteByte('/')
	}
	return b.String()
}

// escape writes one name of a path so that every client reads it alike: all
// but the unreserved characters of RFC 3986, 2.3 are encoded.
func escape(b *strings.Builder, name string) {
	const digits = "0123456789ABCDEF"
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
}

// destination reads where a COPY or MOVE is to go (RFC 4918, 10.3): on this
// host and no other.
func (r *request) destination() (drive.Path, error) {
	u, err := url.Parse(r.Header.Get("Destination"))
	if err != nil || u.Path == "" {
		return nil, malformed(err)
	}
	if u.Host != "" && !strings.EqualFold(u.Host, r.Host) && !strings.EqualFold(u.Host, r.dav.Base.Host) {
		return nil, fault.New(fault.Forbidden, "drive.across").Because(errForeign)
	}
	p, err := r.at(u)
	if err == nil && !strings.HasPrefix(u.EscapedPath(), strings.TrimSuffix(Root, "/")) {
		err = fault.Absent()
	}
	return p, err
}

// guard is what the request demands of what it changes.
func (r *request) guard() drive.Guard {
	return drive.Guard{Tokens: r.tokens(), Check: r.preconditions, Exact: r.exact()}
}

var (
	errForeign     = errors.New("dav: another host")
	errUnsupported = errors.New("dav: a method or a body that nothing takes")
	errDepth       = errors.New("dav: infinite depth")
)

const (
	maxBody     = 64 << 10 // bytes of XML
	maxProperty = 200      // properties named in one request
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

// lockToken writes a lock token as the URI it is (RFC 4918, 6.5).
func lockToken(l id.Lock) string { return tokenPrefix + string(l) }

const tokenPrefix = "opaquelocktoken:"
