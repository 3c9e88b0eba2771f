package room_test

import (
	"fmt"
	"testing"

	"cenacle/internal/document"
	"cenacle/internal/space"
)

// TestListIsWhole: the page to be printed has every document that its reader may
// see, of every tray, and says how many there are; others are not on it.
func TestListIsWhole(t *testing.T) {
	s := open(t)
	for n := range 60 { // more than a screen shows
		s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: fmt.Sprintf("Pièce %02d.pdf", n)}, []byte(fmt.Sprint("pièce ", n)))
	}
	s.page(s.Lead).One("form#pack a[href='" + s.Path("list") + "']")
	page := s.page(s.Lead, "list")
	if got := len(page.All("[aria-labelledby=list-firm] tbody tr")); got != 62 {
		t.Errorf("%d lines of the firm, want 62", got)
	}
	page.One("[aria-labelledby=list-firm]").Says("62 documents")
	page.One("[aria-labelledby=list-client]").Says("Bulletin.pdf")
	page.One("main").Says("Liste imprimée par Me Claire Delmas")
	hers := s.page(s.Client, "list")
	if got := len(hers.All("[aria-labelledby=list-firm] tbody tr")); got != 1 {
		t.Errorf("%d lines for the client, want 1", got)
	}
	hers.Silent(secretTitle, "Pièce 00.pdf", "Visible par")
}
