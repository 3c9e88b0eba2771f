// Package diffusion is one dated sending to circles of one space or of several: a text,
// and documents by reference, written once; before it leaves, who will receive it, who
// will not, and why; afterwards what became of it at each of them, with a proof that
// verifies offline.
//
// It is no other way to anybody. In each space it is an ordinary memo, written by
// package memo with its rights, its guard, its notices and its journal: a diffusion is a
// list of references to memos, with a date. A document goes with the memo of the space
// that it lies in, and with no other. What is said before is asked of the same rule, in
// the same way, as what happens; it is asked again at the moment it leaves, and who has
// fallen out since is told.
//
// One job writes the memos, space by space, each in a transaction of its own with the
// row that says it was done: once, however often the job runs. Only its author sees a
// diffusion. Start at [Service.Prepare], [Service.Send] and [Service.Run].
package diffusion

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/memo"
)

// Most is how many spaces one diffusion goes to at most.
const Most = 200

// Limits that package memo has too; they are looked at here before a draft is kept.
const (
	maxSubject = 200
	maxBody    = 20000
	maxPapers  = 50                   // documents
	horizon    = 366 * 24 * time.Hour // how far ahead it is set to leave
)

// State is where a diffusion stands.
type State string

// A draft is looked at and changed; a diffusion that is set leaves by itself; one that
// runs is being written into its spaces; of one that is done only memos are left.
const (
	Draft   State = "draft"
	Set     State = "set"
	Running State = "running"
	Done    State = "done"
)

// PartState is where one of its spaces stands.
type PartState string

const (
	Waiting PartState = "waiting"
	Sent    PartState = "sent"
	LeftOut PartState = "left_out"
)

// Reason is a stable word for why a space gets nothing, or a person. Those of persons
// are the rule's own (authz.Decision), and Frozen, Refused and Stood besides.
type Reason string

// Why a space gets nothing.
const (
	Gone     Reason = "gone"     // it is not the author's any more, or is no more
	Closed   Reason = "closed"   // it is closed
	Right    Reason = "right"    // she may not write there
	NoCircle Reason = "circle"   // a circle is not of it
	NoPaper  Reason = "document" // she does not see a document any more that goes with it
	Nobody   Reason = "nobody"   // nobody but herself is in the circles
	Guarded  Reason = "guard"    // the guard has found something that nobody confirmed
	Left     Reason = "author"   // she has left the firm
	Worded   Reason = "words"    // its words cannot be a memo any more: the date to answer has passed
	Other    Reason = "other"
	// Frozen is of a person: a client froze the space, which shut everybody outside out.
	Frozen Reason = "frozen"
)

// Words is what a diffusion says.
type Words struct {
	Subject string      `json:"subject"`
	Body    string      `json:"body"` // Markdown, as memos
	ReplyBy string      `json:"reply_by,omitempty"`
	Asks    memo.Answer `json:"asks,omitempty"`
}

// New is a diffusion about to be prepared. To is one of the circles of the house, of
// each of the spaces; where Circles names circles of a space, they stand in its place.
// Each of Documents lies in one of the spaces.
type New struct {
	Words
	Spaces    []id.Space
	To        circle.Kind
	Circles   []id.Circle
	Documents []id.Item
}

// check cleans the words and says all that is wrong with them, but for dates, which are
// looked at when it leaves.
func (n *New) check() error {
	n.Subject, n.Body = strings.TrimSpace(n.Subject), strings.TrimSpace(n.Body)
	slices.Sort(n.Spaces)
	n.Spaces = slices.Compact(n.Spaces)
	var wrong fault.Fields
	switch {
	case n.Subject == "":
		wrong.Add("subject", "memo.subject_missing")
	case !utf8.ValidString(n.Subject) || utf8.RuneCountInString(n.Subject) > maxSubject:
		wrong.Add("subject", "memo.subject_long", maxSubject)
	}
	switch {
	case n.Body == "":
		wrong.Add("body", "memo.body_missing")
	case !utf8.ValidString(n.Body) || utf8.RuneCountInString(n.Body) > maxBody:
		wrong.Add("body", "memo.body_long", maxBody)
	}
	if n.ReplyBy != "" {
		if _, err := time.Parse(time.DateOnly, n.ReplyBy); err != nil {
			wrong.Add("reply_by", "memo.reply_by_unreadable")
		}
	}
	if n.Asks != "" && !n.Asks.Askable() {
		wrong.Add("asks", "memo.asks_unknown")
	}
	switch {
	case len(n.Spaces) == 0:
		wrong.Add("space", "diffusion.no_space")
	case len(n.Spaces) > Most:
		wrong.Add("space", "diffusion.spaces_many", Most)
	}
	if !n.To.House() && len(n.Circles) == 0 {
		wrong.Add("circle", "diffusion.no_circle")
	}
	if len(n.Documents) > maxPapers {
		wrong.Add("document", "memo.references_many", maxPapers)
	}
	return wrong.Err()
}

// Diffusion is one of its author's. Words is empty once it is done, but for the subject,
// which is read from a memo that she still sees. At is when it leaves or left, zero for
// a draft.
type Diffusion struct {
	ID    id.Diffusion
	State State
	Words
	At    time.Time
	Made  time.Time
	Ended time.Time
	Parts int // spaces that it goes to, or went to
	Gone  int // of those handled so far
}

// View is a diffusion with what becomes, or became, of it in each space that its author
// sees. Seen stands for what is said of it before it leaves: [Service.Send] wants it
// back.
type View struct {
	Diffusion
	Spaces []Part
	Seen   string
}

// Part is what one space gets. Before it leaves, Will are those who would receive it now
// and Wont those who would not; afterwards Will are those who did.
type Part struct {
	Space     id.Space
	Name      string
	Level     circle.Level // what mails of the space say
	Circles   []circle.Circle
	Documents []Paper
	State     PartState
	Reason    Reason // why it gets nothing; or empty
	Will      []Recipient
	Wont      []Recipient
	Found     []guard.Finding // before it leaves, what must be confirmed
	Memo      id.Item
	At        time.Time
	Recalled  time.Time
}

// Finding names a finding of one space, for whoever confirms it.
func (p Part) Finding(f guard.Finding) string { return string(p.Space) + " " + f.ID() }

// Chosen are those whom the circles that were chosen bring it to; the others of Will see
// it since the firm reads what it sends.
func (p Part) Chosen() (out []Recipient) {
	for _, to := range p.Will {
		if to.Chosen {
			out = append(out, to)
		}
	}
	return out
}

// Paper is a document that goes with the memo of a space.
type Paper struct {
	ID    id.Item
	Title string
}

// Recipient is a member of a space, and what becomes of it at her.
type Recipient struct {
	Person id.Person
	Name   string
	Role   authz.Role
	Chosen bool
	Reason Reason    // why not
	Told   Told      // before it leaves: how she is told
	When   time.Time // if later, when
	Lacks  []Paper   // documents that she does not see, though she sees the memo
	Added  bool      // was in none of the circles when it was confirmed
	Entry  id.Entry  // of the journal: that it was delivered to her
	Read   time.Time
	Answer memo.Acknowledgement // zero: none
}

// Told is how somebody is told of a memo.
type Told string

const (
	AtOnce  Told = "at_once"
	Later   Told = "later"   // at her hour
	Muted   Told = "muted"   // she wants no mail of this space
	Bounced Told = "refused" // her mailbox refuses mail
	Away    Told = "away"    // who stands in for her is told
)

// spoken sorts people by what they are called.
func spoken(all []Recipient) {
	slices.SortStableFunc(all, func(x, y Recipient) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Person, y.Person)) })
}
