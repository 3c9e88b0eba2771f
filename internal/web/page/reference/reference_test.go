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
	document, err := api.Describe(api.Routes(&api.Nouns{}))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := reference.New(document, "/api/v1/openapi.json", api.Problems())
	if err != nil {
		t.Fatal(err)
	}
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
		if _, err := reference.New([]byte(raw), "/x", nil); err == nil {
			t.Errorf("%q is a document", raw)
		}
	}
}
