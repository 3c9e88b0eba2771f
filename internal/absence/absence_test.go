package absence_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/overview"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// house is a firm with a lawyer who goes away and another who stands in for her.
type house struct {
	*documenttest.House
	t        *testing.T
	absences *absence.Service
	spaces   *space.Service
	deputy   authz.Actor
	led      id.Space // that she answers for, and in which the deputy is not
	own      id.Space // the deputy's, in which she is not
	early    id.Item  // filed in led before the deputy came to anything
	zone     *time.Location
}

func each(t *testing.T, run func(h *house)) {
	documenttest.Each(t, document.Config{Limit: 1 << 30, Quota: 1 << 30}, func(t *testing.T, base *documenttest.House) {
		zone, err := time.LoadLocation("Europe/Paris")
		base.Must(err)
		h := &house{House: base, t: t, absences: absence.NewService(base.Office, zone), spaces: space.NewService(base.Office, nil), zone: zone}
		h.led = h.Space(h.Lead, "Corail")
		h.early = h.File(h.Lead, h.led, "ancien.txt", []byte("ancien")).Document
		h.own = h.Space(h.Lead, "Autre")
		h.deputy = h.Member(h.Lead, h.own, authz.Colleague, "Me Paul Petit")
		h.Leave(h.Lead, h.own)
		run(h)
	})
}

// announces has the lawyer away from today to a day, and runs what is due.
func (h *house) announces(last string, spaces ...id.Space) absence.Absence {
	h.t.Helper()
	x, err := h.absences.Announce(h.t.Context(), h.Lead, absence.New{Deputy: h.deputy.Person, First: "2026-11-23", Last: last, Spaces: spaces})
	h.Must(err)
	h.passes(0)
	return x
}

// passes lets time go by and runs what is due.
func (h *house) passes(d time.Duration) {
	h.t.Helper()
	h.Clock.Advance(d)
	h.Must(h.due(absence.BeginJob), h.due(circle.ArrivedJob), h.due(absence.EndJob))
}

func (h *house) due(kind string) error {
	for _, j := range h.Jobs(kind) {
		if j.RunAt.After(h.Clock.Now()) {
			continue
		}
		handle := map[string]outbox.Handler{absence.BeginJob: h.absences.Begin, circle.ArrivedJob: h.absences.Cover, absence.EndJob: h.absences.Finish}[kind]
		if err := handle(h.t.Context(), h.Lead.Firm, j); err != nil {
			return err
		}
	}
	return nil
}

// sees reports whether the deputy may read a document, and a wrong answer.
func (h *house) sees(what string, by authz.Actor, of id.Item, want bool) {
	h.t.Helper()
	_, err := h.Documents.Show(h.t.Context(), by, of)
	if err != nil && !fault.Is(err, fault.NotFound) {
		h.t.Fatal(err)
	}
	if got := err == nil; got != want {
		h.t.Errorf("%s: she sees it: %v, want %v", what, got, want)
	}
	d, err := h.Documents.Show(h.t.Context(), h.Lead, of)
	if want && err == nil {
		list, err := h.Documents.List(h.t.Context(), by, document.ListQuery{Space: d.Space, Limit: 100})
		h.Must(err)
		if !slices.ContainsFunc(list, func(x document.Document) bool { return x.ID == of }) {
			h.t.Errorf("%s: the list does not say what the page does", what)
		}
	}
}

