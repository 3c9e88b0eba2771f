package circle_test

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

func (r room) circles() *circle.Service { return circle.NewService(r.Office) }

func (r room) named(by authz.Actor, inner bool, name string, people ...authz.Actor) circle.Circle {
	r.t.Helper()
	n := circle.New{Space: r.space, Name: name}
	if inner {
		n.Kind = circle.Inner
	}
	for _, p := range people {
		n.People = append(n.People, p.Person)
	}
	c, err := r.circles().Make(r.t.Context(), by, n)
	r.Must(err)
	return c
}

// holds says who is in a circle now.
func (r room) holds(c id.Circle) (out []id.Person) {
	r.t.Helper()
	r.Must(r.see(func(a *act.Act) error {
		all, err := circle.Presences(a, r.space)
		for _, p := range all {
			if p.Circle == c && p.Span.Covers(a.Now) {
				out = append(out, p.Person)
			}
		}
		return err
	}))
	return out
}

// TestNamedCircle: the lead and whoever made it are in it; who enters sees what
// is sent from then on, and what was opened to newcomers; who leaves sees
// nothing of it any more.
func TestNamedCircle(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx, lead, aide, client, guest := t.Context(), r.Lead, r.who[authz.Assistant], r.who[authz.Client], r.who[authz.Guest]
		c := r.named(aide, false, "  Décideurs ", client)
		if c.Name != "Décideurs" || c.Kind != circle.Named {
			t.Errorf("made %+v", c)
		}
		got := r.holds(c.ID)
		want := []id.Person{lead.Person, aide.Person, client.Person}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("it holds %v, want %v", got, want)
		}
		before := r.File(lead, r.space, "avant", []byte("avant"), c.ID).Document
		r.sees(before, map[authz.Role]bool{authz.Lead: true, authz.Assistant: true, authz.Client: true})
		r.Clock.Advance(time.Hour)
		r.Must(r.circles().Admit(ctx, aide, r.space, c.ID, guest.Person))
		after := r.File(lead, r.space, "après", []byte("après"), c.ID).Document
		r.sees(before, map[authz.Role]bool{authz.Lead: true, authz.Assistant: true, authz.Client: true})
		r.sees(after, map[authz.Role]bool{authz.Lead: true, authz.Assistant: true, authz.Client: true, authz.Guest: true})
		r.Must(r.Documents.Address(ctx, lead, document.Send{Item: before, Circles: []id.Circle{c.ID}, Extended: true}))
		r.sees(before, map[authz.Role]bool{authz.Lead: true, authz.Assistant: true, authz.Client: true, authz.Guest: true})
		if err := r.Documents.Address(ctx, lead, document.Send{Item: before, Circles: []id.Circle{c.ID}, Extended: true}); !fault.Is(err, fault.Conflict) {
			t.Errorf("extended twice: %v", err)
		}
		r.Must(r.circles().Dismiss(ctx, aide, r.space, c.ID, client.Person))
		r.sees(after, map[authz.Role]bool{authz.Lead: true, authz.Assistant: true, authz.Guest: true})
		r.Clock.Advance(time.Hour)
		r.Must(r.circles().Admit(ctx, lead, r.space, c.ID, client.Person))
		r.sees(after, map[authz.Role]bool{authz.Lead: true, authz.Assistant: true, authz.Guest: true}) // back, from now on
		r.Leave(aide, r.space)
		r.sees(after, map[authz.Role]bool{authz.Lead: true, authz.Guest: true})
	})
}

// sees compares who sees a document with who should.
func (r room) sees(doc id.Item, want map[authz.Role]bool) {
	r.t.Helper()
	for role, by := range r.who {
		_, err := r.Documents.Show(r.t.Context(), by, doc)
		if got := err == nil; got != want[role] || !got && !fault.Is(err, fault.NotFound) {
			r.t.Errorf("%s sees it: %v, want %v (%v)", role, got, want[role], err)
		}
	}
}

