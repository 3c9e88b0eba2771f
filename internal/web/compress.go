package web

import (
	"compress/gzip"
	"net/http"
	"strings"

	"cenacle/internal/front"
)

// compress wraps the answers of public pages. What a signed-in person sees is
// never compressed: length would tell of secrets beside reflected input
// (BREACH).
func compress(w *front.Writer, r *Request, route Route) *zipped {
	if route.Door != Public || route.Long || r.SignedIn || r.Method != http.MethodGet ||
		!strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return nil
	}
	return &zipped{ResponseWriter: w}
}

type zipped struct {
	http.ResponseWriter
	gz *gzip.Writer
}

func (z *zipped) WriteHeader(status int) {
	h := z.Header()
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		h.Del("Content-Length")
		z.gz = gzip.NewWriter(z.ResponseWriter)
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipped) Write(b []byte) (int, error) {
	if z.gz != nil {
		return z.gz.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// Close ends the compressed body, if one was begun.
func (z *zipped) Close() error {
	if z.gz == nil {
		return nil
	}
	return front.Sent(z.gz.Close())
}

// Unwrap lets the controller reach the connection.
func (z *zipped) Unwrap() http.ResponseWriter { return z.ResponseWriter }
