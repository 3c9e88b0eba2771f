package forum_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// expertise is that of package forumtest.
type expertise struct{ *forumtest.Expertise }

func openExpertise(h *documenttest.House) *expertise { return &expertise{forumtest.Open(h)} }

// bring puts a new document of somebody onto the common table.
func (x *expertise) bring(by authz.Actor, name string, replaces id.Item) id.Item {
	return x.Bring(by, name, []byte(name), replaces)
}

func (x *expertise) labels(by authz.Actor) (out []string) {
	all, err := x.Forums.Lists(x.T.Context(), by, x.In)
	x.Must(err)
	for _, l := range all {
		for _, p := range l.Pieces {
			line := l.Party.Name + " " + p.Label() + " " + p.Title
			if p.Replaced {
				line += " (remplacée)"
			}
			if p.Withdrawn {
				line += " (retirée)"
			}
			out = append(out, strings.ReplaceAll(line, "\u00a0", " "))
		}
	}
	return out
}

// TestGolden is the exchange of an expertise: four parties, sixty exhibits, one of
// them replaced, one party that nobody is in. What each side reads and downloads is
// compared to the letter with testdata.
func TestGolden(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		var brought []id.Item
		actors := []authz.Actor{h.Lead, x.People[0], x.People[1]}
		for n := range 60 {
			by := actors[n%3]
			name := fmt.Sprintf("Pièce %02d.pdf", n+1)
			if n == 7 {
				name = "=HYPERLINK(\"x\").pdf" // by Me Roux: a spreadsheet takes it for no formula
			}
			brought = append(brought, x.bring(by, name, ""))
		}
		x.bring(x.People[0], "Pièce 02 corrigée.pdf", brought[1])
		for _, by := range actors { // one notice each, of all that waits
			x.Clock.Advance(time.Minute)
			h.Must(h.Office.Keep(ctx, by.Firm, func(a *act.Act) error { return exhibit.Notify(a, by, x.In) }))
		}
		for n, of := range brought[:30] { // what is opened, and when
			x.Clock.Advance(time.Minute)
			x.Read(actors[(n+1)%3], of, "")
			if n < 10 {
				x.Read(actors[(n+2)%3], of, "")
			}
			x.Read(x.Expert, of, "") // stands for no party
		}
		first, err := x.Forums.Lists(ctx, h.Lead, x.In)
		h.Must(err)
		served := forum.Serving{Space: x.In, Party: x.Sides[2].ID, Day: "2026-11-23", How: "lettre recommandée avec avis de réception"}
		for _, p := range first[0].Pieces {
			served.Exhibits = append(served.Exhibits, p.Version)
		}
		h.Must(x.Forums.Serve(ctx, h.Lead, served))
		for who, by := range map[string]authz.Actor{"firm": h.Lead, "client": x.Client, "owner": x.People[0], "builder": x.People[1], "expert": x.Expert} {
			lists, err := x.Forums.Lists(ctx, by, x.In)
			h.Must(err)
			var out bytes.Buffer
			h.Must(x.Forums.WriteLists(&out, printer(t, i18n.French), lists))
			forumtest.Golden(t, "lists.csv", out.Bytes()) // the same for all: everything is on the table
			register, err := x.Forums.Register(ctx, by, x.In)
			if who == "expert" {
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("the register for who stands for no party: %v", err)
				}
				continue
			}
			h.Must(err)
			out.Reset()
			h.Must(x.Forums.WriteRegister(&out, printer(t, i18n.French), register))
			if who == "client" {
				who = "house"
			}
			forumtest.Golden(t, "register-"+who+".csv", out.Bytes())
		}
	})
}

func printer(t *testing.T, l i18n.Language) *i18n.Printer {
	t.Helper()
	catalog := i18n.Load()
	paris, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Printer(l, paris)
}

