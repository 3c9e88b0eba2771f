// Package guard looks at what is about to leave the firm and says, before, what
// looks like the wrong recipient: the adverse party of the file among those who
// will read, bytes that belong to another client, a name that is another
// client's, and far more readers than usual.
//
// It decides no right and stops nothing by itself: the nouns that send ask
// [Check], and go on only when the sender has confirmed each reason. It says
// nothing of the other file, not even which it is; and what a wall keeps from
// the sender it does not say at all. Names and bytes are compared by keyed
// hashes of the firm. Start at [Check], then [Learn].
package guard

import (
	"errors"
	"slices"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Reason is what the guard has noticed.
type Reason string

const (
	Adverse  Reason = "adverse"  // a recipient is an adverse party of this file
	Foreign  Reason = "foreign"  // the bytes are in another client's space
	Stranger Reason = "stranger" // a name is that of another client
	Wide     Reason = "wide"     // unusually many people
)

// Finding is one reason, with the name or number that it is about.
type Finding struct {
	Reason Reason
	Word   string
}

// ID is what a sender confirms.
func (f Finding) ID() string { return string(f.Reason) + ":" + f.Word }

// Recipient is somebody outside the firm who will read what is sent.
type Recipient struct {
	Person id.Person
	Name   string
}

// Sending is what is about to leave.
type Sending struct {
	Space   id.Space
	To      []Recipient
	Titles  []string   // of documents: names may be in small letters
	Text    string     // of a memo, as it is written
	Digests [][32]byte // SHA-256 of the documents that go
}

const (
	maxNames = 300 // names of one sending that are looked up
	forms    = 3   // from so many other spaces on, bytes are a form of the house
)

// Check returns what looks wrong with a sending, in a stable order. Nobody
// outside the firm among the readers: nothing does. The caller has entered the
// space.
func Check(a *act.Act, by authz.Actor, s Sending) (out []Finding, err error) {
	if len(s.To) == 0 {
		return nil, nil
	}
	adverse, err := Parties(a, s.Space)
	if err != nil {
		return nil, err
	}
	for _, r := range s.To {
		if slices.ContainsFunc(adverse, func(p Party) bool { return alike(p.Name, r.Name) }) {
			out = append(out, Finding{Adverse, r.Name})
		}
	}
	foreign, err := foreign(a, by, s)
	if err != nil {
		return nil, err
	}
	out = append(out, foreign...)
	strangers, err := strangers(a, by, s, adverse)
	if err != nil {
		return nil, err
	}
	out = append(out, strangers...)
	wide, err := wide(a, s)
	return append(out, wide...), err
}

// Demand refuses a sending with findings that were not confirmed, one fault for
// each in the field confirm; it returns those that were, for the journal.
func Demand(found []Finding, confirmed []string) ([]Reason, error) {
	var wrong fault.Fields
	var gone []Reason
	for _, f := range found {
		if slices.Contains(confirmed, f.ID()) || slices.Contains(confirmed, string(f.Reason)) {
			gone = append(gone, f.Reason)
			continue
		}
		wrong.Add("confirm", "guard."+string(f.Reason), f.Word)
	}
	return gone, wrong.Err()
}

// Stopped returns the findings for which err refuses a sending.
func Stopped(err error) (out []Finding) {
	var wrong fault.Fields
	if !errors.As(err, &wrong) {
		return nil
	}
	for _, e := range wrong {
		if reason, ours := strings.CutPrefix(e.Key, "guard."); ours && len(e.Args) == 1 {
			word, _ := e.Args[0].(string)
			out = append(out, Finding{Reason(reason), word})
		}
	}
	return out
}

// foreign looks for bytes that another client's space holds: deposited there,
// or in so few spaces that they are no form of the house.
func foreign(a *act.Act, by authz.Actor, s Sending) ([]Finding, error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	for _, sum := range s.Digests {
		others, deposited := map[id.Space]bool{}, false
		err := a.Each(selectBytes, []any{bytesHash(box, sum), s.Space, by.Person}, func(scan func(...any) error) error {
			var in id.Space
			var put int64
			err := scan(&in, &put)
			others[in], deposited = true, deposited || put == 1
			return err
		})
		if err != nil {
			return nil, err
		}
		for in := range others {
			theirs, err := shared(a, in, s.To)
			if err != nil {
				return nil, err
			}
			if theirs {
				delete(others, in)
			}
		}
		if len(others) > 0 && (deposited || len(others) < forms) {
			return []Finding{{Foreign, ""}}, nil
		}
	}
	return nil, nil
}

// shared reports whether everybody who will read belongs to another space too:
// then what is there is theirs.
func shared(a *act.Act, in id.Space, to []Recipient) (bool, error) {
	members, err := circle.Members(a, in)
	if fault.Is(err, fault.NotFound) {
		return true, nil // it was erased
	}
	if err != nil {
		return false, err
	}
	for _, r := range to {
		if !slices.ContainsFunc(members, func(m circle.Member) bool { return m.Person == r.Person }) {
			return false, nil
		}
	}
	return true, nil
}

// strangers looks for names that are another client's and nobody's here. Few are
// anybody's, so that is asked first.
func strangers(a *act.Act, by authz.Actor, s Sending, adverse []Party) (out []Finding, err error) {
	names := namesIn(s.Text, false)
	for _, title := range s.Titles {
		names = append(names, namesIn(title, true)...)
	}
	known, err := elsewhere(a, by, s.Space, once(names))
	if err != nil || len(known) == 0 {
		return nil, err
	}
	here, err := familiar(a, s.Space, adverse)
	if err != nil {
		return nil, err
	}
	for _, n := range known {
		if !here[n.key] && !slices.ContainsFunc(out, func(f Finding) bool { return strings.Contains(f.Word, n.shown) }) {
			out = append(out, Finding{Stranger, n.shown})
		}
	}
	return out, nil
}

// elsewhere are those of some names that clients of other spaces have.
func elsewhere(a *act.Act, by authz.Actor, in id.Space, names []said) (out []said, err error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	names = names[:min(len(names), maxNames)]
	hashes := make([][]byte, len(names))
	for i, n := range names {
		hashes[i] = nameHash(box, n.key)
	}
	known := map[string]bool{}
	for some := range store.Batches(hashes) {
		err := a.Each(selectKnown, append([]any{in, by.Person}, some...), func(scan func(...any) error) error {
			var hash []byte
			err := scan(&hash)
			known[string(hash)] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for i, n := range names {
		if known[string(hashes[i])] {
			out = append(out, n)
		}
	}
	return out, nil
}

// once leaves each name the first time that it is said.
func once(names []said) (out []said) {
	seen := map[string]bool{}
	for _, n := range names {
		if !seen[n.key] {
			seen[n.key], out = true, append(out, n)
		}
	}
	return out
}

// familiar are the keys of all names that belong to a space: its members, past
// ones too, its adverse parties, its own name and those of its matters, and the
// firm's people.
func familiar(a *act.Act, in id.Space, adverse []Party) (map[string]bool, error) {
	out := map[string]bool{}
	add := func(name string) {
		for _, k := range answering(name) {
			out[k] = true
		}
	}
	for _, p := range adverse {
		add(p.Name)
	}
	sp, err := space.Load(a, in)
	if err != nil {
		return nil, err
	}
	add(sp.Name)
	matters, err := space.Matters(a, in)
	if err != nil {
		return nil, err
	}
	for _, m := range matters {
		add(m.Name)
	}
	members, err := circle.Members(a, in)
	if err != nil {
		return nil, err
	}
	people := make([]id.Person, len(members))
	for i, m := range members {
		people[i] = m.Person
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		add(name)
	}
	staff, err := firm.Staff(a)
	for _, c := range staff {
		add(c.Name)
	}
	return out, err
}

func bytesHash(box *vault.Box, sum [32]byte) []byte { return box.Lookup("guard.bytes", string(sum[:])) }

func nameHash(box *vault.Box, key string) []byte { return box.Lookup("guard.name", key) }
