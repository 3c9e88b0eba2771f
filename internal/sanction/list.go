// Package sanction keeps the list of the people, companies and ships whose assets are
// frozen (Code monétaire et financier, art. L. 562-1 to L. 562-5, R. 562-1 and R. 562-2: the
// « registre national des gels » that the Treasury publishes), edition by edition, and
// searches it: a name as it is written, reversed, without accents, as it sounds in French,
// in another romanisation of the same Arabic or Cyrillic name, in part, and with a date of
// birth where both are known.
//
// The list comes from a file: one that an operator brings for the whole installation, that
// the program fetches from the address it was given, or that a firm's administrator brings
// for her firm alone; the firm works with the one that was published last. Nothing about
// anybody who is looked for leaves the program.
//
// It refuses a file that is not whole and of that form, and it decides nothing about
// anybody: a likeness is for a lawyer to look at (package vigilance). Start at [Read],
// [Book.Find] and [Service.Import].
package sanction

import (
	"slices"
	"strconv"
	"strings"
)

// Nature is what an entry is.
type Nature string

// Natures.
const (
	Human   Nature = "person"
	Company Nature = "company" // every legal person, and what is treated as one
	Ship    Nature = "ship"
)

// Entry is one row of the list.
type Entry struct {
	Number  int      `json:"n"` // in the register
	Nature  Nature   `json:"k"`
	Name    string   `json:"m"`           // first names and name of a person
	Aliases []string `json:"a,omitempty"` // other names
	Births  []string `json:"b,omitempty"` // "1961", "1961-04" or "1961-04-02": what is known of each
	Places  []string `json:"p,omitempty"` // where she was born
	Nations []string `json:"c,omitempty"`
	Basis   []string `json:"l,omitempty"` // the acts that freeze, and their references
	Reasons string   `json:"r,omitempty"`
}

// Same reports whether two entries say the same.
func (e Entry) Same(other Entry) bool {
	return e.Number == other.Number && e.Nature == other.Nature && e.Name == other.Name && e.Reasons == other.Reasons &&
		slices.Equal(e.Aliases, other.Aliases) && slices.Equal(e.Births, other.Births) && slices.Equal(e.Places, other.Places) &&
		slices.Equal(e.Nations, other.Nations) && slices.Equal(e.Basis, other.Basis)
}

// List is a whole edition. It is immutable.
type List struct {
	Published string // civil date
	SHA256    string // of the file, in hexadecimal
	Entries   []Entry
}

// births are the dates of a birth, each once, the surest first.
func births(of []map[string]string) (out []string) {
	for _, v := range of {
		year, err := strconv.Atoi(v["Annee"])
		if err != nil || year < 1800 || year > 9999 {
			continue
		}
		day := strconv.Itoa(year)
		if month, err := strconv.Atoi(v["Mois"]); err == nil && month >= 1 && month <= 12 {
			day += "-" + two(month)
			if n, err := strconv.Atoi(v["Jour"]); err == nil && n >= 1 && n <= 31 {
				day += "-" + two(n)
			}
		}
		out = append(out, day)
	}
	return once(out)
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// once leaves out what is empty or was said already.
func once(of []string) (out []string) {
	for _, s := range of {
		if s = strings.Join(strings.Fields(s), " "); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// joined is several words as one name.
func joined(words ...string) string { return strings.Join(once(words), " ") }
