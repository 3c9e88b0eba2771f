package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"cenacle/internal/authz"
)

// TestWhere: who is in which of one's spaces, one person alone, and the same for a
// spreadsheet; who is in no space is shown nobody, and is told nothing of others.
func TestWhere(t *testing.T) {
	h := open(t)
	h.space("Mme Claire Petit", "claire@petit.example")
	_, client := h.space("M. Yves Ortie", "yves@ortie.example")
	other := h.colleague("Me Rose Relève", "rose@delmas.example", authz.Lawyer)

	page := h.admin.Get(h.path+"/where").Answers(t, http.StatusOK, "")
	page.One("#where").Says("Mme Claire Petit")
	page.One("#where").Says("M. Yves Ortie")
	one := h.admin.Get(h.path+"/where?person="+string(client)).Answers(t, http.StatusOK, "")
	if text := one.One("#where").Text(); !strings.Contains(text, "M. Yves Ortie") || strings.Contains(text, "Claire") {
		t.Errorf("of one person alone: %q", text)
	}
	one.One("select[name=person] option[selected]").Is("value", string(client))
	other.Get(h.path+"/where").Answers(t, http.StatusOK, "").One(".empty").Says("Personne à montrer")
	file := h.admin.Get(h.path + "/where/file?person=" + string(client))
	if text := string(file.Body); file.Status != http.StatusOK || !strings.Contains(text, "M. Yves Ortie;") || strings.Contains(text, "Claire") {
		t.Errorf("the file, %d: %q", file.Status, text)
	}
}
