package desk

import (
	"strconv"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Reviews are the people from outside in the spaces that the reader answers for, whom
// she looks at again.
type Reviews struct {
	ui.Base
	Summary ui.Summary
	Due     []Review
	Coming  []Review
	Rule    ReviewRule
}

// Review is one access, and what can be decided about it.
type Review struct {
	Name   string
	Role   string
	Since  string
	Room   string // the space's name; empty when it would repeat hers
	Href   string // of the space
	When   string
	Action string
	Until  ui.Field
	Keep   ui.Button
	Open   bool // its form came back
	End    ui.Dialog
}

// ReviewRule is after how long the firm looks again; Months is nil for those who may not
// decide it.
type ReviewRule struct {
	Now    string
	Action string
	Months *ui.Field
	Button ui.Button
}

var reviewPage = ui.Parse[Reviews](files, "review.tmpl")

// Reviews shows them, what is due first.
func (p *Pages) Reviews(r *web.Request) (web.Answer, error) { return p.reviews(r, nil) }

func (p *Pages) reviews(r *web.Request, refused error) (web.Answer, error) {
	found, err := p.Lifecycle.Reviews(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	months, err := p.Firms.ReviewEvery(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	b := frame(r, r.Printer.T("desk.review.title"))
	b.Path = r.FirmPath("reviews")
	page := Reviews{Base: b, Rule: ruleOf(r, b, months)}
	fields := []*ui.Field{}
	if page.Rule.Months != nil && r.URL.Path == page.Rule.Action {
		fields = append(fields, page.Rule.Months)
	}
	for _, one := range found {
		line := reviewOf(r, b, one, months)
		if refused != nil && r.URL.Path == line.Action {
			line.Open, line.Until.Value = true, r.Value("until")
			page.Summary = ui.Refuse(r.Printer, refused).Mark(&line.Until)
		}
		if one.Late {
			page.Due = append(page.Due, line)
		} else {
			page.Coming = append(page.Coming, line)
		}
	}
	if refused == nil {
		return web.Show(reviewPage, page), nil
	}
	if page.Summary.Lines == nil {
		page.Summary = ui.Refuse(r.Printer, refused).Mark(fields...)
	}
	return web.Again(reviewPage, page, refused), nil
}

func reviewOf(r *web.Request, b ui.Base, from lifecycle.Review, months int) Review {
	at := r.SpacePath(from.Space, "people", string(from.Person), "review")
	which := string(from.Space) + "-" + string(from.Person)
	tomorrow, last := r.Now.AddDate(0, 0, 1), r.Now.AddDate(0, months, 0)
	line := Review{
		Name: from.Name, Role: b.T("space.role." + string(from.Role)), Since: b.Date(from.Since),
		Room: from.SpaceName, Href: r.SpacePath(from.Space), Action: at,
		Until: ui.Field{
			Kind: ui.Date, Name: "until", ID: "f-until-" + which, Label: b.T("desk.review.until"), Short: true,
			Value: last.Format(time.DateOnly), Earliest: tomorrow.Format(time.DateOnly),
		},
		Keep: ui.Button{Label: b.T("desk.review.keep")},
		End: ui.Dialog{
			ID: "end-" + which, Title: b.T("desk.review.end_title", from.Name), Consequence: b.T("desk.review.end_consequence", from.Name, from.SpaceName),
			Opener: ui.Button{Label: b.T("desk.review.end"), Small: true, Icon: "user-minus"},
			Action: at + "/end", Confirm: ui.Button{Label: b.T("desk.review.end"), Look: ui.Danger},
		},
	}
	if line.Room == line.Name {
		line.Room = ""
	}
	if line.When = b.T("desk.review.coming", b.Date(from.Due)); from.Late {
		line.When = b.T("desk.review.late", b.Date(from.Due))
	}
	return line
}

func ruleOf(r *web.Request, b ui.Base, months int) ReviewRule {
	rule := ReviewRule{Now: b.N("desk.review.every", months), Action: r.FirmPath("reviews")}
	if !authz.May(r.Actor, authz.FirmReview, authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}, authz.Facts{}) {
		return rule
	}
	rule.Months = &ui.Field{Kind: ui.Select, Name: "months", Label: b.T("desk.review.months")}
	for _, n := range firm.ReviewChoices() {
		rule.Months.Options = append(rule.Months.Options, ui.Option{Value: strconv.Itoa(n), Label: b.N("desk.review.choice", n), Chosen: n == months})
	}
	rule.Button = ui.Button{Label: b.T("desk.review.choose"), Small: true}
	return rule
}

// DoChooseReview decides after how long the firm looks again.
func (p *Pages) DoChooseReview(r *web.Request) (web.Answer, error) {
	months, err := strconv.Atoi(r.Value("months"))
	if err != nil {
		err = fault.New(fault.Invalid, "firm.review_months").In("months").Because(err)
	} else {
		err = p.Firms.ChooseReview(r.Context(), r.Actor, months)
	}
	if refused(err) {
		return p.reviews(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("reviews"), "review_chosen"), nil
}

// DoKeepAccess has somebody stay until she is looked at again.
func (p *Pages) DoKeepAccess(r *web.Request) (web.Answer, error) {
	return p.review(r, "access_kept", func(in id.Space, of id.Person) error {
		return p.Lifecycle.KeepAccess(r.Context(), r.Actor, in, of, r.Value("until"))
	})
}

// DoEndAccess takes somebody out of a space.
func (p *Pages) DoEndAccess(r *web.Request) (web.Answer, error) {
	return p.review(r, "access_ended", func(in id.Space, of id.Person) error {
		return p.Lifecycle.RemoveMember(r.Context(), r.Actor, in, of)
	})
}

func (p *Pages) review(r *web.Request, done string, do func(id.Space, id.Person) error) (web.Answer, error) {
	in, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Person](r, "person")
	if err != nil {
		return nil, err
	}
	if err := do(in, of); refused(err) {
		return p.reviews(r, err)
	} else if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("reviews"), done), nil
}
