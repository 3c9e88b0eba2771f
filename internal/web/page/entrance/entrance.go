// Package entrance is « L’entrée du cabinet »: where its administrator chooses who
// vouches for people at its door, and finds the address of that door.
//
// It decides nothing: package provider does. It refuses to show a secret again that
// was typed, and who of a client comes by which provider. Start at [Pages.List].
package entrance

import (
	"embed"
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/hostname"
	"cenacle/internal/id"
	"cenacle/internal/provider"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the entrance of a firm.
type Pages struct {
	Providers *provider.Service
	Firms     *firm.Service
	Hosts     *hostname.Service
}

// Entrance is the list of who vouches, with the form for one more.
type Entrance struct {
	ui.Base
	Door  *ui.Hash // its address; nil while there is none
	Site  *ui.Hash // the line for the firm's own site
	Host  ui.Link  // where its own address is chosen
	Plate Plate
	Logos Logos
	Lines []Line
	None  ui.Empty
	Form  Form
	Keys  *Keys // nil where nobody reads keys, and for a firm that takes them
}

// Keys offers that the firm's people enter by keys of their own.
type Keys struct {
	Action  string
	Refused *ui.Notice
	Issuers []string
	Submit  ui.Button
}

// Plate asks what stands at the door.
type Plate struct {
	Action   string
	Summary  ui.Summary
	Open     ui.Field
	Notice   ui.Field
	Mediator ui.Field
	Accent   ui.Field
	Submit   ui.Button
	Unfolded bool
}

// Line is one provider.
type Line struct {
	Href, Name, Whom string
	State            ui.Badge
}

// Form asks for one more.
type Form struct {
	Action   string
	Summary  ui.Summary
	Name     ui.Field
	Issuer   ui.Field
	Audience ui.Field
	Domains  ui.Field
	Trusted  ui.Field
	Submit   ui.Button
}

var listPage = ui.Parse[Entrance](files, "list.tmpl")

// List shows who vouches for people at the door of the firm.
func (p *Pages) List(r *web.Request) (web.Answer, error) {
	page, err := p.list(r)
	if err != nil {
		return nil, err
	}
	return web.Show(listPage, page), nil
}

func (p *Pages) list(r *web.Request) (Entrance, error) {
	found, err := p.Providers.List(r.Context(), r.Actor)
	if err != nil {
		return Entrance{}, err
	}
	b := frame(r, r.Printer.T("entrance.title"))
	hung, err := p.Firms.Plate(r.Context(), r.Actor)
	if err != nil {
		return Entrance{}, err
	}
	page := Entrance{Base: b, Form: newForm(r, b), Plate: newPlate(r, b, hung), Logos: newLogos(r, b, onLight), Host: ui.Link{Href: r.FirmPath("entrance", "host"), Label: b.T("entrance.host")}}
	if names, ok := p.Providers.Issuers(); ok {
		page.Keys = &Keys{Action: r.FirmPath("entrance", "keys"), Issuers: names, Submit: ui.Button{Label: b.T("entrance.keys_take"), Icon: "key"}}
	}
	page.None = ui.Empty{Icon: "door-enter", Title: b.T("entrance.none"), Text: b.T("entrance.none_text")}
	for _, one := range found {
		if one.Keys() {
			page.Keys = nil
		}
		page.Lines = append(page.Lines, Line{
			Href: r.FirmPath("entrance", string(one.ID)), Name: named(b, one), Whom: whom(b, one), State: badge(b, one),
		})
		hung.Open = hung.Open || one.State == provider.Active && one.Audience == provider.Staff
	}
	if hung.Open {
		door := r.Absolute("/door/" + string(r.Firm.ID))
		page.Door = &ui.Hash{Label: b.T("entrance.door"), Value: door}
		page.Site = &ui.Hash{Label: b.T("entrance.site"), Value: `<a href="` + door + `" rel="noopener">` + b.T("entrance.site_words") + `</a>`}
	}
	return page, nil
}

func newPlate(r *web.Request, b ui.Base, p firm.Plate) Plate {
	return Plate{
		Action:   r.FirmPath("entrance", "plate"),
		Open:     ui.Field{Kind: ui.Checks, Name: "open", Label: b.T("entrance.open"), Hint: b.T("entrance.open_hint"), Chosen: p.Open, Optional: true},
		Notice:   ui.Field{Kind: ui.Area, Name: "notice", Label: b.T("web.legal"), Hint: b.T("entrance.notice_hint"), Value: p.Notice, Length: firm.MaxPlate, Optional: true},
		Mediator: ui.Field{Kind: ui.Area, Name: "mediator", Label: b.T("web.mediator"), Hint: b.T("entrance.mediator_hint"), Value: p.Mediator, Length: firm.MaxPlate, Optional: true},
		Accent:   ui.Field{Name: "accent", Label: b.T("entrance.accent"), Hint: b.T("entrance.accent_hint"), Value: p.Accent, Length: 7, Short: true, Optional: true, Autocomplete: "off"},
		Submit:   ui.Button{Label: b.T("entrance.hang")},
	}
}

// DoHang changes what stands at the door.
func (p *Pages) DoHang(r *web.Request) (web.Answer, error) {
	typed := firm.Plate{Open: r.Value("open") != "", Accent: r.Value("accent"), Notice: r.Value("notice"), Mediator: r.Value("mediator")}
	err := p.Firms.Hang(r.Context(), r.Actor, typed)
	if err == nil {
		return web.Done(r.FirmPath("entrance"), "plate_hung"), nil
	}
	if !mended(err) {
		return nil, err
	}
	page, unread := p.list(r)
	if unread != nil {
		return nil, unread
	}
	page.Plate = newPlate(r, page.Base, typed)
	f := &page.Plate
	f.Unfolded, f.Summary = true, ui.Refuse(r.Printer, err).Mark(&f.Open, &f.Notice, &f.Mediator, &f.Accent)
	return web.Again(listPage, page, err), nil
}

func frame(r *web.Request, title string) ui.Base {
	b := r.Base(ui.Desk, title)
	b.Section = "people"
	b.Crumbs = []ui.Link{{Href: r.FirmPath("people"), Label: r.Printer.T("web.nav.people")}}
	return b
}

func badge(b ui.Base, p provider.Provider) ui.Badge {
	if p.State == provider.Draft {
		return ui.Badge{Text: b.T("entrance.state.draft"), Look: ui.Signal}
	}
	if p.Keys() {
		return ui.Badge{Text: b.T("entrance.keys_taken"), Look: ui.Fresh}
	}
	return ui.Badge{Text: b.T("entrance.state.active"), Look: ui.Fresh}
}

// named is what a page calls a provider.
func named(b ui.Base, p provider.Provider) string {
	if p.Keys() {
		return b.T("entrance.keys")
	}
	return p.Name
}

// whom says for whom a provider is there.
func whom(b ui.Base, p provider.Provider) string {
	switch {
	case len(p.Domains) == 0:
		return b.T("entrance.whom.staff")
	case p.Audience == provider.Staff:
		return b.T("entrance.whom.staff_at", b.List(p.Domains))
	}
	return b.T("entrance.whom.clients", b.List(p.Domains))
}

func newForm(r *web.Request, b ui.Base) Form {
	audience := r.Value("audience")
	f := Form{
		Action:   r.FirmPath("entrance"),
		Name:     ui.Field{Name: "name", Label: b.T("entrance.name"), Hint: b.T("entrance.name_hint"), Value: r.Value("name"), Length: 80, Autocomplete: "off"},
		Issuer:   ui.Field{Name: "issuer", Label: b.T("entrance.issuer"), Hint: b.T("entrance.issuer_hint"), Value: r.Value("issuer"), Length: 2000, Autocomplete: "off"},
		Audience: ui.Field{Kind: ui.Radios, Name: "audience", Label: b.T("entrance.audience")},
		Domains:  ui.Field{Name: "domains", Label: b.T("entrance.domains"), Hint: b.T("entrance.domains_hint"), Value: r.Value("domains"), Length: 2000, Optional: true, Autocomplete: "off"},
		Trusted:  ui.Field{Kind: ui.Checks, Name: "trusted", Label: b.T("entrance.trusted"), Hint: b.T("entrance.trusted_hint"), Chosen: r.Value("trusted") != "", Optional: true},
		Submit:   ui.Button{Label: b.T("entrance.submit"), Look: ui.Primary, Icon: "plus"},
	}
	for _, one := range []provider.Audience{provider.Staff, provider.Clients} {
		f.Audience.Options = append(f.Audience.Options, ui.Option{
			Value: string(one), Label: b.T("entrance.for." + string(one)), Note: b.T("entrance.for_note." + string(one)), Chosen: audience == string(one),
		})
	}
	return f
}

// DoRegister notes a provider and goes on with its page, which says what comes next.
func (p *Pages) DoRegister(r *web.Request) (web.Answer, error) {
	made, err := p.Providers.Register(r.Context(), r.Actor, provider.New{
		Name: r.Value("name"), Issuer: r.Value("issuer"), Audience: provider.Audience(r.Value("audience")), Domains: r.Value("domains"),
		Trusted: r.Value("trusted") != "",
	})
	if err == nil {
		return web.Done(r.FirmPath("entrance", string(made.ID)), "provider_registered"), nil
	}
	if !mended(err) {
		return nil, err
	}
	page, unread := p.list(r)
	if unread != nil {
		return nil, unread
	}
	f := &page.Form
	f.Summary = ui.Refuse(r.Printer, err).Mark(&f.Name, &f.Issuer, &f.Audience, &f.Domains, &f.Trusted)
	return web.Again(listPage, page, err), nil
}

// DoTakeKeys has the firm's people enter by keys of their own.
func (p *Pages) DoTakeKeys(r *web.Request) (web.Answer, error) {
	made, err := p.Providers.TakeKeys(r.Context(), r.Actor)
	if err == nil {
		return web.Done(r.FirmPath("entrance", string(made.ID)), "keys_taken"), nil
	}
	if !mended(err) {
		return nil, err
	}
	page, unread := p.list(r)
	if unread != nil {
		return nil, unread
	}
	if page.Keys == nil { // somebody else was faster
		return web.See(r.FirmPath("entrance")), nil
	}
	page.Keys.Refused = &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(err)}
	return web.Again(listPage, page, err), nil
}

