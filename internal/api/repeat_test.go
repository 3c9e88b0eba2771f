package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestSeries: a program adds what comes again, moves one of its dates, cancels those
// after it, and reads each where it is.
func TestSeries(t *testing.T) {
	s := open(t, 0)
	written := `"kind":"meeting","title":"Point","start":"09:00","repeat":{"every":"week","days":[1,4],"times":4}`
	bad := s.asLead("POST", "/spaces/{space}/agenda", `{"kind":"meeting","title":"Point","day":"2026-12-10","repeat":{"every":"week"},"circles":["{circle}"]}`)
	if told := fmt.Sprint(bad.is(422)["errors"]); !strings.Contains(told, "/repeat/until") {
		t.Errorf("without an end: %s", told)
	}
	made := s.asLead("POST", "/spaces/{space}/agenda", `{`+written+`,"day":"2026-12-10","circles":["{circle}"]}`).is(201)
	s.ids["event"] = fmt.Sprint(made["id"])
	if r := made["repeat"].(map[string]any); fmt.Sprint(r["every"], r["days"], r["times"]) != "week[1 4]4" {
		t.Errorf("it comes again %v", r)
	}
	days := func() (out []string) {
		for _, e := range s.asLead("GET", "/spaces/{space}/agenda?from=2026-12-14&to=2026-12-31", "").is(200)["events"].([]any) {
			one := e.(map[string]any)
			out = append(out, fmt.Sprint(one["on"], ">", one["day"]))
		}
		return out
	}
	if got := fmt.Sprint(days()); got != "[2026-12-14>2026-12-14 2026-12-17>2026-12-17 2026-12-21>2026-12-21]" {
		t.Errorf("it is on %s", got)
	}
	s.asLead("PUT", "/spaces/{space}/agenda/{event}", `{`+written+`,"day":"2026-12-15","revision":1,"on":"2026-12-14","scope":"one"}`).is(200)
	is := s.asLead("POST", "/spaces/{space}/agenda/{event}/cancel", `{"revision":2,"on":"2026-12-17","scope":"following","reason":"Renvoi"}`).is(200)
	var apart []struct {
		On, Day   string
		Cancelled bool
	}
	raw, err := json.Marshal(is["apart"])
	s.must(err)
	s.must(json.Unmarshal(raw, &apart))
	if got := fmt.Sprint(apart); got != "[{2026-12-14 2026-12-15 false} {2026-12-17 2026-12-17 true} {2026-12-21 2026-12-21 true}]" {
		t.Errorf("apart are %s", got)
	}
	if got := fmt.Sprint(days()); got != "[2026-12-14>2026-12-15 2026-12-17>2026-12-17 2026-12-21>2026-12-21]" {
		t.Errorf("then it is on %s", got)
	}
	one := s.asLead("GET", "/spaces/{space}/agenda/{event}?on=2026-12-14", "").is(200)
	if one["on"] != "2026-12-14" || one["day"] != "2026-12-15" {
		t.Errorf("one date is %v", one)
	}
	s.asLead("GET", "/spaces/{space}/agenda/{event}?on=2026-12-16", "").is(404)
}
