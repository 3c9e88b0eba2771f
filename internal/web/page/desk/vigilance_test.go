package desk_test

import (
	"net/http"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/vigilance"
)

// TestVigilanceDue: what is to be looked at waits on the desk of who answers for the space
// alone, and an empty list teaches.
func TestVigilanceDue(t *testing.T) {
	h := open(t)
	duties, err := vigilance.Load()
	h.must(err)
	of, _ := h.space("Mme Claire Petit", "claire@petit.example")
	h.admin.Get(h.path+"/vigilance").Answers(t, http.StatusOK, "").One(".empty").Says("Personnes")
	h.admin.Get(h.path).Lacks("a[href='" + h.path + "/vigilance']")
	_, err = vigilance.New(h.Office, time.UTC, duties).Keep(t.Context(), h.by, vigilance.Keeping{Space: of, Dossier: vigilance.Dossier{Purpose: "Divorce"}})
	h.must(err)
	h.admin.Get(h.path).One("a[href='" + h.path + "/vigilance']").Says("Voir ce qui est à revoir")
	row := h.admin.Get(h.path + "/vigilance").One(".desk-vigil")
	row.One("a").Is("href", h.path+"/spaces/"+string(of)+"/vigilance")
	row.Says("Mme Claire Petit")
	row.Says("Évaluer le risque")
	other := h.colleague("Me Paul Roux", "paul@delmas.example", authz.Lawyer)
	other.Get(h.path+"/vigilance").Answers(t, http.StatusOK, "").Lacks(".desk-vigil")
}