// TestNumbers: a number follows the order on the table, is of its party, and is never
// given again; bytes that take the place of others have the next rank, by another
// version of the firm's own and by another document of a party's.
func TestNumbers(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		roux, noir := x.People[0], x.People[1]
		report := x.bring(h.Lead, "Rapport", "")
		first := x.bring(roux, "Devis", "")
		bis := x.bring(roux, "Devis corrigé", first)
		x.bring(roux, "Devis définitif", bis)
		x.bring(noir, "Facture", "")
		letter := x.bring(h.Lead, "Plan", "")
		h.Upload(h.Lead, document.BeginUpload{Space: x.In, Replaces: report, Name: "Rapport"}, []byte("relu"))
		want := []string{
			"Cabinet Delmas & Associés 1 Rapport (remplacée)", "Cabinet Delmas & Associés 1 bis Rapport", "Cabinet Delmas & Associés 2 Plan",
			"Maître d’ouvrage 1 Devis (remplacée)", "Maître d’ouvrage 1 bis Devis corrigé (remplacée)", "Maître d’ouvrage 1 ter Devis définitif", "Entreprise Durtain 1 Facture",
		}
		for who, by := range map[string]authz.Actor{"firm": h.Lead, "party": noir, "expert": x.Expert} {
			if got := x.labels(by); !slices.Equal(got, want) {
				t.Errorf("%s reads\n%q, want\n%q", who, got, want)
			}
		}

		of := h.Upload(noir, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Autre"}, []byte("autre")).Document
		for what, replaces := range map[string]id.Item{"another party's": first, "its own, not on the table": of, "nothing": id.New[id.Item](h.Clock.Now())} {
			if err := h.Documents.Release(ctx, noir, document.Releasing{Document: of, Replaces: replaces}); !fault.Is(err, fault.Invalid) {
				t.Errorf("in the place of %s: %v", what, err)
			}
		}
		if d, err := h.Documents.Show(ctx, noir, of); err != nil || d.Exhibit != nil || d.Tray != space.PartyTray {
			t.Errorf("a release that was refused has happened: %+v, %v", d, err)
		}

		// What the firm takes back keeps its number, and nobody else has it.
		_, err := h.Documents.Recall(ctx, h.Lead, letter)
		h.Must(err)
		if got := x.labels(noir); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "Plan") }) {
			t.Errorf("a party reads what was recalled: %q", got)
		}
		if got := x.labels(h.Lead); !slices.Contains(got, "Cabinet Delmas & Associés 2 Plan (retirée)") {
			t.Errorf("the firm reads %q", got)
		}
		x.bring(h.Lead, "Photographies", "")
		h.Must(h.Documents.Release(ctx, h.Lead, document.Releasing{Document: letter}))
		h.Must(h.Documents.Delete(ctx, h.Lead, report))
		want = []string{"Cabinet Delmas & Associés 2 Plan", "Cabinet Delmas & Associés 3 Photographies"}
		if got := x.labels(noir)[:2]; !slices.Equal(got, want) {
			t.Errorf("after a deletion, a recall and a release, a party reads %q", got)
		}
		if n := h.Kinds(h.Lead)["exhibit.numbered"]; n != 8 {
			t.Errorf("%d numbers in the journal", n)
		}
	})
}

