// Package home is the page before any sign-in: what the product does in one
// sentence, a drawing of it, and what it does not do.
//
// It refuses slogans, pictures of people and claims the threat model does not
// carry. Start reading at [Page].
package home

import (
	"embed"

	"cenacle/internal/web/ui"
)

//go:embed home.tmpl
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
var Template = ui.Must(ui.Parse[Page](files, "home.tmpl"))
