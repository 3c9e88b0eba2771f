package offer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// NoticeJob tells somebody of a round, with a [Notice].
const NoticeJob = "notice.offers"

// Notice names whom to tell that a round has come to a state. Whether it still is in it
// is decided again when the mail is composed.
type Notice struct {
	Space  id.Space
	Person id.Person
	Round  id.Round
	State  State
}

// Service is the use cases of sealed offers. Safe for concurrent use.
type Service struct{ office *act.Office }

// New returns the use cases over an office.
func New(office *act.Office) *Service { return &Service{office} }

// asked is what the journal keeps of a round that begins.
type asked struct {
	Parties []id.Circle `json:"parties"`
	Until   int64       `json:"until"` // µs
}

// Ask begins a round among parties of a forum, who are told. Faults in the fields
// subject, day and party; Conflict when too many are open.
func (s *Service) Ask(ctx context.Context, by authz.Actor, n Asking) (r Round, err error) {
	defer fault.Op(&err, "offer.Ask(%s)", n.Space)
	n.Parties = slices.Clone(n.Parties)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, n.Space, authz.OfferAsk); err != nil {
			return err
		}
		if err := n.check(a.Now); err != nil {
			return err
		}
		if err := among(a, n); err != nil {
			return err
		}
		var open int
		if err := a.Row(countStanding, []any{n.Space, store.Micros(a.Now)}, &open); err != nil {
			return err
		}
		if open >= standing {
			return fault.New(fault.Conflict, "offer.many", standing)
		}
		r = Round{ID: id.New[id.Round](a.Now), Space: n.Space, By: by.Person, Made: a.Now, Until: n.Until, Keys: n.Until.Add(Patience), State: Awaited, Subject: n.Subject}
		for _, p := range n.Parties {
			r.Offers = append(r.Offers, Offer{Party: p})
		}
		if err := insert(a, r); err != nil {
			return err
		}
		if err := sign(a, &r); err != nil {
			return err
		}
		if _, err := a.Record(by, "offer.asked", r.Space, string(r.ID), asked{n.Parties, store.Micros(n.Until)}); err != nil {
			return err
		}
		return r.tell(a, by)
	})
	return r, err
}

// among demands parties of the forum, or the side of the firm.
func among(a *act.Act, n Asking) error {
	known, err := circle.List(a, n.Space)
	if err != nil {
		return err
	}
	for _, p := range n.Parties {
		if !slices.ContainsFunc(known, func(c circle.Circle) bool {
			return c.ID == p && (c.Kind == circle.Party || c.Kind == circle.Firm)
		}) {
			return fault.New(fault.Invalid, "offer.no_party").In("party")
		}
	}
	return nil
}

// put is what the journal keeps of an offer.
type put struct {
	Party      id.Circle `json:"party"`
	Commitment string    `json:"commitment,omitempty"`
	Digest     string    `json:"sealed,omitempty"` // SHA-256 of the sealed bytes
}

// puts is what the journal keeps of an opening, and of one that failed.
type puts struct {
	Offers []put `json:"offers"`
}

func (o *Offer) noted() put {
	return put{o.Party, hex.EncodeToString(o.Commitment[:]), hex.EncodeToString(o.Digest[:])}
}

// Putting is a sealed offer of the party of who puts it in.
type Putting struct {
	Space id.Space
	Round id.Round
	Envelope
}

// Put commits the actor's party to an offer, which the house cannot open. Invalid in
// the field sealed for what is none; Conflict when offers are no longer awaited or when
// her party has put one in already.
func (s *Service) Put(ctx context.Context, by authz.Actor, n Putting) (r Round, err error) {
	defer fault.Op(&err, "offer.Put(%s)", n.Round)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		var err error
		if r, err = opened(a, by, n.Space, n.Round, authz.OfferPut); err != nil {
			return err
		}
		mine := r.Mine()
		switch {
		case len(n.Sealed) != SealedSize || n.Commitment == [32]byte{} || n.Mark == [32]byte{}:
			return fault.New(fault.Invalid, "offer.unsealed").In("sealed")
		case r.State != Awaited:
			return over(r)
		case !mine.In.IsZero():
			return fault.New(fault.Conflict, "offer.in_already")
		}
		mine.Envelope, mine.Digest, mine.By, mine.In = n.Envelope, sha256.Sum256(n.Sealed), by.Person, a.Now
		if mine.Entry, err = a.Record(by, "offer.put", r.Space, string(r.ID), mine.noted()); err != nil {
			return err
		}
		if err := write(a, updateOffer, &r, offerRow{Offer: *mine}); err != nil {
			return err
		}
		r.State = r.stands("", a.Now)
		return r.tell(a, by)
	})
	return r, err
}