// TestISO01_Register: of other parties nobody outside the firm reads anything in the
// register, nor of what a party keeps; who is of none is refused, and who is not
// there, and another firm, find nothing.
func TestISO01_Register(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		roux, noir := x.People[0], x.People[1]
		devis := x.bring(roux, "Devis", "")
		h.Upload(roux, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Secret"}, []byte("secret"))
		x.Read(noir, devis, "")
		for who, tt := range map[string]struct {
			by   authz.Actor
			want string
		}{
			"firm":    {h.Lead, "[Cabinet Delmas & Associés 1 Maître d’ouvrage 1 Entreprise Durtain 1 Assureur 0] Maître d’ouvrage Devis -  own opened - "},
			"client":  {x.Client, "[Cabinet Delmas & Associés 1] Maître d’ouvrage Devis - "},
			"owner":   {roux, "[Maître d’ouvrage 1]"},
			"builder": {noir, "[Entreprise Durtain 1] Maître d’ouvrage Devis opened "},
		} {
			r, err := x.Forums.Register(ctx, tt.by, x.In)
			h.Must(err)
			if got := told(r); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(tt.want), " ") {
				t.Errorf("%s reads %q, want %q", who, got, tt.want)
			}
		}
		elsewhere := h.Found("Cabinet Voisin", "Me Voisin")
		stranger := h.Member(h.Lead, h.Space(h.Lead, "M. Martin"), authz.Client, "M. Martin")
		for who, by := range map[string]authz.Actor{"another firm": elsewhere, "a client of another space": stranger} {
			if _, err := x.Forums.Register(ctx, by, x.In); !fault.Is(err, fault.NotFound) {
				t.Errorf("the register for %s: %v", who, err)
			}
			if _, err := x.Forums.Lists(ctx, by, x.In); !fault.Is(err, fault.NotFound) {
				t.Errorf("the lists for %s: %v", who, err)
			}
		}
		// Whoever comes later sees nothing of before, and so reads of no exhibit.
		late := h.Member(h.Lead, x.In, authz.Guest, "Me Tard")
		h.Must(circle.NewService(h.Office).Admit(ctx, h.Lead, x.In, x.Sides[2].ID, late.Person))
		if got := x.labels(late); len(got) != 0 {
			t.Errorf("a newcomer reads of %q", got)
		}
		if n := h.Kinds(h.Lead)["exhibit.opened"]; n != 1 {
			t.Errorf("%d openings by parties in the journal", n)
		}
		plain := h.Space(h.Lead, "Sans partie")
		if all, err := x.Forums.Lists(ctx, h.Lead, plain); err != nil || len(all) != 0 {
			t.Errorf("where there is no forum: %v, %v", all, err)
		}
	})
}

// told is a register in words.
func told(r forum.Register) string {
	var parties []string
	for _, p := range r.Parties {
		parties = append(parties, fmt.Sprint(p.Name, " ", p.Readers))
	}
	out := fmt.Sprint(parties)
	for _, l := range r.Lines {
		out += " " + l.Party.Name + " " + l.Title
		for _, c := range l.Cells {
			switch {
			case c.Own:
				out += " own"
			case !c.Opened.IsZero():
				out += " opened"
			default:
				out += " -"
			}
		}
	}
	return out
}

