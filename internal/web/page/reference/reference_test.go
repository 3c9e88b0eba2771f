package reference_test

import (
	"testing"

	"cenacle/internal/api"
	"cenacle/internal/web"
	"cenacle/internal/web/page/reference"
	"cenacle/internal/web/ui/uitest"
	"cenacle/internal/web/webtest"
)

// TestReference draws the page of the real document, and looks for what a
// reader follows.
func TestReference(t *testing.T) {
	document := func() ([]byte, error) { return api.Describe(api.Routes(&api.Nouns{})) }
	pages := reference.New(document, "/api/v1/openapi.json", api.Problems())
	site := webtest.New(t, func(*webtest.Site) []web.Route {
		return []web.Route{{Pattern: "GET /api", Handle: pages.Show, Why: "the same for everybody"}}
	})
	page := site.Browser().Get("/api").Answers(t, 200, "")
	page.One("main h1").Says("Référence de l’API")
	page.One("#openSpace").Says("/spaces")
	page.One("#Document").Says("Document")
	page.One("#not_found")
	rows := len(api.Routes(&api.Nouns{}))
	if shown := len(page.All(".reference-operation")); shown != rows {
		t.Errorf("%d operations are shown of %d", shown, rows)
	}
	for _, link := range page.All(".reference a") {
		if href := link.Attr("href"); len(href) > 1 && href[0] == '#' {
			page.One(href)
		}
	}
}

func TestTemplate(t *testing.T) { uitest.Check(t, reference.Template) }

func TestDocumentThatIsNone(t *testing.T) {
	for _, raw := range []string{"", "[]", "{}"} {
		pages := reference.New(func() ([]byte, error) { return []byte(raw), nil }, "/x", nil)
		if _, err := pages.Show(nil); err == nil {
			t.Errorf("%q is a document", raw)
		}
	}
}
