package room

import (
	"errors"
	"slices"
	"strconv"

	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Shelf is one tray on the screen, its documents in their folders.
type Shelf struct {
	Key     string
	Title   string
	Hint    string
	Folders []Folder
	Empty   ui.Empty
	More    *ui.More
}

// Folder is a named group of documents; the tray itself has no name.
type Folder struct {
	Name      string
	Documents []ui.DocumentRow
}

// Talk is one thread on the screen.
type Talk struct {
	ID       string
	Subject  string
	Document *ui.Reference
	Memos    []ui.Memo
	Reply    ui.Composer
	Seen     *Seen // memos not read yet
}

// Seen marks memos as read, once they are on the screen or by a button.
type Seen struct {
	Src   string
	Memos []string
}

// Inside is the screen of the firm's side.
type Inside struct {
	ui.Base
	Name    string
	About   string
	Tabs    []ui.Tab
	Clients string
	Waits   []ui.Waiting
	Dates   *Dates
	Shelves []Shelf
	Pick    Picking
	Upload  ui.Upload
	Compose ui.Composer
	Offers  []Offer // papers that a memo asks for and that are there
	Talks   []Talk
	Named   []ui.Named
	More    *ui.More
	Live    ui.Live
	Deposit []ui.Link
	Undo    string // brings back the document that was just deleted, or empty
	Moved   *Undo  // what was just moved, or nil
	Frozen  *ui.Notice
}

// Picking is what can be done with a selection of documents.
type Picking struct {
	Any     bool      // something is there to be picked
	Pack    string    // where it is packed
	Move    string    // where it is moved
	Places  *ui.Field // whereto; nil for who moves nothing
	List    string    // the whole list on paper
	Summary ui.Summary
}

// Client is the screen of the client's side.
type Client struct {
	ui.Base
	Greeting string
	Matter   string
	Waits    []ui.Waiting
	Next     string // what happens next, in one sentence
	Dates    *Dates
	Shelves  []Shelf
	Pick     Picking
	Upload   *ui.Upload
	Deposit  *Deposit
	// Checklist is what is asked of her, nil when nothing ever was.
	Checklist *Checklist
	Shut      string // where to send documents instead, in the firm's words
	Receipts  []ui.Link
	Compose   *ui.Composer
	Talks     []Talk
	Named     []ui.Named
	More      *ui.More
	People    []Contact
	Side      []Contact // who else is of her party, in a forum
	Exhibits  string    // where she sees what the parties of a forum have communicated, or empty
	Offers    string    // where parties of it offer each other, or empty
	Questions string    // where parties ask, or empty
	Ask       string    // where who conducts it asks for papers, or empty
	Dires     string    // where they observe, and are answered, or empty
	Live      ui.Live
	Password  string // where she may choose a password, or empty: offered once she has read something
	Here      string // this page, where she goes on once she has put that off
	Key       string // where she may add a passkey, or empty
	Access    string // where she sees who opened her space and freezes it, or empty
}

// Deposit is what she has handed in since the last receipt.
type Deposit struct {
	Documents []ui.DocumentRow
	Close     ui.Dialog
	Total     int64
}

// Contact is someone of the firm she can ask.
type Contact struct {
	Name, Role string
	Away       string // who answers in her place, or in whose place she does, and until when; or empty
	Avatar     ui.Avatar
}

var (
	inside = ui.Parse[Inside](files, "inside.tmpl", "part.tmpl")
	client = ui.Parse[Client](files, "client.tmpl", "part.tmpl")
)

// Show is the space, as the person who looks lives in it.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	return p.screen(r, nil, memo.New{})
}

// screen shows the space, with the composer filled from a memo that came back.
func (p *Pages) screen(r *web.Request, refused error, back memo.New) (web.Answer, error) {
	h, err := p.look(r)
	if err != nil {
		return nil, err
	}
	if h.inside() {
		from, err := p.copying(h, &back)
		if err != nil {
			return nil, err
		}
		page := p.insidePage(h, refused, back)
		page.Compose.Lead = from
		if page.Frozen, err = p.frozen(h); err != nil {
			return nil, err
		}
		if refused != nil {
			return web.Again(inside, page, refused), nil
		}
		return web.Show(inside, page), nil
	}
	if err := p.exhibited(&h, h.all.Requests); err != nil {
		return nil, err
	}
	page := p.clientPage(h, refused, back)
	if refused != nil {
		return web.Again(client, page, refused), nil
	}
	return web.Show(client, page), nil
}

