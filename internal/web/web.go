// Package web turns requests of people with browsers into calls of use cases,
// and their results into pages. It knows how to find who asks and in which
// language, and how a fault becomes a page; what it shares with other transports
// is package front. Handlers live in page/<noun>, beside the template they fill.
//
// It decides no right: a [Route] names the action its use case decides, and a
// census compares the table with the handlers. It keeps no state of its own.
// Start at [Route] and [Request]; the table itself is package site.
package web

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/web/ui"
)

// Door says who may knock at a route at all.
type Door int

const (
	Public Door = iota // anyone; nothing of any firm is behind it but what a token opens
	Person             // a person who signed in, outside any firm
	Member             // a person in the firm that the path names
)

// Route is one line of the table. Pattern is that of http.ServeMux. Action is
// what the use case decides for a Member; Why says, for the others, what
// protects what is behind the door.
type Route struct {
	Pattern string
	Door    Door
	Action  authz.Action
	Why     string
	House   bool  // of the house alone: at the name of a firm there is no such thing
	Long    bool  // a stream: no fixed deadline, the handler keeps its own
	Body    int64 // most bytes of a request body; 0: maxForm; -1: the handler's own limit
	Handle  Handler
}

// Handler answers a request or says what went wrong; it writes nothing itself.
type Handler func(*Request) (Answer, error)

// Request is one request with what the door found out.
type Request struct {
	*http.Request
	ID      id.Request
	Printer *i18n.Printer
	Now     time.Time
	Source  account.Source // the peer, by the rule of the trusted proxies

	SignedIn bool
	Session  account.Session
	Token    string // of the session, to end it

	// Of a Member:
	Actor authz.Actor
	Card  firm.Card
	Firm  firm.Profile

	config *Config
	asked  bool   // to answer the firm's charter
	device string // see [Request.Device]
}

// Config is what the server gives to the web.
type Config struct {
	*front.Config // Secure: cookies are Secure and __Host-
	Catalog       *i18n.Catalog
	Zone          *time.Location
	Accounts      *account.Service
	Firms         *firm.Service
	Legal         func(*i18n.Printer) []ui.Link
	// Prove asks somebody to show again who she is, and then sends what she sent.
	Prove Handler
}

// Base starts a page: its language, its frame, who is looking.
func (r *Request) Base(layout ui.Layout, title string) ui.Base {
	b := ui.Base{
		Printer: r.Printer, Layout: layout, Title: title, Path: r.URL.Path, Now: r.Now,
		Demo: r.config.Demo, Legal: r.config.Legal(r.Printer),
		Languages: ui.LanguageLinks(r.Printer.Language(), r.languageHref),
	}
	if r.SignedIn {
		b.SignOut = "/signout"
		b.Account = []ui.Link{{Href: "/account", Label: r.Printer.T("web.account"), Icon: "lock"}}
	}
	if r.Firm.ID != "" && r.Actor.Scope == "" && layout != ui.Public {
		b.Account = append(b.Account, ui.Link{Href: r.FirmPath("notices"), Label: r.Printer.T("web.notices"), Icon: "bell"})
		b.Account = append(b.Account, ui.Link{Href: r.FirmPath("programs"), Label: r.Printer.T("web.programs"), Icon: "plug"})
	}
	if r.Firm.ID != "" && layout != ui.Public && r.Firm.Charter.Audience.Concerns(r.Actor.Role) {
		b.Account = append(b.Account, ui.Link{Href: r.FirmPath("charter"), Label: r.Printer.T("charter.title"), Icon: "file-text"})
	}
	if r.Firm.ID != "" {
		b.Firm, b.FirmHref, b.Person = r.Firm.Name, r.FirmPath(), r.Card.Name
		b.Logo = LogoOf(r.Firm.ID, r.Firm.Logos)
		b.Nav = r.nav(layout)
		b.Crumbs = nil
	}
	if r.Actor.Unsigned && layout != ui.Public && r.URL.Path != r.FirmPath("charter") {
		b.Flash = &ui.Notice{Text: r.Printer.T("charter.waits"), Link: &ui.Link{Href: r.FirmPath("charter"), Label: r.Printer.T("charter.go")}}
	}
	if done := r.URL.Query().Get("done"); done != "" && r.Printer.Has("done."+done) {
		b.Flash = &ui.Notice{Look: ui.Done, Text: r.Printer.T("done." + done)}
	}
	return b
}

