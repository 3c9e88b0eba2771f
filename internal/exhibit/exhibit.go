// Package exhibit numbers what the parties of a forum put before each other, and
// keeps what became of it at each of them: the register of the adversarial exchange.
//
// An exhibit is bytes, one version of one document: who replaces them leaves what was
// communicated as it was, and what comes instead has the same number with bis. A
// number is of its party, follows the order in which things really came onto the
// common table, and is never given again, whatever becomes of its document.
//
// It holds no title and decides no right: package forum reads documents beside it.
// Start at [Give] and [Note].
package exhibit

import (
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Exhibit is bytes that came before all parties.
type Exhibit struct {
	Version  id.Version
	Item     id.Item
	Space    id.Space
	Party    id.Circle // that communicated it; the firm's circle for the firm's own side
	Number   int64     // from 1, of that party
	Rank     int64     // 0: as it was first communicated; 1: bis
	Released time.Time
	Entry    id.Entry // the line of the journal that says so
}

// ranks are how lawyers count what takes the place of an exhibit.
func ranks() []string {
	return []string{"bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies"}
}

// Label is the number as lawyers write it: « 12 », « 12 bis ». Beyond « decies » it
// counts in figures.
func (e Exhibit) Label() string {
	out := strconv.FormatInt(e.Number, 10)
	switch all := ranks(); {
	case e.Rank == 0:
		return out
	case e.Rank <= int64(len(all)):
		return out + "\u00a0" + all[e.Rank-1]
	default:
		return out + "\u00a0(" + strconv.FormatInt(e.Rank+1, 10) + ")"
	}
}

// New is bytes that have just come onto the common table.
type New struct {
	Space    id.Space
	Item     id.Item
	Version  id.Version
	Party    id.Circle
	SHA256   string  // in hexadecimal, for the journal
	Replaces id.Item // a document of which an exhibit of the party takes the place; may be empty
}

// numbered is what the journal keeps of a number.
type numbered struct {
	Version  id.Version `json:"version"`
	SHA256   string     `json:"sha256"`
	Party    id.Circle  `json:"party"`
	Number   int64      `json:"number"`
	Rank     int64      `json:"rank,omitempty"`
	Replaces id.Item    `json:"replaces,omitempty"`
}

// Give numbers what has come onto the common table, and records it. Bytes that have a
// number keep it; other bytes of the same document, and what replaces another one,
// have the next rank of its number. Replacing what is no exhibit of the same party is
// Invalid in the field replaces. The caller has decided the right.
func Give(a *act.Act, by authz.Actor, n New) (Exhibit, error) {
	before, err := OfItem(a, n.Space, n.Item)
	if err != nil {
		return Exhibit{}, err
	}
	for _, e := range before {
		if e.Version == n.Version {
			return e, nil
		}
	}
	e := Exhibit{Version: n.Version, Item: n.Item, Space: n.Space, Party: n.Party, Released: a.Now}
	if len(before) == 0 && n.Replaces != "" {
		if before, err = replaced(a, n.Space, n.Replaces, n.Party); err != nil {
			return e, err
		}
	}
	if len(before) > 0 {
		e.Party, e.Number = before[0].Party, before[0].Number
		err = a.Row(selectRank, []any{e.Space, e.Party, e.Number}, &e.Rank)
	} else {
		err = a.Row(selectNumber, []any{e.Space, e.Party}, &e.Number)
	}
	if err != nil {
		return e, err
	}
	e.Entry, err = a.Record(by, "exhibit.numbered", e.Space, string(e.Item), numbered{e.Version, n.SHA256, e.Party, e.Number, e.Rank, n.Replaces})
	if err != nil {
		return e, err
	}
	return e, insert(a, e)
}

// Replaceable refuses, as [Give] would, what cannot take the place of a document; of an
// empty one it says nothing.
func Replaceable(a *act.Act, in id.Space, of id.Item, by id.Circle) error {
	if of == "" {
		return nil
	}
	_, err := replaced(a, in, of, by)
	return err
}

// replaced are the exhibits that a document of a party is or was.
func replaced(a *act.Act, in id.Space, of id.Item, party id.Circle) ([]Exhibit, error) {
	all, err := OfItem(a, in, of)
	if err == nil && (len(all) == 0 || all[0].Party != party) {
		err = fault.New(fault.Invalid, "exhibit.not_yours").In("replaces")
	}
	return all, err
}

func insert(a *act.Act, e Exhibit) error {
	box, err := a.SpaceBox(e.Space)
	if err != nil {
		return err
	}
	return a.Write(insertExhibit, e.Version, e.Item, e.Space, e.Party, e.Number, e.Rank, store.Micros(e.Released), e.Entry, box.MAC("exhibit", e.fields()...))
}

// fields are those that the MAC of the row covers.
func (e Exhibit) fields() []string {
	return []string{
		string(e.Version), string(e.Item), string(e.Space), string(e.Party), number(e.Number), number(e.Rank),
		number(store.Micros(e.Released)), string(e.Entry),
	}
}

// OfItem are the exhibits that a document is or was, the last first; none when it
// never came onto a table. The caller has opened the document.
func OfItem(a *act.Act, in id.Space, of id.Item) ([]Exhibit, error) {
	return exhibits(a, in, selectOfItem, []any{of})
}

// OfSpace are all exhibits of a forum, in the order of their parties and numbers. The
// caller has entered the space, and opens each document.
func OfSpace(a *act.Act, in id.Space) ([]Exhibit, error) {
	return exhibits(a, in, selectOfSpace, []any{in})
}

func exhibits(a *act.Act, in id.Space, stmt store.FirmStmt, args []any) (out []Exhibit, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var e Exhibit
		var at int64
		var mac []byte
		if err := scan(&e.Version, &e.Item, &e.Space, &e.Party, &e.Number, &e.Rank, &at, &e.Entry, &mac); err != nil {
			return err
		}
		e.Released = store.Time(at)
		out = append(out, e)
		return box.CheckMAC(mac, "exhibit", e.fields()...)
	})
	return out, err
}

// Side is the party that somebody stands for, by the facts about her: the circle that
// she is in, or the firm's own for those of the firm and its clients; none for
// everybody else, such as an expert.
func Side(a *act.Act, f authz.Facts) (id.Circle, bool, error) {
	party, in, err := circle.PartyOf(a, f)
	if err != nil || in {
		return party.ID, in, err
	}
	if !f.Role.Inside() && f.Role != authz.Client {
		return "", false, nil
	}
	house, err := circle.HouseOf(a, f.Space)
	return house.Firm, true, err
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
