package diffusion

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	insertDiffusion = store.ForFirm(`
insert into diffusion (firm_id, id, author_id, state, words, at, made_at, ended_at, mac) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	updateDiffusion = store.ForFirm(`
update diffusion set state = $3, words = $4, at = $5, ended_at = $6, mac = $7 where firm_id = $1 and id = $2`)

	deleteDiffusion = store.ForFirm(`delete from diffusion where firm_id = $1 and id = $2`)

	selectDiffusion = store.ForFirm(`
select id, author_id, state, words, at, made_at, ended_at, mac from diffusion where firm_id = $1 and id = $2`)

	// Of author $2, before $3.
	selectOwn = store.ForFirm(`
select id, author_id, state, words, at, made_at, ended_at, mac from diffusion
where firm_id = $1 and author_id = $2 and id < $3 order by id desc limit $4`)

	// Which diffusions of author $2 have put some memos where they are.
	selectOrigins = store.ForFirm(`
select p.memo_id, p.diffusion_id from diffusion_space p cross join diffusion d
where p.firm_id = $1 and p.memo_id in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
  and d.firm_id = $1 and d.id = p.diffusion_id and d.author_id = $2`)

	insertPart = store.ForFirm(`
insert into diffusion_space (firm_id, diffusion_id, space_id, state, reason, memo_id, at, recalled_at, plan, outcome, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)

	deleteParts = store.ForFirm(`delete from diffusion_space where firm_id = $1 and diffusion_id = $2`)

	selectParts = store.ForFirm(`
select diffusion_id, space_id, state, reason, memo_id, at, recalled_at, plan, outcome, mac from diffusion_space
where firm_id = $1 and diffusion_id = $2 order by space_id`)

	selectNext = store.ForFirm(`
select diffusion_id, space_id, state, reason, memo_id, at, recalled_at, plan, outcome, mac from diffusion_space
where firm_id = $1 and diffusion_id = $2 and state = 'waiting' order by space_id limit 1`)

	// What was confirmed, of one that waits.
	updatePlan = store.ForFirm(`
update diffusion_space set plan = $4 where firm_id = $1 and diffusion_id = $2 and space_id = $3 and state = 'waiting'`)

	// Whoever changes no row was late: what she wrote beside it is undone.
	updateHandled = store.ForFirm(`
update diffusion_space set state = $4, reason = $5, memo_id = $6, at = $7, outcome = $8, mac = $9
where firm_id = $1 and diffusion_id = $2 and space_id = $3 and state = 'waiting'`)

	updateRecalled = store.ForFirm(`
update diffusion_space set recalled_at = $4, mac = $5
where firm_id = $1 and diffusion_id = $2 and space_id = $3 and recalled_at = 0`)
)

// row is a diffusion as it is kept.
type row struct {
	id     id.Diffusion
	author id.Person
	state  State
	words  Words
	at     time.Time
	made   time.Time
	ended  time.Time
}

func number(t time.Time) string { return strconv.FormatInt(store.Micros(t), 10) }

func (r row) fields() []string {
	return []string{string(r.id), string(r.author), string(r.state), number(r.at), number(r.made), number(r.ended)}
}

func wordsPlace(of id.Diffusion) vault.Place {
	return vault.Place{Table: "diffusion", Column: "words", Row: string(of)}
}

func (r row) seal(box *vault.Box) ([]byte, error) {
	raw, err := json.Marshal(r.words)
	if err != nil {
		return nil, fmt.Errorf("diffusion: words of %s: %w", r.id, err)
	}
	return box.Seal(wordsPlace(r.id), raw), nil
}

func (r row) insert(a *act.Act) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	words, err := r.seal(box)
	if err != nil {
		return err
	}
	return a.Write(insertDiffusion, r.id, r.author, r.state, words, store.Micros(r.at), store.Micros(r.made), store.Micros(r.ended), box.MAC("diffusion", r.fields()...))
}

