package lifecycle_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/paper"
	"cenacle/internal/request"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
)

const (
	keptMail   = "claire@exemple.fr"
	formerMail = "claire.petit@ailleurs.example"
)

// shows is a session that has just begun.
func (w *world) shows(p id.Person, via authz.Via) account.Session {
	in := account.Session{Person: p, Via: via, Proven: true, Created: w.clock.Now()}
	if via.Linked() {
		in.Firm = w.firm
	}
	return in
}

// begins shows the identity that is kept.
func (w *world) begins(kept id.Person) string {
	w.Helper()
	challenge, err := w.accounts.BeginMerge(w.Context(), w.shows(kept, authz.ViaPassword))
	w.must(err)
	return challenge
}

// invites gives somebody a card in the firm.
func (w *world) invites(p id.Person, email string) {
	w.Helper()
	w.keep(func(a *act.Act) error {
		return firm.PutCard(a, w.lawyer, firm.Card{Person: p, Role: authz.Outsider, State: firm.Active, Name: "Claire Petit", Email: email})
	})
}

// merges makes two identities one, the former by a link that was just used.
func (w *world) merges(former, kept id.Person) {
	w.Helper()
	done, err := w.life.AskMerge(w.Context(), w.shows(former, authz.ViaLink), w.begins(kept))
	if w.must(err); !done {
		w.Fatal("a link that was just used is not enough")
	}
}

var selectSeen = store.ForFirm(`select i.id from item i where i.firm_id = $1 and` + authz.Visible + `order by i.id`)

// sees are all the items of the firm that the rule shows to somebody now.
func (w *world) sees(p id.Person) map[id.Item]id.Space {
	w.Helper()
	out := map[id.Item]id.Space{}
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
		var seen []id.Item
		err := a.Each(selectSeen, []any{p, store.Micros(a.Now)}, func(scan func(...any) error) error {
			var i id.Item
			err := scan(&i)
			seen = append(seen, i)
			return err
		})
		for _, i := range seen {
			var in id.Space
			if err := a.Row(selectSpaceOf, []any{i}, &in); err != nil {
				return err
			}
			out[i] = in
		}
		return err
	}))
	return out
}

var selectSpaceOf = store.ForFirm(`select space_id from item where firm_id = $1 and id = $2`)

// lives is two people who live in some spaces of a firm.
type lives struct {
	*world
	r            *rand.Rand
	memos        *memo.Service
	circles      *circle.Service
	kept, former id.Person
	spaces       []id.Space
	named        map[id.Space][]id.Circle
}

func (l *lives) opens(n int) {
	l.Helper()
	client := []string{keptMail, formerMail, "autre@exemple.fr"}[l.r.IntN(3)]
	sp := l.world.opens(fmt.Sprintf("Client %d", n), client)
	l.spaces = append(l.spaces, sp.ID)
	for i := range 2 {
		c, err := l.circles.Make(l.Context(), l.lawyer, circle.New{Space: sp.ID, Name: fmt.Sprintf("Cercle %d", i)})
		l.must(err)
		l.named[sp.ID] = append(l.named[sp.ID], c.ID)
	}
}

// step is one thing that happens; what cannot happen now does not.
func (l *lives) step() {
	l.Helper()
	l.clock.Advance(time.Duration(1+l.r.IntN(1000)) * time.Minute)
	in := l.spaces[l.r.IntN(len(l.spaces))]
	whom, email := l.kept, keptMail
	if l.r.IntN(2) == 0 {
		whom, email = l.former, formerMail
	}
	named := l.named[in][l.r.IntN(2)]
	var err error
	switch l.r.IntN(12) {
	case 0, 1:
		_, err = l.life.AddGuest(l.Context(), l.lawyer, in, lifecycle.Guest{Name: "Claire Petit", Email: email, Role: authz.Client})
	case 2:
		err = l.life.RemoveMember(l.Context(), l.lawyer, in, whom)
	case 3, 4:
		err = l.circles.Admit(l.Context(), l.lawyer, in, named, whom)
	case 5:
		err = l.circles.Dismiss(l.Context(), l.lawyer, in, named, whom)
	case 6:
		if l.r.IntN(4) == 0 {
			err = l.life.RaiseWall(l.Context(), l.lawyer, lifecycle.NewWall{Space: in, Person: whom, Reason: "Conflit"})
		}
	default:
		house, failed := houseOf(l.world, in)
		l.must(failed)
		to := []id.Circle{[]id.Circle{house.Client, house.All, l.named[in][0], l.named[in][1]}[l.r.IntN(4)]}
		_, err = l.memos.Write(l.Context(), l.lawyer, memo.New{Space: in, Subject: "Point", Body: "Bonjour.", Circles: to})
	}
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Conflict, fault.Invalid:
	default:
		l.must(err)
	}
}

