package exhibit

import "testing"

func TestLabel(t *testing.T) {
	for _, tt := range []struct {
		number, rank int64
		want         string
	}{
		{12, 0, "12"}, {12, 1, "12\u00a0bis"}, {12, 2, "12\u00a0ter"}, {1, 9, "1\u00a0decies"}, {1, 10, "1\u00a0(11)"},
	} {
		if got := (Exhibit{Number: tt.number, Rank: tt.rank}).Label(); got != tt.want {
			t.Errorf("%d, rank %d: %q, want %q", tt.number, tt.rank, got, tt.want)
		}
	}
}
