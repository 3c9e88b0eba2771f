package room

import (
	"cenacle/internal/document"
	"cenacle/internal/scan"
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