// TestStandsIn: for the days of an absence, and not an instant more, a colleague is in the
// spaces of who is away what she is there; each act says for whom; programs stay out.
func TestStandsIn(t *testing.T) {
	each(t, func(h *house) {
		h.sees("before", h.deputy, h.early, false)
		h.announces("2026-11-25")
		h.sees("while she is away", h.deputy, h.early, true)
		during := h.File(h.deputy, h.led, "pendant.txt", []byte("pendant")).Document
		_, err := h.Documents.Show(t.Context(), h.Lead, during)
		h.Must(err) // who is away loses nothing
		room, err := h.spaces.Show(t.Context(), h.deputy, h.led)
		h.Must(err)
		if room.Mine != authz.Lead || len(room.StandIn) != 1 || room.Lead != h.Lead.Person {
			t.Errorf("she is %s there, %v stand in, and %s answers for it", room.Mine, room.StandIn, room.Lead)
		}
		program := h.deputy
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{}
		h.sees("her programs", program, h.early, false)
		if all, err := h.spaces.List(t.Context(), program, space.Page{Limit: 10}); err != nil || len(all) != 1 || all[0].ID != h.own {
			t.Errorf("her programs list %v, %v", all, err)
		}

		said, err := overview.New(h.Office).SpaceJournal(t.Context(), h.Lead, h.led, overview.JournalQuery{Limit: 100})
		h.Must(err)
		said = slices.DeleteFunc(said, func(e overview.Entry) bool { return e.Actor != h.deputy.Person })
		if len(said) == 0 {
			t.Error("nothing of hers is in the journal")
		}
		for _, e := range said {
			if e.ForName != "Me Claire Delmas" {
				t.Errorf("%s is said to be done for %q", e.Kind, e.ForName)
			}
		}

		h.Clock.Advance(62*time.Hour - 10*time.Minute) // the 25th is not over
		h.sees("on the last evening", h.deputy, h.early, true)
		h.Clock.Advance(10 * time.Minute)
		h.sees("after midnight, before any job", h.deputy, h.early, false)
		h.passes(0)
		h.sees("afterwards", h.deputy, during, false)
		h.sees("who was away", h.Lead, during, true)
		kinds := h.Kinds(h.Lead)
		if kinds["absence.announced"] != 1 || kinds["absence.stands_in"] != 1 || kinds["absence.stood_down"] != 1 {
			t.Errorf("the journal has %v", kinds)
		}
	})
}

// TestManySpaces: who is in more spaces than one transaction changes is replaced in all
// of them, and in none any more afterwards, whether it ends by itself or by hand.
func TestManySpaces(t *testing.T) {
	const many = 85
	for _, byHand := range []bool{false, true} {
		each(t, func(h *house) {
			for n := range many {
				h.Space(h.Lead, fmt.Sprintf("Dossier %d", n))
			}
			runner := outbox.NewRunner(outbox.Config{
				Store: h.Store, Ring: h.Office.Ring, Clock: h.Clock.Now, Log: slog.New(slog.DiscardHandler),
				Handlers: map[string]outbox.Handler{absence.BeginJob: h.absences.Begin, absence.EndJob: h.absences.Finish},
			})
			ctx, stop := context.WithCancel(t.Context())
			over := make(chan error)
			go func() { over <- runner.Run(ctx) }()
			t.Cleanup(func() {
				stop()
				if err := <-over; err != nil {
					t.Error(err)
				}
			})
			x, err := h.absences.Announce(t.Context(), h.Lead, absence.New{Deputy: h.deputy.Person, First: "2026-11-23", Last: "2026-11-25"})
			h.Must(err)
			replaced := func(want int) { // each job does some, and plans the next
				t.Helper()
				runner.Wake(h.Lead.Firm)
				h.Must(runner.Idle(t.Context()))
				if got := h.view(h.deputy).Replace; got != want {
					t.Errorf("she stands in in %d spaces, want %d", got, want)
				}
			}
			replaced(many + 1) // with the one of every house
			if byHand {
				h.Must(h.absences.End(t.Context(), h.Lead, x.ID))
			} else {
				h.Clock.Advance(72 * time.Hour)
			}
			replaced(0)
		})
	}
}

