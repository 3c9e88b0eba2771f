// Package attest draws up the attestation of adversarial exchange (« attestation du
// contradictoire ») of a forum: which party was given which exhibit when, when it was
// told of it and opened it, or by which branch it had it on paper; which dires were filed,
// what was answered to each point and which were given up; which questions were asked and
// answered. It states what the register says at one moment, for whoever reads the register
// and as far as she does, and binds each date and number to the line of the journal that
// proves it.
//
// The file verifies by itself, when nothing else is left: see [Verify], which
// `cenacle verify` runs. It is specified in doc/attestation-format.md. Names and titles
// are what the firm called things that day: the journal binds the firm to having said
// so, and proves the dates, the numbers and the bytes.
//
// It refuses to say more than the register: it decides nothing and numbers nothing.
// Start at [Service.Draw].
package attest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/dire"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/question"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	// Media is the media type of the file.
	Media = "application/vnd.cenacle.attestation+json"
	// Extension ends its name.
	Extension = ".attestation.json"
	// Format is what the file says it is, and Whole where dires or questions stand beside
	// the exhibits.
	Format = "cenacle/attestation@v1"
	Whole  = "cenacle/attestation@v2"

	kind    = "exchange.attested"
	mostOld = 100 // attestations of a space that are listed
)

// Service is the use cases of attestations.
type Service struct{ office *act.Office }

// New returns the use cases over an office.
func New(office *act.Office) *Service { return &Service{office} }

// Attestation is one that was drawn up. Side is the party whose reception alone it
// tells, empty for all.
type Attestation struct {
	ID    id.Attestation
	Space id.Space
	Side  id.Circle
	By    id.Person
	At    time.Time
	Entry id.Entry // of the journal, which holds the digest of its statement
}

func (t Attestation) fields() []string {
	return []string{string(t.ID), string(t.Space), string(t.Side), string(t.By), fmt.Sprint(store.Micros(t.At)), string(t.Entry)}
}

// attested is what the journal keeps of it.
type attested struct {
	Statement string    `json:"statement"` // SHA-256, in hexadecimal
	Side      id.Circle `json:"side,omitempty"`
	Exhibits  int       `json:"exhibits"`
	Dires     int       `json:"dires,omitempty"`
	Questions int       `json:"questions,omitempty"`
}

// Draw draws up an attestation of what the actor reads in the register of a forum, and
// keeps it. Invalid when there is nothing to attest; refused as the register is.
func (s *Service) Draw(ctx context.Context, by authz.Actor, in id.Space) (of id.Attestation, err error) {
	defer fault.Op(&err, "attest.Draw(%s)", in)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		register, err := forum.RegisterIn(a, by, in, authz.AttestDraw)
		if err != nil {
			return err
		}
		said, err := state(a, by, in, register)
		if err != nil {
			return err
		}
		if len(said.Exhibits)+len(said.Dires)+len(said.Questions) == 0 {
			return fault.New(fault.Invalid, "attest.nothing")
		}
		of, err = keep(a, by, in, register, said)
		return err
	})
	return of, err
}

// keep records and stores an attestation.
func keep(a *act.Act, by authz.Actor, in id.Space, r forum.Register, said Statement) (id.Attestation, error) {
	raw, err := json.Marshal(said)
	if err != nil {
		return "", err
	}
	t := Attestation{ID: id.New[id.Attestation](a.Now), Space: in, Side: r.Side, By: by.Person, At: a.Now}
	if t.Entry, err = a.Record(by, kind, in, string(t.ID), attested{digest(string(raw)), r.Side, len(said.Exhibits), len(said.Dires), len(said.Questions)}); err != nil {
		return "", err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return "", err
	}
	err = a.Write(insertAttestation, t.ID, in, t.Side, t.By, store.Micros(t.At), box.Seal(statementPlace(t.ID), raw), t.Entry, box.MAC("attestation", t.fields()...))
	return t.ID, err
}

func digest(statement string) string {
	sum := sha256.Sum256([]byte(statement))
	return hex.EncodeToString(sum[:])
}

func statementPlace(of id.Attestation) vault.Place {
	return vault.Place{Table: "attestation", Column: "statement", Row: string(of)}
}

// state says in words what a register says.
func state(a *act.Act, by authz.Actor, in id.Space, r forum.Register) (s Statement, err error) {
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return s, err
	}
	names, err := firm.Names(a, []id.Person{by.Person})
	if err != nil {
		return s, err
	}
	s = Statement{Firm: profile.Name, Person: names[by.Person], At: journal.Instant(a.Now), Parties: []Party{}, Exhibits: []Exhibit{}}
	for _, p := range r.Parties {
		s.name(p.ID, p.Name)
	}
	for _, l := range r.Lines {
		s.name(l.Party.ID, l.Party.Name)
		s.Exhibits = append(s.Exhibits, exhibitOf(r, l))
	}
	dires, err := dire.WholeIn(a, by, in, r)
	if err != nil {
		return s, err
	}
	s.dires(r, dires)
	questions, err := question.AllIn(a, by, in)
	s.questions(r, questions)
	return s, err
}

// name has a party named by a statement, once.
func (s *Statement) name(of id.Circle, as string) {
	if of != "" && !slices.ContainsFunc(s.Parties, func(p Party) bool { return p.ID == of }) {
		s.Parties = append(s.Parties, Party{of, as})
	}
}

