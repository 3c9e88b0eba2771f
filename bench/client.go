package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// browser is one signed-in person, or a program with her token, with connections
// that stay open.
type browser struct {
	base  string
	token string
	http  *http.Client
}

func newBrowser(base string) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &browser{base: base, http: &http.Client{
		Jar: jar,
		Transport: &http.Transport{
			DialContext: (&net.Dialer{}).DialContext, MaxIdleConnsPerHost: 256, DisableCompression: true,
			ReadBufferSize: 64 << 10, WriteBufferSize: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// signIn opens a session by password, as the form does.
func (b *bench) signIn(ctx context.Context, who person) (*browser, error) {
	out, err := newBrowser(b.served.base)
	if err != nil {
		return nil, err
	}
	form := url.Values{"email": {who.Email}, "password": {who.Password}}
	if err := out.post(ctx, "/signin", form); err != nil {
		return nil, err
	}
	return out, out.get(ctx, "/account")
}

// program is one with a token of a person's.
func (b *bench) program(who person) (*browser, error) {
	out, err := newBrowser(b.served.base)
	if err == nil {
		out.token = who.Token
	}
	return out, err
}

// send posts a value to the API and returns the identifier of what it made.
func (br *browser) send(ctx context.Context, path, media, disposition string, body io.Reader, size int64) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, br.base+path, body)
	if err != nil {
		return "", err
	}
	r.ContentLength = size
	r.Header.Set("Content-Type", media)
	r.Header.Set("Authorization", "Bearer "+br.token)
	if disposition != "" {
		r.Header.Set("Content-Disposition", disposition)
	}
	answer, err := br.http.Do(r)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return "", err
	}
	var made struct{ ID string }
	if err := json.Unmarshal(raw, &made); err != nil || answer.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("POST %s: %s: %.300s", path, answer.Status, raw)
	}
	return made.ID, nil
}

// do sends a request, reads the whole answer and returns its headers. An
// answer without the expected status is an error.
func (br *browser) do(r *http.Request, want int) (http.Header, error) {
	if br.token != "" {
		r.Header.Set("Authorization", "Bearer "+br.token)
	} else {
		r.Header.Set("Sec-Fetch-Mode", "cors") // as a page's script asks: a fault comes as one line of text
	}
	answer, err := br.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() // read to its end below
	if answer.StatusCode != want {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 300)) // for the message only
		return nil, fmt.Errorf("%s %s: %s: %s", r.Method, r.URL.Path, answer.Status, said)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.Header, err
}

// cookies are those of the session, as a header.
func (br *browser) cookies() string {
	at, err := url.Parse(br.base)
	if err != nil {
		return "" // the server will say so
	}
	var out []string
	for _, c := range br.http.Jar.Cookies(at) {
		out = append(out, c.Name+"="+c.Value)
	}
	return strings.Join(out, "; ")
}

// count sends a request and returns the bytes of its answer.
func (br *browser) count(r *http.Request) (int64, error) {
	if br.token != "" {
		r.Header.Set("Authorization", "Bearer "+br.token)
	}
	answer, err := br.http.Do(r)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, answer.Body)
	return n, errors.Join(err, answer.Body.Close())
}

func (br *browser) get(ctx context.Context, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, br.base+path, nil)
	if err != nil {
		return err
	}
	_, err = br.do(r, http.StatusOK)
	return err
}

// post sends a form, which a page answers with a redirect.
func (br *browser) post(ctx context.Context, path string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, br.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, err = br.do(r, http.StatusSeeOther)
	return err
}

// announce begins a resumable upload (tus 1.0.0) and returns where it goes.
func (br *browser) announce(ctx context.Context, space string, size int64, meta map[string]string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, br.base+space+"/uploads", nil)
	if err != nil {
		return "", err
	}
	var pairs []string
	for key, value := range meta {
		pairs = append(pairs, key+" "+base64.StdEncoding.EncodeToString([]byte(value)))
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Upload-Length", strconv.FormatInt(size, 10))
	r.Header.Set("Upload-Metadata", strings.Join(pairs, ","))
	h, err := br.do(r, http.StatusCreated)
	return h.Get("Location"), err
}

// patch sends bytes of an upload from offset on and returns where it goes on:
// what does not fill a whole segment is asked for again.
func (br *browser) patch(ctx context.Context, at string, offset int64, body io.Reader, size int64) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPatch, br.base+at, body)
	if err != nil {
		return 0, err
	}
	r.ContentLength = size
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	h, err := br.do(r, http.StatusNoContent)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(h.Get("Upload-Offset"), 10, 64)
}

// hand sends one small file by the form of a page without script.
func (br *browser) hand(ctx context.Context, space, name string, content []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("tray", "client"); err != nil {
		return err
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := part.Write(content); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, br.base+space+"/files", &body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	_, err = br.do(r, http.StatusSeeOther)
	return err
}

// times runs act n times, one after the other, and returns how long each took.
func times(n int, act func(i int) error) ([]time.Duration, error) {
	out := make([]time.Duration, n)
	for i := range n {
		began := time.Now()
		if err := act(i); err != nil {
			return nil, err
		}
		out[i] = time.Since(began)
	}
	return out, nil
}

// crowd has some clients work until total acts are done, and returns acts per
// second.
func crowd(clients, total int, act func(client, i int) error) (float64, error) {
	var work sync.WaitGroup
	var mu sync.Mutex
	var next int
	var failed error
	began := time.Now()
	take := func(err error) (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil && failed == nil {
			failed = err
		}
		next++
		return next - 1, next <= total && failed == nil
	}
	for c := range clients {
		work.Go(func() {
			for i, more := take(nil); more; {
				i, more = take(act(c, i))
			}
		})
	}
	work.Wait()
	return float64(total) / time.Since(began).Seconds(), failed
}
