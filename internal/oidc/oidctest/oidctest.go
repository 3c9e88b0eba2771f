// Package oidctest gives tests a real OpenID Connect provider, npm's oidc-provider
// in a process of its own on a free port of this machine, and a browser that signs
// in there.
//
// It refuses to stand in for a provider: what it gives is one. Start at [Start].
package oidctest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Person is somebody whom the provider knows, by what she types there.
type Person struct {
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
}

// Provider is a running one.
type Provider struct {
	Issuer string
}

// Start starts a provider that knows these people; it ends with the test.
func Start(t testing.TB, people map[string]Person) *Provider {
	t.Helper()
	p, stop, err := Run(people)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return p
}

// Run is [Start] for all tests of a package, which end it by stop.
func Run(people map[string]Person) (_ *Provider, stop func(), err error) {
	raw, err := json.Marshal(people)
	if err != nil {
		return nil, nil, err
	}
	at, err := script()
	if err != nil {
		return nil, nil, err
	}
	port, err := free()
	if err != nil {
		return nil, nil, err
	}
	var said bytes.Buffer
	c := exec.Command("node", at, port, string(raw))
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := c.Start(); err != nil {
		return nil, nil, fmt.Errorf("oidc-provider: %w", err)
	}
	stop = func() {
		_ = c.Process.Kill() // ours, and the end of it
		_ = c.Wait()         // says that it was killed
	}
	ready := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n') // what is not "ready" is told below
		ready <- line
		_, _ = io.Copy(io.Discard, out) // so that it never waits for a reader
	}()
	select {
	case line := <-ready:
		if line == "ready\n" {
			return &Provider{"http://127.0.0.1:" + port}, stop, nil
		}
	case <-time.After(30 * time.Second):
	}
	stop()
	return nil, nil, fmt.Errorf("oidc-provider does not start (npm ci?): %s", said.String())
}

// script is the provider's program, below the folder of the repository that holds the
// test.
func script() (string, error) {
	at, err := filepath.Abs(".")
	for ; err == nil; at = filepath.Dir(at) {
		if _, gone := os.Stat(filepath.Join(at, "go.mod")); gone == nil {
			return filepath.Join(at, "internal/oidc/oidctest/provider.mjs"), nil
		}
		if at == filepath.Dir(at) {
			err = errors.New("oidctest: no go.mod above the test")
		}
	}
	return "", err
}

// free is a port that nobody listens on.
func free() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), l.Close()
}

// Client registers a client that is led back to an address, and returns its
// identifier and secret.
func (p *Provider) Client(t testing.TB, redirect string) (client, secret string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"redirect_uris": []string{redirect}, "response_types": []string{"code"}, "grant_types": []string{"authorization_code"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(p.Issuer+"/reg", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close() // read below
	var out struct {
		Client string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil || out.Secret == "" {
		t.Fatalf("registering: %s, %v", r.Status, err)
	}
	return out.Client, out.Secret
}

// Browser keeps its cookies, so that whoever signed in is known the next time.
type Browser struct {
	issuer string
	http   *http.Client
}

// Browser opens one.
func (p *Provider) Browser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{p.Issuer, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var action = regexp.MustCompile(`action="([^"]+)"`)

// SignIn follows an address at the provider, signs in as somebody where it asks, and
// returns what the provider has the browser bring back.
func (b *Browser) SignIn(t testing.TB, address, as string) url.Values {
	t.Helper()
	for range 20 {
		r, err := b.http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r.Body)
		if closed := r.Body.Close(); err != nil || closed != nil {
			t.Fatal(err, closed)
		}
		if r.StatusCode == http.StatusOK {
			form := action.FindSubmatch(raw)
			if form == nil {
				t.Fatalf("the provider asks nothing: %s", raw)
			}
			if r, err = b.http.PostForm(string(form[1]), url.Values{"prompt": {"login"}, "login": {as}, "password": {"x"}}); err != nil {
				t.Fatal(err)
			}
			if err := r.Body.Close(); err != nil {
				t.Fatal(err)
			}
		}
		next, err := r.Location()
		if err != nil {
			t.Fatalf("%s answers %d: %s", address, r.StatusCode, raw)
		}
		if !strings.HasPrefix(next.String(), b.issuer) {
			return next.Query()
		}
		address = next.String()
	}
	t.Fatal(fmt.Errorf("the provider leads in circles"))
	return nil
}