func TestCircleRefusals(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx, lead, colleague, aide, client := t.Context(), r.Lead, r.who[authz.Colleague], r.who[authz.Assistant], r.who[authz.Client]
		c := r.named(aide, false, "Comptables")
		within := r.named(lead, true, "Fond")
		rival, gone := r.Found("Cabinet Rival", "Me Rival"), r.Member(r.Lead, r.space, authz.Client, "M. Parti")
		r.Leave(gone, r.space)
		admit := func(by authz.Actor, to id.Circle, p authz.Actor) error {
			return r.circles().Admit(ctx, by, r.space, to, p.Person)
		}
		dismiss := func(by authz.Actor, to id.Circle, p authz.Actor) error {
			return r.circles().Dismiss(ctx, by, r.space, to, p.Person)
		}
		make := func(by authz.Actor, n circle.New) error {
			n.Space = r.space
			_, err := r.circles().Make(ctx, by, n)
			return err
		}
		for name, tt := range map[string]struct {
			err  error
			want fault.Kind
		}{
			"made by a client":                 {make(client, circle.New{Name: "x"}), fault.Forbidden},
			"made by another firm":             {make(rival, circle.New{Name: "x"}), fault.NotFound},
			"without a name":                   {make(lead, circle.New{Name: " "}), fault.Invalid},
			"of a name too long":               {make(lead, circle.New{Name: string(slices.Repeat([]byte("x"), circle.MaxName+1))}), fault.Invalid},
			"of a name there is":               {make(lead, circle.New{Name: "COMPTABLES"}), fault.Conflict},
			"with a stranger":                  {make(lead, circle.New{Name: "x", People: []id.Person{rival.Person}}), fault.Invalid},
			"with one who left":                {make(lead, circle.New{Name: "x", People: []id.Person{gone.Person}}), fault.Invalid},
			"an inner one with a client":       {make(lead, circle.New{Name: "x", Kind: circle.Inner, People: []id.Person{client.Person}}), fault.Invalid},
			"a client lets herself in":         {admit(client, c.ID, client), fault.NotFound},
			"a colleague lets herself in":      {admit(colleague, c.ID, colleague), fault.Forbidden},
			"another firm lets itself in":      {admit(rival, c.ID, rival), fault.NotFound},
			"let in twice":                     {admit(lead, c.ID, aide), fault.Conflict},
			"who left is let in":               {admit(lead, c.ID, gone), fault.Invalid},
			"a client among colleagues":        {admit(lead, within.ID, client), fault.Invalid},
			"into a circle of the house":       {admit(lead, r.is.Firm, client), fault.NotFound},
			"out of a circle of the house":     {dismiss(lead, r.is.Client, client), fault.NotFound},
			"out of what she is not in":        {dismiss(lead, c.ID, client), fault.NotFound},
			"the lead out":                     {dismiss(aide, c.ID, lead), fault.Conflict},
			"out, by who is not in it":         {dismiss(colleague, c.ID, aide), fault.Forbidden},
			"renamed by who is not in it":      {r.circles().Rename(ctx, colleague, r.space, c.ID, "Autres"), fault.Forbidden},
			"renamed to what another is":       {r.circles().Rename(ctx, lead, r.space, c.ID, "fond"), fault.Conflict},
			"a circle of the house is renamed": {r.circles().Rename(ctx, lead, r.space, r.is.All, "Autres"), fault.NotFound},
		} {
			if !fault.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
		}
		r.Must(r.circles().Rename(ctx, aide, r.space, c.ID, "Experts-comptables"), r.circles().Rename(ctx, aide, r.space, c.ID, "experts-comptables"))
		r.Must(r.see(func(a *act.Act) error {
			all, err := circle.List(a, r.space)
			if all[3].Name != "experts-comptables" {
				t.Errorf("it is called %q", all[3].Name)
			}
			return err
		}))
		r.Must(dismiss(aide, c.ID, aide)) // herself, and then it is no longer hers to tend
		if err := admit(aide, c.ID, aide); !fault.Is(err, fault.Forbidden) {
			t.Errorf("she lets herself in again: %v", err)
		}
	})
}
