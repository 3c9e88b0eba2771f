// Package conflict answers, before a file is opened, whether the firm knows the
// names in it already: as clients, past ones too, as adverse parties, as
// other names of either, or as owners of a company that is a client (RIN art. 4; loi n° 71-1130, art. 66-5 for what the
// answer may not say).
//
// It tells the name as the firm writes it, in what quality, and which lawyer to
// speak to: never a file, what it is about, or anything in it. From a file that
// a wall keeps from who asks, it tells only that there is something.
//
// Names are sealed under the key of their space, so a search opens them one
// after the other and compares in memory ([likeness]): nothing about names is
// stored for it. Start at [Service.Search].
package conflict

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/likeness"
	"cenacle/internal/space"
	"cenacle/internal/vigilance"
)

// Quality is what somebody is to the firm.
type Quality string

const (
	Client  Quality = "client"
	Former  Quality = "former"  // the client of a closed file
	Adverse Quality = "adverse" // an adverse party, of a closed file too
	Linked  Quality = "linked"  // another name of the client's side, or one in her dossier de vigilance
	Other   Quality = "other"   // somebody who takes part in a file: an expert, a notary, a guest
	Titled  Quality = "titled"  // the name of a file has it; which one is not told
)

// Finding is a name that the firm knows and that is like one of those asked.
// Of what a wall keeps from who asks, only Asked and Reserved are filled.
type Finding struct {
	Asked    string
	Level    likeness.Level
	Name     string
	As       Quality
	Lead     string // the lawyer to speak to
	Reserved bool
}

// Report is the answer to a search. Entry is the line of the journal that
// proves it was made.
type Report struct {
	Asked    []string
	Findings []Finding // the most alike first
	Names    int       // that were compared
	At       time.Time
	Entry    id.Entry
}

const (
	mostAsked    = 20  // names of one search
	mostFindings = 200 // beyond them, the least alike are left out
	spacesAtOnce = 200
)

// Service is the use cases of conflicts of interests.
type Service struct{ office *act.Office }

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office} }

// Search compares names with all that the firm knows. Every search is recorded,
// with keyed hashes of the names, so that having made it can be proved. Faults
// in the field names.
func (s *Service) Search(ctx context.Context, by authz.Actor, names []string) (r Report, err error) {
	defer fault.Op(&err, "conflict.Search")
	if r.Asked, err = clean(names); err != nil {
		return r, err
	}
	asked := make([]likeness.Name, len(r.Asked))
	for i, name := range r.Asked {
		asked[i] = likeness.Parse(name)
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.ConflictSearch); err != nil {
			return err
		}
		r.Findings, r.Names, r.At = nil, 0, a.Now
		return each(a, by, func(k known) {
			r.Names++
			name := likeness.Parse(k.name)
			for i := range asked {
				if l := asked[i].Like(name); l > likeness.None {
					r.Findings = append(r.Findings, k.as(r.Asked[i], l))
				}
			}
		})
	})
	if err != nil {
		return r, err
	}
	r.settle()
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r.Entry, err = r.record(a, by)
		return err
	})
	return r, err
}

// searched is what the journal keeps.
type searched struct {
	Names  []string       `json:"names"` // keyed hashes of the folded names
	Found  map[string]int `json:"found"` // how many, by level
	Walled int            `json:"walled,omitempty"`
}

func (r *Report) record(a *act.Act, by authz.Actor) (id.Entry, error) {
	if err := firm.Allow(a, by, authz.ConflictSearch); err != nil {
		return "", err
	}
	box, err := a.FirmBox()
	if err != nil {
		return "", err
	}
	said := searched{Found: map[string]int{}}
	for _, name := range r.Asked {
		said.Names = append(said.Names, hex.EncodeToString(box.Lookup("conflict.name", fold.Key(name))))
	}
	for _, f := range r.Findings {
		if f.Reserved {
			said.Walled++
		} else {
			said.Found[f.Level.String()]++
		}
	}
	return a.Record(by, "conflict.searched", "", string(a.Firm()), said)
}

// clean takes the names that were typed, each once.
func clean(names []string) (out []string, err error) {
	var wrong fault.Fields
	for _, name := range names {
		name = strings.TrimSpace(name)
		switch {
		case name == "" || slices.Contains(out, name):
		case !readable(name):
			wrong.Add("names", "conflict.name")
		default:
			out = append(out, name)
		}
	}
	switch {
	case len(out) > mostAsked:
		wrong.Add("names", "conflict.asked_many", mostAsked)
	case len(out) == 0 && wrong.Err() == nil:
		wrong.Add("names", "conflict.asked_none")
	}
	return out, wrong.Err()
}

