// Package letterbox is the page behind a deposit link: what is asked of one
// person, the camera one tap away, and her receipt. She has no account and
// enters no space.
//
// It decides nothing: package depositlink makes of the token an actor whose pass
// leaves her depositing, and the use cases decide for that actor. It refuses to
// show anything that was not handed in by her since her last receipt, or asked
// of her, and it changes nothing on a GET. Start at [Pages.Show].
package letterbox

import (
	"embed"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/request"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers whoever holds a deposit link.
type Pages struct {
	Links     *depositlink.Service
	Documents *document.Service
	Deposits  *deposit.Service
	Asks      *request.Service
	Limit     int64                         // bytes of one file
	Until     func(time.Duration) time.Time // deadlines of connections
}

// Page is what stands behind a good link.
type Page struct {
	ui.Base
	Hello   string
	Until   string
	Summary ui.Summary
	Shut    string // where to send documents instead, in the firm's words
	Asked   []ui.Expectation
	Done    bool // something was asked, and all of it has come
	Upload  *ui.Upload
	Basket  *Basket
}

// Basket is what she has handed in since her last receipt.
type Basket struct {
	Files []ui.DocumentRow
	Total int64
	Close ui.Dialog
}

// Spent stands behind a link that takes nothing, whatever the reason.
type Spent struct{ ui.Base }

// Receipt is the proof of one deposit.
type Receipt struct {
	ui.Base
	Body ui.Receipt
	Back string
}

var (
	pageTemplate    = ui.Parse[Page](files, "letterbox.tmpl")
	spentTemplate   = ui.Parse[Spent](files, "spent.tmpl")
	receiptTemplate = ui.Parse[Receipt](files, "receipt.tmpl")
)

// slot is a good link with whom it makes of its person.
type slot struct {
	r    *web.Request
	view depositlink.View
	by   authz.Actor
}

func (p *Pages) enter(r *web.Request) (s slot, err error) {
	of, err := web.PathID[id.Firm](r, "firm")
	if err != nil {
		return s, web.Absent()
	}
	v, by, err := p.Links.Enter(r.Context(), of, r.PathValue("box"), r.Source)
	return slot{r, v, by}, err
}

// still decides again, while bytes come, whether the link stands.
func (p *Pages) still(s slot) func() error {
	return func() error {
		_, _, err := p.Links.Enter(s.r.Context(), s.by.Firm, s.r.PathValue("box"), s.r.Source)
		return err
	}
}

func (s slot) path(more ...string) string {
	return "/d/" + string(s.by.Firm) + "/" + url.PathEscape(s.r.PathValue("box")) + join(more)
}

func join(segments []string) (path string) {
	for _, one := range segments {
		path += "/" + url.PathEscape(one)
	}
	return path
}

// base is the frame of a page of a firm that she is not signed in to.
func (s slot) base(title string) ui.Base {
	b := s.r.Base(ui.Client, title)
	b.Firm, b.FirmHref, b.Logo = s.view.FirmName, s.path(), web.LogoOf(s.by.Firm, s.view.Logos)
	return b
}

// Show shows what is asked and where to hand it in.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	s, err := p.enter(r)
	if err != nil {
		return p.spent(r, err)
	}
	return p.show(s, nil)
}

func (p *Pages) spent(r *web.Request, err error) (web.Answer, error) {
	if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return web.Again(spentTemplate, Spent{r.Base(ui.Public, r.Printer.T("letterbox.spent"))}, fault.New(fault.Gone, "fault.gone")), nil
}

func (p *Pages) show(s slot, refused error) (web.Answer, error) {
	ctx := s.r.Context()
	found, err := p.Asks.List(ctx, s.by, s.by.Scope)
	if err != nil {
		return nil, err
	}
	rule, err := p.Deposits.RuleOf(ctx, s.by, s.by.Scope)
	if err != nil {
		return nil, err
	}
	open, err := p.Deposits.Open(ctx, s.by, s.by.Scope)
	if err != nil {
		return nil, err
	}
	page := Page{Base: s.base(s.r.Printer.T("letterbox.title")), Shut: rule.Sentence}
	t := s.r.Printer
	page.Hello = t.T("letterbox.hello", s.view.PersonName, s.view.FirmName)
	page.Until = t.T("letterbox.until", page.DateTime(s.view.Expires))
	page.Summary = ui.Refuse(t, refused).Mark()
	found = slices.DeleteFunc(found, func(q request.Request) bool { return s.view.Request != "" && q.ID != s.view.Request })
	for _, q := range found {
		if q.State.Hers() {
			page.Asked = append(page.Asked, p.expectation(s, q, rule))
		}
	}
	page.Done = len(found) > 0
	if !rule.Closed && (s.view.Request == "" || len(page.Asked) == 0) {
		page.Upload = p.upload(s)
	}
	page.Basket = s.basket(open)
	if refused != nil {
		return web.Again(pageTemplate, page, refused), nil
	}
	return web.Show(pageTemplate, page), nil
}

