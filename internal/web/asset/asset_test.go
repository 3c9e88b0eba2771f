package asset_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"cenacle/internal/web/asset"
)

func built() fstest.MapFS {
	return fstest.MapFS{
		"manifest.json": {Data: []byte(`{"names":{"app.css":"app-AB.css"},"files":{
			"app-AB.css":{"type":"text/css; charset=utf-8","hash":"00ff","br":2,"gz":3},
			"font-CD.woff2":{"type":"font/woff2","hash":"11ee"}}}`)},
		"icons.json":    {Data: []byte(`{"lock":"<path d=\"M0 0\"/>"}`)},
		"app-AB.css":    {Data: []byte("a{b:c}")},
		"app-AB.css.br": {Data: []byte("br")},
		"app-AB.css.gz": {Data: []byte("zip")},
		"font-CD.woff2": {Data: []byte("wOF2")},
	}
}

func open(t *testing.T) *asset.Set {
	t.Helper()
	s, err := asset.Open(built())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestServe(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		name, path, accept, method, body, coding string
		status                                   int
	}{
		{"plain without a header", "/assets/app-AB.css", "", "GET", "a{b:c}", "", 200},
		{"brotli first", "/assets/app-AB.css", "gzip, deflate, br", "GET", "br", "br", 200},
		{"gzip alone", "/assets/app-AB.css", "gzip", "GET", "zip", "gzip", 200},
		{"brotli refused", "/assets/app-AB.css", "br;q=0, gzip;q=0.5", "GET", "zip", "gzip", 200},
		{"gzip preferred", "/assets/app-AB.css", "br;q=0.2, gzip", "GET", "zip", "gzip", 200},
		{"anything", "/assets/app-AB.css", "*", "GET", "br", "br", 200},
		{"unreadable weight", "/assets/app-AB.css", "br;q=x", "GET", "a{b:c}", "", 200},
		{"a font is sent as it is", "/assets/font-CD.woff2", "br, gzip", "GET", "wOF2", "", 200},
		{"side files have no address", "/assets/app-AB.css.br", "br", "GET", "404 page not found\n", "", 404},
		{"the manifest is not served", "/assets/manifest.json", "", "GET", "404 page not found\n", "", 404},
		{"no way up", "/assets/../app-AB.css", "", "GET", "404 page not found\n", "", 404},
		{"head", "/assets/app-AB.css", "", "HEAD", "", "", 200},
		{"post", "/assets/app-AB.css", "", "POST", "Method Not Allowed\n", "", 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "/", nil)
			r.URL.Path = c.path
			r.Header.Set("Accept-Encoding", c.accept)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != c.status || w.Body.String() != c.body || w.Header().Get("Content-Encoding") != c.coding {
				t.Errorf("got %d %q coding %q, want %d %q coding %q",
					w.Code, w.Body, w.Header().Get("Content-Encoding"), c.status, c.body, c.coding)
			}
		})
	}
}

func TestServeCaches(t *testing.T) {
	s := open(t)
	get := func(match, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/assets/app-AB.css", nil)
		r.Header.Set("If-None-Match", match)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	first := get("", "br")
	for header, want := range map[string]string{
		"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding",
		"Content-Type": "text/css; charset=utf-8", "X-Content-Type-Options": "nosniff", "ETag": `"00ff.br"`,
	} {
		if got := first.Header().Get(header); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	if again := get(first.Header().Get("ETag"), "br"); again.Code != http.StatusNotModified {
		t.Errorf("same ETag: got %d, want 304", again.Code)
	}
	if other := get(first.Header().Get("ETag"), "gzip"); other.Code != http.StatusOK {
		t.Errorf("ETag of another coding: got %d, want 200", other.Code)
	}
}

func TestOpen(t *testing.T) {
	if _, err := asset.Open(fstest.MapFS{".keep": {}}); !errors.Is(err, asset.ErrUnbuilt) {
		t.Errorf("an empty build: got %v, want ErrUnbuilt", err)
	}
	damaged := built()
	damaged["manifest.json"] = &fstest.MapFile{Data: []byte(`{"names":{"app.css":"gone.css"},"files":{}}`)}
	if _, err := asset.Open(damaged); err == nil {
		t.Error("a manifest that names an unlisted file was accepted")
	}
}

func TestNames(t *testing.T) {
	s := open(t)
	if got, err := s.URL("app.css"); got != "/assets/app-AB.css" || err != nil {
		t.Errorf("URL: got %q, %v", got, err)
	}
	if got, err := s.URL("app-AB.css"); err == nil {
		t.Errorf("URL of an unnamed file: got %q, want an error", got)
	}
	if got, err := s.Icon("lock"); err != nil || got == "" {
		t.Errorf("Icon: got %q, %v", got, err)
	}
	if got, err := s.Icon("dragon"); err == nil {
		t.Errorf("Icon that is not there: got %q, want an error", got)
	}
}
