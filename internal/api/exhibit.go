package api

import (
	"encoding/hex"
	"io"
	"net/http"

	"cenacle/internal/forum"
	"cenacle/internal/id"
)

// Side is one of those who face each other in a forum.
type Side struct {
	ID      id.Circle `json:"id" doc:"of its circle; of the firm’s circle, for the firm’s own side"`
	Name    string    `json:"name" doc:"the firm’s, for its own side"`
	House   bool      `json:"house,omitempty" doc:"the firm and its clients"`
	Readers int       `json:"readers" doc:"people who are in it now; none: nobody reads for it"`
	Paper   *Branch   `json:"paper,omitempty" doc:"how it is reached on paper; for the firm’s side alone, and in the register"`
}

// Branch is how a party is reached on paper.
type Branch struct {
	Whom string    `json:"whom" doc:"to whom and where"`
	By   id.Person `json:"by" doc:"who chose it"`
	At   Instant   `json:"at"`
}

// Handed is an exhibit that was handed over on paper.
type Handed struct {
	Day   string    `json:"day" doc:"civil date"`
	How   string    `json:"how"`
	By    id.Person `json:"by" doc:"who says so"`
	Entry id.Entry  `json:"entry" doc:"of the journal (getProof)"`
}

// Exhibit is bytes that came before all parties.
type Exhibit struct {
	Label     string     `json:"label" doc:"as it is written: 12, 12 bis"`
	Number    int64      `json:"number" doc:"from 1, of its party"`
	Rank      int64      `json:"rank" doc:"0: as it was first; 1: bis"`
	Document  id.Item    `json:"document"`
	Version   id.Version `json:"version"`
	Title     string     `json:"title,omitempty" doc:"absent once it was taken away altogether"`
	Media     string     `json:"media,omitempty"`
	Size      int64      `json:"size" doc:"bytes"`
	SHA256    string     `json:"sha256,omitempty"`
	Filed     Instant    `json:"filed_at,omitzero" doc:"when the bytes came"`
	Released  Instant    `json:"released_at" doc:"when they came onto the common table"`
	Entry     id.Entry   `json:"entry" doc:"of the journal, which proves it (getProof)"`
	Replaced  bool       `json:"replaced,omitempty" doc:"another one took its place"`
	Withdrawn bool       `json:"withdrawn,omitempty" doc:"it is not on the common table any more"`
}

// ExhibitList is what one party has communicated.
type ExhibitList struct {
	Party    Side      `json:"party"`
	Exhibits []Exhibit `json:"exhibits" doc:"in the order of their numbers"`
}

// Exhibits is the lists of all parties.
type Exhibits struct {
	Lists []ExhibitList `json:"lists" doc:"the firm’s side first; of those of which one may read any"`
}

// Reception is what became of an exhibit at a party.
type Reception struct {
	Party    id.Circle `json:"party"`
	Notified Instant   `json:"notified_at,omitzero" doc:"when the first notice left for somebody of it"`
	Opened   Instant   `json:"opened_at,omitzero" doc:"when the first of it had the bytes; absent: nobody has"`
	Entry    id.Entry  `json:"entry,omitempty" doc:"of that opening in the journal (getProof)"`
	Paper    *Handed   `json:"paper,omitempty" doc:"that it was handed over on paper"`
}

// RegisterLine is one exhibit and what became of it.
type RegisterLine struct {
	From id.Circle `json:"from" doc:"the party that communicated it"`
	Exhibit
	Receptions []Reception `json:"receptions" doc:"of the parties of the register, without its own"`
}

// Register is the register of the adversarial exchange.
type Register struct {
	Parties []Side         `json:"parties" doc:"whose reception it tells: all of them for the firm’s side, one’s own for others"`
	Lines   []RegisterLine `json:"lines"`
}

func sideOf(p forum.Party) Side {
	out := Side{ID: p.ID, Name: p.Name, House: p.House, Readers: p.Readers}
	if b := p.Paper; b != nil {
		out.Paper = &Branch{b.Whom, b.By, Instant(b.At)}
	}
	return out
}

func receptionOf(to forum.Party, c forum.Cell) Reception {
	out := Reception{Party: to.ID, Notified: Instant(c.Notified), Opened: Instant(c.Opened), Entry: c.OpenedEntry}
	if p := c.Paper; p != nil {
		out.Paper = &Handed{p.Day, p.How, p.By, p.Entry}
	}
	return out
}

