// Package errorpage is the one page for every fault: what happened, what is
// safe, what to do.
//
// It refuses causes, codes and addresses; those are for the log. Start reading
// at [New].
package errorpage

import (
	"embed"
	"errors"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/web/ui"
)

//go:embed errorpage.tmpl
var files embed.FS

// Page tells a person that what she wanted did not happen.
type Page struct {
	ui.Base
	Happened string
	Safe     string
	Acts     []ui.Button // what she can do now; the first is the best
	Wait     time.Duration
}

// Template renders [Page].
var Template = ui.Parse[Page](files, "errorpage.tmpl")

// New makes the page of err for the reader of base: its message, what is safe
// and the gestures that fit its kind. Retry is the address to try again, home
// the one to start over; base.Title is replaced.
func New(base ui.Base, err error, retry, home string) Page {
	kind := fault.KindOf(err)
	base.Title = base.T("errorpage." + slug(kind))
	page := Page{Base: base, Happened: base.Fault(err), Safe: base.T("errorpage.safe")}
	again := ui.Button{Label: base.T("errorpage.again"), Href: retry, Look: ui.Primary}
	start := ui.Button{Label: base.T("errorpage.home"), Href: home}
	if kind != fault.Busy { // whose own message says it
		page.Wait = wait(err)
	}
	switch kind {
	case fault.Internal, fault.Unavailable, fault.Busy, fault.NoSpace, fault.Conflict:
		page.Acts = []ui.Button{again, start}
	default:
		start.Look = ui.Primary
		page.Acts = []ui.Button{start}
	}
	return page
}

func wait(err error) time.Duration {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// slug names the group of kinds that share a title.
func slug(k fault.Kind) string {
	switch k {
	case fault.NotFound:
		return "absent"
	case fault.Forbidden, fault.Unauthenticated:
		return "refused"
	case fault.Gone:
		return "gone"
	case fault.Busy:
		return "busy"
	case fault.Unavailable, fault.NoSpace:
		return "unavailable"
	case fault.Invalid, fault.TooLarge, fault.RangeInvalid, fault.Conflict, fault.Malformed, fault.Precondition:
		return "not_done"
	}
	return "internal"
}
