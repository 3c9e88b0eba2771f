package ui

import (
	"cmp"

	"cenacle/internal/prose"
)

// DocumentRow is one document of a list: serif title, what it is, who sees it.
// Template "document"; several of them stand in <ul class="lines" id="…">.
type DocumentRow struct {
	ID       string // of the row, for refreshing it alone; optional
	Href     string
	Title    string
	Media    string // media type, which chooses the icon
	Size     int64  // bytes
	At       Moment
	By       string
	Act      Link   // one thing more that can be done with it, or none
	In       Link   // the space it lies in, where a list has several
	Unread   bool   // « non lu » by the person who reads
	Fresh    bool   // arrived since her last visit
	Audience string // « Cabinet et Mme Petit »; empty: not shown
	Internal bool   // never leaves the firm
	Nature   string // legal nature in words, or empty
	Versions int    // shown from 2 on
	Notes    int    // memos about this document
	Download string // address of the original bytes
	Held     string // why its page cannot be opened, or empty
	Stopped  string // why its bytes cannot be opened (virus scan), or empty
	Current  bool   // open beside the list
	Pick     string // value of the box that selects it, or empty
}

// Icon stands for what the file is.
func (d DocumentRow) Icon() Icon { return MediaIcon(d.Media) }

// Reference is a document named by a memo.
type Reference struct {
	Href, Title, Media string
	Size               int64
}

// Icon stands for what the file is.
func (r Reference) Icon() Icon { return MediaIcon(r.Media) }

// Memo is one sheet of correspondence. Template "memo"; a conversation is
// <ol class="thread" id="…"> of them.
type Memo struct {
	ID         string // of the element, so that a link can lead to it
	Author     string
	Firm       bool // the author belongs to the firm
	Mine       bool
	Subject    string
	At         Moment
	Body       string // as it was written; see [Memo.Text]
	Audience   string // who sees it, in words
	Why        string // where each member's reason stands, or empty
	Internal   bool   // stays in the firm
	References []Reference
	ReplyBy    string // civil date by which an answer is awaited, or empty
	Awaited    bool   // from the person who reads
	Unread     bool
	Cites      bool     // the person who reads, by her name
	Read       []string // who has opened it; shown to its author
	NotRead    []string // who has not
	Silent     []Link   // of these, whom another way may reach: the way
	Answered   []Answer
	Unanswered []string // of whom an answer is awaited, other than the reader
	Ask        *Ask     // of the reader
	CopyOut    string   // where its words are copied out of the firm, or empty
	Sent       string   // where what became of it everywhere stands, when it is of a diffusion; shown to its author
}

// Text is the body in its paragraphs.
func (m Memo) Text() []prose.Block { return prose.Read(m.Body) }

// Answer is what somebody has said of a memo that asked for it: her sentence,
// and why, when she contests.
type Answer struct {
	Text, Wording, Note string
	Contests            bool
}

// Ask asks the reader of a memo to answer it, once and for good.
type Ask struct {
	Action  string
	Lead    string // the consequence
	Hidden  []Hidden
	Accept  Button // its label is the sentence that stands for good
	Contest Fold
}

// Circle is an address a sender may choose: its name and the sentence of who
// will see what is sent, « Mme Petit et Me Leroy le verront ».
type Circle struct {
	Value, Name string
	People      string
	Internal    bool // stays in the firm
	Chosen      bool
}

// Circles asks to whom something is addressed. Template "circles".
type Circles struct {
	Name    string // of the form field
	ID      string // where several forms of a page ask, or empty
	Legend  string
	Hint    string
	One     bool // exactly one circle may be chosen
	Options []Circle
	Error   string
}

// Anchor is the id the error summary links to.
func (c Circles) Anchor() string { return cmp.Or(c.ID, "f-"+c.Name) }

// Composer writes a memo. Template "composer".
type Composer struct {
	ID         string
	Action     string
	Draft      string // where the draft is kept while writing, or empty
	Offers     string // where papers that the text asks for and that are there are looked for, or empty
	Lead       string // said first, or empty
	Summary    Summary
	Subject    *Field
	Body       Field // of Kind Area
	Circles    *Circles
	ReplyBy    *Field
	Asks       *Field
	References []Reference
	Hidden     []Hidden
	Send       Button
	Audience   *Audience // shown before sending
	Folded     bool      // waits behind its title until asked for
	Title      string
}

// Named is somebody whom a memo can name with an @, and the circles in which she reads
// it; with none, she reads all. A page has one list for its composers: template "named".
type Named struct {
	Name    string
	Circles string // their identifiers, separated by spaces
}

