// Package ui is the house's look: tokens and layers of style, layouts,
// components as typed structs with one template each, and the custom elements
// that make plain pages pleasant. Every page of the program is made of it.
//
// A page is a struct that embeds [Base], a template that defines "main", and a
// call of [Parse]; uitest.Check proves that the template fits the struct and
// that both languages have its messages. The page /styleguide of a running
// demonstration shows each component in each state.
//
// It refuses markup made in Go, inline styles and scripts (the Content Security
// Policy forbids them), and components that need a script to work: without one
// all of this is still links and forms. Start reading at [Base], then
// component/*.tmpl beside the struct of the same name.
package ui

import (
	"time"

	"cenacle/internal/i18n"
)

// Layout is the frame around a page's "main".
type Layout string

// The three frames.
const (
	Public Layout = ""       // home, sign-in, what stands behind a link
	Desk   Layout = "desk"   // the lawyer's side: denser, with sections
	Client Layout = "client" // the client's side: phone first, one column
)

// Base is what the frame of every page needs. Page structs embed it by value;
// a template then writes {{.T "memo.send"}} or, also inside range and
// components, {{t "memo.send"}}.
type Base struct {
	*i18n.Printer

	Layout Layout
	Title  string    // of the window, without the firm's name
	Path   string    // of the request, without its query
	Now    time.Time // when the page was made, for [Base.When]

	Firm     string // the firm's display name; empty on the product's own pages
	FirmHref string // where its name leads; empty: "/"
	Theme    string // "light", "dark", or empty to follow the device
	Logo     Logo   // of the firm
	Accent   string // address of a style sheet that sets --firm-accent, or empty

	Person    string // display name of who is signed in, or empty
	Account   []Link // entries of that person's menu
	SignOut   string // address of the sign-out form, or empty
	Nav       []Section
	Section   string // Key of the current entry of Nav
	Crumbs    []Link // from the outermost to the parent of this page
	Languages []Language
	Legal     []Link // legal notice, mediator, accessibility
	LegalNote string // one line of the firm or host, below the links

	Flash *Notice // what the last act did
	Demo  bool    // the ribbon that says nothing here is real
}

// Logo is the picture of a firm beside its name: for light pages and for dark ones. Where
// it has one alone, a dark page shows it on a light ground.
type Logo struct{ Light, Dark *Picture }

// Picture is a picture of ours, with its size in pixels.
type Picture struct {
	Src           string
	Width, Height int64
}

// Page is implemented by every struct that embeds [Base].
type Page interface{ frame() Base }

func (b Base) frame() Base { return b }

// Home is where the firm's name in the head leads.
func (b Base) Home() string {
	if b.FirmHref == "" {
		return "/"
	}
	return b.FirmHref
}

// SearchHref is where a person of a firm searches: below the first of her
// sections, which is the firm's own page; empty without any.
func (b Base) SearchHref() string {
	if len(b.Nav) == 0 {
		return ""
	}
	return b.Nav[0].Href + "/search"
}

// When writes at as seen from b.Now; a zero instant gives an empty Moment.
func (b Base) When(at time.Time) Moment {
	if at.IsZero() {
		return Moment{}
	}
	return Moment{At: at, Text: b.Ago(at, b.Now)}
}

// Moment is an instant with the words for it; the exact one stays in the page.
type Moment struct {
	At   time.Time
	Text string
}

// Link is a place to go, named.
type Link struct {
	Href, Label string
	Icon        Icon // optional
}

// Section is an entry of the desk's navigation.
type Section struct {
	Key   string // compared with Base.Section
	Href  string
	Label string
	Count int // what waits there; 0 shows nothing
}

// Language is one entry of the language switch.
type Language struct {
	Code    i18n.Language
	Label   string // the language's own name
	Href    string
	Current bool
}

// LanguageLinks offers every language; href makes the address that changes to one.
func LanguageLinks(current i18n.Language, href func(i18n.Language) string) []Language {
	names := map[i18n.Language]string{i18n.French: "Français", i18n.English: "English"}
	links := make([]Language, 0, len(names))
	for _, code := range i18n.All() {
		links = append(links, Language{Code: code, Label: names[code], Href: href(code), Current: code == current})
	}
	return links
}
