package client

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestTypesAreThoseOfTheDescription: every member that the client reads or
// sends is in the OpenAPI document under the same type.
func TestTypesAreThoseOfTheDescription(t *testing.T) {
	raw, err := os.ReadFile("../internal/api/testdata/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var d struct {
		Paths map[string]map[string]struct {
			Body struct {
				Content map[string]struct {
					Schema object `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]object `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{Me{}, Bearer{}, Space{}, Room{}, Matter{}, Folder{}, Circle{}, Member{}, Document{}, Version{}, Paper{}, State{}, Memo{}, Thread{}, Receipt{}, Event{}, Events{}, Problem{}, Wrong{}, Contact{}} {
		of := reflect.TypeOf(v)
		has(t, of, d.Components.Schemas[of.Name()].Properties)
	}
	sent := func(path string) map[string]json.RawMessage {
		return d.Paths[path]["post"].Body.Content["application/json"].Schema.Properties
	}
	has(t, reflect.TypeFor[NewSpace](), sent("/spaces"))
	has(t, reflect.TypeFor[NewMemo](), sent("/spaces/{space}/memos"))
}

func has(t *testing.T, of reflect.Type, members map[string]json.RawMessage) {
	t.Helper()
	for _, f := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if _, found := members[name]; name != "" && name != "-" && !found {
			t.Errorf("%s has no %s", of.Name(), name)
		}
	}
}

// peer answers as the steps say, one for each request, the last for all others.
func peer(t *testing.T, steps ...http.HandlerFunc) (*Client, *atomic.Int32) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		steps[min(int(asked.Add(1)), len(steps))-1](w, r)
	}))
	t.Cleanup(s.Close)
	c := New(s.URL+"/", "a-token")
	c.Pause = time.Millisecond
	return c, &asked
}

func answers(status int, header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if name, value, found := strings.Cut(header, ": "); found {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func cuts(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// TestOneActHoweverOftenAsked: the key of an act stays the same over its
// attempts, and differs from that of the next.
func TestOneActHoweverOftenAsked(t *testing.T) {
	var keys []string
	note := func(then http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			then(w, r)
		}
	}
	c, asked := peer(t, note(cuts), note(answers(503, "", "")), note(answers(429, "Retry-After: 0", "")), note(answers(201, "", `{"id":"m"}`)))
	m, err := c.Write(t.Context(), "s", NewMemo{Body: "b"})
	if err != nil || m.ID != "m" || asked.Load() != 4 {
		t.Fatalf("%v, %v after %d", m, err, asked.Load())
	}
	if keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] || keys[2] != keys[3] {
		t.Errorf("one act has the keys %q", keys)
	}
	if _, err := c.Write(t.Context(), "s", NewMemo{Body: "b"}); err != nil || keys[4] == keys[0] {
		t.Errorf("another act has the key of the first: %q, %v", keys, err)
	}
}

// TestRefusedForGood is not asked again, and says what the server said.
func TestRefusedForGood(t *testing.T) {
	c, asked := peer(t, answers(422, "Content-Type: application/problem+json", `{"status":422,"code":"fault.invalid","detail":"non","errors":[{"pointer":"/body","code":"memo.body_missing"}]}`))
	_, err := c.Write(t.Context(), "s", NewMemo{})
	var p *Problem
	if !errors.As(err, &p) || p.Code != "fault.invalid" || p.Errors[0].Pointer != "/body" || !Is(err, 422) || asked.Load() != 1 {
		t.Errorf("%v after %d", err, asked.Load())
	}
	down, asked := peer(t, cuts)
	if _, err := down.Me(t.Context()); err == nil || asked.Load() != 5 {
		t.Errorf("a peer that is gone: %v after %d", err, asked.Load())
	}
	hostile, _ := peer(t, answers(500, "Content-Type: application/problem+json", `{"status":200,"code`))
	if _, err := hostile.Me(t.Context()); !Is(err, 500) {
		t.Errorf("a refusal that cannot be read: %v", err)
	}
}

// TestHostileUploads: a server that says nonsense is not believed.
func TestHostileUploads(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"another site": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://evil.example/x")
			w.Header().Set("Upload-Offset", "0")
			w.WriteHeader(201)
		},
		"beyond the end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", root+"/spaces/s/uploads/u")
			w.Header().Set("Upload-Offset", "6")
			w.WriteHeader(201)
		},
		"no offset": answers(201, "Location: "+root+"/spaces/s/uploads/u", ""),
	} {
		c, _ := peer(t, first)
		c.Attempts = 1
		if _, err := c.Upload(t.Context(), "s", File{Name: "a"}, 5, strings.NewReader("12345")); err == nil {
			t.Errorf("%s: believed", name)
		}
	}
	stuck, _ := peer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", root+"/spaces/s/uploads/u")
		w.Header().Set("Upload-Offset", "0")
		w.WriteHeader(201)
	}, cuts, answers(200, "Upload-Offset: 0", ""), cuts, answers(200, "Upload-Offset: 0", ""), cuts, answers(200, "Upload-Offset: 0", ""), cuts)
	stuck.Attempts = 3
	if _, err := stuck.Upload(t.Context(), "s", File{Name: "a"}, 5, strings.NewReader("12345")); err == nil {
		t.Error("an upload that never moves ends well")
	}
}
