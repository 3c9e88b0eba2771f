package offer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// roundRow is a round as it is stored. Its outcome is empty until it is opened or found
// altered: that it has lapsed is a matter of time.
type roundRow struct {
	Round
	made, until, keys, ended int64
	outcome                  State
	content, mac             []byte
}

func subjectPlace(r id.Round) vault.Place {
	return vault.Place{Table: "offer_round", Column: "content", Row: string(r)}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// fields are those that the MAC of the row covers.
func (r *roundRow) fields() []string {
	return []string{
		string(r.ID), string(r.Space), string(r.By), number(r.made), number(r.until), number(r.keys), string(r.outcome), number(r.ended),
	}
}

func (r *roundRow) dest() []any {
	return []any{&r.ID, &r.Space, &r.By, &r.made, &r.until, &r.keys, &r.outcome, &r.ended, &r.content, &r.mac}
}

func rowOf(r Round, outcome State) roundRow {
	return roundRow{
		Round: r, outcome: outcome,
		made: store.Micros(r.Made), until: store.Micros(r.Until), keys: store.Micros(r.Keys), ended: store.Micros(r.Ended),
	}
}

// insert writes a round that begins, with a row for each of its parties.
func insert(a *act.Act, of Round) error {
	box, err := a.SpaceBox(of.Space)
	if err != nil {
		return err
	}
	r := rowOf(of, "")
	err = a.Write(insertRound, r.ID, r.Space, r.By, r.made, r.until, r.keys, r.outcome, r.ended,
		box.SealText(subjectPlace(r.ID), r.Subject), box.MAC("offer_round", r.fields()...))
	for _, o := range of.Offers {
		if err == nil {
			err = write(a, insertOffer, &of, offerRow{Offer: o})
		}
	}
	return err
}

// end writes what became of a round.
func end(a *act.Act, of *Round, outcome State) error {
	box, err := a.SpaceBox(of.Space)
	if err != nil {
		return err
	}
	of.Ended, of.State = a.Now, outcome
	r := rowOf(*of, outcome)
	return a.Write(updateRound, r.ID, r.outcome, r.ended, box.MAC("offer_round", r.fields()...))
}

// offerRow is what a party has put in as it is stored.
type offerRow struct {
	Offer
	in, key                  int64
	commitment, mark, digest string
	sealed, secret, mac      []byte
}

func cell(r id.Round, party id.Circle, column string) vault.Place {
	return vault.Place{Table: "offer", Column: column, Row: string(r) + "/" + string(party)}
}

func (o *offerRow) fields(r id.Round, in id.Space) []string {
	return []string{
		string(r), string(o.Party), string(in), string(o.By), number(o.in), string(o.Entry), o.commitment, o.mark, o.digest, number(o.key),
	}
}

func (o *offerRow) dest() []any {
	return []any{&o.Party, &o.By, &o.in, &o.Entry, &o.commitment, &o.mark, &o.digest, &o.sealed, &o.key, &o.secret, &o.mac}
}

// write stores an offer. Its secret, when there is one, is in clear in o.
func write(a *act.Act, stmt store.FirmStmt, r *Round, o offerRow) error {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return err
	}
	o.in, o.key = store.Micros(o.In), store.Micros(o.Key)
	sealed, secret := []byte{}, []byte{}
	if !o.In.IsZero() {
		o.commitment, o.mark, o.digest = hex.EncodeToString(o.Commitment[:]), hex.EncodeToString(o.Mark[:]), hex.EncodeToString(o.Digest[:])
		sealed = box.Seal(cell(r.ID, o.Party, "sealed"), o.Sealed)
	}
	if !o.Key.IsZero() {
		secret = box.Seal(cell(r.ID, o.Party, "secret"), o.secret)
	}
	return a.Write(stmt, r.ID, o.Party, r.Space, o.By, o.in, o.Entry, o.commitment, o.mark, o.digest, sealed, o.key, secret,
		box.MAC("offer", o.fields(r.ID, r.Space)...))
}

