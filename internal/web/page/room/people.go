package room

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/firm"
	"cenacle/internal/group"
	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/request"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// People is who is in a space, in which circles, since when.
type People struct {
	ui.Base
	Name    string
	Tabs    []ui.Tab
	Rows    []Member
	Past    []Member
	Guest   Form
	Inside  *Form
	Circles []Ring
	Circle  Form // names one
	Rename  Form
	Parties *Parties
	Aliases *Aliases
	Vigil   ui.Notice  // where the dossier de vigilance stands
	Hand    *Form      // for who answers for the space: has another lawyer do
	Walls   *Walls     // for the lawyers of the space
	Groups  *Groups    // nil when none is in the space, to who could put none there
	Entry   *Assurance // what entering it takes, for who may decide it; of a forum, its questions say it
	Demand  *Demand    // whether approval is demanded, for who may decide it
	Summary ui.Summary
	Access  string // where one sees who opened the space, and freezes it
	Mails   Demand // whether the reader is mailed of it
	Level   Level  // what mails of it say
}

// Demand says how something stands, and turns it on or off.
type Demand struct {
	Now, Value string
	Action     string
	Button     ui.Button
}

// Member is one line of the list of people.
type Member struct {
	ID      string
	Name    string
	Avatar  ui.Avatar
	Role    string
	Circles string
	Since   string
	Refused string   // that no mail reaches her, and since when; or empty
	Retry   string   // where mails are tried again, for who is in the space now
	Review  string   // when her lawyer looks again at her access, or empty
	Group   string   // by which groups she is there, or empty
	Away    string   // who answers in her place, or in whose she does, and until when; or empty
	Muted   string   // since when she wants no mail of it, or empty
	Invite  string   // where a new link is sent from, or empty
	SeeAs   string   // where her page is shown to a lawyer of the space, or empty
	Mobile  *ui.Fold // at which telephone codes reach her, for who may say it; or nil
	Remove  *ui.Dialog
}

var peoplePage = ui.Parse[People](files, "people.tmpl", "part.tmpl")

