package door

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// FactorsPage is what a person shows besides her password, or besides a link
// she received, and where she adds and removes it.
type FactorsPage struct {
	ui.Base
	Ask     *ui.Notice // she must show first who she is; nil when she has just done
	Mailbox string     // her address, when she has not shown yet that it is hers
	Refused *ui.Notice // why the last gesture did nothing
	Demand  *ui.Notice // that a firm of hers demands one, which she has not
	Next    string     // page of ours from which she was led here, or empty
	Own     []Factor
	Key     *KeyForm  // adds a passkey; nil where none are offered
	App     ui.Button // adds an application
	Left    string    // how many recovery codes are left; empty without a factor
	Renew   ui.Dialog
}

// Factor is one thing that she has.
type Factor struct {
	Name   string
	Icon   ui.Icon
	What   string
	Added  ui.Moment
	Used   ui.Moment // without text when it never was
	Rename ui.Fold
	Remove ui.Dialog
}

// RecoveryPage shows recovery codes, on the one page that ever does.
type RecoveryPage struct {
	ui.Base
	Codes []string
	All   string // the same, to be copied at once
	Next  string
}

var (
	factorsTemplate  = ui.Parse[FactorsPage](files, "factors.tmpl", "passkey.tmpl")
	recoveryTemplate = ui.Parse[RecoveryPage](files, "recovery.tmpl")
)

const factorsPath = accountPath + "/factors"

// Factors lists what she has.
func (p *Pages) Factors(r *web.Request) (web.Answer, error) {
	page, err := p.factors(r)
	if err != nil {
		return nil, err
	}
	return web.Show(factorsTemplate, page), nil
}

func (p *Pages) factors(r *web.Request) (page FactorsPage, err error) {
	t := r.Printer.T
	has, err := p.Accounts.Factors(r.Context(), r.Session.Person)
	if err != nil {
		return page, err
	}
	person, err := p.Accounts.Person(r.Context(), r.Session.Person)
	if err != nil {
		return page, err
	}
	page.Base, page.Next = accountBase(r, person, t("door.factors")), web.Local(r.Value("next"))
	if err := p.ask(r, &page, person); err != nil {
		return page, err
	}
	page.App = ui.Button{Label: t("door.app_add"), Icon: "device-mobile"}
	if p.Accounts.Passkeys() {
		page.Key = &KeyForm{
			Ask: factorsPath + "/passkey/ask", What: "create", Action: factorsPath + "/passkey", Next: page.Next, Label: t("door.key_add"), Fail: t("door.key_not_made"),
		}
	}
	for _, f := range has.Own {
		page.Own = append(page.Own, newFactor(page, f, len(has.Own) == 1))
		if f.Kind == account.TOTP {
			page.App.Label = t("door.app_replace")
		}
	}
	page.Demand = asked(r, page.Next, has)
	if len(has.Own) == 0 {
		if page.Demand == nil {
			page.Demand, err = p.demand(r)
		}
		return page, err
	}
	page.Left = r.Printer.N("door.recovery_left", has.Recovery)
	page.Renew = ui.Dialog{
		ID: "renew", Action: factorsPath + "/recovery", Title: t("door.recovery_renew_title"), Consequence: t("door.recovery_renew_then"),
		Opener:  ui.Button{Label: t("door.recovery_renew")},
		Confirm: ui.Button{Label: t("door.recovery_renew"), Look: ui.Primary},
	}
	return page, nil
}