// Withdraw takes the offer of the actor's party away, bytes and secret: before all are
// in, or when the round has lapsed. What the journal says of it stays. Conflict
// otherwise.
func (s *Service) Withdraw(ctx context.Context, by authz.Actor, in id.Space, of id.Round) (err error) {
	defer fault.Op(&err, "offer.Withdraw(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := opened(a, by, in, of, authz.OfferPut)
		if err != nil {
			return err
		}
		mine := r.Mine()
		switch {
		case r.State != Awaited && r.State != Lapsed:
			return over(r)
		case mine.In.IsZero():
			return fault.New(fault.Conflict, "offer.nothing_in")
		}
		if _, err := a.Record(by, "offer.withdrawn", r.Space, string(r.ID), mine.noted()); err != nil {
			return err
		}
		if err := write(a, updateOffer, &r, offerRow{Offer: Offer{Party: mine.Party}}); err != nil {
			return err
		}
		return r.signal(a)
	})
}

// Unlock hands in the secret of the actor's party, once all offers are in. With the
// last one all are opened, in the same act; when one of them is not what was committed,
// none is, which the round then says for ever. Invalid in the field key for a secret of
// another offer; Conflict when none is awaited.
func (s *Service) Unlock(ctx context.Context, by authz.Actor, in id.Space, of id.Round, typed string) (r Round, err error) {
	defer fault.Op(&err, "offer.Unlock(%s)", of)
	secret, wrong := ParseSecret(typed)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		var err error
		if r, err = opened(a, by, in, of, authz.OfferPut); err != nil {
			return err
		}
		mine := r.Mine()
		switch {
		case r.State == Altered && r.Ended.IsZero():
			return r.fail(a, by)
		case r.State != Locked:
			return over(r)
		case !mine.Key.IsZero():
			return fault.New(fault.Conflict, "offer.key_in")
		case wrong != nil || !mine.Opens(of, mine.Party, secret):
			return fault.New(fault.Invalid, "offer.wrong_key").In("key").Because(wrong)
		}
		if _, err := mine.Open(of, mine.Party, secret); err != nil {
			mine.Altered = true
			return r.fail(a, by)
		}
		mine.Key = a.Now
		if _, err := a.Record(by, "offer.key", r.Space, string(r.ID), put{Party: mine.Party}); err != nil {
			return err
		}
		if err := write(a, updateOffer, &r, offerRow{Offer: *mine, secret: secret[:]}); err != nil {
			return err
		}
		return r.settle(a, by)
	})
	return r, err
}

// settle opens a round whose last secret has come.
func (r *Round) settle(a *act.Act, by authz.Actor) error {
	if slices.ContainsFunc(r.Offers, func(o Offer) bool { return o.Key.IsZero() }) {
		return r.signal(a)
	}
	again, rows, err := load(a, r.ID)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return err
	}
	outcome := again.read(box, rows)
	r.Offers = again.Offers
	if outcome == Altered {
		return r.fail(a, by)
	}
	var all puts
	for _, o := range r.Offers {
		all.Offers = append(all.Offers, o.noted())
	}
	if _, err := a.Record(by, "offer.opened", r.Space, string(r.ID), all); err != nil {
		return err
	}
	if err := end(a, r, Opened); err != nil {
		return err
	}
	return r.tell(a, by)
}

// fail keeps that an offer is not what was committed. It is an act that happens, so
// that all read it and the journal has it.
func (r *Round) fail(a *act.Act, by authz.Actor) error {
	var which puts
	for _, o := range r.Offers {
		if o.Altered {
			which.Offers = append(which.Offers, put{Party: o.Party})
		}
	}
	if _, err := a.Record(by, "offer.altered", r.Space, string(r.ID), which); err != nil {
		return err
	}
	if err := end(a, r, Altered); err != nil {
		return err
	}
	return r.tell(a, by)
}

