package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
)

// sample is one request of an operation that succeeds: whose token, what is
// sent, and what comes back. Braces name identifiers of the stage.
type sample struct {
	who     func(*stage) string
	query   string
	body    string
	headers []string
	want    int
	then    func(*stage, reply) // puts back what the request used up, or notes what it made
}

func byLead(s *stage) string   { return s.lead }
func byClient(s *stage) string { return s.client }
func byNobody(*stage) string   { return "" }

// book has a sample for each row of the table, by its name.
func book() map[string]sample {
	out := map[string]sample{}
	for _, part := range []map[string]sample{firmSamples, spaceSamples, documentSamples, exchangeSamples, eventSamples} {
		for name, s := range part {
			out[name] = s
		}
	}
	return out
}

func (s *stage) send(o api.Operation, with sample, token string) reply {
	s.t.Helper()
	method, path, _ := strings.Cut(o.Pattern, " ")
	headers := make([]string, len(with.headers))
	for i, h := range with.headers {
		headers[i] = s.path(h)
	}
	return s.ask(token, method, s.path(path+with.query), s.path(with.body), headers...)
}

// TestEveryOperation asks for each row once, as somebody who may.
func TestEveryOperation(t *testing.T) {
	s := open(t, 0)
	close(s.closing) // a stream tells what there is and ends
	samples := book()
	for _, o := range api.Routes(s.nouns) {
		with, found := samples[o.Name]
		if !found {
			t.Errorf("%s has no sample", o.Name)
			continue
		}
		r := s.send(o, with, with.who(s))
		if r.status != with.want {
			t.Errorf("%s (%s): %d, want %d: %s", o.Name, o.Pattern, r.status, with.want, r.raw)
			continue
		}
		if csp := r.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "self") {
			t.Errorf("%s comes with the policy %q", o.Name, csp)
		}
		if with.then != nil {
			with.then(s, r)
		}
		delete(samples, o.Name)
	}
	for name := range samples {
		t.Errorf("the sample %s has no row", name)
	}
}

// TestISO02_Matrix has every row asked by those who may not: without a token, with a
// made-up one, with one of another firm, of somebody outside the space, and,
// for what changes something, with one that only reads.
func TestISO02_Matrix(t *testing.T) {
	s := open(t, 0)
	close(s.closing) // a stream tells what there is and ends
	samples := book()
	for _, o := range api.Routes(s.nouns) {
		with := samples[o.Name]
		if o.Open {
			continue
		}
		if r := s.send(o, with, ""); r.status != http.StatusUnauthorized || r.header.Get("WWW-Authenticate") != `Bearer realm="cenacle"` {
			t.Errorf("%s without a token: %d %v", o.Name, r.status, r.header)
		}
		s.Clock.Advance(11 * time.Minute) // or the brake on guessing answers instead
		for _, forged := range []string{"x", s.lead[:len(s.lead)-1], s.lead + "A", "link_" + s.Lead.Token, s.Lead.Token} {
			if r := s.send(o, with, forged); r.status != http.StatusUnauthorized || !strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") {
				t.Errorf("%s with %q: %d %v", o.Name, forged, r.status, r.header)
			}
		}
		if strings.Contains(o.Pattern, "{") && o.Action != "" {
			for who, token := range map[string]string{"of another firm": s.other(), "of a stranger": s.stranger} {
				want := http.StatusNotFound
				if token == s.stranger && ofFirm(o) {
					want = http.StatusForbidden // she is one of the firm's people
				}
				if r := s.send(o, with, token); r.status != want {
					t.Errorf("%s with the token %s: %d, want %d: %s", o.Name, who, r.status, want, r.raw)
				}
			}
		}
		if ofFirm(o) {
			if r := s.send(o, with, s.client); r.status != http.StatusNotFound {
				t.Errorf("%s with the token of a client: %d, want 404: %s", o.Name, r.status, r.raw)
			}
		}
		if method, _, _ := strings.Cut(o.Pattern, " "); method != http.MethodGet && method != http.MethodHead && o.Action != "" && !readsOnly(o) {
			if r := s.send(o, with, s.reading); r.status != http.StatusForbidden {
				t.Errorf("%s with a token that only reads: %d, want 403: %s", o.Name, r.status, r.raw)
			}
		}
	}
}

// ofFirm reports a row about the firm itself, whose outsiders do not see it.
func ofFirm(o api.Operation) bool {
	return strings.HasPrefix(string(o.Action), "firm.") || o.Action == authz.GroupSee || o.Action == authz.GroupKeep || o.Action == authz.GroupAdmit || o.Action == authz.AbsenceSee || o.Action == authz.AbsenceTell || o.Action == authz.AbsenceName || o.Action == authz.SpaceOpen || o.Action == authz.ConflictSearch
}

// readsOnly reports a row that a pass which reads takes, although its method
// is not GET: marking as read is a part of reading.
func readsOnly(o api.Operation) bool {
	reading := &authz.Pass{ReadOnly: true}
	return reading.Takes(o.Action)
}
