package door

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/oidc"
	"cenacle/internal/provider"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Offer is a button that leads to who vouches for people. Template "offer".
type Offer struct {
	Action, Next string
	Icon         ui.Icon
	Label        string
}

// ProviderPage stands before the way to a provider, on it, and after it when nothing
// came of it: each time there is one way on.
type ProviderPage struct {
	ui.Base
	Refused *ui.Notice
	Lead    string
	Offer   *Offer
	Go      *ui.Link // to the provider itself
	Other   *ui.Link
	keys    bool // what vouches is a key of one's own
}

// Voucher is a provider among a person's means of signing in.
type Voucher struct {
	Name, House string
	Icon        ui.Icon
	Key         string // which key it is; empty for a provider, and for one that is not tied
	Refused     string // why the key does not count now, or empty
	Tied        string // that it vouches for her, in a word; or empty
	Tie         string // where she has it vouch for her
	TieLabel    string
	Part        ui.Dialog
}

var providerTemplate = ui.Parse[ProviderPage](files, "provider.tmpl", "offer.tmpl")

func offer(r *web.Request, of id.Firm, o provider.Offer, next string) Offer {
	if o.Keys {
		return Offer{provider.Path(of, o.ID), next, "key", r.Printer.T("door.offer_keys")}
	}
	return Offer{provider.Path(of, o.ID), next, "door-enter", r.Printer.T("door.offer", o.Name)}
}

// House is the door of a firm: who vouches for its people, and how the others sign in.
func (p *Pages) House(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Firm](r, "firm")
	if err != nil {
		return nil, err
	}
	return p.house(r, of)
}

// Top is the top of the name of a firm: its door where there is one, or the plain way
// in; whoever is in already goes on into the firm.
func (p *Pages) Top(r *web.Request) (web.Answer, error) {
	if r.SignedIn {
		return web.See(firmPath(r.Source.At)), nil
	}
	answer, err := p.house(r, r.Source.At)
	if fault.Is(err, fault.NotFound) {
		return web.See(signInPath), nil
	}
	return answer, err
}

func (p *Pages) house(r *web.Request, of id.Firm) (web.Answer, error) {
	at, err := p.Providers.At(r.Context(), of)
	if err != nil {
		return nil, err
	}
	page := p.signIn(r, r.URL.Query().Get("next"))
	page.Path = "/door/" + string(of)
	page.House, page.Email.Focus = at.Firm, false
	page.Firm, page.FirmHref, page.Logo = at.Firm, page.Path, web.LogoOf(of, at.Logos)
	page.Notice, page.Mediate = at.Plate.Notice, at.Plate.Mediator
	if at.Plate.Accent != "" {
		page.Accent = page.Path + "/accent.css"
	}
	for _, o := range at.Offers {
		page.Offers = append(page.Offers, offer(r, of, o, page.Next))
	}
	return web.Show(signInTemplate, page), nil
}

// Accent is the colour of a firm's door, as a style sheet: the policy of its pages
// takes none from a page itself.
func (p *Pages) Accent(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Firm](r, "firm")
	if err != nil {
		return nil, err
	}
	at, err := p.Providers.At(r.Context(), of)
	if err != nil {
		return nil, err
	}
	return web.Answering(func(w http.ResponseWriter, _ *web.Request) error {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		if at.Plate.Accent == "" {
			return nil
		}
		_, err := fmt.Fprintf(w, ":root { --firm-accent: %s; }\n", at.Plate.Accent) // #rrggbb, as package firm keeps it
		return front.Sent(err)
	}), nil
}

// Logo is the one that a firm shows on light pages.
func (p *Pages) Logo(r *web.Request) (web.Answer, error) { return p.logo(r, false) }

// LogoDark is the one that it shows on dark pages.
func (p *Pages) LogoDark(r *web.Request) (web.Answer, error) { return p.logo(r, true) }

func (p *Pages) logo(r *web.Request, dark bool) (web.Answer, error) {
	of, err := web.PathID[id.Firm](r, "firm")
	if err != nil {
		return nil, err
	}
	picture, err := p.Firms.Picture(r.Context(), of, dark)
	if err != nil {
		return nil, err
	}
	return web.Answering(func(w http.ResponseWriter, _ *web.Request) error {
		w.Header().Set("Content-Type", "image/png")
		_, err := w.Write(picture)
		return front.Sent(err)
	}), nil
}

// road is the provider that a path names.
func road(r *web.Request) (id.Firm, id.Provider, error) {
	of, err := web.PathID[id.Firm](r, "firm")
	by, bad := web.PathID[id.Provider](r, "provider")
	return of, by, errors.Join(err, bad)
}

// Provider is the door of one provider, for whom it is there.
func (p *Pages) Provider(r *web.Request) (web.Answer, error) {
	of, by, err := road(r)
	if err != nil {
		return nil, err
	}
	page, err := p.before(r, of, by)
	if err != nil {
		return nil, err
	}
	return web.Show(providerTemplate, page), nil
}

