package web

import (
	"fmt"
	"net/http"
	"testing"

	"cenacle/internal/front"
)

func TestRouteSaysWhatProtectsIt(t *testing.T) {
	answer := func(*Request) (Answer, error) { return Empty(http.StatusOK), nil }
	for i, tt := range []struct {
		route Route
		sound bool
	}{
		{Route{Pattern: "GET /a", Why: "empty", Handle: answer}, true}, {Route{Pattern: "GET /a", Door: Member, Action: "a.b", Handle: answer}, true},
		{Route{Pattern: "GET /a", Door: Person, Why: "her own", Handle: answer}, true},
		{Route{Pattern: "GET /a", Handle: answer}, false}, {Route{Pattern: "GET /a", Door: Member, Handle: answer}, false},
		{Route{Pattern: "GET /a", Door: Member, Why: "because", Handle: answer}, false}, {Route{Pattern: "GET /a", Door: Person, Action: "a.b", Handle: answer}, false},
		{Route{Why: "empty", Handle: answer}, false}, {Route{Pattern: "GET /a", Why: "empty"}, false},
	} {
		_, err := (&Config{Config: &front.Config{}}).Handler([]Route{tt.route}, http.NotFoundHandler())
		if (err == nil) != tt.sound {
			t.Errorf("route %d: %v", i, err)
		}
	}
}

func TestDone(t *testing.T) {
	for in, want := range map[string]string{
		"/a": "/a?done=x", "/a?b=c": "/a?b=c&done=x", "/a#m": "/a?done=x#m", "/a?b=c#m": "/a?b=c&done=x#m",
	} {
		if got := fmt.Sprint(Done(in, "x")); got != want {
			t.Errorf("%s leads to %s, want %s", in, got, want)
		}
	}
}
