package room

import (
	"testing"

	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, inside)
	uitest.Check(t, client)
	uitest.Check(t, documentPage)
	uitest.Check(t, peoplePage)
	uitest.Check(t, journalPage)
	uitest.Check(t, receiptPage)
	uitest.Check(t, agendaPage)
	uitest.Check(t, eventPage)
	uitest.Check(t, deadlinePage)
	uitest.Check(t, bundlePage)
	uitest.Check(t, importPage)
	uitest.Check(t, whyPage)
	uitest.Check(t, photoPage)
	uitest.Check(t, sheetPage)
	uitest.Check(t, vigilancePage)
}
