package api

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"

	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/offer"
)

// OfferRound is sealed offers of parties of a forum to each other, opened together or
// not at all.
type OfferRound struct {
	ID      id.Round      `json:"id"`
	Space   id.Space      `json:"space"`
	Subject string        `json:"subject"`
	By      id.Person     `json:"made_by"`
	Made    Instant       `json:"made_at"`
	Until   Instant       `json:"until" doc:"offers are put in before"`
	Keys    Instant       `json:"keys_until" doc:"secrets are handed in before"`
	State   string        `json:"state" enum:"awaited locked opened altered lapsed" doc:"locked: all are in, secrets are awaited; altered: one is not what was committed, none opens; lapsed: an offer or a secret did not come in time, none opens"`
	Ended   Instant       `json:"ended_at,omitzero" doc:"when it was opened, or found altered"`
	Side    id.Circle     `json:"side,omitempty" doc:"the party of the round that one stands for"`
	Offers  []SealedOffer `json:"offers" doc:"one of each party, the firm’s side first"`
}

// SealedOffer is what a party has put in.
type SealedOffer struct {
	Party      id.Circle   `json:"party"`
	Name       string      `json:"name" doc:"the firm’s, for its own side"`
	House      bool        `json:"house,omitempty" doc:"the firm and its clients"`
	In         Instant     `json:"in_at,omitzero" doc:"absent: nothing is in"`
	Commitment string      `json:"commitment,omitempty" doc:"hexadecimal, as in the journal"`
	Digest     string      `json:"sealed_sha256,omitempty" doc:"of the sealed bytes"`
	Entry      id.Entry    `json:"entry,omitempty" doc:"of the journal, with the commitment (getProof)"`
	Key        Instant     `json:"key_at,omitzero" doc:"when its secret was handed in"`
	Altered    bool        `json:"altered,omitempty" doc:"what is there is not what was put in"`
	Terms      *OfferTerms `json:"terms,omitempty" doc:"once all are opened"`
}

// OfferTerms is what was offered.
type OfferTerms struct {
	Amount   *int64 `json:"amount_cents,omitempty"`
	Words    string `json:"words,omitempty"`
	Document string `json:"document_sha256,omitempty" doc:"of a document that the party kept"`
}

func roundOf(r offer.Round) OfferRound {
	out := OfferRound{
		ID: r.ID, Space: r.Space, Subject: r.Subject, By: r.By, Made: Instant(r.Made), Until: Instant(r.Until), Keys: Instant(r.Keys),
		State: string(r.State), Ended: Instant(r.Ended), Side: r.Side, Offers: make([]SealedOffer, len(r.Offers)),
	}
	for i, o := range r.Offers {
		one := SealedOffer{Party: o.Party, Name: o.Name, House: o.House, In: Instant(o.In), Entry: o.Entry, Key: Instant(o.Key), Altered: o.Altered}
		if !o.In.IsZero() {
			one.Commitment, one.Digest = hex.EncodeToString(o.Commitment[:]), hex.EncodeToString(o.Digest[:])
		}
		if t := o.Terms; t != nil {
			one.Terms = &OfferTerms{Words: t.Words, Document: t.Document}
			if t.Priced {
				one.Terms.Amount = &t.Amount
			}
		}
		out.Offers[i] = one
	}
	return out
}

// OfferRounds are the last rounds of a space, the newest first.
type OfferRounds struct {
	Rounds []OfferRound `json:"rounds"`
}

func (n *Nouns) listOffers(r *Request, in InSpace) (OfferRounds, error) {
	found, err := n.Offers.List(r.Context(), r.Actor, in.Space)
	out := OfferRounds{Rounds: make([]OfferRound, len(found))}
	for i, one := range found {
		out.Rounds[i] = roundOf(one)
	}
	return out, err
}

// NewOfferRound is a round about to begin.
type NewOfferRound struct {
	InSpace
	Subject string      `json:"subject"`
	Until   string      `json:"until" fault:"day" doc:"RFC 3339; offers are put in before"`
	Parties []id.Circle `json:"parties" fault:"party" doc:"two or more: circles of parties, the firm’s circle for the firm’s side"`
}

func (n *Nouns) askOffers(r *Request, in NewOfferRound) (OfferRound, error) {
	until, _ := time.Parse(time.RFC3339, in.Until) // what is no instant is refused with the rest
	round, err := n.Offers.Ask(r.Context(), r.Actor, offer.Asking{Space: in.Space, Subject: in.Subject, Until: until, Parties: in.Parties})
	return roundOf(round), err
}

// askedOffers is what was begun, as it is now.
func (n *Nouns) askedOffers(r *Request, in NewOfferRound, of string) (OfferRound, error) {
	return n.offerRound(r, InOfferRound{in.InSpace, id.Round(of)})
}

// InOfferRound names a round of a space in the path.
type InOfferRound struct {
	InSpace
	Round id.Round `path:"round"`
}

func (n *Nouns) offerRound(r *Request, in InOfferRound) (OfferRound, error) {
	round, err := n.Offers.Show(r.Context(), r.Actor, in.Space, in.Round)
	return roundOf(round), err
}

// NewOffer is an offer that was sealed where it was written.
type NewOffer struct {
	InOfferRound
	Sealed     string `json:"sealed" doc:"base64 of 8,220 bytes (doc/offer-format.md)"`
	Commitment string `json:"commitment" fault:"sealed" doc:"hexadecimal"`
	Mark       string `json:"mark" fault:"sealed" doc:"hexadecimal"`
}

func (n *Nouns) putOffer(r *Request, in NewOffer) (OfferRound, error) {
	sealed, _ := base64.StdEncoding.DecodeString(in.Sealed) // what is none is refused
	round, err := n.Offers.Put(r.Context(), r.Actor, offer.Putting{
		Space: in.Space, Round: in.Round, Envelope: offer.Envelope{Sealed: sealed, Commitment: offer.Digest(in.Commitment), Mark: offer.Digest(in.Mark)},
	})
	return roundOf(round), err
}

func (n *Nouns) hasPutOffer(r *Request, in NewOffer, _ string) (OfferRound, error) {
	return n.offerRound(r, in.InOfferRound)
}

func (n *Nouns) withdrawOffer(r *Request, in InOfferRound) (None, error) {
	return None{}, n.Offers.Withdraw(r.Context(), r.Actor, in.Space, in.Round)
}

// OfferKey is the secret of a party.
type OfferKey struct {
	InOfferRound
	Key string `json:"key" doc:"26 letters and digits"`
}

func (n *Nouns) unlockOffers(r *Request, in OfferKey) (OfferRound, error) {
	round, err := n.Offers.Unlock(r.Context(), r.Actor, in.Space, in.Round, in.Key)
	return roundOf(round), err
}

func (n *Nouns) unlockedOffers(r *Request, in OfferKey, _ string) (OfferRound, error) {
	return n.offerRound(r, in.InOfferRound)
}

func (n *Nouns) offerFile(r *Request, in InOfferRound) (Stream, error) {
	raw, err := n.Offers.File(r.Context(), r.Actor, in.Space, in.Round)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		h := w.Header()
		h.Set("Content-Type", offer.Media)
		h.Set("Content-Disposition", front.Disposition("attachment", "offers"+offer.Extension))
		_, err := w.Write(raw)
		return err
	}, nil
}
