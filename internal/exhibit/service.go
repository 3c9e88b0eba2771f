package exhibit

import (
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
)

// What is what became of an exhibit at a party that received it.
type What string

// What the register tells, in this order.
const (
	Notified What = "notified" // a notice left for somebody of it
	Opened   What = "opened"   // somebody of it had the bytes
)

// Service is the first time that something became of an exhibit at a party.
type Service struct {
	Version id.Version
	Party   id.Circle // that received it
	What    What
	Space   id.Space
	Person  id.Person
	At      time.Time
	Entry   id.Entry // the line of the journal that says so
}

func (s Service) fields() []string {
	return []string{
		string(s.Version), string(s.Party), string(s.What), string(s.Space), string(s.Person), number(store.Micros(s.At)), string(s.Entry),
	}
}

// served is what the journal keeps of it.
type served struct {
	Version id.Version `json:"version"`
	Party   id.Circle  `json:"party"`
}

// Note keeps, and records, what became of bytes at the side of whom it happened to,
// the first time; of what is no exhibit, or her own side's, and of who stands for no
// side, nothing. The caller has opened the document for her.
func Note(a *act.Act, by authz.Actor, of id.Item, v id.Version, what What) error {
	var in id.Space
	var from id.Circle
	known := false
	err := a.Each(selectFrom, []any{v}, func(scan func(...any) error) error {
		known = true
		return scan(&in, &from)
	})
	if err != nil || !known {
		return err
	}
	f, err := circle.Facts(a, by, in)
	if err != nil {
		return err
	}
	side, stands, err := Side(a, f)
	if err != nil || !stands || side == from {
		return err
	}
	var before int64
	if err := a.Row(countService, []any{v, side, what}, &before); err != nil || before > 0 {
		return err
	}
	s := Service{Version: v, Party: side, What: what, Space: in, Person: by.Person, At: a.Now}
	kind := "exhibit.opened"
	if what == Notified {
		kind = "exhibit.notified"
	}
	if s.Entry, err = a.Record(by, kind, in, string(of), served{v, side}); err != nil {
		return err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	return a.Write(insertService, v, side, what, in, by.Person, store.Micros(s.At), s.Entry, box.MAC("exhibit_service", s.fields()...))
}

// Notify keeps that a notice has left for somebody: of each exhibit that waits for her
// in a space and that she may read.
func Notify(a *act.Act, by authz.Actor, in id.Space) error {
	type pending struct {
		item    id.Item
		version id.Version
	}
	var all []pending
	err := a.Each(selectPending, []any{by.Person, in}, func(scan func(...any) error) error {
		var p pending
		err := scan(&p.item, &p.version)
		all = append(all, p)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range all {
		locked, _, err := item.Load(a, in, item.Document, p.item)
		if err != nil {
			return err
		}
		f, err := circle.Facts(a, by, in)
		if err != nil {
			return err
		}
		if _, err := authz.Open(locked, by, authz.DocumentRead, f); err != nil {
			continue // not hers any more: the notice was not about it
		}
		if err := Note(a, by, p.item, p.version, Notified); err != nil {
			return err
		}
	}
	return nil
}

// Services are all that became of the exhibits of a forum. The caller has entered the
// space, and knows whom she may tell of which.
func Services(a *act.Act, in id.Space) (out []Service, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(selectServices, []any{in}, func(scan func(...any) error) error {
		s := Service{Space: in}
		var at int64
		var mac []byte
		if err := scan(&s.Version, &s.Party, &s.What, &s.Person, &at, &s.Entry, &mac); err != nil {
			return err
		}
		s.At = store.Time(at)
		out = append(out, s)
		return box.CheckMAC(mac, "exhibit_service", s.fields()...)
	})
	return out, err
}
