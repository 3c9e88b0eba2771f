package api

import (
	"io"
	"net/http"
	"strings"

	"cenacle/internal/dire"
	"cenacle/internal/front"
	"cenacle/internal/id"
)

// Dire is what a party of a forum observes before the expert, in numbered lines.
type Dire struct {
	ID       id.Dire      `json:"id"`
	Space    id.Space     `json:"space"`
	Party    id.Circle    `json:"party"`
	Name     string       `json:"party_name" doc:"the firm’s, for its own side"`
	House    bool         `json:"house,omitempty" doc:"of the firm and its clients"`
	Number   int64        `json:"number" doc:"of all in the space, from 1"`
	Rank     int64        `json:"rank" doc:"of those of its party, from 1"`
	By       id.Person    `json:"filed_by"`
	Filed    Instant      `json:"filed_at"`
	Missed   string       `json:"missed,omitempty" doc:"the last day that it came after"`
	Recap    bool         `json:"recap,omitempty" doc:"what earlier ones of its party say and it does not recall is given up"`
	Recalls  []dire.Ref   `json:"recalls" doc:"lines of earlier ones, as dire/line"`
	Lead     string       `json:"lead,omitempty" doc:"what stands before the first line"`
	Lines    []DireLine   `json:"lines"`
	Exhibits []id.Version `json:"exhibits" doc:"versions, as listExhibits has them"`
	Digest   string       `json:"sha256" doc:"of all it says, as in the journal"`
	Entry    id.Entry     `json:"entry" doc:"of the journal (getProof)"`
	Answers  bool         `json:"answers,omitempty" doc:"one may answer it"`
}

// DireLine is one observation of a dire, and what became of it.
type DireLine struct {
	Number  int64       `json:"line" doc:"from 1"`
	Label   string      `json:"label" doc:"2.3: the third line of the second dire of its party"`
	Words   string      `json:"words"`
	State   string      `json:"state" enum:"open answered abandoned"`
	Verdict string      `json:"verdict,omitempty" enum:"accepted answered refused outside" doc:"outside: of the mission"`
	Answer  string      `json:"answer,omitempty"`
	By      id.Person   `json:"settled_by,omitempty"`
	At      Instant     `json:"settled_at,omitzero"`
	Entry   id.Entry    `json:"entry,omitempty" doc:"of the journal, which says so"`
	Draft   *DireAnswer `json:"draft,omitempty" doc:"what is being written, for who may answer"`
}

// DireAnswer is what is said of a line.
type DireAnswer struct {
	Verdict string `json:"verdict" enum:"accepted answered refused outside" doc:"may be empty while it is a draft"`
	Words   string `json:"words" doc:"may be empty for what is accepted"`
}

func direOf(d dire.Dire) Dire {
	out := Dire{
		ID: d.ID, Space: d.Space, Party: d.Party, Name: d.Name, House: d.House, Number: d.Number, Rank: d.Rank, By: d.By, Filed: Instant(d.Filed), Missed: d.Missed,
		Recap: d.Recap, Recalls: append([]dire.Ref{}, d.Recalls...), Lead: d.Lead, Lines: make([]DireLine, len(d.Lines)), Exhibits: append([]id.Version{}, d.Exhibits...),
		Digest: d.Digest, Entry: d.Entry, Answers: d.Answers,
	}
	for i, l := range d.Lines {
		out.Lines[i] = DireLine{
			Number: l.Number, Label: d.Label(l), Words: l.Words, State: string(l.State), Verdict: string(l.Verdict), Answer: l.Answer, By: l.By, At: Instant(l.At), Entry: l.Entry,
		}
		if l.Draft != nil {
			out.Lines[i].Draft = &DireAnswer{string(l.Draft.Verdict), l.Draft.Words}
		}
	}
	return out
}

// Dires are those of a space.
type Dires struct {
	Dires   []Dire `json:"dires" doc:"in the order of their numbers"`
	LastDay string `json:"last_day,omitempty" doc:"civil date; what comes later is taken, and says so"`
	Law     string `json:"law,omitempty" doc:"the text that says what becomes of them"`
	Files   bool   `json:"files,omitempty" doc:"one may file one"`
	Answers bool   `json:"answers,omitempty" doc:"one may answer them, and set the last day"`
}

func (n *Nouns) dires(r *Request, in InSpace) (Dires, error) {
	desk, err := n.Dires.List(r.Context(), r.Actor, in.Space)
	out := Dires{Dires: make([]Dire, len(desk.Dires)), LastDay: desk.Day.Last, Law: desk.Law.Source, Files: desk.Files, Answers: desk.Answers}
	for i, d := range desk.Dires {
		out.Dires[i] = direOf(d)
	}
	return out, err
}

func (n *Nouns) direPaper(r *Request, in InSpace) (Stream, error) {
	lists, err := n.Forums.Lists(r.Context(), r.Actor, in.Space)
	if err != nil {
		return nil, err
	}
	desk, err := n.Dires.List(r.Context(), r.Actor, in.Space)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		h := w.Header()
		h.Set("Content-Type", dire.PDF)
		h.Set("Content-Disposition", front.Disposition("attachment", "dires.pdf"))
		_, err := w.Write(dire.Print(r.Printer, desk, lists, r.Now))
		return err
	}, nil
}

