package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

// Sight is what a member from outside the firm sees of a space. Read is by her.
type Sight struct {
	Circles   []Circle   `json:"circles" doc:"those she is in"`
	Documents []Document `json:"documents" doc:"the newest of each tray"`
	Threads   []Thread   `json:"threads" doc:"the newest memos"`
	Requests  []Wanted   `json:"requests" doc:"papers asked of her"`
}

// how much of it an answer holds.
const (
	sightRows  = 100 // of each tray
	sightMemos = 100
)

func (n *Nouns) seeAs(r *Request, in InMember) (Sight, error) {
	seen, err := n.Overview.SeenAs(r.Context(), r.Actor, overview.Sources{Documents: n.Documents, Requests: n.Requests},
		overview.ScreenQuery{Space: in.Space, After: map[space.Tray]id.Item{}, Rows: sightRows, Memos: sightMemos}, in.Person)
	if err != nil {
		return Sight{}, err
	}
	out := Sight{Circles: circlesOf(seen.Room.Circles), Documents: []Document{}, Threads: []Thread{}, Requests: []Wanted{}}
	for _, tray := range space.Trays() {
		for i := range seen.Documents[tray] {
			out.Documents = append(out.Documents, documentOf(&seen.Documents[tray][i]))
		}
	}
	for _, t := range seen.Threads {
		one := Thread{ID: t.ID, Document: t.Document, Subject: t.Subject}
		for _, m := range t.Memos {
			one.Memos = append(one.Memos, memoOf(m, t.ID))
		}
		out.Threads = append(out.Threads, one)
	}
	for _, q := range seen.Requests {
		out.Requests = append(out.Requests, wantedOf(q))
	}
	return out, nil
}

// seenAs looks again: what is given twice is recorded twice.
func (n *Nouns) seenAs(r *Request, in InMember, _ string) (Sight, error) {
	again := *r
	again.Actor.Once = authz.Once{}
	return n.seeAs(&again, in)
}
