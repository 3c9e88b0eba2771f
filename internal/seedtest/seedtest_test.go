package seedtest

import "testing"

func TestChoose(t *testing.T) {
	every := choose(t, "", false)
	if every != choose(t, "", false) {
		t.Error("two runs of one test draw differently")
	}
	t.Run("other", func(t *testing.T) {
		if choose(t, "", false) == every {
			t.Error("two tests draw alike")
		}
	})
	if got := choose(t, "771", true); got != 771 {
		t.Errorf("%d where 771 was asked", got)
	}
	drawn := map[uint64]bool{every: true}
	for range 2 {
		drawn[choose(t, "new", false)], drawn[choose(t, "new", true)], drawn[choose(t, "", true)] = true, true, true
	}
	if len(drawn) != 7 {
		t.Errorf("of six that are drawn anew and one that is not, %d differ", len(drawn))
	}
}
