package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind is what a column holds, on both engines.
type Kind uint8

const (
	Text   Kind = iota // string
	Number             // int64
	Bytes              // []byte
)

// Column is one column of a table.
type Column struct {
	Name string
	Kind Kind
}

// Table is one table of a firm as the migrations make it, without firm_id,
// which the handle supplies. Key are the columns that order its rows, with
// their places in Columns; a table of one row has none.
type Table struct {
	Name    string
	Columns []Column
	Key     []int

	page, add, clear string
}

// pageRows is how many rows one statement of Dump reads.
const pageRows = 500

// Tables lists the tables of a firm, each after those that it refers to.
func Tables() ([]Table, error) { return tablesOf(firmScope) }

func tablesOf(scope string) ([]Table, error) {
	known, err := readMigrations(migrations, "migration/"+scope)
	if err != nil {
		return nil, err
	}
	var all []Table
	for _, m := range known {
		for _, s := range m.statements() {
			if all, err = describe(all, s, scope == firmScope); err != nil {
				return nil, fmt.Errorf("store: %s: %w", m.name, err)
			}
		}
	}
	for i := range all {
		all[i].write(scope == firmScope)
	}
	return all, nil
}

var (
	tableForm  = regexp.MustCompile(`(?s)^create table (?:if not exists )?([a-z_0-9]+) \((.*)\)$`)
	columnForm = regexp.MustCompile(`^([a-z_0-9]+) (text|bigint|bytea)\b`)
	keyForm    = regexp.MustCompile(`primary key \(([a-z_0-9, ]+)\)`)
	soleForm   = regexp.MustCompile(`(?m)^\s*([a-z_0-9]+) [a-z ]*\bprimary key\b`)
	indexForm  = regexp.MustCompile(`^(?:create (?:unique )?|drop )index `)
	alterForm  = regexp.MustCompile(`^alter table ([a-z_0-9]+) add column ([a-z_0-9]+ .*)$`)
)

// describe adds to the tables what one statement of a migration makes; those of a
// firm have a column that says whose.
func describe(all []Table, statement string, owned bool) ([]Table, error) {
	if m := tableForm.FindStringSubmatch(statement); m != nil {
		t, err := tableOf(m[1], m[2], owned)
		return append(all, t), err
	}
	if m := alterForm.FindStringSubmatch(statement); m != nil {
		at := slices.IndexFunc(all, func(t Table) bool { return t.Name == m[1] })
		c, ok := columnOf(m[2])
		if at < 0 || !ok {
			return nil, fmt.Errorf("cannot be described: %s", statement)
		}
		all[at].Columns = append(all[at].Columns, c)
		return all, nil
	}
	if !indexForm.MatchString(statement) {
		return nil, fmt.Errorf("cannot be described: %s", statement)
	}
	return all, nil
}

func tableOf(name, body string, owned bool) (Table, error) {
	t := Table{Name: name}
	firm := false
	for line := range strings.Lines(body) {
		c, ok := columnOf(strings.TrimSpace(line))
		switch {
		case ok && owned && c.Name == "firm_id":
			firm = true
		case ok:
			t.Columns = append(t.Columns, c)
		}
	}
	if owned && !firm {
		return Table{}, fmt.Errorf("table %s has no firm_id", name)
	}
	m := keyForm.FindStringSubmatch(body)
	if m == nil {
		m = soleForm.FindStringSubmatch(body)
	}
	if m == nil {
		return Table{}, fmt.Errorf("table %s has no primary key", name)
	}
	for column := range strings.SplitSeq(m[1], ", ") {
		if owned && column == "firm_id" {
			continue
		}
		at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == column })
		if at < 0 {
			return Table{}, fmt.Errorf("table %s has no column %s", name, column)
		}
		t.Key = append(t.Key, at)
	}
	return t, nil
}

