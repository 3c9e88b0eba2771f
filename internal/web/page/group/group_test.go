package group_test

import (
	"net/http"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/group"
	"cenacle/internal/web"
	page "cenacle/internal/web/page/group"
	"cenacle/internal/web/webtest"
)

// TestPages: who administers the firm makes a group, lets somebody in and out, and
// dissolves it; each form comes back as it was sent; a colleague reads and changes
// nothing; a client has no such page.
func TestPages(t *testing.T) {
	var groups *group.Service
	c := webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		groups = group.NewService(c.Office)
		p := &page.Pages{Groups: groups}
		member := func(pattern string, do authz.Action, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Door: web.Member, Action: do, Handle: h}
		}
		return []web.Route{
			member("GET /f/{firm}/groups", authz.GroupSee, p.List), member("POST /f/{firm}/groups", authz.GroupKeep, p.DoMake),
			member("GET /f/{firm}/groups/{group}", authz.GroupSee, p.Show), member("POST /f/{firm}/groups/{group}", authz.GroupKeep, p.DoRename),
			member("POST /f/{firm}/groups/{group}/dissolve", authz.GroupKeep, p.DoDissolve),
			member("POST /f/{firm}/groups/{group}/people", authz.GroupAdmit, p.DoAdmit),
			member("POST /f/{firm}/groups/{group}/people/{colleague}/remove", authz.GroupKeep, p.DoDismiss),
		}
	})
	path := "/f/" + string(c.Firm) + "/groups"
	c.Client.Get(path).Answers(t, http.StatusNotFound, "")
	c.Lead.Get(path).Answers(t, http.StatusOK, "").One(".empty").Says("Aucun groupe")
	if forms := c.Colleague.Get(path).Answers(t, http.StatusOK, "").All("main form"); len(forms) > 0 {
		t.Error("a colleague is offered to make one")
	}
	c.Colleague.Post(path, "name", "Pôle social").Answers(t, http.StatusForbidden, "")
	again := c.Lead.Post(path, "name", " ").Answers(t, http.StatusUnprocessableEntity, "")
	if got := again.One(".summary a").Attr("href"); got != "#f-name" {
		t.Errorf("the summary leads to %q", got)
	}
	made := c.Lead.Post(path, "name", "Pôle social")
	at, _, _ := strings.Cut(made.Location, "?")
	made.Answers(t, http.StatusSeeOther, at+"?done=group_made")
	c.Lead.Get(at).One(".page-head").Says("Dans aucun espace pour l’instant")
	c.Lead.Get(at).One("main").Says("Le groupe n’est encore dans aucun espace\u00a0: cette personne entrera dans ceux où il sera placé")
	c.Colleague.Get(at).One(".page-head").Says("Dans aucun de vos espaces")
	c.Lead.Post(path, "name", "pole social").Answers(t, http.StatusConflict, "").One("input[name=name]").Is("value", "pole social")

	colleague := string(c.Colleague.Actor.Person)
	c.Lead.Post(at+"/people", "person", "").Answers(t, http.StatusUnprocessableEntity, "")
	c.Lead.Post(at+"/people", "person", colleague).Answers(t, http.StatusSeeOther, at+"?done=group_entered")
	c.Colleague.Get(path).One("#groups").Says(c.Colleague.Name)
	shown := c.Lead.Get(at)
	shown.One("#people").Says(c.Colleague.Name)
	if len(c.Colleague.Get(at).All("main form")) > 0 {
		t.Error("a colleague is offered to change it")
	}
	c.Stranger.Post(at+"/dissolve").Answers(t, http.StatusForbidden, "")
	c.Lead.Post(at, "name", "").Answers(t, http.StatusUnprocessableEntity, "")
	c.Lead.Post(at, "name", "Pôle fiscal").Answers(t, http.StatusSeeOther, at+"?done=group_renamed")
	c.Lead.Post(at+"/people/"+colleague+"/remove").Answers(t, http.StatusSeeOther, at+"?done=group_left")
	c.Lead.Get(at).One("#people").Says("Personne pour l’instant")
	c.Lead.Post(at+"/dissolve").Answers(t, http.StatusSeeOther, path+"?done=group_dissolved")
	c.Lead.Get(at).Answers(t, http.StatusNotFound, "")
}