func exhibitOf(r forum.Register, l forum.Line) Exhibit {
	e := Exhibit{
		Party: l.Party.ID, Label: l.Label(), Number: l.Number, Rank: l.Rank, Title: l.Title, Version: l.Version, Released: journal.Instant(l.Released), Entry: l.Entry,
	}
	if l.Title != "" {
		e.SHA256 = hex.EncodeToString(l.SHA256[:])
	}
	e.Receptions = receptions(r, l.Cells)
	return e
}

// receptions are what became of something at the parties of a register, but at the one
// that it comes from.
func receptions(r forum.Register, cells []forum.Cell) []Reception {
	out := []Reception{}
	for i, c := range cells {
		if c.Own {
			continue
		}
		to := Reception{Party: r.Parties[i].ID}
		if !c.Notified.IsZero() {
			to.Notified = &Moment{journal.Instant(c.Notified), c.NotifiedEntry}
		}
		if !c.Opened.IsZero() {
			to.Opened = &Moment{journal.Instant(c.Opened), c.OpenedEntry}
		}
		if p := c.Paper; p != nil {
			to.Paper = &Handed{p.Day, p.How, p.Entry}
		}
		out = append(out, to)
	}
	return out
}

// Of returns the attestations of a forum that the actor may see, the newest first: the
// firm's side all of them, who is of no side those that tell of all, others those that tell of their own party's reception alone.
func (s *Service) Of(ctx context.Context, by authz.Actor, in id.Space) (out []Attestation, err error) {
	defer fault.Op(&err, "attest.Of(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		sees, err := reader(a, by, in)
		if err != nil {
			return err
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		return a.Each(selectAttestations, []any{in, mostOld}, func(scan func(...any) error) error {
			t := Attestation{Space: in}
			var at int64
			var mac []byte
			if err := scan(&t.ID, &t.Side, &t.By, &at, &t.Entry, &mac); err != nil {
				return err
			}
			t.At = store.Time(at)
			if sees(t) {
				out = append(out, t)
			}
			return box.CheckMAC(mac, "attestation", t.fields()...)
		})
	})
	return out, err
}

// reader says which attestations of a space somebody sees; who may not see the register
// is refused.
func reader(a *act.Act, by authz.Actor, in id.Space) (func(Attestation) bool, error) {
	f, err := circle.Enter(a, by, in, authz.RegisterSee)
	if err != nil {
		return nil, err
	}
	side, stands, err := exhibit.Side(a, f)
	if err == nil && !stands && !f.Role.Neutral() {
		err = fault.New(fault.Forbidden, "fault.forbidden")
	}
	return func(t Attestation) bool { return f.Role.Inside() || t.Side == side }, err // what tells of all has no side, and who is of none sees it
}

// Show returns an attestation of a space with what it states.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, of id.Attestation) (t Attestation, said Statement, err error) {
	defer fault.Op(&err, "attest.Show(%s)", of)
	t, raw, err := s.open(ctx, by, in, of)
	if err != nil {
		return t, said, err
	}
	err = journal.ReadStatement(raw, &said)
	return t, said, err
}

func (s *Service) open(ctx context.Context, by authz.Actor, in id.Space, of id.Attestation) (t Attestation, raw string, err error) {
	t.ID = of
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		var at int64
		var sealed, mac []byte
		err := a.Row(selectAttestation, []any{of}, &t.Space, &t.Side, &t.By, &at, &sealed, &t.Entry, &mac)
		if errors.Is(err, store.ErrNoRow) || err == nil && t.Space != in {
			return fault.Absent()
		}
		if err != nil {
			return err
		}
		t.At = store.Time(at)
		sees, err := reader(a, by, t.Space)
		if fault.Is(err, fault.Forbidden) || err == nil && !sees(t) {
			return fault.Absent()
		}
		if err != nil {
			return err
		}
		box, err := a.SpaceBox(t.Space)
		if err != nil {
			return err
		}
		if err := box.CheckMAC(mac, "attestation", t.fields()...); err != nil {
			return err
		}
		plain, err := box.Open(statementPlace(of), sealed)
		raw = string(plain)
		return err
	})
	return t, raw, err
}

// File returns an attestation as one self-contained file: its statement, the entry that
// holds its digest, those that prove what it says, and the key to check all of them. It
// was verified before it is handed out.
func (s *Service) File(ctx context.Context, by authz.Actor, in id.Space, of id.Attestation) (file []byte, err error) {
	defer fault.Op(&err, "attest.File(%s)", of)
	t, raw, err := s.open(ctx, by, in, of)
	if err != nil {
		return nil, err
	}
	var said Statement
	if err := journal.ReadStatement(raw, &said); err != nil {
		return nil, err
	}
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return nil, err
	}
	proven, verifier, err := s.office.Journal.Prove(ctx, f, append([]id.Entry{t.Entry}, said.entries()...))
	if err != nil {
		return nil, err
	}
	file, err = json.MarshalIndent(journal.Dossier{Format: said.format(), Statement: raw, Entry: proven[0], Facts: proven[1:], Verifier: verifier}, "", "  ")
	if err != nil {
		return nil, err
	}
	_, err = Verify(file, verifier)
	return file, err
}
