package notice_test

import (
	"net/http"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/notice"
	"cenacle/internal/web"
	page "cenacle/internal/web/page/notice"
	"cenacle/internal/web/webtest"
)

func open(t *testing.T) (*webtest.Cast, *notice.Service, string) {
	t.Helper()
	var notices *notice.Service
	c := webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		notices = notice.NewService(c.Office)
		p := &page.Pages{Accounts: c.Accounts, Notices: notices, Spaces: c.Spaces}
		member := func(pattern string, do authz.Action, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Door: web.Member, Action: do, Handle: h}
		}
		return []web.Route{
			member("GET /f/{firm}/notices", authz.NoticeSee, p.Show), member("POST /f/{firm}/notices", authz.NoticeChoose, p.DoChoose),
			member("POST /f/{firm}/spaces/{space}/mute", authz.NoticeChoose, p.DoMute),
		}
	})
	return c, notices, "/f/" + string(c.Firm) + "/notices"
}

func TestHours(t *testing.T) {
	c, notices, path := open(t)
	chosen := func(want notice.Choice) {
		t.Helper()
		s, err := notices.Show(t.Context(), c.Client.Actor)
		if err != nil || s.Choice != want {
			t.Errorf("she chose %+v, %v, want %+v", s.Choice, err, want)
		}
	}
	first := c.Client.Get(path).Answers(t, http.StatusOK, "")
	first.One(`input[name=rhythm][value=at_once][checked]`)
	if first.One(`select[name=from] option[selected]`).Attr("value") != "" || first.One(`select[name=to] option[selected]`).Attr("value") != "8" {
		t.Error("the usual hours are not those of the form")
	}

	c.Client.Post(path, "rhythm", "at_once", "from", "20", "to", "8").Answers(t, http.StatusSeeOther, path+"?done=notices_chosen")
	chosen(notice.Choice{Daily: notice.AtOnce, From: 20, To: 8})
	c.Client.Post(path, "rhythm", "daily", "daily", "18", "from", "20", "to", "8").Answers(t, http.StatusSeeOther, path+"?done=notices_chosen")
	chosen(notice.Choice{Daily: 18})
	if c.Client.Get(path).One(`select[name=daily] option[selected]`).Attr("value") != "18" {
		t.Error("the hour that she chose is not shown")
	}

	for _, wrong := range []struct {
		form  []string
		field string
	}{
		{[]string{"rhythm", "daily", "daily", "24"}, "daily"}, {[]string{"rhythm", "daily", "daily", ""}, "daily"},
		{[]string{"rhythm", "at_once", "from", "7", "to", "x"}, "to"}, {[]string{"rhythm", "at_once", "from", "7", "to", "7"}, "to"},
		{[]string{"rhythm", "never"}, "rhythm"}, {nil, "rhythm"},
	} {
		again := c.Client.Post(path, wrong.form...).Answers(t, http.StatusUnprocessableEntity, "")
		if again.One(".summary a").Attr("href") != "#f-"+wrong.field {
			t.Errorf("%v: the summary leads to %q", wrong.form, again.One(".summary a").Attr("href"))
		}
	}
	back := c.Client.Post(path, "rhythm", "at_once", "from", "7", "to", "7")
	if back.One(`select[name=from] option[selected]`).Attr("value") != "7" {
		t.Error("the form does not come back as it was sent")
	}
	chosen(notice.Choice{Daily: 18})
}

func TestMute(t *testing.T) {
	c, notices, path := open(t)
	muted := func(want int) {
		t.Helper()
		s, err := notices.Show(t.Context(), c.Lead.Actor)
		if err != nil || len(s.Muted) != want {
			t.Errorf("%d spaces are muted, %v", len(s.Muted), err)
		}
	}
	form := c.Lead.Get(path).One("#spaces form")
	if form.One("input[name=muted]").Attr("value") != "1" {
		t.Error("a space with its mails is not offered to be muted")
	}
	c.Lead.Post(form.Attr("action"), "muted", "1").Answers(t, http.StatusSeeOther, path+"?done=space_muted")
	muted(1)
	shown := c.Lead.Get(path)
	if shown.One("#spaces form input[name=muted]").Attr("value") != "" || !strings.Contains(shown.One("#spaces li").Text(), "Avis coupés depuis") {
		t.Errorf("a muted space is shown as %q", shown.One("#spaces li").Text())
	}
	people := strings.TrimSuffix(form.Attr("action"), "/mute") + "/people"
	c.Lead.Post(form.Attr("action"), "muted", "", "here", "1").Answers(t, http.StatusSeeOther, people+"?done=space_unmuted")
	muted(0)
	c.Stranger.Post(form.Attr("action"), "muted", "1").Answers(t, http.StatusNotFound, "")
}
