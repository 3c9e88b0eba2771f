package diffusion_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/diffusion"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
	"cenacle/internal/web"
	page "cenacle/internal/web/page/diffusion"
	"cenacle/internal/web/webtest"
)

// site is a cast with the pages of diffusions.
func site(t *testing.T) (c *webtest.Cast, diffusions *diffusion.Service) {
	c = webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		diffusions = diffusion.NewService(c.Office, time.UTC)
		p := &page.Pages{Diffusions: diffusions, Spaces: c.Spaces, Documents: c.Documents}
		member := func(pattern string, do authz.Action, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Door: web.Member, Action: do, Handle: h}
		}
		const one = "/f/{firm}/diffusions/{diffusion}"
		return []web.Route{
			member("GET /f/{firm}/diffusions", authz.DiffusionSee, p.Show),
			member("GET /f/{firm}/diffusions/new", authz.DiffusionSend, p.New), member("POST /f/{firm}/diffusions/new", authz.DiffusionSend, p.DoPrepare),
			member("GET "+one, authz.DiffusionSee, p.One), member("GET "+one+"/edit", authz.DiffusionSend, p.Edit), member("POST "+one+"/edit", authz.DiffusionSend, p.DoChange),
			member("POST "+one+"/send", authz.DiffusionSend, p.DoSend), member("POST "+one+"/cancel", authz.DiffusionSend, p.DoCancel),
			member("POST "+one+"/recall", authz.DiffusionSend, p.DoRecall), member("POST "+one+"/discard", authz.DiffusionSend, p.DoDiscard),
			member("GET "+one+"/file", authz.DiffusionSee, p.File), member("GET "+one+"/spaces/{space}/people/{person}/proof", authz.DiffusionSee, p.Proof),
		}
	})
	return c, diffusions
}

// TestPages: a lawyer writes to the client of a space, sees who will receive it and who will
// not, sends it, reads what became of it, keeps the proof and takes it back.
func TestPages(t *testing.T) {
	c, diffusions := site(t)
	list := "/f/" + string(c.Firm) + "/diffusions"
	c.Client.Get(list).Answers(t, http.StatusNotFound, "")
	c.Lead.Get(list).Answers(t, http.StatusOK, "").One(".empty").Says("Aucune diffusion")

	again := c.Lead.Post(list+"/new", "subject", "Congés", "to", "client").Answers(t, http.StatusUnprocessableEntity, "")
	if got := again.One("input[name=subject]").Attr("value"); got != "Congés" || len(again.All(".summary a")) != 2 {
		t.Errorf("the form comes back with %q and %d faults", got, len(again.All(".summary a")))
	}
	picked := c.Lead.Post(list+"/new", "subject", "Congés", "body", "Fermé.", "to", "client", "pick", "divorce").Answers(t, http.StatusOK, "")
	if got := picked.One("input[name=space][checked]"); got.Attr("value") != string(c.Space) || picked.One("textarea[name=body]").Text() != "Fermé." {
		t.Error("the spaces of a model are not ticked, or what was typed is lost")
	}
	made := c.Lead.Post(list+"/new", "subject", "Congés", "body", "Le cabinet **ferme**.", "space", string(c.Space), "to", "client", "asks", "read")
	at := made.Location
	draft := c.Lead.Get(at).Answers(t, http.StatusOK, "")
	will := draft.One(".audience")
	if !strings.Contains(will.Text(), "Mme Sophie Petit") || !strings.Contains(will.Text(), "Me Anne Roux") || !strings.Contains(draft.One("main").Text(), "n’est pas dans ce cercle") {
		t.Errorf("the preview says %q", will.Text())
	}
	draft.One("main").Says("Le lira aussi, pour le cabinet")
	c.Colleague.Get(at).Answers(t, http.StatusNotFound, "")

	c.Lead.Post(at+"/send", "seen", "x", "when", "now").Answers(t, http.StatusConflict, "").One(".summary").Says("L’aperçu a changé")
	seen := draft.One("input[name=seen]").Attr("value")
	if got := c.Lead.Post(at+"/send", "seen", seen, "when", "later", "day", "hier").Answers(t, http.StatusUnprocessableEntity, "").One(".summary a").Attr("href"); got != "#f-at" {
		t.Errorf("a day that is none leads to %q", got)
	}
	c.Lead.Post(at+"/send", "seen", seen, "when", "later", "day", c.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly), "hour", "09:00").Answers(t, http.StatusSeeOther, at+"?done=diffusion_set")
	c.Lead.Get(at).One(".notice").Says("Partira le")
	c.Lead.Post(at+"/cancel").Answers(t, http.StatusSeeOther, at+"?done=diffusion_cancelled")
	c.Lead.Post(at+"/send", "seen", seen, "when", "now").Answers(t, http.StatusSeeOther, at+"?done=diffusion_sent")
	c.Lead.Get(at).One("progress")
	run(t, c, diffusions, at)

	done := c.Lead.Get(at)
	if got := done.One(".table").Text(); !strings.Contains(got, "Mme Sophie Petit") || !strings.Contains(got, "pas encore ouvert") {
		t.Errorf("afterwards it says %q", got)
	}
	proof := c.Lead.Get(done.One(".table td a").Attr("href")).Answers(t, http.StatusOK, "")
	if _, err := diffusion.Verify([]byte(proof.Body), ""); err != nil {
		t.Errorf("its proof: %v", err)
	}
	if got := c.Lead.Get(at+"/file").Answers(t, http.StatusOK, "").Body; !strings.Contains(got, "Mme Sophie Petit") || !strings.Contains(got, ";remis;") {
		t.Errorf("the spreadsheet is %q", got)
	}
	c.Lead.Post(at+"/recall").Answers(t, http.StatusSeeOther, at+"?done=diffusion_recalled")
	c.Lead.Get(at).One(".table").Says("jamais ouvert")
	c.Lead.Post(at+"/recall").Answers(t, http.StatusConflict, "")
	c.Lead.Get(list).One("#diffusions").Says("Congés")
}

