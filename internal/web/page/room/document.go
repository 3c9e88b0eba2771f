package room

import (
	"encoding/hex"
	"slices"
	"strconv"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Document is the screen of one document: it is read here, and spoken of here.
type Document struct {
	ui.Base
	Heading  string
	Facts    string
	View     ui.View
	Versions []Version
	Readers  []string
	NotRead  []string
	Silent   []ui.Link
	Audience string
	Why      string // where each member's reason stands
	Send     *Send
	Late     []Late
	Rename   *Form
	Move     *Form
	Rescan   *Offered   // where the scanner is asked again
	Photo    *Offered   // where a photograph of a sheet is straightened
	Unpack   string     // where a ZIP file is looked into, or empty
	Refused  ui.Summary // why it was not
	Undo     *Undo
	Fresh    bool // what Undo takes back was just done: it stands above the rest
	Delete   *ui.Dialog
	Release  *Release // onto the common table of a forum, or nil
	Nature   string
	Exhibit  string // its number before the parties of a forum
	Approval *Approval
	Recall   *ui.Dialog
	Recalls  []Recalled
	Classify *Form
	Hold     *Form
	Replace  *ui.Upload
	Talks    []Talk
	Named    []ui.Named
	Compose  *ui.Composer
	Live     ui.Live
}

// Offered is a page that does one more thing with a document, and why it did not.
type Offered struct {
	Href    string
	Summary ui.Summary
}

// Version is one earlier or current state, with the way to take it.
type Version struct {
	Label, Href, Reason, SHA256 string
	Current                     bool
}

// Send addresses the document to further circles. It is open while the firm
// alone sees the document, and when it comes back refused.
type Send struct {
	Open    bool
	Action  string
	Circles *ui.Circles
	Reach   ui.Audience
	Summary ui.Summary
	Confirm []ui.Hidden // what the guard has found, once it was read
	Button  ui.Button
}

// Form is a small form of one or a few fields.
type Form struct {
	Action  string
	Hidden  []ui.Hidden
	Fields  []ui.Field
	Summary ui.Summary
	Button  ui.Button
}

var documentPage = ui.Parse[Document](files, "document.tmpl", "part.tmpl")

// Document shows one document.
func (p *Pages) Document(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	return p.document(h, of, nil, memo.New{})
}

// document shows one document, with what a refused form brought back.
func (p *Pages) document(h here, of id.Item, refused error, back memo.New) (web.Answer, error) {
	d, err := p.shown(h, of)
	if err != nil {
		return nil, err
	}
	page := Document{Base: h.base(d.Title), Heading: d.Title}
	b := page.Base
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	page.Facts = b.T("room.document_facts", d.AuthorName, b.DateTime(d.Created), b.Bytes(d.Current.Size))
	if page.View, err = p.view(h, d); err != nil {
		return nil, err
	}
	page.Versions = h.versions(b, d)
	if page.Talks, _, err = p.talks(h, b, of, refused, back); err != nil {
		return nil, err
	}
	page.Named = h.named()
	if h.writes() && len(page.Talks) == 0 {
		page.Compose = h.about(d, refused, back)
	}
	if h.inside() {
		if err := p.control(h, d, &page, refused); err != nil {
			return nil, err
		}
	}
	if page.Release, err = p.release(h, d, refused); err != nil {
		return nil, err
	}
	if page.Release != nil && page.Release.Later != nil {
		if page.Release.Replace, err = p.replacing(h, d, refused); err != nil {
			return nil, err
		}
	}
	page.Exhibit = h.numbered(d)
	page.Photo, page.Rescan = p.photoOffer(h, d, refused), p.rescan(h, d, refused)
	page.Live = h.live("talks readers", "documents", string(of))
	if page.View.Pending != "" {
		page.Live.Regions = "view " + page.Live.Regions
	}
	if refused != nil {
		return web.Again(documentPage, page, refused), nil
	}
	return web.Show(documentPage, page), nil
}

func (h here) spaceLabel() string {
	if h.inside() {
		return h.room.Name
	}
	return h.r.Printer.T("room.your_space")
}

func (p *Pages) view(h here, d document.Detail) (v ui.View, err error) {
	base := []string{"documents", string(d.ID)}
	look := d.Current.Look()
	v = ui.View{
		ID: "view", Src: h.path(append(base, "view")...), Download: h.path(append(base, "file")...),
		Title: d.Title, Media: d.Current.Media, Size: d.Current.Size, Words: look == document.Text || look == document.Mail,
		Hash: &ui.Hash{Label: "SHA-256", Value: hex.EncodeToString(d.Current.SHA256[:])},
	}
	v.Stopped, v.Scanned = h.screening(d.Current.Screening)
	if v.Stopped != "" {
		return v, nil
	}
	switch refused, err := p.Documents.Hasty(h.r.Context(), h.r.Actor, d.ID); {
	case err != nil:
		return v, err
	case authz.Stale(refused):
		v.Stopped, v.Again = h.r.Printer.T("room.hasty"), v.Download
		return v, nil
	case refused != nil:
		v.Stopped = h.r.Printer.Fault(refused)
		return v, nil
	}
	if err := p.leaves(h, d, &v); err != nil {
		return v, err
	}
	if look == document.PDF && len(v.Leaves) == 0 {
		v.Mark, err = p.Previews.Mark(h.r.Context(), h.r.Actor, wording(h.r.Printer))
	}
	return v, err
}

func (h here) versions(b ui.Base, d document.Detail) []Version {
	var out []Version
	for i, v := range d.Versions {
		out = append(out, Version{
			Label:  b.T("room.version", strconv.FormatInt(v.Number, 10), b.DateTime(v.Created), v.AuthorName, b.Bytes(v.Size)),
			Href:   h.path("documents", string(d.ID), "versions", string(v.ID), "file"),
			Reason: v.Reason, SHA256: hex.EncodeToString(v.SHA256[:]), Current: i == 0,
		})
	}
	return out
}

// about opens the conversation of a document.
func (h here) about(d document.Detail, refused error, back memo.New) *ui.Composer {
	t := h.r.Printer
	c := ui.Composer{
		ID: "compose", Action: h.path("memos"), Title: t.T("room.about_document"), Folded: refused == nil,
		Body:   ui.Field{Kind: ui.Area, Name: "body", Label: t.T("room.body")},
		Hidden: []ui.Hidden{{Name: "document", Value: string(d.ID)}},
		Send:   ui.Button{Label: t.T("room.send"), Look: ui.Primary, Icon: "send"},
	}
	mine := back.Document == d.ID
	if mine {
		c.Body.Value = back.Body
	}
	h.address(&c, back, circlesOf(d.Audience))
	if d.Tray == space.PartyTray {
		h.address(&c, back, []id.Circle{h.room.Party.ID})
	}
	if mine && refused != nil {
		h.mark(&c, refused)
		h.stopped(&c, refused)
	}
	return &c
}

// control adds what the firm's side does with a document.
func (p *Pages) control(h here, d document.Detail, page *Document, refused error) (err error) {
	t, b := h.r.Printer, page.Base
	sent := circlesOf(d.Audience)
	for _, reader := range d.Readers {
		page.Readers = append(page.Readers, b.T("room.read_at", reader.Name, b.DateTime(reader.At)))
	}
	page.Audience, page.Why = h.seers(d.Members, sent), h.path("documents", string(d.ID), "why")
	unread := d.Unread()
	for _, to := range unread {
		page.NotRead = append(page.NotRead, to.Name)
	}
	page.Silent = h.unopened(d, unread)
	page.Recalls = h.recalls(b, d.Recalls)
	if d.Address {
		page.Recall = h.recall(d, sent)
		page.Late = h.late(d, refused)
		if page.Send, err = p.send(h, d, sent, refused); err != nil {
			return err
		}
	}
	page.Nature, page.Approval = h.nature(d.Nature), h.approval(b, d, refused)
	if d.Classify {
		if page.Classify, err = p.classify(h, d, refused); err != nil {
			return err
		}
	}
	if h.keepsHolds() {
		page.Hold = h.holdForm(d.ID, refused)
	}
	if !d.Manage {
		return nil
	}
	path := []string{"documents", string(d.ID)}
	title := ui.Field{Name: "title", Label: t.T("room.title"), Value: d.Title, Length: 200}
	page.Rename = &Form{
		Action: h.path(append(path, "name")...), Summary: ui.Refuse(t, h.back(refused, append(path, "name")...)).Mark(&title),
		Button: ui.Button{Label: t.T("room.rename"), Small: true}, Fields: []ui.Field{title},
	}
	if archived(d) && h.room.State == "open" {
		page.Unpack = h.path("documents", string(d.ID), "archive")
		page.Refused = ui.Refuse(t, h.back(refused, "documents", string(d.ID), "archive")).Mark()
	}
	page.Move, page.Undo = h.moveForm(d, refused), h.undoing(b, d)
	page.Fresh = slices.Contains([]string{"document_renamed", "documents_moved"}, h.r.URL.Query().Get("done"))
	page.Delete = &ui.Dialog{
		ID: "delete", Title: t.T("room.delete.title", d.Title), Consequence: t.T("room.delete.consequence"),
		Opener: ui.Button{Label: t.T("room.delete.opener"), Look: ui.Danger, Icon: "trash", Small: true},
		Action: h.path(append(path, "delete")...), Confirm: ui.Button{Label: t.T("room.delete.confirm"), Look: ui.Danger},
	}
	if d.Tray == space.ClientTray || !h.ofFirm(d.Author) {
		return nil // what somebody outside brought is never replaced
	}
	page.Replace = &ui.Upload{
		ID: "replace", Action: h.path("files"), Endpoint: h.path("uploads"), Name: "file", Most: p.Limit,
		Title: t.T("room.replace"), Hint: t.T("room.replace_hint"),
		Hidden: []ui.Hidden{{Name: "replaces", Value: string(d.ID)}},
	}
	return nil
}

// back is the refusal of the form that was sent to a path of the space, nil when
// another form came back.
func (h here) back(refused error, path ...string) error {
	if h.r.URL.Path != h.path(path...) {
		return nil
	}
	return refused
}

// send offers the circles not yet addressed, with who will see the document
// once the chosen ones are.
func (p *Pages) send(h here, d document.Detail, sent []id.Circle, refused error) (*Send, error) {
	t := h.r.Printer
	refused = h.back(refused, "documents", string(d.ID), "address")
	s := &Send{
		Open:   refused != nil || !slices.Contains(sent, h.house().Client) && !slices.Contains(sent, h.house().All),
		Action: h.path("documents", string(d.ID), "address"), Circles: h.choice(t.T("room.send_to"), nil),
		Button: ui.Button{Label: t.T("room.send_document"), Look: ui.Primary, Icon: "send"},
	}
	h.apart(s.Circles, d.Nature)
	s.Circles.Options = slices.DeleteFunc(s.Circles.Options, func(o ui.Circle) bool { return slices.Contains(sent, id.Circle(o.Value)) })
	if len(s.Circles.Options) == 0 {
		return nil, nil
	}
	all := slices.Clone(sent)
	for i := range s.Circles.Options {
		if s.Circles.Options[i].Value == string(h.house().Client) {
			s.Circles.Options[i].Chosen = true
			all = append(all, h.house().Client)
		}
	}
	reach, err := p.Documents.Preview(h.r.Context(), h.r.Actor, h.room.ID, all)
	if err != nil {
		return nil, err
	}
	for _, to := range reach.Will {
		s.Reach.Will = append(s.Reach.Will, ui.Reader{Name: to.Name, Why: h.role(to.Role), Firm: to.Role.Inside()})
	}
	for _, to := range reach.Wont {
		s.Reach.WillNot = append(s.Reach.WillNot, ui.Reader{Name: to.Name, Why: t.T("room.reach." + to.Reason), Firm: to.Role.Inside()})
	}
	found, err := p.Documents.Examine(h.r.Context(), h.r.Actor, d.ID, all[len(sent):])
	if err != nil {
		return nil, err
	}
	s.Reach.Warning = h.warning(found)
	if refused != nil {
		back := ui.Refuse(t, refused)
		back.Ask(s.Circles)
		s.Summary = back.Mark()
		s.Confirm = h.anyway(refused, &s.Button)
		for i, o := range s.Circles.Options { // as they were chosen
			s.Circles.Options[i].Chosen = slices.Contains(h.r.Values("circle"), o.Value)
		}
	}
	return s, nil
}

func circlesOf(audience []authz.Address) []id.Circle {
	out := make([]id.Circle, len(audience))
	for i, to := range audience {
		out[i] = to.Circle
	}
	return out
}
