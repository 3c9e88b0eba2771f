package vigilance

import (
	"slices"
	"strings"
	"testing"

	"cenacle/internal/fault"
)

const day = "2026-11-29"

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Each row with a period works its own example; each row is written over itself.
func TestLaw(t *testing.T) {
	law := book(t)
	for _, r := range law.rules {
		if r.Months+r.Days > 0 {
			if due := r.Runs(r.Example.Fact); due != r.Example.Due {
				t.Errorf("%s from %s leads to %s, not to %s", r.ID, r.Example.Fact, due, r.Example.Due)
			}
		}
		if !strings.HasPrefix(r.Article, "CMF, art. ") {
			t.Errorf("%s rests on %q", r.ID, r.Article)
		}
	}
	if law.Rule(OfOwners, day).Percent != 25 {
		t.Error("an owner holds more than another part")
	}
	next := Book{append(slices.Clone(law.rules), Rule{ID: OfRetention, From: "2027-01-01", Article: "x", Source: "y", Months: 120})}
	for _, c := range []struct{ on, due string }{{"2026-12-31", "2031-12-31"}, {"2027-01-01", "2037-01-01"}, {"2010-01-01", "2015-01-01"}} {
		if due := (Dossier{Ended: c.on}).until(&next); due != c.due {
			t.Errorf("what ended on %s is kept until %s, not %s", c.on, due, c.due)
		}
	}
}

// whole is a dossier that wants nothing.
func whole() Dossier {
	return Dossier{
		Client:  Identity{Kind: Human, Name: "Mme Sophie Petit", Birth: "1979-04-02"},
		Pieces:  []Piece{{Kind: "identity_card", Seen: "2026-01-05", Expires: "2031-01-04"}},
		Purpose: "Divorce par consentement mutuel", Exposed: NotExposed, Rating: Normal, Review: "2028-01-05",
	}
}

func TestWants(t *testing.T) {
	law := book(t)
	for _, c := range []struct {
		why    string
		change func(d *Dossier)
		want   string
		due    string
	}{
		{"whole", func(*Dossier) {}, "", "2028-01-05"},
		{"empty", func(d *Dossier) { *d = Dossier{} }, "identity piece purpose exposure rating", day},
		{"a piece has ended", func(d *Dossier) { d.Pieces[0].Expires = "2026-11-28" }, "expired", day},
		{"a piece is good today", func(d *Dossier) { d.Pieces[0].Expires = day }, "expiring", day},
		{"a piece ends in thirty days", func(d *Dossier) { d.Pieces[0].Expires = "2026-12-29" }, "expiring", day},
		{"a piece ends in thirty-one days", func(d *Dossier) { d.Pieces[0].Expires = "2026-12-30" }, "", "2026-11-30"},
		{"a piece without an end", func(d *Dossier) { d.Pieces[0].Expires = "" }, "", "2028-01-05"},
		{"a company without owners", func(d *Dossier) { d.Client.Kind = Company }, "owners", day},
		{"high without funds", func(d *Dossier) { d.Rating = High }, "funds", day},
		{"exposed, rated as usual", func(d *Dossier) { d.Exposed = IsExposed }, "funds raise", day},
		{"an exposed owner", func(d *Dossier) { d.Rating, d.Funds, d.Owners = High, "Dividendes", []Owner{{Exposed: true}} }, "", "2028-01-05"},
		{"the day of review", func(d *Dossier) { d.Review = day }, "review", day},
		{"the relation has ended", func(d *Dossier) { *d = Dossier{Ended: "2026-01-01"} }, "", ""},
	} {
		d := whole()
		c.change(&d)
		var got []string
		for _, w := range d.Wants(law, day) {
			got = append(got, string(w.What))
		}
		if said := strings.Join(got, " "); said != c.want || d.due(law, day) != c.due {
			t.Errorf("%s: wants %q from %q on, not %q from %q on", c.why, said, d.due(law, day), c.want, c.due)
		}
	}
}

func TestCheck(t *testing.T) {
	law := book(t)
	for _, c := range []struct {
		field  string // where a fault is; empty: nowhere
		change func(d *Dossier)
	}{
		{"", func(*Dossier) {}},
		{"name", func(d *Dossier) { d.Client.Name = "…" }},
		{"kind", func(d *Dossier) { d.Client.Kind = "ship" }},
		{"birth", func(d *Dossier) { d.Client.Birth = "2026-11-30" }},
		{"seen", func(d *Dossier) { d.Pieces[0].Seen = "" }},
		{"expires", func(d *Dossier) { d.Pieces[0].Expires = "2025-12-31" }},
		{"expires", func(d *Dossier) { d.Pieces[0].Expires = "demain" }},
		{"piece", func(d *Dossier) { d.Pieces[0].Kind = "library_card" }},
		{"piece", func(d *Dossier) { d.Pieces = slices.Repeat(d.Pieces, maxRows+1) }},
		{"share", func(d *Dossier) { d.Owners = []Owner{{Name: "Luc", Share: 100_01, Control: "capital"}} }},
		{"control", func(d *Dossier) { d.Owners = []Owner{{Name: "Luc"}} }},
		{"owner", func(d *Dossier) { d.Owners = []Owner{{Control: "votes"}} }},
		{"purpose", func(d *Dossier) { d.Purpose = strings.Repeat("é", maxText+1) }},
		{"exposed", func(d *Dossier) { d.Exposed = "perhaps" }},
		{"rating", func(d *Dossier) { d.Rating = "none" }},
		{"reason", func(d *Dossier) { d.Rating, d.Review = High, "2027-11-29" }},
		{"reason", func(d *Dossier) { d.Reasons = []Reason{"because"} }},
		{"review", func(d *Dossier) { d.Review = day }},
		{"review", func(d *Dossier) { d.Review = "2028-11-30" }},
		{"", func(d *Dossier) { d.Review = "2028-11-29" }},
		{"ended", func(d *Dossier) { d.Ended = "2026-11-30" }},
	} {
		d := whole()
		c.change(&d)
		d.clean()
		err := d.check(Dossier{}, law, day)
		found := ""
		if err != nil {
			if wrong, ok := err.(fault.Fields); ok && len(wrong) > 0 {
				found = wrong[0].Field
			}
		}
		if found != c.field || (err == nil) != (c.field == "") {
			t.Errorf("a fault in %q, not in %q: %v", found, c.field, err)
		}
	}
	old := whole()
	old.Review = "2020-01-01" // long past; another part is changed
	next := old
	next.Purpose = "Conseil courant"
	if err := next.check(old, law, day); err != nil {
		t.Errorf("a rating that nobody decides now is checked again: %v", err)
	}
}
