package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/web/page/errorpage"
	"cenacle/internal/web/ui"
)

// maxForm is the most bytes of a form that carries no file.
const maxForm = 256 << 10

// Handler serves the table: every pattern of it, and the page of what is
// absent for everything else. It goes behind [front.Config.Guard].
func (c *Config) Handler(table []Route, assets http.Handler) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", assets)
	for _, route := range table {
		if err := route.check(); err != nil {
			return nil, err
		}
		mux.Handle(route.Pattern, c.serve(route))
	}
	mux.Handle("/", c.serve(Route{Handle: func(*Request) (Answer, error) { return nil, Absent() }}))
	guarded := http.NewCrossOriginProtection()
	guarded.SetDenyHandler(c.serve(Route{Handle: func(*Request) (Answer, error) {
		return nil, fault.New(fault.Forbidden, "fault.cross_origin")
	}}))
	return guarded.Handler(mux), nil
}

// check refuses a route that does not say what protects it.
func (r Route) check() error {
	switch {
	case r.Pattern == "" || r.Handle == nil:
		return fmt.Errorf("web: an empty route in the table")
	case r.Door == Member && r.Action == "":
		return fmt.Errorf("web: route %s names no action", r.Pattern)
	case r.Door != Member && r.Why == "":
		return fmt.Errorf("web: route %s does not say what protects it", r.Pattern)
	}
	return nil
}

func (c *Config) serve(route Route) http.Handler {
	return c.Serve(route.Pattern, route.Long, func(in *front.Request) front.Exchange {
		return &exchange{route, &Request{
			Request: in.Request, ID: in.ID, Now: in.Now, Source: in.Source, Printer: c.printer(in.Request), config: c,
		}}
	})
}

// exchange is one request of a route.
type exchange struct {
	Route
	*Request
}

// Who is for the log: whoever the door has let in.
func (e *exchange) Who() (id.Firm, id.Person) { return e.Actor.Firm, e.Session.Person }

// Answer runs the route: limits, door, handler.
func (e *exchange) Answer(w *front.Writer) (err error) {
	r := e.Request
	if e.Body >= 0 {
		r.Body = http.MaxBytesReader(w, r.Body, max(e.Route.Body, maxForm))
	}
	answer, err := r.config.through(r, e.Route)
	if authz.Stale(err) && r.Method != http.MethodHead && !r.forScript() {
		answer, err = r.config.Prove(r)
	}
	if err != nil {
		return err
	}
	zw := compress(w, r, e.Route)
	if zw == nil {
		return answer.write(w, r)
	}
	defer func() { err = errors.Join(err, zw.Close()) }()
	return answer.write(zw, r)
}

// through opens the door and runs the handler.
func (c *Config) through(r *Request, route Route) (Answer, error) {
	if r.elsewhere(route) {
		return nil, Absent()
	}
	if err := c.recognise(r); err != nil {
		return nil, err
	}
	if route.Door != Public && !r.SignedIn {
		return nil, fault.New(fault.Unauthenticated, "fault.sign_in")
	}
	if route.Door == Member {
		if err := c.enter(r); err != nil {
			return nil, err
		}
		if r.asked && r.leads(route) {
			return See(r.FirmPath("charter") + "?next=" + url.QueryEscape(r.URL.RequestURI())), nil
		}
	}
	if route.Body >= 0 {
		if err := r.ParseForm(); errors.As(err, new(*http.MaxBytesError)) {
			return nil, err // else the form would come back without what was written
		}
	}
	return route.Handle(r)
}

// elsewhere reports whether a request came to the name of a firm, for what is of the
// house or of another firm: nothing of these is there.
func (r *Request) elsewhere(route Route) bool {
	of := r.PathValue("firm")
	return r.Source.At != "" && (route.House || of != "" && of != string(r.Source.At))
}

// leads reports whether a request is for a page before which the firm's charter is
// answered: neither that one itself, nor what a page's own script asks for.
func (r *Request) leads(route Route) bool {
	return r.Method == http.MethodGet && !route.Long && !r.forScript() && route.Action != authz.CharterRead && route.Action != authz.CharterSee
}

// recognise finds the session of the cookie; an unknown or ended one is nobody.
func (c *Config) recognise(r *Request) error {
	cookie, err := r.Cookie(c.CookieName())
	if err != nil {
		return nil
	}
	session, err := c.Accounts.ResumeAt(r.Context(), cookie.Value, r.Source.At)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r.SignedIn, r.Session, r.Token = true, session, cookie.Value
	return nil
}

