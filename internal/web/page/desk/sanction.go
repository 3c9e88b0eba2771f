package desk

import (
	"errors"
	"io"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/sanction"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Sanctions is the list of frozen assets that the firm works with, and where an
// administrator brings another.
type Sanctions struct {
	ui.Base
	Facts  []sanction.Fact
	Hash   string
	Stale  *ui.Notice
	Failed *ui.Notice // it is fetched, and that fails
	Comes  string     // how another one comes by itself
	Note   string     // when a list is said to be old
	Empty  ui.Empty
	Search *ui.Button
	Bring  *BringList
	Admins string // said to who does not bring one
}

// BringList is the form of a file.
type BringList struct {
	Title   string
	Action  string
	Summary ui.Summary
	File    ui.Field
	Smaller *ui.Field // asked once it was refused for that
	Submit  ui.Button
}

var sanctionsPage = ui.Parse[Sanctions](files, "sanction.tmpl")

// SanctionList shows the list.
func (p *Pages) SanctionList(r *web.Request) (web.Answer, error) { return p.sanctions(r, nil) }

func (p *Pages) sanctions(r *web.Request, refused error) (web.Answer, error) {
	st, err := p.Sanctions.Standing(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	page := Sanctions{Base: frame(r, r.Printer.T("sanction.title"))}
	page.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: page.T("web.nav.desk")}, {Href: r.FirmPath("vigilance"), Label: page.T("desk.vigilance.title")}}
	page.Empty = ui.Empty{Icon: "shield-check", Title: page.T("sanction.none_title"), Text: page.T("sanction.none_text")}
	if st.Number > 0 {
		page.stands(st)
		page.Search = &ui.Button{Label: page.T("sanction.search"), Icon: "search", Href: r.FirmPath("sanctions", "search")}
	}
	page.fetched(st.Fetching)
	if authz.May(r.Actor, authz.SanctionImport, authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}, authz.Facts{}) {
		page.Bring = newBringList(r, page.Base, refused)
		if page.Bring.Title = page.T("sanction.bring"); st.Number == 0 {
			page.Bring.Title = page.T("sanction.bring_first")
		}
	} else {
		page.Admins = page.T("sanction.admins")
	}
	if refused != nil {
		return web.Again(sanctionsPage, page, refused), nil
	}
	return web.Show(sanctionsPage, page), nil
}

// stands says which list is in use.
func (page *Sanctions) stands(st sanction.Standing) {
	say := func(what, is string) {
		page.Facts = append(page.Facts, sanction.Fact{What: page.T("sanction.fact." + what), Is: is})
	}
	say("published", page.Day(st.Published))
	say("entries", page.N("sanction.entries", st.Entries))
	say("source", page.T("sanction.source."+string(st.Source), st.ByName, page.DateTime(st.At)))
	say("checked", page.DateTime(st.Checked))
	page.Hash, page.Note = st.SHA256, page.T("sanction.fresh", st.Days)
	if st.Stale {
		page.Stale = &ui.Notice{Look: ui.Signal, Text: page.T("sanction.stale", page.Date(st.Checked))}
	}
}

// fetched says what becomes of fetching the list.
func (page *Sanctions) fetched(f sanction.Fetching) {
	switch {
	case !f.On:
	case f.Failure != "":
		page.Failed = &ui.Notice{Look: ui.Signal, Title: page.T("sanction.unfetched", page.DateTime(f.Since)), Text: page.T("sanction.unfetched." + string(f.Failure))}
	case f.Tried.IsZero():
		page.Comes = page.T("sanction.fetch_soon")
	default:
		page.Comes = page.T("sanction.fetch_daily", page.DateTime(f.Tried))
	}
}

func newBringList(r *web.Request, b ui.Base, refused error) *BringList {
	f := &BringList{
		Action: r.FirmPath("sanctions"),
		File:   ui.Field{Kind: ui.File, Name: "file", Label: b.T("sanction.file"), Hint: b.T("sanction.file_hint"), Accept: ".json,application/json"},
		Submit: ui.Button{Label: b.T("sanction.submit"), Look: ui.Primary},
	}
	if refused == nil {
		return f
	}
	smaller := ui.Field{Kind: ui.Checks, Name: "smaller", Label: b.T("sanction.confirm")}
	f.Summary = ui.Refuse(r.Printer, refused).Mark(&f.File, &smaller)
	if smaller.Error != "" {
		f.Smaller = &smaller
	}
	return f
}

// DoBringList has the firm work with the list of a file.
func (p *Pages) DoBringList(r *web.Request) (web.Answer, error) {
	err := p.brings(r)
	if err == nil {
		return web.Done(r.FirmPath("sanctions"), "sanction_imported"), nil
	}
	if refused(err) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Conflict) {
		return p.sanctions(r, err)
	}
	return nil, err
}

// brings reads the form as it comes: the box first, then the file, which is not kept.
func (p *Pages) brings(r *web.Request) error {
	form, err := r.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "sanction.missing").In("file").Because(err)
	}
	b := sanction.Bringing{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return fault.New(fault.Invalid, "sanction.missing").In("file")
		}
		if err != nil {
			return fault.New(fault.Invalid, "sanction.cut").In("file").Because(err)
		}
		switch part.FormName() {
		case "smaller":
			b.Smaller = true
		case "file":
			if part.FileName() == "" {
				return fault.New(fault.Invalid, "sanction.missing").In("file")
			}
			b.File = part
			_, err := p.Sanctions.Import(r.Context(), r.Actor, b)
			return err
		}
	}
}
