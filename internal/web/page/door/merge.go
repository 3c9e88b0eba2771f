package door

import (
	"net/url"

	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// MergePage makes one of two identities of a person, step by step: she shows the one that
// she keeps, then the other one, sees what passes, and decides. One step is shown at a
// time.
type MergePage struct {
	ui.Base
	Refused *ui.Notice
	Words   []string
	Kept    string // the mailbox of the identity that stays, once it was shown
	Ends    string // and that of the one that ends; both are empty before
	Firms   []MergeFirm
	Bars    []string // why it cannot be done now
	Start   *ui.Button
	Next    *ui.Link // where the other one is shown
	Merge   *ui.Dialog
	Cancel  *ui.Button // of a wish that waits for a mailbox
	Back    ui.Link
}

// MergeFirm is what passes in one firm.
type MergeFirm struct {
	Name  string
	Lines []string
}

var mergeTemplate = ui.Parse[MergePage](files, "merge.tmpl")

const mergePath = "/account/merge"

// Merge shows the step that she is at, and decides nothing.
func (p *Pages) Merge(r *web.Request) (web.Answer, error) {
	page, err := p.mergePage(r)
	if err != nil {
		return nil, err
	}
	return web.Show(mergeTemplate, page), nil
}

// newMergePage is the page at one of its steps.
func newMergePage(r *web.Request, step string) MergePage {
	page := MergePage{Base: base(r, ui.Client, r.Printer.T("door.merge.title."+step), mergePath), Words: []string{r.Printer.T("door.merge.text." + step)}}
	page.Back = ui.Link{Href: accountPath, Label: r.Printer.T("web.account")}
	return page
}

func (p *Pages) mergePage(r *web.Request) (MergePage, error) {
	m, err := p.Accounts.Merge(r.Context(), r.Session.Person)
	if err == nil {
		return mergeWaits(r, m), nil
	}
	if !fault.Is(err, fault.NotFound) {
		return MergePage{}, err
	}
	if r.Paired() == "" {
		return mergeStart(r), nil
	}
	kept, err := p.Accounts.Merging(r.Context(), r.Paired())
	switch {
	case fault.Is(err, fault.Unauthenticated):
		return mergeStart(r), nil
	case err != nil:
		return MergePage{}, err
	case kept.ID == r.Session.Person:
		return mergeShown(r, kept), nil
	}
	return p.mergeAsk(r, kept)
}

// mergeStart has her begin with the identity that she keeps, which has to have something
// of its own to sign in by.
func mergeStart(r *web.Request) MergePage {
	page := newMergePage(r, "start")
	if !r.Session.Via.Own() {
		page.Words = []string{r.Printer.T("door.merge.linked")}
		return page
	}
	page.Start = &ui.Button{Label: r.Printer.T("door.merge.start"), Look: ui.Primary}
	return page
}

// mergeShown leads to the other identity, in the same browser.
func mergeShown(r *web.Request, kept account.Person) MergePage {
	page := newMergePage(r, "shown")
	page.Kept = kept.Email
	page.Words = append(page.Words, r.Printer.T("door.merge.other_link"))
	page.Next = &ui.Link{Href: signInPath + "?again=1&next=" + url.QueryEscape(mergePath), Label: r.Printer.T("door.merge.other")}
	return page
}

// mergeWaits says that the mailbox of the one that ends has not agreed yet.
func mergeWaits(r *web.Request, m account.Merger) MergePage {
	page := newMergePage(r, "waits")
	page.Ends, page.Kept = m.From, m.To
	page.Cancel = &ui.Button{Label: r.Printer.T("door.merge.cancel"), Small: true}
	return page
}

// mergeAsk shows what would pass, and asks.
func (p *Pages) mergeAsk(r *web.Request, kept account.Person) (MergePage, error) {
	page := newMergePage(r, "ask")
	foreseen, err := p.Lifecycle.ForeseeMerge(r.Context(), r.Session.Person, kept.ID)
	if err != nil {
		return page, err
	}
	page.foresee(r, foreseen)
	t := r.Printer.T
	if len(page.Bars) > 0 {
		return page, nil
	}
	page.Merge = &ui.Dialog{
		ID: "merge", Action: mergePath + "/confirm", Title: t("door.merge.confirm_title", page.Ends), Consequence: t("door.merge.confirm_then", page.Kept),
		Opener:  ui.Button{Label: t("door.merge.confirm"), Look: ui.Danger},
		Confirm: ui.Button{Label: t("door.merge.confirm"), Look: ui.Danger},
	}
	return page, nil
}

// foresee puts into words what would pass and what stands in the way.
func (page *MergePage) foresee(r *web.Request, m lifecycle.Merging) {
	page.Kept, page.Ends = m.Kept.Email, m.Former.Email
	for _, f := range m.Firms {
		one := MergeFirm{Name: f.Firm.Name, Lines: []string{r.Printer.N("door.merge.spaces", f.Spaces)}}
		if f.Drafts > 0 {
			one.Lines = append(one.Lines, r.Printer.N("door.merge.drafts", f.Drafts))
		}
		page.Firms = append(page.Firms, one)
		for _, bar := range f.Bars {
			page.Bars = append(page.Bars, r.Printer.T("door.merge.bar."+string(bar), f.Firm.Name))
		}
	}
}

// DoBeginMerge notes in this browser that she has shown the identity that she keeps.
func (p *Pages) DoBeginMerge(r *web.Request) (web.Answer, error) {
	challenge, err := p.Accounts.BeginMerge(r.Context(), r.Session)
	if fault.Is(err, fault.Forbidden) && r.Session.Via.Own() && r.Session.Proven {
		return p.Prove(r) // she has been here for a while
	}
	if err != nil {
		return nil, err
	}
	return r.Pair(challenge, web.See(mergePath)), nil
}

// DoMerge has the identity that is signed in end, as soon as its mailbox agrees.
func (p *Pages) DoMerge(r *web.Request) (web.Answer, error) {
	done, err := p.Lifecycle.AskMerge(r.Context(), r.Session, r.Paired())
	switch {
	case err == nil && done:
		return r.Unpair(r.EndWith(agreed(r, "done", nil))), nil
	case err == nil:
		return r.Unpair(web.Done(mergePath, "merger_asked")), nil
	case fault.Is(err, fault.Forbidden) && r.Session.Via.Own() && r.Session.Proven:
		return p.Prove(r)
	case !mended(err) && !fault.Is(err, fault.Forbidden):
		return nil, err
	}
	page, unread := p.mergePage(r)
	if unread != nil {
		return nil, unread
	}
	page.Refused = &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(err)}
	return web.Again(mergeTemplate, page, err), nil
}

