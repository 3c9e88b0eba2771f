package attest

import (
	"cmp"
	"fmt"
	"slices"

	"cenacle/internal/dire"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/question"
)

// Dire is one that was filed, what was answered to it and what became of it. No word of it
// is stated: SHA256 is of all it says, in hexadecimal.
type Dire struct {
	ID         id.Dire     `json:"id"`
	Party      id.Circle   `json:"party"` // that filed it
	By         string      `json:"by"`
	Number     int64       `json:"number"` // of all
	Rank       int64       `json:"rank"`   // of those of its party
	Lines      int64       `json:"lines"`
	SHA256     string      `json:"sha256"`
	Missed     string      `json:"missed"` // the last day that it came after, a civil date; or empty
	Recap      bool        `json:"recap"`
	Abandons   []dire.Ref  `json:"abandons"` // points of earlier ones that it gives up
	Filed      string      `json:"filed"`
	Entry      id.Entry    `json:"entry"`
	Answers    []Sitting   `json:"answers"`
	GivenUp    []Answered  `json:"given_up"` // with what was answered before
	Receptions []Reception `json:"receptions"`
}

// Sitting is points of a dire that were answered at once.
type Sitting struct {
	At     string     `json:"at"`
	By     string     `json:"by"`
	Entry  id.Entry   `json:"entry"`
	Points []Answered `json:"points"`
}

// Answered is what was made of one point. SHA256 is of the words, empty where there are
// none.
type Answered struct {
	Line    int64        `json:"line"` // from 1
	Verdict dire.Verdict `json:"verdict"`
	SHA256  string       `json:"sha256"`
}

// Question is one that a party asked, without a word of it. Who may not know which party
// asks has neither Party nor Entry, and the rest of it on the firm's word.
type Question struct {
	ID        id.Question    `json:"id"`
	Number    int64          `json:"number"`
	Scope     question.Scope `json:"scope"`
	Lines     int            `json:"lines"`
	Party     id.Circle      `json:"party"`
	By        string         `json:"by"`
	Asked     string         `json:"asked"`
	Entry     id.Entry       `json:"entry"`
	Withdrawn string         `json:"withdrawn"` // instant, on the firm's word; or empty
	Answers   []Reply        `json:"answers"`
}

// Reply is lines of a question that were answered at once, counted from 0.
type Reply struct {
	At    string   `json:"at"`
	By    string   `json:"by"`
	Entry id.Entry `json:"entry"`
	Lines []int    `json:"lines"`
}

// dires adds those of a register to a statement.
func (s *Statement) dires(r forum.Register, all dire.Register) {
	for _, e := range all.Lines {
		s.name(e.Party, e.Name)
		d := Dire{
			ID: e.ID, Party: e.Party, By: e.ByName, Number: e.Number, Rank: e.Rank, Lines: int64(len(e.Dire.Lines)), SHA256: e.Digest, Missed: e.Missed, Recap: e.Recap,
			Filed: journal.Instant(e.Filed), Entry: e.Entry, Receptions: receptions(r, e.Cells), Abandons: []dire.Ref{}, GivenUp: []Answered{},
		}
		for _, earlier := range all.Lines {
			for _, l := range earlier.Dire.Lines {
				if l.State == dire.Abandoned && l.Entry == e.Entry {
					d.Abandons = append(d.Abandons, dire.Ref{Dire: earlier.ID, Line: l.Number})
				}
			}
		}
		for _, l := range e.Dire.Lines {
			if l.State == dire.Abandoned {
				d.GivenUp = append(d.GivenUp, answered(l))
			}
		}
		d.Answers = sittings(e.Dire.Lines)
		s.Dires = append(s.Dires, d)
	}
}

func answered(l dire.Line) Answered {
	out := Answered{Line: l.Number, Verdict: l.Verdict}
	if l.Answer != "" {
		out.SHA256 = digest(l.Answer)
	}
	return out
}

// sittings are what answered lines, the oldest first.
func sittings(lines []dire.Line) []Sitting {
	out := []Sitting{}
	for _, l := range lines {
		if l.State != dire.Answered {
			continue
		}
		i := slices.IndexFunc(out, func(s Sitting) bool { return s.Entry == l.Entry })
		if i < 0 {
			i = len(out)
			out = append(out, Sitting{At: journal.Instant(l.At), By: l.ByName, Entry: l.Entry})
		}
		out[i].Points = append(out[i].Points, answered(l))
	}
	slices.SortFunc(out, func(x, y Sitting) int { return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.Entry, y.Entry)) })
	return out
}

// questions adds to a statement those that all its readers may see: of an attestation of
// all parties those that are for all, which the clerk of a judge reads too; of a party's
// its own as well.
func (s *Statement) questions(r forum.Register, all []question.Question) {
	for _, q := range all {
		if q.Scope != question.All && (r.Side == "" || q.Party != r.Side) {
			continue
		}
		out := Question{ID: q.ID, Number: q.Number, Scope: q.Scope, Lines: len(q.Lines), Party: q.Party, By: q.ByName, Asked: journal.Instant(q.Asked), Answers: replies(q)}
		if q.Party != "" {
			s.name(q.Party, q.PartyName)
			out.Entry = q.Entry // its record names the party
		}
		if !q.Withdrawn.IsZero() {
			out.Withdrawn = journal.Instant(q.Withdrawn)
		}
		s.Questions = append(s.Questions, out)
	}
}

