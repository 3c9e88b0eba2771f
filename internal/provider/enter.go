package provider

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/oidc"
)

// Door is what somebody before the door of a firm is shown: the firm's name, what
// stands there, and who vouches for its own people. Those who vouch for people of a client are not
// named to everybody, for their names would say whose lawyers these are.
type Door struct {
	Firm   string
	Logos  firm.Logos
	Plate  firm.Plate
	Offers []Offer
}

// Offer is one provider to sign in by. Keys says that it is a key of one's own.
type Offer struct {
	ID   id.Provider
	Name string
	Keys bool
}

func (p Provider) offer() Offer { return Offer{p.ID, p.Name, p.Keys()} }

// At shows the door of a firm; absent where it has not opened one and nobody vouches
// for its people.
func (s *Service) At(ctx context.Context, of id.Firm) (d Door, err error) {
	defer fault.Op(&err, "provider.At(%s)", of)
	err = s.office.See(ctx, of, func(a *act.Act) error {
		rows, err := live(a)
		if err != nil {
			return err
		}
		d.Offers = nil
		for _, r := range rows {
			if s.vouches(r) && r.Audience == Staff {
				d.Offers = append(d.Offers, r.offer())
			}
		}
		if d.Plate, err = firm.PlateOf(a); err != nil {
			return err
		}
		if len(d.Offers) == 0 && !d.Plate.Open {
			return fault.Absent()
		}
		profile, err := firm.ProfileOf(a)
		d.Firm, d.Logos = profile.Name, profile.Logos
		return err
	})
	return d, err
}

// Behind shows the door of one provider; absent unless it vouches.
func (s *Service) Behind(ctx context.Context, of id.Firm, p id.Provider) (d Door, err error) {
	defer fault.Op(&err, "provider.Behind(%s, %s)", of, p)
	err = s.office.See(ctx, of, func(a *act.Act) error {
		r, err := s.active(a, p)
		if err != nil {
			return err
		}
		d.Offers = []Offer{r.offer()}
		profile, err := firm.ProfileOf(a)
		d.Firm, d.Logos = profile.Name, profile.Logos
		return err
	})
	return d, err
}

// Way is where somebody sets out, and what for. Of is the session of whoever has
// signed in: with Tie she has the provider vouch for her from now on, with Again she
// shows once more that it is she, before what is grave. Kept is what she wants back.
type Way struct {
	Firm     id.Firm
	Provider id.Provider
	Of       *account.Session
	Tie      bool
	Again    bool
	Kept     []byte
}

// errand is a way while she is away, sealed; the browser has its challenge.
type errand struct {
	Firm     id.Firm      `json:"firm"`
	Provider id.Provider  `json:"provider"`
	Issuer   oidc.Issuer  `json:"issuer"`
	Request  oidc.Request `json:"request"`
	Tie      bool         `json:"tie,omitempty"`
	Kept     []byte       `json:"kept,omitempty"`
}

// Enter is where the browser is led to, and the challenge with which it comes back.
// Faults: absent for a provider that does not vouch, and for whom it is not there;
// Busy for a source that sets out too
// often; Unavailable "provider.silent".
func (s *Service) Enter(ctx context.Context, w Way, from account.Source) (address, challenge string, err error) {
	defer fault.Op(&err, "provider.Enter(%s, %s)", w.Firm, w.Provider)
	who := id.Person("")
	if w.Of != nil {
		who = w.Of.Person
	}
	if w.Tie {
		if err := s.mayTie(ctx, w); err != nil {
			return "", "", err
		}
	}
	var r row
	err = s.office.See(ctx, w.Firm, func(a *act.Act) error {
		r, err = s.active(a, w.Provider)
		return err
	})
	if err != nil {
		return "", "", err
	}
	e := errand{Firm: w.Firm, Provider: w.Provider, Request: s.client.NewRequest(w.Again), Tie: w.Tie, Kept: w.Kept}
	// Counted before the provider is asked, so that nobody has it asked for ever.
	if err := s.accounts.SetOut(ctx, from); err != nil {
		return "", "", err
	}
	if r.Keys() {
		return s.show(ctx, who, e, from)
	}
	if e.Issuer, err = s.client.Discover(ctx, r.Issuer); err != nil {
		return "", "", fault.New(fault.Unavailable, "provider.silent").Because(err)
	}
	challenge, err = s.accounts.Await(ctx, who, e)
	return s.client.Address(e.Issuer, s.party(w.Firm, r, from), e.Request), challenge, err
}

