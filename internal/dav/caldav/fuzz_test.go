package caldav

import (
	"strings"
	"testing"

	"cenacle/internal/dav/davxml"
)

// FuzzFUZ01_Filter: a filter is refused, or is a span of time that has not ended
// before it begins.
func FuzzFUZ01_Filter(f *testing.F) {
	const around = `<filter xmlns="` + calSpace + `"><comp-filter name="VCALENDAR">`
	for _, s := range []string{
		"", `<comp-filter name="VEVENT"/>`, `<comp-filter name="VEVENT"><time-range start="20270328T003000Z"/></comp-filter>`, `<comp-filter name="VTODO"><is-not-defined/></comp-filter>`,
		`<comp-filter name="VEVENT"><time-range start="20270328T003000Z" end="20270329T003000Z"/><comp-filter name="VALARM"/></comp-filter>`, `<prop-filter/>`, `<comp-filter/>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := davxml.Parse(strings.NewReader(around + s + "</comp-filter></filter>"))
		if err != nil {
			return
		}
		within, _, err := readFilter(e)
		if err == nil && !within.to.IsZero() && !within.from.Before(within.to) {
			t.Errorf("%q is from %s to %s", s, within.from, within.to)
		}
	})
}
