// Package vigilance keeps the dossier de vigilance of a client: who she is and by which
// piece that was checked, who owns and controls her when she is a company, what the firm
// is engaged for and with which money, whether somebody is politically exposed, and how
// high the risk is, with its reasons and the day on which that is looked at again (Code
// monétaire et financier, art. L. 561-4-1 to L. 561-12).
//
// It is the firm's alone: its side of the space reads it, its lawyers decide it, and
// nothing of it is an item, so that no list, search, feed, drive, export of a client or
// mail can hold it. Its lines in the journal say which parts were changed and never what
// they say.
//
// Every change is a new edition beside the former ones. Once the relation has ended, all
// of them are erased when the law says so. It neither asks for papers (package request
// does) nor decides who is suspicious. Start at [Dossier.Wants] and [Service.Keep].
package vigilance

import (
	"slices"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/sanction"
)

// Dossier is one edition of what the firm knows of a client. Days are civil dates.
type Dossier struct {
	Client  Identity `json:"client"`
	Pieces  []Piece  `json:"pieces,omitempty"`
	Owners  []Owner  `json:"owners,omitempty"`
	Purpose string   `json:"purpose,omitempty"` // what the firm is engaged for
	Funds   string   `json:"funds,omitempty"`   // where the money comes from
	Exposed Exposure `json:"exposed,omitempty"`
	Office  string   `json:"office,omitempty"` // which office exposes her, or her kin

	Rating  Rating    `json:"rating,omitempty"`
	Reasons []Reason  `json:"reasons,omitempty"`
	Note    string    `json:"note,omitempty"`
	Review  string    `json:"review,omitempty"` // the day on which the rating is looked at again
	RatedBy id.Person `json:"rated_by,omitempty"`
	RatedOn string    `json:"rated_on,omitempty"`

	Ended string `json:"ended,omitempty"` // the last day of the relation
}

// Identity is who the client is.
type Identity struct {
	Kind   Kind   `json:"kind,omitempty"`
	Name   string `json:"name,omitempty"`
	Birth  string `json:"birth,omitempty"`  // of a person, her day
	Number string `json:"number,omitempty"` // of a company, in its register
	Seat   string `json:"seat,omitempty"`   // where she lives, where the company is
}

// Kind is what the client is.
type Kind string

const (
	Human   Kind = "person"
	Company Kind = "company"
)

// Piece is a paper by which somebody was identified, and until when it is good.
type Piece struct {
	Kind     PieceKind `json:"kind"`
	Of       string    `json:"of,omitempty"`       // whose, when not the client's
	Document id.Item   `json:"document,omitempty"` // of the space, where it was handed in
	Seen     string    `json:"seen"`
	Expires  string    `json:"expires,omitempty"` // its last day; none: it has none
}

// PieceKind is what paper it is.
type PieceKind string

// PieceKinds are those there are, in the order in which they are offered.
func PieceKinds() []PieceKind {
	return []PieceKind{"identity_card", "passport", "residence_permit", "register_extract", "statutes", "owners_extract", "address_proof", "other"}
}

// Owner is somebody who in the end owns or controls a company.
type Owner struct {
	Name    string  `json:"name"`
	Birth   string  `json:"birth,omitempty"`
	Share   int     `json:"share,omitempty"` // in hundredths of a percent
	Control Control `json:"control"`
	Since   string  `json:"since,omitempty"`
	Exposed bool    `json:"exposed,omitempty"`
}

// Control is how somebody holds a company.
type Control string

// Controls are those there are, in the order in which they are offered.
func Controls() []Control { return []Control{"capital", "votes", "power", "representative"} }

// Exposure is whether the client holds a public office that exposes her, or is close to
// somebody who does; empty: nobody has asked.
type Exposure string

const (
	NotExposed Exposure = "no"
	IsExposed  Exposure = "yes"
)

// Rating is how much vigilance a client calls for.
type Rating string

const (
	Low    Rating = "low"
	Normal Rating = "normal"
	High   Rating = "high"
)

// Ratings are those there are, from the least.
func Ratings() []Rating { return []Rating{Low, Normal, High} }

func (r Rating) duty() Duty { return Duty("review_" + string(r)) }

// Reason is why a rating was given.
type Reason string

// Reasons are those there are: what speaks for less, then what speaks for more.
func Reasons() []Reason {
	return []Reason{"known", "public_body", "listed", "modest", "remote", "exposed", "structure", "country", "cash", "sector", "unusual", "adverse_news"}
}

// Part is a part of a dossier that is changed by itself.
type Part string

const (
	OfClient Part = "client"
	InPieces Part = "pieces"
	InOwners Part = "owners"
	Relation Part = "relation"
	Rated    Part = "rating"
	End      Part = "end"
	Frozen   Part = "frozen" // what became of comparing it with the list; no edition changes it
)

