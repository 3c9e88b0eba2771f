package styleguide_test

import (
	"testing"
	"time"

	"cenacle/internal/i18n"
	"cenacle/internal/web/page/styleguide"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

func TestTemplate(t *testing.T) { uitest.Check(t, styleguide.Template) }

func TestEveryComponentStandsInBothLanguages(t *testing.T) {
	for _, l := range i18n.All() {
		b := ui.Base{Printer: uitest.Printer(t, l), Layout: ui.Desk, Now: time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)}
		page := uitest.Render(t, styleguide.Template, styleguide.New(b, "/sample.pdf", "/sample.png"))
		for _, selector := range []string{
			"button.button-danger", "button[aria-busy=true]", "button[disabled]", "a.button", ".badge-signal", ".notice-danger[role=alert]",
			"input[aria-invalid=true]", "c-reveal input[type=password]", "textarea", "select", "fieldset input[type=radio]", "input[type=date]", "input[type=file]",
			".doc-unread", ".doc-held", ".empty", ".more", ".wait-yours", ".late", ".task-redo", ".task-already", ".memo-internal", ".composer", ".circles",
			".audience-warning", "c-upload form[enctype=multipart/form-data]", ".transfer[data-state=halfway]", "progress", "dialog", ".tabs", ".crumbs",
			"c-pdf[data-src=/sample.pdf]", "c-picture img", ".receipt .digest", "c-copy", "kbd",
		} {
			page.Has(selector)
		}
		page.Lacks("[style]")
		page.Silent("[ui.", "[styleguide.", "{0}</")
		unique(t, page)
	}
}

func unique(t *testing.T, page uitest.Node) {
	t.Helper()
	seen := map[string]bool{}
	for _, n := range page.All("[id]") {
		if id := n.Attr("id"); seen[id] {
			t.Errorf("id %q stands twice", id)
		} else {
			seen[id] = true
		}
	}
}
