package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// aim is what a figure should reach.
type aim struct {
	text string
	met  func(got, share float64) bool
}

func most(n float64, unit string) aim {
	return aim{fmt.Sprintf("≤ %g %s", n, unit), func(got, _ float64) bool { return got <= n }}
}

// atLeast and atMost compare with the limit of the machine.
func atLeast(share float64) aim {
	return aim{fmt.Sprintf("≥ %g of it", share), func(_, s float64) bool { return s >= share }}
}

func atMost(times float64) aim {
	return aim{fmt.Sprintf("≤ %g times it", times), func(_, s float64) bool { return s <= times }}
}

// figure is one line: a value, the limit of the machine (0: none), the aim and
// where we want to be after it.
type figure struct {
	what  string
	unit  string
	got   float64
	limit float64
	aim   aim
	next  aim
}

// standing says which of the two is reached.
func (f figure) standing(share float64) string {
	switch {
	case f.next.met != nil && f.next.met(f.got, share):
		return "beyond"
	case f.aim.met == nil:
		return ""
	case f.aim.met(f.got, share):
		return "met"
	}
	return "short"
}

// sheet collects the figures of a chapter.
type sheet struct{ lines []figure }

func (s *sheet) add(f figure) { s.lines = append(s.lines, f) }

// print writes the figures as a table that a terminal and Markdown both show.
func (s *sheet) print(title string) {
	rows := [][]string{{title, "here", "limit", "share", "aim", "then", ""}}
	for _, f := range s.lines {
		row := []string{f.what, amount(f.got) + " " + f.unit, "", "", f.aim.text, f.next.text, ""}
		share := 0.0
		if f.limit > 0 {
			share = f.got / f.limit
			row[2], row[3] = amount(f.limit)+" "+f.unit, fmt.Sprintf("%.2f", share)
		}
		row[6] = f.standing(share)
		rows = append(rows, row)
	}
	s.lines = nil
	printRows(rows)
}

// printRows writes rows below a header, with their columns in line.
func printRows(rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	fmt.Println()
	for i, row := range rows {
		fmt.Println(line(row, width))
		if i == 0 {
			fmt.Println(rule(width))
		}
	}
}

func line(row []string, width []int) string {
	var b strings.Builder
	for i, cell := range row {
		pad := strings.Repeat(" ", width[i]-len([]rune(cell)))
		if i == 0 || i >= 4 {
			b.WriteString("| " + cell + pad + " ")
		} else {
			b.WriteString("| " + pad + cell + " ")
		}
	}
	return b.String() + "|"
}

func rule(width []int) string {
	var b strings.Builder
	for i, w := range width {
		if i == 0 || i >= 4 {
			b.WriteString("|" + strings.Repeat("-", w+2))
		} else {
			b.WriteString("|" + strings.Repeat("-", w+1) + ":")
		}
	}
	return b.String() + "|"
}

func amount(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// middle is the median.
func middle[T cmp.Ordered](all []T) T { return quantile(all, 0.5) }

// quantile is the value below which a share q of all lies.
func quantile[T cmp.Ordered](all []T, q float64) T {
	var none T
	if len(all) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// load is what the machine did in the last minute, for the reader who doubts.
func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(raw), " ")
	return first
}