func (r row) update(a *act.Act) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	words, err := r.seal(box)
	if err != nil {
		return err
	}
	return a.Write(updateDiffusion, r.id, r.state, words, store.Micros(r.at), store.Micros(r.ended), box.MAC("diffusion", r.fields()...))
}

// scanRow reads one and checks it.
func scanRow(a *act.Act, scan func(...any) error) (r row, err error) {
	var words, mac []byte
	var at, made, ended int64
	if err := scan(&r.id, &r.author, &r.state, &words, &at, &made, &ended, &mac); err != nil {
		return r, err
	}
	r.at, r.made, r.ended = store.Time(at), store.Time(made), store.Time(ended)
	box, err := a.FirmBox()
	if err != nil {
		return r, err
	}
	if err := box.CheckMAC(mac, "diffusion", r.fields()...); err != nil {
		return r, err
	}
	raw, err := box.Open(wordsPlace(r.id), words)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(raw, &r.words); err != nil {
		return r, fmt.Errorf("diffusion: words of %s: %w", r.id, err)
	}
	return r, nil
}

// load reads a diffusion; absent when there is none.
func load(a *act.Act, of id.Diffusion) (row, error) {
	r, err := scanRow(a, func(dest ...any) error { return a.Row(selectDiffusion, []any{of}, dest...) })
	if errors.Is(err, store.ErrNoRow) {
		return row{}, fault.Absent()
	}
	return r, err
}

// plan is what a space is to get. Expected are those who were to receive it when it was
// confirmed.
type plan struct {
	Circles   []id.Circle `json:"circles"`
	Documents []id.Item   `json:"documents,omitempty"`
	Confirmed []string    `json:"confirmed,omitempty"`
	Expected  []id.Person `json:"expected,omitempty"`
}

// outcome is what became of it there.
type outcome struct {
	To     []delivered `json:"to,omitempty"`
	Missed []missed    `json:"missed,omitempty"`
}

// delivered is that it reached somebody: the line of the journal that says so, and the
// statement whose digest that line has. Neither, for one of the firm's own people whom
// no chosen circle brings it to.
type delivered struct {
	Person    id.Person `json:"person"`
	Chosen    bool      `json:"chosen,omitempty"`
	Added     bool      `json:"added,omitempty"`
	Entry     id.Entry  `json:"entry,omitempty"`
	Statement string    `json:"statement,omitempty"`
}

type missed struct {
	Person id.Person `json:"person"`
	Reason Reason    `json:"reason"`
}

// part is what a space gets, as it is kept. Lost is set when the key of the space is
// destroyed: then plan and outcome are unknown.
type part struct {
	of       id.Diffusion
	space    id.Space
	state    PartState
	reason   Reason
	memo     id.Item
	at       time.Time
	recalled time.Time
	plan     plan
	outcome  outcome
	lost     bool
}

func (p part) fields() []string {
	return []string{string(p.of), string(p.space), string(p.state), string(p.reason), string(p.memo), number(p.at), number(p.recalled)}
}

func (p part) place(column string) vault.Place {
	return vault.Place{Table: "diffusion_space", Column: column, Row: string(p.of) + "/" + string(p.space)}
}

// sealed seals one of the two columns under the key of the space.
func (p part) sealed(a *act.Act, column string, value any) ([]byte, error) {
	box, err := a.SpaceBox(p.space)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("diffusion: %s of %s: %w", column, p.of, err)
	}
	return box.Seal(p.place(column), raw), nil
}

// mac is over what is not sealed. It is the firm's: a space whose key is destroyed still
// has a row.
func (p part) mac(a *act.Act) ([]byte, error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	return box.MAC("diffusion_space", p.fields()...), nil
}

