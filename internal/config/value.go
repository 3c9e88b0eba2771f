package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
)

// Secret is a text that nothing prints.
type Secret struct{ text string }

const hidden = "[set, not shown]"

// Reveal returns the text itself.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is none.
func (s Secret) Empty() bool { return s.text == "" }

// UnmarshalText takes the text as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	s.text = string(text)
	return nil
}

// MarshalText tells only whether there is a secret.
func (s Secret) MarshalText() ([]byte, error) {
	if s.Empty() {
		return []byte{}, nil
	}
	return []byte(hidden), nil
}

// Format prints no secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) {
	text, _ := s.MarshalText() // never fails
	f.Write(text)              // fmt.State keeps its own error
}

// LogValue logs no secret.
func (s Secret) LogValue() slog.Value {
	text, _ := s.MarshalText() // never fails
	return slog.StringValue(string(text))
}

// Size is a number of bytes, written "100 GB", "512 MiB" or as digits.
type Size int64

var errSize = errors.New("this is not a size such as 512 MiB or 100 GB")

// units from the largest: MarshalText takes the first that divides.
func units() []struct {
	name  string
	bytes int64
} {
	return []struct {
		name  string
		bytes int64
	}{
		{"TiB", 1 << 40}, {"TB", 1e12}, {"GiB", 1 << 30}, {"GB", 1e9},
		{"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"kB", 1e3},
	}
}

// UnmarshalText reads whole numbers of bytes or of a unit; a negative
// one is left to Validate to refuse.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := strings.TrimSpace(string(text)), int64(1)
	for _, u := range units() {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n > math.MaxInt64/factor || n < math.MinInt64/factor {
		return errSize
	}
	*s = Size(n * factor)
	return nil
}

// MarshalText writes the largest unit that divides the size.
func (s Size) MarshalText() ([]byte, error) {
	for _, u := range units() {
		if s != 0 && int64(s)%u.bytes == 0 {
			return fmt.Appendf(nil, "%d %s", int64(s)/u.bytes, u.name), nil
		}
	}
	return strconv.AppendInt(nil, int64(s), 10), nil
}
