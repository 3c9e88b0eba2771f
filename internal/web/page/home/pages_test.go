package home_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cenacle/internal/web"
	"cenacle/internal/web/page/home"
	"cenacle/internal/web/ui/uitest"
	"cenacle/internal/web/webtest"
)

func open(t *testing.T, p *home.Pages) *webtest.Site {
	t.Helper()
	return webtest.New(t, func(*webtest.Site) []web.Route {
		public := func(pattern string, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Handle: h, Why: "a test"}
		}
		return []web.Route{
			public("GET /{$}", p.Show), public("GET /legal", p.Legal), public("GET /language/{code}", p.Language), public("GET /healthz", p.Health),
		}
	})
}

func TestLegalTemplate(t *testing.T) { uitest.Check(t, home.LegalTemplate) }

func TestShow(t *testing.T) {
	page := open(t, &home.Pages{}).Browser().Get("/").Answers(t, http.StatusOK, "")
	page.One("main a[href=/signup]")
	page.One("main a[href=/signin]")
}

func TestLegalSaysWhatIsMissing(t *testing.T) {
	page := open(t, &home.Pages{}).Browser().Get("/legal").Answers(t, http.StatusOK, "")
	if n := len(page.All(".legal-missing")); n != 6 {
		t.Errorf("%d particulars are said to be missing, want 6", n)
	}
	page.Has(".notice")
	page.One("h2#mediator")
	full := home.Host{Publisher: "Éditions <Test>", Address: "1 rue", Contact: "01", Director: "A", Hosting: "B", Mediator: "C"}
	page = open(t, &home.Pages{Host: full, Source: "/source"}).Browser().Get("/legal").Answers(t, http.StatusOK, "")
	page.Lacks(".legal-missing")
	page.Lacks(".notice")
	page.One("main").Says("Éditions <Test>")
	page.Has("main a[href=/source]")
}

func TestLanguageStaysHere(t *testing.T) {
	s := open(t, &home.Pages{})
	for next, want := range map[string]string{
		"/legal?a=b": "/legal?a=b", "": "/", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example": "/", "/\n/evil.example": "/", "legal": "/",
	} {
		b := s.Browser()
		b.Get("/language/en?next="+url.QueryEscape(next)).Answers(t, http.StatusSeeOther, want)
		b.Get("/legal").One("html").Is("lang", "en")
	}
	b := s.Browser()
	b.Get("/language/de?next=/").Answers(t, http.StatusNotFound, "")
	b.Get("/").One("html").Is("lang", "fr")
}

func TestHealth(t *testing.T) {
	var broken error
	b := open(t, &home.Pages{Ready: func(context.Context) error { return broken }}).Browser()
	if page := b.Get("/healthz"); page.Status != http.StatusOK || page.Body != "ok\n" || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("well: %d %q", page.Status, page.Body)
	}
	broken = errors.New("connection refused to 10.0.0.7")
	if page := b.Get("/healthz"); page.Status != http.StatusServiceUnavailable || page.Header.Get("Retry-After") == "" || strings.Contains(page.Body, "10.0.0.7") {
		t.Errorf("ill: %d %q", page.Status, page.Body)
	}
}