// TestISO01_TwoIdentities: over random lives, the one who is kept sees exactly what either
// saw, and nothing where a wall stands against either; the other sees nothing. Who is kept
// may have been a stranger to the firm.
func TestISO01_TwoIdentities(t *testing.T) {
	each(t, func(w *world) {
		seed := seedtest.Of(w.T)
		seen, walls, taken := 0, 0, 0
		for n := range 10 {
			r := rand.New(rand.NewPCG(seed, uint64(n)))
			l := lives{world: w, r: r, memos: memo.NewService(w.office), circles: circle.NewService(w.office), named: map[id.Space][]id.Circle{}}
			l.kept, l.former = w.person(keptMail), w.person(formerMail)
			for i := range 3 {
				l.opens(i)
			}
			for range 60 {
				l.step()
			}
			w.clock.Advance(time.Minute)
			want := w.sees(l.kept)
			maps.Copy(want, w.sees(l.former))
			for _, of := range l.spaces {
				if w.kept(of, l.kept) || w.kept(of, l.former) {
					walls++
					had := len(want)
					maps.DeleteFunc(want, func(_ id.Item, in id.Space) bool { return in == of })
					if w.kept(of, l.former) {
						taken += had - len(want)
					}
				}
			}
			w.merges(l.former, l.kept)
			w.clock.Advance(time.Minute)
			if got := w.sees(l.kept); !maps.Equal(got, want) {
				w.Errorf("life %d: she sees %d items, want %d", n, len(got), len(want))
			}
			for _, of := range l.spaces { // lifting a wall gives nothing back
				if w.kept(of, l.kept) && w.roles(of)[l.kept] != "" {
					w.Errorf("life %d: she is a member behind a wall", n)
				}
			}
			if got := w.sees(l.former); len(got) != 0 {
				w.Errorf("life %d: who has ended sees %d items", n, len(got))
			}
			seen += len(want)
			w.must(w.life.MoveTo(w.Context(), l.kept, fmt.Sprintf("vie%d@exemple.fr", n)))
		}
		if seen == 0 || walls == 0 || taken == 0 {
			w.Errorf("too quiet lives: %d items seen, %d walls, which took %d from who is kept", seen, walls, taken)
		}
	})
}

// kept reports whether a wall keeps somebody out of a space.
func (w *world) kept(of id.Space, p id.Person) (walled bool) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
		all, err := circle.WalledFrom(a, p)
		walled = slices.Contains(all, of)
		return err
	}))
	return walled
}

func (w *world) person(email string) id.Person {
	w.Helper()
	p, _, err := w.accounts.Ensure(w.Context(), email, "fr")
	w.must(err)
	return p
}

