package forum

import (
	"encoding/hex"
	"io"
	"strconv"
	"time"

	"cenacle/internal/i18n"
)

// Media is the media type of the files (RFC 4180).
const Media = "text/csv; charset=utf-8"

// WriteLists writes lists of exhibits for a spreadsheet.
func (s *Service) WriteLists(w io.Writer, p *i18n.Printer, all []List) error {
	out := [][]string{heads(p, "party", "number", "title", "released", "bytes", "sha256", "state")}
	for _, l := range all {
		for _, e := range l.Pieces {
			out = append(out, []string{l.Party.Name, e.Label(), title(p, e), s.instant(e.Released), size(e), digest(e), State(p, e)})
		}
	}
	return p.Sheet(w, out)
}

// WriteRegister writes a register for a spreadsheet: one line for each exhibit and
// party that received it, and beneath what else was received, in the same columns.
func (s *Service) WriteRegister(w io.Writer, p *i18n.Printer, r Register, beneath ...[]string) error {
	out := [][]string{heads(p, "party", "number", "title", "filed", "released", "to", "notified", "opened", "delay", "paper", "how", "sha256", "state")}
	for _, l := range r.Lines {
		for i, c := range l.Cells {
			if c.Own {
				continue
			}
			delay, day, how := "", "", ""
			if c.Paper != nil {
				day, how = c.Paper.Day, c.Paper.How
			}
			if d, opened := l.Delay(c); opened {
				delay = strconv.FormatInt(int64(d/time.Minute), 10)
			}
			out = append(out, []string{
				l.Party.Name, l.Label(), title(p, l.Piece), s.instant(l.Filed), s.instant(l.Released), r.Parties[i].Name,
				s.instant(c.Notified), s.instant(c.Opened), delay, day, how, digest(l.Piece), State(p, l.Piece),
			})
		}
	}
	return p.Sheet(w, append(out, beneath...))
}

// State says in a word what is to know of an exhibit, or nothing.
func State(p *i18n.Printer, e Piece) string {
	switch {
	case e.Withdrawn:
		return p.T("forum.withdrawn")
	case e.Replaced:
		return p.T("forum.replaced")
	}
	return ""
}

// title of an exhibit that was taken away altogether is unknown.
func title(p *i18n.Printer, e Piece) string {
	if e.Title == "" {
		return p.T("forum.gone")
	}
	return e.Title
}

func size(e Piece) string {
	if e.Title == "" {
		return ""
	}
	return strconv.FormatInt(e.Size, 10)
}

func digest(e Piece) string {
	if e.Title == "" {
		return ""
	}
	return hex.EncodeToString(e.SHA256[:])
}

// instant is written so that a spreadsheet sorts it.
func (s *Service) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.zone).Format(time.DateTime)
}

func heads(p *i18n.Printer, keys ...string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = p.T("forum.csv." + k)
	}
	return out
}