// DoCancelMerge leaves both as they are.
func (p *Pages) DoCancelMerge(r *web.Request) (web.Answer, error) {
	if err := p.Accounts.CancelMerge(r.Context(), r.Session.Person); err != nil {
		return nil, err
	}
	return r.Unpair(web.Done(accountPath, "merger_kept")), nil
}

// Agree shows what the mailbox of the identity that is to end decides, and decides
// nothing.
func (p *Pages) Agree(r *web.Request) (web.Answer, error) {
	m, err := p.Accounts.PeekMerge(r.Context(), r.PathValue("token"))
	if fault.Is(err, fault.NotFound) {
		return agreed(r, "over", fault.New(fault.Gone, "fault.gone")), nil
	}
	if err != nil {
		return nil, err
	}
	page := agreePage(r, "agree")
	page.Words = []string{r.Printer.T("door.merge.agree", m.From, m.To), r.Printer.T("door.merge.then")}
	page.Confirm = &ui.Button{Label: r.Printer.T("door.merge.confirm"), Name: "do", Value: "confirm", Look: ui.Danger, Wide: true}
	page.Refuse = ui.Button{Label: r.Printer.T("door.move.refuse"), Name: "do", Value: "refuse", Wide: true}
	return web.Show(moveTemplate, page), nil
}

func agreePage(r *web.Request, step string) MovePage {
	path := signInPath // without a token there is nothing to come back to
	if token := r.PathValue("token"); token != "" {
		path = lifecycle.MergePath(url.PathEscape(token))
	}
	return MovePage{Base: base(r, ui.Public, r.Printer.T("door.merge.title."+step), path), Post: path}
}

// agreed is what came of it, or that the token opens nothing.
func agreed(r *web.Request, step string, as error) web.Answer {
	return decided(agreePage(r, step), r.Printer.T("door.merge.text."+step), as)
}

// DoAgree takes the word of that mailbox.
func (p *Pages) DoAgree(r *web.Request) (web.Answer, error) {
	token, step := r.PathValue("token"), "refused"
	var err error
	if r.Value("do") == "confirm" {
		step, err = "done", p.Lifecycle.AgreeMerge(r.Context(), token)
	} else {
		err = p.Lifecycle.RefuseMerge(r.Context(), token)
	}
	switch {
	case fault.Is(err, fault.NotFound):
		return agreed(r, "over", fault.New(fault.Gone, "fault.gone")), nil
	case fault.Is(err, fault.Conflict):
		return agreed(r, "barred", err), nil
	case err != nil:
		return nil, err
	}
	return agreed(r, step, nil), nil
}
