// Package home is what anyone may see before any sign-in: what the product
// does in one sentence, a drawing of it and what it does not do; the legal
// notice; the choice of a language; whether the program is well.
//
// It refuses slogans, pictures of people, claims the threat model does not
// carry, legal particulars that the host did not write, and to lead to another
// site. Start reading at [Page] and [Pages].
package home

import (
	"embed"

	"cenacle/internal/web/ui"
)

//go:embed home.tmpl legal.tmpl
var files embed.FS

// Page is the home page. Handlers fill Base (Legal holds legal notice and
// mediator) and the addresses of the two acts.
type Page struct {
	ui.Base
	SignUp string // empty when this host opens no firm by itself
	SignIn string
	Source string // where the source text of the program is offered
}

// Template renders [Page].
var Template = ui.Parse[Page](files, "home.tmpl")