// enter finds who the person is in the firm that the path names.
func (c *Config) enter(r *Request) error {
	of, err := PathID[id.Firm](r, "firm")
	if err != nil {
		return err
	}
	st, err := c.Firms.Stand(r.Context(), r.Session, of)
	if err != nil {
		return err
	}
	r.Actor, r.Card, r.Firm, r.asked = st.Actor, st.Card, st.Profile, st.Asked
	return nil
}

// Recheck finds again who asks and what she is in the firm, for a stream that
// outlives the moment its door was opened.
func (r *Request) Recheck() error {
	fresh := &Request{Request: r.Request, Source: r.Source, config: r.config}
	if err := r.config.recognise(fresh); err != nil {
		return err
	}
	if !fresh.SignedIn {
		return fault.New(fault.Unauthenticated, "fault.sign_in")
	}
	if r.Firm.ID == "" {
		return nil
	}
	if err := r.config.enter(fresh); err != nil {
		return err
	}
	r.Session, r.Actor = fresh.Session, fresh.Actor
	return nil
}

// CookieName is that of the session: bound to the host by the browser itself
// wherever HTTPS allows.
func (c *Config) CookieName() string {
	if c.Secure {
		return "__Host-cenacle"
	}
	return "cenacle"
}

// stepCookie ends the name of the cookie that holds the challenge of a sign-in
// whose second step is missing.
const stepCookie = "-step"

// Begin gives the browser a session with the redirect that follows; a sign-in
// that was under way is over.
func (r *Request) Begin(token string, next string) Answer { return r.BeginWith(token, See(next)) }

// BeginWith gives the browser a session with any answer.
func (r *Request) BeginWith(token string, then Answer) Answer {
	if r.Step() != "" {
		then = r.cookie(stepCookie, "", -1, then)
	}
	if r.device != "" {
		then = r.cookie(deviceCookie, r.device, int(account.DeviceLife/time.Second), then)
	}
	return r.cookie("", token, 0, then)
}

// deviceCookie ends the name of the cookie by which a browser is known again.
const deviceCookie = "-device"

// Device is the token by which this browser is known again: that of its cookie,
// or a new one, which the session that begins now leaves with it. It opens
// nothing.
func (r *Request) Device() string {
	if r.device != "" {
		return r.device
	}
	r.device = account.NewToken()
	if cookie, err := r.Cookie(r.config.CookieName() + deviceCookie); err == nil && len(cookie.Value) == account.TokenLength {
		r.device = cookie.Value
	}
	return r.device
}

// laterCookie ends the name of the cookie of [Request.PutOff].
const laterCookie = "-later"

// PutOff remembers for half a year, in this browser alone, that its reader wants
// nothing of what a page offers her besides what she came for.
func (r *Request) PutOff(next string) Answer {
	return r.cookie(laterCookie, "1", 180*24*3600, See(next))
}

// Later reports whether she did.
func (r *Request) Later() bool {
	_, err := r.Cookie(r.config.CookieName() + laterCookie)
	return err == nil
}

// End removes the session's cookie.
// Its browser forgets what scripts had kept of hers too: the marks of unfinished uploads.
func (r *Request) End(next string) Answer { return r.EndWith(See(next)) }

// EndWith removes the session's cookie with any answer.
func (r *Request) EndWith(then Answer) Answer {
	return Answering(func(w http.ResponseWriter, r *Request) error {
		w.Header().Set("Clear-Site-Data", `"storage"`)
		return r.cookie("", "", -1, then).write(w, r)
	})
}

// Halt gives the browser the challenge that stands before a session.
func (r *Request) Halt(challenge string, next string) Answer {
	return r.cookie(stepCookie, challenge, int(account.StepLife/time.Second), See(next))
}

// Step is the challenge of [Request.Halt], empty for none.
func (r *Request) Step() string {
	if cookie, err := r.Cookie(r.config.CookieName() + stepCookie); err == nil {
		return cookie.Value
	}
	return ""
}

// awayCookie ends the name of the cookie that holds the challenge of whoever was led
// to a provider, until she comes back.
const awayCookie = "-away"