// mended reports whether a fault is one that she puts right on the page.
func mended(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Busy:
		return true
	}
	return false
}

// Provider is one of them.
type Provider struct {
	ui.Base
	State    ui.Badge
	Notice   *ui.Notice // what is still to be done
	Facts    []Fact
	Keys     bool     // it is no provider, but keys of one's own: there is nobody to be introduced to
	Redirect ui.Hash  // what its own administrator has to know
	Own      *ui.Hash // and for the firm's own address, if it has one
	Start    *ui.Hash // where its people sign in; nil for the firm's own, who do at the door
	Action   string
	Summary  ui.Summary
	Client   ui.Field
	Secret   ui.Field
	Submit   ui.Button
	End      ui.Dialog
}

// Fact is a line of what a provider is.
type Fact struct{ Label, Value string }

var onePage = ui.Parse[Provider](files, "one.tmpl")

// Show is one provider: what is to be told to it, and what is to be told of it.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	page, err := p.one(r)
	if err != nil {
		return nil, err
	}
	return web.Show(onePage, page), nil
}

func (p *Pages) one(r *web.Request) (Provider, error) {
	of, err := web.PathID[id.Provider](r, "provider")
	if err != nil {
		return Provider{}, err
	}
	found, err := p.Providers.Show(r.Context(), r.Actor, of)
	if err != nil {
		return Provider{}, err
	}
	b := frame(r, named(r.Base(ui.Desk, ""), found))
	b.Crumbs = append(b.Crumbs, ui.Link{Href: r.FirmPath("entrance"), Label: b.T("entrance.title")})
	at := r.FirmPath("entrance", string(of))
	page := Provider{Base: b, State: badge(b, found), Facts: facts(b, found), Action: at, End: ending(b, found, at+"/end")}
	if page.Keys = found.Keys(); page.Keys {
		names, ok := p.Providers.Issuers()
		page.Facts = keyFacts(b, found, names)
		page.End.Title, page.End.Consequence = b.T("entrance.keys_end_title"), b.N("entrance.keys_end_then", found.People)
		if !ok {
			page.Notice = &ui.Notice{Look: ui.Danger, Title: b.T("entrance.keys_unread"), Text: b.T("entrance.keys_unread_text")}
		}
		return page, nil
	}
	page.Redirect = ui.Hash{Label: b.T("entrance.redirect"), Value: p.Providers.Redirect(r.Firm.ID, of)}
	if own := p.Providers.RedirectAt(r.Firm.ID, r.Firm.ID, of); own != page.Redirect.Value {
		page.Own = &ui.Hash{Label: b.T("entrance.redirect_own"), Value: own}
	}
	page.Client = ui.Field{Name: "client", Label: b.T("entrance.client"), Hint: b.T("entrance.client_hint"), Value: found.Client, Length: 1000, Autocomplete: "off"}
	page.Secret = ui.Field{Kind: ui.Password, Name: "secret", Label: b.T("entrance.secret"), Hint: b.T("entrance.secret_hint"), Length: 1000, Autocomplete: "off"}
	page.Submit = ui.Button{Label: b.T("entrance.introduce"), Look: ui.Primary}
	switch {
	case found.State == provider.Draft:
		page.Notice = &ui.Notice{Look: ui.Signal, Title: b.T("entrance.draft"), Text: b.T("entrance.draft_text")}
	default:
		page.Submit.Label, page.Submit.Look = b.T("entrance.reintroduce"), ui.Plain
	}
	if found.State == provider.Active && found.Audience == provider.Clients {
		page.Start = &ui.Hash{Label: b.T("entrance.start"), Value: r.Absolute(provider.Path(r.Firm.ID, of))}
	}
	return page, nil
}

