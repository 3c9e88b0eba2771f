package charter

import (
	"fmt"
	"testing"

	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, charterPage)
	uitest.Check(t, editPage)
}

func TestParagraphs(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "[]",
		"Un.":                  "[[Un.]]",
		"Un.\nDeux.\n\nTrois.": "[[Un. Deux.] [Trois.]]",
		"Un.\n\n\n\nDeux.\n":   "[[Un.] [Deux.]]",
	} {
		if got := fmt.Sprint(paragraphs(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
