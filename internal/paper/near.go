package paper

import "strings"

// mend brings a misspelt word to the one it must be; two that are as near make
// none. Short words are left as they are: one letter makes another of them.
func (t *Table) mend(w string) string {
	if len(w) >= 9 {
		return t.nearest(w, 2)
	}
	return t.nearest(w, 1)
}

// mendMore forgives two letters sooner.
func (t *Table) mendMore(w string) string {
	if len(w) >= 6 {
		return t.nearest(w, 2)
	}
	return t.nearest(w, 1)
}

func (t *Table) nearest(w string, most int) string {
	if full := t.whole(w); full != "" {
		return full
	}
	if t.known[w] || len(w) < 5 || digits(w) {
		return w
	}
	found, best, twice := w, most+1, false
	for _, to := range t.near[w[0]] {
		if len(to) < 5 || len(to)-len(w) > most || len(w)-len(to) > most || derived(w, to) {
			continue
		}
		switch d := distance(w, to); {
		case d < best:
			found, best, twice = to, d, false
		case d == best:
			twice = true
		}
	}
	if twice || best > most {
		return w
	}
	return found
}

// derived reports whether a word is made of another by an ending, which makes
// another word of it (« compteur », « bailleur »).
func derived(w, of string) bool {
	return len(w) > len(of)+1 && strings.HasPrefix(w, of)
}

// whole is the only word of papers that a word begins, empty when there are
// several or none.
func (t *Table) whole(w string) (full string) {
	if t.known[w] || len(w) < 4 || digits(w) {
		return ""
	}
	for _, to := range t.near[w[0]] {
		switch {
		case len(to) < len(w)+3 || to[:len(w)] != w:
		case full != "":
			return ""
		default:
			full = to
		}
	}
	return full
}

// distance is how many letters must be changed, added, dropped or swapped with
// their neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		now, last, older := rows[i%3], rows[(i-1)%3], rows[(i+1)%3]
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], older[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
