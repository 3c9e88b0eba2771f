// Package dire is what the parties of a forum observe and claim before the expert
// (« dires »): filed in numbered lines before all parties at once, and answered line by
// line.
//
// A dire is never changed: who was mistaken files another one. A last one recalls what
// earlier ones of its party said, and what it does not recall is given up, as the law
// has it (law.Observation). What comes after the last day is taken, and says so. Each
// answer is published once, in as many sittings as it takes; until then it is a draft
// that those who answer share.
//
// It refuses to decide what an answer should be, and to close anything by itself: a line
// is open until somebody has answered it. Start at [Service.File] and [Service.Publish].
package dire

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	// MaxText is how many characters a dire has.
	MaxText = 60000
	// MaxLines is how many lines.
	MaxLines = 200
	// MaxAnswer is how many characters answer one line.
	MaxAnswer = 10000
	// maxExhibits is how many exhibits one dire names.
	maxExhibits = 200
	// horizon is how far ahead the last day is set.
	horizon = 3 * 366 * 24 * time.Hour
)

// State is where a line stands.
type State string

const (
	Open      State = "open"
	Answered  State = "answered"
	Abandoned State = "abandoned" // a last dire of its party does not recall it
)

// Verdict is what an answer makes of a line.
type Verdict string

const (
	Accepted Verdict = "accepted"
	Noted    Verdict = "answered" // it is answered, neither accepted nor refused
	Refused  Verdict = "refused"
	Outside  Verdict = "outside" // of the mission
)

// Verdicts returns all of them, in the order in which they are offered.
func Verdicts() []Verdict { return []Verdict{Accepted, Noted, Refused, Outside} }

// Ref names a line of a dire, as « 01kb…/3 ».
type Ref struct {
	Dire id.Dire
	Line int64
}

// String writes it.
func (r Ref) String() string { return string(r.Dire) + "/" + strconv.FormatInt(r.Line, 10) }

// MarshalText and UnmarshalText write and read it.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what [Ref.String] writes.
func (r *Ref) UnmarshalText(raw []byte) error {
	of, line, _ := strings.Cut(string(raw), "/")
	n, err := strconv.ParseInt(line, 10, 64)
	if err != nil {
		return err
	}
	d, err := id.Parse[id.Dire](of)
	*r = Ref{d, n}
	return err
}

// Dire is one that was filed.
type Dire struct {
	ID       id.Dire
	Space    id.Space
	Party    id.Circle
	Name     string // of its party; the firm's for its own side
	House    bool
	Number   int64 // of all in the space
	Rank     int64 // of those of its party
	By       id.Person
	ByName   string
	Filed    time.Time
	Missed   string // the last day that it came after; or empty
	Recap    bool   // what earlier ones say and it does not recall is given up
	Recalls  []Ref
	Lead     string // what stands before the first line, and wants no answer
	Lines    []Line
	Exhibits []id.Version
	Digest   string // SHA-256 of all it says, in hexadecimal, as the journal has it
	Entry    id.Entry
	Own      bool // the reader stands for its party
	Answers  bool // she may answer it
}

// Line is one observation or claim of a dire, and what became of it.
type Line struct {
	Number  int64 // from 1
	Words   string
	State   State
	Verdict Verdict // once answered
	Answer  string
	By      id.Person // who answered, or filed what does not recall it
	ByName  string
	At      time.Time
	Entry   id.Entry // the line of the journal that says so
	Draft   *Answer  // what is being written, for those who answer
}

// Answer is what is said of a line.
type Answer struct {
	Verdict Verdict
	Words   string // may be empty for what is accepted
}

// Settling answers one line of a dire.
type Settling struct {
	Line int64
	Answer
}

// Label is the number of a line as both sides quote it: « 2.3 », the third line of the
// second dire of its party.
func (d *Dire) Label(l Line) string {
	return strconv.FormatInt(d.Rank, 10) + "." + strconv.FormatInt(l.Number, 10)
}

// Opens are how many lines of a dire are open.
func (d *Dire) Opens() (n int) {
	for _, l := range d.Lines {
		if l.State == Open {
			n++
		}
	}
	return n
}

// excerpted is how many characters name a line in a choice.
const excerpted = 90