func (p part) insert(a *act.Act) error {
	plan, err := p.sealed(a, "plan", p.plan)
	if err != nil {
		return err
	}
	outcome, err := p.sealed(a, "outcome", p.outcome)
	if err != nil {
		return err
	}
	mac, err := p.mac(a)
	if err != nil {
		return err
	}
	return a.Write(insertPart, p.of, p.space, p.state, p.reason, p.memo, store.Micros(p.at), store.Micros(p.recalled), plan, outcome, mac)
}

// confirm keeps what was confirmed.
func (p part) confirm(a *act.Act) error {
	raw, err := p.sealed(a, "plan", p.plan)
	if err != nil {
		return err
	}
	return a.Write(updatePlan, p.of, p.space, raw)
}

// errLate ends the transaction of who was not the first to handle a space.
var errLate = errors.New("diffusion: somebody else has handled this space")

// handle keeps what became of a space that waited.
func (p part) handle(a *act.Act) error {
	raw := []byte{}
	if !p.lost {
		var err error
		if raw, err = p.sealed(a, "outcome", p.outcome); err != nil {
			return err
		}
	}
	mac, err := p.mac(a)
	if err != nil {
		return err
	}
	n, err := a.Exec(updateHandled, p.of, p.space, p.state, p.reason, p.memo, store.Micros(p.at), raw, mac)
	if err == nil && n == 0 {
		return errLate
	}
	return err
}

// takeBack keeps when it was recalled.
func (p part) takeBack(a *act.Act) error {
	mac, err := p.mac(a)
	if err != nil {
		return err
	}
	n, err := a.Exec(updateRecalled, p.of, p.space, store.Micros(p.recalled), mac)
	if err == nil && n == 0 {
		return errLate
	}
	return err
}

// sealedPart is a part before its columns are opened.
type sealedPart struct {
	part
	plan, outcome []byte
}

// scanPart reads one and checks it.
func scanPart(a *act.Act, scan func(...any) error) (p sealedPart, err error) {
	var mac []byte
	var at, recalled int64
	if err := scan(&p.of, &p.space, &p.state, &p.reason, &p.memo, &at, &recalled, &p.plan, &p.outcome, &mac); err != nil {
		return p, err
	}
	p.at, p.recalled = store.Time(at), store.Time(recalled)
	box, err := a.FirmBox()
	if err != nil {
		return p, err
	}
	return p, box.CheckMAC(mac, "diffusion_space", p.fields()...)
}

// open unseals what a space gets; of one whose key is destroyed nothing is known.
func (s sealedPart) open(a *act.Act) (p part, err error) {
	p = s.part
	box, err := a.SpaceBox(p.space)
	if fault.Is(err, fault.NotFound) {
		p.lost = true
		return p, nil
	}
	if err != nil {
		return p, err
	}
	for _, c := range []struct {
		column string
		sealed []byte
		into   any
	}{{"plan", s.plan, &p.plan}, {"outcome", s.outcome, &p.outcome}} {
		raw, err := box.Open(p.place(c.column), c.sealed)
		if err != nil {
			return p, err
		}
		if err := json.Unmarshal(raw, c.into); err != nil {
			return p, fmt.Errorf("diffusion: %s of %s: %w", c.column, p.of, err)
		}
	}
	return p, nil
}

// parts reads what each space of a diffusion gets.
func parts(a *act.Act, of id.Diffusion) (out []part, err error) {
	var rows []sealedPart
	err = a.Each(selectParts, []any{of}, func(scan func(...any) error) error {
		s, err := scanPart(a, scan)
		rows = append(rows, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, s := range rows {
		p, err := s.open(a)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// next reads one of its spaces that waits; none: false.
func next(a *act.Act, of id.Diffusion) (part, bool, error) {
	s, err := scanPart(a, func(dest ...any) error { return a.Row(selectNext, []any{of}, dest...) })
	if errors.Is(err, store.ErrNoRow) {
		return part{}, false, nil
	}
	if err != nil {
		return part{}, false, err
	}
	p, err := s.open(a)
	return p, err == nil, err
}
