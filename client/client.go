// Package client speaks to the REST API of a Cénacle, version 1, with the
// standard library alone. It sends each act once, however often the network
// makes it ask; it goes on with an upload where a cut left it; it gives what
// the server refuses as a [Problem].
//
// It keeps nothing between calls, and it does not know every operation: what
// has no method of its own goes through [Client.Do]. Start at [New].
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client asks in the name of one token. Its fields may be set before the first
// call; it is safe for concurrent use afterwards.
type Client struct {
	Base     string // scheme and host of the server, https://dossiers.example
	Token    string // empty for what needs none
	Language string // of the words of problems: fr or en; empty: the server's
	HTTP     *http.Client
	Attempts int           // how often a request is sent at most; 0: five
	Pause    time.Duration // before the second attempt, twice that before the third…; 0: a quarter of a second
}

// New returns a client of a server and a token.
func New(base, token string) *Client {
	return &Client{Base: strings.TrimSuffix(base, "/"), Token: token, HTTP: http.DefaultClient}
}

// root is where the API is.
const root = "/api/v1"

// Problem is what the server refuses with (RFC 9457). Code is the same for
// ever; the words are for people.
type Problem struct {
	Status int     `json:"status"`
	Code   string  `json:"code"`
	Title  string  `json:"title"`
	Detail string  `json:"detail"`
	Errors []Wrong `json:"errors"`

	Header http.Header `json:"-"`
}

// Wrong is one thing that cannot be accepted.
type Wrong struct {
	Pointer   string `json:"pointer"`
	Parameter string `json:"parameter"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail)
}

// again reports a refusal that only asks for patience.
func (p *Problem) again() bool {
	return p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable
}

// Call is one request.
type Call struct {
	Method string
	Path   string // below the root of the API, escaped
	Query  url.Values
	Header http.Header
	In     any // sent as JSON, unless nil
	Out    any // filled with the answer, unless nil
}

// Do sends a call and reads its answer. When the network fails or the server
// asks for patience, it sends it again; what changes something carries an
// Idempotency-Key, so that it happens once.
func (c *Client) Do(ctx context.Context, call Call) error {
	var body []byte
	if call.In != nil {
		var err error
		if body, err = json.Marshal(call.In); err != nil {
			return err
		}
	}
	header := call.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if call.In != nil {
		header.Set("Content-Type", "application/json")
	}
	if call.Method != http.MethodGet && call.Method != http.MethodHead && header.Get("Idempotency-Key") == "" {
		header.Set("Idempotency-Key", rand.Text())
	}
	return c.insist(ctx, func() error {
		answer, err := c.send(ctx, call.Method, call.path(), header, bytes.NewReader(body), int64(len(body)))
		if err != nil {
			return err
		}
		defer answer.Body.Close() // read to its end, or broken
		if call.Out == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			return err
		}
		return json.NewDecoder(answer.Body).Decode(call.Out)
	})
}

func (c Call) path() string {
	if len(c.Query) == 0 {
		return c.Path
	}
	return c.Path + "?" + c.Query.Encode()
}

// insist tries until it succeeds, is refused for good, or has tried enough.
func (c *Client) insist(ctx context.Context, try func() error) (err error) {
	attempts, pause := c.patience()
	for n := 1; ; n++ {
		err = try()
		var refused *Problem
		if err == nil || n >= attempts || errors.As(err, &refused) && !refused.again() {
			return err
		}
		wait := pause
		if refused != nil {
			if after, unread := strconv.Atoi(refused.Header.Get("Retry-After")); unread == nil {
				wait = max(wait, time.Duration(after)*time.Second)
			}
		}
		pause *= 2
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

func (c *Client) patience() (attempts int, pause time.Duration) {
	attempts, pause = c.Attempts, c.Pause
	if attempts == 0 {
		attempts = 5
	}
	if pause == 0 {
		pause = 250 * time.Millisecond
	}
	return attempts, pause
}

// send sends one request once; a refusal comes back as a *Problem. The caller
// closes the body of the answer.
func (c *Client) send(ctx context.Context, method, path string, header http.Header, body io.Reader, size int64) (*http.Response, error) {
	if size == 0 {
		body = http.NoBody
	}
	r, err := http.NewRequestWithContext(ctx, method, c.Base+root+path, body)
	if err != nil {
		return nil, err
	}
	r.ContentLength = size
	for name, values := range header {
		r.Header[name] = values
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.Language != "" {
		r.Header.Set("Accept-Language", c.Language)
	}
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	return nil, problem(answer)
}

// maxProblem is the most bytes of a refusal that are read.
const maxProblem = 1 << 20

func problem(answer *http.Response) error {
	defer answer.Body.Close() // read to its end, or broken
	p := &Problem{Status: answer.StatusCode, Header: answer.Header, Title: answer.Status}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxProblem))
	if err != nil {
		return errors.Join(p, err)
	}
	if answer.Header.Get("Content-Type") == "application/problem+json" && len(raw) > 0 {
		if err := json.Unmarshal(raw, p); err != nil {
			return errors.Join(p, err)
		}
	}
	p.Status = answer.StatusCode
	return p
}

// Is reports whether an error is a problem with a status.
func Is(err error, status int) bool {
	var p *Problem
	return errors.As(err, &p) && p.Status == status
}
