// Package i18n turns catalog keys into sentences: French, the reference, and
// English; numbers, sizes, dates and lists the way each language writes them.
//
// The catalogs are embedded ([Load]) and never change.
// Every noun owns one file, catalog/<noun>.json, both languages side by side:
//
//	"deposit.done": {"fr": "J’ai terminé", "en": "I’m done"}
//	"document.count": {"fr": {"one": "{0} document", "other": "{0} documents"}, "en": {…}}
//
// It refuses markup (a message is text, templates escape it), messages built
// by gluing pieces together, and a catalog in which one language says less
// than the other. Start reading at [Printer.T].
package i18n

import (
	"time"

	"golang.org/x/text/language"
)

// Zone is the IANA name of the time zone in which every instant is shown:
// deadlines of French law are counted there, wherever the reader is.
const Zone = "Europe/Paris"

// Language is one of the languages of the catalogs, as its BCP 47 code. The
// zero value reads as French.
type Language string

// The languages of the catalogs; French is the reference.
const (
	French  Language = "fr"
	English Language = "en"
)

// All lists the languages in the order in which they are offered.
func All() []Language { return []Language{French, English} }

// Name is what the language calls itself, the same for every reader.
func (l Language) Name() string {
	if l == English {
		return "English"
	}
	return "Français"
}

// Parse reads a stored or chosen language code. It reports false for anything
// but a language of the catalogs.
func Parse(code string) (Language, bool) {
	for _, l := range All() {
		if code == string(l) {
			return l, true
		}
	}
	return French, false
}

// maxAccept bounds what is read of an Accept-Language header.
const maxAccept = 256

// Negotiate returns the explicit choice when it names a language of the
// catalogs, otherwise the best answer to an Accept-Language header, otherwise
// French.
func (c *Catalog) Negotiate(choice, accept string) Language {
	if l, ok := Parse(choice); ok {
		return l
	}
	if len(accept) > maxAccept {
		return French
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(wanted) == 0 {
		return French // an unreadable header expresses no wish
	}
	_, index, confidence := c.matcher.Match(wanted...)
	if confidence == language.No {
		return French
	}
	return All()[index]
}

// Printer returns the printer of l, which shows instants in zone. It may be
// kept and shared for the life of the program.
func (c *Catalog) Printer(l Language, zone *time.Location) *Printer {
	l, _ = Parse(string(l)) // an unknown language reads as French
	return &Printer{
		language: l,
		tag:      language.Make(string(l)),
		zone:     zone,
		catalog:  c,
	}
}
