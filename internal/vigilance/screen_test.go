package vigilance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/outbox"
	"cenacle/internal/sanction"
	"cenacle/internal/sanction/sanctiontest"
	"cenacle/internal/store"
	"cenacle/internal/vigilance"
)

var (
	zorm  = sanctiontest.Person{Number: 7, Nature: "Personne physique", First: "Khaled", Name: "Zormani", Birth: "1961-04-02"}
	navis = sanctiontest.Person{Number: 8, Nature: "Personne morale", Name: "Zormani Transit", Aliases: []string{"Étoile de Zorm"}}
	other = sanctiontest.Person{Number: 9, Nature: "Personne physique", First: "Paul", Name: "Autrement"}

	hideLines = store.ForFirm(`update vigilance_screening set open = 0 where firm_id = $1 and space_id = $2`)
	register  = store.ForDirectory(`insert into firm (id, state, created_at) values ($1, 'open', 0)`)
	dropJobs  = store.ForFirm(`delete from job where firm_id = $1`)
	countJobs = store.ForFirm(`select count(*) from job where firm_id = $1 and kind = $2`)
)

// listed gives the dossiers a service of lists.
func (r *room) listed() *sanction.Service {
	lists := sanction.New(r.Office, sanction.Config{})
	r.dossier.Against(lists)
	return lists
}

// brings has the firm work with a list of some people, and compares its dossiers.
func (r *room) brings(lists *sanction.Service, published string, people ...sanctiontest.Person) {
	r.t.Helper()
	_, err := lists.Import(r.t.Context(), r.Lead, sanction.Bringing{File: bytes.NewReader(sanctiontest.File(published, people...)), Smaller: true})
	r.Must(err)
	r.Must(r.dossier.Examine(r.t.Context(), r.Lead.Firm, outbox.Job{Payload: []byte("{}")}))
}

// screens does what was to follow an edition.
func (r *room) screens(number int) {
	r.t.Helper()
	payload, err := json.Marshal(vigilance.Watch{Space: r.space, Edition: number})
	r.Must(err)
	r.Must(r.dossier.Screen(r.t.Context(), r.Lead.Firm, outbox.Job{Payload: payload}))
}

func (r *room) waits(kind string) (n int) {
	r.t.Helper()
	r.Must(r.Office.See(r.t.Context(), r.Lead.Firm, func(a *act.Act) error { return a.Row(countJobs, []any{kind}, &n) }))
	return n
}

func (r *room) lines() string {
	r.t.Helper()
	var out []string
	for _, l := range r.show(0).Screening.Lines {
		out = append(out, strings.TrimSpace(fmt.Sprint(l.Party.Name, " = ", l.Entry.Number, " ", l.Verdict, map[bool]string{true: " gone"}[l.Gone])))
	}
	return strings.Join(out, "|")
}

func (r *room) decide(by authz.Actor, line int, v vigilance.Verdict, why string) error {
	r.t.Helper()
	d := vigilance.Deciding{Space: r.space, Likeness: "none", Verdict: v, Reason: why}
	if lines := r.show(0).Screening.Lines; line < len(lines) {
		d.Likeness = lines[line].ID
	}
	return r.dossier.Decide(r.t.Context(), by, d)
}

