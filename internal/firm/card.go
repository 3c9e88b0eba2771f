package firm

import (
	"errors"
	"slices"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Found writes the first rows of a new firm in its first act: its keys, its
// profile, its founder's card. The caller has created the firm's database and
// registers it in the directory afterwards.
func (s *Service) Found(a *act.Act, by authz.Actor, name string, founder Card) error {
	box, err := a.Ring().CreateFirm(a.Tx, a.Now)
	if err != nil {
		return err
	}
	if err := s.office.Journal.CreateKey(a.Tx); err != nil {
		return err
	}
	created := store.Micros(a.Now)
	sealed := box.SealText(namePlace(a.Firm()), name)
	err = a.Write(insertProfile, sealed, founder.Person, created, box.MAC("firm_profile", profileFields(sealed, founder.Person, created)...))
	if err != nil {
		return err
	}
	if err := PutCard(a, by, founder); err != nil {
		return err
	}
	_, err = a.Record(by, "firm.founded", "", string(a.Firm()), nil)
	return err
}

// ProfileOf reads the profile of the act's firm.
func ProfileOf(a *act.Act) (Profile, error) {
	p := Profile{ID: a.Firm()}
	var name, mac []byte
	var created int64
	var asked demandRow
	var light, dark logoRow
	var head charterHead
	dest := slices.Concat([]any{&name, &p.Founder, &created, &mac}, asked.dest(), light.dest(), dark.dest(), head.dest())
	if err := a.Row(selectProfile, nil, dest...); err != nil {
		return Profile{}, absent(err)
	}
	box, err := a.FirmBox()
	if err != nil {
		return Profile{}, err
	}
	if err := box.CheckMAC(mac, "firm_profile", profileFields(name, p.Founder, created)...); err != nil {
		return Profile{}, err
	}
	p.Created, p.Logos = store.Time(created), Logos{light.logo(), dark.logo()}
	if p.Factors, err = asked.open(box, a.Firm()); err != nil {
		return Profile{}, err
	}
	if p.Charter, err = head.open(box); err != nil {
		return Profile{}, err
	}
	p.Name, err = box.OpenText(namePlace(a.Firm()), name)
	return p, err
}

func profileFields(name []byte, founder id.Person, created int64) []string {
	return []string{string(name), string(founder), micros(created)}
}

// PutCard writes a person's card, in the place of the one she has. The caller
// has decided the right and records the act.
func PutCard(a *act.Act, _ authz.Actor, c Card) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	r := row{
		Card:  c,
		name:  box.SealText(cardPlace("name", c.Person), c.Name),
		email: box.SealText(cardPlace("email", c.Person), c.Email),
	}
	a.Forget(cardOf(c.Person))
	return a.Write(putCard, c.Person, c.Role, c.State, r.name, r.email, store.Micros(a.Now), box.MAC("card", r.fields()...))
}

// row is a card as it is stored.
type row struct {
	Card
	name, email, mac []byte
}

func (r row) fields() []string {
	return []string{string(r.Person), string(r.Role), string(r.State), string(r.name), string(r.email)}
}

func (r *row) scan(scan func(...any) error) error {
	return scan(&r.Person, &r.Role, &r.State, &r.name, &r.email, &r.mac)
}

// open checks the row and reads its texts.
func (r row) open(box *vault.Box) (c Card, err error) {
	if err := box.CheckMAC(r.mac, "card", r.fields()...); err != nil {
		return Card{}, err
	}
	c = r.Card
	if c.Name, err = box.OpenText(cardPlace("name", c.Person), r.name); err != nil {
		return Card{}, err
	}
	c.Email, err = box.OpenText(cardPlace("email", c.Person), r.email)
	return c, err
}

// CardOf returns a person's card, active or not; fault.Absent when the firm
// does not know her.
func CardOf(a *act.Act, p id.Person) (Card, error) {
	return act.Remember(a, cardOf(p), func() (Card, error) { return load(a, p) })
}

// cardOf is what an act remembers a card under.
type cardOf id.Person

func load(a *act.Act, p id.Person) (Card, error) {
	var r row
	if err := r.scan(func(dest ...any) error { return a.Row(selectCard, []any{p}, dest...) }); err != nil {
		return Card{}, absent(err)
	}
	box, err := a.FirmBox()
	if err != nil {
		return Card{}, err
	}
	return r.open(box)
}

// ActiveCard is CardOf for whoever acts or is about to: a disabled card is
// absent.
func ActiveCard(a *act.Act, p id.Person) (Card, error) {
	c, err := CardOf(a, p)
	if err == nil && c.State != Active {
		return Card{}, fault.Absent()
	}
	return c, err
}

// Names returns the names of these people as the firm writes them; one it does
// not know is missing. The caller has opened what names them.
func Names(a *act.Act, people []id.Person) (map[id.Person]string, error) {
	cards, err := Cards(a, people)
	out := make(map[id.Person]string, len(cards))
	for p, c := range cards {
		out[p] = c.Name
	}
	return out, err
}

// few is up to how many cards are read one by one.
const few = 2

// errUnread is of a card that the act has not read.
var errUnread = errors.New("firm: the card is not read yet")

// Cards is [CardOf] of several people with few statements; one whom the firm does not
// know is missing.
func Cards(a *act.Act, people []id.Person) (map[id.Person]Card, error) {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	out := make(map[id.Person]Card, len(people))
	var unread []id.Person
	for _, p := range people {
		c, err := act.Remember(a, cardOf(p), func() (Card, error) { return Card{}, errUnread })
		if err != nil {
			unread = append(unread, p)
			continue
		}
		out[p] = c
	}
	if len(unread) > few {
		return out, readCards(a, unread, out)
	}
	for _, p := range unread {
		c, err := CardOf(a, p)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[p] = c
	}
	return out, nil
}

func readCards(a *act.Act, people []id.Person, out map[id.Person]Card) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	for some := range store.Batches(people) {
		err := a.Each(selectCards, some, func(scan func(...any) error) error {
			var r row
			if err := r.scan(scan); err != nil {
				return err
			}
			c, err := r.open(box)
			if err != nil {
				return err
			}
			out[c.Person], err = act.Remember(a, cardOf(c.Person), func() (Card, error) { return c, nil })
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Staff returns the cards of the firm's own people, disabled ones included, in
// the order they came. The caller has decided the right.
func Staff(a *act.Act) ([]Card, error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	var out []Card
	err = a.Each(selectStaff, nil, func(scan func(...any) error) error {
		var r row
		if err := r.scan(scan); err != nil {
			return err
		}
		c, err := r.open(box)
		out = append(out, c)
		return err
	})
	return slices.Clip(out), err
}

func absent(err error) error {
	if errors.Is(err, store.ErrNoRow) {
		return fault.Absent().Because(err)
	}
	return err
}

func namePlace(f id.Firm) vault.Place {
	return vault.Place{Table: "firm_profile", Column: "name", Row: string(f)}
}

func cardPlace(column string, p id.Person) vault.Place {
	return vault.Place{Table: "card", Column: column, Row: string(p)}
}

func micros(n int64) string { return strconv.FormatInt(n, 10) }
