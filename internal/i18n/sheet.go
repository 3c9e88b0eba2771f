package i18n

import (
	"encoding/csv"
	"io"
	"strings"

	"cenacle/internal/fold"
)

// mark is by what office programs know the letters of a file.
const mark = "\ufeff"

// Sheet writes lines for a spreadsheet (RFC 4180, UTF-8), between whose cells French office
// programs expect a semicolon, as their numbers have the comma. No cell is taken for a
// formula. The lines are changed.
func (p *Printer) Sheet(w io.Writer, lines [][]string) error {
	for _, line := range lines {
		for i, c := range line {
			line[i] = strings.ReplaceAll(fold.Cell(c), "\u00a0", " ")
		}
	}
	if _, err := io.WriteString(w, mark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if p.Language() == French {
		out.Comma = ';'
	}
	return out.WriteAll(lines)
}
