package desk

import (
	"strconv"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Factors is whether the firm demands a second factor of its people, and the form that
// decides it.
type Factors struct {
	Action string
	Now    string
	Bare   string // how many have none; empty when nobody
	Grace  *ui.Field
	Button ui.Button
}

// graces are the days that are offered.
func graces() []int { return []int{0, 7, 30} }

// factors are for who may decide it; without names those who have none.
func (p *Pages) factors(r *web.Request, b ui.Base) (_ *Factors, without []id.Person, err error) {
	if !authz.May(r.Actor, authz.FirmFactors, authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}, authz.Facts{}) {
		return nil, nil, nil
	}
	demand, without, err := p.Firms.Demanded(r.Context(), r.Actor)
	if err != nil {
		return nil, nil, err
	}
	f := &Factors{Action: r.FirmPath("factors"), Now: b.T("desk.factors.off")}
	if n := len(without); n > 0 {
		f.Bare = b.N("desk.factors.without", n)
	}
	if !demand.From.IsZero() {
		f.Now, f.Button = b.T("desk.factors.on"), ui.Button{Label: b.T("desk.factors.waive"), Small: true}
		if demand.Later(r.Now) {
			f.Now = b.T("desk.factors.from", b.Date(demand.From))
		}
		return f, without, nil
	}
	f.Grace = &ui.Field{Kind: ui.Select, Name: "days", Label: b.T("desk.factors.grace")}
	for _, days := range graces() {
		label := b.T("desk.factors.now")
		if days > 0 {
			label = b.N("desk.factors.days", days)
		}
		f.Grace.Options = append(f.Grace.Options, ui.Option{Value: strconv.Itoa(days), Label: label, Chosen: days == 7})
	}
	f.Button = ui.Button{Label: b.T("desk.factors.demand"), Small: true}
	return f, without, nil
}

// DoDemandFactors demands a second factor of the firm's people, or no longer.
func (p *Pages) DoDemandFactors(r *web.Request) (web.Answer, error) {
	typed, err := r.Value("days"), error(nil)
	if typed == "" {
		err = p.Firms.WaiveFactors(r.Context(), r.Actor)
	} else if days, unread := strconv.Atoi(typed); unread != nil {
		err = fault.New(fault.Invalid, "fault.invalid").In("days").Because(unread)
	} else {
		err = p.Firms.DemandFactors(r.Context(), r.Actor, time.Duration(days)*24*time.Hour)
	}
	if refused(err) {
		return p.people(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("people"), "factors_demanded"), nil
}
