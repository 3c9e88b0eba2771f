package outbound

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

// HTTP is this way out for a library that speaks a protocol over HTTP: each of its
// requests is checked and bounded as those of [Client.Post] are, wherever the
// address came from, and no redirect is followed. What fails is an *[Error] inside
// the library's own.
func (c *Client) HTTP() *http.Client {
	return &http.Client{
		Transport:     guarded{c},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type guarded struct{ *Client }

// RoundTrip answers with a body that is whole already. It leaves the request as it
// is, as its contract wants.
func (g guarded) RoundTrip(asked *http.Request) (*http.Response, error) {
	if _, err := g.Check(asked.URL.String()); err != nil {
		return nil, &Error{Forbidden, err}
	}
	ctx, cancel := context.WithTimeout(asked.Context(), Patience)
	defer cancel()
	r := asked.Clone(ctx)
	r.Header.Set("User-Agent", "Cenacle")
	back, body, err := take(g.way(r), r)
	if err != nil {
		return nil, err
	}
	back.Body, back.ContentLength, back.Request = io.NopCloser(bytes.NewReader(body)), int64(len(body)), asked
	return back, nil
}
