package diffusion

import (
	"cenacle/internal/diffusion"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// part is one space of a diffusion: before it leaves, who is on which side; afterwards a
// line for each.
func (p *Pages) part(r *web.Request, b ui.Base, v diffusion.View, of diffusion.Part) Part {
	out := Part{Key: "space-" + string(of.Space), Name: of.Name, Href: r.SpacePath(of.Space)}
	if of.Name == "" { // it is not hers any more
		out.Name, out.Href = b.T("diffusion.lost"), ""
	}
	if len(of.Circles) > 0 {
		out.To = b.T("diffusion.to_circles", diffusion.Circles(b.Printer, of))
	}
	if of.Level != "" && of.State == diffusion.Waiting {
		out.To += " · " + b.T("diffusion.level."+string(of.Level))
	}
	if of.Reason != "" {
		out.Nothing = diffusion.Why(b.Printer, of.Reason)
	}
	for _, d := range of.Documents {
		out.Documents = append(out.Documents, d.Title)
	}
	var firm []string
	for _, to := range of.Will {
		if !to.Chosen {
			firm = append(firm, to.Name)
		}
	}
	if len(firm) > 0 && of.Reason == "" {
		out.Firm = b.T("diffusion.firm_too", b.List(firm))
	}
	if of.State == diffusion.Waiting {
		out.Audience = audience(b, of)
		return out
	}
	if of.State == diffusion.Sent {
		out.At, out.MemoHref = b.T("diffusion.delivered", b.DateTime(of.At)), r.SpacePath(of.Space)+"#memo-"+string(of.Memo)
	}
	if !of.Recalled.IsZero() {
		out.Recalled = b.T("diffusion.recalled_at", b.DateTime(of.Recalled))
	}
	for _, to := range of.Chosen() {
		out.Lines = append(out.Lines, line(r, b, v, of, to))
	}
	for _, to := range of.Wont {
		out.Missed = append(out.Missed, ui.Reader{Name: to.Name, Why: diffusion.Missing(b.Printer, of, to), Firm: to.Role.Inside()})
	}
	return out
}

// audience is who would receive it, and how each is told, and who would not.
func audience(b ui.Base, of diffusion.Part) *ui.Audience {
	out := &ui.Audience{}
	for _, to := range of.Chosen() {
		if of.Reason != "" {
			break
		}
		why := b.T("space.role."+string(to.Role)) + " · " + told(b, to)
		if len(to.Lacks) > 0 {
			var titles []string
			for _, d := range to.Lacks {
				titles = append(titles, b.T("diffusion.quoted", d.Title))
			}
			why += " · " + b.T("diffusion.lacks", b.List(titles))
		}
		out.Will = append(out.Will, ui.Reader{Name: to.Name, Why: why, Firm: to.Role.Inside()})
	}
	for _, to := range of.Wont {
		out.WillNot = append(out.WillNot, ui.Reader{Name: to.Name, Why: diffusion.Missing(b.Printer, of, to), Firm: to.Role.Inside()})
	}
	if len(out.Will)+len(out.WillNot) == 0 {
		return nil
	}
	return out
}

// told says how somebody is told.
func told(b ui.Base, to diffusion.Recipient) string {
	if to.Told == diffusion.Later {
		return b.T("diffusion.told.later", b.DateTime(to.When))
	}
	return b.T("diffusion.told." + string(to.Told))
}

func line(r *web.Request, b ui.Base, v diffusion.View, of diffusion.Part, to diffusion.Recipient) Line {
	out := Line{
		Name: to.Name, Role: b.T("space.role." + string(to.Role)),
		Proof: r.FirmPath("diffusions", string(v.ID), "spaces", string(of.Space), "people", string(to.Person), "proof"),
	}
	if to.Added {
		out.Note = b.T("diffusion.added")
	}
	switch days := int(r.Now.Sub(of.At).Hours() / 24); {
	case !to.Read.IsZero():
		out.Read = b.T("diffusion.opened", b.DateTime(to.Read))
	case !of.Recalled.IsZero():
		out.Read = b.T("diffusion.never")
	case days > 0:
		out.Read, out.Waits = b.N("diffusion.unread_since", days), true
	default:
		out.Read, out.Waits = b.T("diffusion.unread"), true
	}
	if k := to.Answer; k.Answer != "" {
		out.Answer = b.T("diffusion.answered", b.T("diffusion.answer."+string(k.Answer)), b.DateTime(k.At))
	}
	return out
}
