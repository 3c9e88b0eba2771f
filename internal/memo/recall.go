package memo

import (
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
)

// Recalled is a memo that was taken back from everybody outside the firm, and what is
// certain of each of them: when she first read it, zero when she never did. Entry is
// the line of the journal that proves it.
type Recalled struct {
	Entry id.Entry
	At    time.Time
	Read  map[id.Person]time.Time
}

// recalled is what the journal keeps of it: by [Alias], when each reader first read it, in
// microseconds, 0 for never.
type recalled struct {
	Circles []id.Circle      `json:"circles"`
	Opened  map[string]int64 `json:"opened"`
}

// Alias stands for a reader of a memo where the line of the journal that names her may be
// handed to another of them: it is the same of no other memo.
func Alias(of id.Item, reader id.Person) string {
	return digest(string(of) + "/" + string(reader))[:32]
}

// RecallIn takes a memo back, inside a running act, from everybody outside the firm,
// which keeps it. A reading that goes on at this moment has been recorded, and is told,
// or finds nothing: both are acts of one database. What somebody answered stays.
// Nobody outside the firm has it: fault.Conflict.
func RecallIn(a *act.Act, by authz.Actor, in id.Space, of id.Item) (r Recalled, err error) {
	h, _, err := item.Open(a, by, in, item.Memo, of, authz.MemoRecall)
	if err != nil {
		return r, err
	}
	sent := make([]id.Circle, len(h.Audience))
	for i, to := range h.Audience {
		sent[i] = to.Circle
	}
	out, err := circle.Beyond(a, in, sent)
	if err != nil {
		return r, err
	}
	if len(out) == 0 {
		return r, fault.New(fault.Conflict, "memo.nobody_outside")
	}
	kept := recalled{out, map[string]int64{}}
	if r.Read, err = readOutside(a, h); err != nil {
		return r, err
	}
	for p, at := range r.Read {
		kept.Opened[Alias(of, p)] = store.Micros(at)
	}
	house, err := circle.HouseOf(a, in)
	if err != nil {
		return r, err
	}
	if !slices.Contains(sent, house.Firm) {
		if err := item.Address(a, by, h, []id.Circle{house.Firm}, false); err != nil {
			return r, err
		}
	}
	if err := item.Withdraw(a, h, out); err != nil {
		return r, err
	}
	r.At = a.Now
	r.Entry, err = a.Record(by, "memo.recalled", in, string(of), kept)
	return r, err
}

// readOutside says of each reader outside the firm when she first read a memo.
func readOutside(a *act.Act, h item.Header) (map[id.Person]time.Time, error) {
	people, err := document.Explain(a, authz.Resource{
		Kind: authz.OfItem, Firm: a.Firm(), Space: h.Space, Owner: h.Author, Internal: h.Internal, Audience: h.Audience,
	}, authz.MemoRead)
	if err != nil {
		return nil, err
	}
	reads, err := item.Reads(a, h.ID)
	out := map[id.Person]time.Time{}
	for _, to := range people {
		if read := !reads[to.Person].IsZero(); !to.Role.Inside() && (to.Sees || read) {
			out[to.Person] = reads[to.Person]
		}
	}
	return out, err
}