// TestMergerPasses: what was asked, handed in and read passes; what she had proven stays
// provable; both mailboxes are told and no mail names anybody; the journal says who was
// who; her address is nobody's.
func TestMergerPasses(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", formerMail)
		former, kept := w.find(formerMail).ID, w.person(keptMail)
		w.invites(kept, keptMail)
		requests := request.New(w.office, w.documents, paper.Lazy())
		asked, err := requests.Ask(w.Context(), w.lawyer, request.Asking{Space: sp.ID, Person: former, Papers: []request.Paper{{Name: "Avis d’imposition"}}})
		w.must(err)
		house, err := houseOf(w, sp.ID)
		w.must(err)
		memos := memo.NewService(w.office)
		_, err = memos.Write(w.Context(), w.lawyer, memo.New{Space: sp.ID, Subject: "Point", Body: "Bonjour.", Circles: []id.Circle{house.Client}})
		w.must(err)
		w.clock.Advance(time.Hour)
		client := authz.Actor{Person: former, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		w.must(memos.SaveDraft(w.Context(), client, memo.Draft{Space: sp.ID, Body: "Jamais envoyé"}))

		seen, err := w.life.ForeseeMerge(w.Context(), former, kept)
		w.must(err)
		if seen.Barred() || len(seen.Firms) != 1 || seen.Firms[0].Spaces != 1 || seen.Firms[0].Drafts != 1 || seen.Firms[0].Firm.Name != "Cabinet Delmas" {
			w.Fatalf("%+v", seen)
		}
		w.merges(former, kept)

		heir := authz.Actor{Person: kept, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		if r, err := requests.Show(w.Context(), heir, asked[0]); err != nil || r.Person != kept {
			w.Errorf("what was asked is not asked of her: %+v, %v", r, err)
		}
		if threads, _, err := memos.Conversation(w.Context(), heir, memo.Query{Space: sp.ID, Limit: 5}); err != nil || len(threads) != 1 {
			w.Errorf("she does not see what was said: %v, %v", threads, err)
		}
		if list, err := deposit.New(w.office, nil).Receipts(w.Context(), heir, sp.ID); err != nil || len(list) != 0 {
			w.Errorf("%v, %v", list, err)
		}
		if n := w.count(countDrafts); n != 0 {
			w.Errorf("%d drafts of nobody are left", n)
		}
		if card := w.cardOf(kept); card.Name != "Claire Petit" || card.Email != keptMail || card.State != firm.Active {
			w.Errorf("%+v", card)
		}
		if card := w.cardOf(former); card.Name != "Claire Petit" || card.State != firm.Disabled {
			w.Errorf("%+v", card)
		}
		if _, err := w.accounts.Find(w.Context(), formerMail); !fault.Is(err, fault.NotFound) {
			w.Errorf("somebody has the address: %v", err)
		}
		for _, to := range []string{keptMail, formerMail} {
			told := w.mails(to)
			if len(told) == 0 || !strings.Contains(told[len(told)-1].Subject, "n’en font plus qu’un") {
				w.Errorf("%s was told %d times", to, len(told))
			}
			for _, m := range told {
				if strings.Contains(m.Text+m.Subject, "Petit") || strings.Contains(m.Text, keptMail) || strings.Contains(m.Text, formerMail) {
					w.Errorf("a mail names somebody: %s", m.Text)
				}
			}
		}
		for kind, want := range map[string]int{"identity.merger_asked": 1, "identity.merged": 2} {
			if n := w.count(countEntries, kind); n != want {
				w.Errorf("%s stands in the journal %d times, want %d", kind, n, want)
			}
		}
		w.must(w.life.SettleMergers(w.Context()))
		if n := w.count(countEntries, "identity.merged"); n != 2 {
			w.Errorf("a sweep did it again: %d", n)
		}
		w.clock.Advance(account.MergeLife)
		w.must(w.accounts.Sweep(w.Context()))
		if _, err := w.accounts.MergerOf(w.Context(), former); !fault.Is(err, fault.NotFound) {
			w.Errorf("a day later it is still known: %v", err)
		}
	})
}

// TestMergerTakesBoth: nobody makes one of two identities who has not shown each of them
// lately, and by all that each has; where more than a link was shown, its mailbox agrees.
func TestMergerTakesBoth(t *testing.T) {
	each(t, func(w *world) {
		w.opens("Claire Petit", formerMail)
		w.opens("Claire Petit", keptMail)
		former, kept := w.find(formerMail).ID, w.find(keptMail).ID
		stays := func(what string) {
			w.Helper()
			if w.find(formerMail).ID != former || w.cardOf(former).State != firm.Active {
				w.Fatalf("%s: the identity has ended", what)
			}
		}
		old := w.shows(kept, authz.ViaPassword)
		w.clock.Advance(6 * time.Minute)
		for what, in := range map[string]account.Session{"long ago": old, "by a link": w.shows(kept, authz.ViaLink), "by a provider": w.shows(kept, authz.ViaProvider)} {
			if _, err := w.accounts.BeginMerge(w.Context(), in); !fault.Is(err, fault.Forbidden) {
				w.Errorf("shown %s: %v", what, err)
			}
		}
		ask := func(in account.Session, challenge string) (bool, error) {
			return w.life.AskMerge(w.Context(), in, challenge)
		}
		_, err := ask(w.shows(former, authz.ViaLink), account.NewToken())
		w.wants(err, fault.Unauthenticated, "", "account.too_late")
		_, err = ask(w.shows(former, authz.ViaLink), "")
		w.wants(err, fault.Unauthenticated, "", "account.too_late")
		_, err = ask(w.shows(kept, authz.ViaLink), w.begins(kept))
		w.wants(err, fault.Invalid, "", "account.merge_same")
		late := w.begins(kept)
		w.clock.Advance(account.MergeStep)
		_, err = ask(w.shows(former, authz.ViaLink), late)
		w.wants(err, fault.Unauthenticated, "", "account.too_late")
		gone := w.begins(kept)
		w.must(w.accounts.SignOutEverywhere(w.Context(), kept))
		_, err = ask(w.shows(former, authz.ViaLink), gone)
		w.wants(err, fault.Unauthenticated, "", "account.too_late")
		stale := w.shows(former, authz.ViaPassword)
		w.clock.Advance(6 * time.Minute)
		_, err = ask(stale, w.begins(kept))
		w.wants(err, fault.Forbidden, "", "account.not_fresh")
		unproven := w.shows(former, authz.ViaPassword)
		unproven.Proven = false
		_, err = ask(unproven, w.begins(kept))
		w.wants(err, fault.Forbidden, "", "account.unproven")
		stays("shown by too little")

		// Who has a password shows it: her mailbox alone is not she.
		password, err := w.accounts.NewPassword(w.Context(), secret)
		w.must(err)
		third := w.opens("Paul Leroy", "paul@exemple.fr").ID
		paul := w.find("paul@exemple.fr").ID
		w.must(w.accounts.SetPassword(w.Context(), paul, password))
		_, err = ask(w.shows(paul, authz.ViaLink), w.begins(kept))
		w.wants(err, fault.Forbidden, "", "account.not_fresh")
		if w.roles(third)[paul] != authz.Client {
			t.Error("he has ended")
		}
	})
}