// TestGivenBack: who had a place of her own in a space has it again, with its own
// beginning, however the absence ended; what was sent to her meanwhile stays hers.
func TestGivenBack(t *testing.T) {
	for _, end := range []string{"by itself", "by who was away", "by the deputy"} {
		t.Run(end, func(t *testing.T) {
			each(t, func(h *house) {
				h.Join(h.deputy, h.led, authz.Assistant)
				before := h.facts(h.deputy)
				h.sees("an assistant who came later", h.deputy, h.early, false)
				x := h.announces("2026-11-25")
				h.sees("standing in", h.deputy, h.early, true)
				during := h.File(h.Lead, h.led, "pendant.txt", []byte("pendant")).Document
				switch end {
				case "by itself":
					h.Clock.Advance(63 * time.Hour)
					h.sees("shut until it is given back", h.deputy, during, false)
					h.passes(0)
				case "by who was away":
					h.Must(h.absences.End(t.Context(), h.Lead, x.ID))
				default:
					h.Must(h.absences.End(t.Context(), h.deputy, x.ID))
				}
				if after := h.facts(h.deputy); after != before {
					t.Errorf("she has %s, and had %s", after, before)
				}
				h.sees("what came before her", h.deputy, h.early, false)
				h.sees("what was sent meanwhile", h.deputy, during, true)
			})
		})
	}
}

// facts is all that a person has in the space that is led, as a text.
func (h *house) facts(of authz.Actor) string {
	h.t.Helper()
	var out []string
	h.Must(h.Office.See(h.t.Context(), of.Firm, func(a *act.Act) error {
		f, err := circle.Facts(a, of, h.led)
		out = append(out, fmt.Sprint(f.Role, f.Member, f.For))
		for c, span := range f.Circles {
			if span.Covers(f.Now) {
				out = append(out, fmt.Sprint(c, span))
			}
		}
		return err
	}))
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// TestNeverMore: a wall wins, spaces that were not chosen stay shut, who stands in hands
// no space on, and what ends for who is away ends for her.
func TestNeverMore(t *testing.T) {
	each(t, func(h *house) {
		other := h.Space(h.Lead, "Non confié")
		walled := h.Space(h.Lead, "Mur")
		hidden := h.File(h.Lead, walled, "mur.txt", []byte("mur")).Document
		apart := h.File(h.Lead, other, "autre.txt", []byte("autre")).Document
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return circle.Raise(a, walled, circle.Wall{Person: h.deputy.Person, By: h.Lead.Person, Reason: "conflit"})
		}))
		h.announces("2026-11-25", h.led, walled)
		h.sees("behind a wall", h.deputy, hidden, false)
		h.sees("of a space that was not chosen", h.deputy, apart, false)
		h.sees("of one that was", h.deputy, h.early, true)
		err := h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return circle.HandOver(a, h.led, h.deputy.Person, h.Lead.Person)
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("who stands in hands the space on: %v", err)
		}
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return circle.Raise(a, h.led, circle.Wall{Person: h.deputy.Person, By: h.Lead.Person, Reason: "conflit"})
		}))
		h.sees("once a wall is raised", h.deputy, h.early, false)
		h.Must(h.absences.End(t.Context(), h.Lead, h.view(h.Lead).Own[0].ID))
		h.sees("once it is over", h.deputy, h.early, false)

		third := h.Space(h.Lead, "Tiers")
		colleague := h.Member(h.Lead, third, authz.Colleague, "Me Jeanne Roy")
		paper := h.File(h.Lead, third, "tiers.txt", []byte("tiers")).Document
		x, err := h.absences.Announce(t.Context(), colleague, absence.New{Deputy: h.deputy.Person, First: "2026-11-23", Last: "2026-11-25"})
		h.Must(err)
		h.passes(0)
		h.sees("in the place of a colleague", h.deputy, paper, true)
		h.Leave(colleague, third)
		h.sees("when she is taken out of the space", h.deputy, paper, false)
		h.Must(h.absences.End(t.Context(), colleague, x.ID))
	})
}

func (h *house) view(of authz.Actor) absence.View {
	h.t.Helper()
	v, err := h.absences.Show(h.t.Context(), of)
	h.Must(err)
	return v
}

