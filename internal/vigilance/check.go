package vigilance

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/likeness"
)

const (
	maxName = 200
	maxText = 4000
	maxRows = 50 // pieces, and owners

	wholeShare = 100_00
)

// clean takes the blanks off what was typed, and leaves out what its kind does not have.
func (d *Dossier) clean() {
	for _, text := range []*string{&d.Client.Name, &d.Client.Number, &d.Client.Seat, &d.Purpose, &d.Funds, &d.Office, &d.Note} {
		*text = strings.TrimSpace(*text)
	}
	if d.Client.Kind == Company {
		d.Client.Birth = ""
	} else {
		d.Client.Number = ""
	}
	if d.Exposed != IsExposed {
		d.Office = ""
	}
	d.Pieces, d.Owners, d.Reasons = slices.Clone(d.Pieces), slices.Clone(d.Owners), slices.Clone(d.Reasons)
	for i := range d.Pieces {
		d.Pieces[i].Of = strings.TrimSpace(d.Pieces[i].Of)
	}
	for i := range d.Owners {
		d.Owners[i].Name = strings.TrimSpace(d.Owners[i].Name)
	}
}

// checking gathers what is wrong with a dossier.
type checking struct {
	wrong fault.Fields
	today string
}

// check says what is wrong with an edition that follows another: faults in the fields
// kind, name, birth, number, seat, piece, of, seen, expires, owner, born, share, control,
// since, purpose, funds, exposed, office, rating, reason, note, review and ended.
func (d Dossier) check(was Dossier, law *Book, today string) error {
	c := &checking{today: today}
	c.client(d.Client)
	c.rows(d)
	c.text("purpose", d.Purpose, maxText)
	c.text("funds", d.Funds, maxText)
	c.text("office", d.Office, maxName)
	if d.Exposed != "" && d.Exposed != NotExposed && d.Exposed != IsExposed {
		c.wrong.Add("exposed", "vigilance.choose")
	}
	if slices.Contains(Changed(was, d), Rated) {
		c.rating(d, law)
	}
	c.past("ended", d.Ended)
	return c.wrong.Err()
}

func (c *checking) client(i Identity) {
	if i.Kind != "" && i.Kind != Human && i.Kind != Company {
		c.wrong.Add("kind", "vigilance.choose")
	}
	if i.Kind != "" || i.Name != "" {
		c.name("name", i.Name)
	}
	c.past("birth", i.Birth)
	c.text("number", i.Number, 50)
	c.text("seat", i.Seat, maxName)
}

func (c *checking) rows(d Dossier) {
	if len(d.Pieces) > maxRows {
		c.wrong.Add("piece", "vigilance.many", maxRows)
	}
	if len(d.Owners) > maxRows {
		c.wrong.Add("owner", "vigilance.many", maxRows)
	}
	for _, p := range d.Pieces {
		if !slices.Contains(PieceKinds(), p.Kind) {
			c.wrong.Add("piece", "vigilance.choose")
		}
		c.text("of", p.Of, maxName)
		if p.Seen == "" {
			c.wrong.Add("seen", "vigilance.day_missing")
		}
		c.past("seen", p.Seen)
		if c.day("expires", p.Expires) && p.Expires != "" && p.Seen != "" && p.Expires < p.Seen {
			c.wrong.Add("expires", "vigilance.expired_when_seen")
		}
	}
	for _, o := range d.Owners {
		c.name("owner", o.Name)
		c.past("born", o.Birth)
		if o.Share < 0 || o.Share > wholeShare {
			c.wrong.Add("share", "vigilance.share")
		}
		if !slices.Contains(Controls(), o.Control) {
			c.wrong.Add("control", "vigilance.choose")
		}
		c.past("since", o.Since)
	}
}

// rating checks one that is decided now.
func (c *checking) rating(d Dossier, law *Book) {
	if !slices.Contains(Ratings(), d.Rating) {
		c.wrong.Add("rating", "vigilance.choose")
		return
	}
	for _, r := range d.Reasons {
		if !slices.Contains(Reasons(), r) {
			c.wrong.Add("reason", "vigilance.choose")
		}
	}
	if len(d.Reasons) == 0 && d.Note == "" && d.Rating != Normal {
		c.wrong.Add("reason", "vigilance.reason_missing")
	}
	c.text("note", d.Note, maxText)
	latest := law.Rule(d.Rating.duty(), c.today).Runs(c.today)
	if c.day("review", d.Review) && (d.Review <= c.today || d.Review > latest) {
		c.wrong.Add("review", "vigilance.review", i18n.Day(latest))
	}
}

func (c *checking) name(field, name string) {
	if c.text(field, name, maxName); likeness.Parse(name).Empty() {
		c.wrong.Add(field, "vigilance.name")
	}
}

func (c *checking) text(field, text string, most int) {
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > most {
		c.wrong.Add(field, "vigilance.long", most)
	}
}

func (c *checking) day(field, day string) bool {
	if day == "" {
		return true
	}
	_, err := time.Parse(time.DateOnly, day)
	if err != nil {
		c.wrong.Add(field, "vigilance.day")
	}
	return err == nil
}

// past wants a day that is not to come.
func (c *checking) past(field, day string) {
	if c.day(field, day) && day > c.today {
		c.wrong.Add(field, "vigilance.day_to_come")
	}
}
