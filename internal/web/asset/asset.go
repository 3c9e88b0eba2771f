// Package asset holds what browsers load beside the pages: one style sheet, one
// script, the parts loaded on demand, fonts and icons. build.mjs makes them from
// the sources that live beside what they serve; nothing built is committed.
//
// It refuses to serve a file the build did not list, to serve one under an
// address without its content hash or version, and to guess when the build was
// forgotten: [Check] says so in one sentence and the program does not start.
// Start reading at [Set].
package asset

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"sync"
)

// Prefix is where the server mounts [Handler].
const Prefix = "/assets/"

// ErrUnbuilt says that the program was compiled before its assets were.
var ErrUnbuilt = errors.New("asset: the pages' assets were not built into this program; run: npm ci && node internal/web/asset/build.mjs, then build again")

//go:embed all:dist
var dist embed.FS

// Set is one build of the assets. It is immutable and safe for concurrent use.
type Set struct {
	names map[string]string        // app.css -> app-1A2B3C4D.css
	files map[string]file          // by path below Prefix
	icons map[string]template.HTML // inner part of each icon, by name
	fsys  fs.FS
}

type file struct {
	Type string `json:"type"`
	Hash string `json:"hash"` // SHA-256 of the bytes, 128 bits of it in hex
	Br   int64  `json:"br"`   // bytes of the .br beside it; 0: none
	Gz   int64  `json:"gz"`
}

// Open reads the manifest and the icons of a build. It returns [ErrUnbuilt] if
// there is no manifest, another error if the build is damaged.
func Open(fsys fs.FS) (*Set, error) {
	var manifest struct {
		Names map[string]string `json:"names"`
		Files map[string]file   `json:"files"`
	}
	if err := read(fsys, "manifest.json", &manifest); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrUnbuilt
	} else if err != nil {
		return nil, err
	}
	s := &Set{names: manifest.Names, files: manifest.Files, fsys: fsys}
	if err := read(fsys, "icons.json", &s.icons); err != nil {
		return nil, err
	}
	for name, path := range s.names {
		if _, ok := s.files[path]; !ok {
			return nil, fmt.Errorf("asset: the manifest names %s for %s but does not list it", path, name)
		}
	}
	return s, nil
}

func read(fsys fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("asset: reading %s: %w", name, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("asset: decoding %s: %w", name, err)
	}
	return nil
}

// URL returns the address of a named asset ("app.css", "app.js", a font).
func (s *Set) URL(name string) (string, error) {
	path, ok := s.names[name]
	if !ok {
		return "", fmt.Errorf("asset: nothing is called %q; the build names only entries and preloaded fonts", name)
	}
	return Prefix + path, nil
}

// Icon returns the named icon as an inline SVG that takes the size and the
// colour of the text around it and is hidden from screen readers.
func (s *Set) Icon(name string) (template.HTML, error) {
	inner, ok := s.icons[name]
	if !ok {
		return "", fmt.Errorf("asset: icon %q is not in the build; build the assets again, or correct its name", name)
	}
	const open = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">` // the style sheet says how it is drawn
	return open + inner + `</svg>`, nil
}

// embedded reads the build compiled into the program, once.
var embedded = sync.OnceValues(func() (*Set, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("asset: %w", err)
	}
	return Open(sub)
})

// Check returns [ErrUnbuilt] if the program was compiled without its assets;
// the server calls it before listening.
func Check() error {
	_, err := embedded()
	return err
}

// URL is [Set.URL] of the build in the program.
func URL(name string) (string, error) {
	s, err := embedded()
	if err != nil {
		return "", err
	}
	return s.URL(name)
}

// Icon is [Set.Icon] of the build in the program.
func Icon(name string) (template.HTML, error) {
	s, err := embedded()
	if err != nil {
		return "", err
	}
	return s.Icon(name)
}

// Handler serves the build in the program below [Prefix].
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := embedded()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		s.ServeHTTP(w, r)
	})
}