// TestSilentParty: what comes before all waits, by every way, for a party that nobody
// reads for, until somebody does or it is reached on paper; what is handed to it then is
// in the register, once, and for nobody outside the firm.
func TestSilentParty(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		roux, insurer := x.People[0], x.Sides[2].ID
		h.Must(x.Forums.Unbranch(ctx, h.Lead, x.In, insurer))
		if err := x.Forums.Unbranch(ctx, h.Lead, x.In, insurer); !fault.Is(err, fault.NotFound) {
			t.Errorf("ended twice: %v", err)
		}
		hers := h.Upload(roux, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Devis"}, []byte("devis")).Document
		ours := h.File(h.Lead, x.In, "Rapport", []byte("rapport"), h.Circles(h.Lead, x.In).Firm).Document
		h.Must(h.Documents.Classify(ctx, h.Lead, ours, authz.NatureExhibit))
		blocked := func(when string, want bool) {
			t.Helper()
			for what, err := range map[string]error{
				"a party's":               h.Documents.Release(ctx, roux, document.Releasing{Document: hers}),
				"the firm's, sent to all": h.Documents.Address(ctx, h.Lead, document.Send{Item: ours, Circles: []id.Circle{x.All}}),
			} {
				if fault.Is(err, fault.Conflict) != want || !want && err != nil {
					t.Errorf("%s: %s: %v", when, what, err)
				}
				if said := printer(t, i18n.French).Fault(err); want && strings.Contains(said, "Assureur") == (what == "a party's") {
					t.Errorf("%s: %s is told %q", when, what, said)
				}
			}
		}
		blocked("nobody reads for the insurer", true)
		for who, by := range map[string]authz.Actor{"a party": roux, "the client": x.Client, "the expert": x.Expert} {
			if err := x.Forums.Branch(ctx, by, forum.Branch{Space: x.In, Party: insurer, Whom: "x"}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("reached on paper by %s: %v", who, err)
			}
		}
		for what, n := range map[string]forum.Branch{"nobody": {Whom: " "}, "too much": {Whom: strings.Repeat("x", forum.MaxWords+1)}} {
			n.Space, n.Party = x.In, insurer
			if err := x.Forums.Branch(ctx, h.Lead, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("reached on paper, %s: %v", what, err)
			}
		}
		if err := x.Forums.Branch(ctx, h.Lead, forum.Branch{Space: x.In, Party: x.All, Whom: "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the common table, reached on paper: %v", err)
		}
		h.Must(x.Forums.Branch(ctx, h.Lead, forum.Branch{Space: x.In, Party: insurer, Whom: "Assureur SA"}))
		blocked("reached on paper", false)

		r, err := x.Forums.Register(ctx, h.Lead, x.In)
		h.Must(err)
		one, other := r.Lines[0].Version, r.Lines[1].Version
		good := forum.Serving{Space: x.In, Party: insurer, Exhibits: []id.Version{one}, Day: "2026-11-23", How: "en main propre"}
		for what, change := range map[string]func(*forum.Serving){
			"nothing": func(s *forum.Serving) { s.Exhibits = nil }, "no way": func(s *forum.Serving) { s.How = "" }, "no day": func(s *forum.Serving) { s.Day = "hier" },
			"tomorrow": func(s *forum.Serving) { s.Day = "2026-11-24" }, "what is no exhibit": func(s *forum.Serving) { s.Exhibits = []id.Version{one, "x"} },
		} {
			bad := good
			change(&bad)
			if err := x.Forums.Serve(ctx, h.Lead, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("handed over, %s: %v", what, err)
			}
		}
		h.Must(x.Forums.Serve(ctx, h.Lead, good))
		if err := x.Forums.Serve(ctx, h.Lead, good); !fault.Is(err, fault.Invalid) {
			t.Errorf("handed over twice: %v", err)
		}
		elsewhere := good
		elsewhere.Party, elsewhere.Exhibits = x.Sides[1].ID, []id.Version{other}
		if err := x.Forums.Serve(ctx, h.Lead, elsewhere); !fault.Is(err, fault.Conflict) {
			t.Errorf("handed to a party that reads here: %v", err)
		}
		r, err = x.Forums.Register(ctx, h.Lead, x.In)
		h.Must(err)
		if a, b := r.Lines[0].Cells[3].Paper, r.Lines[1].Cells[3].Paper; a == nil || a.How != "en main propre" || b != nil || r.Parties[3].Paper == nil {
			t.Errorf("the register says %+v, %+v", a, b)
		}
		if r, err := x.Forums.Register(ctx, roux, x.In); err != nil || r.Parties[0].Paper != nil {
			t.Errorf("a party reads how others are reached: %+v, %v", r, err)
		}
		// A party without a reader any more stops what comes next, and one with a reader does not.
		h.Leave(x.People[1], x.In)
		next := h.Upload(roux, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Suite"}, []byte("suite")).Document
		if err := h.Documents.Release(ctx, roux, document.Releasing{Document: next}); !fault.Is(err, fault.Conflict) {
			t.Errorf("released when another party has lost its people: %v", err)
		}
		h.Join(x.People[1], x.In, authz.Guest)
		h.Must(circle.NewService(h.Office).Admit(ctx, h.Lead, x.In, x.Sides[1].ID, x.People[1].Person))
		h.Must(h.Documents.Release(ctx, roux, document.Releasing{Document: next}))
		if k := h.Kinds(h.Lead); k["exhibit.served"] != 1 || k["paper.chosen"] != 2 || k["paper.ended"] != 1 {
			t.Errorf("the journal counts %v", k)
		}
	})
}

