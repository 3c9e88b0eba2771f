package storetest

import (
	"fmt"
	"regexp"
	"strings"
)

// unbound names what a statement of a firm reads or changes without binding it to the
// firm itself: every table that it names, in each of its queries, stands beside its own
// `firm_id = $1`, so that no join and no subquery crosses firms, whatever the key of the
// row says. Row-level security and a file for each firm are the second wall; this is
// the first.
func unbound(text string) (faults []string) {
	words := sqlWord.FindAllString(strings.ToLower(text), -1)
	with := make(map[string]bool) // names that the statement gives to queries of its own
	for i := range words {
		if i+2 < len(words) && words[i+1] == "as" && words[i+2] == "(" {
			with[words[i]] = true
		}
	}
	for _, q := range queries(words) {
		for _, t := range q.tables(with) {
			if !q.binds(t) {
				faults = append(faults, fmt.Sprintf("%s is not bound to the firm: say %s.firm_id = $1", t.name, t.alias))
			}
		}
	}
	return faults
}

var sqlWord = regexp.MustCompile(`'[^']*'|\$\d+|[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)?|\d+|[<>=!]+|[^\s\w]`)

// query is the words of one select, insert, update or delete, without those of the
// queries inside it; what stands in other parentheses belongs to it.
type query []string

// queries takes a statement apart, the outermost query first.
func queries(words []string) []query {
	all := []query{nil}
	open := []int{0} // for each parenthesis, the query that its words belong to
	for i, w := range words {
		at := open[len(open)-1]
		switch {
		case w == "(" && i+1 < len(words) && (words[i+1] == "select" || words[i+1] == "with"):
			all[at] = append(all[at], "()") // a derived table or a value
			all = append(all, nil)
			open = append(open, len(all)-1)
			continue
		case w == "(":
			open = append(open, at)
		case w == ")" && len(open) > 1:
			inner := open[len(open)-1]
			open = open[:len(open)-1]
			if inner != open[len(open)-1] {
				continue
			}
		case w == "union" || w == "except" || w == "intersect":
			all = append(all, nil) // what follows is a query beside the first
			open[len(open)-1] = len(all) - 1
			continue
		}
		all[at] = append(all[at], w)
	}
	return all
}

type table struct{ name, alias string }

// after are words that follow a table's name and are not its alias.
var after = map[string]bool{
	"where": true, "set": true, "join": true, "left": true, "cross": true, "inner": true, "on": true, "order": true,
	"group": true, "limit": true, "values": true, "select": true, "returning": true, "union": true, "using": true, "not": true, "indexed": true, "having": true,
}

// tables are those a query names after from, join, update and into, and after the
// commas of a from.
func (q query) tables(with map[string]bool) (found []table) {
	depth, from := 0, false
	for i, w := range q {
		starts := false
		switch w {
		case "(":
			depth++
		case ")":
			depth--
		case "where", "set", "order", "group", "values":
			from = false
		case "from":
			from = q.word(i-1) != "distinct" // « is distinct from » compares
			starts = from
		case "join", "into":
			starts = true
		case "update":
			starts = i == 0 // not « on conflict … do update »
		case ",":
			starts = from && depth == 0
		}
		name := q.word(i + 1)
		if !starts || with[name] || !plainWord.MatchString(name) {
			continue
		}
		t := table{name, name}
		next := q.word(i + 2)
		if next == "as" {
			next = q.word(i + 3)
		}
		if plainWord.MatchString(next) && !after[next] {
			t.alias = next
		}
		found = append(found, t)
	}
	return found
}

// word is the one at a place, "" beyond both ends.
func (q query) word(i int) string {
	if i < 0 || i >= len(q) {
		return ""
	}
	return q[i]
}

var plainWord = regexp.MustCompile(`^[a-z_][a-z_0-9]*$`)

// binds reports whether the query holds a table to the firm: by a condition, or in
// what it writes, the column first and its value $1 or that of a table it reads.
func (q query) binds(t table) bool {
	for i, w := range q {
		switch {
		case (w == t.alias+".firm_id" || w == "firm_id") && q.word(i+1) == "=" && q.word(i+2) == "$1":
			return true
		case w == "into" && q.word(i+1) == t.alias && q.word(i+3) == "firm_id": // not what is read of the same table
			return q.gives()
		}
	}
	return false
}

// gives reports whether an insert's first value is the firm.
func (q query) gives() bool {
	for i, w := range q {
		switch w {
		case "values":
			return q.word(i+2) == "$1"
		case "select":
			return q.word(i+1) == "$1" || strings.HasSuffix(q.word(i+1), "firm_id")
		}
	}
	return false
}
