package circle

import (
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Term is one thing that is said of how a forum goes, by a lawyer of the firm that keeps
// it or by an expert (authz.ForumSet).
type Term string

// Instant is when what its parties have set for it comes before all: µs, in decimal.
const Instant Term = "instant"

// Said is what a term says, and who said so. The zero value says nothing.
type Said struct {
	Value string
	By    id.Person
	At    time.Time
	Entry id.Entry // of the journal
}

func (s Said) fields(in id.Space, t Term) []string {
	return []string{string(in), string(t), s.Value, string(s.By), micros(store.Micros(s.At)), string(s.Entry)}
}

// Terms are what is said of an entered space.
func Terms(a *act.Act, in id.Space) (map[Term]Said, error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	out := map[Term]Said{}
	err = a.Each(selectTerms, []any{in}, func(scan func(...any) error) error {
		var t Term
		var s Said
		var at int64
		var mac []byte
		if err := scan(&t, &s.Value, &s.By, &at, &s.Entry, &mac); err != nil {
			return err
		}
		s.At = store.Time(at)
		out[t] = s
		return box.CheckMAC(mac, "forum_term", s.fields(in, t)...)
	})
	return out, err
}

// SetTerm says something of an entered space, in the place of what was said before;
// nothing, when value is empty. The caller has decided the right, and recorded entry.
func SetTerm(a *act.Act, by authz.Actor, in id.Space, t Term, value string, entry id.Entry) error {
	if err := a.Write(deleteTerm, in, t); err != nil || value == "" {
		return err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	s := Said{value, by.Person, a.Now, entry}
	return a.Write(insertTerm, in, t, s.Value, s.By, store.Micros(s.At), s.Entry, box.MAC("forum_term", s.fields(in, t)...))
}

var (
	selectTerms = store.ForFirm(`
select name, value, set_by, set_at, entry_id, mac from forum_term where firm_id = $1 and space_id = $2 order by name`)

	insertTerm = store.ForFirm(`
insert into forum_term (firm_id, space_id, name, value, set_by, set_at, entry_id, mac) values ($1, $2, $3, $4, $5, $6, $7, $8)`)

	deleteTerm = store.ForFirm(`delete from forum_term where firm_id = $1 and space_id = $2 and name = $3`)
)