// TestReleaseAt: what one person sets for an instant stays hers until then, and comes at
// once; or nothing of it does, and she reads why.
func TestReleaseAt(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		roux, noir, insurer := x.People[0], x.People[1], x.Sides[2].ID
		keep := func(name string) id.Item {
			return h.Upload(roux, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: name}, []byte(name)).Document
		}
		set := func(at time.Time, all ...id.Item) {
			t.Helper()
			for _, of := range all {
				h.Must(h.Documents.ReleaseAt(ctx, roux, document.Releasing{Document: of}, at))
			}
		}
		timed := func(of id.Item) document.Timed {
			t.Helper()
			d, err := h.Documents.Show(ctx, roux, of)
			h.Must(err)
			if d.Timed == nil {
				return document.Timed{}
			}
			return *d.Timed
		}
		run := func(want int) {
			t.Helper()
			jobs := h.Jobs(document.ReleaseJob)
			if len(jobs) != want {
				t.Fatalf("%d jobs wait, want %d", len(jobs), want)
			}
			for range 2 { // a job may run again
				h.Must(h.Documents.Due(ctx, roux.Firm, jobs[want-1]))
			}
		}
		one, two := keep("Un"), keep("Deux")
		now := h.Clock.Now()
		for what, at := range map[string]time.Time{"the past": now, "two years": now.AddDate(2, 0, 0)} {
			if err := h.Documents.ReleaseAt(ctx, roux, document.Releasing{Document: one}, at); !fault.Is(err, fault.Invalid) {
				t.Errorf("set for %s: %v", what, err)
			}
		}
		nine := now.Add(time.Hour)
		for who, by := range map[string]authz.Actor{"another party": noir, "the firm": h.Lead} {
			if err := h.Documents.ReleaseAt(ctx, by, document.Releasing{Document: one}, nine); !fault.Is(err, fault.NotFound) {
				t.Errorf("set by %s: %v", who, err)
			}
		}
		set(nine.Add(-time.Minute), one) // and then at another instant
		set(nine, one, two)
		h.Clock.Advance(time.Hour - time.Second)
		if got := x.labels(noir); len(got) != 0 || !timed(one).At.Equal(nine.Truncate(time.Microsecond)) {
			t.Errorf("before the instant another party reads %q; set for %v", got, timed(one))
		}
		h.Clock.Advance(time.Second)
		run(2)
		if got := x.labels(noir); len(got) != 2 {
			t.Errorf("after the instant another party reads %q", got)
		}

		late := keep("Trois")
		at := h.Clock.Now().Add(time.Minute)
		set(at, late, keep("Quatre"))
		h.Must(x.Forums.Unbranch(ctx, h.Lead, x.In, insurer))
		h.Clock.Advance(time.Minute)
		run(3)
		if got := x.labels(noir); len(got) != 2 || timed(late).Stopped != "party" {
			t.Errorf("a party had no reader, and another reads %q; %+v", got, timed(late))
		}
		h.Must(x.Forums.Branch(ctx, h.Lead, forum.Branch{Space: x.In, Party: insurer, Whom: "Assureur SA"}))
		h.Must(h.Documents.Release(ctx, roux, document.Releasing{Document: late}))

		never := keep("Cinq")
		set(h.Clock.Now().Add(time.Minute), never)
		h.Must(h.Documents.CancelRelease(ctx, roux, never))
		if err := h.Documents.CancelRelease(ctx, roux, never); !fault.Is(err, fault.NotFound) {
			t.Errorf("taken back twice: %v", err)
		}
		h.Clock.Advance(time.Minute)
		run(4)

		gone := keep("Six")
		set(h.Clock.Now().Add(time.Minute), gone)
		other := h.Member(h.Lead, x.In, authz.Guest, "Me Autre")
		h.Must(circle.NewService(h.Office).Admit(ctx, h.Lead, x.In, x.Sides[0].ID, other.Person))
		h.Leave(roux, x.In)
		h.Clock.Advance(time.Minute)
		run(5)
		if got := x.labels(noir); len(got) != 3 {
			t.Errorf("in the end another party reads %q", got)
		}
		if k := h.Kinds(h.Lead); k["release.set"] != 7 || k["release.cancelled"] != 1 || k["release.stopped"] != 3 || k["document.released"] != 3 {
			t.Errorf("the journal counts %v", k)
		}
	})
}

