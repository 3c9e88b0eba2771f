package store

import "time"

// Micros is the form of an instant in a bigint column: microseconds since 1970
// in UTC. The zero time is 0, which stands for "none".
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the instant that Micros wrote, in UTC; 0 is the zero time.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
