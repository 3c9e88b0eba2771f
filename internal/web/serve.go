package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/web/page/errorpage"
	"cenacle/internal/web/ui"
)

// maxForm is the most bytes of a form that carries no file.
const maxForm = 256 << 10

// answerLimit is how long a route that is no stream has to be read and answered.
const answerLimit = 30 * time.Second

// Handler serves the table: every pattern of it, and the page of what is
// absent for everything else.
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
	return c.front(guarded.Handler(mux)), nil
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

// front is what every answer goes through: headers, the right host.
func (c *Config) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), interest-cohort=()")
		h.Set("Cache-Control", "no-store")
		if c.Secure {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		if !c.known(r.Host) {
			http.Error(w, "421 Misdirected Request", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
	"font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// known reports whether a host is ours: that of the public address, and for a
// demonstration, which only this machine reaches, its names for itself.
func (c *Config) known(host string) bool {
	if strings.EqualFold(host, c.Base.Host) {
		return true
	}
	if !c.Demo {
		return false
	}
	name, _, _ := strings.Cut(host, ":")
	return name == "localhost" || name == "127.0.0.1"
}

func (c *Config) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		start := c.Clock()
		r := &Request{
			Request: hr, ID: id.New[id.Request](start), Now: start,
			Source: source(hr, c.Proxies), Printer: c.printer(hr), config: c,
		}
		seen := &watched{ResponseWriter: w}
		err := c.answer(seen, r, route)
		c.event(r, route, seen, err)
	})
}

// answer runs one route: limits, door, handler, and the page of a fault.
func (c *Config) answer(w *watched, r *Request, route Route) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("web: panic: %v\n%s", p, debug.Stack())
			c.fail(w, r, err)
		}
	}()
	if !route.Long {
		control := http.NewResponseController(w)
		until := c.Until(answerLimit)
		if err := errors.Join(control.SetReadDeadline(until), control.SetWriteDeadline(until)); err != nil {
			return err
		}
	}
	if limit := route.Body; limit >= 0 {
		r.Body = http.MaxBytesReader(w, r.Body, max(limit, maxForm))
	}
	answer, err := c.through(r, route)
	if err == nil {
		if zw := compress(w, r, route); zw != nil {
			defer func() { err = errors.Join(err, zw.Close()) }()
			err = answer.write(zw, r)
		} else {
			err = answer.write(w, r)
		}
	}
	if err != nil {
		c.fail(w, r, err)
	}
	return err
}

// through opens the door and runs the handler.
func (c *Config) through(r *Request, route Route) (Answer, error) {
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
	}
	if route.Body >= 0 {
		if err := r.ParseForm(); errors.As(err, new(*http.MaxBytesError)) {
			return nil, err // else the form would come back without what was written
		}
	}
	return route.Handle(r)
}

// recognise finds the session of the cookie; an unknown or ended one is nobody.
func (c *Config) recognise(r *Request) error {
	cookie, err := r.Cookie(c.CookieName())
	if err != nil {
		return nil
	}
	session, err := c.Accounts.Resume(r.Context(), cookie.Value)
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
	r.Actor, r.Card, r.Firm = st.Actor, st.Card, st.Profile
	return nil
}

// Recheck finds again who asks and what she is in the firm, for a stream that
// outlives the moment its door was opened.
func (r *Request) Recheck() error {
	fresh := &Request{Request: r.Request, config: r.config}
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

// Begin gives the browser a session, End takes it away; both come with the
// redirect that follows.
func (r *Request) Begin(token string, next string) Answer {
	return r.cookie(token, 0, next)
}

// End removes the session's cookie.
func (r *Request) End(next string) Answer { return r.cookie("", -1, next) }

func (r *Request) cookie(token string, age int, next string) Answer {
	return Answering(func(w http.ResponseWriter, r *Request) error {
		http.SetCookie(w, &http.Cookie{
			Name: r.config.CookieName(), Value: token, Path: "/", MaxAge: age,
			HttpOnly: true, Secure: r.config.Secure, SameSite: http.SameSiteLaxMode,
		})
		return See(next).write(w, r)
	})
}

const languageCookie = "cenacle-language"

// SetLanguage remembers the language in the browser alone.
func SetLanguage(l i18n.Language, next string) Answer {
	return Answering(func(w http.ResponseWriter, r *Request) error {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: r.config.Secure, SameSite: http.SameSiteLaxMode,
		})
		return See(next).write(w, r)
	})
}

