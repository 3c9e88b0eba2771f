package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"cenacle/internal/event"
	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/live"
)

// Events is what happened, the oldest first.
type Events struct {
	Events []Event `json:"events"`
	Next   string  `json:"next" doc:"cursor to go on from, now or later; it also resumes a stream"`
	More   bool    `json:"more" doc:"ask again at once: this was not all"`
}

// Event is one thing that happened: identifiers only. Whoever wants to know
// more asks for the thing.
type Event struct {
	ID     id.Entry  `json:"id" doc:"of its journal entry"`
	Kind   string    `json:"kind" doc:"document.filed, memo.written, deposit.closed…"`
	Space  id.Space  `json:"space,omitempty"`
	Object string    `json:"object" doc:"identifier of what it was done to"`
	Actor  id.Person `json:"actor,omitempty"`
	At     Instant   `json:"at"`
}

func eventOf(e event.Event) Event {
	return Event{e.ID, e.Kind, e.Space, e.Object, e.Actor, Instant(e.At)}
}

// Since asks for what happened.
type Since struct {
	Limit  int      `query:"limit" min:"1" max:"500" doc:"how many, 100 by default"`
	Cursor string   `query:"cursor" doc:"the “next” of an earlier answer; without it, from the beginning"`
	From   string   `query:"from" enum:"beginning now" doc:"without a cursor: “now” gives nothing but where to go on from"`
	Kinds  []string `query:"kind" doc:"once for each: a kind (document.filed) or a noun (document)"`
	Space  id.Space `query:"space" doc:"those of one space"`
}

// eventList is what cursors of events are bound to: they go on in the list and
// in the stream, whatever is filtered.
const eventList = "events"

// rounds is how often one request looks further on for something its reader may
// see, so that an answer does not tell of what she may not.
const rounds = 8

func (n *Nouns) events(r *Request, in Since) (Events, error) {
	q := event.Query{Kinds: in.Kinds, Space: in.Space, Limit: in.Limit}
	if q.Limit == 0 {
		q.Limit = 100
	}
	if err := n.begin(r, in, &q); err != nil {
		return Events{}, err
	}
	found, more, err := n.gather(r, &q)
	if err != nil {
		return Events{}, err
	}
	out := Events{Events: make([]Event, len(found)), More: more}
	for i, e := range found {
		out.Events[i] = eventOf(e)
	}
	out.Next, err = r.place(q.After)
	return out, err
}

// begin finds where to start from.
func (n *Nouns) begin(r *Request, in Since, q *event.Query) (err error) {
	if in.Cursor == "" && in.From == "now" {
		q.After, err = n.Events.Now(r.Context(), r.Actor)
		return err
	}
	var place string
	if err := r.unseal(eventList, in.Cursor, &place); err != nil || place == "" {
		return err
	}
	q.After, err = strconv.ParseInt(place, 10, 64)
	return err
}

// place seals where to go on from. Its length is always the same, so that it
// does not tell how much has happened.
func (r *Request) place(next int64) (string, error) {
	return r.seal(eventList, fmt.Sprintf("%019d", next))
}

// gather looks on from q.After, which it moves, until it has a full answer or
// there is nothing more.
func (n *Nouns) gather(r *Request, q *event.Query) (found []event.Event, more bool, err error) {
	limit := q.Limit
	for range rounds {
		q.Limit = limit - len(found)
		some, next, err := n.Events.Since(r.Context(), r.Actor, *q)
		if err != nil {
			return nil, false, err
		}
		found = append(found, some...)
		if next == q.After {
			return found, false, nil
		}
		if q.After = next; len(found) == limit {
			break
		}
	}
	q.Limit = limit
	return found, true, nil
}

// Listening asks for a stream of what happens.
type Listening struct {
	Since
	Last string `header:"Last-Event-ID" doc:"where the stream was cut; it goes on from there"`
}

const (
	recheck  = 4 * time.Second  // of rights that must end within five
	beat     = 20 * time.Second // keeps proxies from closing an idle stream
	patience = 10 * time.Second // to take one event
)

// stream tells what happens as it happens (server-sent events): from now on,
// or from a cursor.
func (n *Nouns) stream(r *Request, in Listening) (Stream, error) {
	q := event.Query{Kinds: in.Kinds, Space: in.Space, Limit: 100}
	if in.Last != "" {
		in.Cursor = in.Last
	}
	if in.Cursor == "" && in.From == "" {
		in.From = "now"
	}
	if err := n.begin(r, in.Since, &q); err != nil {
		return nil, err
	}
	sub := n.Events.Listen(r.Actor)
	if err := n.probe(r, q); err != nil {
		sub.Close()
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		defer sub.Close()
		h := w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("X-Accel-Buffering", "no")
		t := &teller{Request: r, nouns: n, query: q, out: w, control: http.NewResponseController(w)}
		if err := t.say("retry: 2000\n\n"); err != nil {
			return front.Sent(err)
		}
		return t.listen(sub)
	}, nil
}

// probe refuses a query that can never be answered before the stream begins.
func (n *Nouns) probe(r *Request, q event.Query) error {
	q.Limit = 1
	_, _, err := n.Events.Since(r.Context(), r.Actor, q)
	return err
}

// teller is one open stream.
type teller struct {
	*Request
	nouns   *Nouns
	query   event.Query
	out     io.Writer
	control *http.ResponseController
}

func (t *teller) listen(sub *live.Subscription) error {
	check, heart := time.NewTicker(recheck), time.NewTicker(beat)
	defer check.Stop()
	defer heart.Stop()
	for {
		if err := t.tell(); err != nil {
			return err
		}
		select {
		case <-t.Context().Done():
			return nil
		case <-t.api.Closing:
			return nil
		case <-sub.Changed():
		case <-heart.C:
			if err := t.say(":\n\n"); err != nil {
				return front.Sent(err)
			}
		case <-check.C: // and what other nodes have done meanwhile is told
			if err := t.Recheck(); err != nil {
				return err
			}
		}
	}
}

// tell says all that has happened and may be seen.
func (t *teller) tell() error {
	for {
		found, more, err := t.nouns.gather(t.Request, &t.query)
		if err != nil {
			return err
		}
		for _, e := range found {
			cursor, err := t.place(e.Position + 1)
			if err != nil {
				return err
			}
			raw, err := json.Marshal(eventOf(e))
			if err != nil {
				return err
			}
			if err := t.say("id: " + cursor + "\nevent: " + e.Kind + "\ndata: " + string(raw) + "\n\n"); err != nil {
				return front.Sent(err)
			}
		}
		if !more {
			return nil
		}
	}
}

func (t *teller) say(s string) error {
	if err := t.control.SetWriteDeadline(t.api.Until(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(t.out, s); err != nil {
		return err
	}
	return t.control.Flush()
}
