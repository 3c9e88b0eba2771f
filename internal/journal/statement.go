package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"cenacle/internal/fault"
)

// Contents is what a receipt says in words that a person reads.
type Contents struct {
	Firm     string // name of the firm
	Person   string // name of who deposited
	Number   int64  // of the receipt, from 1
	OpenedAt time.Time
	ClosedAt time.Time
	Items    []Item
}

// Item is one deposited document.
type Item struct {
	Name        string
	Size        int64 // bytes
	SHA256      [sha256.Size]byte
	Media       string
	DepositedAt time.Time
}

// Statement is Contents in canonical form. Its digest goes into the details of
// the journal entry, as "statement", so that every word of the receipt is
// bound to the proven entry. Names change later: whoever hands out receipts
// keeps the statement of the day (sealed; its JSON reads back to the same
// digest). The zero Statement states nothing and verifies nowhere.
type Statement struct {
	contents  Contents
	canonical []byte
}

const statementFormat = "cenacle/statement@v1"

// instantForm is RFC 3339 in UTC with exactly six decimals.
const instantForm = "2006-01-02T15:04:05.000000Z"

// NewStatement puts contents into canonical form; instants are cut to
// microseconds. Texts must be UTF-8, the number at least 1, sizes from 0 to
// 2^53 - 1, the instants set: otherwise fault "journal.statement".
func NewStatement(c Contents) (Statement, error) {
	c.Items = slices.Clone(c.Items)
	c.OpenedAt, c.ClosedAt = instant(c.OpenedAt), instant(c.ClosedAt)
	sound := c.Number >= 1 && c.Number <= countLimit && texts(c.Firm, c.Person) && dated(c.OpenedAt, c.ClosedAt)
	for i := range c.Items {
		item := &c.Items[i]
		item.DepositedAt = instant(item.DepositedAt)
		sound = sound && item.Size >= 0 && item.Size <= countLimit &&
			texts(item.Name, item.Media) && dated(item.DepositedAt)
	}
	if !sound {
		return Statement{}, fault.New(fault.Invalid, "journal.statement")
	}
	return Statement{contents: c, canonical: canonical(c)}, nil
}

func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func texts(all ...string) bool {
	return !slices.ContainsFunc(all, func(s string) bool { return !utf8.ValidString(s) })
}

func dated(all ...time.Time) bool {
	return !slices.ContainsFunc(all, func(t time.Time) bool { return t.Year() < 1970 || t.Year() > 9999 })
}

// canonical writes the format line, then each value as its length in bytes, a
// colon, the bytes and a line feed.
func canonical(c Contents) []byte {
	var b bytes.Buffer
	b.WriteString(statementFormat + "\n")
	write := func(values ...string) {
		for _, v := range values {
			b.WriteString(strconv.Itoa(len(v)) + ":" + v + "\n")
		}
	}
	write(c.Firm, c.Person, strconv.FormatInt(c.Number, 10),
		c.OpenedAt.Format(instantForm), c.ClosedAt.Format(instantForm), strconv.Itoa(len(c.Items)))
	for _, i := range c.Items {
		write(i.Name, strconv.FormatInt(i.Size, 10), hex.EncodeToString(i.SHA256[:]),
			i.Media, i.DepositedAt.Format(instantForm))
	}
	return b.Bytes()
}

// Contents returns what the statement says.
func (s Statement) Contents() Contents {
	c := s.contents
	c.Items = slices.Clone(c.Items)
	return c
}

// Digest is the SHA-256 of the canonical form, in lower-case hexadecimal.
func (s Statement) Digest() string {
	sum := sha256.Sum256(s.canonical)
	return hex.EncodeToString(sum[:])
}

type statementJSON struct {
	Firm     string     `json:"firm"`
	Person   string     `json:"person"`
	Number   int64      `json:"number"`
	OpenedAt string     `json:"opened_at"`
	ClosedAt string     `json:"closed_at"`
	Items    []itemJSON `json:"items"`
}

type itemJSON struct {
	Name        string `json:"name"`
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
	Media       string `json:"media"`
	DepositedAt string `json:"deposited_at"`
}

// MarshalJSON writes the statement as it stands in a receipt.
func (s Statement) MarshalJSON() ([]byte, error) {
	c := s.contents
	out := statementJSON{
		Firm: c.Firm, Person: c.Person, Number: c.Number, Items: make([]itemJSON, 0, len(c.Items)),
		OpenedAt: c.OpenedAt.Format(instantForm), ClosedAt: c.ClosedAt.Format(instantForm),
	}
	for _, i := range c.Items {
		out.Items = append(out.Items, itemJSON{
			Name: i.Name, Size: i.Size, SHA256: hex.EncodeToString(i.SHA256[:]),
			Media: i.Media, DepositedAt: i.DepositedAt.Format(instantForm),
		})
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads exactly what MarshalJSON writes, names in any order.
func (s *Statement) UnmarshalJSON(raw []byte) (err error) {
	var c Contents
	if err := read(raw, func(r *reading, v any) { c = r.contents(v) }); err != nil {
		return err
	}
	*s, err = NewStatement(c)
	return err
}

func (r *reading) contents(v any) Contents {
	o := r.object(v, "firm", "person", "number", "opened_at", "closed_at", "items")
	c := Contents{
		Firm: r.text(o["firm"]), Person: r.text(o["person"]), Number: r.count(o["number"]),
		OpenedAt: r.instant(o["opened_at"]), ClosedAt: r.instant(o["closed_at"]),
	}
	for _, v := range r.list(o["items"]) {
		o := r.object(v, "name", "size", "sha256", "media", "deposited_at")
		c.Items = append(c.Items, Item{
			Name: r.text(o["name"]), Size: r.count(o["size"]), SHA256: r.digest(o["sha256"]),
			Media: r.text(o["media"]), DepositedAt: r.instant(o["deposited_at"]),
		})
	}
	return c
}

func (r *reading) instant(v any) time.Time {
	s := r.text(v)
	t, err := time.Parse(instantForm, s)
	if err != nil || t.Format(instantForm) != s {
		r.fail("%q is no instant", s)
	}
	return t
}

func (r *reading) digest(v any) (sum [sha256.Size]byte) {
	s := r.text(v)
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != s {
		r.fail("%q is no SHA-256 in lower-case hexadecimal", s)
		return sum
	}
	return [sha256.Size]byte(raw)
}