// TestScreen: whom a dossier names is compared when she is entered and at each edition of
// the list; what was decided stays until one of the two says something else.
func TestScreen(t *testing.T) {
	each(t, func(r room) {
		lists := r.listed()
		d := r.whole(200)
		d.Client = vigilance.Identity{Kind: vigilance.Company, Name: "Zormani Transit SARL"}
		d.Owners = []vigilance.Owner{{Name: "ZORMANI Khalid", Birth: "1961-04-02", Control: "capital"}, {Name: "Odile Durand", Control: "representative"}}
		r.keep(0, d)
		r.screens(1)
		if e := r.show(0); !e.Screening.At.IsZero() || e.Pending || e.List.Number != 0 {
			t.Errorf("without a list: %+v", e.Screening)
		}
		r.brings(lists, "2026-11-20", zorm, navis)
		if got := r.lines(); got != "Zormani Transit SARL = 8|ZORMANI Khalid = 7" {
			r.t.Fatalf("the lines: %s", got)
		}
		e := r.show(0)
		if e.Pending || e.Screening.Parties != 3 || e.Screening.Published != "2026-11-20" || e.Wanted[0].What != vigilance.WantLikeness || e.Wanted[0].Part() != vigilance.Frozen {
			t.Errorf("after it: %+v, wanted %+v", e.Screening, e.Wanted)
		}
		if due, err := r.dossier.Due(t.Context(), r.Lead); err != nil || len(due) != 1 || due[0].Wanted[0].What != vigilance.WantLikeness {
			t.Errorf("due: %+v, %v", due, err)
		}
		if r.waits(vigilance.NoticeJob) != 1 {
			t.Error("nobody is told")
		}
		for _, one := range []struct{ v, why, wrong string }{{"ruled_out", " ", "vigilance.why_missing"}, {"perhaps", "x", "vigilance.choose"}, {"confirmed", strings.Repeat("é", 4001), "vigilance.long"}} {
			if err := r.decide(r.Lead, 1, vigilance.Verdict(one.v), one.why); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), one.wrong) {
				t.Errorf("%s: %v", one.v, err)
			}
		}
		r.Must(r.decide(r.Lead, 1, vigilance.RuledOut, "Une autre nationalité"))
		r.Must(r.decide(r.Lead, 1, vigilance.RuledOut, "Une autre nationalité")) // the same again
		r.Must(r.decide(r.Lead, 0, vigilance.Confirmed, "Même numéro"))
		if err := r.decide(r.Lead, 5, vigilance.RuledOut, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a line that is not there: %v", err)
		}
		// Another edition that says the same of them changes nothing.
		r.brings(lists, "2026-11-21", zorm, navis, other)
		if got := r.lines(); got != "Zormani Transit SARL = 8 confirmed|ZORMANI Khalid = 7 ruled_out" || r.show(0).Screening.Published != "2026-11-21" {
			t.Errorf("after the same again: %s", got)
		}
		// One that says something else brings the line back, beside what was said.
		changed := zorm
		changed.Aliases = []string{"Abou Zorm"}
		r.brings(lists, "2026-11-22", changed, other)
		lines := r.show(0).Screening.Lines
		if got := r.lines(); got != "ZORMANI Khalid = 7|Zormani Transit SARL = 8 confirmed gone" || lines[0].Before == nil || lines[0].Before.Reason != "Une autre nationalité" || lines[0].Before.ByName == "" {
			t.Errorf("after a change: %s, %+v", got, lines)
		}
		r.Must(r.decide(r.Lead, 0, vigilance.RuledOut, "Encore"))
		r.Must(r.decide(r.Lead, 0, vigilance.Undecided, ""))
		if got := r.lines(); !strings.HasPrefix(got, "ZORMANI Khalid = 7|") {
			t.Errorf("taken back: %s", got)
		}
		// Who is not in the dossier any more is not looked for.
		d.Owners = d.Owners[1:]
		r.keep(1, d)
		if !r.show(0).Pending {
			t.Error("it does not say that it is to be compared again")
		}
		r.screens(2)
		if got := r.lines(); got != "Zormani Transit SARL = 8 confirmed gone" || r.show(0).Pending {
			t.Errorf("without her: %s", got)
		}
		kinds := r.Kinds(r.Lead)
		if kinds["vigilance.screened"] != 4 || kinds["vigilance.likeness_decided"] != 4 || kinds["sanction.imported"] != 3 {
			t.Errorf("the journal: %v", kinds)
		}
	})
}

// TestScreenErased: what was found goes with the dossier.
func TestScreenErased(t *testing.T) {
	each(t, func(r room) {
		lists := r.listed()
		d := r.whole(200)
		d.Client.Name, d.Client.Birth = "Khaled Zormani", ""
		r.keep(0, d)
		r.brings(lists, "2026-11-20", zorm)
		r.Must(r.decide(r.Lead, 0, vigilance.RuledOut, "Non"))
		d.Ended = r.in(0)
		r.keep(1, d)
		r.screens(2)
		if got := r.lines(); got != "Khaled Zormani = 7 ruled_out gone" {
			t.Errorf("once it has ended: %s", got)
		}
		r.Clock.Advance(6 * 366 * 24 * time.Hour)
		r.Must(r.dossier.Erase(t.Context(), r.Lead.Firm, outbox.Job{Payload: fmt.Appendf(nil, `{"space":%q,"edition":2}`, r.space)}))
		if e := r.show(0); e.Number != 0 || !e.Screening.At.IsZero() {
			t.Errorf("left: %+v", e)
		}
	})
}