// People shows who is in the space.
func (p *Pages) People(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	room, err := p.Spaces.Census(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	return p.people(stand(r, room), nil)
}

func (p *Pages) people(h here, refused error) (web.Answer, error) {
	page := People{Base: h.base(h.room.Name), Name: h.room.Name, Tabs: h.tabs("people"), Access: h.path("access")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name})
	muted, err := p.Notices.MutedIn(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	unreached, err := p.Notices.RefusedIn(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	reviews, err := p.Lifecycle.ReviewsIn(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	present, err := p.Groups.Here(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	mobiles, err := p.mobiles(h)
	if err != nil {
		return nil, err
	}
	page.Level = h.level(refused)
	page.Mails = h.mails(!muted[h.r.Actor.Person].IsZero())
	for _, person := range h.room.People {
		m := h.member(page.Base, person)
		if no, stands := unreached[person.Person]; stands {
			m.Refused, m.Retry = page.T("room.refused", page.DateTime(no.At), no.Code), h.path("people", string(person.Person), "retry")
		}
		if at := muted[person.Person]; !at.IsZero() {
			m.Muted = page.T("notice.muted", page.Date(at))
		}
		if due := reviews[person.Person]; !due.IsZero() {
			m.Review = page.T("room.review", page.Date(due))
		}
		if by := present.Place(person.Member); len(by) > 0 {
			m.Group = page.N("room.group.by", len(by), page.List(by))
		}
		m.Mobile = h.mobile(person, mobiles, refused)
		m.Away = h.away(page.Base, person.Person, "room.away_inside")
		if person.Active(h.r.Now) {
			page.Rows = append(page.Rows, m)
		} else {
			m.Invite, m.SeeAs, m.Retry, m.Group, m.Mobile, m.Remove = "", "", "", "", nil, nil
			page.Past = append(page.Past, m)
		}
	}
	if err := p.forms(h, &page, present, refused); err != nil {
		return nil, err
	}
	if refused != nil {
		return web.Again(peoplePage, page, refused), nil
	}
	return web.Show(peoplePage, page), nil
}

// away says, by a sentence for who is away, that somebody answers in a person's place, or
// she in another's, and until which day.
func (h here) away(b ui.Base, of id.Person, sentence string) string {
	for _, s := range h.room.StandIn {
		switch last := b.Date(s.Until.Add(-time.Minute)); of {
		case s.Away:
			return b.T(sentence, last, h.room.Called(s.Person))
		case s.Person:
			return b.T("room.stands_in", h.room.Called(s.Away), last)
		}
	}
	return ""
}

// place is what somebody of the firm is in the space, to a client.
func (h here) place(b ui.Base, p space.Person) string {
	for _, s := range h.room.StandIn {
		if s.Person == p.Person {
			return b.T("room.deputy")
		}
	}
	return h.role(p.Role)
}

func (h here) member(b ui.Base, person space.Person) Member {
	m := Member{
		ID: "person-" + string(person.Person), Name: person.Name, Avatar: ui.Avatar{Name: person.Name, Firm: person.Role.Inside()}, Role: h.role(person.Role),
		Since: b.Date(person.Since),
	}
	var names []string
	for _, c := range h.room.Circles {
		for _, in := range c.People {
			if in.Person == person.Person {
				names = append(names, h.circleName(c.Circle))
			}
		}
	}
	m.Circles = b.List(names)
	at := h.path("people", string(person.Person))
	if !person.Role.Inside() {
		m.Invite = at + "/invite"
		if h.keepsHolds() {
			m.SeeAs = at + "/see"
		}
	}
	if person.Person != h.room.Lead && person.Person != h.r.Actor.Person {
		m.Remove = &ui.Dialog{
			ID: "remove-" + string(person.Person), Title: b.T("room.remove.title", person.Name), Consequence: b.T("room.remove.consequence"),
			Opener: ui.Button{Label: b.T("room.remove.opener"), Small: true, Look: ui.Quiet, Icon: "user-minus"},
			Action: at + "/remove", Confirm: ui.Button{Label: b.T("room.remove.confirm"), Look: ui.Danger},
		}
	}
	return m
}

func (p *Pages) forms(h here, page *People, present group.Present, refused error) error {
	r, t := h.r, h.r.Printer
	page.Circles = h.rings(page.Base)
	page.Circle = h.newCircle(h.back(refused, "circles"))
	name := ui.Field{Name: "name", Label: t.T("room.guest.name"), Value: r.Value("name"), Length: 200, Autocomplete: "off"}
	email := ui.Field{Kind: ui.Email, Name: "email", Label: t.T("room.guest.email"), Value: r.Value("email"), Hint: t.T("room.guest.email_hint"), Autocomplete: "off"}
	mobile := ui.Field{Kind: ui.Tel, Name: "mobile", Label: t.T("room.mobile.label"), Value: r.Value("mobile"), Hint: t.T("room.mobile.hint"), Length: 40, Optional: true, Autocomplete: "off"}
	role := ui.Field{Kind: ui.Radios, Name: "role", Label: t.T("room.guest.role")}
	for _, one := range []authz.Role{authz.Client, authz.Guest, authz.Reader, authz.Expert, authz.Clerk} {
		role.Options = append(role.Options, ui.Option{
			Value: string(one), Label: h.role(one), Note: t.T("room.guest.note." + string(one)),
			Chosen: r.Value("role") == string(one) || r.Value("role") == "" && one == authz.Client,
		})
	}
	spaceName := ui.Field{Name: "name", ID: "f-space-name", Label: t.T("room.space_name"), Hint: t.T("room.space_name_hint"), Value: h.room.Name, Length: space.MaxName}
	rename := r.URL.Path == h.path("name")
	switch {
	case slices.Contains([]string{h.path("parties"), h.path("aliases"), h.path("circles"), h.path("walls"), h.path("groups"), h.path("lead"), h.path("level"), h.path("demand")}, r.URL.Path) || strings.HasSuffix(r.URL.Path, "/mobile"):
		name.Value, mobile.Value = "", ""
	case rename:
		name.Value, spaceName.Value = "", r.Value("name")
		page.Summary = ui.Refuse(t, refused).Mark(&spaceName)
	default:
		page.Summary = ui.Refuse(t, refused).Mark(&name, &email, &mobile, &role)
	}
	page.Guest = Form{Action: h.path("people"), Fields: []ui.Field{name, email, mobile, role}, Button: ui.Button{Label: t.T("room.guest.add"), Look: ui.Primary, Icon: "user-plus"}}
	demanded, err := p.Documents.ApprovalDemanded(r.Context(), r.Actor, h.room.ID)
	if err != nil {
		return err
	}
	everywhere, err := p.Documents.ApprovalDemandedEverywhere(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	page.Demand = h.demand(demanded, everywhere)
	if page.Entry, err = p.spaceDemand(h, h.back(refused, "demand")); err != nil {
		return err
	}
	staff, err := p.Firms.People(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	page.Inside, page.Hand = h.colleagues(staff, present), h.handForm(staff, refused)
	if page.Groups, err = p.groups(h, present, refused); err != nil {
		return err
	}
	if page.Walls, err = p.walls(h, page.Base, staff, refused); err != nil {
		return err
	}
	if page.Parties, err = p.parties(h, refused); err != nil {
		return err
	}
	if page.Aliases, err = p.aliases(h, refused); err != nil {
		return err
	}
	if page.Vigil, err = p.vigil(h); err != nil {
		return err
	}
	page.Rename = Form{Action: h.path("name"), Fields: []ui.Field{spaceName}, Button: ui.Button{Label: t.T("room.rename")}}
	return nil
}

// mails offers the reader to mute the space for herself, or to be mailed of it again.
func (h here) mails(muted bool) Demand {
	t := h.r.Printer
	d := Demand{Now: t.T("room.mails.on"), Value: "1", Action: h.path("mute"), Button: ui.Button{Label: t.T("notice.mute"), Small: true, Icon: "bell-off"}}
	if muted {
		d.Now, d.Value, d.Button = t.T("room.mails.off"), "", ui.Button{Label: t.T("notice.unmute"), Small: true, Icon: "bell"}
	}
	return d
}

// demand offers to turn the demand of approval on or off.
func (h here) demand(now, everywhere bool) *Demand {
	if !h.keepsHolds() {
		return nil
	}
	t, word := h.r.Printer, "off"
	d := &Demand{Action: h.path("approval"), Value: "1", Button: ui.Button{Small: true}}
	if now {
		word, d.Value = "on", ""
	}
	if everywhere {
		return &Demand{Now: t.T("room.approval.now.everywhere")}
	}
	d.Now, d.Button.Label = t.T("room.approval.now."+word), t.T("room.approval.turn."+word)
	return d
}

// present reports whether somebody is a member now.
func (h here) present(person id.Person) bool {
	return slices.ContainsFunc(h.room.People, func(p space.Person) bool { return p.Person == person && p.Active(h.r.Now) })
}

// colleagues offers the firm's people who are not in the space, those who left
// included, and those who are there by a group alone; nil when there is nobody.
func (h here) colleagues(staff []firm.Card, present group.Present) *Form {
	t := h.r.Printer
	choice := ui.Field{Kind: ui.Select, Name: "colleague", Label: t.T("room.colleague.who"), Options: []ui.Option{{Label: t.T("room.colleague.choose")}}}
	for _, card := range staff {
		if card.State == "active" && !h.present(card.Person) {
			choice.Options = append(choice.Options, ui.Option{Value: string(card.Person), Label: card.Name})
		}
	}
	for _, p := range h.room.People {
		if by := present.Place(p.Member); p.Active(h.r.Now) && len(by) > 0 {
			choice.Options = append(choice.Options, ui.Option{Value: string(p.Person), Label: t.T("room.group.keep", p.Name, t.List(by))})
		}
	}
	if len(choice.Options) == 1 {
		return nil
	}
	return &Form{Action: h.path("people"), Fields: []ui.Field{choice}, Button: ui.Button{Label: t.T("room.colleague.add")}}
}

// Journal is what was done in a space.
type Journal struct {
	ui.Base
	Name    string
	Tabs    []ui.Tab
	Entries []Line
	More    *ui.More
}

// Line is one entry of the journal in words.
type Line struct {
	At       ui.Moment
	Day      string
	Who      string
	Act      string
	Href     string // of the document it is about, or empty
	Position string
}

var journalPage = ui.Parse[Journal](files, "journal.tmpl", "part.tmpl")

// entries is how many lines of the journal a page shows.
const entries = 100

// Journal shows what was done in the space, the latest first.
func (p *Pages) Journal(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	before := id.Entry(r.URL.Query().Get("before"))
	found, err := p.Overview.SpaceJournal(r.Context(), r.Actor, h.room.ID, overview.JournalQuery{Before: before, Limit: entries + 1})
	if err != nil {
		return nil, err
	}
	page := Journal{Base: h.base(h.room.Name), Name: h.room.Name, Tabs: h.tabs("journal")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name})
	if len(found) > entries {
		found = found[:entries]
		page.More = &ui.More{Href: "?before=" + string(found[entries-1].ID), List: "entries"}
	}
	for _, e := range found {
		line := Line{At: page.When(e.At), Day: page.DateTime(e.At), Who: who(page.Base, e), Act: act(page.Base, e.Kind), Position: page.T("room.unsequenced")}
		if strings.HasPrefix(e.Kind, "document.") {
			line.Href = h.path("documents", e.Object)
		}
		if e.Position >= 0 {
			line.Position = strconv.FormatInt(e.Position, 10)
		}
		page.Entries = append(page.Entries, line)
	}
	return web.Show(journalPage, page), nil
}

// who is who acted, and for whom.
func who(b ui.Base, e overview.Entry) string {
	if e.ForName == "" {
		return e.ActorName
	}
	return b.T("room.acts_for", e.ActorName, e.ForName)
}

// act is an entry's kind in words; a kind without words is shown as it is.
func act(b ui.Base, kind string) string {
	if key := "room.act." + kind; b.Has(key) {
		return b.T(key)
	}
	return kind
}

// Receipt is the sheet a client keeps.
type Receipt struct {
	ui.Base
	Proof    ui.Receipt
	Answered []deposit.Answered // what was asked for and came in this deposit
	Pending  string             // what is still asked for, or empty
	Back     string
}

var receiptPage = ui.Parse[Receipt](files, "receipt.tmpl")

// Receipt shows the answer to a deposit.
func (p *Pages) Receipt(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Receipt](r, "receipt")
	if err != nil {
		return nil, err
	}
	v, err := p.Deposits.Receipt(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	if v.Space != h.room.ID {
		return nil, web.Absent()
	}
	page := Receipt{Base: h.base(r.Printer.T("room.receipt_title")), Back: h.path()}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	page.Proof = ui.Receipt{
		Number: strconv.FormatInt(v.Number, 10), Firm: v.Contents.Firm, Person: v.Contents.Person,
		Closed: page.DateTime(v.Contents.ClosedAt), Entry: string(v.Entry), Root: hex.EncodeToString(v.Root[:]), Download: h.path("receipts", string(of), "file"),
	}
	if len(h.room.Matters) > 0 {
		page.Proof.Space = h.room.Matters[0].Name
	}
	for _, it := range v.Contents.Items {
		page.Proof.Total += it.Size
		page.Proof.Lines = append(page.Proof.Lines, ui.ReceiptLine{Title: it.Name, Size: it.Size, SHA256: hex.EncodeToString(it.SHA256[:]), Note: h.screenedNote(v.Screened[it.SHA256])})
	}
	if page.Answered = v.Answered; len(page.Answered) > 0 {
		left, err := p.Asks.List(r.Context(), r.Actor, h.room.ID)
		if err != nil {
			return nil, err
		}
		left = slices.DeleteFunc(left, func(q request.Request) bool { return !q.State.Hers() || q.Person != v.Person })
		if len(left) > 0 {
			page.Pending = page.N("room.request.pending", len(left))
		}
	}
	return web.Show(receiptPage, page), nil
}