func (n *Nouns) direFile(r *Request, in InSpace) (Stream, error) {
	lists, err := n.Forums.Lists(r.Context(), r.Actor, in.Space)
	if err != nil {
		return nil, err
	}
	desk, err := n.Dires.List(r.Context(), r.Actor, in.Space)
	if err != nil {
		return nil, err
	}
	return sheet("dires.csv", func(out io.Writer) error { return n.Dires.WriteLines(out, r.Printer, desk, lists) }), nil
}

// DireDraft is what one is writing, cut as it would be filed.
type DireDraft struct {
	Text     string       `json:"text"`
	Recap    bool         `json:"recap,omitempty"`
	Recalls  []dire.Ref   `json:"recalls"`
	Exhibits []id.Version `json:"exhibits"`
	Saved    Instant      `json:"saved_at,omitzero" doc:"absent: nothing is being written"`
	Lead     string       `json:"lead,omitempty"`
	Lines    []string     `json:"lines"`
}

func (n *Nouns) direDraft(r *Request, in InSpace) (DireDraft, error) {
	desk, err := n.Dires.List(r.Context(), r.Actor, in.Space)
	d := desk.Draft
	out := DireDraft{Text: d.Text, Recap: d.Recap, Recalls: append([]dire.Ref{}, d.Recalls...), Exhibits: append([]id.Version{}, d.Exhibits...), Saved: Instant(d.Saved)}
	lead, lines := dire.Split(d.Text)
	out.Lead, out.Lines = lead, append([]string{}, lines...)
	return out, err
}

// NewDire is a dire that is written, or about to be filed.
type NewDire struct {
	InSpace
	Text     string       `json:"text" doc:"each paragraph that begins with the next number is a line; without numbers, each paragraph is"`
	Recap    bool         `json:"recap,omitempty" doc:"it is the last one: what earlier ones of its party say and recalls does not name is given up"`
	Recalls  []string     `json:"recalls,omitempty" fault:"recall" doc:"lines of earlier ones, as dire/line"`
	Exhibits []id.Version `json:"exhibits,omitempty" fault:"exhibit" doc:"versions, as listExhibits has them"`
}

func (in NewDire) draft() (d dire.Draft) {
	d = dire.Draft{Text: in.Text, Recap: in.Recap, Exhibits: in.Exhibits}
	for _, one := range in.Recalls {
		var ref dire.Ref
		if err := ref.UnmarshalText([]byte(one)); err != nil {
			ref = dire.Ref{Dire: id.Dire(strings.TrimSpace(one))} // what is no line is refused as one that is not there
		}
		d.Recalls = append(d.Recalls, ref)
	}
	return d
}

func (n *Nouns) saveDire(r *Request, in NewDire) (None, error) {
	return None{}, n.Dires.SaveDraft(r.Context(), r.Actor, in.Space, in.draft())
}

func (n *Nouns) fileDire(r *Request, in NewDire) (Dire, error) {
	d, err := n.Dires.File(r.Context(), r.Actor, dire.Filing{Space: in.Space, Draft: in.draft()})
	return direOf(d), err
}

// filedDire is what was filed, as it is now.
func (n *Nouns) filedDire(r *Request, in NewDire, of string) (Dire, error) {
	return n.getDire(r, InDire{in.InSpace, id.Dire(of)})
}

// InDire names a dire of a space in the path.
type InDire struct {
	InSpace
	Dire id.Dire `path:"dire"`
}

func (n *Nouns) getDire(r *Request, in InDire) (Dire, error) {
	d, err := n.Dires.Show(r.Context(), r.Actor, in.Space, in.Dire)
	return direOf(d), err
}

// DireAnswers are answers to lines of a dire.
type DireAnswers struct {
	InDire
	Answers []LineAnswer `json:"answers"`
}

// LineAnswer is the answer to one line.
type LineAnswer struct {
	Line    int64  `json:"line" doc:"from 1"`
	Verdict string `json:"verdict,omitempty" enum:"accepted answered refused outside" doc:"absent while it is a draft"`
	Words   string `json:"words,omitempty" doc:"may be empty for what is accepted; a draft of nothing is dropped"`
}

func (in DireAnswers) all() (out []dire.Settling) {
	for _, one := range in.Answers {
		out = append(out, dire.Settling{Line: one.Line, Answer: dire.Answer{Verdict: dire.Verdict(one.Verdict), Words: one.Words}})
	}
	return out
}

func (n *Nouns) saveAnswers(r *Request, in DireAnswers) (None, error) {
	return None{}, n.Dires.SaveAnswers(r.Context(), r.Actor, in.Space, in.Dire, in.all())
}

func (n *Nouns) publishAnswers(r *Request, in DireAnswers) (None, error) {
	return None{}, n.Dires.Publish(r.Context(), r.Actor, in.Space, in.Dire, in.all())
}

// NewDireDay is the last day for dires.
type NewDireDay struct {
	InSpace
	LastDay string `json:"last_day" fault:"day" doc:"civil date, today at the earliest; empty: there is none"`
}

func (n *Nouns) setDireDay(r *Request, in NewDireDay) (None, error) {
	return None{}, n.Dires.SetDay(r.Context(), r.Actor, in.Space, in.LastDay)
}
