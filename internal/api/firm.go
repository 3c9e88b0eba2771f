package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
)

// Me is whom a token acts for.
type Me struct {
	Person Card      `json:"person"`
	Firm   FirmLine  `json:"firm"`
	Token  *Credence `json:"token,omitempty" doc:"absent for a mailed link"`
	Space  id.Space  `json:"space,omitempty" doc:"the one space of a mailed link"`
}

// FirmLine is a firm in one line.
type FirmLine struct {
	ID   id.Firm `json:"id"`
	Name string  `json:"name"`
}

// Card is a person as the firm writes her.
type Card struct {
	ID    id.Person `json:"id"`
	Name  string    `json:"name"`
	Email string    `json:"email"`
	Role  string    `json:"role" enum:"admin lawyer colleague assistant outsider"`
	State string    `json:"state" enum:"active disabled"`
}

// Credence is what a token may do of what its person may.
type Credence struct {
	ID       id.Token   `json:"id"`
	Name     string     `json:"name"`
	ReadOnly bool       `json:"read_only"`
	Spaces   []id.Space `json:"spaces,omitempty" doc:"absent: all of hers"`
	Kinds    []string   `json:"kinds,omitempty" doc:"first words of the rights it may use; absent: all"`
	Expires  Instant    `json:"expires_at"`
}

func (n *Nouns) me(r *Request, _ None) (Me, error) {
	me := Me{Person: cardOf(r.Card), Firm: FirmLine{r.Profile.ID, r.Profile.Name}, Space: r.Actor.Scope}
	if t := r.Token; t.ID != "" {
		me.Token = &Credence{t.ID, t.Name, t.Pass.ReadOnly, t.Pass.Spaces, t.Pass.Kinds, Instant(t.Expires)}
	}
	return me, nil
}

func cardOf(c firm.Card) Card {
	return Card{c.Person, c.Name, c.Email, string(c.Role), string(c.State)}
}

// People is the firm's own people.
type People struct {
	People []Card `json:"people"`
}

func (n *Nouns) people(r *Request, _ None) (People, error) {
	staff, err := n.Firms.People(r.Context(), r.Actor)
	out := People{People: make([]Card, len(staff))}
	for i, c := range staff {
		out.People[i] = cardOf(c)
	}
	return out, err
}

// NewColleague is a person about to join the firm's own people.
type NewColleague struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Role     string `json:"role" enum:"admin lawyer colleague assistant"`
	Language string `json:"language,omitempty" enum:"fr en" doc:"of her mails; that of the request by default"`
}

func (n *Nouns) addColleague(r *Request, in NewColleague) (Card, error) {
	card, err := n.Firms.AddColleague(r.Context(), r.Actor, firm.Colleague{
		Name: in.Name, Email: in.Email, Role: authz.FirmRole(in.Role), Language: r.language(in.Language),
	})
	return cardOf(card), err
}

// colleague is one who was added before, as she is now.
func (n *Nouns) colleague(r *Request, _ NewColleague, person string) (Card, error) {
	staff, err := n.Firms.People(r.Context(), r.Actor)
	if err != nil {
		return Card{}, err
	}
	for _, c := range staff {
		if string(c.Person) == person {
			return cardOf(c), nil
		}
	}
	return Card{ID: id.Person(person), State: string(firm.Disabled)}, nil
}

// language is the one asked for in a body, or that of the request.
func (r *Request) language(chosen string) i18n.Language {
	if l, known := i18n.Parse(chosen); known {
		return l
	}
	return r.Printer.Language()
}
