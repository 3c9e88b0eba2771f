package support_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/paper"
	"cenacle/internal/request"
	"cenacle/internal/space"
	"cenacle/internal/support"
)

// house is a space with a document that its client has been sent, and one that she has
// not.
type house struct {
	*documenttest.House
	t         *testing.T
	supports  *support.Service
	overviews *overview.Service
	sources   overview.Sources
	space     id.Space
	is        circle.House
	client    authz.Actor
}

func each(t *testing.T, run func(h *house)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, base *documenttest.House) {
		h := &house{House: base, t: t, overviews: overview.New(base.Office)}
		h.supports = support.NewService(base.Office, h.overviews)
		h.sources = overview.Sources{Documents: base.Documents, Requests: request.New(base.Office, base.Documents, paper.Lazy())}
		h.space = h.Space(h.Lead, "Petit")
		h.client = h.Member(h.Lead, h.space, authz.Client, "Mme Petit")
		h.is = h.Circles(h.Lead, h.space)
		h.File(h.Lead, h.space, "projet", []byte("projet"), h.is.Client)
		h.File(h.Lead, h.space, "note interne", []byte("note"))
		run(h)
	})
}

// permits has somebody let the host look for a day.
func (h *house) permits(by authz.Actor, of id.Space) support.Permission {
	h.t.Helper()
	p, err := h.supports.Give(h.t.Context(), by, support.New{Space: of, Reason: "Une page est vide", Life: 24 * time.Hour})
	h.Must(err)
	return p
}

// looks is the titles that the host is shown.
func (h *house) looks(by id.Support) (titles []string, err error) {
	seen, err := h.supports.LookInto(h.t.Context(), h.Lead.Firm, by, h.sources, overview.ScreenQuery{After: map[space.Tray]id.Item{}, Rows: 50, Memos: 50})
	for _, docs := range seen.Documents {
		for _, d := range docs {
			titles = append(titles, d.Title)
		}
	}
	slices.Sort(titles)
	return titles, err
}

// shut wants the host to see nothing by a permission, and no line of it.
func (h *house) shut(why string, by id.Support) {
	h.t.Helper()
	before := h.Kinds(h.Lead)["support.looked"]
	if titles, err := h.looks(by); !fault.Is(err, fault.NotFound) || len(titles) > 0 {
		h.t.Errorf("%s, the host is shown %q, %v", why, titles, err)
	}
	if after := h.Kinds(h.Lead)["support.looked"]; after != before {
		h.t.Errorf("%s, a look that showed nothing is recorded", why)
	}
}

// TestLooks: the host is shown what who lets it look sees herself, and nothing without
// her; each look stands at once where the client reads who opened her space.
func TestLooks(t *testing.T) {
	each(t, func(h *house) {
		h.shut("without any permission", id.New[id.Support](h.Clock.Now()))
		hers, ours := h.permits(h.client, h.space), h.permits(h.Lead, h.space)
		for by, want := range map[id.Support]string{hers.ID: "projet", ours.ID: "note interne projet"} {
			titles, err := h.looks(by)
			h.Must(err)
			if got := strings.Join(titles, " "); got != want {
				t.Errorf("the host is shown %q, want %q", got, want)
			}
		}
		told, _, err := h.overviews.Openings(t.Context(), h.client, h.sources, h.space, overview.JournalQuery{Limit: 50})
		h.Must(err)
		var looks, names []string
		for _, o := range told {
			if o.Kind == "support.looked" {
				looks, names = append(looks, string(o.Side)), append(names, o.AboutName)
			}
		}
		slices.Sort(names)
		if strings.Join(looks, " ") != "host host" || strings.Join(names, ", ") != "Me Claire Delmas, Mme Petit" {
			t.Errorf("the client reads of looks by %v, with the permission of %v", looks, names)
		}
		if _, err := h.supports.Examine(t.Context(), h.Lead.Firm, ours.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("by a permission of a space the settings of the firm are shown: %v", err)
		}
	})
}

// TestPrivileged: what is of the defence never reaches the host, whoever lets it look.
func TestPrivileged(t *testing.T) {
	each(t, func(h *house) {
		of := h.File(h.Lead, h.space, "stratégie", []byte("stratégie"), h.is.Client).Document
		h.Must(h.Documents.Classify(t.Context(), h.Lead, of, authz.NatureDefense))
		for _, by := range []authz.Actor{h.client, h.Lead} {
			if _, err := h.Documents.Show(t.Context(), by, of); err != nil {
				t.Fatal(err)
			}
			titles, err := h.looks(h.permits(by, h.space).ID)
			h.Must(err)
			if slices.Contains(titles, "stratégie") || !slices.Contains(titles, "projet") {
				t.Errorf("with the permission of %s the host is shown %q", by.Person, titles)
			}
		}
	})
}

