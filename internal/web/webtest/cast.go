package webtest

import (
	"bytes"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/agenda"
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/dire"
	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/offer"
	"cenacle/internal/overview"
	"cenacle/internal/paper"
	"cenacle/internal/question"
	"cenacle/internal/request"
	"cenacle/internal/sanction"
	"cenacle/internal/slot"
	"cenacle/internal/space"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/ui/uitest"
)

// Limit is the largest file of a cast, in bytes.
const Limit = 1 << 20

// Haste is how many documents somebody of a cast opens before she is asked again.
const Haste = 20

// Cast is a site with a firm, one of its spaces and somebody in each role, each
// with a browser that is signed in.
type Cast struct {
	*Site
	Spaces    *space.Service
	Documents *document.Service
	Deposits  *deposit.Service
	Requests  *request.Service
	Memos     *memo.Service
	Agendas   *agenda.Service
	Forums    *forum.Service
	Dispatch  *dispatch.Service
	Attests   *attest.Service
	Slots     *slot.Service
	Offers    *offer.Service
	Dires     *dire.Service
	Questions *question.Service
	Vigilance *vigilance.Service
	Sanctions *sanction.Service
	Overview  *overview.Service

	Firm  id.Firm
	Space id.Space
	House circle.House

	Lead, Colleague, Client, Guest, Reader *Player
	Stranger                               *Player // of the firm, not in the space
}

// Player is one of the cast.
type Player struct {
	site  *Site
	Name  string
	Actor authz.Actor
	Token string // of her session
}

// NewCast starts a site with its cast in place.
func NewCast(t testing.TB, table func(*Cast) []web.Route) *Cast {
	t.Helper()
	c := &Cast{}
	c.Site = New(t, func(s *Site) []web.Route {
		models, err := space.LoadModels()
		s.must(err)
		disk, err := blob.OpenDisk(t.TempDir())
		s.must(err)
		c.Site, c.Spaces = s, space.NewService(s.Office, models)
		c.Documents = document.New(s.Office, blob.New(disk), document.Config{
			Limit: Limit, Alone: true, Haste: Haste, Deposit: deposit.Attach, Admit: request.Admit, Answer: request.Fulfil,
		})
		c.Requests = request.New(s.Office, c.Documents, paper.Lazy())
		zone, err := time.LoadLocation(i18n.Zone)
		s.must(err)
		periods, err := law.Load()
		s.must(err)
		c.Agendas, c.Forums = agenda.New(s.Office, zone, periods), forum.New(s.Office, zone)
		c.Offers, c.Dires = offer.New(s.Office), dire.New(s.Office, periods, zone)
		c.Questions = question.New(s.Office, c.Documents)
		c.Attests = attest.New(s.Office)
		c.Dispatch = dispatch.New(s.Office, dispatch.Config{Documents: c.Documents, Forums: c.Forums, Book: periods, Zone: zone})
		c.Slots = slot.New(s.Office, c.Agendas, zone)
		duties, err := vigilance.Load()
		s.must(err)
		c.Vigilance, c.Sanctions = vigilance.New(s.Office, zone, duties), sanction.New(s.Office, sanction.Config{})
		c.Vigilance.Against(c.Sanctions)
		c.Deposits, c.Memos, c.Overview = deposit.New(s.Office, request.Answering), memo.NewService(s.Office), overview.New(s.Office)
		return table(c)
	})
	c.gather()
	return c
}

func (s *Site) must(err error) {
	s.T.Helper()
	if err != nil {
		s.T.Fatal(err)
	}
}

const word = "kormoran-zeltplane-41-violett"

func (c *Cast) enter(name string, p id.Person, secret account.Password) *Player {
	c.T.Helper()
	token, session, err := c.Accounts.ChoosePassword(c.T.Context(), p, secret, account.Source{Addr: netip.MustParseAddr("127.0.0.1"), Agent: "test"})
	c.must(err)
	stand, err := c.Firms.Stand(c.T.Context(), session, c.Firm)
	c.must(err)
	return &Player{c.Site, name, stand.Actor, token}
}

// Again lets somebody in whose session has ended.
func (c *Cast) Again(p *Player) *Player {
	c.T.Helper()
	secret, err := c.Accounts.NewPassword(c.T.Context(), word)
	c.must(err)
	return c.enter(p.Name, p.Actor.Person, secret)
}

