package proof

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is somebody's browser: the session it holds, and nothing kept
// between two requests that a server did not ask for.
type browser struct {
	t     testing.TB
	base  string
	token string // of the session; empty for anybody
	host  string // asked for instead of the address, when not empty

	bearer string // a program's token instead of a session
	app    string // a drive's app password instead of a session
}

// wire sends requests as they are: no redirect is followed, nothing is
// decompressed behind the proof's back.
func wire() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       60 * time.Second,
	}
}

// call is one request.
type call struct {
	method, path string
	header       map[string]string
	body         []byte
}

// answer is what came back.
type answer struct {
	call
	status int
	header http.Header
	body   []byte
}

func get(path string) call { return call{method: http.MethodGet, path: path} }

func post(path string, fields ...string) call {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return call{
		method: http.MethodPost, path: path, body: []byte(form.Encode()),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	}
}

// with adds headers: name, value, name, value.
func (c call) with(headers ...string) call {
	all := map[string]string{}
	for k, v := range c.header {
		all[k] = v
	}
	for i := 0; i+1 < len(headers); i += 2 {
		all[headers[i]] = headers[i+1]
	}
	c.header = all
	return c
}

// file is the plain form of a page without script.
func file(path, name string, content []byte, fields ...string) call {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1]) // a buffer takes everything
	}
	part, _ := form.CreateFormFile("file", name)
	_, _ = part.Write(content)
	_ = form.Close()
	return call{method: http.MethodPost, path: path, body: body.Bytes(), header: map[string]string{"Content-Type": form.FormDataContentType()}}
}

// client is shared, so that connections are.
var client = sync.OnceValue(wire)

func (b browser) request(ctx context.Context, c call) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, c.method, b.base+c.path, bytes.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "proof")
	if b.host != "" {
		r.Host = b.host
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	if b.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+b.bearer)
	}
	if b.app != "" {
		r.SetBasicAuth("proof", b.app)
	}
	if b.token != "" {
		name := "cenacle"
		if b.host != "" {
			name = "__Host-cenacle"
		}
		r.AddCookie(&http.Cookie{Name: name, Value: b.token})
	}
	return r, nil
}

// try sends a request; an error is that of the connection.
func (b browser) try(c call) (answer, error) {
	r, err := b.request(b.t.Context(), c)
	if err != nil {
		return answer{}, err
	}
	back, err := client().Do(r)
	if err != nil {
		return answer{}, err
	}
	defer back.Body.Close() // read to its end or broken
	if strings.HasPrefix(back.Header.Get("Content-Type"), "text/event-stream") {
		return answer{c, back.StatusCode, back.Header, nil}, nil // it has no end
	}
	body, err := io.ReadAll(back.Body)
	return answer{c, back.StatusCode, back.Header, body}, err
}

// do sends a request that must be answered.
func (b browser) do(c call) answer {
	b.t.Helper()
	a, err := b.try(c)
	if err != nil {
		b.t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	return a
}

// want sends a request and demands its status.
func (b browser) want(status int, c call) answer {
	b.t.Helper()
	a := b.do(c)
	if a.status != status {
		b.t.Fatalf("%s %s: %d, want %d\n%s", c.method, c.path, a.status, status, a.text())
	}
	return a
}

// text is the beginning of a body without its markup, for a failed test.
func (a answer) text() string {
	_, body, found := bytes.Cut(a.body, []byte("<main"))
	if !found {
		body = a.body
	}
	plain := markup.ReplaceAllString(string(body), " ")
	plain = strings.Join(strings.Fields(plain), " ")
	return plain[:min(len(plain), 600)]
}

var markup = regexp.MustCompile(`<[^>]*>`)

// session is the token that an answer begins, or "".
func (a answer) session() string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if strings.HasSuffix(c.Name, "cenacle") {
			return c.Value
		}
	}
	return ""
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