// TestAnnounce: what is wrong with an absence is said beside its fields, and a row that
// was written by hand is nobody's.
func TestAnnounce(t *testing.T) {
	each(t, func(h *house) {
		client := h.Member(h.Lead, h.led, authz.Client, "Mme Corail")
		wrong := func(field string, n absence.New) {
			t.Helper()
			if n.Deputy == "" {
				n.Deputy = h.deputy.Person
			}
			_, err := h.absences.Announce(t.Context(), h.Lead, n)
			all, _ := errors.AsType[fault.Fields](err)
			if !fault.Is(err, fault.Invalid) || !slices.ContainsFunc(all, func(e *fault.Error) bool { return e.Field == field }) {
				t.Errorf("%+v: %v, want something wrong with %s", n, err, field)
			}
		}
		wrong("first", absence.New{First: "demain", Last: "2026-11-25"})
		wrong("last", absence.New{First: "2026-11-24", Last: "2026-11-23"})
		wrong("last", absence.New{First: "2026-11-20", Last: "2026-11-21"})
		wrong("last", absence.New{First: "2026-11-24", Last: "2028-11-23"})
		wrong("deputy", absence.New{Deputy: h.Lead.Person, First: "2026-11-24", Last: "2026-11-25"})
		wrong("deputy", absence.New{Deputy: client.Person, First: "2026-11-24", Last: "2026-11-25"})
		wrong("space", absence.New{First: "2026-11-24", Last: "2026-11-25", Spaces: []id.Space{h.own}})
		stale := h.Lead
		stale.Stale = true
		for who, by := range map[string]authz.Actor{"a client": client, "a session of yesterday": stale} {
			if _, err := h.absences.Announce(t.Context(), by, absence.New{Deputy: h.deputy.Person, First: "2026-11-24", Last: "2026-11-25"}); err == nil {
				t.Errorf("%s announces an absence", who)
			}
		}
		x, err := h.absences.Announce(t.Context(), h.Lead, absence.New{Deputy: h.deputy.Person, First: "2026-11-24", Last: "2026-11-25"})
		h.Must(err)
		if x.PersonName != "Me Claire Delmas" || x.DeputyName != "Me Paul Petit" {
			t.Errorf("%q is away, and %q stands in", x.PersonName, x.DeputyName)
		}
		h.passes(0)
		h.sees("before its first day", h.deputy, h.early, false)
		wrong("first", absence.New{First: "2026-11-25", Last: "2026-11-27"})
		if _, err := h.absences.Announce(t.Context(), h.deputy, absence.New{Deputy: h.Lead.Person, First: "2026-11-25", Last: "2026-11-27"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("somebody who is away stands in: %v", err)
		}
		if v := h.view(h.deputy); len(v.For) != 1 || v.For[0].PersonName != "Me Claire Delmas" || v.For[0].Last(h.zone) != "2026-11-25" {
			t.Errorf("the deputy is shown %+v", v)
		}
		if err := h.absences.End(t.Context(), h.Member(h.Lead, h.led, authz.Colleague, "Me Jeanne Roy"), x.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a third ends it: %v", err)
		}
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return a.Write(forged, h.deputy.Person)
		}))
		h.Clock.Advance(24 * time.Hour)
		if err := h.due(absence.BeginJob); err == nil {
			t.Error("a row that was changed by hand is believed")
		}
		h.sees("by a row that was changed by hand", h.deputy, h.early, false)
	})
}

// forged leaves the deputy, and moves the days.
var forged = store.ForFirm(`update absence set starts = starts - 86400000000 where firm_id = $1 and deputy_id = $2`)

// TestLeftTheFirm: an absence of somebody who has left, or whose deputy has, begins
// nothing.
func TestLeftTheFirm(t *testing.T) {
	each(t, func(h *house) {
		_, err := h.absences.Announce(t.Context(), h.Lead, absence.New{Deputy: h.deputy.Person, First: "2026-11-24", Last: "2026-11-25"})
		h.Must(err)
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			card, err := firm.CardOf(a, h.deputy.Person)
			if err != nil {
				return err
			}
			card.State = firm.Disabled
			return firm.PutCard(a, h.Lead, card)
		}))
		h.passes(24 * time.Hour)
		if n := h.Kinds(h.Lead)["absence.stands_in"]; n != 0 {
			t.Errorf("she stands in in %d spaces", n)
		}
	})
}

