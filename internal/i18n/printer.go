package i18n

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"cenacle/internal/fault"
)

// Printer writes for one reader's language. It is immutable and safe for
// concurrent use.
type Printer struct {
	language Language
	tag      language.Tag
	zone     *time.Location
	catalog  *Catalog
}

// Arguments of a message that a printer writes in words. Beside these, an
// integer is grouped by thousands (pass a string for what is a name, such as
// the number of a receipt or a year), a time.Time is written with day and
// hour, a time.Duration in words, a []string as an enumeration.
type (
	Size int64  // bytes: « 4,2 Mo »
	Day  string // a civil date, "2026-11-22"
	Key  string // another entry of the catalog, which takes no argument
)

// Language returns the language p writes.
func (p *Printer) Language() Language { return p.language }

// T writes the message key, its placeholders {0}, {1}… replaced by args. When
// the message has plural forms, args[0] is the count. An unknown key comes
// back in brackets; a test over the source keeps that from happening.
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.catalog.find(p.language, key)
	if !ok {
		return "[" + key + "]"
	}
	form := m.other
	if m.plural && len(args) > 0 {
		form = p.form(m, args[0])
	}
	return p.write(form, args)
}

// N writes the message key for n things: {0} is n, {1} the first of args.
func (p *Printer) N(key string, n int, args ...any) string {
	all := make([]any, 0, 8)
	return p.T(key, append(append(all, n), args...)...)
}

// Has reports whether key is in the catalogs.
func (p *Printer) Has(key string) bool {
	_, ok := p.catalog.find(p.language, key)
	return ok
}

func (p *Printer) form(m message, count any) []segment {
	n, ok := integer(count)
	if !ok {
		return m.other
	}
	if n < 0 {
		n = -n
	}
	if plural.Cardinal.MatchPlural(p.tag, int(n), 0, 0, 0, 0) == plural.One {
		return m.one
	}
	return m.other
}

func (p *Printer) write(form []segment, args []any) string {
	if len(form) == 1 && form[0].text != "" {
		return form[0].text
	}
	var b strings.Builder
	b.Grow(128)
	for _, s := range form {
		switch {
		case s.text != "":
			b.WriteString(s.text)
		case s.arg < len(args):
			b.WriteString(p.argument(args[s.arg]))
		}
	}
	return b.String()
}

func (p *Printer) argument(arg any) string {
	switch v := arg.(type) {
	case string:
		return v
	case Size:
		return p.Bytes(int64(v))
	case Day:
		return p.Day(string(v))
	case Key:
		return p.T(string(v))
	case time.Time:
		return p.DateTime(v)
	case time.Duration:
		return p.Duration(v)
	case []string:
		return p.List(v)
	}
	if n, ok := integer(arg); ok {
		return p.Number(n)
	}
	return fmt.Sprint(arg)
}

func integer(arg any) (int64, bool) {
	switch v := arg.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	case uint32:
		return int64(v), true
	case uint64:
		return int64(v), v <= math.MaxInt64
	}
	return 0, false
}

// Number writes n with its thousands grouped.
func (p *Printer) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	if n > -1000 && n < 1000 {
		return digits
	}
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	group := p.T("number.group")
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// Euros writes an amount in cents: « 12 500,50 € ».
func (p *Printer) Euros(cents int64) string {
	whole, rest := p.Number(cents/100), ""
	if c := cents % 100; c != 0 {
		rest = p.T("number.point") + strconv.FormatInt(100+c, 10)[1:]
	}
	return p.T("number.euros", whole+rest)
}

// Bytes writes a size in decimal units, with one decimal below a hundred:
// « 4,2 Mo », "4.2 MB".
func (p *Printer) Bytes(n int64) string {
	unit, tenths := 0, n*10
	if n >= 1000 {
		v := float64(n)
		for v >= 999.5 && unit < 6 {
			v /= 1000
			unit++
		}
		tenths = int64(math.Round(v * 10))
		if tenths >= 1000 {
			tenths = int64(math.Round(v)) * 10
		}
	}
	value := p.Number(tenths / 10)
	if rest := tenths % 10; rest != 0 {
		value += p.T("number.point") + strconv.FormatInt(rest, 10)
	}
	return p.T("size.unit."+strconv.Itoa(unit), value)
}

// List writes an enumeration: « A, B et C », "A, B and C"; "" when empty.
func (p *Printer) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	return p.T("list.last", strings.Join(items[:last], p.T("list.separator")), items[last])
}

// Fault writes what err says to the person: the message of the first fault in
// its chain, those of every field of a form, or a general sentence that
// betrays nothing of the cause.
func (p *Printer) Fault(err error) string {
	var fields fault.Fields
	if errors.As(err, &fields) {
		lines := make([]string, len(fields))
		for i, e := range fields {
			lines[i] = p.Fault(e)
		}
		return strings.Join(lines, " ")
	}
	var e *fault.Error
	if errors.As(err, &e) && p.Has(e.Key) {
		return p.T(e.Key, e.Args...)
	}
	return p.general(fault.KindOf(err))
}

func (p *Printer) general(k fault.Kind) string {
	switch k {
	case fault.Invalid, fault.TooLarge:
		return p.T("fault.invalid")
	case fault.Unauthenticated:
		return p.T("fault.sign_in")
	case fault.Forbidden:
		return p.T("fault.forbidden")
	case fault.NotFound:
		return p.T("fault.absent")
	case fault.Conflict:
		return p.T("fault.conflict")
	case fault.Gone:
		return p.T("fault.gone")
	case fault.RangeInvalid:
		return p.T("fault.range")
	case fault.Busy, fault.Unavailable:
		return p.T("fault.unavailable")
	case fault.NoSpace:
		return p.T("fault.full")
	}
	return p.T("fault.internal")
}
