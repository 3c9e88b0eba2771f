package proof

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

// deed is what one of several people did to a register, and when, by one clock:
// she saw a value, or put another in its place, or was told that it is no longer there.
type deed struct {
	begun, ended time.Time
	saw, put     string // put is empty unless the change was made
	refused      bool   // saw was not there any more
}

// HA-05: what several people do to one thing at once, on two nodes, has an order in which
// each saw what the one before had left: histories of reading and of conditional writing
// (If-Match) are linearizable.
func TestHA05(t *testing.T) {
	p := paired(t)
	doc, err := p.office.file(p.office.admin, document.BeginUpload{
		Space: p.room.id, Tray: space.FirmTray, Name: "initial", Circles: []id.Circle{p.room.house.Firm},
	}, []byte("projet"))
	p.must(err)
	path := api.Root + "/documents/" + string(doc)
	first, all := "initial", 0
	for run := range span(8, 1000) {
		program := p.nobody() // with a token each: none asks too often
		text, issued := p.issue(p.office.admin.actor, token.API, authz.Pass{})
		program.bearer = text
		history := p.history(program, path, strconv.Itoa(run))
		p.must(p.server.Tokens.Revoke(t.Context(), p.office.admin.actor, issued.ID)) // nobody has hundreds
		last, err := ordered(first, history)
		if err != "" {
			t.Fatalf("history %d has no order: %s\n%+v", run, err, history)
		}
		first, all = last, all+len(history)
	}
	t.Logf("%d operations", all)
}

// history lets four people work on a title, two at each node.
func (p *pair) history(program browser, path, run string) (all []deed) {
	var mu sync.Mutex
	var work sync.WaitGroup
	for who := range 4 {
		by := program
		if who%2 == 0 {
			by = p.at(program)
		}
		work.Go(func() {
			for n := range 4 {
				o := deed{begun: time.Now()}
				a := by.want(http.StatusOK, get(path))
				o.ended, o.saw = time.Now(), member(a.body, "title")
				title := "h" + run + "p" + strconv.Itoa(who) + "n" + strconv.Itoa(n)
				raw, err := json.Marshal(map[string]string{"title": title})
				p.must(err)
				w := deed{begun: time.Now(), saw: o.saw}
				b := by.do(call{method: http.MethodPatch, path: path, body: raw}.with("Content-Type", "application/json", "If-Match", a.header.Get("ETag")))
				w.ended = time.Now()
				switch b.status {
				case http.StatusOK:
					w.put = title
				case http.StatusPreconditionFailed:
					w.refused = true
				default:
					p.t.Errorf("a rename: %d %s", b.status, b.body)
				}
				mu.Lock()
				all = append(all, o, w)
				mu.Unlock()
			}
		})
	}
	work.Wait()
	return all
}

// ordered looks for an order of a history that begins at a value: each change takes the
// place of exactly one value, and what was over before something else began comes before it.
// It returns the last value, or why there is none.
func ordered(first string, history []deed) (last, wrong string) {
	next := map[string]deed{} // by the value that it took the place of
	for _, o := range history {
		if o.put == "" {
			continue
		}
		if _, twice := next[o.saw]; twice {
			return "", "two took the place of " + o.saw
		}
		next[o.saw] = o
	}
	place := map[string]int{first: 0}
	last = first
	for n := 1; ; n++ {
		o, more := next[last]
		if !more {
			break
		}
		last = o.put
		place[last] = n
	}
	if len(place) != len(next)+1 {
		return "", "a change was made to what never was there"
	}
	at := func(o deed) int {
		if o.put != "" {
			return place[o.put]
		}
		return place[o.saw]
	}
	for _, o := range history {
		if _, known := place[o.saw]; !known {
			return "", o.saw + " was seen and never was there"
		}
		if after, changed := next[o.saw]; o.refused {
			if !changed || after.begun.After(o.ended) {
				return "", o.saw + " was refused while it was there"
			}
			continue
		}
		for _, other := range history {
			if other.refused || !o.ended.Before(other.begun) {
				continue
			}
			if at(other) < at(o) || other.put != "" && at(other) == at(o) {
				return "", "after " + o.saw + o.put + " came " + other.saw + other.put
			}
		}
	}
	return last, ""
}

// An order that is none is seen.
func TestHA05_Oracle(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	write := func(from, to int, saw, put string) deed {
		return deed{begun: at(from), ended: at(to), saw: saw, put: put}
	}
	read := func(from, to int, saw string) deed { return deed{begun: at(from), ended: at(to), saw: saw} }
	lost := func(from, to int, saw string) deed {
		return deed{begun: at(from), ended: at(to), saw: saw, refused: true}
	}
	for name, tt := range map[string]struct {
		history []deed
		good    bool
	}{
		"nothing happens":        {nil, true},
		"one after the other":    {[]deed{write(0, 1, "a", "b"), read(2, 3, "b"), write(4, 5, "b", "c"), read(6, 7, "c")}, true},
		"seen while it is made":  {[]deed{write(0, 9, "a", "b"), read(1, 2, "a"), read(3, 4, "b")}, true},
		"refused for a reason":   {[]deed{write(0, 9, "a", "b"), lost(1, 2, "a")}, true},
		"a lost change":          {[]deed{write(0, 1, "a", "b"), write(2, 3, "a", "c")}, false},
		"an old value":           {[]deed{write(0, 1, "a", "b"), read(2, 3, "a")}, false},
		"a value of nobody":      {[]deed{read(0, 1, "z")}, false},
		"forward and back":       {[]deed{write(0, 9, "a", "b"), read(1, 2, "b"), read(3, 4, "a")}, false},
		"seen before it is made": {[]deed{read(0, 1, "b"), write(2, 3, "a", "b")}, false},
		"refused for no reason":  {[]deed{lost(0, 1, "a"), write(2, 3, "a", "b")}, false},
	} {
		if _, wrong := ordered("a", tt.history); (wrong == "") != tt.good {
			t.Errorf("%s: %q", name, wrong)
		}
	}
}
