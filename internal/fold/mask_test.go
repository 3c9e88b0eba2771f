package fold

import "testing"

func TestMasks(t *testing.T) {
	for number, want := range map[string]string{
		"+33612345678": "06 •• •• •• 78", "+33712345600": "07 •• •• •• 00", "+262692123456": "+26 •••• 56", "+32470123499": "+32 •••• 99", "": " •••• ",
	} {
		if got := MaskMobile(number); got != want {
			t.Errorf("%s is shown as %s", number, got)
		}
	}
	for address, want := range map[string]string{
		"claire.petit@exemple.fr": "c•••@exemple.fr", "élodie@exemple.fr": "é•••@exemple.fr", "a@b.fr": "a•••@b.fr",
	} {
		if got := MaskEmail(address); got != want {
			t.Errorf("%s is shown as %s", address, got)
		}
	}
}