// TestEnds: a permission ends by itself, to the instant; at once by whoever sees it; and
// with what its giver sees herself.
func TestEnds(t *testing.T) {
	each(t, func(h *house) {
		ctx := t.Context()
		p := h.permits(h.client, h.space)
		h.Clock.Advance(24*time.Hour - time.Minute)
		_, err := h.looks(p.ID)
		h.Must(err)
		h.Clock.Advance(time.Minute)
		h.shut("at its end", p.ID)
		if err := h.supports.End(ctx, h.client, h.space, p.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("one that is over is ended: %v", err)
		}
		for name, ends := range map[string]authz.Actor{"the client": h.client, "the lawyer": h.Lead} {
			p := h.permits(h.Lead, h.space)
			h.Must(h.supports.End(ctx, ends, h.space, p.ID))
			h.shut("ended by "+name, p.ID)
		}
		p = h.permits(h.client, h.space)
		h.Leave(h.client, h.space)
		h.shut("once the client has left", p.ID)
		all, err := h.supports.List(ctx, h.Lead, h.space)
		h.Must(err)
		if len(all) != 4 || all[0].Reason != "Une page est vide" || all[0].ByName != "Mme Petit" || all[1].EndedByName == "" {
			t.Errorf("the list has %+v", all)
		}
		standing, err := h.supports.Standing(ctx, h.Lead.Firm)
		h.Must(err)
		if len(standing) != 1 || standing[0].ID != p.ID {
			t.Errorf("%+v stand", standing)
		}
	})
}

// TestWho: a lawyer and the client let the host look at a space, who administers the firm
// at its settings; nobody else, no program, and nobody whom a space is not for.
func TestWho(t *testing.T) {
	each(t, func(h *house) {
		ctx := t.Context()
		assistant, reader := h.Member(h.Lead, h.space, authz.Assistant, "Inès"), h.Member(h.Lead, h.space, authz.Reader, "M. Lecteur")
		other := h.Member(h.Lead, h.space, authz.Client, "M. Petit")
		program, stale := h.client, h.client
		program.Pass, stale.Stale = &authz.Pass{}, true
		admin := h.Lead
		admin.Role = authz.Admin
		rival := h.Found("Cabinet Rival", "Me Rival")
		for name, tt := range map[string]struct {
			by   authz.Actor
			of   id.Space
			want fault.Kind
		}{
			"an assistant": {assistant, h.space, fault.Forbidden}, "a reader": {reader, h.space, fault.Forbidden}, "a program": {program, h.space, fault.Forbidden},
			"who showed long ago": {stale, h.space, fault.Forbidden}, "another firm": {rival, h.space, fault.NotFound},
			"a client, of the settings": {h.client, "", fault.NotFound}, "a colleague, of the settings": {assistant, "", fault.Forbidden},
		} {
			if _, err := h.supports.Give(ctx, tt.by, support.New{Space: tt.of, Reason: "x", Life: time.Hour}); !fault.Is(err, tt.want) {
				t.Errorf("%s lets the host look: %v", name, err)
			}
		}
		for why, n := range map[string]support.New{
			"without a reason": {Space: h.space, Life: time.Hour, Reason: " "}, "for ever": {Space: h.space, Life: support.MaxLife + time.Second, Reason: "x"},
			"for nothing": {Space: h.space, Reason: "x"}, "with a novel": {Space: h.space, Life: time.Hour, Reason: strings.Repeat("é", 501)},
		} {
			if _, err := h.supports.Give(ctx, h.client, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", why, err)
			}
		}
		p := h.permits(h.client, h.space)
		if err := h.supports.End(ctx, other, h.space, p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another client ends hers: %v", err)
		}
		if seen, err := h.supports.List(ctx, other, h.space); err != nil || len(seen) > 0 {
			t.Errorf("another client sees %v, %v", seen, err)
		}
		if err := h.supports.End(ctx, admin, "", p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is ended as if it were of the settings: %v", err)
		}

		if _, err := h.supports.List(ctx, reader, h.space); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reader sees whom the host may look for: %v", err)
		}
		if err := h.supports.End(ctx, reader, h.space, p.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reader ends it: %v", err)
		}

		q := h.permits(admin, "")
		if _, err := h.supports.List(ctx, assistant, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an assistant sees who lets the host look at the settings: %v", err)
		}
		if err := h.supports.End(ctx, assistant, "", q.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an assistant ends it: %v", err)
		}
		seen, err := h.supports.Examine(ctx, h.Lead.Firm, q.ID)
		h.Must(err)
		if len(seen.People) == 0 || len(seen.Acts) == 0 || h.Kinds(h.Lead)["support.examined"] != 1 {
			t.Errorf("of the settings the host is shown %+v", seen)
		}
		hosted, err := h.overviews.Hosted(ctx, h.client, h.space)
		h.Must(err)
		if len(hosted) != 1 || hosted[0].Kind != "support.examined" {
			t.Errorf("of what the host did with the firm the client reads %+v", hosted)
		}
		h.shut("with a permission of the settings", q.ID)
		if _, err := h.supports.Examine(ctx, rival.Firm, q.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("it opens another firm: %v", err)
		}
		h.Must(h.Office.Do(ctx, h.Lead.Firm, func(a *act.Act) error {
			card, err := firm.CardOf(a, h.Lead.Person)
			if err != nil {
				return err
			}
			card.Role = authz.Lawyer
			if err := firm.PutCard(a, h.Lead, card); err != nil {
				return err
			}
			_, err = a.Record(h.Lead, "firm.admin_withdrawn", "", string(card.Person), nil)
			return err
		}))
		if seen, err := h.supports.Examine(ctx, h.Lead.Firm, q.ID); !fault.Is(err, fault.NotFound) || len(seen.People) > 0 {
			t.Errorf("who gave it administers the firm no more: %+v, %v", seen, err)
		}
		if n := h.Kinds(h.Lead)["support.examined"]; n != 1 {
			t.Errorf("a look that showed nothing is recorded: %d", n)
		}
	})
}
