package connection

import (
	"testing"

	"cenacle/internal/event"
	"cenacle/internal/i18n"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, listPage)
	uitest.Check(t, onePage)
}

// Every kind of event has its words, and every group of the form its nouns.
func TestKindsHaveWords(t *testing.T) {
	for _, l := range i18n.All() {
		b := ui.Base{Printer: uitest.Printer(t, l)}
		for _, k := range event.Kinds() {
			if kind(b, k) == k {
				t.Errorf("%s: %s has no words", l, k)
			}
		}
	}
	for _, g := range groups {
		for _, noun := range g.nouns {
			if !event.Known(noun) {
				t.Errorf("%s: nothing is called %s", g.name, noun)
			}
		}
	}
}
