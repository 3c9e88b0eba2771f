package api

import "time"

// Instant is a moment as the API writes it: RFC 3339 in UTC, to the
// microsecond.
type Instant time.Time

const instantLayout = "2006-01-02T15:04:05.000000Z07:00"

// IsZero leaves a moment that never came out of an answer (omitzero).
func (i Instant) IsZero() bool { return time.Time(i).IsZero() }

// MarshalText writes it.
func (i Instant) MarshalText() ([]byte, error) { return i.appendTo(nil), nil }

// appendTo writes digits by hand: a page of a thousand documents has four
// thousand instants, and a layout is read anew for each.
func (i Instant) appendTo(b []byte) []byte {
	t := time.Time(i).UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(b, instantLayout)
	}
	hour, minute, second := t.Clock()
	b = append(digits(b, year, 4), '-')
	b = append(digits(b, int(month), 2), '-')
	b = append(digits(b, day, 2), 'T')
	b = append(digits(b, hour, 2), ':')
	b = append(digits(b, minute, 2), ':')
	b = append(digits(b, second, 2), '.')
	return append(digits(b, t.Nanosecond()/1000, 6), 'Z')
}

// digits writes n with as many digits.
func digits(b []byte, n, as int) []byte {
	b = append(b, "000000"[:as]...)
	for at := len(b) - 1; n > 0; at, n = at-1, n/10 {
		b[at] = byte('0' + n%10)
	}
	return b
}
