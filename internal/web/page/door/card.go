package door

import (
	"net/http"

	"cenacle/internal/fault"
	"cenacle/internal/keycard"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Cards answers on the listener where keys are shown, which has no other page: no
// session is known there, and what a browser brings with it says nothing of anybody.
type Cards struct {
	Reader *keycard.Reader
	Site   string // the public address of the site, where whoever is lost goes on
}

// Show reads the key of whoever was led here, and leads her back with what it says. It
// changes nothing.
func (c *Cards) Show(r *web.Request) (web.Answer, error) {
	page := ProviderPage{Base: r.Base(ui.Public, r.Printer.T("door.card")), Other: &ui.Link{Href: c.Site, Label: r.Printer.T("door.card_site")}}
	way, err := c.Reader.Follow(r.PathValue("way"))
	if err != nil {
		return c.refuse(r, page, err)
	}
	address, err := c.Reader.Hand(way, r.TLS)
	if err != nil {
		page.Go = &ui.Link{Href: r.URL.EscapedPath(), Label: r.Printer.T("door.card_again")}
		return c.refuse(r, page, err)
	}
	page.Lead, page.Other = r.Printer.T("door.card_read"), nil
	page.Go = &ui.Link{Href: address, Label: r.Printer.T("door.away_go")}
	shown := web.Show(providerTemplate, page)
	if r.Method != http.MethodGet {
		return shown, nil
	}
	return web.Lead(address, shown), nil
}

// Lost is the page of whoever was not led here.
func (c *Cards) Lost(r *web.Request) (web.Answer, error) {
	page := ProviderPage{Base: r.Base(ui.Public, r.Printer.T("door.card")), Lead: r.Printer.T("door.card_lost")}
	page.Go = &ui.Link{Href: c.Site, Label: r.Printer.T("door.card_site")}
	return web.Show(providerTemplate, page), nil
}

// refuse says why a key opens nothing.
func (c *Cards) refuse(r *web.Request, page ProviderPage, why error) (web.Answer, error) {
	switch fault.KindOf(why) {
	case fault.Gone, fault.Unauthenticated, fault.Unavailable:
	default:
		return nil, why
	}
	page.Refused = &ui.Notice{Look: ui.Danger, Text: r.Printer.Fault(why)}
	return web.Again(providerTemplate, page, why), nil
}
