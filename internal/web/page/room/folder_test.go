package room_test

import (
	"strings"
	"testing"

	"cenacle/internal/document"
	"cenacle/internal/space"
)

// TestFolders: the firm's side sees to whom each folder addresses, and chooses
// it with the consequence in sight.
func TestFolders(t *testing.T) {
	s := open(t)
	room, err := s.Spaces.Show(t.Context(), s.Lead.Actor, s.Space)
	if err != nil {
		t.Fatal(err)
	}
	folder := room.Folders[0]
	page := s.page(s.Lead, "folders")
	page.One("main").Says("reste au cabinet, à adresser")
	page.One("main").Says("Ce que le client y dépose va toujours")
	page.Has(`a[href="` + s.Path("folders", string(folder.ID)) + `"]`)

	one := s.page(s.Lead, "folders", string(folder.ID))
	one.One("h1").Says(folder.Name)
	one.One(`input[value="` + string(s.House.Firm) + `"][checked]`)
	at := s.Path("folders", string(folder.ID))
	if done := s.Lead.Post(at, "circle", string(s.House.Client)); done.Status != 303 || !strings.HasSuffix(done.Location, "folders?done=folder_addressed") {
		t.Fatalf("chosen: %d %s", done.Status, done.Location)
	}
	s.page(s.Lead, "folders").One("main").Says("sera vu par Mme Sophie Petit")
	s.page(s.Lead, "folders", string(folder.ID)).One("header.page-head").Says("Mme Sophie Petit")
	doc := s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Folder: folder.ID, Name: "Projet.pdf"}, []byte("%PDF-1.7"))
	if seen := s.Client.Get(s.Path("documents", string(doc))); seen.Status != 200 {
		t.Errorf("the client gets %d for what went into her folder", seen.Status)
	}
	if done := s.Lead.Post(at, "circle", string(s.House.Firm)); done.Status != 303 {
		t.Fatalf("taken back: %d", done.Status)
	}
	s.page(s.Lead, "folders", string(folder.ID)).One("header.page-head").Says("reste au cabinet")
	if refused := s.Lead.Post(at, "circle", "unknown"); refused.Status != 422 {
		t.Errorf("an unknown circle: %d", refused.Status)
	}
	for _, by := range []string{s.Client.Get(s.Path("folders")).Body, s.Client.Get(at).Body} {
		if strings.Contains(by, "Choisir les destinataires") {
			t.Error("the client sees the choice")
		}
	}

	if done := s.Lead.Post(s.Path("folders"), "name", "Expertise", "tray", "shared"); done.Status != 303 {
		t.Fatalf("made: %d", done.Status)
	}
	s.page(s.Lead, "folders").One("main").Says("Expertise")
	again := s.Lead.Post(s.Path("folders"), "name", "Expertise", "tray", "shared")
	if again.Status != 409 {
		t.Errorf("made again: %d", again.Status)
	}
	again.One(".summary").Says("existe déjà")
	if refused := s.Lead.Post(s.Path("folders"), "name", "", "tray", "shared"); refused.Status != 422 {
		t.Errorf("without a name: %d", refused.Status)
	}
}
