package sms

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/outbound"
)

const (
	number = "+33612345678"
	words  = "Votre code est 123456. \"L’été\" & <b>\\\n"
)

// out reaches a server of the test, as an operator's own network.
func out() *outbound.Client {
	return outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
}

// asked is what a provider was sent.
type asked struct {
	method, media, body string
	header              http.Header
}

func provider(t *testing.T, answer http.HandlerFunc) (at string, got *asked) {
	t.Helper()
	got = &asked{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*got = asked{r.Method, r.Header.Get("Content-Type"), string(raw), r.Header}
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, got
}

func fine(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }

func gateway(t *testing.T, p Provider) *Gateway {
	t.Helper()
	g, err := New(p, out())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestJSON: what is said arrives as it is, whatever it holds, and the secret where it was
// put alone.
func TestJSON(t *testing.T) {
	at, got := provider(t, fine)
	g := gateway(t, Provider{
		URL: at, Type: JSON, From: "CENACLE", Secret: `s"cret`, Headers: []string{"Authorization: Bearer {secret}", "x-account: 12"},
		Body: `{"messages":[{"to":["{to}"],"plain":"{digits}","sender":"{from}","body":"{text}","ttl":600,"big":12345678901234567890}],"{to}":true}`,
	})
	if err := g.Send(t.Context(), number, words); err != nil {
		t.Fatal(err)
	}
	var said struct {
		Messages []struct {
			To                  []string
			Plain, Sender, Body string
			TTL                 int
			Big                 json.Number
		}
	}
	if err := json.Unmarshal([]byte(got.body), &said); err != nil {
		t.Fatal(err)
	}
	m := said.Messages[0]
	if m.To[0] != number || m.Plain != "33612345678" || m.Sender != "CENACLE" || m.Body != words || m.TTL != 600 || m.Big != "12345678901234567890" {
		t.Errorf("%+v", m)
	}
	if got.method != http.MethodPost || got.media != "application/json" || got.header.Get("Authorization") != `Bearer s"cret` || got.header.Get("X-Account") != "12" {
		t.Errorf("%+v", got)
	}
	if strings.Contains(got.body, "cret") || !strings.Contains(got.body, `"{to}":true`) {
		t.Errorf("%s", got.body)
	}
	if g.Sent() != 1 || g.Failed() != 0 {
		t.Errorf("%d sent, %d failed", g.Sent(), g.Failed())
	}
}

func TestForm(t *testing.T) {
	at, got := provider(t, fine)
	g := gateway(t, Provider{URL: at, Type: Form, From: "A&B=C", Secret: "k&y", Body: "key={secret}&to={to}&from={from}&message={text}&smsType=1"})
	if err := g.Send(t.Context(), number, words); err != nil {
		t.Fatal(err)
	}
	values, err := url.ParseQuery(got.body)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"key": "k&y", "to": number, "from": "A&B=C", "message": words, "smsType": "1"} {
		if len(values[name]) != 1 || values.Get(name) != want {
			t.Errorf("%s is %q", name, values[name])
		}
	}
	if len(values) != 5 || got.media != "application/x-www-form-urlencoded" {
		t.Errorf("%+v", got)
	}
}

// TestHostile: a provider that answers anything but success, too much, too late or not at
// all has sent nothing, and no error says to whom or what.
func TestHostile(t *testing.T) {
	followed := false
	elsewhere, _ := provider(t, func(w http.ResponseWriter, r *http.Request) { followed = true; fine(w, r) })
	for name, answer := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
		},
		"error":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"refusal": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"huge": func(w http.ResponseWriter, _ *http.Request) {
			for range 64 {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return // whoever asked has had enough
				}
			}
		},
		"slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"cut":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		at, _ := provider(t, answer)
		g := gateway(t, Provider{URL: at, Type: JSON, Body: `{"to":"{to}","text":"{text}"}`, Secret: "secret"})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err := g.Send(ctx, number, words)
		cancel()
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Unavailable || f.Key != "sms.unavailable" {
			t.Errorf("%s: %v", name, err)
		}
		for _, word := range []string{"612345678", "123456", "secret"} {
			if err != nil && strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error says %q", name, err)
			}
		}
		if g.Sent() != 0 || g.Failed() != 1 {
			t.Errorf("%s: %d sent, %d failed", name, g.Sent(), g.Failed())
		}
	}
	if followed {
		t.Error("a redirect was followed")
	}
	inside := gateway(t, Provider{URL: "http://169.254.169.254/latest", Type: JSON, Body: `["{to}","{text}"]`})
	if err := inside.Send(t.Context(), number, words); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an address that is none to reach: %v", err)
	}
}

func TestCheck(t *testing.T) {
	good := Provider{Type: JSON, Body: `{"to":"{to}","text":"{text}"}`}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*Provider)
		want   error
	}{
		"no type":            {func(p *Provider) { p.Type = "" }, ErrType},
		"another type":       {func(p *Provider) { p.Type = "xml" }, ErrType},
		"no body":            {func(p *Provider) { p.Body = "" }, ErrBody},
		"no JSON":            {func(p *Provider) { p.Body = `{"to":"{to}","text":{text}}` }, ErrBody},
		"two values":         {func(p *Provider) { p.Body += p.Body }, ErrBody},
		"no number":          {func(p *Provider) { p.Body = `{"text":"{text}"}` }, ErrBody},
		"no text":            {func(p *Provider) { p.Body = `{"to":"{to}"}` }, ErrBody},
		"a name for a value": {func(p *Provider) { p.Body = `{"{to}":1,"{text}":2}` }, ErrBody},
		"no form":            {func(p *Provider) { p.Type, p.Body = Form, "to={to}&text={text}%zz" }, ErrBody},
		"a form of JSON":     {func(p *Provider) { p.Type = Form }, ErrBody},
		"no header":          {func(p *Provider) { p.Headers = []string{"Bearer x"} }, ErrHeader},
		"two lines":          {func(p *Provider) { p.Headers = []string{"A: b\r\nC: d"} }, ErrHeader},
		"a secret of two":    {func(p *Provider) { p.Headers, p.Secret = []string{"A: {secret}"}, "b\nC: d" }, ErrHeader},
		"a name with spaces": {func(p *Provider) { p.Headers = []string{"A B: c"} }, ErrHeader},
		"no name":            {func(p *Provider) { p.Headers = []string{": c"} }, ErrHeader},
	} {
		p := good
		tt.change(&p)
		if err := p.Check(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := New(p, out()); !errors.Is(err, tt.want) {
			t.Errorf("%s is taken: %v", name, err)
		}
	}
	for _, body := range []string{"to={digits}&text={text}", "{to}={to}&x=a {text} b"} {
		if err := (Provider{Type: Form, Body: body}).Check(); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}