// TestMergerAsksTheMailbox: a password alone, and a link of long ago, wait for the mailbox
// of the identity that is to end, which may refuse; whatever changes either of the two
// ends the wish.
func TestMergerAsksTheMailbox(t *testing.T) {
	each(t, func(w *world) {
		w.opens("Claire Petit", formerMail)
		former, kept := w.find(formerMail).ID, w.person(keptMail)
		w.invites(kept, keptMail)
		stays := func(what string) {
			w.Helper()
			if w.find(formerMail).ID != former || w.cardOf(former).State != firm.Active {
				w.Fatalf("%s: the identity has ended", what)
			}
		}
		ask := func(in account.Session, challenge string) (bool, error) {
			return w.life.AskMerge(w.Context(), in, challenge)
		}
		for what, via := range map[string]authz.Via{"a password": authz.ViaPassword, "a link of long ago": authz.ViaLink} {
			in := w.shows(former, via)
			if via == authz.ViaLink {
				w.clock.Advance(6 * time.Minute)
			}
			challenge := w.begins(kept)
			done, err := ask(in, challenge)
			if w.must(err); done {
				w.Fatalf("%s was enough", what)
			}
			_, err = ask(in, challenge)
			w.wants(err, fault.Unauthenticated, "", "account.too_late")
			if _, err := w.accounts.Absorb(w.Context(), former); !fault.Is(err, fault.NotFound) {
				w.Errorf("%s: the mailbox was not waited for: %v", what, err)
			}
			stays(what)
			if err := w.life.AgreeMerge(w.Context(), account.NewToken()); !fault.Is(err, fault.NotFound) {
				w.Errorf("any token: %v", err)
			}
			word := w.agreement()
			w.must(w.life.RefuseMerge(w.Context(), word))
			if err := w.life.AgreeMerge(w.Context(), word); !fault.Is(err, fault.NotFound) {
				w.Errorf("a wish that was refused: %v", err)
			}
			w.clock.Advance(time.Hour)
		}
		for what, ends := range map[string]func(){
			"withdrawn":            func() { w.must(w.accounts.CancelMerge(w.Context(), former)) },
			"the kept signs out":   func() { w.must(w.accounts.SignOutEverywhere(w.Context(), kept)) },
			"the former signs out": func() { w.must(w.accounts.SignOutEverywhere(w.Context(), former)) },
			"a day later":          func() { w.clock.Advance(account.MergeLife) },
		} {
			w.clock.Advance(2 * time.Hour)
			_, err := ask(w.shows(former, authz.ViaPassword), w.begins(kept))
			w.must(err)
			word := w.agreement()
			ends()
			if err := w.life.AgreeMerge(w.Context(), word); !fault.Is(err, fault.NotFound) {
				w.Errorf("%s: %v", what, err)
			}
			w.must(w.life.SettleMergers(w.Context()))
			stays(what)
		}
		w.clock.Advance(2 * time.Hour)
		_, err := ask(w.shows(former, authz.ViaPassword), w.begins(kept))
		w.must(err)
		w.must(w.life.AgreeMerge(w.Context(), w.agreement()))
		if w.cardOf(former).State != firm.Disabled {
			w.Error("all was shown, and nothing happened")
		}
	})
}

// agreement is the token that the mailbox of the former was mailed last.
func (w *world) agreement() string {
	w.Helper()
	return strings.TrimPrefix(w.path(w.last(formerMail, lifecycle.MergePath(""))), lifecycle.MergePath(""))
}

