package attest

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strconv"

	"cenacle/internal/dire"
	"cenacle/internal/i18n"
	"cenacle/internal/journal"
	"cenacle/internal/question"
)

// Words says what became of an exhibit, party by party.
func Words(p *i18n.Printer, s Statement, e Exhibit) []string {
	return received(p, s, e.Receptions, "attest.opened", "attest.unopened")
}

func received(p *i18n.Printer, s Statement, all []Reception, opened, unopened string) (out []string) {
	for _, to := range all {
		said := []string{}
		if to.Notified != nil {
			said = append(said, p.T("attest.notified", p.DateTime(journal.ReadInstant(to.Notified.At))))
		}
		if to.Opened != nil {
			said = append(said, p.T(opened, p.DateTime(journal.ReadInstant(to.Opened.At))))
		}
		if to.Paper != nil {
			said = append(said, p.T("attest.paper", p.Day(to.Paper.Day), to.Paper.How))
		}
		if to.Opened == nil && to.Paper == nil {
			said = append(said, p.T(unopened))
		}
		out = append(out, p.T("attest.reception", s.Name(to.Party), p.List(said)))
	}
	return out
}

// Spoken is what an attestation says of a dire or a question, in words.
type Spoken struct {
	Number   string
	Title    string
	Said     []string // who said it when, and what is to know of it as a whole
	Points   []string // what became of each point, or line
	Received []string // party by party
}

// DireWords says what a dire is, what became of its points, and when each party had it.
func DireWords(p *i18n.Printer, s Statement, d Dire) Spoken {
	out := Spoken{
		Number: strconv.FormatInt(d.Number, 10), Title: p.T("attest.dire", strconv.FormatInt(d.Rank, 10), s.Name(d.Party), p.N("dire.lines", int(d.Lines))),
		Said:     []string{p.T("dire.filed", d.By, p.DateTime(journal.ReadInstant(d.Filed)))},
		Received: received(p, s, d.Receptions, "attest.dire.opened", "attest.dire.unopened"),
	}
	if d.Missed != "" {
		out.Said = append(out.Said, p.T("dire.missed", p.Day(d.Missed)))
	}
	if d.Recap {
		out.Said = append(out.Said, p.T("dire.recap_is"))
	}
	for n := int64(1); n <= min(d.Lines, dire.MaxLines); n++ {
		label := strconv.FormatInt(d.Rank, 10) + "." + strconv.FormatInt(n, 10)
		out.Points = append(out.Points, p.T("attest.point", label, s.became(p, d, n)))
	}
	return out
}

// became says in words what became of a point.
func (s Statement) became(p *i18n.Printer, d Dire, line int64) string {
	is := func(a Answered) bool { return a.Line == line }
	for _, one := range d.Answers {
		if i := slices.IndexFunc(one.Points, is); i >= 0 {
			return p.T("attest.answered", p.T("dire.verdict."+string(one.Points[i].Verdict)), one.By, p.DateTime(journal.ReadInstant(one.At)))
		}
	}
	i := slices.IndexFunc(d.GivenUp, is)
	if i < 0 {
		return p.T("attest.open")
	}
	out := p.T("dire.short.abandoned")
	by := slices.IndexFunc(s.Dires, func(o Dire) bool { return slices.Contains(o.Abandons, dire.Ref{Dire: d.ID, Line: line}) })
	if by >= 0 { // one that does not hold may name none
		out = p.T("attest.given_up", strconv.FormatInt(s.Dires[by].Rank, 10), p.DateTime(journal.ReadInstant(s.Dires[by].Filed)))
	}
	if before := d.GivenUp[i].Verdict; before != "" {
		out += " " + p.T("dire.before", p.T("dire.verdict."+string(before)))
	}
	return out
}

// QuestionWords says what a question is, and what was answered line by line.
func QuestionWords(p *i18n.Printer, s Statement, q Question) Spoken {
	out := Spoken{Number: strconv.FormatInt(q.Number, 10), Title: p.T("attest.question", strconv.FormatInt(q.Number, 10), p.N("question.lines", q.Lines))}
	asked := p.DateTime(journal.ReadInstant(q.Asked))
	if q.Party == "" {
		out.Said = append(out.Said, p.T("question.asked", asked))
	} else {
		out.Said = append(out.Said, p.T("question.asked_by", p.T("attest.for", q.By, s.Name(q.Party)), asked))
	}
	out.Said = append(out.Said, p.T("question.scope."+string(q.Scope)))
	if q.Withdrawn != "" {
		out.Said = append(out.Said, p.T("question.withdrawn_on", p.DateTime(journal.ReadInstant(q.Withdrawn))))
		return out
	}
	for n := range min(q.Lines, question.MaxLines) {
		said := []string{}
		for _, r := range q.Answers {
			if slices.Contains(r.Lines, n) {
				said = append(said, p.T("attest.replied", r.By, p.DateTime(journal.ReadInstant(r.At))))
			}
		}
		if len(said) == 0 {
			said = append(said, p.T("attest.open"))
		}
		out.Points = append(out.Points, p.T("attest.line", strconv.Itoa(n+1), p.List(said)))
	}
	return out
}

// Digest is the SHA-256 of a statement as its file has it, which the journal holds.
func (s Statement) Digest() [32]byte {
	raw, err := json.Marshal(s)
	if err != nil { // texts and numbers alone
		return [32]byte{}
	}
	return sha256.Sum256(raw)
}
