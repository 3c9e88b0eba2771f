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

// TestSanctionSearch: a colleague looks for a name, reads who is like it and what to make of
// that, and what she typed wrongly comes back to her.
func TestSanctionSearch(t *testing.T) {
	h := open(t)
	list, path := h.path+"/sanctions", h.path+"/sanctions/search"
	h.admin.Get(list).Lacks("a[href='" + path + "']")
	h.admin.Get(path).Answers(t, http.StatusOK, "").One(".notice-signal").Says("personne n’y est cherché")
	h.admin.Post(path, "name", "Zorm").Answers(t, http.StatusConflict, "").One("input[name=name][value=Zorm]")
	people := []sanctiontest.Person{
		{Number: 7, Nature: "Personne physique", First: "Khaled", Name: "Zormani", Birth: "1961-04-02"},
		{Number: 8, Nature: "Personne morale", Name: "Zormani Transit", Aliases: []string{"Étoile de Zorm"}},
	}
	h.admin.Upload(list, "file", "liste.json", string(sanctiontest.File("2026-11-20", people...))).Answers(t, http.StatusSeeOther, list+"?done=sanction_imported")
	h.admin.Get(list).One("a[href='" + path + "']")
	page := h.admin.Post(path, "name", "Khalid Zourmani", "birth", "1961-04-02", "kind", "person").Answers(t, http.StatusOK, "")
	page.One("#report-title").Says("Khalid Zourmani, date de naissance\u00a0: dimanche 2 avril 1961")
	page.One(".desk-frozen").Says("Ressemble à Khalid Zourmani. La date de naissance est la même.")
	page.One(".desk-frozen dl").Says("2 avril 1961")
	page.One(".desk-report").Says("Une ressemblance n’est pas une identité")
	page.One("input[name=birth][value='1961-04-02']")
	h.admin.Post(path, "name", "étoile de zorm").Answers(t, http.StatusOK, "").One(".desk-frozen").Says("Son autre nom, Étoile de Zorm")
	none := h.admin.Post(path, "name", "Sophie Petit").Answers(t, http.StatusOK, "")
	none.One(".desk-clear").Says("n’est dans la liste")
	none.Lacks(".desk-frozen")
	wrong := h.admin.Post(path, "name", "…", "birth", "1700-01-01").Answers(t, http.StatusUnprocessableEntity, "")
	wrong.One("input[name=name][aria-invalid=true]")
	wrong.One("input[name=birth][aria-invalid=true][value='1700-01-01']")
	h.colleague("Me Paul Roux", "paul@delmas.example", authz.Lawyer).Post(path, "name", "Zormani Khaled").Answers(t, http.StatusOK, "").One(".desk-frozen").Says("Même nom")
}