// open checks a row. What is not as it was put in does not fail the page: it is shown
// to all, as altered.
func (o *offerRow) open(box *vault.Box, r id.Round, in id.Space) Offer {
	out := o.Offer
	out.In, out.Key = store.Time(o.in), store.Time(o.key)
	if box.CheckMAC(o.mac, "offer", o.fields(r, in)...) != nil {
		out.Altered = true
	}
	if out.In.IsZero() {
		return out
	}
	sealed, err := box.Open(cell(r, o.Party, "sealed"), o.sealed)
	out.Sealed, out.Commitment, out.Mark, out.Digest = sealed, Digest(o.commitment), Digest(o.mark), Digest(o.digest)
	if err != nil || sha256.Sum256(sealed) != out.Digest {
		out.Altered = true
	}
	return out
}

// Digest reads a hash in hexadecimal; what is none gives zeros, which nothing hashes to.
func Digest(s string) (out [32]byte) {
	if raw, err := hex.DecodeString(s); err == nil && len(raw) == len(out) {
		copy(out[:], raw)
	}
	return out
}

// unlock opens an offer with the secret that was handed in.
func (o *offerRow) unlock(box *vault.Box, r id.Round, of Offer) (*Terms, error) {
	raw, err := box.Open(cell(r, o.Party, "secret"), o.secret)
	if err != nil || len(raw) != vault.SecretSize || of.Altered {
		return nil, ErrAltered
	}
	t, err := of.Open(r, o.Party, Secret(raw))
	return &t, err
}

// load reads a round with its offers, whoever asks.
func load(a *act.Act, of id.Round) (Round, map[id.Circle]*offerRow, error) {
	var r roundRow
	err := a.Row(selectRound, []any{of}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		err = fault.Absent()
	}
	if err != nil {
		return Round{}, nil, err
	}
	return r.open(a)
}

// open checks a round and reads what was put in, opened when it was.
func (r *roundRow) open(a *act.Act) (Round, map[id.Circle]*offerRow, error) {
	out := r.Round
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return out, nil, err
	}
	if err := box.CheckMAC(r.mac, "offer_round", r.fields()...); err != nil {
		return out, nil, err
	}
	if out.Subject, err = box.OpenText(subjectPlace(r.ID), r.content); err != nil {
		return out, nil, err
	}
	out.Made, out.Until, out.Keys, out.Ended = store.Time(r.made), store.Time(r.until), store.Time(r.keys), store.Time(r.ended)
	rows := map[id.Circle]*offerRow{}
	err = a.Each(selectOffers, []any{r.ID}, func(scan func(...any) error) error {
		o := &offerRow{}
		if err := scan(o.dest()...); err != nil {
			return err
		}
		rows[o.Party] = o
		out.Offers = append(out.Offers, o.open(box, r.ID, r.Space))
		return nil
	})
	if err != nil {
		return out, nil, err
	}
	if err := sign(a, &out); err != nil {
		return out, nil, err
	}
	if r.outcome == Opened {
		r.outcome = out.read(box, rows)
	}
	out.State = out.stands(r.outcome, a.Now)
	return out, rows, nil
}

// read opens every offer of an opened round, or none.
func (r *Round) read(box *vault.Box, rows map[id.Circle]*offerRow) State {
	for i, o := range r.Offers {
		terms, err := rows[o.Party].unlock(box, r.ID, o)
		if err != nil {
			r.Offers[i].Altered = true
			for j := range r.Offers {
				r.Offers[j].Terms = nil
			}
			return Altered
		}
		r.Offers[i].Terms = terms
	}
	return Opened
}

// sign names the parties of a round, the firm's side first, and who began it.
func sign(a *act.Act, r *Round) error {
	known, err := circle.List(a, r.Space)
	if err != nil {
		return err
	}
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return err
	}
	for i, o := range r.Offers {
		for _, c := range known {
			switch {
			case c.ID != o.Party:
			case c.Kind == circle.Firm:
				r.Offers[i].House, r.Offers[i].Name = true, profile.Name
			default:
				r.Offers[i].Name = c.Name
			}
		}
	}
	slices.SortStableFunc(r.Offers, func(x, y Offer) int {
		switch {
		case x.House == y.House:
			return 0
		case x.House:
			return -1
		}
		return 1
	})
	names, err := firm.Names(a, []id.Person{r.By})
	r.ByName = names[r.By]
	return err
}