func (p *Pages) before(r *web.Request, of id.Firm, by id.Provider) (page ProviderPage, err error) {
	at, err := p.Providers.Behind(r.Context(), of, by)
	if err != nil {
		return page, err
	}
	page.Base = base(r, ui.Public, r.Printer.T("door.sign_in"), provider.Path(of, by))
	page.Firm, page.FirmHref, page.Logo = at.Firm, page.Path, web.LogoOf(of, at.Logos)
	page.keys, page.Lead = at.Offers[0].Keys, r.Printer.T("door.offer_lead", at.Firm)
	if page.keys {
		page.Lead = r.Printer.T("door.offer_lead_keys", at.Firm)
	}
	one := offer(r, of, at.Offers[0], web.Local(r.URL.Query().Get("next")))
	page.Offer, page.Other = &one, &ui.Link{Href: signInPath, Label: r.Printer.T("door.offer_other")}
	return page, nil
}

// kept is what somebody wants back when she returns.
type kept struct {
	Next   string     `json:"next,omitempty"`   // page of ours she was on her way to
	Action string     `json:"action,omitempty"` // what waits for her to show who she is
	Form   url.Values `json:"form,omitempty"`
}

// maxKept is how much of a form waits; a longer one is written again.
const maxKept = 64 << 10

func (k kept) raw() ([]byte, error) {
	raw, err := json.Marshal(k)
	if err == nil && len(raw) > maxKept {
		return json.Marshal(kept{Next: enterPath})
	}
	return raw, err
}

// DoProvider leads to a provider.
func (p *Pages) DoProvider(r *web.Request) (web.Answer, error) {
	of, by, err := road(r)
	if err != nil {
		return nil, err
	}
	return p.lead(r, provider.Way{Firm: of, Provider: by}, kept{Next: web.Local(r.Value("next"))})
}

// lead sends the browser on its way to a provider, with a page that does so.
func (p *Pages) lead(r *web.Request, w provider.Way, k kept) (web.Answer, error) {
	page, err := p.before(r, w.Firm, w.Provider)
	if err != nil {
		return nil, err
	}
	if w.Kept, err = k.raw(); err != nil {
		return nil, err
	}
	address, challenge, err := p.Providers.Enter(r.Context(), w, from(r))
	switch {
	case fault.Is(err, fault.Busy) || fault.Is(err, fault.Unavailable):
		page.Refused = &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(err)}
		return web.Again(providerTemplate, page, err), nil
	case err != nil:
		return nil, err
	}
	page.Offer, page.Lead = nil, r.Printer.T("door.away_text")
	page.Title = r.Printer.T("door.away")
	page.Go = &ui.Link{Href: address, Label: r.Printer.T("door.away_go")}
	if page.keys { // she has to have it at hand before her browser asks
		page.Title, page.Lead, page.Go.Label = r.Printer.T("door.away_keys"), r.Printer.T("door.away_keys_text"), r.Printer.T("door.away_keys_go")
		return r.Depart(challenge, web.Show(providerTemplate, page)), nil
	}
	return r.Depart(challenge, web.Lead(address, web.Show(providerTemplate, page))), nil
}

// Back is where a provider sends the browser back to. It is the one GET that changes
// something, as the protocol wants, and only for the browser that holds the challenge.
func (p *Pages) Back(r *web.Request) (web.Answer, error) {
	of, by, err := road(r)
	if err != nil {
		return nil, err
	}
	late := fault.New(fault.Unauthenticated, "provider.refused")
	if r.Away() == "" || r.Method != http.MethodGet {
		return p.stranded(r, of, by, late)
	}
	said := r.URL.Query()
	came := provider.Return{
		Firm: of, Provider: by, Challenge: r.Away(),
		Answer: oidc.Answer{Code: said.Get("code"), State: said.Get("state"), Issuer: said.Get("iss"), Error: said.Get("error")},
	}
	out, err := p.Providers.Arrive(r.Context(), came, from(r))
	var k kept
	if len(out.Kept) > 0 {
		if unread := json.Unmarshal(out.Kept, &k); unread != nil {
			return nil, fmt.Errorf("door: what was kept: %w", unread)
		}
	}
	if k.Next == "" {
		k.Next = firmPath(of)
	}
	if second, asked := halted(r, err, k.Next); asked {
		return r.Arrive(second), nil
	}
	if err != nil {
		answer, err := p.stranded(r, of, by, err)
		return r.Arrive(answer), err
	}
	return r.Arrive(p.arrived(r, out, k)), nil
}

