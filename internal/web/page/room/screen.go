package room

import (
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/memo"
	"cenacle/internal/scan"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// held names in the catalog why bytes are held, or is empty.
func held(c document.Screening) string {
	switch {
	case !c.Held:
		return ""
	case c.State == scan.Infected:
		return "infected"
	case c.Why == scan.Large:
		return "large"
	}
	return "unscanned"
}

// stop is why nobody can open a document of a list, in one line.
func (h here) stop(c document.Screening) string {
	if why := held(c); why != "" {
		return h.r.Printer.T("room.screen.row." + why)
	}
	return ""
}

// screening is what the page of a document says of its scan: why nobody can
// open it and what to do, or what is known of it.
func (h here) screening(c document.Screening) (stopped, said string) {
	t, side := h.r.Printer, "client"
	if h.inside() {
		side = "firm"
	}
	why := held(c)
	switch {
	case why == "infected":
		return t.T("room.screen."+side+".infected", c.Found), ""
	case why != "":
		return t.T("room.screen." + side + "." + why), ""
	case c.State == scan.Clean:
		return "", t.T("room.screen.clean", t.DateTime(c.At))
	case c.State == scan.Unscanned:
		return "", t.T("room.screen.passed." + string(c.Why))
	}
	return "", ""
}

// screenedNote is what a receipt says of the scan of one document.
func (h here) screenedNote(c document.Screening) string {
	switch c.State {
	case scan.Clean, scan.Infected, scan.Unscanned:
		return h.r.Printer.T("room.screen.sheet."+string(c.State), c.Found)
	}
	return ""
}

// rescan is where the firm's side has the scanner asked again, and why that was
// in vain.
func (p *Pages) rescan(h here, d document.Detail, refused error) *Offered {
	refused = h.back(refused, "documents", string(d.ID), "scan")
	if refused == nil && (!d.Manage || !p.Documents.Rescannable(d.Current)) {
		return nil
	}
	return &Offered{Href: h.path("documents", string(d.ID), "scan"), Summary: ui.Refuse(h.r.Printer, refused).Mark()}
}

// DoScanAgain asks the scanner again.
func (p *Pages) DoScanAgain(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	err = p.Documents.ScreenAgain(r.Context(), r.Actor, of)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Unavailable) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "scanned_again"), nil
}