// LAW-08: the firm's side alone reads the likenesses, its lawyers alone decide them, and
// whoever changes the row is found out.
func TestLAW08_Likenesses(t *testing.T) {
	each(t, func(r room) {
		lists := r.listed()
		d := r.whole(200)
		d.Client.Name, d.Client.Birth = "Khaled Zormani", ""
		r.keep(0, d)
		r.brings(lists, "2026-11-20", zorm)
		assistant := r.Member(r.Lead, r.space, authz.Assistant, "Paul")
		if err := r.decide(assistant, 0, vigilance.RuledOut, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an assistant decides: %v", err)
		}
		for _, by := range []authz.Actor{r.client, r.Member(r.Lead, r.space, authz.Guest, "Me Roux"), r.Found("Autre cabinet", "Me Autre")} {
			if err := r.decide(by, 0, vigilance.RuledOut, "x"); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s decides: %v", by.Role, err)
			}
		}
		if _, err := lists.Import(t.Context(), r.client, sanction.Bringing{File: strings.NewReader("")}); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			t.Errorf("a client brings a list: %v", err)
		}
		r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error {
			return a.Write(hideLines, r.space)
		}))
		if _, err := r.dossier.Show(t.Context(), r.Lead, r.space, 0); err == nil {
			t.Error("a row that was changed is believed")
		}
	})
}

// TestListsOfFirms: the installation's list is every firm's; one that a firm brings is its
// own, and the one that was published last is in use.
func TestListsOfFirms(t *testing.T) {
	each(t, func(r room) {
		ctx, lists := t.Context(), r.listed()
		d := r.whole(200)
		d.Client.Name, d.Client.Birth = "Khaled Zormani", ""
		r.keep(0, d)
		r.Must(r.Office.Keep(ctx, r.Lead.Firm, func(a *act.Act) error { return a.Write(dropJobs) }))
		r.Must(r.Office.Store.Directory().Update(ctx, func(tx *store.DirectoryTx) error { return tx.Write(register, r.Lead.Firm) }))
		give := func(smaller bool, published string, people ...sanctiontest.Person) (bool, error) {
			_, fresh, err := lists.ImportAll(ctx, sanction.Bringing{File: bytes.NewReader(sanctiontest.File(published, people...)), Smaller: smaller}, sanction.Imported)
			return fresh, err
		}
		if fresh, err := give(false, "2026-11-20", zorm, navis, other); err != nil || !fresh || r.waits(sanction.ExamineJob) != 1 {
			r.t.Fatalf("%v, %v, %d jobs", fresh, err, r.waits(sanction.ExamineJob))
		}
		if fresh, err := give(false, "2026-11-20", zorm, navis, other); err != nil || fresh {
			t.Errorf("the same again: %v, %v", fresh, err)
		}
		if _, err := give(false, "2026-11-19", zorm, navis, other); !fault.Is(err, fault.Conflict) {
			t.Errorf("an older one: %v", err)
		}
		if _, err := give(false, "2026-11-21", zorm); !fault.Is(err, fault.Invalid) {
			t.Errorf("one that lost most of its entries: %v", err)
		}
		r.Must(r.dossier.Examine(ctx, r.Lead.Firm, outbox.Job{Payload: []byte("{}")}))
		if got := r.lines(); got != "Khaled Zormani = 7" {
			t.Errorf("the installation's: %s", got)
		}
		st, err := lists.Standing(ctx, r.Lead)
		r.Must(err)
		if st.Own || st.Source != sanction.Imported || st.Entries != 3 || st.Stale {
			t.Errorf("%+v", st)
		}
		r.brings(lists, "2026-11-22", zorm, other)
		r.Clock.Advance(31 * 24 * time.Hour)
		if st, err = lists.Standing(ctx, r.Lead); err != nil || !st.Own || st.ByName == "" || !st.Stale {
			t.Errorf("the firm's own, a month later: %+v, %v", st, err)
		}
		r.brings(lists, "2026-11-22", zorm, other) // found to be current
		if st, err = lists.Standing(ctx, r.Lead); err != nil || st.Stale || st.Number != 1 || r.Kinds(r.Lead)["sanction.checked"] != 1 {
			t.Errorf("found to be current: %+v, %v", st, err)
		}
		if use, err := lists.InUse(ctx, r.Found("Autre cabinet", "Me Autre").Firm); err != nil || use.Own || use.Published != "2026-11-20" {
			t.Errorf("another firm's: %+v, %v", use, err)
		}
		if _, err := give(true, "2026-11-23", zorm); err != nil {
			r.t.Fatal(err)
		}
		if st, err = lists.Standing(ctx, r.Lead); err != nil || st.Own || st.Published != "2026-11-23" {
			t.Errorf("a later one of the installation: %+v, %v", st, err)
		}
	})
}
