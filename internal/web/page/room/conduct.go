package room

import (
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// writes reports whether the reader leaves words of her own in the space.
func (h here) writes() bool { return h.room.Mine != authz.Reader && h.room.Mine != authz.Clerk }

// hands reports whether she hands papers in.
func (h here) hands() bool {
	return h.room.Mine == authz.Client || h.room.Mine == authz.Guest || h.room.Mine == authz.Expert
}

// conducts reports whether she conducts the assessment of a forum.
func (h here) conducts() bool { return h.room.Forum && h.room.Mine == authz.Expert }

// directs says whether what is said of how a forum goes is hers to say; the use case
// decides.
func (h here) directs() bool { return h.room.Forum && h.says() }

// says is directs where there is no forum yet.
func (h here) says() bool {
	on := authz.Resource{Kind: authz.OfSpace, Firm: h.r.Actor.Firm, Space: h.room.ID}
	return authz.May(h.r.Actor, authz.ForumSet, on, h.room.Facts)
}

// stance is how a reader stands in a forum, for the sentences of its pages.
func (h here) stance() string {
	if h.room.Mine.Neutral() {
		return "neutral"
	}
	return h.side()
}

// Instant is when the parties of a forum communicate, in words, with the form that sets
// it for who may.
type Instant struct {
	Said   *ui.Notice
	Set    *Form
	GiveUp *ui.Dialog
}

// instant tells and offers it; nil where there is nothing to tell and nobody to set it.
func (p *Pages) instant(h here, refused error) (*Instant, error) {
	if !h.room.Forum {
		return nil, nil
	}
	now, err := p.Forums.Instant(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t, out := h.r.Printer, &Instant{}
	ahead := now.At.After(h.r.Now)
	if ahead {
		out.Said = &ui.Notice{Title: t.T("room.instant.said", t.DateTime(now.At)), Text: t.T("room.instant.said_text", now.ByName)}
	}
	if !h.directs() {
		if out.Said == nil {
			return nil, nil
		}
		return out, nil
	}
	day := ui.Field{Kind: ui.Date, Name: "day", Label: t.T("room.release.day"), Value: h.r.Value("day"), Earliest: today(h.r.Now.In(h.r.Zone()))}
	hour := ui.Field{Kind: ui.Hour, Name: "hour", Label: t.T("room.release.hour"), Hint: t.T("room.instant.hint"), Value: h.r.Value("hour")}
	out.Set = &Form{Action: h.path("exhibits", "instant"), Button: ui.Button{Label: t.T("room.instant.set"), Look: ui.Primary}}
	if ahead {
		out.Set.Button.Label = t.T("room.instant.move")
		out.GiveUp = &ui.Dialog{
			ID: "instant-cancel", Title: t.T("room.instant.cancel_ask"), Consequence: t.T("room.instant.cancel_then"),
			Opener: ui.Button{Label: t.T("room.instant.cancel")}, Action: h.path("exhibits", "instant", "cancel"),
			Confirm: ui.Button{Label: t.T("room.instant.cancel"), Look: ui.Danger},
		}
	}
	out.Set.Summary = ui.Refuse(t, h.back(refused, "exhibits", "instant")).Mark(&day, &hour)
	out.Set.Fields = []ui.Field{day, hour}
	return out, nil
}

// DoSetInstant says when the parties communicate.
func (p *Pages) DoSetInstant(r *web.Request) (web.Answer, error) {
	at, err := time.ParseInLocation("2006-01-02 15:04", r.Value("day")+" "+r.Value("hour"), r.Zone())
	if err != nil {
		at = r.Now // which has passed, and is refused
	}
	return p.fixing(r, "instant_set", at)
}

// DoCancelInstant takes that back.
func (p *Pages) DoCancelInstant(r *web.Request) (web.Answer, error) {
	return p.fixing(r, "instant_cancelled", time.Time{})
}

func (p *Pages) fixing(r *web.Request, done string, at time.Time) (web.Answer, error) {
	h, all, err := p.lists(r)
	if err != nil {
		return nil, err
	}
	err = p.Forums.SetInstant(r.Context(), r.Actor, h.room.ID, at)
	if fault.Is(err, fault.Invalid) {
		err = fault.New(fault.Invalid, "forum.instant_when").In("day")
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.exhibits(h, all, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("exhibits"), done), nil
}