// asked says what a space demands, from which she was led here, and what she does about
// it; nil when none did.
func asked(r *web.Request, next string, has account.Factors) *ui.Notice {
	need, known := authz.ParseAssurance(r.Value("ask"))
	if !known || need == authz.Single {
		return nil
	}
	shown := authz.Actor{Via: r.Session.Via}.Shown() >= need
	holds := slices.ContainsFunc(has.Own, func(f account.Factor) bool { return need == authz.Twofold || f.Kind == account.Passkey })
	out := &ui.Notice{Look: ui.Signal}
	switch {
	case shown:
		out.Look, out.Text = ui.Done, r.Printer.T("door.asked.met")
		if next != "" {
			out.Link = &ui.Link{Href: next, Label: r.Printer.T("door.asked.go_on")}
		}
	case holds:
		out.Text, out.Link = r.Printer.T("door.asked.again."+need.String()), &ui.Link{Href: againPath(next), Label: r.Printer.T("door.again")}
	default:
		out.Text = r.Printer.T("door.asked.add." + need.String())
	}
	return out
}

// demand says that one of her firms demands a second factor of its people, and from when.
func (p *Pages) demand(r *web.Request) (*ui.Notice, error) {
	doors, err := p.Firms.Doors(r.Context(), r.Session)
	if err != nil {
		return nil, err
	}
	for _, d := range doors {
		st, err := p.Firms.Stand(r.Context(), r.Session, d.ID)
		switch {
		case firm.Unguarded(err):
			return &ui.Notice{Look: ui.Signal, Text: r.Printer.T("door.demanded", d.Name)}, nil
		case err != nil && !fault.Is(err, fault.NotFound):
			return nil, err
		case err == nil && st.Card.Role.Inside() && d.Factors.Later(r.Now):
			return &ui.Notice{Look: ui.Signal, Text: r.Printer.T("door.demanded_from", d.Name, r.Printer.Date(d.Factors.From))}, nil
		}
	}
	return nil, nil
}

// accountBase is the frame of the pages about oneself below « Mon accès ».
func accountBase(r *web.Request, of account.Person, title string) ui.Base {
	b := base(r, ui.Client, title, factorsPath)
	b.FirmHref, b.Person = enterPath, of.Email
	b.Crumbs = []ui.Link{{Href: accountPath, Label: r.Printer.T("web.account")}}
	return b
}

// ask says what she has to do before she may change anything.
func (p *Pages) ask(r *web.Request, page *FactorsPage, person account.Person) error {
	err := p.Accounts.MayChange(r.Context(), r.Session)
	if !fault.Is(err, fault.Forbidden) {
		return err
	}
	page.Ask = &ui.Notice{Look: ui.Signal, Text: r.Printer.Fault(err)}
	if account.CodeOwed(err) {
		return nil // she is led to it from the space that demands it
	}
	if r.Session.Proven {
		page.Ask.Link = &ui.Link{Href: againPath(factorsFor(page.Next)), Label: r.Printer.T("door.again")}
		return nil
	}
	page.Mailbox = person.Email
	return nil
}

// againPath is the way to sign in once more and come back.
func againPath(next string) string { return signInPath + "?again=1&next=" + url.QueryEscape(next) }

// factorsFor is the page of her factors for somebody on her way to another one.
func factorsFor(next string) string {
	if next == "" {
		return factorsPath
	}
	return factorsPath + "?next=" + url.QueryEscape(next)
}

func newFactor(page FactorsPage, f account.Factor, last bool) Factor {
	b := page.Base
	out := Factor{Name: f.Name, Icon: "device-mobile", What: b.T("door.factor.totp"), Added: b.When(f.Created)}
	if f.Kind == account.Passkey {
		out.Icon, out.What = "key", b.T("door.factor.passkey")
		if f.MadeAt != "" {
			out.What = b.T("door.factor.passkey_at", f.MadeAt)
		}
	}
	if !f.Used.IsZero() {
		out.Used = b.When(f.Used)
	}
	then := "door.factor_remove_then"
	if last {
		then = "door.factor_remove_last"
	}
	at := factorsPath + "/" + f.ID
	out.Rename = ui.Fold{
		ID: "rename-" + f.ID, Label: b.T("door.factor_rename"), Action: at + "/name", Confirm: ui.Button{Label: b.T("door.factor_rename")},
		Field: ui.Field{Name: "name", ID: "name-" + f.ID, Label: b.T("door.factor_name"), Hint: b.T("door.factor_name_hint"), Value: f.Name, Length: 60, Autocomplete: "off"},
	}
	out.Remove = ui.Dialog{
		ID: "remove-" + f.ID, Action: at + "/remove",
		Title: b.T("door.factor_remove_title", f.Name), Consequence: b.T(then),
		Opener:  ui.Button{Label: b.T("door.factor_remove"), Small: true},
		Confirm: ui.Button{Label: b.T("door.factor_remove"), Look: ui.Danger},
	}
	return out
}

