package asset

import (
	"bytes"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP answers GET and HEAD below [Prefix], for ever cacheable since every
// address carries a content hash or a version. The best of brotli, gzip and
// plain that the browser accepts is sent; each has its own ETag (RFC 9110, 8.8.3).
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, Prefix)
	f, ok := s.files[path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	coding, suffix := f.negotiate(r.Header.Get("Accept-Encoding"))
	body, err := fs.ReadFile(s.fsys, path+suffix)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("ETag", `"`+f.Hash+suffix+`"`)
	if f.Br > 0 || f.Gz > 0 {
		h.Add("Vary", "Accept-Encoding")
	}
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// negotiate picks the coding for an Accept-Encoding header (RFC 9110, 12.5.3)
// and the suffix of the file that holds it.
func (f file) negotiate(accept string) (coding, suffix string) {
	q := weights(accept)
	if f.Br > 0 && q.of("br") > 0 && q.of("br") >= q.of("gzip") {
		return "br", ".br"
	}
	if f.Gz > 0 && q.of("gzip") > 0 {
		return "gzip", ".gz"
	}
	return "", ""
}

// weighting maps a content coding to how much the browser wants it.
type weighting map[string]float64

func (q weighting) of(coding string) float64 {
	if v, ok := q[coding]; ok {
		return v
	}
	return q["*"]
}

func weights(accept string) weighting {
	q := weighting{}
	for part := range strings.SplitSeq(accept, ",") {
		name, parameter, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		q[name] = 1
		if v, ok := strings.CutPrefix(strings.ReplaceAll(parameter, " ", ""), "q="); ok {
			weight, err := strconv.ParseFloat(v, 64)
			if err != nil {
				weight = 0 // a weight we cannot read is a coding we do not send
			}
			q[name] = weight
		}
	}
	return q
}