func (s *Service) party(of id.Firm, r row, from account.Source) oidc.Party {
	return oidc.Party{Client: r.Client, Secret: r.secret, Redirect: s.RedirectAt(from.At, of, r.ID)}
}

// mayTie demands of whoever wants a provider to vouch for her that she has just
// shown by what is hers that it is she; or that she came by a mailed link and has
// nothing else, as for her first password.
func (s *Service) mayTie(ctx context.Context, w Way) error {
	if w.Of == nil || w.Of.Via.Vouched() {
		return fault.Absent() // one provider does not bring in the next
	}
	if w.Of.Via.Own() {
		by := authz.Actor{Person: w.Of.Person, Firm: w.Firm, Via: w.Of.Via, Stale: !w.Of.Fresh(s.office.Clock())}
		if err := authz.Brake(by, authz.FirmVouch); err != nil {
			return err
		}
	}
	if err := s.accounts.MayChange(ctx, *w.Of); err != nil {
		return err
	}
	person, err := s.accounts.Person(ctx, w.Of.Person)
	if err != nil {
		return err
	}
	return s.office.See(ctx, w.Firm, func(a *act.Act) error {
		r, err := s.active(a, w.Provider)
		if err != nil {
			return err
		}
		return s.served(a, r, person)
	})
}

// served finds the card of somebody for whom a provider is there; absent otherwise.
func (s *Service) served(a *act.Act, r row, p account.Person) error {
	card, err := firm.ActiveCard(a, p.ID)
	if err == nil && !r.serves(card, p.Email) {
		return fault.Absent()
	}
	return err
}

// Entered is what came of a way. Token and Session are empty for a tie.
type Entered struct {
	Firm    id.Firm
	Token   string
	Session account.Session
	Tied    bool
	Keys    bool // by a key of hers
	Again   bool
	Kept    []byte
}

// Return is what the browser brought back, and from where.
type Return struct {
	Firm      id.Firm
	Provider  id.Provider
	Challenge string
	Answer    oidc.Answer
}

// Arrive takes what the browser brought back from a provider, once. Whatever is
// wrong with it, and whoever is nobody here, is Unauthenticated "provider.refused",
// with the reason for the log; who has a second factor gets what
// account.Service.SignIn gives.
func (s *Service) Arrive(ctx context.Context, came Return, from account.Source) (out Entered, err error) {
	defer fault.Op(&err, "provider.Arrive")
	var e errand
	who, err := s.accounts.Return(ctx, came.Challenge, &e)
	if err != nil {
		return out, calm(err)
	}
	if e.Firm != came.Firm || e.Provider != came.Provider {
		return out, refused(errElsewhere)
	}
	out = Entered{Firm: e.Firm, Tied: e.Tie, Again: e.Request.Again, Kept: e.Kept}
	var r row
	err = s.office.See(ctx, e.Firm, func(a *act.Act) error {
		r, err = s.active(a, e.Provider)
		return err
	})
	if err != nil {
		return out, calm(err)
	}
	out.Keys = r.Keys()
	said, err := s.hear(ctx, e, r, came.Answer, from)
	if err != nil {
		return out, refused(err)
	}
	if e.Tie {
		return out, calm(s.tie(ctx, e, who, said))
	}
	person, err := s.recognise(ctx, e, said)
	if err != nil {
		return out, calm(err)
	}
	if who != "" && who != person {
		return out, refused(errOther) // she was to show again that it is she, and it is somebody else
	}
	voucher := account.Voucher{By: r.via(), Person: person, Firm: e.Firm, Provider: e.Provider, Shown: said.shown}
	out.Token, out.Session, err = s.accounts.OpenVouched(ctx, voucher, from)
	return out, err
}

var (
	errElsewhere = errors.New("provider: she set out for another one")
	errOther     = errors.New("provider: it is somebody else")
	errUnknown   = errors.New("provider: it vouches for nobody here under that name")
)

func refused(cause error) error {
	return fault.New(fault.Unauthenticated, "provider.refused").Because(cause)
}

// calm makes one answer of everything that opens nothing.
func calm(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unauthenticated) {
		return refused(err)
	}
	return err
}

// word is what a provider says of somebody: who she is there, when she showed it so,
// and the address that it has verified or the certificate that she has, if any.
type word struct {
	subject     string
	shown       time.Time
	email       string
	certificate []byte // DER
}

