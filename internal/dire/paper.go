package dire

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/fold"
	"cenacle/internal/forum"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/print"
)

// PDF is the media type of the print-out.
const PDF = "application/pdf"

// Numbers are how exhibits are quoted: « Pièce n° 12 bis – Maître d’ouvrage ».
func Numbers(p *i18n.Printer, lists []forum.List) map[id.Version]string {
	out := map[id.Version]string{}
	for _, l := range lists {
		for _, e := range l.Pieces {
			out[e.Version] = p.T("dire.exhibit", e.Label(), l.Party.Name)
		}
	}
	return out
}

// Named is what a dire is called: « Dire n° 2 – Maître d’ouvrage ».
func Named(p *i18n.Printer, d Dire) string {
	return p.T("dire.named", strconv.FormatInt(d.Rank, 10), d.Name)
}

// Quoted are the exhibits that a dire names, in words; of one that its reader may not
// read any more, that it was there.
func Quoted(p *i18n.Printer, d Dire, numbers map[id.Version]string) (out []string) {
	for _, v := range d.Exhibits {
		if words, known := numbers[v]; known {
			out = append(out, words)
			continue
		}
		out = append(out, p.T("forum.gone"))
	}
	return out
}

// Became says in words what became of a line, and by whom and when.
func Became(p *i18n.Printer, l Line) (said, when string) {
	switch l.State {
	case Answered:
		return p.T("dire.verdict." + string(l.Verdict)), p.T("dire.answered_by", l.ByName, p.DateTime(l.At))
	case Abandoned:
		when = p.T("dire.since", p.DateTime(l.At))
		if l.Verdict != "" {
			when += " " + p.T("dire.before", p.T("dire.verdict."+string(l.Verdict)))
		}
		return p.T("dire.short.abandoned"), when
	}
	return p.T("dire.state.open"), ""
}

// remarks are what is to know of a dire as a whole.
func remarks(p *i18n.Printer, d Dire) (out []string) {
	out = append(out, p.T("dire.filed", d.ByName, p.DateTime(d.Filed)))
	if d.Missed != "" {
		out = append(out, p.T("dire.missed", p.Day(d.Missed)))
	}
	if d.Recap {
		out = append(out, p.T("dire.recap_is"))
	}
	return out
}

// Print writes dires with their answers, to be annexed to a report; the words are in the
// language of p. A letter outside Western Europe is written as the nearest one.
func Print(p *i18n.Printer, desk Desk, lists []forum.List, now time.Time) []byte {
	const large, title, words, little, column = 17, 12, 10, 8, 40
	numbers := Numbers(p, lists)
	out := []print.Line{
		{Cells: []string{p.T("dire.paper")}, Size: large, Bold: true},
		print.Text(words, p.T("dire.printed", p.DateTime(now))),
	}
	if desk.Law.Source != "" {
		out = append(out, print.Text(little, desk.Law.Source))
	}
	if desk.Day.Last != "" {
		out = append(out, print.Text(words, p.T("dire.last_day", p.Day(desk.Day.Last))))
	}
	for _, d := range desk.Dires {
		out = append(out, print.Line{Cells: []string{p.T("dire.heading", strconv.FormatInt(d.Number, 10), Named(p, d))}, Size: title, Bold: true, Above: large, Joins: true})
		for _, r := range remarks(p, d) {
			out = append(out, print.Text(little, r))
		}
		for _, w := range Quoted(p, d, numbers) {
			out = append(out, print.Text(little, w))
		}
		out = append(out, rows(d.Lead, words)...)
		for _, l := range d.Lines {
			at := []float64{0, column}
			for i, row := range rows(l.Words, words) {
				label := ""
				if i == 0 {
					label, row.Above = d.Label(l), little
				}
				row.Cells, row.At = []string{label, row.Cells[0]}, at
				out = append(out, row)
			}
			said, when := Became(p, l)
			out = append(out, print.Line{Cells: []string{"", strings.TrimSuffix(said+" – "+when, " – ")}, At: at, Size: words, Bold: true, Above: 2, Joins: l.Answer != ""})
			for _, row := range rows(l.Answer, words) {
				row.Cells, row.At = []string{"", row.Cells[0]}, at
				out = append(out, row)
			}
		}
		out = append(out, print.Line{Cells: []string{p.T("dire.digest", d.Digest)}, Size: 7, Above: little})
	}
	return print.PDF(p.T("dire.paper"), out)
}

// rows are the paragraphs of a text, as lines of a page.
func rows(text string, size float64) (out []print.Line) {
	for row := range strings.Lines(text) {
		if row = strings.TrimSpace(row); row != "" {
			out = append(out, print.Text(size, row))
		}
	}
	return out
}

// WriteLines writes dires for a spreadsheet: a row for each line of each.
func (s *Service) WriteLines(w io.Writer, p *i18n.Printer, desk Desk, lists []forum.List) error {
	numbers := Numbers(p, lists)
	table := [][]string{{}}
	for _, key := range []string{"number", "party", "line", "filed", "by", "words", "exhibits", "state", "answer", "answered", "answered_by", "late", "sha256"} {
		table[0] = append(table[0], p.T("dire.csv."+key))
	}
	for _, d := range desk.Dires {
		for _, l := range d.Lines {
			state := p.T("dire.short." + string(l.State))
			if l.State == Answered {
				state = p.T("dire.verdict." + string(l.Verdict))
			}
			table = append(table, []string{
				strconv.FormatInt(d.Number, 10), d.Name, d.Label(l), s.instant(d.Filed), d.ByName, l.Words, strings.Join(Quoted(p, d, numbers), ", "),
				state, l.Answer, s.instant(l.At), l.ByName, d.Missed, d.Digest,
			})
		}
	}
	return spread(w, p, table)
}

func (s *Service) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.zone).Format(time.DateTime)
}

// spread writes rows as package forum does: no cell is taken for a formula.
func spread(w io.Writer, p *i18n.Printer, table [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // by which office programs know the letters
		return err
	}
	out := csv.NewWriter(w)
	if p.Language() == i18n.French {
		out.Comma = ';'
	}
	for _, row := range table {
		for i, c := range row {
			row[i] = strings.ReplaceAll(fold.Cell(c), "\u00a0", " ")
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Rows are what a register says of dires, as rows that go beneath those of exhibits
// ([forum.Service.WriteRegister]).
func (s *Service) Rows(p *i18n.Printer, r Register) (out [][]string) {
	for _, e := range r.Lines {
		for i, c := range e.Cells {
			if c.Own {
				continue
			}
			delay, state := "", ""
			if d, opened := e.Delay(c); opened {
				delay = strconv.FormatInt(int64(d/time.Minute), 10)
			}
			if e.Missed != "" {
				state = p.T("dire.late")
			}
			out = append(out, []string{
				e.Name, p.T("dire.rank", strconv.FormatInt(e.Rank, 10)), Named(p, e.Dire), s.instant(e.Filed), s.instant(e.Filed), r.Parties[i].Name,
				s.instant(c.Notified), s.instant(c.Opened), delay, "", "", e.Digest, state,
			})
		}
	}
	return out
}
