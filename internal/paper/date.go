package paper

import (
	"slices"
	"strconv"
)

var months = map[string]int{
	"janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "mar": 3, "avril": 4, "avr": 4,
	"mai": 5, "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "sep": 9,
	"octobre": 10, "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}

// dates takes years, months and whole dates out of the words of a name.
func (n *Name) dates(in []string) (rest []string) {
	for i := 0; i < len(in); i++ {
		if counted(in, i) {
			continue // the number that a camera gave
		}
		if form(in, i) {
			rest = append(rest, in[i])
			continue
		}
		switch used, whole := n.date(in[i:]); {
		case whole > 0:
			i += whole - 1
		case used > 0:
			i += used - 1
		default:
			rest = append(rest, in[i])
		}
	}
	if len(n.Years) == 0 {
		n.Years, n.weak = n.weak, nil
	}
	n.revenues(in)
	slices.Sort(n.Years)
	n.Years = slices.Compact(n.Years)
	return rest
}

// counted reports whether a number is that of a picture or a scan.
func counted(in []string, i int) bool {
	return i > 0 && digits(in[i]) && slices.Contains([]string{"img", "dsc", "dscn", "scan", "photo", "image", "wa"}, in[i-1]) && len(in[i]) < 8
}

// form reports whether a number is that of a tax form ("cerfa 2042").
func form(in []string, i int) bool {
	return i > 0 && slices.Contains([]string{"cerfa", "declaration", "formulaire"}, in[i-1]) && number(in[i]) > 2030 && number(in[i]) < 2100
}

// date reads what begins here: how many words a year or month took, or a whole
// date.
func (n *Name) date(in []string) (used, whole int) {
	if w := in[0]; len(w) == 8 && digits(w) {
		if y, m := number(w[:4]), number(w[4:6]); year(y) && month(m) {
			return 0, n.day(y, m, 1)
		}
		if y, m := number(w[4:]), number(w[2:4]); year(y) && month(m) {
			return 0, n.day(y, m, 1)
		}
	}
	if w := in[0]; len(w) == 6 && digits(w) {
		if m, y := number(w[:2]), number(w[2:]); year(y) && month(m) {
			return n.month(y, m), 0
		}
		if y, m := number(w[:4]), number(w[4:]); year(y) && month(m) {
			return n.month(y, m), 0
		}
	}
	if len(in) > 2 && digits(in[0]) && digits(in[1]) && digits(in[2]) {
		a, b, c := number(in[0]), number(in[1]), number(in[2])
		switch {
		case year(c) && month(b) && a <= 31 && len(in[0]) <= 2:
			return 0, n.day(c, b, 3)
		case year(a) && month(b) && c <= 31 && len(in[2]) <= 2 && len(in[1]) == 2:
			return 0, n.day(a, b, 3)
		}
	}
	if used := n.monthly(in); used > 0 {
		return used, 0
	}
	if y := number(in[0]); len(in[0]) == 4 && year(y) {
		if len(in) > 2 && (in[1] == "a" || in[1] == "au") && len(in[2]) == 4 && year(number(in[2])) && number(in[2])-y < 20 {
			for ; y <= number(in[2]); y++ {
				n.Years = append(n.Years, y)
			}
			return 3, 0
		}
		n.Years = append(n.Years, y)
		return 1, 0
	}
	if len(in) > 1 && in[0] == "depuis" && len(in[1]) == 4 && year(number(in[1])) {
		for y := range 20 {
			n.Years = append(n.Years, number(in[1])+y)
		}
		return 2, 0
	}
	return 0, 0
}

// monthly reads "03 2024", "2024 03", "mars", "mars 24", "janvier à mars".
func (n *Name) monthly(in []string) int {
	if m := months[in[0]]; m > 0 {
		if len(in) > 2 && (in[1] == "a" || in[1] == "au") && months[in[2]] >= m {
			for ; m < months[in[2]]; m++ {
				n.Months = append(n.Months, m)
			}
			return 2 // the last month comes next
		}
		n.Months = append(n.Months, m)
		if len(in) > 1 && len(in[1]) == 2 && digits(in[1]) && number(in[1]) >= 10 && number(in[1]) < 60 && !(len(in) > 2 && year(number(in[2]))) {
			n.Years = append(n.Years, 2000+number(in[1]))
			return 2
		}
		return 1
	}
	if len(in) < 2 || !digits(in[0]) || !digits(in[1]) {
		return 0
	}
	a, b := number(in[0]), number(in[1])
	switch {
	case len(in[0]) == 2 && month(a) && len(in[1]) == 4 && year(b):
		a, b = b, a
	case len(in[0]) == 4 && year(a) && len(in[1]) == 2 && month(b):
	default:
		return 0
	}
	n.Years, n.Months = append(n.Years, a), append(n.Months, b)
	return 2
}

func (n *Name) month(y, m int) int {
	n.Years, n.Months = append(n.Years, y), append(n.Months, m)
	return 1
}

func (n *Name) day(y, m, used int) int {
	n.weak = append(n.weak, y)
	n.Months = append(n.Months, m)
	return used
}

// revenues knows that the tax notice of a year is about the income of the year
// before: « revenus 2022 » is the notice of 2023.
func (n *Name) revenues(in []string) {
	in = slices.DeleteFunc(slices.Clone(in), func(w string) bool { return w == "de" })
	for i, w := range in[:max(0, len(in)-1)] {
		y := number(in[i+1])
		if stem(w) != "revenu" || len(in[i+1]) != 4 || !year(y) || !slices.Contains(in, "avis") && !slices.Contains(in, "imposition") {
			continue
		}
		n.Years = slices.DeleteFunc(n.Years, func(other int) bool { return other == y })
		n.Years = append(n.Years, y+1)
	}
}

// fresh takes "de moins de 3 mois" out of the words.
func fresh(in []string) (within int, rest []string) {
	small := map[string]int{"un": 1, "deux": 2, "trois": 3, "six": 6, "douze": 12}
	for i, w := range in {
		if w != "moins" || i+3 >= len(in) || in[i+1] != "de" || in[i+3] != "mois" && in[i+3] != "an" {
			continue
		}
		within = max(small[in[i+2]], number(in[i+2]))
		if in[i+3] == "an" {
			within *= 12
		}
		return within, append(slices.Clone(in[:i]), in[i+4:]...)
	}
	return 0, in
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0 // no number, and no year or month
	}
	return n
}

func year(n int) bool  { return n >= 1950 && n < 2060 }
func month(n int) bool { return n >= 1 && n <= 12 }