func (p *Pages) upload(s slot) *ui.Upload {
	t := s.r.Printer
	return &ui.Upload{
		ID: "upload", Action: s.path("files"), Endpoint: s.path("uploads"), Name: "file", Most: p.Limit, Camera: true,
		Title: t.T("room.upload.client"), Hint: t.T("room.upload_hint", t.Bytes(p.Limit)), Regions: "asked deposit",
		Hidden: []ui.Hidden{{Name: "tray", Value: string(space.ClientTray)}},
	}
}

// expectation is one paper with its own place to hand it in.
func (p *Pages) expectation(s slot, q request.Request, rule deposit.Rule) ui.Expectation {
	e := ui.Expectation{
		ID: "ask-" + string(q.ID), Title: q.Name, Hint: q.Note, Standing: ui.Standing(q.State), Due: q.Due, Reason: q.Reason,
		Late: q.Late(s.r.Now.Format(time.DateOnly)),
	}
	if rule.Closed {
		return e
	}
	u := p.upload(s)
	u.ID, u.Slim, u.Hint, u.Title = "send-"+string(q.ID), true, "", s.r.Printer.T("room.request.send", q.Name)
	u.Hidden = append(u.Hidden, ui.Hidden{Name: "request", Value: string(q.ID)})
	e.Send = u
	return e
}

func (s slot) basket(open deposit.Deposit) *Basket {
	if len(open.Items) == 0 {
		return nil
	}
	t := s.r.Printer
	b := &Basket{Close: ui.Dialog{
		ID: "close-deposit", Title: t.T("room.close.title"), Consequence: t.N("room.close.consequence", len(open.Items), s.view.FirmName),
		Opener: ui.Button{Label: t.T("room.close.opener"), Look: ui.Primary, Icon: "circle-check", Wide: true},
		Action: s.path("close"), Confirm: ui.Button{Label: t.T("room.close.confirm"), Look: ui.Primary},
	}}
	for _, d := range open.Items {
		b.Total += d.Size
		b.Files = append(b.Files, ui.DocumentRow{Title: d.Name, Media: d.Media, Size: d.Size})
	}
	return b
}

// DoClose is « J'ai terminé »: the receipt is the answer. What is still on its
// way joins her next deposit.
func (p *Pages) DoClose(r *web.Request) (web.Answer, error) {
	s, err := p.enter(r)
	if err != nil {
		return p.spent(r, err)
	}
	receipt, err := p.Deposits.Close(r.Context(), s.by, deposit.Finish{Space: s.by.Scope, LeavePending: true})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.show(s, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(s.path("receipts", string(receipt.ID)), "deposit_closed"), nil
}

// Receipt shows the receipt of a deposit of hers.
func (p *Pages) Receipt(r *web.Request) (web.Answer, error) {
	s, err := p.enter(r)
	if err != nil {
		return p.spent(r, err)
	}
	of, err := web.PathID[id.Receipt](r, "receipt")
	if err != nil {
		return nil, err
	}
	v, err := p.Deposits.Receipt(r.Context(), s.by, of)
	if err != nil {
		return nil, err
	}
	page := Receipt{Base: s.base(r.Printer.T("room.receipt_title")), Back: s.path()}
	page.Body = ui.Receipt{
		Number: strconv.FormatInt(v.Number, 10), Firm: v.Contents.Firm, Person: v.Contents.Person, Closed: page.DateTime(v.Contents.ClosedAt),
		Entry: string(v.Entry), Root: hex.EncodeToString(v.Root[:]), Download: s.path("receipts", string(of), "file"),
	}
	for _, it := range v.Contents.Items {
		page.Body.Total += it.Size
		page.Body.Lines = append(page.Body.Lines, ui.ReceiptLine{Title: it.Name, Size: it.Size, SHA256: hex.EncodeToString(it.SHA256[:])})
	}
	return web.Show(receiptTemplate, page), nil
}

// ReceiptFile is the proof that verifies without us.
func (p *Pages) ReceiptFile(r *web.Request) (web.Answer, error) {
	s, err := p.enter(r)
	if err != nil {
		return p.spent(r, err)
	}
	of, err := web.PathID[id.Receipt](r, "receipt")
	if err != nil {
		return nil, err
	}
	raw, name, err := p.Deposits.ReceiptFile(r.Context(), s.by, of)
	if err != nil {
		return nil, err
	}
	return web.Attachment(raw, name, journal.ReceiptMedia), nil
}