func (p *Pages) insidePage(h here, refused error, back memo.New) Inside {
	page := Inside{Base: h.base(h.room.Name), Name: h.room.Name, Tabs: h.tabs("space")}
	b := page.Base
	page.About = b.T("room.about", i18n.Key("space.model."+string(h.room.Model)), i18n.Key("space.profile."+string(h.room.Profile)))
	if names := h.clients(); names != h.room.Name {
		page.Clients = names
	}
	page.Shelves, page.Pick = h.shelves(b), h.picking(refused)
	if page.Pick.Summary.Lines != nil {
		refused = nil // the composer is not what came back
	}
	page.Upload = p.upload(h, space.FirmTray, h.all.Pending)
	page.Talks, page.More = h.conversation(b, refused, back)
	page.Named = h.named()
	page.Waits = h.waits(b, h.all.Waits, h.shown(page.Shelves, page.Talks))
	page.Compose = h.composer(refused, back)
	if a, ok := errors.AsType[already](refused); ok {
		page.Offers = h.offers(a.offers)
	}
	if doc, err := id.Parse[id.Item](h.r.URL.Query().Get("deleted")); err == nil {
		page.Undo = h.path("documents", string(doc), "restore")
	}
	page.Moved = h.justMoved()
	page.Dates = h.next()
	page.Live = h.live("waits dates documents talks")
	page.Deposit = h.receipts(b)
	return page
}

func (p *Pages) clientPage(h here, refused error, back memo.New) Client {
	page := Client{Base: h.base(h.r.Printer.T("room.your_space"))}
	b := page.Base
	page.Greeting = b.T("room.greeting", h.r.Card.Name)
	if len(h.room.Matters) > 0 {
		page.Matter = h.room.Matters[0].Name
	}
	page.Shelves, page.Pick = h.shelves(b), h.picking(refused)
	if page.Pick.Summary.Lines != nil {
		refused = nil // the composer is not what came back
	}
	page.Checklist = p.checklist(h, b, h.all.Requests, h.all.Rule, said{})
	page.Shut = h.all.Rule.Sentence
	p.depositPart(h, b, &page)
	page.Talks, page.More = h.conversation(b, refused, back)
	page.Named = h.named()
	page.Waits = h.waits(b, h.all.Waits, h.shown(page.Shelves, page.Talks))
	page.Waits = append(append(h.toOffer(b), h.toChoose(b)...), page.Waits...)
	page.Next = next(b, page.Waits)
	if h.writes() {
		c := h.composer(refused, back)
		page.Compose = &c
	}
	for _, person := range h.room.People {
		if person.Role == authz.Lead || person.Role == authz.Colleague {
			page.People = append(page.People, Contact{person.Name, h.place(b, person), h.away(b, person.Person, "room.away"), ui.Avatar{Name: person.Name, Firm: true}})
		}
	}
	page.Side = h.party()
	if h.room.Forum {
		page.Exhibits, page.Dires, page.Questions = h.path("exhibits"), h.path("dires"), h.path("questions")
	}
	if h.registers() && h.writes() {
		page.Offers = h.path("offers")
	}
	if h.conducts() {
		page.Ask = h.path("requests")
	}
	if h.room.Mine == authz.Client {
		page.Access = h.path("access")
	}
	offered := h.hasRead() && !h.r.Later()
	if h.r.Actor.Via.Linked() && offered {
		page.Password, page.Here = "/account", h.path()
	}
	if p.Passkeys && h.r.Actor.Via.Linked() && !h.r.Actor.Via.Twofold() && offered {
		page.Key = "/account/factors"
	}
	page.Dates = h.next()
	page.Live = h.live("waits dates requests documents deposit talks")
	return page
}

// hasRead reports whether the reader has opened anything that somebody else put
// there: until then nothing stands between her and it.
func (h here) hasRead() bool {
	for _, tray := range h.all.Documents {
		if slices.ContainsFunc(tray, func(d document.Document) bool { return d.Read && d.Author != h.r.Actor.Person }) {
			return true
		}
	}
	return slices.ContainsFunc(h.all.Threads, func(t memo.Thread) bool {
		return slices.ContainsFunc(t.Memos, func(m memo.Memo) bool { return m.Read && m.Author != h.r.Actor.Person })
	})
}

func next(b ui.Base, waits []ui.Waiting) string {
	if len(waits) == 0 {
		return b.T("room.nothing_expected")
	}
	return b.N("room.expected", len(waits))
}

func (h here) clients() string {
	var names []string
	for _, person := range h.room.People {
		if person.Role == authz.Client && person.Active(h.r.Now) {
			names = append(names, person.Name)
		}
	}
	return h.r.Printer.List(names)
}

// shelves shows the documents of each tray, in the order of its folders.
func (h here) shelves(b ui.Base) []Shelf {
	var out []Shelf
	for _, tray := range h.trays() {
		found := h.all.Documents[tray]
		if tray == space.SharedTray && len(found) == 0 && !h.room.Forum {
			continue // nobody has put anything between the two sides yet
		}
		if h.room.Party.ID != "" && len(found) == 0 && (tray == space.FirmTray || tray == space.ClientTray) {
			continue // a party looks at its own tray and at the table
		}
		out = append(out, h.shelf(b, tray, found))
	}
	return out
}