// hear has a provider say who came back.
func (s *Service) hear(ctx context.Context, e errand, r row, answer oidc.Answer, from account.Source) (word, error) {
	if r.Keys() {
		return s.read(e, answer, from)
	}
	said, err := s.client.Redeem(ctx, e.Issuer, s.party(e.Firm, r, from), e.Request, answer)
	return word{subject: said.Subject, shown: said.Shown, email: said.Email}, err
}

// recognise finds for whom a provider vouches, or ties her at her first coming.
func (s *Service) recognise(ctx context.Context, e errand, said word) (who id.Person, err error) {
	err = s.office.See(ctx, e.Firm, func(a *act.Act) error {
		r, err := s.active(a, e.Provider)
		if err != nil {
			return err
		}
		t, err := bySubject(a, r, said.subject)
		who = t.person
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return s.welcome(ctx, e, said)
	}
	if err != nil {
		return "", err
	}
	person, err := s.accounts.Person(ctx, who)
	if err != nil {
		return "", err
	}
	return who, s.office.See(ctx, e.Firm, func(a *act.Act) error {
		r, err := s.active(a, e.Provider)
		if err != nil {
			return err
		}
		return s.served(a, r, person)
	})
}

// welcome ties, at her first coming, somebody whom the firm has invited and who has
// no way in of her own yet, by the address that a trusted provider has verified.
// Whoever has one signs in by it and ties the provider herself: else whoever rules
// over the provider could put himself in her place.
func (s *Service) welcome(ctx context.Context, e errand, said word) (id.Person, error) {
	address, err := fold.Email(said.email)
	if err != nil {
		return "", refused(errUnknown)
	}
	person, err := s.accounts.Find(ctx, address)
	if err != nil {
		return "", err
	}
	if person.Password && person.Proven || person.Guarded {
		return "", refused(errUnknown)
	}
	return person.ID, s.office.Do(ctx, e.Firm, func(a *act.Act) error {
		r, err := s.active(a, e.Provider)
		if err != nil {
			return err
		}
		if !r.Trusted {
			return refused(errUnknown)
		}
		switch _, err := tied(a, r.ID, person.ID); {
		case err == nil: // under another name: an address can be given to the next
			return refused(errUnknown)
		case !fault.Is(err, fault.NotFound):
			return err
		}
		return s.vouchFor(a, r, person, said)
	})
}

// tie has a provider vouch for whoever set out for it.
func (s *Service) tie(ctx context.Context, e errand, who id.Person, said word) error {
	person, err := s.accounts.Person(ctx, who)
	if err != nil {
		return err
	}
	return s.office.Do(ctx, e.Firm, func(a *act.Act) error {
		r, err := s.active(a, e.Provider)
		if err != nil {
			return err
		}
		return s.vouchFor(a, r, person, said)
	})
}

func (s *Service) vouchFor(a *act.Act, r row, p account.Person, said word) error {
	if err := s.served(a, r, p); err != nil {
		return err
	}
	if err := bind(a, r, said, p.ID); err != nil {
		return err
	}
	card, err := firm.ActiveCard(a, p.ID)
	if err != nil {
		return err
	}
	by := authz.Actor{Person: p.ID, Firm: a.Firm(), Role: card.Role, Via: r.via()}
	if _, err := a.Record(by, "provider.tied", "", string(r.ID), nil); err != nil {
		return err
	}
	return a.Follow("notice.factor", string(p.ID), a.Now, invitation.Notice{Person: p.ID})
}

// Vouch finds nothing against a session for whom a provider vouched: the provider
// does so still, and for her, and is there for such as she is; the certificate on her
// key still counts. Everything else is absent. It is what firm.Service.Believe asks for.
func (s *Service) Vouch(a *act.Act, in account.Session) error {
	r, err := s.active(a, in.Provider)
	if err != nil {
		return err
	}
	if (in.Via == authz.ViaKeycard) != r.Keys() {
		return fault.Absent()
	}
	t, err := tied(a, r.ID, in.Person)
	if err != nil {
		return err
	}
	if err := s.stands(a, r, t); err != nil {
		return err
	}
	card, err := firm.ActiveCard(a, in.Person)
	if err == nil && (r.Audience == Staff) != card.Role.Inside() {
		return fault.Absent()
	}
	return err
}
