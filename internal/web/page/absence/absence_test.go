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

// site is a cast with the pages of absences.
func site(t *testing.T) *webtest.Cast {
	return webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		p := &page.Pages{Absences: absence.NewService(c.Office, time.UTC), Spaces: c.Spaces}
		member := func(pattern string, do authz.Action, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Door: web.Member, Action: do, Handle: h}
		}
		return []web.Route{
			member("GET /f/{firm}/absences", authz.AbsenceSee, p.Show), member("POST /f/{firm}/absences", authz.AbsenceTell, p.DoAnnounce),
			member("GET /f/{firm}/people/{colleague}/absence", authz.FirmPeopleEdit, p.Of), member("POST /f/{firm}/people/{colleague}/absence", authz.AbsenceName, p.DoAnnounceFor),
			member("POST /f/{firm}/absences/{absence}/end", authz.AbsenceEnd, p.DoEnd),
		}
	})
}

// TestPage: a lawyer announces an absence, the deputy sees it and ends it; the form comes
// back as it was sent, with what is wrong beside its field; a client has no such page.
func TestPage(t *testing.T) {
	c := site(t)
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

// TestForAnother: who administers the firm announces an absence for somebody, and ends it;
// the form comes back with what is wrong; who is away reads who announced it; nobody else,
// and not of herself, has that page; in which spaces she chose herself it does not say.
func TestForAnother(t *testing.T) {
	c := site(t)
	path := "/f/" + string(c.Firm) + "/people/" + string(c.Colleague.Actor.Person) + "/absence"
	first, last := c.Clock.Now().Format(time.DateOnly), c.Clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	deputy := string(c.Stranger.Actor.Person)

	c.Client.Get(path).Answers(t, http.StatusNotFound, "")
	c.Stranger.Get(path).Answers(t, http.StatusForbidden, "")
	c.Stranger.Post(path, "deputy", deputy, "first", first, "last", last).Answers(t, http.StatusForbidden, "")
	c.Lead.Get("/f/"+string(c.Firm)+"/people/"+string(c.Lead.Actor.Person)+"/absence").Answers(t, http.StatusNotFound, "")
	empty := c.Lead.Get(path).Answers(t, http.StatusOK, "")
	empty.One(".empty").Says("Aucune absence annoncée")
	for _, o := range empty.All("select[name=deputy] option") {
		if v := o.Attr("value"); v == string(c.Lead.Actor.Person) || v == string(c.Colleague.Actor.Person) {
			t.Errorf("%s may be chosen to stand in", o.Text())
		}
	}
	again := c.Lead.Post(path, "deputy", string(c.Lead.Actor.Person), "first", first, "last", last).Answers(t, http.StatusUnprocessableEntity, "")
	if got := again.One(".summary a").Attr("href"); got != "#f-deputy" || again.One("input[name=last]").Attr("value") != last {
		t.Errorf("the summary leads to %q", got)
	}
	c.Lead.Post(path, "deputy", deputy, "first", first, "last", last).Answers(t, http.StatusSeeOther, path+"?done=absence_announced")
	line := c.Lead.Get(path).One("#absences")
	line.Says("Remplacement par Me Jean Vidal")
	line.Says("Annoncée par " + c.Lead.Name)
	c.Colleague.Get("/f/" + string(c.Firm) + "/absences").One("#absences").Says("Annoncée par " + c.Lead.Name)
	form := line.All("form")[0]
	c.Lead.Post(form.Attr("action"), "person", string(c.Colleague.Actor.Person)).Answers(t, http.StatusSeeOther, path+"?done=absence_ended")

	c.Colleague.Post("/f/"+string(c.Firm)+"/absences", "deputy", deputy, "first", first, "last", last, "reach", "some", "space", string(c.Space)).
		Answers(t, http.StatusSeeOther, "/f/"+string(c.Firm)+"/absences?done=absence_announced")
	own := c.Lead.Get(path)
	own.One("#absences").Says("Dans 1 espace de son choix")
	if strings.Contains(own.Body, string(c.Space)) || len(own.All("#absences form")) != 0 {
		t.Error("it says in which, or has who administers the firm end it")
	}
}