// DoRenameFactor calls one as she does.
func (p *Pages) DoRenameFactor(r *web.Request) (web.Answer, error) {
	of := r.PathValue("factor")
	err := p.Accounts.RenameFactor(r.Context(), r.Session, of, r.Value("name"))
	if err == nil {
		return web.Done(factorsPath, "factor_renamed"), nil
	}
	if !fault.Is(err, fault.Invalid) {
		return p.refuse(r, err)
	}
	page, failed := p.factors(r)
	if failed != nil {
		return nil, failed
	}
	for i := range page.Own {
		if f := &page.Own[i].Rename; f.ID == "rename-"+of {
			f.Open, f.Field.Value = true, r.Value("name")
			ui.Refuse(r.Printer, err).Mark(&f.Field)
		}
	}
	return web.Again(factorsTemplate, page, err), nil
}

// DoRemoveFactor takes one away.
func (p *Pages) DoRemoveFactor(r *web.Request) (web.Answer, error) {
	out, err := p.Accounts.RemoveFactor(r.Context(), r.Session, r.PathValue("factor"), from(r))
	if err != nil {
		return p.refuse(r, err)
	}
	return p.changed(r, out, lifecycle.FactorRemoved, "factor_removed")
}

// DoRenewRecovery makes new recovery codes and shows them.
func (p *Pages) DoRenewRecovery(r *web.Request) (web.Answer, error) {
	codes, err := p.Accounts.NewRecovery(r.Context(), r.Session)
	if err != nil {
		return p.refuse(r, err)
	}
	return p.recovery(r, codes)
}

// refuse comes back to the list with what stands against a gesture.
func (p *Pages) refuse(r *web.Request, refused error) (web.Answer, error) {
	switch fault.KindOf(refused) {
	case fault.Conflict, fault.Forbidden, fault.Unauthenticated:
	default:
		return nil, refused
	}
	page, err := p.factors(r)
	if err != nil {
		return nil, err
	}
	if page.Ask == nil {
		page.Refused = &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(refused)}
	}
	return web.Again(factorsTemplate, page, refused), nil
}

// changed goes on in the session that has taken the place of all others, by the
// recovery codes when there are new ones.
func (p *Pages) changed(r *web.Request, out account.Changed, kind, done string) (web.Answer, error) {
	if err := p.Lifecycle.FactorsChanged(r.Context(), out.Session.Person, r.Session.Via, kind); err != nil {
		// She goes on in the new session all the same: the old one is dead.
		return r.BeginWith(out.Token, web.Answering(func(http.ResponseWriter, *web.Request) error { return err })), nil
	}
	if out.Recovery == nil {
		return r.BeginWith(out.Token, web.Done(factorsPath, done)), nil
	}
	shown, err := p.recovery(r, out.Recovery)
	if err != nil {
		return nil, err
	}
	return r.BeginWith(out.Token, shown), nil
}

func (p *Pages) recovery(r *web.Request, codes []string) (web.Answer, error) {
	person, err := p.Accounts.Person(r.Context(), r.Session.Person)
	if err != nil {
		return nil, err
	}
	page := RecoveryPage{Base: accountBase(r, person, r.Printer.T("door.recovery")), Codes: codes, Next: cmp.Or(web.Local(r.Value("next")), factorsPath)}
	for i, c := range codes {
		page.All += strconv.Itoa(i+1) + ". " + c + "\n"
	}
	return web.Show(recoveryTemplate, page), nil
}