func (c *Cast) gather() {
	c.T.Helper()
	ctx := c.T.Context()
	made, err := c.Lifecycle.SignUp(ctx, lifecycle.SignUp{
		FirmName: "Cabinet Delmas", Name: "Me Claire Delmas", Email: "claire@delmas.example", Password: word, Language: i18n.French,
	})
	c.must(err)
	c.Firm = made.Firm
	secret, err := c.Accounts.NewPassword(ctx, word)
	c.must(err)
	enter := func(name string, p id.Person) *Player { return c.enter(name, p, secret) }
	c.Lead = enter("Me Claire Delmas", made.Person)
	colleague := func(name, email string) *Player {
		card, err := c.Firms.AddColleague(ctx, c.Lead.Actor, firm.Colleague{Name: name, Email: email, Role: authz.FirmColleague, Language: i18n.French})
		c.must(err)
		return enter(name, card.Person)
	}
	c.Colleague, c.Stranger = colleague("Me Karim Leroy", "karim@delmas.example"), colleague("Me Jean Vidal", "jean@delmas.example")
	c.open(enter)
}

func (c *Cast) open(enter func(string, id.Person) *Player) {
	c.T.Helper()
	ctx := c.T.Context()
	model, err := c.Spaces.Model("divorce")
	c.must(err)
	opened, err := c.Lifecycle.OpenSpace(ctx, c.Lead.Actor, lifecycle.NewSpace{
		ClientName: "Mme Sophie Petit", ClientEmail: "sophie@petit.example", Name: "Petit c. Petit", Model: model, Profile: model.Profile,
		Language: i18n.French, Colleagues: []id.Person{c.Colleague.Actor.Person},
	})
	c.must(err)
	c.Space = opened.ID
	client, err := c.Accounts.Find(ctx, "sophie@petit.example")
	c.must(err)
	c.Client = enter("Mme Sophie Petit", client.ID)
	guest := func(name, email string, role authz.Role) *Player {
		p, err := c.Lifecycle.AddGuest(ctx, c.Lead.Actor, c.Space, lifecycle.Guest{Name: name, Email: email, Role: role, Language: i18n.French})
		c.must(err)
		return enter(name, p)
	}
	c.Guest, c.Reader = guest("Me Anne Roux", "anne@roux.example", authz.Guest), guest("M. Luc Lenoir", "luc@lenoir.example", authz.Reader)
	room, err := c.Spaces.Show(ctx, c.Lead.Actor, c.Space)
	c.must(err)
	for _, one := range room.Circles {
		switch one.Kind {
		case circle.Firm:
			c.House.Firm = one.ID
		case circle.Client:
			c.House.Client = one.ID
		case circle.All:
			c.House.All = one.ID
		}
	}
	c.Clock.Advance(time.Minute)
}

// Path joins segments under the space.
func (c *Cast) Path(segments ...string) string {
	return "/f/" + string(c.Firm) + "/spaces/" + strings.Join(append([]string{string(c.Space)}, segments...), "/")
}

// File puts a document into a tray of the space and returns it.
func (c *Cast) File(by *Player, in document.BeginUpload, content []byte) id.Item {
	c.T.Helper()
	c.Clock.Advance(time.Second)
	in.Space, in.Size = c.Space, int64(len(content))
	u, err := c.Documents.Begin(c.T.Context(), by.Actor, in)
	c.must(err)
	if !u.Done {
		u, err = c.Documents.Append(c.T.Context(), by.Actor, u.ID, 0, bytes.NewReader(content))
		c.must(err)
	}
	return u.Document
}

// Write sends a memo in the space and returns it.
func (c *Cast) Write(by *Player, n memo.New) id.Item {
	c.T.Helper()
	c.Clock.Advance(time.Second)
	n.Space = c.Space
	m, err := c.Memos.Write(c.T.Context(), by.Actor, n)
	c.must(err)
	return m
}

// Request is one in her name: name and value of its headers in turn.
func (p *Player) Request(method, path string, body io.Reader, headers ...string) *http.Request {
	t := p.site.T
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.site.URL+path, body)
	p.site.must(err)
	r.Header.Set("Accept-Language", "fr")
	r.AddCookie(&http.Cookie{Name: "cenacle", Value: p.Token})
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// Send sends a request in her name and reads the whole answer.
func (p *Player) Send(method, path string, body io.Reader, headers ...string) Page {
	t := p.site.T
	t.Helper()
	answer, err := http.DefaultTransport.RoundTrip(p.Request(method, path, body, headers...))
	p.site.must(err)
	raw, err := io.ReadAll(answer.Body)
	p.site.must(err)
	p.site.must(answer.Body.Close())
	return Page{uitest.Parse(t, bytes.NewReader(raw)), answer.StatusCode, answer.Header, string(raw), answer.Header.Get("Location")}
}

// Get asks for a page.
func (p *Player) Get(path string) Page { return p.Send(http.MethodGet, path, nil) }

// Post sends a form: names and values in turn.
func (p *Player) Post(path string, form ...string) Page {
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return p.Send(http.MethodPost, path, strings.NewReader(values.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}
