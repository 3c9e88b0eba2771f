package room

import (
	"cmp"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/memo"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// later says when a document comes onto the common table by itself, or offers to set
// that.
func (h here) later(out *Release, d document.Detail, fixed forum.Instant, refused error) {
	t := h.r.Printer
	if set := d.Timed; set != nil && set.Stopped != "" {
		out.Waits = &ui.Notice{Look: ui.Danger, Title: t.T("room.release.stopped", t.DateTime(set.At)), Text: t.T("room.release.stopped." + set.Stopped)}
	} else if set != nil {
		out.Waits = &ui.Notice{Title: t.T("room.release.waits", t.DateTime(set.At)), Text: t.T("room.release.waits_text", h.name(set.By))}
		out.GiveUp = &ui.Dialog{
			ID: "release-cancel", Title: t.T("room.release.give_up"), Consequence: t.T("done.release_given_up"),
			Opener: ui.Button{Label: t.T("room.release.give_up")}, Action: h.path("documents", string(d.ID), "release", "cancel"),
			Confirm: ui.Button{Label: t.T("room.release.give_up"), Look: ui.Primary},
		}
	}
	onDay, atHour := "", "" // the instant of the forum, when there is one
	hint := t.T("room.release.hour_hint")
	if local := fixed.At.In(h.r.Zone()); fixed.At.After(h.r.Now) {
		onDay, atHour = local.Format(time.DateOnly), local.Format("15:04")
		hint = t.T("room.instant.take", t.DateTime(fixed.At)) + " " + hint
	}
	day := ui.Field{Kind: ui.Date, Name: "day", Label: t.T("room.release.day"), Value: cmp.Or(h.r.Value("day"), onDay), Earliest: today(h.r.Now.In(h.r.Zone()))}
	hour := ui.Field{Kind: ui.Hour, Name: "hour", Label: t.T("room.release.hour"), Hint: hint, Value: cmp.Or(h.r.Value("hour"), atHour)}
	out.Later = &Form{Action: h.path("documents", string(d.ID), "release", "set"), Button: ui.Button{Label: t.T("room.release.set")}}
	out.Later.Summary = ui.Refuse(t, refused).Mark(&day, &hour)
	out.Later.Hidden = h.anyway(refused, &out.Later.Button)
	out.Later.Fields = []ui.Field{day, hour}
}

// DoReleaseAt has a document come onto the common table at a set moment.
func (p *Pages) DoReleaseAt(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", r.Value("day")+" "+r.Value("hour"), r.Zone())
	if err == nil {
		err = p.Documents.ReleaseAt(r.Context(), r.Actor, document.Releasing{Document: of, Confirm: r.Values("confirm")}, at)
	}
	if fault.Is(err, fault.Invalid) || at.IsZero() {
		err = fault.New(fault.Invalid, "document.release_when").In("day") // of what it asks for, nothing else can be wrong
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "release_set"), nil
}

// DoCancelRelease takes that back.
func (p *Pages) DoCancelRelease(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	if err := p.Documents.CancelRelease(r.Context(), r.Actor, of); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "release_given_up"), nil
}
