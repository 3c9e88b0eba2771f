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
	for _, long := range []bool{false, true} {
		if choose(t, "new", long) == choose(t, "new", long) {
			t.Error("new is what it was")
		}
	}
	if choose(t, "", true) == choose(t, "", true) {
		t.Error("a long run draws as every other")
	}
}