func exhibitOf(p forum.Piece) Exhibit {
	out := Exhibit{
		Label: p.Label(), Number: p.Number, Rank: p.Rank, Document: p.Item, Version: p.Version, Title: p.Title, Media: p.Media, Size: p.Size,
		Filed: Instant(p.Filed), Released: Instant(p.Released), Entry: p.Entry, Replaced: p.Replaced, Withdrawn: p.Withdrawn,
	}
	if p.Title != "" {
		out.SHA256 = hex.EncodeToString(p.SHA256[:])
	}
	return out
}

func (n *Nouns) exhibits(r *Request, in InSpace) (Exhibits, error) {
	all, err := n.Forums.Lists(r.Context(), r.Actor, in.Space)
	out := Exhibits{Lists: make([]ExhibitList, len(all))}
	for i, l := range all {
		out.Lists[i] = ExhibitList{sideOf(l.Party), make([]Exhibit, len(l.Pieces))}
		for j, p := range l.Pieces {
			out.Lists[i].Exhibits[j] = exhibitOf(p)
		}
	}
	return out, err
}

func (n *Nouns) register(r *Request, in InSpace) (Register, error) {
	found, err := n.Forums.Register(r.Context(), r.Actor, in.Space)
	out := Register{Parties: make([]Side, len(found.Parties)), Lines: make([]RegisterLine, len(found.Lines))}
	for i, p := range found.Parties {
		out.Parties[i] = sideOf(p)
	}
	for i, l := range found.Lines {
		line := RegisterLine{From: l.Party.ID, Exhibit: exhibitOf(l.Piece), Receptions: []Reception{}}
		for j, c := range l.Cells {
			if !c.Own {
				line.Receptions = append(line.Receptions, receptionOf(found.Parties[j], c))
			}
		}
		out.Lines[i] = line
	}
	return out, err
}

func (n *Nouns) exhibitFile(r *Request, in InSpace) (Stream, error) {
	all, err := n.Forums.Lists(r.Context(), r.Actor, in.Space)
	if err != nil {
		return nil, err
	}
	return sheet("exhibits.csv", func(out io.Writer) error { return n.Forums.WriteLists(out, r.Printer, all) }), nil
}

func (n *Nouns) registerFile(r *Request, in InSpace) (Stream, error) {
	found, err := n.Forums.Register(r.Context(), r.Actor, in.Space)
	if err != nil {
		return nil, err
	}
	dires, err := n.Dires.Register(r.Context(), r.Actor, in.Space)
	if err != nil {
		return nil, err
	}
	return sheet("register.csv", func(out io.Writer) error {
		return n.Forums.WriteRegister(out, r.Printer, found, n.Dires.Rows(r.Printer, dires)...)
	}), nil
}

// sheet answers with a file for a spreadsheet.
func sheet(name string, write func(io.Writer) error) Stream {
	return func(w http.ResponseWriter, r *Request) error {
		return r.api.Flow(w, name, forum.Media, r.Recheck, write)
	}
}

// NewBranch reaches a party on paper.
type NewBranch struct {
	InCircle
	Whom string `json:"whom" fault:"whom" doc:"to whom and where"`
}

func (n *Nouns) branch(r *Request, in NewBranch) (None, error) {
	return None{}, n.Forums.Branch(r.Context(), r.Actor, forum.Branch{Space: in.Space, Party: in.Named, Whom: in.Whom})
}

func (n *Nouns) unbranch(r *Request, in InCircle) (None, error) {
	return None{}, n.Forums.Unbranch(r.Context(), r.Actor, in.Space, in.Named)
}

// Service says that exhibits were handed over on paper.
type Service struct {
	InCircle
	Exhibits []id.Version `json:"exhibits" fault:"exhibit" doc:"their versions"`
	Day      string       `json:"day" fault:"day" doc:"civil date, today at the latest"`
	How      string       `json:"how" fault:"how"`
}

func (n *Nouns) serveExhibits(r *Request, in Service) (None, error) {
	return None{}, n.Forums.Serve(r.Context(), r.Actor, forum.Serving{Space: in.Space, Party: in.Named, Exhibits: in.Exhibits, Day: in.Day, How: in.How})
}