// Audience shows, before sending, who will see an item and who will not.
// Template "audience".
type Audience struct {
	Will    []Reader
	WillNot []Reader
	Warning string // what the wrong-recipient guard has noticed, or empty
}

// Reader is a person of an [Audience].
type Reader struct {
	Name string
	Why  string // « membre du cercle Client », « ne fait pas partie de ce cercle »
	Firm bool
}

// Standing is where a request of a paper stands.
type Standing string

// The standings of a request.
const (
	Asked     Standing = "asked"
	Deposited Standing = "deposited"
	Redo      Standing = "redo"
	Lacking   Standing = "lacking"
	Accepted  Standing = "accepted"
	Waived    Standing = "waived"
)

// Expectation is one awaited paper. Template "expectation"; a checklist is
// <ol class="lines" id="…"> of them.
type Expectation struct {
	ID       string
	Title    string
	Hint     string // what is meant, where to find it
	Standing Standing
	Due      string // civil date, or empty
	Late     bool
	Reason   string // why it is to be redone, or lacking
	Already  string // « Déjà transmis le … », with Reuse
	Reuse    *Button
	Files    []Reference // what was handed in for it
	Send     *Upload     // where it is handed in
	Acts     []Button    // links, or buttons of the form Action
	Action   string
	Hidden   []Hidden
	Folds    []Fold
}

// Open reports whether something is still expected.
func (e Expectation) Open() bool { return e.Standing == Asked || e.Standing == Redo }

// Fold is a short form behind its own label, for an act that needs a word of
// explanation. Template "fold".
type Fold struct {
	ID      string
	Label   string
	Open    bool // it has come back with something wrong
	Action  string
	Field   Field
	Confirm Button
}

// Waiting is one line of « qui attend quoi ». Template "waiting"; lines stand
// in <ul class="lines" id="…">.
type Waiting struct {
	Href  string
	Space string // whose file
	What  string // « 3 pièces demandées »
	Who   string // « Mme Petit », « vous »
	Yours bool   // the person who reads is awaited
	Since Moment
	Due   string // civil date, or empty
	Late  bool
	Else  Link // another way to reach who is awaited, when this one is in vain
}

// Receipt is the proof of a deposit, a sheet that prints on one A4 page.
// Template "receipt".
type Receipt struct {
	Number   string // « 3 »
	Firm     string
	Space    string
	Person   string
	Closed   string // date and hour in full
	Lines    []ReceiptLine
	Total    int64
	Entry    string // journal entry
	Root     string // hexadecimal head of the journal
	Download string // the file that verifies offline
}

// ReceiptLine is one deposited document.
type ReceiptLine struct {
	Title  string
	Size   int64
	SHA256 string
	Note   string // what the virus scanner said of it, or empty
}

// View shows a document inside its page: PDF and pictures, else the way to
// download it. Template "view".
type View struct {
	ID       string // of the region that is refreshed, or empty
	Src      string // address of the bytes for viewing
	Download string // address of the original as an attachment
	Title    string
	Media    string
	Size     int64
	Hash     *Hash
	Close    string // address of the page without the document, or empty
	Words    bool   // Src gives plain text
	Mark     string // drawn across each page of a PDF, or empty
	Stopped  string // why it cannot be opened: shown instead, or empty
	Again    string // where she shows that it is she, which opens it; or empty
	Scanned  string // what the virus scanner said of it, or empty
	Leaves   []Leaf // its pages as pictures; none: shown otherwise
	Unfit    bool   // somebody tried to draw it in vain
	More     string // what is said when there are more pages than are shown
	Text     string // address of its words alone, or empty
	Pending  string // address to come back to while its pages are made, or empty
	Attached []Attached
}

// Leaf is one page of a document, as a picture.
type Leaf struct{ Src, Label string }

// Attached is one thing attached to a mail.
type Attached struct {
	Name string
	Size int64
	Get  string // address of its bytes
	Look string // address of its preview, or empty
}

// PDF reports whether the house's reader shows it.
func (v View) PDF() bool { return v.Media == "application/pdf" }

// Picture reports whether a browser shows it as an image; never SVG, which is
// a program as much as a picture.
func (v View) Picture() bool {
	switch v.Media {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif":
		return true
	}
	return false
}

// Icon stands for what the file is.
func (v View) Icon() Icon { return MediaIcon(v.Media) }

// Live refreshes regions of the page when the server signals a change.
// Template "live".
type Live struct {
	Src     string // address of the event stream
	Regions string // ids, separated by spaces
	Page    string // where the regions stand, when this page is the answer to a form; or empty
}
