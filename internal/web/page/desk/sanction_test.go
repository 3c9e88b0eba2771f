package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/sanction/sanctiontest"
)

// TestSanctionPage: an administrator loads the list from its file, another file is refused
// in words, and her colleagues read which one is in use.
func TestSanctionPage(t *testing.T) {
	h := open(t)
	path := h.path + "/sanctions"
	h.admin.Get(h.path + "/vigilance").One("a[href='" + path + "']")
	none := h.admin.Get(path).Answers(t, http.StatusOK, "")
	none.One(".empty").Says("Aucune liste")
	none.One("#bring-title").Says("Charger une édition")
	people := []sanctiontest.Person{{Number: 1, Nature: "Navire", Name: "Zorm"}, {Number: 2, Nature: "Navire", Name: "Gorm"}, {Number: 3, Nature: "Navire", Name: "Ulm"}}
	whole := string(sanctiontest.File("2026-11-20", people...))
	for _, tt := range []struct{ file, says string }{
		{"", "Choisissez le fichier."}, {whole[:len(whole)-9], "avant la fin de la liste"}, {`{"x":1}`, "la direction générale du Trésor"},
	} {
		h.admin.Upload(path, "file", "liste.json", tt.file).Answers(t, http.StatusUnprocessableEntity, "").One("form[enctype]").Says(tt.says)
	}
	h.admin.Upload(path, "file", "liste.json", whole).Answers(t, http.StatusSeeOther, path+"?done=sanction_imported")
	page := h.admin.Get(path).Answers(t, http.StatusOK, "")
	page.One("dl.facts").Says("3 inscriptions")
	page.One("#bring-title").Says("Charger une autre édition")
	page.One("dl.facts").Says("Me Hélène Delmas")
	page.Lacks("input[name=smaller]")
	h.admin.Upload(path, "file", "liste.json", string(sanctiontest.File("2026-11-19", people...))).Answers(t, http.StatusConflict, "")
	shorter := string(sanctiontest.File("2026-11-21", people[:1]...))
	h.admin.Upload(path, "file", "liste.json", shorter).Answers(t, http.StatusUnprocessableEntity, "").One("input[name=smaller]")
	h.admin.Upload(path, "file", "liste.json", shorter, "smaller", "1").Answers(t, http.StatusSeeOther, path+"?done=sanction_imported")
	h.Clock.Advance(6 * time.Minute)
	if got := h.admin.Upload(path, "file", "liste.json", whole); got.Status != http.StatusForbidden {
		t.Errorf("in a session that is not fresh: %d", got.Status)
	}
	h.admin.Get(path).One("main").Says("dans les minutes qui viennent")
	if err := fetching(h.Site).Fetch(t.Context()); err == nil {
		t.Error("a list comes from where nobody answers")
	}
	h.admin.Get(path).One(".notice-signal").Says("Le serveur qui la publie ne répond pas. La liste en service reste")
	other := h.colleague("Me Paul Roux", "paul@delmas.example", authz.Lawyer)
	seen := other.Get(path).Answers(t, http.StatusOK, "")
	seen.Lacks("input[type=file]")
	seen.One("dl.facts").Says("une inscription")
	if got := other.Upload(path, "file", "liste.json", whole); got.Status != http.StatusForbidden || strings.Contains(got.Body, "Navire") {
		t.Errorf("a lawyer who does not administer brings one: %d", got.Status)
	}
}
