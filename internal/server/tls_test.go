package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"cenacle/internal/config"
	"cenacle/internal/hostname"
)

// A plain request leads to the same page of the public address, and nowhere else,
// whatever it says of itself.
func TestRedirect(t *testing.T) {
	c := config.Default()
	c.URL = "https://espace.cabinet.fr"
	s := &Server{config: c, Hosts: hostname.New(nil, nil, hostname.Config{Base: c.Base()})}
	for _, tc := range []struct{ method, target, host, to string }{
		{"GET", "/", "espace.cabinet.fr", "https://espace.cabinet.fr/"},
		{"HEAD", "/sign-in?next=%2Ff", "espace.cabinet.fr", "https://espace.cabinet.fr/sign-in?next=%2Ff"},
		{"GET", "/", "evil.example", "https://espace.cabinet.fr/"},
		{"GET", "http://evil.example/x", "evil.example", "https://espace.cabinet.fr/x"},
		{"GET", "//evil.example/x", "espace.cabinet.fr", "https://espace.cabinet.fr//evil.example/x"},
		{"GET", "/@evil.example", "espace.cabinet.fr", "https://espace.cabinet.fr/@evil.example"},
		{"POST", "/sign-in", "espace.cabinet.fr", ""},
		{"PUT", "/", "espace.cabinet.fr", ""},
	} {
		r := httptest.NewRequest(tc.method, tc.target, nil)
		r.Host = tc.host
		w := httptest.NewRecorder()
		s.redirect(w, r)
		want := http.StatusPermanentRedirect
		if tc.to == "" {
			want = http.StatusUpgradeRequired
		}
		if w.Code != want || w.Header().Get("Location") != tc.to {
			t.Errorf("%s %s of %s: %d to %q, want %d to %q", tc.method, tc.target, tc.host, w.Code, w.Header().Get("Location"), want, tc.to)
		}
	}
}
