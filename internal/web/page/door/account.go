package door

import (
	"errors"
	"strings"

	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// EnterPage lets someone who has to do with several firms choose one; without
// any, it says so.
type EnterPage struct {
	ui.Base
	Doors []ui.Link
	None  ui.Empty
}

// AccountPage is « Mon accès »: who I am here, my password, my open sessions.
type AccountPage struct {
	ui.Base
	Email    string
	Doors    []ui.Link
	Mailbox  *Mailbox // nil for who came by a link
	Byline   string
	Open     bool // the form is unfolded
	Current  *ui.Field
	Secret   ui.Field
	Keep     *ui.Field // asks whether her programs go on; nil when she has none
	Set      ui.Button // without a label: not from this session
	Factors  ui.Link   // her means of signing in
	Means    string    // what is asked for besides her password, in words
	Notices  []ui.Link // where she chooses when she is mailed, firm by firm
	Vouchers []Voucher // who vouches for her, or could, firm by firm
	Programs []ui.Link // where she gives and takes their access, firm by firm
	Sessions []Session
	Leave    ui.Dialog
	Merge    ui.Link // where two identities of hers are made one
}

// Session is one browser in which a person is signed in.
type Session struct {
	Device  string
	Icon    ui.Icon
	Here    bool // the one that reads this page
	Address string
	How     string
	Opened  ui.Moment
	Seen    ui.Moment
	End     string
}

var (
	enterTemplate   = ui.Parse[EnterPage](files, "enter.tmpl")
	accountTemplate = ui.Parse[AccountPage](files, "account.tmpl")
)

const accountPath = "/account"

// Enter leads into the one firm, or into the one space of a link, and asks only
// where there is a choice.
func (p *Pages) Enter(r *web.Request) (web.Answer, error) {
	if r.Session.Via.Linked() {
		return web.See(spacePath(r.Session.Firm, r.Session.Space)), nil
	}
	doors, err := p.Firms.Doors(r.Context(), r.Session)
	if err != nil {
		return nil, err
	}
	if len(doors) == 1 {
		return web.See(firmPath(doors[0].ID)), nil
	}
	page := EnterPage{Base: r.Base(ui.Client, r.Printer.T("door.enter")), Doors: links(doors)}
	if page.None.Title = r.Printer.T("door.no_firm"); len(doors) == 0 {
		page.Title = page.None.Title
	}
	page.None.Icon, page.None.Text = "door-enter", r.Printer.T("door.no_firm_text")
	if len(doors) == 0 {
		if err := p.shut(r, &page); err != nil {
			return nil, err
		}
	}
	page.None.Action = &ui.Button{Label: r.Printer.T("web.account"), Href: accountPath}
	return web.Show(enterTemplate, page), nil
}

// shut says of which firms the doors were closed to her, when none is open.
func (p *Pages) shut(r *web.Request, page *EnterPage) error {
	left, err := p.Firms.Left(r.Context(), r.Session.Person)
	if err != nil || len(left) == 0 {
		return err
	}
	var names []string
	for _, f := range left {
		names = append(names, f.Name)
	}
	page.Title = r.Printer.T("door.left")
	page.None.Title, page.None.Text = page.Title, r.Printer.T("door.left_text", strings.Join(names, ", "))
	return nil
}

func links(doors []firm.Profile) []ui.Link {
	out := make([]ui.Link, len(doors))
	for i, d := range doors {
		out[i] = ui.Link{Href: firmPath(d.ID), Label: d.Name}
	}
	return out
}

// Account shows a person her own access.
func (p *Pages) Account(r *web.Request) (web.Answer, error) {
	page, _, err := p.account(r)
	if err != nil {
		return nil, err
	}
	return web.Show(accountTemplate, page), nil
}

// account makes the page, and gathers the words that her password must not be
// made of.
func (p *Pages) account(r *web.Request) (page AccountPage, about []string, err error) {
	person, err := p.Accounts.Person(r.Context(), r.Session.Person)
	if err != nil {
		return AccountPage{}, nil, err
	}
	doors, err := p.Firms.Doors(r.Context(), r.Session)
	if err != nil {
		return AccountPage{}, nil, err
	}
	page = AccountPage{Base: base(r, ui.Client, r.Printer.T("web.account"), accountPath), Email: person.Email, Doors: links(doors)}
	page.Person, page.FirmHref = person.Email, enterPath
	for _, d := range doors {
		st, err := p.Firms.Stand(r.Context(), r.Session, d.ID)
		if fault.Is(err, fault.NotFound) || firm.Unguarded(err) {
			continue // it was closed to her a moment ago, or is until she shows more
		}
		if err != nil {
			return AccountPage{}, nil, err
		}
		page.Person = st.Card.Name
		about = append(about, st.Card.Name, d.Name)
	}
	if len(doors) == 1 {
		page.Firm = doors[0].Name
	}
	if len(doors) > 0 {
		page.Crumbs = []ui.Link{{Href: enterPath, Label: r.Printer.T("door.back")}}
	}
	page.ask(r, person)
	if err := p.Invitations.Owes(r.Context(), r.Session); fault.Is(err, fault.Forbidden) {
		page.Byline, page.Set = r.Printer.Fault(err), ui.Button{}
	} else if err != nil {
		return AccountPage{}, nil, err
	}
	page.Merge = ui.Link{Href: mergePath, Label: r.Printer.T("door.merge.see"), Icon: "users"}
	page.Factors, page.Means = ui.Link{Href: factorsPath, Label: r.Printer.T("door.factors_see"), Icon: "shield-lock"}, r.Printer.T("door.factors_none")
	if person.Guarded {
		page.Means = r.Printer.T("door.factors_some")
	}
	if page.Mailbox, err = p.mailbox(r, person); err != nil {
		return AccountPage{}, nil, err
	}
	return page, about, errors.Join(p.vouchers(r, &page, doors), p.programs(r, &page, doors), p.sessions(r, &page))
}

// programs leads to the accesses of her programs, and to the hours of her mails; who
// came by a link has none to give and chooses none.
func (p *Pages) programs(r *web.Request, page *AccountPage, doors []firm.Profile) error {
	if r.Session.Via.Linked() {
		return nil
	}
	live := 0
	for _, d := range doors {
		by, _, err := p.Firms.Actor(r.Context(), r.Session, d.ID)
		if fault.Is(err, fault.NotFound) || firm.Unguarded(err) {
			continue
		}
		if err != nil {
			return err
		}
		own, err := p.Tokens.List(r.Context(), by)
		if err != nil {
			return err
		}
		for _, t := range own {
			if t.Live(r.Now) {
				live++
			}
		}
		link := ui.Link{Href: firmPath(d.ID) + "/programs", Label: r.Printer.T("web.programs"), Icon: "plug"}
		if len(doors) > 1 {
			link.Label = r.Printer.T("door.programs_at", d.Name)
		}
		page.Programs = append(page.Programs, link)
		notices := ui.Link{Href: firmPath(d.ID) + "/notices", Label: r.Printer.T("web.notices"), Icon: "bell"}
		if len(doors) > 1 {
			notices.Label = r.Printer.T("door.notices_at", d.Name)
		}
		page.Notices = append(page.Notices, notices)
		if by.Role.Inside() {
			absences := ui.Link{Href: firmPath(d.ID) + "/absences", Label: r.Printer.T("web.absences"), Icon: "calendar"}
			if len(doors) > 1 {
				absences.Label = r.Printer.T("door.absences_at", d.Name)
			}
			page.Notices = append(page.Notices, absences)
		}
	}
	if live > 0 {
		page.Keep = &ui.Field{
			Kind: ui.Checks, Name: "keep", Label: r.Printer.N("door.keep_programs", live), Hint: r.Printer.T("door.keep_programs_hint"), Optional: true,
		}
	}
	return nil
}

// ask prepares the form: the first password of someone who came by a link needs
// no current one, and is hers to choose or not.
func (page *AccountPage) ask(r *web.Request, person account.Person) {
	t := r.Printer.T
	page.Secret = newPassword(r, person)
	page.Byline, page.Set = t("door.no_password"), ui.Button{Label: t("door.choose"), Look: ui.Primary}
	if person.Password {
		page.Byline, page.Set.Label = t("door.has_password"), t("door.change")
	}
	if r.Session.Via.Vouched() && !person.Password { // what is hers alone begins with what is hers alone
		page.Byline, page.Set = t("door.vouched_password"), ui.Button{}
	}
	if !r.Session.Via.Linked() || person.Proven {
		page.Current = &ui.Field{Kind: ui.Password, Name: "current", Label: t("door.current_password"), Autocomplete: "current-password"}
	}
}

func (p *Pages) sessions(r *web.Request, page *AccountPage) error {
	found, err := p.Accounts.Sessions(r.Context(), r.Session.Person)
	if err != nil {
		return err
	}
	for _, s := range found {
		page.Sessions = append(page.Sessions, session(page.Base, s, s.ID == r.Session.ID))
	}
	page.Leave = ui.Dialog{
		ID: "leave", Action: "/account/signout", Title: r.Printer.T("door.leave_title"), Consequence: r.Printer.T("door.leave_then"),
		Opener:  ui.Button{Label: r.Printer.T("door.leave"), Icon: "logout"},
		Confirm: ui.Button{Label: r.Printer.T("door.leave"), Look: ui.Danger},
	}
	return nil
}

func session(b ui.Base, s account.Access, here bool) Session {
	seen := device(s.Agent)
	out := Session{
		Device: seen.name(b.Printer), Icon: "device-desktop", Here: here, Address: s.Addr, How: b.T("door.by." + string(s.Via)),
		Opened: b.When(s.Created), Seen: b.When(s.Seen), End: "/account/sessions/" + s.ID + "/end",
	}
	if seen.phone {
		out.Icon = "device-mobile"
	}
	return out
}

// DoChangePassword chooses or changes the password; the session goes on, all
// others end.
func (p *Pages) DoChangePassword(r *web.Request) (web.Answer, error) {
	page, about, err := p.account(r)
	if err != nil {
		return nil, err
	}
	change := account.Change{Current: r.Value("current"), New: r.Value("password"), About: about, KeepPrograms: r.Value("keep") != ""}
	token, _, err := p.Accounts.ChangePassword(r.Context(), r.Session, change, from(r))
	switch {
	case err == nil:
		return r.Begin(token, accountPath+"?done=password_chosen"), nil
	case fault.Is(err, fault.Unauthenticated) || !mended(err):
		return nil, err
	}
	page.Open = true
	if page.Keep != nil {
		page.Keep.Chosen = change.KeepPrograms
	}
	wrong := &page.Secret
	if page.Current != nil && ui.Refuse(r.Printer, err).Of(page.Secret.Name) == "" {
		wrong = page.Current
	}
	correct(r, wrong, err)
	return web.Again(accountTemplate, page, err), nil
}

// DoLater has the pages of this browser offer her no further means of signing in;
// they stay where they are, on the page of her access.
func (p *Pages) DoLater(r *web.Request) (web.Answer, error) {
	next := web.Local(r.Value("next"))
	if next == "" {
		next = accountPath
	}
	return r.PutOff(next), nil
}

// DoSignOutEverywhere ends every session of the person, this one included.
func (p *Pages) DoSignOutEverywhere(r *web.Request) (web.Answer, error) {
	if err := p.Accounts.SignOutEverywhere(r.Context(), r.Session.Person); err != nil {
		return nil, err
	}
	return r.End(signInPath + "?done=signed_out_everywhere"), nil
}

// DoEndSession ends one of the person's sessions.
func (p *Pages) DoEndSession(r *web.Request) (web.Answer, error) {
	ended := r.PathValue("session")
	if err := p.Accounts.End(r.Context(), r.Session.Person, ended); err != nil {
		return nil, err
	}
	if ended == r.Session.ID {
		return r.End(signInPath + "?done=signed_out"), nil
	}
	return web.Done(accountPath, "session_ended"), nil
}
