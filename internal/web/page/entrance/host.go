package entrance

import (
	"cenacle/internal/fault"
	"cenacle/internal/hostname"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// HostPage is « L’adresse du cabinet »: the name at which it alone is reached.
type HostPage struct {
	ui.Base
	Summary ui.Summary
	Reached ui.Hash // where the firm is reached
	Common  bool    // at the public address, with all the others
	Since   string
	Steps   *Steps // of the name that is claimed
	Rests   []string
	Form    HostForm
	End     *ui.Dialog
}

// Steps are what is to be done before a claimed name is the firm's.
type Steps struct {
	Name    string // as people write it
	Lead    ui.Hash
	Record  ui.Hash
	Value   ui.Hash
	Action  string
	Check   ui.Button
	Missing *ui.Notice // what the last check did not find
	Drop    ui.Dialog
}

// HostForm asks for the name.
type HostForm struct {
	Action   string
	Name     ui.Field
	Submit   ui.Button
	Unfolded bool
	Other    bool // the firm has one already
}

var hostPage = ui.Parse[HostPage](files, "host.tmpl")

// Host shows where the firm is reached, and what is to be done for a name of its own.
func (p *Pages) Host(r *web.Request) (web.Answer, error) {
	page, err := p.host(r)
	if err != nil {
		return nil, err
	}
	return web.Show(hostPage, page), nil
}

func (p *Pages) host(r *web.Request) (HostPage, error) {
	v, err := p.Hosts.Show(r.Context(), r.Actor)
	if err != nil {
		return HostPage{}, err
	}
	b := frame(r, r.Printer.T("entrance.host"))
	b.Crumbs = append(b.Crumbs, ui.Link{Href: r.FirmPath("entrance"), Label: b.T("entrance.title")})
	page := HostPage{Base: b, Common: v.Active == nil, Reached: ui.Hash{Label: b.T("entrance.host.now"), Value: p.Hosts.Config.Base.String()}}
	page.Form = HostForm{
		Action: r.FirmPath("entrance", "host"), Other: v.Active != nil || v.Claimed != nil, Unfolded: v.Active == nil && v.Claimed == nil,
		Name:   ui.Field{Name: "name", Label: b.T("entrance.host.name"), Hint: b.T("entrance.host.name_hint"), Value: r.Value("name"), Length: 200, Autocomplete: "off"},
		Submit: ui.Button{Label: b.T("entrance.host.claim"), Look: ui.Primary},
	}
	if v.Active != nil {
		page.Reached.Value = p.Hosts.Of(r.Firm.ID).String()
		page.Since = b.T("entrance.host.since", b.Date(v.Active.Since))
		page.End = p.ending(b, r, v.Active.Shown())
	}
	if v.Claimed != nil {
		page.Steps = steps(b, r, v)
	}
	for _, f := range v.Former {
		page.Rests = append(page.Rests, b.T("entrance.host.rests", f.Shown(), b.Date(f.Since.Add(hostname.Rest))))
	}
	return page, nil
}

func (p *Pages) ending(b ui.Base, r *web.Request, name string) *ui.Dialog {
	return &ui.Dialog{
		ID: "end", Action: r.FirmPath("entrance", "host", "end"), Title: b.T("entrance.host.end_title", name), Consequence: b.T("entrance.host.end_then", p.Hosts.Config.Base.Hostname()),
		Opener: ui.Button{Label: b.T("entrance.host.end")}, Confirm: ui.Button{Label: b.T("entrance.host.end"), Look: ui.Danger},
	}
}

func steps(b ui.Base, r *web.Request, v hostname.View) *Steps {
	at := r.FirmPath("entrance", "host")
	return &Steps{
		Name:   v.Claimed.Shown(),
		Lead:   ui.Hash{Label: b.T("entrance.host.lead"), Value: v.Claimed.Name + "  CNAME  " + v.Record.Host},
		Record: ui.Hash{Label: b.T("entrance.host.record"), Value: v.Record.Name},
		Value:  ui.Hash{Label: b.T("entrance.host.value"), Value: v.Record.Value},
		Action: at + "/check", Check: ui.Button{Label: b.T("entrance.host.check"), Look: ui.Primary},
		Drop: ui.Dialog{
			ID: "drop", Action: at + "/drop", Title: b.T("entrance.host.drop_title", v.Claimed.Shown()), Consequence: b.T("entrance.host.drop_then"),
			Opener: ui.Button{Label: b.T("entrance.host.drop")}, Confirm: ui.Button{Label: b.T("entrance.host.drop"), Look: ui.Danger},
		},
	}
}

// DoClaimHost notes the name that the firm wants, and goes on with what is to be done.
func (p *Pages) DoClaimHost(r *web.Request) (web.Answer, error) {
	err := p.Hosts.Claim(r.Context(), r.Actor, r.Value("name"))
	if err == nil {
		return web.Done(r.FirmPath("entrance", "host"), "host_claimed"), nil
	}
	if !mended(err) {
		return nil, err
	}
	page, unread := p.host(r)
	if unread != nil {
		return nil, unread
	}
	page.Form.Unfolded = true
	page.Summary = ui.Refuse(r.Printer, err).Mark(&page.Form.Name)
	return web.Again(hostPage, page, err), nil
}

// DoCheckHost looks whether the name is the firm's and leads here; from then on it is
// where the firm is reached.
func (p *Pages) DoCheckHost(r *web.Request) (web.Answer, error) {
	err := p.Hosts.Check(r.Context(), r.Actor)
	if err == nil {
		return web.Done(r.FirmPath("entrance", "host"), "host_activated"), nil
	}
	if !mended(err) {
		return nil, err
	}
	page, unread := p.host(r)
	if unread != nil {
		return nil, unread
	}
	if page.Steps == nil {
		return nil, fault.Absent()
	}
	page.Steps.Missing = &ui.Notice{Look: ui.Danger, Title: r.Printer.T("entrance.host.missing"), Text: r.Printer.Fault(err)}
	return web.Again(hostPage, page, err), nil
}

// DoDropHost gives up a name that was only claimed.
func (p *Pages) DoDropHost(r *web.Request) (web.Answer, error) {
	if err := p.Hosts.Drop(r.Context(), r.Actor); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("entrance", "host"), "host_dropped"), nil
}

// DoEndHost has the firm reached at the public address again. Where the request came to
// the name that ends, the answer leads on from there.
func (p *Pages) DoEndHost(r *web.Request) (web.Answer, error) {
	if err := p.Hosts.End(r.Context(), r.Actor); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("entrance", "host"), "host_ended"), nil
}
