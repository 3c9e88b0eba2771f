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
	uitest.Check(t, accessPage)
	uitest.Check(t, attestationPage)
	uitest.Check(t, circlePage)
	uitest.Check(t, diresPage)
	uitest.Check(t, direPage)
	uitest.Check(t, draftPage)
	uitest.Check(t, exhibitsPage)
	uitest.Check(t, registerPage)
	uitest.Check(t, foldersPage)
	uitest.Check(t, folderPage)
	uitest.Check(t, offersPage)
	uitest.Check(t, roundPage)
	uitest.Check(t, questionsPage)
	uitest.Check(t, questionPage)
	uitest.Check(t, requestsPage)
	uitest.Check(t, clientRequestsPage)
	uitest.Check(t, seenPage)
	uitest.Check(t, slotsPage)
	uitest.Check(t, trashPage)
}
