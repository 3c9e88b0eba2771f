package offer

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/journal"
)

const (
	// Media is the media type of the file of an opened round.
	Media = "application/vnd.cenacle.offers+json"
	// Extension ends its name.
	Extension = ".offers.json"
	// Format is what the file says it is.
	Format = "cenacle/offers@v1"
)

// Statement is what the file of an opened round states. Its text in a file is its JSON,
// to the byte.
type Statement struct {
	Firm    string   `json:"firm"`
	Subject string   `json:"subject"`
	Round   id.Round `json:"round"`
	Until   string   `json:"until"`
	Opened  string   `json:"opened"`
	Offers  []Stated `json:"offers"`
}

// Stated is one offer as its party sealed it, with the secret that opens it.
type Stated struct {
	Party      id.Circle `json:"party"`
	Name       string    `json:"name"`
	In         string    `json:"in"`
	Entry      id.Entry  `json:"entry"`      // of the journal, which has the commitment since then
	Commitment string    `json:"commitment"` // hexadecimal
	Sealed     string    `json:"sealed"`     // base64
	Secret     string    `json:"secret"`     // 26 letters and digits
	Amount     *int64    `json:"amount_cents,omitempty"`
	Words      string    `json:"words,omitempty"`
	Document   string    `json:"document_sha256,omitempty"`
}

// File returns an opened round as one self-contained file: what was sealed, the secrets,
// the entries of the journal that have the commitments, and the key to check all of it.
// It was verified before it is handed out. Conflict while the round is not opened.
func (s *Service) File(ctx context.Context, by authz.Actor, in id.Space, of id.Round) (file []byte, err error) {
	defer fault.Op(&err, "offer.File(%s)", of)
	var r Round
	var said Statement
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		var err error
		if r, err = opened(a, by, in, of, authz.OfferSee); err != nil {
			return err
		}
		if r.State != Opened {
			return fault.New(fault.Conflict, "offer.unopened")
		}
		said, err = r.state(a)
		return err
	})
	if err != nil {
		return nil, err
	}
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return nil, err
	}
	entry, err := s.opening(ctx, by.Firm, r)
	if err != nil {
		return nil, err
	}
	entries := []id.Entry{entry}
	for _, o := range said.Offers {
		entries = append(entries, o.Entry)
	}
	proven, verifier, err := s.office.Journal.Prove(ctx, f, entries)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	file, err = json.MarshalIndent(journal.Dossier{Format: Format, Statement: string(raw), Entry: proven[0], Facts: proven[1:], Verifier: verifier}, "", "  ")
	if err != nil {
		return nil, err
	}
	_, err = Verify(file, verifier)
	return file, err
}

// state says all that an opened round holds.
func (r *Round) state(a *act.Act) (said Statement, err error) {
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return said, err
	}
	again, rows, err := load(a, r.ID)
	if err != nil {
		return said, err
	}
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return said, err
	}
	said = Statement{Firm: profile.Name, Subject: r.Subject, Round: r.ID, Until: journal.Instant(r.Until), Opened: journal.Instant(r.Ended), Offers: []Stated{}}
	for _, o := range again.Offers {
		raw, err := box.Open(cell(r.ID, o.Party, "secret"), rows[o.Party].secret)
		if err != nil {
			return said, err
		}
		one := Stated{
			Party: o.Party, Name: o.Name, In: journal.Instant(o.In), Entry: o.Entry, Commitment: hex.EncodeToString(o.Commitment[:]),
			Sealed: base64.StdEncoding.EncodeToString(o.Sealed), Secret: Secret(raw).String(), Words: o.Terms.Words, Document: o.Terms.Document,
		}
		if o.Terms.Priced {
			one.Amount = &o.Terms.Amount
		}
		said.Offers = append(said.Offers, one)
	}
	return said, nil
}

// opening is the line of the journal that says that a round was opened.
func (s *Service) opening(ctx context.Context, of id.Firm, r Round) (id.Entry, error) {
	f, err := s.office.Store.Firm(ctx, of)
	if err != nil {
		return "", err
	}
	const most = 500 // entries of one space in one millisecond
	found, err := s.office.Journal.List(ctx, f, journal.Filter{
		Space: r.Space, After: id.Earliest[id.Entry](r.Ended), Before: id.Earliest[id.Entry](r.Ended.Add(time.Millisecond)), Limit: most,
	})
	for _, e := range found {
		if e.Kind == "offer.opened" && e.Object == string(r.ID) {
			return e.ID, nil
		}
	}
	if err == nil {
		err = fault.Absent()
	}
	return "", err
}
