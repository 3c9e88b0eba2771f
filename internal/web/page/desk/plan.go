package desk

import (
	"cenacle/internal/quota"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Plan is how much of the house the firm may use, and what it uses.
type Plan struct{ Shares []Share }

// Share is one thing that is limited.
type Share struct {
	Label, Used string
	Percent     int
	Full        bool
}

func (p *Pages) plan(r *web.Request, b ui.Base) (*Plan, error) {
	st, err := p.Plans.Standing(r.Context(), r.Actor)
	if err != nil || st.Plan.None() {
		return nil, err
	}
	page := &Plan{}
	add := func(key string, limit, used int64, write func(int64) string) {
		if limit == 0 {
			return
		}
		page.Shares = append(page.Shares, Share{
			Label: b.T("desk.plan." + key), Used: b.T("desk.plan.used", write(used), write(limit)),
			Percent: ui.Progress{Done: used, Total: limit}.Percent(), Full: used >= limit,
		})
	}
	add("spaces", st.Plan.Spaces, st.Used.Spaces, b.Number)
	add("colleagues", st.Plan.Colleagues, st.Used.Colleagues, b.Number)
	add("storage", st.Plan.Storage, st.Used.Storage, b.Bytes)
	return page, nil
}

// full says, before a form is filled in, that the plan has no room for a space.
func (p *Pages) full(r *web.Request, b ui.Base) (*ui.Notice, error) {
	err := p.Plans.Opens(r.Context(), r.Actor)
	if quota.Full(err) {
		return &ui.Notice{Look: ui.Signal, Title: b.T("desk.plan.no_room"), Text: b.Fault(err)}, nil
	}
	return nil, err
}

// refusedBy says that a plan refused what was typed, which is kept: nothing of it is to be
// corrected. It is nil where something else is wrong.
func refusedBy(b ui.Base, err error) *ui.Notice {
	if !quota.Full(err) {
		return nil
	}
	return &ui.Notice{Look: ui.Signal, Title: b.T("desk.plan.no_room"), Text: b.T("desk.plan.kept", b.Fault(err))}
}
