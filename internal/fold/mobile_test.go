package fold

import (
	"errors"
	"testing"

	"cenacle/internal/fault"
)

func TestMobile(t *testing.T) {
	for typed, want := range map[string]string{
		"06 12 34 56 78": "+33612345678", "0612345678": "+33612345678", "06.12.34.56.78": "+33612345678", "07-12-34-56-78": "+33712345678",
		"+33 6 12 34 56 78": "+33612345678", "+33 (0)6 12 34 56 78": "+33612345678", "0033612345678": "+33612345678", "06\u00a012\u202f34 56 78": "+33612345678",
		"0692 12 34 56": "+262692123456", "0639123456": "+262639123456", "0690123456": "+590690123456", "0691123456": "+590691123456", "0693123456": "+262693123456",
		"0694123456": "+594694123456", "0696123456": "+596696123456", "0697123456": "+596697123456", "0695123456": "+33695123456",
		"+32 470 12 34 56": "+32470123456", "+262692123456": "+262692123456", "+447911123456": "+447911123456", "+1234567": "+1234567", "+123456789012345": "+123456789012345",
	} {
		got, err := Mobile(typed)
		if err != nil || got != want {
			t.Errorf("%q is %q: %v", typed, got, err)
		}
		if again, err := Mobile(got); err != nil || again != got {
			t.Errorf("%q is not the form of itself: %q %v", got, again, err)
		}
	}
	for typed, key := range map[string]string{
		"": "mobile.invalid", "06 12 34 56 7": "mobile.invalid", "061234567890": "mobile.invalid", "612345678": "mobile.invalid", "+0612345678": "mobile.invalid",
		"+33612345": "mobile.invalid", "+3361234567890": "mobile.invalid", "+123456": "mobile.invalid", "+1234567890123456": "mobile.invalid", "06 12 34 56 7x": "mobile.invalid",
		"+": "mobile.invalid", "00": "mobile.invalid", "+33 6 12 34 56 78\r\nX: y": "mobile.invalid", "٠٦١٢٣٤٥٦٧٨": "mobile.invalid",
		"+33612345678+33612345678+33612345678+33612345678": "mobile.invalid",
		"01 23 45 67 89": "mobile.fixed", "0912345678": "mobile.fixed", "+33 1 23 45 67 89": "mobile.fixed", "08 99 12 34 56": "mobile.fixed",
	} {
		got, err := Mobile(typed)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Key != key || f.Kind != fault.Invalid || got != "" {
			t.Errorf("%q is %q: %v, want %s", typed, got, err, key)
		}
	}
}

// FuzzMobile: what is a number is one in its own form, and E.164.
func FuzzMobile(f *testing.F) {
	f.Add("06 12 34 56 78")
	f.Add("+33 (0)6 12 34 56 78")
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := Mobile(typed)
		if err != nil {
			return
		}
		if again, err := Mobile(got); err != nil || again != got {
			t.Errorf("%q is %q, then %q: %v", typed, got, again, err)
		}
		if got[0] != '+' || !onlyDigits(got[1:]) || len(got) < 8 || len(got) > 16 {
			t.Errorf("%q is %q", typed, got)
		}
	})
}