func (c *Config) printer(r *http.Request) *i18n.Printer {
	choice := ""
	if cookie, err := r.Cookie(languageCookie); err == nil {
		choice = cookie.Value
	}
	return c.Catalog.Printer(c.Catalog.Negotiate(choice, r.Header.Get("Accept-Language")), c.Zone)
}

// fail shows a fault: to a person as a page, and nothing more once an answer
// has begun.
func (c *Config) fail(w *watched, r *Request, err error) {
	var gone lost
	if w.begun || errors.As(err, &gone) {
		return
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		err = fault.New(fault.TooLarge, "fault.too_large", r.Printer.Bytes(big.Limit)).Because(err)
	}
	kind := fault.KindOf(err)
	w.Header().Del("Content-Disposition")
	w.Header().Set("Content-Security-Policy", policy)
	retryAfter(w.Header(), err)
	if kind == fault.Unauthenticated && r.Method == http.MethodGet && !r.forScript() {
		next := "/signin?next=" + url.QueryEscape(r.URL.RequestURI())
		c.logFailure(r, See(next).write(w, r))
		return
	}
	if r.forScript() && r.Header.Get("HX-Request") == "" {
		http.Error(w, r.Printer.Fault(err), Status(kind))
		return
	}
	shown := errorpage.New(r.Base(ui.Public, ""), err, r.URL.Path, "/")
	c.logFailure(r, page[errorpage.Page]{errorpage.Template, shown, Status(kind), nil}.write(w, r))
}

// retryAfter says when a request that was refused for a while may come again.
func retryAfter(h http.Header, err error) {
	var known *fault.Error
	if errors.As(err, &known) && known.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((known.RetryAfter+time.Second-1)/time.Second)))
	} else if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Busy) {
		h.Set("Retry-After", "10")
	}
}

// forScript reports whether a page's script asks, which wants the status and
// not the sign-in page.
func (r *Request) forScript() bool {
	return r.Header.Get("HX-Request") != "" || r.Header.Get("Sec-Fetch-Mode") == "cors" ||
		strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream")
}

func (c *Config) logFailure(r *Request, err error) {
	var gone lost
	if err != nil && !errors.As(err, &gone) {
		c.Log.ErrorContext(r.Context(), "page of a fault", "request", r.ID, "cause", err.Error())
	}
}

// event writes the one line of a request: the route's pattern, never its path,
// which holds tokens.
func (c *Config) event(r *Request, route Route, w *watched, err error) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", string(r.ID)), slog.String("method", method(r.Method)), slog.String("route", route.Pattern),
		slog.Int("status", w.status), slog.Int64("bytes", w.bytes),
		slog.Duration("took", c.Clock().Sub(r.Now)),
	}
	if err != nil {
		kind := fault.KindOf(err)
		attrs = append(attrs, slog.String("fault", kind.String()))
		if ours(kind) && r.Context().Err() == nil && !errors.As(err, new(lost)) {
			level = slog.LevelError
			attrs = append(attrs, slog.String("cause", err.Error()))
		}
	}
	c.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// ours reports a kind of fault that the operator can do something about.
func ours(k fault.Kind) bool {
	return k == fault.Internal || k == fault.Unavailable || k == fault.NoSpace
}

// method keeps a made-up method out of the log.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodPut, http.MethodOptions:
		return m
	}
	return "other"
}

// watched notes what was sent.
type watched struct {
	http.ResponseWriter
	begun  bool
	status int
	bytes  int64
}

func (w *watched) WriteHeader(status int) {
	if !w.begun {
		w.begun, w.status = true, status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets the controller reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
