package dire

import (
	"strconv"
	"strings"
)

// Split cuts a text into what stands before its first line and its lines. Where a
// paragraph begins with « 1. », « 1) », « 1° » or « 1 – », each paragraph that begins
// with the next number begins a line, and what is between belongs to the line before it;
// the numbers themselves are left out. Where nothing is numbered, each paragraph, that
// is what is between empty lines, is a line of its own.
func Split(text string) (lead string, lines []string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	at, rows := -1, strings.Split(text, "\n")
	var before []string
	for _, row := range rows {
		words, begins := numbered(row, at+2)
		switch {
		case begins:
			at++
			lines = append(lines, words)
		case at < 0:
			before = append(before, row)
		default:
			lines[at] += "\n" + row
		}
	}
	if at < 0 {
		return "", paragraphs(text)
	}
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	if lines[len(lines)-1] == "" { // a number under which nothing is written yet
		lines = lines[:len(lines)-1]
	}
	return strings.TrimSpace(strings.Join(before, "\n")), lines
}

// numbered is a row without the number n with which it begins.
func numbered(row string, n int) (words string, begins bool) {
	row = strings.TrimLeft(row, " \t\u00a0")
	rest, begins := strings.CutPrefix(row, strconv.Itoa(n))
	if !begins {
		return "", false
	}
	rest = strings.TrimLeft(rest, " \u00a0")
	for _, sign := range []string{".-", ".", ")", "°", "–", "—", "-", "/"} {
		after, cut := strings.CutPrefix(rest, sign)
		if !cut {
			continue
		}
		if after != "" && !strings.HasPrefix(after, " ") && !strings.HasPrefix(after, "\u00a0") && !strings.HasPrefix(after, "\t") {
			return "", false // « 1.5 m », « 2/3 »
		}
		return strings.TrimLeft(after, " \t\u00a0–—-"), true
	}
	return "", false
}

func paragraphs(text string) (out []string) {
	var open []string
	for row := range strings.Lines(text + "\n\n") {
		if row = strings.TrimRight(row, " \t\n"); row != "" {
			open = append(open, row)
			continue
		}
		if len(open) > 0 {
			out, open = append(out, strings.TrimSpace(strings.Join(open, "\n"))), nil
		}
	}
	return out
}
