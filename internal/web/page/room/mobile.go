package room

import (
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// mobiles are the numbers that the firm knows of those from outside, for who may say them;
// nil for the others.
func (p *Pages) mobiles(h here) (map[id.Person]string, error) {
	on := authz.Resource{Kind: authz.OfSpace, Firm: h.r.Actor.Firm, Space: h.room.ID}
	if !authz.May(h.r.Actor, authz.SpaceMobile, on, h.room.Facts) {
		return nil, nil
	}
	return p.Lifecycle.Mobiles(h.r.Context(), h.r.Actor, h.room.ID)
}

// mobile is the form by which a lawyer says at which telephone codes reach somebody.
func (h here) mobile(of space.Person, known map[id.Person]string, refused error) *ui.Fold {
	if known == nil || of.Role.Inside() {
		return nil
	}
	t, number := h.r.Printer, known[of.Person]
	f := &ui.Fold{
		ID: "mobile-" + string(of.Person), Label: t.T("room.mobile.none"), Action: h.path("people", string(of.Person), "mobile"),
		Confirm: ui.Button{Label: t.T("room.mobile.set"), Small: true},
		Field: ui.Field{
			Kind: ui.Tel, Name: "mobile", ID: "number-" + string(of.Person), Label: t.T("room.mobile.of", of.Name), Hint: t.T("room.mobile.hint"),
			Value: number, Length: 40, Optional: true, Autocomplete: "off",
		},
	}
	if number != "" {
		f.Label = t.T("room.mobile.known", fold.MaskMobile(number))
	}
	if h.r.URL.Path == f.Action && refused != nil {
		f.Open, f.Field.Value = true, h.r.Value("mobile")
		ui.Refuse(t, refused).Mark(&f.Field)
	}
	return f
}

// DoSetMobile says at which telephone codes reach somebody from outside.
func (p *Pages) DoSetMobile(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	person, err := web.PathID[id.Person](r, "person")
	if err != nil {
		return nil, err
	}
	err = p.Lifecycle.SetMobile(r.Context(), r.Actor, h.room.ID, person, strings.TrimSpace(r.Value("mobile")))
	if fault.Is(err, fault.Invalid) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "mobile_set"), nil
}