// Depart gives the browser the challenge with which it comes back from elsewhere.
func (r *Request) Depart(challenge string, then Answer) Answer {
	return r.cookie(awayCookie, challenge, int(account.StepLife/time.Second), then)
}

// Away is the challenge of [Request.Depart], empty for none.
func (r *Request) Away() string {
	if cookie, err := r.Cookie(r.config.CookieName() + awayCookie); err == nil {
		return cookie.Value
	}
	return ""
}

// Arrive takes the challenge from the browser: it is used up.
func (r *Request) Arrive(then Answer) Answer { return r.cookie(awayCookie, "", -1, then) }

// pairCookie ends the name of the cookie that holds the challenge of whoever has shown
// one of her two identities, until she has shown the other one in the same browser.
const pairCookie = "-pair"

// Pair gives the browser that challenge.
func (r *Request) Pair(challenge string, then Answer) Answer {
	return r.cookie(pairCookie, challenge, int(account.MergeStep/time.Second), then)
}

// Paired is the challenge of [Request.Pair], empty for none.
func (r *Request) Paired() string {
	if cookie, err := r.Cookie(r.config.CookieName() + pairCookie); err == nil {
		return cookie.Value
	}
	return ""
}

// Unpair takes the challenge from the browser.
func (r *Request) Unpair(then Answer) Answer { return r.cookie(pairCookie, "", -1, then) }

func (r *Request) cookie(name, value string, age int, then Answer) Answer {
	return Answering(func(w http.ResponseWriter, r *Request) error {
		http.SetCookie(w, &http.Cookie{
			Name: r.config.CookieName() + name, Value: value, Path: "/", MaxAge: age,
			HttpOnly: true, Secure: r.config.Secure, SameSite: http.SameSiteLaxMode,
		})
		return then.write(w, r)
	})
}

// languageCookie ends the name of the cookie that holds the language of a browser.
const languageCookie = "-language"

// SetLanguage remembers the language in the browser alone.
func SetLanguage(l i18n.Language, next string) Answer {
	return Answering(func(w http.ResponseWriter, r *Request) error {
		return r.cookie(languageCookie, string(l), 365*24*3600, See(next)).write(w, r)
	})
}

func (c *Config) printer(r *http.Request) *i18n.Printer {
	choice := ""
	if cookie, err := r.Cookie(c.CookieName() + languageCookie); err == nil {
		choice = cookie.Value
	}
	return c.Catalog.Printer(c.Catalog.Negotiate(choice, r.Header.Get("Accept-Language")), c.Zone)
}

// Fail shows a fault as a page, and to a page's own script in words.
func (e *exchange) Fail(w *front.Writer, err error) error {
	r := e.Request
	unguarded, need := firm.Unguarded(err), authz.Demanded(err)
	err = front.Known(err)
	kind := fault.KindOf(err)
	w.Header().Del("Content-Disposition")
	w.Header().Set("Content-Security-Policy", front.Policy)
	front.RetryAfter(w.Header(), err)
	if kind == fault.Unauthenticated && r.Method == http.MethodGet && !r.forScript() {
		return See("/signin?next="+url.QueryEscape(r.URL.RequestURI())).write(w, r)
	}
	if unguarded && r.Method == http.MethodGet && !r.forScript() {
		return See("/account/factors?next="+url.QueryEscape(r.URL.RequestURI())).write(w, r)
	}
	if need == authz.Confirmed && r.Method == http.MethodGet && !r.forScript() {
		return See("/account/code?next="+url.QueryEscape(r.URL.RequestURI())).write(w, r)
	}
	if need > authz.Single && r.Method == http.MethodGet && !r.forScript() {
		return See("/account/factors?ask="+need.String()+"&next="+url.QueryEscape(r.URL.RequestURI())).write(w, r)
	}
	if r.forScript() && r.Header.Get("HX-Request") == "" {
		http.Error(w, r.Printer.Fault(err), front.Status(kind))
		return nil
	}
	shown := errorpage.New(r.Base(ui.Public, ""), err, r.URL.Path, "/")
	return page[errorpage.Page]{errorpage.Template, shown, front.Status(kind), nil}.write(w, r)
}

// forScript reports whether a page's script asks, which wants the status and
// not the sign-in page.
func (r *Request) forScript() bool {
	return r.Header.Get("HX-Request") != "" || r.Header.Get("Sec-Fetch-Mode") == "cors" ||
		strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream")
}