// arrived goes on with what she set out for.
func (p *Pages) arrived(r *web.Request, out provider.Entered, k kept) web.Answer {
	switch {
	case out.Tied && out.Keys:
		return web.Done(accountPath, "key_tied")
	case out.Tied:
		return web.Done(accountPath, "provider_tied")
	case k.Action != "":
		page := ProvePage{Action: web.Local(k.Action)}
		page.Base = base(r, ui.Public, r.Printer.T("door.proven"), enterPath)
		for _, name := range slices.Sorted(maps.Keys(k.Form)) {
			for _, value := range k.Form[name] {
				page.Kept = append(page.Kept, ui.Hidden{Name: name, Value: value})
			}
		}
		page.Go = &ui.Button{Label: r.Printer.T("door.proven_go"), Look: ui.Primary}
		page.Back = ui.Button{Label: r.Printer.T("door.prove_not"), Href: enterPath}
		return p.begun(r, out.Token, out.Session, web.Show(proveTemplate, page))
	}
	return p.begin(r, out.Token, out.Session, k.Next)
}

// stranded is the page of whoever comes back with nothing that opens anything: the
// same whatever was wrong. A tie that is somebody else's is told to its face.
func (p *Pages) stranded(r *web.Request, of id.Firm, by id.Provider, why error) (web.Answer, error) {
	if !mended(why) {
		return nil, why
	}
	page, err := p.before(r, of, by)
	switch {
	case fault.Is(err, fault.NotFound): // it vouches no more
		page.Base = base(r, ui.Public, r.Printer.T("door.sign_in"), signInPath)
		page.Other = &ui.Link{Href: signInPath, Label: r.Printer.T("door.offer_other")}
	case err != nil:
		return nil, err
	}
	page.Lead, page.Refused = "", &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(why)}
	return web.Again(providerTemplate, page, why), nil
}

// vouchers lists who vouches for her, or could, in each of her firms. A session that
// one of them vouched for brings in no other.
func (p *Pages) vouchers(r *web.Request, page *AccountPage, doors []firm.Profile) error {
	for _, d := range doors {
		mine, err := p.Providers.Mine(r.Context(), d.ID, r.Session)
		if fault.Is(err, fault.NotFound) {
			continue // it was closed to her a moment ago
		}
		if err != nil {
			return err
		}
		for _, m := range mine {
			if r.Session.Via.Vouched() && !m.Tied {
				continue
			}
			at := accountPath + "/providers/" + string(d.ID) + "/" + string(m.ID)
			page.Vouchers = append(page.Vouchers, newVoucher(page.Base, m, d.Name, at))
		}
	}
	return nil
}

// newVoucher is one of them, whose gestures are at an address.
func newVoucher(b ui.Base, m provider.Mine, house, at string) Voucher {
	v := Voucher{Name: m.Name, House: house, Icon: "shield-check", Tie: at + "/tie", TieLabel: b.T("door.voucher_tie")}
	v.Part = ui.Dialog{
		ID: "part-" + string(m.ID), Action: at + "/part", Title: b.T("door.voucher_part_title", m.Name), Consequence: b.T("door.voucher_part_then"),
		Opener:  ui.Button{Label: b.T("door.voucher_part"), Small: true},
		Confirm: ui.Button{Label: b.T("door.voucher_part"), Look: ui.Danger},
	}
	if m.Tied {
		v.Tied = b.T("door.voucher_tied")
	}
	if !m.Keys {
		return v
	}
	v.Name, v.Icon, v.TieLabel = b.T("door.keys"), "key", b.T("door.key_bring")
	v.Part.Title, v.Part.Consequence = b.T("door.key_part_title"), b.T("door.key_part_then")
	v.Part.Opener.Label, v.Part.Confirm.Label = b.T("door.key_part"), b.T("door.key_part")
	if m.Key != nil {
		v.Tied = b.T("door.key_added")
		v.Key = b.T("door.key_which", m.Key.Holder, m.Key.Issuer, b.Date(m.Key.Ends))
		if m.Key.Refused != nil {
			v.Refused = b.Printer.Fault(m.Key.Refused)
		}
	}
	return v
}

// DoTie sets out to have a provider vouch for her from now on.
func (p *Pages) DoTie(r *web.Request) (web.Answer, error) {
	of, by, err := road(r)
	if err != nil {
		return nil, err
	}
	return p.lead(r, provider.Way{Firm: of, Provider: by, Of: &r.Session, Tie: true}, kept{})
}

// DoPart has a provider vouch for her no more.
func (p *Pages) DoPart(r *web.Request) (web.Answer, error) {
	of, by, err := road(r)
	if err != nil {
		return nil, err
	}
	if err := p.Providers.Part(r.Context(), of, by, r.Session); err != nil {
		return nil, err
	}
	return web.Done(accountPath, "provider_parted"), nil
}

// DoProveAway has somebody show who vouches for her that it is she, and keeps what
// waits for that.
func (p *Pages) DoProveAway(r *web.Request) (web.Answer, error) {
	what, ours := waits(r)
	if !ours || !r.Session.Via.Vouched() {
		return nil, web.Absent()
	}
	k := kept{Next: what.path + "?done=proven"}
	if what.field == proveFor {
		k = kept{Action: what.path, Form: url.Values{}}
		for name, values := range r.PostForm {
			if name != proveFor {
				k.Form[name] = values
			}
		}
	}
	s := r.Session
	return p.lead(r, provider.Way{Firm: s.Firm, Provider: s.Provider, Of: &s, Again: true}, k)
}
