// Package styleguide is the page that shows every component in every state, in
// the running demonstration. It is the documentation of package ui and the page
// that accessibility tests look at first.
//
// It refuses to be served outside demonstration mode, which is the route
// table's decision, and shows invented people only. Start reading at [New].
package styleguide

import (
	"embed"

	"cenacle/internal/web/ui"
)

//go:embed styleguide.tmpl
var files embed.FS

// Page holds a specimen of each component.
type Page struct {
	ui.Base
	Contents  []ui.Link
	Colours   []Colour
	Buttons   []ui.Button
	Badges    []ui.Badge
	Notices   []ui.Notice
	Fields    []ui.Field
	Summary   ui.Summary
	Documents []ui.DocumentRow
	More      ui.More
	Empty     ui.Empty
	Waiting   []ui.Waiting
	Tasks     []ui.Expectation
	Memos     []ui.Memo
	Composer  ui.Composer
	Audience  ui.Audience
	Upload    ui.Upload
	Progress  ui.Progress
	Dialog    ui.Dialog
	Tabs      []ui.Tab
	Trail     []ui.Link
	Keys      []ui.Keys
	Hash      ui.Hash
	People    []ui.Avatar
	Views     []ui.View
	Receipt   ui.Receipt
}

// Colour is a token with what it is for.
type Colour struct{ Name, Use string }

// Template renders [Page].
var Template = ui.Parse[Page](files, "styleguide.tmpl")

// New lays the specimens out for base, which it completes. Pdf and picture are
// addresses of a sample document of each kind, or empty.
func New(base ui.Base, pdf, picture string) Page {
	base.Title = base.T("styleguide.title")
	p := Page{Base: base}
	p.controls()
	p.papers()
	p.words()
	p.work()
	p.Views = views(base, pdf, picture)
	for _, key := range []string{"colour", "type", "button", "badge", "notice", "form", "document", "waiting", "task", "memo", "upload", "around", "view", "receipt"} {
		p.Contents = append(p.Contents, ui.Link{Href: "#" + key, Label: base.T("styleguide." + key)})
	}
	return p
}
