package room_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// TestPlanImport: the plan of a folder shows its tree, what is refused first, and
// the numbers of what is to be sent; nothing is written by looking.
func TestPlanImport(t *testing.T) {
	s := open(t)
	statutes := s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Statuts.pdf"}, []byte("statuts"))
	sum := sha256.Sum256([]byte("statuts"))
	known := hex.EncodeToString(sum[:])
	before := len(s.page(s.Lead).All("#documents .doc"))
	plan := s.Lead.Post(s.Path("imports"),
		"path", "Acte/../évasion.txt", "size", "3", "sha256", "",
		"path", "Acte/Bail.pdf", "size", "1200000", "sha256", "",
		"path", "Acte/Comptes/Statuts.pdf", "size", "7", "sha256", known,
		"path", "Acte/.DS_Store", "size", "3", "sha256", "",
		"path", "Acte/Comptes/Bilan.xlsx", "size", "9", "sha256", "")
	if plan.Status != 200 {
		t.Fatalf("planned: %d", plan.Status)
	}
	plan.One("#plan[data-tray=firm]").Is("data-new", "4")
	for _, line := range []string{"1 document à ranger", "1 déjà là", "2 refusés", "1 fichier du système"} {
		plan.One(".plan-totals").Says(line)
	}
	plan.One("[aria-labelledby=refused-title]").Says("Acte/../évasion.txt")
	plan.One("[aria-labelledby=refused-title]").Says("Trop volumineux")
	plan.One("[aria-labelledby=tree-title] h3").Says("Acte › Comptes")
	plan.One("a[href='" + s.Path("documents", string(statutes)) + "']").Says("Statuts.pdf")
	plan.One("[data-go]").Says("Ranger 1 document")
	if after := len(s.page(s.Lead).All("#documents .doc")); after != before {
		t.Errorf("a plan has filed %d documents", after-before)
	}
	for name, form := range map[string][]string{
		"none": nil, "one without its size": {"path", "a", "sha256", ""}, "a size that is none": {"path", "a", "size", "-1", "sha256", ""},
		"a place that is none": {"path", "a", "size", "1", "sha256", "", "place", "firm/" + id.New[string](s.Clock.Now())},
	} {
		if page := s.Lead.Post(s.Path("imports"), form...); page.Status != 422 || !strings.Contains(page.One("#plan").Text(), "Annuler") {
			t.Errorf("%s: %d", name, page.Status)
		}
	}
	if page := s.Client.Post(s.Path("imports"), "path", "a", "size", "1", "sha256", ""); page.Status != 403 {
		t.Errorf("a client plans: %d", page.Status)
	}
}
