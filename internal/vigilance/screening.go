package vigilance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/likeness"
	"cenacle/internal/sanction"
)

// mostLines is how many likenesses of one dossier are kept. Beyond them the least alike
// are left out, and it is said.
const mostLines = 200

// Party is somebody whom a dossier names, and who is looked for in the list of frozen
// assets: the client, or an owner, a representative included.
type Party struct {
	Part  Part            `json:"part"` // in which it names her
	Name  string          `json:"name"`
	Birth string          `json:"birth,omitempty"`
	Kind  sanction.Nature `json:"kind,omitempty"` // none: it may be any
}

// parties are those of a relation that goes on.
func (d Dossier) parties() (out []Party) {
	if d.Ended != "" {
		return nil
	}
	add := func(p Party) {
		if p.Name != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	switch c := d.Client; c.Kind {
	case Company:
		add(Party{Part: OfClient, Name: c.Name, Kind: sanction.Company})
	default:
		add(Party{Part: OfClient, Name: c.Name, Birth: c.Birth, Kind: sanction.Human})
	}
	for _, o := range d.Owners {
		p := Party{Part: InOwners, Name: o.Name, Birth: o.Birth}
		if o.Birth != "" {
			p.Kind = sanction.Human
		}
		add(p)
	}
	return out
}

// Verdict is what a lawyer says of a likeness; empty: nobody has looked at it yet.
type Verdict string

// Verdicts.
const (
	Undecided Verdict = ""
	RuledOut  Verdict = "ruled_out" // somebody else
	Confirmed Verdict = "confirmed" // it is she
)

// Decision is a verdict, with its reason, by whom and when.
type Decision struct {
	Verdict Verdict   `json:"verdict,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	By      id.Person `json:"by,omitempty"`
	ByName  string    `json:"-"`
	At      time.Time `json:"at,omitzero"`
}

// Likeness is somebody of the list whom a party may be.
type Likeness struct {
	ID    string         `json:"id"` // the same for the same party and number of the list
	Party Party          `json:"party"`
	Entry sanction.Entry `json:"entry"`
	Name  string         `json:"name"` // of the entry, the one that is like hers
	Level likeness.Level `json:"level"`
	Birth sanction.Birth `json:"birth,omitempty"`
	Since time.Time      `json:"since"`
	Decision
	Before *Decision `json:"before,omitempty"` // of the entry as it was before it changed
	Gone   bool      `json:"gone,omitempty"`   // neither is what it was, or is not there any more
}

// Open reports whether a lawyer is to look at it.
func (l Likeness) Open() bool { return l.Verdict == Undecided && !l.Gone }

// Screening is what became of comparing the parties of a dossier with the list of frozen
// assets, last. The zero value: nobody has.
type Screening struct {
	List      string     `json:"list"`      // the hash of its file
	Published string     `json:"published"` // civil date
	Entries   int        `json:"entries"`
	Parties   int        `json:"parties"`
	Of        string     `json:"of"` // what the parties were
	At        time.Time  `json:"at"`
	Lines     []Likeness `json:"lines,omitempty"`
	More      bool       `json:"more,omitempty"` // there are further ones
}

// Open is how many likenesses wait for a lawyer.
func (s Screening) Open() (n int) {
	for _, l := range s.Lines {
		if l.Open() {
			n++
		}
	}
	return n
}

// digest says in short who the parties are.
func digest(of []Party) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", of))
	return hex.EncodeToString(sum[:])
}

// done reports whether the parties have been compared with a list.
func (s Screening) done(of []Party, list string) bool { return s.List == list && s.Of == digest(of) }

// next is the screening that follows this one, of what was found in a list of each party;
// name gives the id of a likeness. What was
// decided stays decided as long as the party and the entry are what they were; an entry
// that says something else is to be looked at again, beside what was said of it before.
func (s Screening) next(of []Party, l sanction.List, hits map[Party][]sanction.Hit, name func(Party, int) string, now time.Time) (out Screening, fresh int) {
	out = Screening{List: l.SHA256, Published: l.Published, Entries: len(l.Entries), Parties: len(of), Of: digest(of), At: now}
	was := make(map[string]Likeness, len(s.Lines))
	for _, l := range s.Lines {
		was[l.ID] = l
	}
	for _, p := range of {
		for _, h := range hits[p] {
			l := Likeness{ID: name(p, h.Entry.Number), Party: p, Entry: h.Entry, Name: h.Name, Level: h.Level, Birth: h.Birth, Since: now}
			former, known := was[l.ID]
			delete(was, l.ID)
			switch {
			case !known:
				fresh++
			case former.Entry.Same(l.Entry) && !former.Gone:
				l.Since, l.Decision, l.Before = former.Since, former.Decision, former.Before
			case former.Verdict != Undecided:
				before := former.Decision
				l.Before = &before
				fresh++
			default:
				l.Since, l.Before = former.Since, former.Before
			}
			out.Lines = append(out.Lines, l)
		}
	}
	for _, l := range s.Lines { // in their order
		if _, left := was[l.ID]; left && l.Verdict != Undecided {
			l.Gone = true
			out.Lines = append(out.Lines, l)
		}
	}
	if len(out.Lines) > mostLines {
		out.Lines, out.More = out.Lines[:mostLines], true
	}
	return out, fresh
}

// encode is a screening as it is sealed.
func (s Screening) encode() ([]byte, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("vigilance: screening: %w", err)
	}
	return raw, nil
}