// known is one name of one space.
type known struct {
	name     string
	quality  Quality
	lead     string
	reserved bool
}

func (k known) as(asked string, l likeness.Level) Finding {
	if k.reserved {
		return Finding{Asked: asked, Reserved: true}
	}
	f := Finding{Asked: asked, Level: l, Name: k.name, As: k.quality, Lead: k.lead}
	if k.quality == Titled {
		f.Name = ""
	}
	return f
}

// each gives every name of every space of the firm; the caller has decided the
// right. Spaces that were erased have none.
func each(a *act.Act, by authz.Actor, tell func(known)) error {
	for after := id.Space(""); ; {
		var in []id.Space
		walled := map[id.Space]bool{}
		err := a.Each(selectSpaces, []any{by.Person, after, spacesAtOnce}, func(scan func(...any) error) error {
			var walls int64
			err := scan(&after, &walls)
			in, walled[after] = append(in, after), walls > 0
			return err
		})
		if err != nil {
			return err
		}
		if err := among(a, in, walled, tell); err != nil {
			return err
		}
		if len(in) < spacesAtOnce {
			return nil
		}
	}
}

// among gives the names of several spaces.
func among(a *act.Act, in []id.Space, walled map[id.Space]bool, tell func(known)) error {
	if err := a.Ring().Prepare(a.Tx, in); err != nil {
		return err
	}
	var kept []id.Space
	for _, of := range in {
		if _, err := a.SpaceBox(of); err == nil {
			kept = append(kept, of)
		} else if !fault.Is(err, fault.NotFound) { // else it was erased
			return err
		}
	}
	spaces, err := space.LoadAll(a, kept)
	if err != nil {
		return err
	}
	members, err := circle.MembersIn(a, kept)
	if err != nil {
		return err
	}
	for _, of := range kept {
		if err := inSpace(a, spaces[of], members[of], walled[of], tell); err != nil {
			return err
		}
	}
	return nil
}

// inSpace gives the names of one space, whose members' right to be known as
// what they are the caller has decided.
func inSpace(a *act.Act, sp space.Space, members []circle.Member, walled bool, tell func(known)) error {
	lead, err := firm.CardOf(a, sp.Lead)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	say := func(name string, q Quality) {
		if q == Client && sp.State != "open" {
			q = Former
		}
		tell(known{name, q, lead.Name, walled})
	}
	title, told := likeness.Parse(sp.Name), false
	var cards []likeness.Name
	for _, m := range members {
		if m.Role.Inside() {
			continue
		}
		card, err := firm.CardOf(a, m.Person)
		if err != nil {
			return err
		}
		q := Other
		if m.Role == authz.Client {
			q = Client
		}
		say(card.Name, q)
		cards = append(cards, likeness.Parse(card.Name))
		told = told || title.Like(cards[len(cards)-1]) == likeness.Same // most are named after their client
	}
	if !told {
		say(sp.Name, Titled)
	}
	parties, err := guard.Parties(a, sp.ID)
	if err != nil {
		return err
	}
	for _, p := range parties {
		say(p.Name, Adverse)
	}
	others, err := aliases(a, sp.ID)
	if err != nil {
		return err
	}
	for _, n := range others {
		say(n.Name, Linked)
	}
	identified, err := vigilance.Named(a, sp.ID)
	for _, name := range identified {
		if parsed := likeness.Parse(name); !slices.ContainsFunc(cards, func(c likeness.Name) bool { return c.Like(parsed) == likeness.Same }) {
			say(name, Linked)
		}
	}
	return err
}

// settle puts what is most alike first and says everything once.
func (r *Report) settle() {
	rank := func(f Finding) int {
		if f.Reserved {
			return int(likeness.Same) + 1
		}
		return int(f.Level)
	}
	slices.SortStableFunc(r.Findings, func(x, y Finding) int {
		if d := rank(y) - rank(x); d != 0 {
			return d
		}
		return strings.Compare(x.Asked+"\x00"+x.Name+"\x00"+string(x.As)+"\x00"+x.Lead, y.Asked+"\x00"+y.Name+"\x00"+string(y.As)+"\x00"+y.Lead)
	})
	r.Findings = slices.Compact(r.Findings)
	if len(r.Findings) > mostFindings {
		r.Findings = r.Findings[:mostFindings]
	}
}
