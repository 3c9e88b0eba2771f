package api_test

import (
	"net/http"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/id"
)

// ofHerOwn are rows that name what the firm's people do there, and that a client does
// to what is hers.
var ofHerOwn = map[string]string{
	"fileDocument":    "into her own tray, which is deposit.make",
	"straightenPhoto": "a photograph that she files, likewise",
	"listUploads":     "those that she began herself",
}

// TestISO02_Client has every row asked by a client of the space for what the rule leaves
// to others: whatever she sees of it, she is told no. The rule is asked about somebody
// like her; that a row asks it for less would be noticed here.
func TestISO02_Client(t *testing.T) {
	s := open(t, 0)
	close(s.closing) // a stream tells what there is and ends
	samples, refused := book(), 0
	for _, o := range api.Routes(s.nouns) {
		if o.Open || o.Action == "" || ofHerOwn[o.Name] != "" || clientMay(o.Action) {
			continue
		}
		refused++
		if r := s.send(o, samples[o.Name], s.client); r.status != http.StatusForbidden && r.status != http.StatusNotFound {
			t.Errorf("%s, which is %s, by a client: %d, want 403 or 404: %s", o.Name, o.Action, r.status, r.raw)
		}
	}
	if refused < 40 {
		t.Errorf("only %d rows are not a client's", refused)
	}
}

// clientMay reports whether the rule lets a client do something to a thing of her own,
// or addressed to her.
func clientMay(act authz.Action) bool {
	now := time.Unix(0, 0)
	by := authz.Actor{Person: "p", Firm: "f", Role: authz.Outsider, Via: authz.ViaToken}
	f := authz.Facts{Now: now, Space: "s", Role: authz.Client, Circles: map[id.Circle]authz.Span{"c": {}}}
	for _, kind := range []authz.Kind{authz.OfFirm, authz.OfSpace, authz.OfCircle, authz.OfItem, authz.OfPrivate} {
		on := authz.Resource{Kind: kind, Firm: "f", Space: "s", Owner: "p", Circle: "c", Audience: []authz.Address{{Circle: "c", Sent: now}}}
		if kind == authz.OfFirm {
			on.Space = ""
		}
		if authz.Decide(by, act, on, f).Allowed {
			return true
		}
	}
	return false
}