// replies are what answered lines of a question, the oldest first.
func replies(q question.Question) []Reply {
	out := []Reply{}
	for n, l := range q.Lines {
		for _, said := range l.Answers {
			i := slices.IndexFunc(out, func(r Reply) bool { return r.Entry == said.Entry })
			if i < 0 {
				i = len(out)
				out = append(out, Reply{At: journal.Instant(said.At), By: said.ByName, Entry: said.Entry})
			}
			out[i].Lines = append(out[i].Lines, n)
		}
	}
	slices.SortFunc(out, func(x, y Reply) int { return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.Entry, y.Entry)) })
	return out
}

// claims are those about one dire.
func (d Dire) claims() []claim {
	is := details{"party": string(d.Party), "number": float64(d.Number), "rank": float64(d.Rank), "lines": float64(d.Lines), "sha256": d.SHA256}
	if d.Missed != "" {
		is["missed"] = d.Missed
	}
	if d.Recap {
		is["recap"] = true
	}
	if len(d.Abandons) > 0 {
		gone := []any{}
		for _, r := range d.Abandons {
			gone = append(gone, r.String())
		}
		is["abandoned"] = gone
	}
	out := []claim{{entry: d.Entry, kind: "dire.filed", at: d.Filed, object: string(d.ID), details: is, bare: []string{"missed", "recap", "abandoned"}}}
	for _, s := range d.Answers {
		out = append(out, claim{entry: s.Entry, kind: "dire.answered", at: s.At, object: string(d.ID), details: details{"party": string(d.Party)}, points: s.Points})
	}
	for _, to := range d.Receptions {
		had := details{"party": string(to.Party)}
		if to.Notified != nil {
			out = append(out, claim{entry: to.Notified.Entry, kind: "dire.notified", at: to.Notified.At, object: string(d.ID), details: had})
		}
		if to.Opened != nil {
			out = append(out, claim{entry: to.Opened.Entry, kind: "dire.opened", at: to.Opened.At, object: string(d.ID), details: had})
		}
	}
	return out
}

// detail is what a record says of an answered point.
func (p Answered) detail() map[string]any {
	out := map[string]any{"line": float64(p.Line), "verdict": string(p.Verdict)}
	if p.SHA256 != "" {
		out["sha256"] = p.SHA256
	}
	return out
}

// claims are those about one question.
func (q Question) claims() (out []claim) {
	if q.Entry != "" {
		is := details{"number": float64(q.Number), "scope": string(q.Scope), "party": string(q.Party), "lines": float64(q.Lines)}
		out = append(out, claim{entry: q.Entry, kind: "question.asked", at: q.Asked, object: string(q.ID), details: is})
	}
	for _, r := range q.Answers {
		lines := []any{}
		for _, n := range r.Lines {
			lines = append(lines, float64(n))
		}
		out = append(out, claim{entry: r.Entry, kind: "question.answered", at: r.At, object: string(q.ID), details: details{"lines": lines}})
	}
	return out
}

// pointed wants each point of the dires of a statement answered once at most, or given up
// by a last dire of the same party that says so, and nothing else given up.
func (s Statement) pointed() error {
	by := map[dire.Ref]id.Circle{}
	for _, d := range s.Dires {
		for _, r := range d.Abandons {
			by[r] = d.Party
		}
	}
	for _, d := range s.Dires {
		settled := map[int64]bool{}
		settle := func(p Answered) error {
			if p.Line < 1 || p.Line > d.Lines || settled[p.Line] {
				return fmt.Errorf("attest: dire %d has no open point %d", d.Number, p.Line)
			}
			settled[p.Line] = true
			return nil
		}
		for _, p := range d.GivenUp {
			at := dire.Ref{Dire: d.ID, Line: p.Line}
			if by[at] != d.Party {
				return fmt.Errorf("attest: no dire gives up %s", at)
			}
			delete(by, at)
			if err := settle(p); err != nil {
				return err
			}
		}
		for _, sitting := range d.Answers {
			for _, p := range sitting.Points {
				if err := settle(p); err != nil {
					return err
				}
			}
		}
	}
	if len(by) > 0 {
		return fmt.Errorf("attest: %d points given up are not stated so", len(by))
	}
	return nil
}

// asked wants the answers of a statement to be to lines that are there, and who asked to
// be either proven or not said.
func (s Statement) asked() error {
	for _, q := range s.Questions {
		if (q.Party == "") != (q.Entry == "") || q.Entry == "" && q.By != "" {
			return fmt.Errorf("attest: nothing proves who asked question %d", q.Number)
		}
		for _, r := range q.Answers {
			for _, n := range r.Lines {
				if n < 0 || n >= q.Lines {
					return fmt.Errorf("attest: question %d has no line %d", q.Number, n)
				}
			}
		}
	}
	return nil
}
