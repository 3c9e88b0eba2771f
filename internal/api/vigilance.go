package api

import (
	"cenacle/internal/id"
	"cenacle/internal/vigilance"
)

// Vigilance is an edition of the dossier de vigilance of the client of a space.
type Vigilance struct {
	Edition     int              `json:"edition" doc:"0: there is no dossier yet"`
	By          id.Person        `json:"by,omitempty"`
	ByName      string           `json:"by_name,omitempty"`
	At          Instant          `json:"at,omitzero"`
	Client      VigilanceClient  `json:"client"`
	Pieces      []VigilancePiece `json:"pieces"`
	Owners      []VigilanceOwner `json:"owners"`
	Purpose     string           `json:"purpose,omitempty"`
	Funds       string           `json:"funds,omitempty"`
	Exposed     string           `json:"exposed,omitempty" enum:"no yes" doc:"absent: nobody has asked"`
	Office      string           `json:"office,omitempty"`
	Rating      string           `json:"rating,omitempty" enum:"low normal high"`
	Reasons     []string         `json:"reasons"`
	Note        string           `json:"note,omitempty"`
	Review      string           `json:"review,omitempty" doc:"civil date on which the rating is looked at again"`
	RatedBy     id.Person        `json:"rated_by,omitempty"`
	RatedByName string           `json:"rated_by_name,omitempty"`
	RatedOn     string           `json:"rated_on,omitempty" doc:"civil date"`
	Ended       string           `json:"ended,omitempty" doc:"civil date, the last day of the relation"`
	Until       string           `json:"until,omitempty" doc:"civil date until which it is kept, once the relation has ended"`
	Wanted      []VigilanceWant  `json:"wanted" doc:"what the last edition lacks or has to be looked at for"`
	Screening   *FrozenScreening `json:"screening,omitempty" doc:"of the last edition: what became of comparing whom it names with the list of frozen assets; absent: nobody has"`
}

// VigilanceClient is who the client is.
type VigilanceClient struct {
	Kind   string `json:"kind,omitempty" enum:"person company"`
	Name   string `json:"name,omitempty"`
	Birth  string `json:"birth,omitempty" doc:"civil date, of a person"`
	Number string `json:"number,omitempty" doc:"of a company, in its register"`
	Seat   string `json:"seat,omitempty"`
}

// VigilancePiece is a paper by which somebody was identified.
type VigilancePiece struct {
	Kind     string  `json:"kind" enum:"identity_card passport residence_permit register_extract statutes owners_extract address_proof other"`
	Of       string  `json:"of,omitempty" doc:"whose, when not the client’s"`
	Document id.Item `json:"document,omitempty" doc:"of the space"`
	Seen     string  `json:"seen" doc:"civil date on which it was checked"`
	Expires  string  `json:"expires,omitempty" doc:"civil date, its last day"`
}

// VigilanceOwner is somebody who in the end owns or controls a company.
type VigilanceOwner struct {
	Name    string `json:"name"`
	Birth   string `json:"birth,omitempty" doc:"civil date"`
	Share   int    `json:"share,omitempty" min:"0" max:"10000" doc:"in hundredths of a percent: 3333 is 33.33 %"`
	Control string `json:"control" enum:"capital votes power representative"`
	Since   string `json:"since,omitempty" doc:"civil date"`
	Exposed bool   `json:"exposed,omitempty" doc:"politically"`
}

// VigilanceWant is something that a dossier lacks, or that is to be looked at again.
type VigilanceWant struct {
	What string `json:"what" enum:"identity piece expired expiring owners purpose exposure funds rating raise review likeness"`
	Day  string `json:"day,omitempty" doc:"civil date on which it ended or ends"`
	Of   string `json:"of,omitempty" doc:"the kind of the piece"`
}

func vigilanceWants(from []vigilance.Want) []VigilanceWant {
	out := make([]VigilanceWant, len(from))
	for i, w := range from {
		out[i] = VigilanceWant{string(w.What), w.Day, w.Of}
	}
	return out
}

func vigilanceOf(e vigilance.Edition) Vigilance {
	out := Vigilance{
		Edition: e.Number, By: e.By, ByName: e.ByName, At: Instant(e.At), Pieces: make([]VigilancePiece, len(e.Pieces)), Owners: make([]VigilanceOwner, len(e.Owners)),
		Client:  VigilanceClient{string(e.Client.Kind), e.Client.Name, e.Client.Birth, e.Client.Number, e.Client.Seat},
		Purpose: e.Purpose, Funds: e.Funds, Exposed: string(e.Exposed), Office: e.Office,
		Screening: frozenScreening(e),
		Rating:    string(e.Rating), Reasons: make([]string, len(e.Reasons)), Note: e.Note, Review: e.Review,
		RatedBy: e.RatedBy, RatedByName: e.RatedByName, RatedOn: e.RatedOn, Ended: e.Ended, Until: e.Until, Wanted: vigilanceWants(e.Wanted),
	}
	for i, p := range e.Pieces {
		out.Pieces[i] = VigilancePiece{string(p.Kind), p.Of, p.Document, p.Seen, p.Expires}
	}
	for i, o := range e.Owners {
		out.Owners[i] = VigilanceOwner{o.Name, o.Birth, o.Share, string(o.Control), o.Since, o.Exposed}
	}
	for i, r := range e.Reasons {
		out.Reasons[i] = string(r)
	}
	return out
}

