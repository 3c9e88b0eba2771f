package vigilance_test

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
	"cenacle/internal/vigilance"
)

var (
	swapHand  = store.ForFirm(`update vigilance set made_by = 'x' where firm_id = $1 and space_id = $2`)
	swapWords = store.ForFirm(`update vigilance set content = (select content from vigilance where firm_id = $1 and space_id = $2 and number = 1) where firm_id = $1 and space_id = $2 and number = 2`)
)

type room struct {
	*documenttest.House
	t       *testing.T
	space   id.Space
	dossier *vigilance.Service
	client  authz.Actor
}

func each(t *testing.T, run func(r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		zone, err := time.LoadLocation(i18n.Zone)
		h.Must(err)
		law, err := vigilance.Load()
		h.Must(err)
		s := h.Space(h.Lead, "Mme Petit")
		run(room{House: h, t: t, space: s, dossier: vigilance.New(h.Office, zone, law), client: h.Member(h.Lead, s, authz.Client, "Mme Petit")})
	})
}

// in is the civil day so many days from the clock of the house.
func (r room) in(days int) string { return r.Clock.Now().AddDate(0, 0, days).Format(time.DateOnly) }

// whole is a dossier that wants nothing before so many days.
func (r room) whole(days int) vigilance.Dossier {
	return vigilance.Dossier{
		Client: vigilance.Identity{Kind: vigilance.Human, Name: " Mme Sophie Petit ", Birth: "1979-04-02", Number: "none of hers"},
		Pieces: []vigilance.Piece{{Kind: "passport", Seen: r.in(-1), Expires: r.in(days + 30)}}, Purpose: "Divorce",
		Exposed: vigilance.NotExposed, Rating: vigilance.Normal, Reasons: []vigilance.Reason{"known"},
	}
}

func (r room) keep(after int, d vigilance.Dossier) int {
	r.t.Helper()
	n, err := r.dossier.Keep(r.t.Context(), r.Lead, vigilance.Keeping{Space: r.space, After: after, Dossier: d})
	r.Must(err)
	return n
}

func (r room) show(number int) vigilance.Edition {
	r.t.Helper()
	e, err := r.dossier.Show(r.t.Context(), r.Lead, r.space, number)
	r.Must(err)
	return e
}

// Editions follow each other; the same again is none, and who read an older one is told.
func TestKeep(t *testing.T) {
	each(t, func(r room) {
		if e := r.show(0); e.Number != 0 || len(e.Wanted) == 0 {
			r.t.Errorf("before the first: %+v", e)
		}
		r.keep(0, r.whole(200))
		e := r.show(0)
		if e.Number != 1 || e.Client.Name != "Mme Sophie Petit" || e.Client.Number != "" || e.ByName == "" || e.RatedByName != e.ByName || len(e.Wanted) != 0 {
			r.t.Errorf("the first edition: %+v", e)
		}
		if e.Review != r.Clock.Now().AddDate(0, 24, 0).Format(time.DateOnly) {
			r.t.Errorf("a normal risk is looked at again on %s", e.Review)
		}
		if n := r.keep(1, e.Dossier); n != 1 {
			r.t.Errorf("the same again is edition %d", n)
		}
		next := e.Dossier
		next.Client.Seat, next.Funds = "Lyon", "Salaires"
		r.keep(1, next)
		other := next
		other.Purpose = "Autre"
		_, err := r.dossier.Keep(r.t.Context(), r.Lead, vigilance.Keeping{Space: r.space, After: 1, Dossier: other})
		if !fault.Is(err, fault.Conflict) {
			r.t.Errorf("over an edition that was not read: %v", err)
		}
		past, err := r.dossier.Editions(r.t.Context(), r.Lead, r.space)
		r.Must(err)
		if len(past) != 2 || past[0].Number != 2 || !slices.Equal(past[0].Parts, []vigilance.Part{vigilance.OfClient, vigilance.Relation}) || len(past[1].Parts) != 4 {
			r.t.Errorf("the editions: %+v", past)
		}
		if was := r.show(1); was.Funds != "" || was.Wanted != nil {
			r.t.Errorf("the former edition: %+v", was)
		}
		if got := r.Kinds(r.Lead)["vigilance.kept"]; got != 2 {
			r.t.Errorf("%d lines in the journal", got)
		}
	})
}

// Who is not of the firm's side of the space finds nothing there; its lawyers alone decide.
func TestISO02_FirmSideAlone(t *testing.T) {
	each(t, func(r room) {
		r.keep(0, r.whole(200))
		assistant := r.Member(r.Lead, r.space, authz.Assistant, "Paul")
		guest := r.Member(r.Lead, r.space, authz.Guest, "Me Roux")
		ctx := r.t.Context()
		for _, by := range []authz.Actor{r.client, guest, r.Found("Autre cabinet", "Me Autre")} {
			_, err := r.dossier.Show(ctx, by, r.space, 0)
			_, listed := r.dossier.Editions(ctx, by, r.space)
			_, kept := r.dossier.Keep(ctx, by, vigilance.Keeping{Space: r.space, After: 1})
			for _, err := range []error{err, listed, kept} {
				if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
					r.t.Errorf("%s is answered %v", by.Person, err)
				}
			}
		}
		if _, err := r.dossier.Show(ctx, assistant, r.space, 0); err != nil {
			r.t.Errorf("an assistant does not read it: %v", err)
		}
		if _, err := r.dossier.Keep(ctx, assistant, vigilance.Keeping{Space: r.space, After: 1}); !fault.Is(err, fault.Forbidden) {
			r.t.Errorf("an assistant decides: %v", err)
		}
		if _, err := r.dossier.Due(ctx, r.client); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			r.t.Errorf("a client asks what is due: %v", err)
		}
	})
}

