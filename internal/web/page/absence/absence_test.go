package absence_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/authz"
	"cenacle/internal/web"
	page "cenacle/internal/web/page/absence"
	"cenacle/internal/web/webtest"
)

// TestPage: a lawyer announces an absence, the deputy sees it and ends it; the form comes
// back as it was sent, with what is wrong beside its field; a client has no such page.
func TestPage(t *testing.T) {
	c := webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		p := &page.Pages{Absences: absence.NewService(c.Office, time.UTC), Spaces: c.Spaces}
		member := func(pattern string, do authz.Action, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Door: web.Member, Action: do, Handle: h}
		}
		return []web.Route{
			member("GET /f/{firm}/absences", authz.AbsenceSee, p.Show), member("POST /f/{firm}/absences", authz.AbsenceTell, p.DoAnnounce),
			member("POST /f/{firm}/absences/{absence}/end", authz.AbsenceEnd, p.DoEnd),
		}
	})
	path := "/f/" + string(c.Firm) + "/absences"
	first, last := c.Clock.Now().Format(time.DateOnly), c.Clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	deputy := string(c.Colleague.Actor.Person)

	c.Client.Get(path).Answers(t, http.StatusNotFound, "")
	empty := c.Lead.Get(path).Answers(t, http.StatusOK, "")
	empty.One(".empty").Says("Aucune absence annoncée")
	if empty.One("input[name=first]").Attr("value") != first || len(empty.All("select[name=deputy] option")) < 2 {
		t.Error("the form asks for what the house knows")
	}
	for _, wrong := range []struct {
		field string
		form  []string
	}{
		{"deputy", []string{"first", first, "last", last, "reach", "all"}},
		{"last", []string{"deputy", deputy, "first", last, "last", first, "reach", "all"}},
		{"space", []string{"deputy", deputy, "first", first, "last", last, "reach", "some"}},
	} {
		again := c.Lead.Post(path, wrong.form...).Answers(t, http.StatusUnprocessableEntity, "")
		if got := again.One(".summary a").Attr("href"); got != "#f-"+wrong.field {
			t.Errorf("the summary leads to %q, want the field %s", got, wrong.field)
		}
	}
	again := c.Lead.Post(path, "deputy", deputy, "first", "", "last", last, "reach", "all").Answers(t, http.StatusUnprocessableEntity, "")
	if again.One("select[name=deputy] option[selected]").Attr("value") != deputy || again.One("input[name=last]").Attr("value") != last {
		t.Error("the form does not come back as it was sent")
	}

	c.Lead.Post(path, "deputy", deputy, "first", first, "last", last, "reach", "some", "space", string(c.Space)).
		Answers(t, http.StatusSeeOther, path+"?done=absence_announced")
	own := c.Lead.Get(path).One("#absences")
	if !strings.Contains(own.Text(), "vous remplace") || !strings.Contains(own.Text(), "Dans 1 espace") || !strings.Contains(own.Text(), "En cours") {
		t.Errorf("it is shown as %q", own.Text())
	}
	theirs := c.Colleague.Get(path).One("#replacing")
	theirs.Says("Vous remplacez")
	c.Stranger.Post(theirs.All("form")[0].Attr("action")).Answers(t, http.StatusNotFound, "")
	c.Colleague.Post(theirs.All("form")[0].Attr("action")).Answers(t, http.StatusSeeOther, path+"?done=absence_ended")
	c.Lead.Get(path).One(".empty").Says("Aucune absence annoncée")
}