// run has one leave that is due.
func run(t *testing.T, c *webtest.Cast, diffusions *diffusion.Service, at string) {
	t.Helper()
	of := id.Diffusion(at[strings.LastIndexByte(at, '/')+1:])
	v, err := diffusions.Show(t.Context(), c.Lead.Actor, of)
	if err == nil {
		err = diffusions.Run(t.Context(), c.Firm, outbox.Job{Kind: diffusion.RunJob, Payload: fmt.Appendf(nil, `{"diffusion":%q,"at":"%d"}`, of, v.At.UnixMicro())})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestOneSpace: where one space is chosen its documents can go with it; who would not see
// one is named; a draft is changed and thrown away.
func TestOneSpace(t *testing.T) {
	c, _ := site(t)
	list := "/f/" + string(c.Firm) + "/diffusions"
	c.File(c.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Note interne.txt"}, []byte("interne"))
	form := c.Lead.Get(list + "/new?space=" + string(c.Space))
	doc := form.One("input[name=document]").Attr("value")
	made := c.Lead.Post(list+"/new", "subject", "Congés", "body", "Fermé.", "space", string(c.Space), "to", "client", "document", doc)
	at := made.Location
	c.Lead.Get(at).One(".audience").Says("ne verra pas")
	if edit := c.Lead.Get(at + "/edit"); edit.One("input[name=document][checked]").Attr("value") != doc || edit.One("textarea").Text() != "Fermé." {
		t.Error("the form of a draft does not say what it is")
	}
	c.Lead.Post(at+"/edit", "subject", "Autre", "body", "Fermé.", "space", string(c.Space), "to", "all").Answers(t, http.StatusSeeOther, at)
	c.Lead.Get(at).One("h1").Says("Autre")
	c.Colleague.Post(at+"/discard").Answers(t, http.StatusNotFound, "")
	c.Lead.Post(at+"/discard").Answers(t, http.StatusSeeOther, list+"?done=diffusion_discarded")
	c.Lead.Get(at).Answers(t, http.StatusNotFound, "")
}