// A piece is a document of the space, or nothing.
func TestPieceOfTheSpace(t *testing.T) {
	each(t, func(r room) {
		elsewhere := r.Space(r.Lead, "Autre")
		other := r.File(r.Lead, elsewhere, "Passeport.pdf", []byte("x"), r.Circles(r.Lead, elsewhere).Firm)
		here := r.File(r.Lead, r.space, "Passeport.pdf", []byte("x"), r.Circles(r.Lead, r.space).Firm)
		d := r.whole(100)
		d.Pieces[0].Document = other.Document
		if _, err := r.dossier.Keep(r.t.Context(), r.Lead, vigilance.Keeping{Space: r.space, Dossier: d}); !fault.Is(err, fault.Invalid) {
			r.t.Errorf("a piece of another space: %v", err)
		}
		d.Pieces[0].Document = here.Document
		r.keep(0, d)
	})
}

// On its day a dossier waits for the lawyer who answers for the space, and for nobody
// else; one mail tells her.
func TestDue(t *testing.T) {
	each(t, func(r room) {
		ctx := r.t.Context()
		due := func(by authz.Actor) int {
			found, err := r.dossier.Due(ctx, by)
			r.Must(err)
			return len(found)
		}
		r.keep(0, r.whole(40))
		colleague := r.Member(r.Lead, r.space, authz.Colleague, "Me Roux")
		watch := r.Jobs(vigilance.WatchJob)
		if len(watch) != 1 || due(r.Lead) != 0 {
			r.t.Fatalf("%d jobs, %d due at once", len(watch), due(r.Lead))
		}
		run := func() { r.Must(r.dossier.Watch(ctx, r.Lead.Firm, watch[0])) }
		run()
		if n := len(r.Jobs(vigilance.NoticeJob)); n != 0 {
			r.t.Errorf("%d mails before the day", n)
		}
		r.Clock.Advance(41 * 24 * time.Hour)
		run()
		mails := r.Jobs(vigilance.NoticeJob)
		if len(mails) != 1 || due(r.Lead) != 1 || due(colleague) != 0 {
			r.t.Fatalf("%d mails, due for the lead %d, for a colleague %d", len(mails), due(r.Lead), due(colleague))
		}
		waits := func(by authz.Actor) error {
			return r.Office.See(ctx, by.Firm, func(a *act.Act) error {
				return vigilance.Waits(a, by, vigilance.Notice{Watch: vigilance.Watch{Space: r.space, Edition: 1}, Person: by.Person})
			})
		}
		if err := waits(colleague); !fault.Is(err, fault.NotFound) {
			r.t.Errorf("a colleague is told: %v", err)
		}
		r.Must(waits(r.Lead))
		memos := r.Lead
		memos.Via, memos.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"memo"}}
		if found, err := r.dossier.Due(ctx, memos); !fault.Is(err, fault.Forbidden) || len(found) > 0 {
			r.t.Errorf("a program for memos is told of %d: %v", len(found), err)
		}
		if err := waits(memos); !fault.Is(err, fault.Forbidden) {
			r.t.Errorf("a program for memos is told: %v", err)
		}
		r.keep(1, r.whole(100)) // looked at
		if err := waits(r.Lead); !fault.Is(err, fault.NotFound) || due(r.Lead) != 0 {
			r.t.Errorf("after she has looked: %v, %d due", err, due(r.Lead))
		}
	})
}

// Five years after the end of the relation nothing is left, and not before.
func TestErase(t *testing.T) {
	each(t, func(r room) {
		d := r.whole(100)
		r.keep(0, d)
		d.Ended = r.in(0)
		r.keep(1, d)
		job := r.Jobs(vigilance.EraseJob)
		if len(job) != 1 {
			r.t.Fatalf("%d jobs", len(job))
		}
		erase := func(j outbox.Job) int {
			r.Must(r.dossier.Erase(r.t.Context(), r.Lead.Firm, j))
			return r.show(0).Number
		}
		if until := r.show(0).Until; until != r.Clock.Now().AddDate(5, 0, 0).Format(time.DateOnly) || erase(job[0]) != 2 {
			r.t.Errorf("kept until %s, or erased before", until)
		}
		d.Ended = ""
		r.keep(2, d) // it goes on after all
		r.Clock.Advance(5*366*24*time.Hour + 24*time.Hour)
		if erase(job[0]) != 3 {
			r.t.Error("one that goes on is erased")
		}
		d.Ended = r.in(-5*366 - 1)
		r.keep(3, d)
		if erase(job[0]) != 0 || r.Kinds(r.Lead)["vigilance.erased"] != 1 {
			r.t.Error("something is left, or no line of it")
		}
	})
}

func TestCRY03_DossierTampered(t *testing.T) {
	each(t, func(r room) {
		r.keep(0, r.whole(100))
		d := r.whole(100)
		d.Purpose = "Autre"
		r.keep(1, d)
		for _, stmt := range []store.FirmStmt{swapWords, swapHand} {
			r.Must(r.Office.Keep(r.t.Context(), r.Lead.Firm, func(a *act.Act) error {
				return a.Write(stmt, r.space)
			}))
			if _, err := r.dossier.Show(r.t.Context(), r.Lead, r.space, 0); err == nil {
				r.t.Error("a row that somebody wrote by hand is read")
			}
		}
	})
}