// TestMergerIsBarred: what cannot be one is refused beforehand, with its reason, and
// nothing changes.
func TestMergerIsBarred(t *testing.T) {
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		sp := w.opens("Claire Petit", formerMail)
		former, kept := w.find(formerMail).ID, w.person(keptMail)
		if seen, err := w.life.ForeseeMerge(w.Context(), former, kept); err != nil || !slices.Equal(seen.Firms[0].Bars, []lifecycle.Bar{lifecycle.BarUnknown}) {
			w.Errorf("by links alone, to whom the firm does not know: %+v, %v", seen, err)
		}
		_, err := w.life.AddGuest(w.Context(), w.lawyer, sp.ID, lifecycle.Guest{Name: "Claire Petit", Email: keptMail, Role: authz.Guest})
		w.must(err)
		for _, tt := range []struct {
			former, kept id.Person
			bar          lifecycle.Bar
		}{
			{paul.Person, kept, lifecycle.BarInside},
			{former, paul.Person, lifecycle.BarSides},
			{former, kept, lifecycle.BarRole},
		} {
			seen, err := w.life.ForeseeMerge(w.Context(), tt.former, tt.kept)
			if w.must(err); len(seen.Firms) != 1 || !slices.Contains(seen.Firms[0].Bars, tt.bar) {
				w.Errorf("want %s: %+v", tt.bar, seen.Firms)
			}
			_, err = w.life.AskMerge(w.Context(), w.shows(tt.former, authz.ViaPassword), w.begins(tt.kept))
			w.wants(err, fault.Conflict, "", "lifecycle.merge_barred")
		}
		w.must(w.life.RemoveMember(w.Context(), w.lawyer, sp.ID, kept))
		w.keep(func(a *act.Act) error {
			card, err := firm.CardOf(a, kept)
			card.State = firm.Disabled
			w.must(err)
			return firm.PutCard(a, w.lawyer, card)
		})
		if seen, err := w.life.ForeseeMerge(w.Context(), former, kept); err != nil || !slices.Contains(seen.Firms[0].Bars, lifecycle.BarClosed) {
			w.Errorf("%+v, %v", seen, err)
		}
		if n := w.count(countEntries, "identity.merger_asked"); n != 0 {
			w.Errorf("%d wishes were noted", n)
		}
	})
}

// TestMergerGoesOn: a crash after the one has ended, and between two firms, leaves nobody
// with more than she had; the sweep goes on, once.
func TestMergerGoesOn(t *testing.T) {
	each(t, func(w *world) {
		first := w.opens("Claire Petit", formerMail)
		former, kept := w.find(formerMail).ID, w.person(keptMail)
		other := w.founds("Cabinet Blanc", "nora@blanc.example", "Nora Blanc")
		form := w.form("Claire Petit", formerMail)
		second, err := w.life.OpenSpace(w.Context(), other, form)
		w.must(err)
		_, err = w.accounts.AskMerge(w.Context(), w.shows(former, authz.ViaLink), w.begins(kept))
		w.must(err)
		m, err := w.accounts.Absorb(w.Context(), former)
		if w.must(err); len(m.Left) != 2 || !m.Under {
			w.Fatalf("%+v", m)
		}
		_, err = w.accounts.Absorb(w.Context(), former) // a node that was cut off does it again
		w.must(err)
		in := w.shows(former, authz.ViaPassword)
		if _, err := w.accounts.BeginMerge(w.Context(), in); err == nil {
			w.Error("an identity that has ended begins something")
		}
		member := func(of id.Firm, sp id.Space, p id.Person) (yes bool) {
			w.must(w.office.See(w.Context(), of, func(a *act.Act) error {
				all, err := circle.Members(a, sp)
				yes = slices.ContainsFunc(all, func(m circle.Member) bool { return m.Person == p && m.Active(a.Now) })
				return err
			}))
			return yes
		}
		if member(w.firm, first.ID, kept) || member(other.Firm, second.ID, kept) {
			w.Error("something has passed already")
		}
		w.must(w.life.MergeIn(w.Context(), w.firm, former)) // and then it was killed
		w.must(w.life.SettleMergers(w.Context()))
		w.must(w.life.SettleMergers(w.Context()))
		if !member(w.firm, first.ID, kept) || !member(other.Firm, second.ID, kept) || member(w.firm, first.ID, former) || member(other.Firm, second.ID, former) {
			w.Error("it did not go on")
		}
		if n := w.count(countEntries, "identity.merged"); n != 2 {
			w.Errorf("the journal has it %d times", n)
		}
		if due, err := w.accounts.DueMergers(w.Context()); err != nil || len(due) != 0 {
			w.Errorf("%+v, %v", due, err)
		}
	})
}

var countDrafts = store.ForFirm(`select count(*) from memo_draft where firm_id = $1`)
