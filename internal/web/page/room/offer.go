package room

import (
	"encoding/base64"
	"encoding/hex"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/offer"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Offers lists the rounds of sealed offers of a forum, with the form that begins one.
type Offers struct {
	ui.Base
	Name   string
	Tabs   []ui.Tab // of the firm's side
	Over   ui.Summary
	Rounds []OfferLine
	Empty  ui.Empty
	Make   *Form // of the firm's lawyers
	Back   string
	Live   ui.Live
}

// OfferLine is one round in a list.
type OfferLine struct {
	Href, Subject, Said string
	Yours               bool // something is expected of the reader's party
}

// OfferRound is one round.
type OfferRound struct {
	ui.Base
	Subject string
	Tabs    []ui.Tab
	Over    ui.Summary // what was not done, as there is nothing left to do
	Said    ui.Notice
	Sides   []OfferSide
	Seal    *Sealing
	Key     *Form
	Undo    *ui.Dialog
	File    string // that proves it, once it is opened
	Command string // that verifies the file
	Back    string
	Live    ui.Live
}

// OfferSide is what a party of a round has put in, in words.
type OfferSide struct {
	Key, Party, Said, Note string
	Amount, Words          string // once all are opened
	Hash, Print, Line      string // of its document; its commitment; the line of the journal
}

// Sealing is where an offer is written and sealed. Nothing of what is typed is a field
// of a form: the form has what was sealed alone.
type Sealing struct {
	Label, Action           string // what the offer is bound to
	Summary                 ui.Summary
	Amount, Words, Document ui.Field
	Sure                    ui.Field
}

var (
	offersPage = ui.Parse[Offers](files, "offers.tmpl", "part.tmpl")
	roundPage  = ui.Parse[OfferRound](files, "offer.tmpl", "part.tmpl")
)

// ShowOffers lists the rounds that are for who looks.
func (p *Pages) ShowOffers(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.offerList(h, nil)
}

func (p *Pages) offerList(h here, refused error) (web.Answer, error) {
	found, err := p.Offers.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t, side := h.r.Printer, "party"
	page := Offers{Base: h.base(t.T("offer.title")), Name: h.heading("offer.title"), Back: h.path(), Live: h.live("offers", "offers")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	if h.inside() {
		side = "firm"
		page.Tabs = h.tabs("exhibits")
	}
	for _, one := range found {
		page.Rounds = append(page.Rounds, OfferLine{h.path("offers", string(one.ID)), one.Subject, h.standing(one), toDo(one) != ""})
	}
	if !h.room.Forum {
		side = "alone"
	}
	page.Empty = ui.Empty{Icon: "lock", Title: t.T("offer.none." + side), Text: t.T("offer.none_text." + side)}
	if fault.Is(refused, fault.Conflict) {
		page.Over = ui.Refuse(t, refused).Mark()
	}
	if h.beginsOffers() {
		page.Make = h.beginning(refused)
	}
	if refused != nil {
		return web.Again(offersPage, page, refused), nil
	}
	return web.Show(offersPage, page), nil
}

// beginsOffers says whether the form that begins a round is shown; the use case decides.
func (h here) beginsOffers() bool {
	on := authz.Resource{Kind: authz.OfSpace, Firm: h.r.Actor.Firm, Space: h.room.ID}
	return h.room.Forum && authz.May(h.r.Actor, authz.OfferAsk, on, h.room.Facts)
}

// beginning is the form that begins a round, as it was sent.
func (h here) beginning(refused error) *Form {
	t := h.r.Printer
	subject := ui.Field{Name: "subject", Label: t.T("offer.subject"), Hint: t.T("offer.subject_hint"), Value: h.r.Value("subject"), Length: offer.MaxSubject, Autocomplete: "off"}
	sides := ui.Field{Kind: ui.Checks, Name: "party", Label: t.T("offer.parties"), Hint: t.T("offer.parties_hint")}
	sides.Options = append(sides.Options, ui.Option{Value: string(h.house().Firm), Label: t.T("offer.house"), Chosen: h.ticked("party", string(h.house().Firm))})
	for _, c := range h.room.Circles {
		if c.Kind == circle.Party {
			sides.Options = append(sides.Options, ui.Option{Value: string(c.ID), Label: c.Name, Chosen: h.ticked("party", string(c.ID))})
		}
	}
	day := ui.Field{Kind: ui.Date, Name: "day", Label: t.T("offer.day"), Value: h.r.Value("day"), Earliest: today(h.r.Now.In(h.r.Zone()))}
	hour := ui.Field{Kind: ui.Hour, Name: "hour", Label: t.T("room.release.hour"), Hint: t.T("offer.hour_hint"), Value: h.r.Value("hour")}
	f := &Form{Action: h.path("offers"), Button: ui.Button{Label: t.T("offer.begin"), Look: ui.Primary}}
	f.Summary = ui.Refuse(t, refused).Mark(&subject, &sides, &day, &hour)
	f.Fields = []ui.Field{subject, sides, day, hour}
	return f
}

// standing says where a round stands.
func (h here) standing(r offer.Round) string {
	t := h.r.Printer
	switch r.State {
	case offer.Awaited:
		return t.T("offer.said.awaited", t.DateTime(r.Until))
	case offer.Locked:
		return t.T("offer.said.locked", t.DateTime(r.Keys))
	case offer.Opened:
		return t.T("offer.said.opened", t.DateTime(r.Ended))
	}
	return t.T("offer.said." + string(r.State))
}

// toDo is what is expected of the reader's party: an offer, its key, or nothing.
func toDo(r offer.Round) string {
	mine := r.Mine()
	switch {
	case mine == nil || !r.Acts:
	case r.State == offer.Awaited && mine.In.IsZero():
		return "put"
	case r.State == offer.Locked && mine.Key.IsZero():
		return "key"
	}
	return ""
}

// toOffer is what somebody of a party is awaited for.
func (h here) toOffer(b ui.Base) (out []ui.Waiting) {
	for _, one := range h.all.Offers {
		if do := toDo(one); do != "" {
			until := map[string]time.Time{"put": one.Until, "key": one.Keys}[do]
			out = append(out, ui.Waiting{
				Href: h.path("offers", string(one.ID)), Space: b.T("offer.todo." + do), What: one.Subject, Who: b.T("room.you"), Yours: true, Since: b.When(one.Made),
				Due: until.In(h.r.Zone()).Format(time.DateOnly),
			})
		}
	}
	return out
}

// ShowRound shows one round.
func (p *Pages) ShowRound(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterRound(r)
	if err != nil {
		return nil, err
	}
	return p.round(h, of, nil)
}

func (p *Pages) enterRound(r *web.Request) (h here, of id.Round, err error) {
	if h, err = p.enter(r); err == nil {
		of, err = web.PathID[id.Round](r, "round")
	}
	return h, of, err
}

func (p *Pages) round(h here, of id.Round, refused error) (web.Answer, error) {
	found, err := p.Offers.Show(h.r.Context(), h.r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	page := OfferRound{Base: h.base(found.Subject), Subject: found.Subject, Back: h.path("offers"), Live: h.live("offer-said offer-stands", "offers", string(of))}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()}, ui.Link{Href: page.Back, Label: t.T("offer.title")})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	if fault.Is(refused, fault.Conflict) {
		page.Over = ui.Refuse(t, refused).Mark()
	}
	page.Said = ui.Notice{Title: h.standing(found), Text: t.T("offer.then." + string(found.State))}
	switch {
	case found.State == offer.Altered:
		page.Said.Look = ui.Danger
	case found.State == offer.Opened:
		page.Said.Look = ui.Done
		page.File, page.Command = h.path("offers", string(of), "file"), "cenacle verify"
	case toDo(found) != "":
		page.Said.Look = ui.Signal
	}
	for _, o := range found.Offers {
		page.Sides = append(page.Sides, h.offered(found, o))
	}
	switch toDo(found) {
	case "put":
		page.Seal = h.sealing(found, h.back(refused, "offers", string(of), "put"))
	case "key":
		page.Key = h.keyed(found, h.back(refused, "offers", string(of), "unlock"))
	}
	if page.Seal == nil && page.Key == nil { // nothing is being written: what is asked for next comes by itself
		page.Live = h.live("offer-said offer-act offer-stands", "offers", string(of))
	}
	page.Undo = h.withdrawing(found)
	if refused != nil {
		return web.Again(roundPage, page, refused), nil
	}
	return web.Show(roundPage, page), nil
}

// offered puts the offer of a party into words.
func (h here) offered(r offer.Round, o offer.Offer) OfferSide {
	t := h.r.Printer
	out := OfferSide{Key: "party-" + string(o.Party), Party: o.Name}
	if o.Party == r.Side {
		out.Party = t.T("offer.yours", o.Name)
	}
	switch {
	case o.Altered:
		out.Said = t.T("offer.side.altered")
	case o.In.IsZero():
		out.Said = t.T("offer.side.none")
		return out
	default:
		out.Said = t.T("offer.side.in", t.DateTime(o.In))
	}
	if r.State == offer.Locked && o.Key.IsZero() {
		out.Note = t.T("offer.side.no_key")
	} else if r.State == offer.Locked {
		out.Note = t.T("offer.side.key", t.DateTime(o.Key))
	}
	if o.Commitment != [32]byte{} {
		out.Print, out.Line = hex.EncodeToString(o.Commitment[:]), string(o.Entry)
	}
	if o.Terms != nil {
		out.Words, out.Hash = o.Terms.Words, o.Terms.Document
		if o.Terms.Priced {
			out.Amount = t.Euros(o.Terms.Amount)
		}
	}
	return out
}

// sealing is where the reader writes the offer of her party.
func (h here) sealing(r offer.Round, refused error) *Sealing {
	t := h.r.Printer
	out := &Sealing{
		Label: offer.Label(r.ID, r.Side), Action: h.path("offers", string(r.ID), "put"),
		Amount:   ui.Field{ID: "offer-amount", Label: t.T("offer.amount"), Hint: t.T("offer.amount_hint"), Optional: true, Short: true, Autocomplete: "off"},
		Words:    ui.Field{Kind: ui.Area, ID: "offer-words", Label: t.T("offer.words"), Hint: t.T("offer.words_hint"), Optional: true},
		Document: ui.Field{Kind: ui.File, ID: "offer-document", Label: t.T("offer.document"), Hint: t.T("offer.document_hint"), Optional: true},
		Sure:     ui.Field{Kind: ui.Checks, Name: "sure", Label: t.T("offer.key_kept")},
	}
	if fault.Is(refused, fault.Invalid) {
		out.Summary = ui.Refuse(t, refused).Mark()
	}
	return out
}

// keyed asks for the key of the reader's party.
func (h here) keyed(r offer.Round, refused error) *Form {
	t := h.r.Printer
	key := ui.Field{Name: "key", Label: t.T("offer.key"), Hint: t.T("offer.key_hint"), Value: h.r.Value("key"), Autocomplete: "off"}
	f := &Form{Action: h.path("offers", string(r.ID), "unlock"), Button: ui.Button{Label: t.T("offer.unlock"), Look: ui.Primary}}
	f.Summary = ui.Refuse(t, refused).Mark(&key)
	f.Fields = []ui.Field{key}
	return f
}

// withdrawing offers to take the offer of the reader's party away; nil while it has to
// stay.
func (h here) withdrawing(r offer.Round) *ui.Dialog {
	mine := r.Mine()
	if mine == nil || !r.Acts || mine.In.IsZero() || r.State != offer.Awaited && r.State != offer.Lapsed {
		return nil
	}
	t := h.r.Printer
	return &ui.Dialog{
		ID: "offer-withdraw", Action: h.path("offers", string(r.ID), "withdraw"),
		Title: t.T("offer.withdraw_ask"), Consequence: t.T("offer.withdraw_then." + string(r.State)),
		Opener:  ui.Button{Label: t.T("offer.withdraw")},
		Confirm: ui.Button{Label: t.T("offer.withdraw"), Look: ui.Danger},
	}
}

// DoAskOffers begins a round.
func (p *Pages) DoAskOffers(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	n := offer.Asking{Space: h.room.ID, Subject: r.Value("subject")}
	n.Until, _ = time.ParseInLocation("2006-01-02 15:04", r.Value("day")+" "+r.Value("hour"), r.Zone()) // what is no time is refused with the rest
	for _, c := range r.Values("party") {
		n.Parties = append(n.Parties, id.Circle(c))
	}
	round, err := p.Offers.Ask(r.Context(), r.Actor, n)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.offerList(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("offers", string(round.ID)), "offers_asked"), nil
}

// DoPutOffer puts in what was sealed in the browser.
func (p *Pages) DoPutOffer(r *web.Request) (web.Answer, error) {
	return p.offering(r, "offer_put", func(in id.Space, of id.Round) error {
		sealed, _ := base64.StdEncoding.DecodeString(r.Value("sealed")) // what is none is refused
		_, err := p.Offers.Put(r.Context(), r.Actor, offer.Putting{
			Space: in, Round: of, Envelope: offer.Envelope{Sealed: sealed, Commitment: offer.Digest(r.Value("commitment")), Mark: offer.Digest(r.Value("mark"))},
		})
		return err
	})
}

// DoWithdrawOffer takes it away.
func (p *Pages) DoWithdrawOffer(r *web.Request) (web.Answer, error) {
	return p.offering(r, "offer_withdrawn", func(in id.Space, of id.Round) error {
		return p.Offers.Withdraw(r.Context(), r.Actor, in, of)
	})
}

// DoUnlockOffers hands a key in.
func (p *Pages) DoUnlockOffers(r *web.Request) (web.Answer, error) {
	return p.offering(r, "offer_key", func(in id.Space, of id.Round) error {
		_, err := p.Offers.Unlock(r.Context(), r.Actor, in, of, r.Value("key"))
		return err
	})
}

func (p *Pages) offering(r *web.Request, done string, do func(id.Space, id.Round) error) (web.Answer, error) {
	h, of, err := p.enterRound(r)
	if err != nil {
		return nil, err
	}
	err = do(h.room.ID, of)
	switch {
	case err == nil:
		return web.Done(h.path("offers", string(of)), done), nil
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict):
		return p.round(h, of, err)
	}
	return nil, err
}

// OfferFile gives the file that proves an opened round. Its name tells of no client.
func (p *Pages) OfferFile(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterRound(r)
	if err != nil {
		return nil, err
	}
	raw, err := p.Offers.File(r.Context(), r.Actor, h.room.ID, of)
	if fault.Is(err, fault.Conflict) {
		return p.round(h, of, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Attachment(raw, fold.File(r.Printer.T("offer.file_name"))+offer.Extension, offer.Media), nil
}
