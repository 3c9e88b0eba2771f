package api

import (
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
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

// InStaff is one of the firm's own people.
type InStaff struct {
	Colleague id.Person `path:"colleague"`
}

// Holdings is what the access of one of the firm's own people holds.
type Holdings struct {
	Person    Card       `json:"person"`
	Led       []LedSpace `json:"led" doc:"the first spaces that she answers for"`
	LedCount  int        `json:"led_count"`
	Others    int        `json:"other_spaces" doc:"that she is in and does not answer for"`
	Programs  int        `json:"programs" doc:"that have access in her name"`
	Drafts    int        `json:"drafts" doc:"that she has begun and not sent"`
	OnlyAdmin bool       `json:"only_administrator"`
}

// LedSpace is a space that somebody answers for.
type LedSpace struct {
	Space  id.Space    `json:"space"`
	Name   string      `json:"name,omitempty" doc:"absent for who is no member of it"`
	Opened Instant     `json:"opened_at"`
	Staff  []id.Person `json:"lawyers" doc:"others who work there"`
}

func (n *Nouns) getColleague(r *Request, in InStaff) (Holdings, error) {
	l, err := n.Lifecycle.Leaving(r.Context(), r.Actor, in.Colleague)
	out := Holdings{
		Person: cardOf(l.Card), Led: make([]LedSpace, len(l.Led)), LedCount: l.LedCount, Others: l.Others,
		Programs: l.Programs, Drafts: l.Drafts, OnlyAdmin: l.Only,
	}
	for i, s := range l.Led {
		out.Led[i] = LedSpace{s.ID, s.Name, Instant(s.Opened), append([]id.Person{}, s.Staff...)}
	}
	return out, err
}

// Rank is whether a lawyer administers the firm.
type Rank struct {
	InStaff
	Administrator bool `json:"administrator"`
}

func (n *Nouns) rankColleague(r *Request, in Rank) (None, error) {
	return None{}, n.Firms.Administer(r.Context(), r.Actor, in.Colleague, in.Administrator)
}

// Departure is that somebody leaves the firm.
type Departure struct {
	InStaff
	Successor id.Person `json:"successor,omitempty" doc:"a lawyer of the firm, who answers for each space that she answered for"`
	Spaces    []Heir    `json:"spaces,omitempty" doc:"those for which somebody else does; what is wrong with one is named to-(its identifier)"`
}

// Heir is who answers for one space.
type Heir struct {
	Space     id.Space  `json:"space"`
	Successor id.Person `json:"successor"`
}

func (n *Nouns) endColleague(r *Request, in Departure) (None, error) {
	d := lifecycle.Departure{Person: in.Colleague, Successor: in.Successor, Spaces: map[id.Space]id.Person{}}
	for _, h := range in.Spaces {
		d.Spaces[h.Space] = h.Successor
	}
	return None{}, n.Lifecycle.Depart(r.Context(), r.Actor, d)
}

// FactorDemand is whether the firm's own people show a second factor.
type FactorDemand struct {
	From    *Instant    `json:"from,omitempty" doc:"absent: not demanded"`
	Without []id.Person `json:"without,omitempty" doc:"who has none, for who may decide it"`
}

func (n *Nouns) factorDemand(r *Request, _ None) (FactorDemand, error) {
	d, without, err := n.Firms.Demanded(r.Context(), r.Actor)
	out := FactorDemand{Without: without}
	if !d.From.IsZero() {
		from := Instant(d.From)
		out.From = &from
	}
	return out, err
}

// Plan is how much of the installation the firm may use. A limit that is absent is none,
// and of what has none nothing is counted.
type Plan struct {
	Spaces     *Share `json:"spaces,omitempty" doc:"that are open"`
	Colleagues *Share `json:"colleagues,omitempty" doc:"of the firm’s own people"`
	Storage    *Share `json:"storage,omitempty" doc:"bytes of documents; what clients deposit counts, and is never refused for it"`
}

// Share is a limit and what is used of it, which may be more.
type Share struct {
	Limit int64 `json:"limit"`
	Used  int64 `json:"used"`
}

func shareOf(limit, used int64) *Share {
	if limit == 0 {
		return nil
	}
	return &Share{limit, used}
}

func (n *Nouns) plan(r *Request, _ None) (Plan, error) {
	st, err := n.Plans.Standing(r.Context(), r.Actor)
	return Plan{
		shareOf(st.Plan.Spaces, st.Used.Spaces), shareOf(st.Plan.Colleagues, st.Used.Colleagues), shareOf(st.Plan.Storage, st.Used.Storage),
	}, err
}

// NewFactorDemand demands a second factor, or no longer.
type NewFactorDemand struct {
	Demanded bool `json:"demanded"`
	Days     int  `json:"days,omitempty" doc:"of grace, in which each adds one"`
}

func (n *Nouns) demandFactors(r *Request, in NewFactorDemand) (None, error) {
	if !in.Demanded {
		return None{}, n.Firms.WaiveFactors(r.Context(), r.Actor)
	}
	return None{}, n.Firms.DemandFactors(r.Context(), r.Actor, time.Duration(in.Days)*24*time.Hour)
}

// language is the one asked for in a body, or that of the request.
func (r *Request) language(chosen string) i18n.Language {
	if l, known := i18n.Parse(chosen); known {
		return l
	}
	return r.Printer.Language()
}