// TestForAnother: an administrator has a colleague stand in for another who cannot say so:
// never for herself, never herself, and without learning of any space; a space that comes
// to who is away meanwhile is lent as well.
func TestForAnother(t *testing.T) {
	each(t, func(h *house) {
		ctx := t.Context()
		third := h.Member(h.deputy, h.Space(h.deputy, "Troisième"), authz.Colleague, "Me Rose Relève")
		secret := h.File(h.deputy, h.own, "secret.txt", []byte("secret")).Document
		days := absence.New{Deputy: third.Person, First: "2026-11-23", Last: "2026-11-25", Spaces: []id.Space{h.own}}
		announce := func(by authz.Actor, of, deputy id.Person) (absence.Absence, error) {
			n := days
			n.Deputy = deputy
			return h.absences.AnnounceFor(ctx, by, of, n)
		}
		for who, tt := range map[string]struct {
			by         authz.Actor
			of, deputy id.Person
			want       fault.Kind
		}{
			"a colleague, for another":  {third, h.deputy.Person, third.Person, fault.Forbidden},
			"an administrator, herself": {h.Lead, h.Lead.Person, third.Person, fault.NotFound},
			"somebody who is not there": {h.Lead, id.New[id.Person](h.Clock.Now()), third.Person, fault.NotFound},
			"and who stands in is she":  {h.Lead, h.deputy.Person, h.Lead.Person, fault.Invalid},
			"who is away stands in":     {h.Lead, h.deputy.Person, h.deputy.Person, fault.Invalid},
			"of another firm, unknown":  {h.Found("Cabinet Rival", "Me Rival"), h.deputy.Person, third.Person, fault.NotFound},
		} {
			if _, err := announce(tt.by, tt.of, tt.deputy); fault.KindOf(err) != tt.want {
				t.Errorf("%s: %v, want %v", who, err, tt.want)
			}
		}
		x, err := announce(h.Lead, h.deputy.Person, third.Person)
		h.Must(err)
		if x.By != h.Lead.Person || x.Spaces != nil || x.Person != h.deputy.Person {
			t.Errorf("it is kept as %+v", x)
		}
		h.passes(0)
		h.sees("who stands in", third, secret, true)
		h.sees("who announced it", h.Lead, secret, false)
		if own := h.view(h.deputy).Own; len(own) != 1 || own[0].ByName == "" || own[0].DeputyName != "Me Rose Relève" {
			t.Errorf("who is away reads %+v", own)
		}

		later := h.Space(h.Lead, "Plus tard")
		held := h.File(h.Lead, later, "depuis.txt", []byte("depuis")).Document
		h.Must(h.Office.Do(ctx, h.Lead.Firm, func(a *act.Act) error {
			if err := circle.Join(a, later, h.deputy.Person, authz.Colleague); err != nil {
				return err
			}
			_, err := a.Record(h.Lead, "member.joined", later, string(h.deputy.Person), nil)
			return err
		}))
		h.passes(0)
		since := h.File(h.Lead, later, "ensuite.txt", []byte("ensuite")).Document
		h.sees("in a space that came to who is away, what was sent before", third, held, false)
		h.sees("and since", third, since, true)

		if err := h.absences.End(ctx, h.Found("Autre cabinet", "Me Autre"), x.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another firm ends it: %v", err)
		}
		h.Must(h.absences.End(ctx, h.Lead, x.ID))
		h.passes(0)
		h.sees("once it was ended", third, secret, false)
		h.sees("there too", third, since, false)
		own, err := h.absences.Announce(ctx, h.deputy, absence.New{Deputy: third.Person, First: "2026-11-23", Last: "2026-11-25", Spaces: []id.Space{h.own}})
		h.Must(err)
		if err := h.absences.End(ctx, h.Lead, own.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an administrator ends what somebody announced for herself: %v", err)
		}
		fresh := h.Space(h.deputy, "Encore un")
		only := h.File(h.deputy, fresh, "seul.txt", []byte("seul")).Document
		h.passes(0)
		h.sees("where it was for some spaces alone", third, only, false)
	})
}
