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

func (i Instant) appendTo(b []byte) []byte {
	return time.Time(i).UTC().AppendFormat(b, instantLayout)
}
