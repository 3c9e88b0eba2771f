// Package api is the REST API, version 1: every act and view of the pages, for
// programs. A program shows a token (package token) or comes by a mailed link;
// the firm is that of the token, and no path names another.
//
// It decides no right: an [Operation] names the action that its use case
// decides, and only a pass that leaves nothing of it is refused at the door. It
// keeps no state but how much each token has asked for lately. What it refuses,
// it says as problem+json (RFC 9457), in the language asked for.
//
// Read [Routes], which is the whole of it; then [Operation], and firm.go as the
// pattern for a noun. The document that describes it all (OpenAPI 3.1) is made
// from the same table.
package api

import (
	"fmt"
	"hash/maphash"
	"net/http"
	"strings"
	"sync"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/token"
)

// Root is where the API is mounted; every path of the table is below it.
const Root = "/api/v1"

// Edition is the version of the document, and changes with it: a new field or
// path is a new minor version; what breaks a program is a new major one, and
// another Root.
const Edition = "1.62.0"

// Config is what the server gives to the API.
type Config struct {
	*front.Config
	Keys     Keys
	Requests int             // of one token a minute; 0: no limit
	Closing  <-chan struct{} // closed when open streams must end
	Catalog  *i18n.Catalog
	Zone     *time.Location
	Office   *act.Office
	Accounts *account.Service
	Firms    *firm.Service
	Tokens   *token.Service
}

// Keys are those of the installation, for what programs carry and must not
// read, change or take elsewhere.
type Keys struct {
	// Seal and Open bind a text to a place: a list, and whose it is.
	Seal func(list, whose string, plain []byte) []byte
	Open func(list, whose string, sealed []byte) ([]byte, error)
	// Digest is a keyed hash for one purpose.
	Digest func(purpose, value string) []byte
}

// API answers the operations of one table.
type API struct {
	*Config
	meter    *meter
	table    http.Handler
	document func() ([]byte, error) // OpenAPI, written when somebody first asks for it
	reads    map[string]Operation
	held     [64]sync.Mutex // see hold
	seed     maphash.Seed
	pages    sync.Pool // of *[]byte: the memory of lists that were written, else cleared anew for each
}

// New makes an API of a table. A row that does not say what protects it is
// refused.
func New(c *Config, table []Operation) (*API, error) {
	a := &API{Config: c, meter: newMeter(c.Requests), reads: map[string]Operation{}, seed: maphash.MakeSeed()}
	for i := range table {
		if err := table[i].check(); err != nil {
			return nil, err
		}
		if method, path := table[i].split(); method == http.MethodGet {
			a.reads[path] = table[i]
		}
	}
	a.document = sync.OnceValues(func() ([]byte, error) { return Describe(table) })
	a.table = a.handler(table)
	return a, nil
}

// ServeHTTP answers below Root. It goes behind [front.Config.Guard].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.table.ServeHTTP(w, r) }

func (a *API) handler(table []Operation) http.Handler {
	mux := http.NewServeMux()
	for _, o := range table {
		method, path := o.split()
		mux.Handle(method+" "+Root+path, a.serve(o))
	}
	mux.Handle("GET "+Root+"/openapi.json", a.serve(Operation{
		Pattern: "GET /openapi.json", Why: "describes the API, the same for everybody", Open: true, Do: Handler{run: a.describe},
	}))
	mux.Handle(Root+"/", a.serve(Operation{Why: "there is nothing", Open: true, Do: Handler{run: func(r *Request) (answer, error) {
		return nil, a.nothing(mux, r)
	}}}))
	return mux
}

// nothing tells what is absent from what only takes another method.
func (a *API) nothing(mux *http.ServeMux, r *Request) error {
	var allowed []string
	for _, method := range []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"} {
		probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := mux.Handler(probe); pattern != "" && pattern != Root+"/" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return fault.Absent()
	}
	r.Set("Allow", strings.Join(allowed, ", "))
	return errMethod
}

func (a *API) describe(*Request) (answer, error) {
	raw, err := a.Document()
	return given{media: "application/json", raw: raw}, err
}

// Document is the OpenAPI description that the API gives of itself.
func (a *API) Document() ([]byte, error) { return a.document() }

// Operation is one row of the table.
type Operation struct {
	Pattern string // method and path below Root
	Name    string // of the operation, for programs made from the document
	Summary string // what it does, in one line of English
	// Action is what the use case decides, Also what it decides instead by the
	// circumstances. Without one, Why says what protects the row. An open row
	// needs no token.
	Action authz.Action
	Also   []authz.Action
	Why    string
	Open   bool
	Status int    // of success; 0: 200, or 204 without a body
	Long   bool   // a stream that keeps its own deadlines
	Body   int64  // most bytes of a body; 0: maxBody; -1: the operation's own limit
	Takes  string // media type of a body that is no JSON
	Do     Handler
}

func (o Operation) split() (method, path string) {
	method, path, _ = strings.Cut(o.Pattern, " ")
	return method, path
}

func (o Operation) check() error {
	switch {
	case o.Do.run == nil || o.Name == "" || o.Summary == "":
		return fmt.Errorf("api: the row %s is not whole", o.Pattern)
	case (o.Action == "") == (o.Why == "") || o.Open && o.Why == "":
		return fmt.Errorf("api: the row %s does not say what protects it", o.Pattern)
	}
	return nil
}

// takes reports whether a pass leaves anything of the operation.
func (o Operation) takes(p *authz.Pass) bool {
	if o.Action == "" || p.Takes(o.Action) {
		return true
	}
	for _, other := range o.Also {
		if p.Takes(other) {
			return true
		}
	}
	return false
}

// Request is one request with what the door found out.
type Request struct {
	*front.Request
	Printer *i18n.Printer
	Actor   authz.Actor
	Card    firm.Card
	Profile firm.Profile
	Token   token.Token     // of a program; zero for a mailed link
	Session account.Session // of a mailed link; zero for a program

	api       *API
	operation Operation
	answer    http.Header // what the answer will say besides
	body      []byte      // as it came, for the fingerprint of the request
	wire      http.ResponseWriter
	current   id.Version // for a problem that another one was expected
}

// Set adds a header to the answer.
func (r *Request) Set(name, value string) { r.answer.Set(name, value) }

// At tells where what was made is found: segments below Root.
func (r *Request) At(segments ...string) { r.Set("Location", Root+"/"+strings.Join(segments, "/")) }