func columnOf(line string) (Column, bool) {
	m := columnForm.FindStringSubmatch(line)
	if m == nil {
		return Column{}, false
	}
	return Column{m[1], map[string]Kind{"text": Text, "bigint": Number, "bytea": Bytes}[m[2]]}, true
}

// write makes the three statements of a table out of the migrations' own names.
func (t *Table) write(owned bool) {
	names := make([]string, len(t.Columns))
	marks := make([]string, len(t.Columns))
	owner, mark, mine, next := "", "", "", 1
	if owned {
		owner, mark, mine, next = "firm_id, ", "$1, ", " where firm_id = $1", 2
	}
	for i, c := range t.Columns {
		names[i], marks[i] = c.Name, fmt.Sprintf("$%d", i+next)
	}
	columns := strings.Join(names, ", ")
	t.add = fmt.Sprintf("insert into %s (%s%s) values (%s%s)", t.Name, owner, columns, mark, strings.Join(marks, ", "))
	t.clear = "delete from " + t.Name + mine
	t.page = fmt.Sprintf("select %s from %s%s", columns, t.Name, mine)
	if len(t.Key) == 0 {
		return
	}
	var key, after []string
	for i, at := range t.Key {
		key, after = append(key, names[at]), append(after, fmt.Sprintf("$%d", i+next))
	}
	link := " where"
	if owned {
		link = " and"
	}
	order := strings.Join(key, ", ")
	t.page += fmt.Sprintf("%s (%s) > (%s) order by %s limit %d", link, order, strings.Join(after, ", "), order, pageRows)
}

// first is less than every key.
func (t *Table) first() []any {
	least := map[Kind]any{Text: "", Number: int64(-1) << 62, Bytes: []byte{}}
	out := make([]any, len(t.Key))
	for i, at := range t.Key {
		out[i] = least[t.Columns[at].Kind]
	}
	return out
}

// Dump visits the firm's rows in t in the order of their key: strings, int64,
// []byte, or nil for null. It reads a page at a time, so that row may take its
// time. What the columns hold stays sealed.
func (tx *Tx) Dump(t Table, row func(values []any) error) error {
	return t.dump(tx.s, []any{string(tx.firm)}, row)
}

func (t *Table) dump(s *session, owner []any, row func(values []any) error) error {
	after := t.first()
	for {
		var page [][]any
		err := s.each(t.page, append(slices.Clone(owner), after...), func(scan func(...any) error) error {
			values, err := t.scan(scan)
			page = append(page, values)
			return err
		})
		if err != nil {
			return err
		}
		for _, values := range page {
			if err := row(values); err != nil {
				return err
			}
		}
		if len(t.Key) == 0 || len(page) < pageRows {
			return nil
		}
		last := page[len(page)-1]
		for i, at := range t.Key {
			after[i] = last[at]
		}
	}
}

func (t *Table) scan(scan func(...any) error) ([]any, error) {
	dest := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Kind {
		case Text:
			dest[i] = new(*string)
		case Number:
			dest[i] = new(*int64)
		case Bytes:
			dest[i] = new([]byte)
		}
	}
	if err := scan(dest...); err != nil {
		return nil, err
	}
	for i, d := range dest {
		dest[i] = plainCell(d)
	}
	return dest, nil
}

// plainCell takes a value out of the variable it was scanned into.
func plainCell(d any) any {
	switch v := d.(type) {
	case **string:
		if *v != nil {
			return **v
		}
	case **int64:
		if *v != nil {
			return **v
		}
	case *[]byte:
		return append([]byte{}, *v...)
	}
	return nil
}

// Load inserts a row that Dump has given, into the transaction's firm. A row
// that is there already is fault.Conflict.
func (tx *Tx) Load(t Table, values []any) error {
	if len(values) != len(t.Columns) {
		return fmt.Errorf("store: %d values for the %d columns of %s", len(values), len(t.Columns), t.Name)
	}
	return tx.Write(FirmStmt{t.add}, values...)
}