// Changed are the parts in which two editions differ.
func Changed(was, is Dossier) (out []Part) {
	for _, one := range []struct {
		part  Part
		equal bool
	}{
		{OfClient, was.Client == is.Client},
		{InPieces, slices.Equal(was.Pieces, is.Pieces)},
		{InOwners, slices.Equal(was.Owners, is.Owners)},
		{Relation, was.Purpose == is.Purpose && was.Funds == is.Funds && was.Exposed == is.Exposed && was.Office == is.Office},
		{Rated, was.Rating == is.Rating && slices.Equal(was.Reasons, is.Reasons) && was.Note == is.Note && was.Review == is.Review},
		{End, was.Ended == is.Ended},
	} {
		if !one.equal {
			out = append(out, one.part)
		}
	}
	return out
}

// Want is something that a dossier lacks, or that is to be looked at again.
type Want struct {
	What WantKind
	Day  string // on which it ended or ends, or empty
	Of   string // the kind of the piece, or empty
}

// WantKind is what is wanted.
type WantKind string

const (
	WantIdentity WantKind = "identity"
	WantPiece    WantKind = "piece"
	WantExpired  WantKind = "expired"  // a piece is not good any more
	WantExpiring WantKind = "expiring" // it soon will not be
	WantOwners   WantKind = "owners"
	WantPurpose  WantKind = "purpose"
	WantExposure WantKind = "exposure"
	WantFunds    WantKind = "funds" // demanded where vigilance is reinforced
	WantRating   WantKind = "rating"
	WantRaise    WantKind = "raise" // somebody is exposed, and the rating is not the highest
	WantReview   WantKind = "review"
	WantLikeness WantKind = "likeness" // somebody may be on the list of frozen assets
)

// Part is where a want is answered.
func (w Want) Part() Part {
	switch w.What {
	case WantIdentity:
		return OfClient
	case WantPiece, WantExpired, WantExpiring:
		return InPieces
	case WantOwners:
		return InOwners
	case WantPurpose, WantExposure, WantFunds:
		return Relation
	case WantLikeness:
		return Frozen
	}
	return Rated
}

// exposes reports whether anybody in the dossier is politically exposed.
func (d Dossier) exposes() bool {
	return d.Exposed == IsExposed || slices.ContainsFunc(d.Owners, func(o Owner) bool { return o.Exposed })
}

// Wants are what a dossier lacks or has to be looked at for on a day; nothing once the
// relation has ended.
func (d Dossier) Wants(law *Book, today string) (out []Want) {
	if d.Ended != "" {
		return nil
	}
	want := func(what WantKind, when bool) {
		if when {
			out = append(out, Want{What: what})
		}
	}
	want(WantIdentity, d.Client.Kind == "" || d.Client.Name == "")
	want(WantPiece, len(d.Pieces) == 0)
	for _, p := range d.Pieces {
		switch {
		case p.Expires == "":
		case p.Expires < today:
			out = append(out, Want{WantExpired, p.Expires, string(p.Kind)})
		case law.Rule(expiry, today).Runs(p.Expires) <= today:
			out = append(out, Want{WantExpiring, p.Expires, string(p.Kind)})
		}
	}
	want(WantOwners, d.Client.Kind == Company && len(d.Owners) == 0)
	want(WantPurpose, d.Purpose == "")
	want(WantExposure, d.Exposed == "")
	want(WantFunds, d.Funds == "" && (d.exposes() || d.Rating == High))
	want(WantRating, d.Rating == "")
	want(WantRaise, d.Rating != "" && d.Rating != High && d.exposes())
	if d.Review != "" && d.Review <= today {
		out = append(out, Want{What: WantReview, Day: d.Review})
	}
	return out
}

// due is the first day on which a dossier wants something, not before today; empty once
// the relation has ended, and never when nothing ever will.
func (d Dossier) due(law *Book, today string) (out string) {
	if d.Ended != "" {
		return ""
	}
	if len(d.Wants(law, today)) > 0 {
		return today
	}
	days := []string{d.Review}
	for _, p := range d.Pieces {
		if p.Expires != "" {
			days = append(days, law.Rule(expiry, today).Runs(p.Expires))
		}
	}
	for _, day := range days {
		if day != "" && (out == "" || day < out) {
			out = day
		}
	}
	return out
}

// until is the last day on which a dossier is kept, once the relation has ended.
func (d Dossier) until(law *Book) string {
	if d.Ended == "" {
		return ""
	}
	return law.Rule(OfRetention, d.Ended).Runs(d.Ended)
}

// Edition is a dossier as it stood from a moment on. Number 0: there is none yet.
type Edition struct {
	Number int
	By     id.Person
	ByName string
	At     time.Time
	Dossier
	RatedByName string
	Wanted      []Want       // of the last edition alone
	Screening   Screening    // likewise
	List        sanction.Use // the list that the firm works with
	Pending     bool         // it is about to be compared with the list
	Until       string       // the last day on which it is kept, once the relation has ended
}
