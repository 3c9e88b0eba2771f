// Package sms hands a short text to the provider of an operator, by one POST in the form
// that this provider wants.
//
// It refuses to put an argument anywhere but into a value of the body: a template is read as
// JSON, or as a form, and what is put in is written as the format writes text. It follows no
// redirect, waits ten seconds at most and believes nothing but a status of success. No error
// of it holds the number, the text or the secret.
//
// Start at [New] and [Gateway.Send].
package sms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode"

	"cenacle/internal/fault"
	"cenacle/internal/outbound"
)

// Types of body.
const (
	JSON = "json"
	Form = "form"
)

// Provider is how one is asked. Body is a template, in which {to} stands for the number in
// E.164, {digits} for the same without its plus, {from} for From, {text} for what is said and
// {secret} for Secret; of Headers, written "Name: value", {secret} alone.
type Provider struct {
	URL     string
	Type    string // JSON or Form
	Body    string
	From    string
	Headers []string
	Secret  string
}

// Poster sends one request; [outbound.Client] does.
type Poster interface {
	Post(ctx context.Context, m outbound.Message) (outbound.Answer, error)
}

// Gateway sends. It is safe for concurrent use.
type Gateway struct {
	provider     Provider
	headers      map[string]string
	out          Poster
	sent, failed atomic.Uint64
}

// The faults of a provider that cannot be asked like that.
var (
	ErrType   = errors.New(`the type of the body is "json" or "form"`)
	ErrBody   = errors.New("the body is none of its type, or lacks {text}, or {to} and {digits}")
	ErrHeader = errors.New(`a header is written "Name: value", on one line`)
)

// Check says what is wrong with a provider: one of the faults above, or nil.
func (p Provider) Check() error {
	if p.Type != JSON && p.Type != Form {
		return ErrType
	}
	const to, text = "33600000001", "un texte" // which no template holds by itself
	body, err := p.body("+"+to, text)
	if err == nil && p.Type == Form {
		body, err = url.QueryUnescape(body)
	}
	if err != nil || !strings.Contains(body, to) || !strings.Contains(body, text) {
		return ErrBody
	}
	_, err = p.headers()
	return err
}

// New returns a gateway to a provider; the error is that of [Provider.Check].
func New(p Provider, out Poster) (*Gateway, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	headers, err := p.headers()
	return &Gateway{provider: p, headers: headers, out: out}, err
}

// Send hands a text to the provider, for a number in E.164. Nil says that it has taken it;
// everything else is fault.Unavailable "sms.unavailable", after which it may have been sent
// all the same.
func (g *Gateway) Send(ctx context.Context, to, text string) (err error) {
	defer fault.Op(&err, "sms.Send")
	body, err := g.provider.body(to, text)
	if err == nil {
		err = g.post(ctx, body)
	}
	if err != nil {
		g.failed.Add(1)
		return fault.New(fault.Unavailable, "sms.unavailable").Because(err)
	}
	g.sent.Add(1)
	return nil
}

func (g *Gateway) post(ctx context.Context, body string) error {
	answer, err := g.out.Post(ctx, outbound.Message{Address: g.provider.URL, Header: g.headers, Body: []byte(body)})
	if err == nil && (answer.Status < 200 || answer.Status > 299) {
		err = fmt.Errorf("sms: the provider answers %d", answer.Status)
	}
	return err
}

// Sent and Failed are how many texts were taken and were not, for the operator's figures.
func (g *Gateway) Sent() uint64   { return g.sent.Load() }
func (g *Gateway) Failed() uint64 { return g.failed.Load() }

func (p Provider) headers() (map[string]string, error) {
	out := map[string]string{"Content-Type": "application/json"}
	if p.Type == Form {
		out["Content-Type"] = "application/x-www-form-urlencoded"
	}
	for _, line := range p.Headers {
		name, value, found := strings.Cut(line, ":")
		value = strings.ReplaceAll(strings.TrimSpace(value), "{secret}", p.Secret)
		if !found || !token(name) || strings.ContainsFunc(value, func(c rune) bool { return c > unicode.MaxASCII || unicode.IsControl(c) }) {
			return nil, ErrHeader
		}
		out[http.CanonicalHeaderKey(name)] = value
	}
	return out, nil
}

// token reports whether a name of a header may be one (RFC 9110, 5.6.2).
func token(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || c >= unicode.MaxASCII || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	})
}

// body is the template with what it stands for, each value written as its type writes text.
func (p Provider) body(to, text string) (string, error) {
	fill := strings.NewReplacer("{to}", to, "{digits}", strings.TrimPrefix(to, "+"), "{from}", p.From, "{text}", text, "{secret}", p.Secret).Replace
	if p.Type == Form {
		values, err := url.ParseQuery(p.Body)
		if err != nil {
			return "", ErrBody
		}
		for _, all := range values {
			for i := range all {
				all[i] = fill(all[i])
			}
		}
		return values.Encode(), nil
	}
	var value any
	read := json.NewDecoder(strings.NewReader(p.Body))
	read.UseNumber()
	if err := read.Decode(&value); err != nil || read.More() {
		return "", ErrBody
	}
	raw, err := json.Marshal(filled(value, fill))
	return string(raw), err
}

// filled is a value of JSON with its texts filled in.
func filled(value any, fill func(string) string) any {
	switch v := value.(type) {
	case string:
		return fill(v)
	case []any:
		for i := range v {
			v[i] = filled(v[i], fill)
		}
	case map[string]any:
		for name := range v {
			v[name] = filled(v[name], fill)
		}
	}
	return value
}