// Excerpt is how a line begins.
func (l Line) Excerpt() string {
	words := []rune(strings.Join(strings.Fields(l.Words), " "))
	if len(words) <= excerpted {
		return string(words)
	}
	return strings.TrimSpace(string(words[:excerpted])) + "…"
}

func (d *Dire) line(n int64) *Line {
	i := slices.IndexFunc(d.Lines, func(l Line) bool { return l.Number == n })
	if i < 0 {
		return nil
	}
	return &d.Lines[i]
}

// content is all that a dire says, as it is sealed and digested.
type content struct {
	Lead     string       `json:"lead"`
	Lines    []string     `json:"lines"`
	Exhibits []id.Version `json:"exhibits"`
	Recap    bool         `json:"recap"`
	Recalls  []Ref        `json:"recalls"`
}

func (c content) seal() (raw []byte, digest string, err error) {
	raw, err = json.Marshal(c)
	return raw, hashed(string(raw)), err
}

// hashed is the SHA-256 of words, in hexadecimal.
func hashed(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:])
}

// Draft is a dire that is being written.
type Draft struct {
	Text     string       `json:"text"`
	Recap    bool         `json:"recap,omitempty"`
	Recalls  []Ref        `json:"recalls,omitempty"` // of earlier lines of the same party, for a recap
	Exhibits []id.Version `json:"exhibits,omitempty"`
	Saved    time.Time    `json:"-"` // zero: there is none
}

func (d *Draft) empty() bool {
	return strings.TrimSpace(d.Text) == "" && !d.Recap && len(d.Exhibits) == 0
}

// clean puts a draft in order and says what is too much; what may still be missing it
// does not say.
func (d *Draft) clean() error {
	d.Exhibits = slices.Compact(slices.Sorted(slices.Values(d.Exhibits)))
	slices.SortFunc(d.Recalls, func(x, y Ref) int { return cmp.Or(cmp.Compare(x.Dire, y.Dire), cmp.Compare(x.Line, y.Line)) })
	d.Recalls = slices.Compact(d.Recalls)
	if !d.Recap {
		d.Recalls = nil
	}
	var wrong fault.Fields
	if !utf8.ValidString(d.Text) || utf8.RuneCountInString(d.Text) > MaxText {
		wrong.Add("text", "dire.text_long", MaxText)
	}
	if len(d.Exhibits) > maxExhibits {
		wrong.Add("exhibit", "dire.exhibits_many", maxExhibits)
	}
	return wrong.Err()
}

// say is what a draft says, once nothing is missing.
func (d *Draft) say() (content, error) {
	c := content{Exhibits: d.Exhibits, Recap: d.Recap, Recalls: d.Recalls}
	c.Lead, c.Lines = Split(d.Text)
	var wrong fault.Fields
	switch {
	case len(c.Lines) == 0:
		wrong.Add("text", "dire.text_missing")
	case len(c.Lines) > MaxLines:
		wrong.Add("text", "dire.lines_many", MaxLines)
	}
	return c, wrong.Err()
}

// Day is the last day for dires of a forum; empty: there is none.
type Day struct {
	Last  string // civil date
	By    id.Person
	At    time.Time
	Entry id.Entry
}

// check cleans an answer that is to be published.
func (s *Settling) check() error {
	s.Words = strings.TrimSpace(s.Words)
	n := strconv.FormatInt(s.Line, 10)
	var wrong fault.Fields
	switch {
	case !slices.Contains(Verdicts(), s.Verdict):
		wrong.Add("verdict-"+n, "dire.verdict_missing", n)
	case s.Words == "" && s.Verdict != Accepted:
		wrong.Add("answer-"+n, "dire.answer_missing", n)
	}
	if !s.fits() {
		wrong.Add("answer-"+n, "dire.answer_long", MaxAnswer)
	}
	return wrong.Err()
}

func (s *Settling) fits() bool {
	return utf8.ValidString(s.Words) && utf8.RuneCountInString(s.Words) <= MaxAnswer
}

// audience is whom a dire is for: everybody at the common table, whoever comes there
// later too.
func (d *Dire) audience(all id.Circle) []authz.Address {
	return []authz.Address{{Circle: all, Sent: d.Filed, Extended: true}}
}