func (h here) shelf(b ui.Base, tray space.Tray, found []document.Document) Shelf {
	side := "client"
	if h.inside() {
		side = "firm"
	}
	if h.room.Forum && (tray == space.SharedTray || tray == space.PartyTray) {
		side = "forum"
	}
	s := Shelf{
		Key: "tray-" + string(tray), Title: b.T("room.tray." + side + "." + string(tray)),
		Empty: ui.Empty{Icon: "file-text", Title: b.T("room.empty." + side + "." + string(tray)), Text: b.T("room.empty_how." + side + "." + string(tray))},
	}
	if tray == space.PartyTray {
		s.Hint = b.T("room.forum.tray_hint", h.room.Party.Name)
	}
	if len(found) > h.rows {
		found = found[:h.rows]
		s.More = &ui.More{Href: "?after-" + string(tray) + "=" + string(found[h.rows-1].ID), List: s.Key}
	}
	byFolder := map[id.Folder][]ui.DocumentRow{}
	for _, d := range found {
		byFolder[d.Folder] = append(byFolder[d.Folder], h.row(b, d))
	}
	if loose := byFolder[""]; len(loose) > 0 {
		s.Folders = append(s.Folders, Folder{Documents: loose})
	}
	for _, f := range h.room.Folders {
		if docs := byFolder[f.ID]; len(docs) > 0 {
			s.Folders = append(s.Folders, Folder{Name: space.Trail(f.ID, h.room.Folders), Documents: docs})
		}
	}
	return s
}

// picking offers what can be done with a selection, and says what is wrong with
// the one that came back.
func (h here) picking(refused error) Picking {
	t := h.r.Printer
	p := Picking{Pack: h.path("zip"), List: h.path("list")}
	for _, found := range h.all.Documents {
		p.Any = p.Any || len(found) > 0
	}
	for _, form := range [][]string{{"zip"}, {"moves"}, {"moves", "undo"}} {
		if back := h.back(refused, form...); back != nil {
			p.Summary = ui.Refuse(t, back).Mark()
		}
	}
	if h.inside() && h.room.State == "open" {
		f := h.places(h.r.Value("place"), space.Trays()...)
		p.Places, p.Move = &f, h.path("moves")
	}
	return p
}

// upload is the place where files are handed in.
func (p *Pages) upload(h here, tray space.Tray, pending []document.Upload) ui.Upload {
	t := h.r.Printer
	u := ui.Upload{
		ID: "upload", Action: h.path("files"), Endpoint: h.path("uploads"), Name: "file", Most: p.Limit,
		Title: t.T("room.upload." + string(tray)), Hint: t.T("room.upload_hint", t.Bytes(p.Limit)),
		Camera: tray != space.FirmTray, Regions: "waits requests documents deposit",
		Hidden: []ui.Hidden{{Name: "tray", Value: string(tray)}},
	}
	if tray == space.FirmTray {
		u.Circles = h.choice(t.T("room.who_sees_file"), []id.Circle{h.house().Firm})
		u.Circles.ID = u.ID + "-circle"
		h.apart(u.Circles, authz.NatureNone)
		u.Import = h.path("imports")
		u.Circles.Hint = t.T("room.who_sees_file_hint")
	}
	for _, w := range pending {
		u.Waiting = append(u.Waiting, ui.Transfer{Name: w.Name, Address: h.path("uploads", string(w.ID)), State: ui.Halfway, Sent: w.Offset, Size: w.Size})
	}
	return u
}

func (p *Pages) depositPart(h here, b ui.Base, page *Client) {
	page.Receipts = h.receipts(b)
	if !h.hands() {
		return
	}
	if h.room.Party.ID != "" {
		u := p.upload(h, space.PartyTray, h.all.Pending)
		page.Upload = &u
	} else if !h.all.Rule.Closed {
		u := p.upload(h, space.ClientTray, h.all.Pending)
		page.Upload = &u
	}
	open := h.all.Deposit
	if len(open.Items) == 0 {
		return
	}
	page.Deposit = &Deposit{Close: h.closing(b, open)}
	for _, d := range open.Items {
		page.Deposit.Total += d.Size
		page.Deposit.Documents = append(page.Deposit.Documents, ui.DocumentRow{
			Href: h.path("documents", string(d.Document)), Title: d.Name, Media: d.Media, Size: d.Size, At: b.When(d.At), Stopped: h.stop(d.Screening),
			Act: h.straightens(d.Document, d.Media),
		})
	}
}

func (h here) closing(b ui.Base, open deposit.Deposit) ui.Dialog {
	return ui.Dialog{
		ID: "close-deposit", Title: b.T("room.close.title"),
		Consequence: b.N("room.close.consequence", len(open.Items), h.r.Firm.Name),
		Opener:      ui.Button{Label: b.T("room.close.opener"), Look: ui.Primary, Icon: "circle-check", Wide: true},
		Action:      h.path("deposit", "close"), Confirm: ui.Button{Label: b.T("room.close.confirm"), Look: ui.Primary},
	}
}

func (h here) receipts(b ui.Base) []ui.Link {
	found := h.all.Receipts
	var out []ui.Link
	for _, r := range found[max(0, len(found)-receipts):] {
		number := strconv.FormatInt(r.Number, 10)
		label := b.T("room.receipt_link", number, b.DateTime(r.Closed))
		if h.inside() {
			label = b.T("room.receipt_of", number, h.name(r.Person), b.DateTime(r.Closed))
		}
		out = append(out, ui.Link{Href: h.path("receipts", string(r.ID)), Label: label, Icon: "shield-check"})
	}
	slices.Reverse(out)
	return out
}