// over says why a round takes nothing any more.
func over(r Round) error { return fault.New(fault.Conflict, "offer.over."+string(r.State)) }

// tell shows what happened on the open pages of those a round is for, and has the
// people of its parties and who began it told, but not who did it.
func (r *Round) tell(a *act.Act, by authz.Actor) error {
	if err := r.signal(a); err != nil {
		return err
	}
	if r.State == Awaited && !r.Made.Equal(a.Now) {
		return nil // that one more is in is on the page
	}
	there, err := circle.Presences(a, r.Space)
	if err != nil {
		return err
	}
	people := []id.Person{r.By}
	for _, p := range there {
		if o := r.Of(p.Circle); o != nil && !o.House && p.Span.Covers(a.Now) {
			people = append(people, p.Person)
		}
	}
	slices.Sort(people)
	for _, p := range slices.Compact(people) {
		if p == by.Person {
			continue
		}
		if err := a.Follow(NoticeJob, string(r.ID)+string(p)+string(r.State), a.Now, Notice{r.Space, p, r.ID, r.State}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Round) signal(a *act.Act) error {
	house, err := circle.HouseOf(a, r.Space)
	if err != nil {
		return err
	}
	var circles []id.Circle
	for _, to := range r.audience(house) {
		circles = append(circles, to.Circle)
	}
	a.Signal(r.Space, circles...)
	return space.Touch(a, r.Space)
}

// opened opens a round of a space for somebody who may do act to it; to act for a party
// she stands for one of the round.
func opened(a *act.Act, by authz.Actor, in id.Space, of id.Round, do authz.Action) (Round, error) {
	r, _, err := load(a, of)
	if err == nil && r.Space != in {
		err = fault.Absent()
	}
	if err != nil {
		return Round{}, err
	}
	f, err := circle.Facts(a, by, in)
	if err != nil {
		return Round{}, err
	}
	if r, err = r.given(a, by, f, do); err != nil {
		return Round{}, err
	}
	if do == authz.OfferPut && r.Side == "" {
		return Round{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return r, nil
}

// given gives a round to an actor by the rule, with the party she stands for.
func (r Round) given(a *act.Act, by authz.Actor, f authz.Facts, do authz.Action) (Round, error) {
	house, err := circle.HouseOf(a, r.Space)
	if err != nil {
		return Round{}, err
	}
	on := authz.Resource{Kind: authz.OfItem, Firm: a.Firm(), Space: r.Space, Audience: r.audience(house)}
	if on.Conducted, err = circle.Conducts(a, r.Space, r.By); err != nil {
		return Round{}, err
	}
	if r, err = authz.Open(authz.Lock(r, on), by, do, f); err != nil {
		return Round{}, err
	}
	side, stands, err := exhibit.Side(a, f)
	if stands && r.Of(side) != nil {
		r.Side, r.Acts = side, authz.May(by, authz.OfferPut, on, f)
	}
	return r, err
}

// List returns the last rounds of a space that are for the actor, the newest first.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Round, err error) {
	defer fault.Op(&err, "offer.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = ListIn(a, by, in)
		return err
	})
	return out, err
}

// ListIn is List inside a running act.
func ListIn(a *act.Act, by authz.Actor, in id.Space) (out []Round, err error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	var rows []roundRow
	err = a.Each(selectRounds, []any{in, listed}, func(scan func(...any) error) error {
		var r roundRow
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		r, _, err := row.open(a)
		if err != nil {
			return nil, err
		}
		r, err = r.given(a, by, f, authz.OfferSee)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Show returns one round.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, of id.Round) (r Round, err error) {
	defer fault.Op(&err, "offer.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		r, err = opened(a, by, in, of, authz.OfferSee)
		return err
	})
	return r, err
}

// Waits demands, of a person who is to be told, that the round still is as she is told.
func Waits(a *act.Act, by authz.Actor, n Notice) error {
	r, err := opened(a, by, n.Space, n.Round, authz.OfferSee)
	if err == nil && r.State != n.State {
		err = fault.Absent()
	}
	return err
}