// LogoOf is what a page shows of a firm's logos.
func LogoOf(of id.Firm, logos firm.Logos) ui.Logo {
	picture := func(name string, l firm.Logo) *ui.Picture {
		if l == (firm.Logo{}) {
			return nil
		}
		return &ui.Picture{Src: "/door/" + string(of) + "/" + name, Width: l.Width, Height: l.Height}
	}
	return ui.Logo{Light: picture("logo.png", logos.Light), Dark: picture("logo-dark.png", logos.Dark)}
}

func (r *Request) nav(layout ui.Layout) []ui.Section {
	if layout != ui.Desk || !r.Actor.Role.Inside() {
		return nil
	}
	sections := []ui.Section{
		{Key: "desk", Href: r.FirmPath(), Label: r.Printer.T("web.nav.desk")},
		{Key: "agenda", Href: r.FirmPath("agenda"), Label: r.Printer.T("web.nav.agenda")},
		{Key: "people", Href: r.FirmPath("people"), Label: r.Printer.T("web.nav.people")},
	}
	ofFirm := authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}
	if authz.Decide(r.Actor, authz.FirmJournal, ofFirm, authz.Facts{}).Allowed {
		sections = append(sections, ui.Section{Key: "journal", Href: r.FirmPath("journal"), Label: r.Printer.T("web.nav.journal")})
	}
	if authz.Decide(r.Actor, authz.FirmConnect, ofFirm, authz.Facts{}).Allowed {
		sections = append(sections, ui.Section{Key: "connections", Href: r.FirmPath("connections"), Label: r.Printer.T("web.nav.connections")})
	}
	return sections
}

func (r *Request) languageHref(l i18n.Language) string {
	next := url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	if r.Method != http.MethodGet {
		next.RawQuery = ""
	}
	return r.LanguagePath(l, next.String())
}

// LanguagePath is where a reader changes to a language and goes on to next, a
// path of this site.
func (r *Request) LanguagePath(l i18n.Language, next string) string {
	return "/language/" + string(l) + "?" + url.Values{"next": {next}}.Encode()
}

// FirmPath joins segments under the firm of the request: /f/{firm}/a/b.
func (r *Request) FirmPath(segments ...string) string {
	return "/f/" + string(r.Firm.ID) + join(segments)
}

// SpacePath joins segments under a space of the firm of the request.
func (r *Request) SpacePath(s id.Space, segments ...string) string {
	return "/f/" + string(r.Firm.ID) + "/spaces/" + string(s) + join(segments)
}

func join(segments []string) string {
	out := ""
	for _, s := range segments {
		out += "/" + url.PathEscape(s)
	}
	return out
}

// Absolute makes a path an address a mail or a page can give to others; it
// depends on what the request says of its host only where that is the name of a firm.
func (r *Request) Absolute(path string) string {
	return r.config.BaseOf(cmp.Or(r.Source.At, r.Firm.ID)).JoinPath(path).String()
}

// Zone is where civil days begin.
func (r *Request) Zone() *time.Location { return r.config.Zone }

// Demo reports whether the server shows its demonstration firm.
func (r *Request) Demo() bool { return r.config.Demo }

// Value is a posted or queried value, at most as long as a form's limit.
func (r *Request) Value(name string) string { return r.FormValue(name) }

// Values is every value of one name.
func (r *Request) Values(name string) []string {
	if err := r.ParseForm(); err != nil {
		return nil // the body was cut; the handler's check refuses what is missing
	}
	return r.Form[name]
}

// PathID reads an identifier of the path; a malformed one is absent.
func PathID[T ~string](r *Request, name string) (T, error) {
	v, err := id.Parse[T](r.PathValue(name))
	if err != nil {
		return "", Absent()
	}
	return v, nil
}