func facts(b ui.Base, p provider.Provider) []Fact {
	first := b.T("entrance.first.tie")
	if p.Trusted {
		first = b.T("entrance.first.trusted", b.List(p.Domains))
	}
	return []Fact{
		{b.T("entrance.issuer"), p.Issuer}, {b.T("entrance.audience"), whom(b, p)}, {b.T("entrance.first"), first},
		{b.T("entrance.people"), b.N("entrance.people_tied", p.People)}, {b.T("entrance.since"), b.DateTime(p.Created)},
	}
}

// keyFacts are those of keys.
func keyFacts(b ui.Base, p provider.Provider, issuers []string) []Fact {
	out := []Fact{
		{b.T("entrance.audience"), whom(b, p)}, {b.T("entrance.first"), b.T("entrance.first.key")},
		{b.T("entrance.people"), b.N("entrance.people_keys", p.People)}, {b.T("entrance.since"), b.DateTime(p.Created)},
	}
	if len(issuers) > 0 {
		out = append([]Fact{{b.T("entrance.keys_issuers"), b.List(issuers)}}, out...)
	}
	return out
}

func ending(b ui.Base, p provider.Provider, action string) ui.Dialog {
	return ui.Dialog{
		ID: "end", Action: action, Title: b.T("entrance.end_title", p.Name), Consequence: b.N("entrance.end_then", p.People),
		Opener: ui.Button{Label: b.T("entrance.end")}, Confirm: ui.Button{Label: b.T("entrance.end"), Look: ui.Danger},
	}
}

// DoIntroduce says who we are to a provider.
func (p *Pages) DoIntroduce(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Provider](r, "provider")
	if err != nil {
		return nil, err
	}
	client := strings.TrimSpace(r.Value("client"))
	err = p.Providers.Introduce(r.Context(), r.Actor, of, client, r.Value("secret"))
	if err == nil {
		return web.Done(r.FirmPath("entrance", string(of)), "provider_introduced"), nil
	}
	if !mended(err) {
		return nil, err
	}
	page, unread := p.one(r)
	if unread != nil {
		return nil, unread
	}
	page.Client.Value = client
	page.Summary = ui.Refuse(r.Printer, err).Mark(&page.Client, &page.Secret)
	return web.Again(onePage, page, err), nil
}

// DoEnd has a provider vouch for nobody any more.
func (p *Pages) DoEnd(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Provider](r, "provider")
	if err != nil {
		return nil, err
	}
	if err := p.Providers.End(r.Context(), r.Actor, of); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("entrance"), "provider_ended"), nil
}