// TestNotified: a notice that has left is kept for each exhibit that it is about, once
// for each party.
func TestNotified(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		roux, noir := x.People[0], x.People[1]
		x.bring(roux, "Devis", "")
		opened := x.bring(roux, "Plan", "")
		x.Read(noir, opened, "")
		for range 2 {
			h.Must(h.Office.Keep(ctx, noir.Firm, func(a *act.Act) error { return exhibit.Notify(a, noir, x.In) }))
		}
		r, err := x.Forums.Register(ctx, noir, x.In)
		h.Must(err)
		if a, b := r.Lines[0].Cells[0], r.Lines[1].Cells[0]; a.Notified.IsZero() || !a.Opened.IsZero() || !b.Notified.IsZero() || b.Opened.IsZero() {
			t.Errorf("the register says %+v, %+v", a, b)
		}
		if n := h.Kinds(h.Lead)["exhibit.notified"]; n != 1 {
			t.Errorf("%d lines of the journal", n)
		}
	})
}

// TestTampered: rows of the register that somebody has changed are found.
func TestTampered(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := openExpertise(h)
		x.Read(x.People[1], x.bring(x.People[0], "Devis", ""), "")
		r, err := x.Forums.Register(t.Context(), h.Lead, x.In)
		h.Must(err, x.Forums.Serve(t.Context(), h.Lead, forum.Serving{Space: x.In, Party: x.Sides[2].ID, Exhibits: []id.Version{r.Lines[0].Version}, Day: "2026-11-23", How: "en main propre"}))
		undo := errors.New("as it was")
		for what, stmt := range map[string]store.FirmStmt{
			"nothing":   store.ForFirm(`update exhibit set rank = rank where firm_id = $1`),
			"a number":  store.ForFirm(`update exhibit set number = number + 1 where firm_id = $1`),
			"a party":   store.ForFirm(`update exhibit set party_id = 'x' where firm_id = $1`),
			"a date":    store.ForFirm(`update exhibit set released_at = released_at - 1 where firm_id = $1`),
			"an hour":   store.ForFirm(`update exhibit_service set at = at + 1 where firm_id = $1`),
			"a hand":    store.ForFirm(`update exhibit_paper set day = '2020-01-01' where firm_id = $1`),
			"a branch":  store.ForFirm(`update paper_branch set person_id = 'x' where firm_id = $1`),
			"a receipt": store.ForFirm(`update exhibit_service set version_id = 'x' where firm_id = $1`),
		} {
			err := h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
				err := a.Write(stmt)
				h.Must(err)
				_, one := exhibit.OfSpace(a, x.In)
				_, two := exhibit.Services(a, x.In)
				_, three := exhibit.Papers(a, x.In)
				_, four := exhibit.Branches(a, x.In)
				if found := errors.Is(errors.Join(one, two, three, four), vault.ErrTampered); found == (what == "nothing") {
					t.Errorf("%s was changed: %v, %v, %v, %v", what, one, two, three, four)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Error(err)
			}
		}
	})
}