// InVigilance names an edition in the query.
type InVigilance struct {
	InSpace
	Edition int `query:"edition" min:"1" max:"1000000" doc:"absent: the last one"`
}

func (n *Nouns) vigilance(r *Request, in InVigilance) (Vigilance, error) {
	e, err := n.Vigilance.Show(r.Context(), r.Actor, in.Space, in.Edition)
	return vigilanceOf(e), err
}

// NewVigilance is a whole dossier about to be kept as its next edition.
type NewVigilance struct {
	InSpace
	After   int              `json:"after" doc:"the edition that was read before this one was written; 0: the first"`
	Client  VigilanceClient  `json:"client"`
	Pieces  []VigilancePiece `json:"pieces,omitempty" fault:"piece"`
	Owners  []VigilanceOwner `json:"owners,omitempty" fault:"owner"`
	Purpose string           `json:"purpose,omitempty"`
	Funds   string           `json:"funds,omitempty"`
	Exposed string           `json:"exposed,omitempty" enum:"no yes"`
	Office  string           `json:"office,omitempty"`
	Rating  string           `json:"rating,omitempty" enum:"low normal high"`
	Reasons []string         `json:"reasons,omitempty" fault:"reason" doc:"known, public_body, listed, modest, remote, exposed, structure, country, cash, sector, unusual, adverse_news"`
	Note    string           `json:"note,omitempty"`
	Review  string           `json:"review,omitempty" doc:"civil date; absent: the one that the rating calls for"`
	Ended   string           `json:"ended,omitempty" doc:"civil date"`
}

func (in NewVigilance) dossier() vigilance.Dossier {
	d := vigilance.Dossier{
		Client:  vigilance.Identity{Kind: vigilance.Kind(in.Client.Kind), Name: in.Client.Name, Birth: in.Client.Birth, Number: in.Client.Number, Seat: in.Client.Seat},
		Purpose: in.Purpose, Funds: in.Funds, Exposed: vigilance.Exposure(in.Exposed), Office: in.Office,
		Rating: vigilance.Rating(in.Rating), Note: in.Note, Review: in.Review, Ended: in.Ended,
	}
	for _, p := range in.Pieces {
		d.Pieces = append(d.Pieces, vigilance.Piece{Kind: vigilance.PieceKind(p.Kind), Of: p.Of, Document: p.Document, Seen: p.Seen, Expires: p.Expires})
	}
	for _, o := range in.Owners {
		d.Owners = append(d.Owners, vigilance.Owner{Name: o.Name, Birth: o.Birth, Share: o.Share, Control: vigilance.Control(o.Control), Since: o.Since, Exposed: o.Exposed})
	}
	for _, r := range in.Reasons {
		d.Reasons = append(d.Reasons, vigilance.Reason(r))
	}
	return d
}

func (n *Nouns) keepVigilance(r *Request, in NewVigilance) (Vigilance, error) {
	_, err := n.Vigilance.Keep(r.Context(), r.Actor, vigilance.Keeping{Space: in.Space, After: in.After, Dossier: in.dossier()})
	if err != nil {
		return Vigilance{}, err
	}
	return n.keptVigilance(r, in, "")
}

// keptVigilance is the dossier as it is now.
func (n *Nouns) keptVigilance(r *Request, in NewVigilance, _ string) (Vigilance, error) {
	return n.vigilance(r, InVigilance{InSpace: in.InSpace})
}

// VigilanceEditions are the editions of a dossier.
type VigilanceEditions struct {
	Editions []VigilanceEdition `json:"editions" doc:"the last 200, the newest first"`
}

// VigilanceEdition is one of them, with the parts that it changed.
type VigilanceEdition struct {
	Edition int       `json:"edition"`
	By      id.Person `json:"by"`
	ByName  string    `json:"by_name"`
	At      Instant   `json:"at"`
	Parts   []string  `json:"parts" doc:"client, pieces, owners, relation, rating, end"`
}

func (n *Nouns) vigilanceEditions(r *Request, in InSpace) (VigilanceEditions, error) {
	found, err := n.Vigilance.Editions(r.Context(), r.Actor, in.Space)
	out := VigilanceEditions{Editions: make([]VigilanceEdition, len(found))}
	for i, e := range found {
		out.Editions[i] = VigilanceEdition{e.Number, e.By, e.ByName, Instant(e.At), make([]string, len(e.Parts))}
		for j, part := range e.Parts {
			out.Editions[i].Parts[j] = string(part)
		}
	}
	return out, err
}

// VigilanceDue are the dossiers that one is to look at again.
type VigilanceDue struct {
	Due []DueVigilance `json:"due" doc:"at most 200, the longest waiting first"`
}

// DueVigilance is one of them, and why.
type DueVigilance struct {
	Space  id.Space        `json:"space"`
	Name   string          `json:"name"`
	Since  string          `json:"since" doc:"civil date from which on"`
	Wanted []VigilanceWant `json:"wanted"`
}

func (n *Nouns) vigilanceDue(r *Request, _ None) (VigilanceDue, error) {
	found, err := n.Vigilance.Due(r.Context(), r.Actor)
	out := VigilanceDue{Due: make([]DueVigilance, len(found))}
	for i, d := range found {
		out.Due[i] = DueVigilance{d.Space, d.Name, d.Since, vigilanceWants(d.Wanted)}
	}
	return out, err
}
