package exhibit

import (
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Branch says that a party has its exhibits on paper. The zero value says nothing.
type Branch struct {
	Party id.Circle
	Space id.Space
	By    id.Person // who chose it
	At    time.Time
	Whom  string // to whom and where
	Entry id.Entry
}

func (b Branch) fields() []string {
	return []string{string(b.Party), string(b.Space), string(b.By), number(store.Micros(b.At)), string(b.Entry)}
}

// Choose keeps that a party of an entered space has its exhibits on paper from now on,
// in the place of what was chosen before. The caller has decided the right.
func Choose(a *act.Act, by authz.Actor, in id.Space, party id.Circle, whom string) error {
	b := Branch{Party: party, Space: in, By: by.Person, At: a.Now}
	if err := a.Write(deleteBranch, party); err != nil {
		return err
	}
	var err error
	if b.Entry, err = a.Record(by, "paper.chosen", in, string(party), nil); err != nil {
		return err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	return a.Write(insertBranch, party, in, by.Person, store.Micros(b.At), box.SealText(whomPlace(party), whom), b.Entry, box.MAC("paper_branch", b.fields()...))
}

// End keeps that a party has its exhibits here alone again; absent when it had.
func End(a *act.Act, by authz.Actor, in id.Space, party id.Circle) error {
	n, err := a.Exec(deleteBranch, party)
	if err == nil && n == 0 {
		err = fault.Absent()
	}
	if err != nil {
		return err
	}
	_, err = a.Record(by, "paper.ended", in, string(party), nil)
	return err
}

// Branches are the parties of an entered space that have their exhibits on paper.
func Branches(a *act.Act, in id.Space) (map[id.Circle]Branch, error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	out := map[id.Circle]Branch{}
	err = a.Each(selectBranches, []any{in}, func(scan func(...any) error) error {
		b := Branch{Space: in}
		var at int64
		var whom, mac []byte
		if err := scan(&b.Party, &b.By, &at, &whom, &b.Entry, &mac); err != nil {
			return err
		}
		b.At = store.Time(at)
		if err := box.CheckMAC(mac, "paper_branch", b.fields()...); err != nil {
			return err
		}
		b.Whom, err = box.OpenText(whomPlace(b.Party), whom)
		out[b.Party] = b
		return err
	})
	return out, err
}

// Reach refuses that something comes before all while a party, besides the one that
// it comes from, has nobody who reads here and nothing on paper: Conflict. Whoever is
// outside the firm is not told which.
func Reach(a *act.Act, by authz.Actor, in id.Space, from id.Circle) error {
	silent, err := Silent(a, in)
	if err != nil {
		return err
	}
	paper, err := Branches(a, in)
	if err != nil {
		return err
	}
	var names []string
	for _, c := range silent {
		if _, served := paper[c.ID]; !served && c.ID != from {
			names = append(names, c.Name)
		}
	}
	switch {
	case len(names) == 0:
		return nil
	case by.Role.Inside():
		return fault.New(fault.Conflict, "exhibit.unreached", names)
	}
	return fault.New(fault.Conflict, "exhibit.unreached_somewhere")
}

// Silent are the parties of an entered space in which there is nobody now who could
// read: a member of the space whose card opens the firm.
func Silent(a *act.Act, in id.Space) ([]circle.Circle, error) {
	parties, err := circle.Parties(a, in)
	if err != nil || len(parties) == 0 {
		return nil, err
	}
	there, err := circle.Presences(a, in)
	if err != nil {
		return nil, err
	}
	members, err := circle.Members(a, in)
	if err != nil {
		return nil, err
	}
	reads := map[id.Circle]bool{}
	for _, p := range there {
		stays := slices.ContainsFunc(members, func(m circle.Member) bool { return m.Person == p.Person && m.Active(a.Now) })
		if !stays || !p.Span.Covers(a.Now) {
			continue
		}
		_, err := firm.ActiveCard(a, p.Person)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		reads[p.Circle] = reads[p.Circle] || err == nil
	}
	return slices.DeleteFunc(parties, func(c circle.Circle) bool { return reads[c.ID] }), nil
}

// Paper is an exhibit that was handed to a party on paper.
type Paper struct {
	Version id.Version
	Party   id.Circle
	Space   id.Space
	By      id.Person // who says so
	Day     string    // civil date of the handing over
	At      time.Time // when it was said
	How     string
	Entry   id.Entry
}

func (p Paper) fields() []string {
	return []string{string(p.Version), string(p.Party), string(p.Space), string(p.By), p.Day, number(store.Micros(p.At)), string(p.Entry)}
}

// handed is what the journal keeps of it: not how, which may name people.
type handed struct {
	Version id.Version `json:"version"`
	Party   id.Circle  `json:"party"`
	Day     string     `json:"day"`
}

// Hand keeps, and records, that an exhibit was handed to a party on paper; p names
// what, to whom, on which day and how. The caller has decided the right, and knows that
// it was not said before.
func Hand(a *act.Act, by authz.Actor, of id.Item, p Paper) error {
	p.By, p.At = by.Person, a.Now
	var err error
	if p.Entry, err = a.Record(by, "exhibit.served", p.Space, string(of), handed{p.Version, p.Party, p.Day}); err != nil {
		return err
	}
	box, err := a.SpaceBox(p.Space)
	if err != nil {
		return err
	}
	return a.Write(insertPaper, p.Version, p.Party, p.Space, p.By, p.Day, store.Micros(p.At),
		box.SealText(howPlace(p.Version, p.Party), p.How), p.Entry, box.MAC("exhibit_paper", p.fields()...))
}

// Papers are all that was handed on paper in a forum. The caller has entered the
// space, and knows whom she may tell of which.
func Papers(a *act.Act, in id.Space) (out []Paper, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(selectPapers, []any{in}, func(scan func(...any) error) error {
		p := Paper{Space: in}
		var at int64
		var how, mac []byte
		if err := scan(&p.Version, &p.Party, &p.By, &p.Day, &at, &how, &p.Entry, &mac); err != nil {
			return err
		}
		p.At = store.Time(at)
		if err := box.CheckMAC(mac, "exhibit_paper", p.fields()...); err != nil {
			return err
		}
		p.How, err = box.OpenText(howPlace(p.Version, p.Party), how)
		out = append(out, p)
		return err
	})
	return out, err
}

func whomPlace(p id.Circle) vault.Place {
	return vault.Place{Table: "paper_branch", Column: "whom", Row: string(p)}
}

func howPlace(v id.Version, p id.Circle) vault.Place {
	return vault.Place{Table: "exhibit_paper", Column: "how", Row: string(v) + "/" + string(p)}
}
