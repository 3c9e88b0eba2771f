package lifecycle_test

import (
	"errors"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

var forgeLead = store.ForFirm(`update space set lead_id = $3 where firm_id = $1 and id = $2`)

// roles are the active members of a space.
func (w *world) roles(of id.Space) map[id.Person]authz.Role {
	w.Helper()
	out := map[id.Person]authz.Role{}
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
		all, err := circle.Members(a, of)
		for _, m := range all {
			if m.Active(a.Now) {
				out[m.Person] = m.Role
			}
		}
		return err
	}))
	return out
}

func TestOpenSpace(t *testing.T) {
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		ines := w.colleague("Inès Roux", "ines@delmas.example", authz.FirmAssistant)
		form := w.form(" Claire\tPetit ", "Claire.Petit@exemple.fr")
		form.Colleagues = []id.Person{paul.Person, ines.Person, paul.Person, w.lawyer.Person}
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		claire := w.find("claire.petit@exemple.fr")
		want := map[id.Person]authz.Role{
			w.lawyer.Person: authz.Lead, paul.Person: authz.Colleague, ines.Person: authz.Assistant, claire.ID: authz.Client,
		}
		got := w.roles(sp.ID)
		if len(got) != len(want) {
			w.Errorf("members: %v", got)
		}
		for p, role := range want {
			if got[p] != role {
				w.Errorf("%s is %q, want %q", p, got[p], role)
			}
		}
		if sp.Name != "Claire Petit" || sp.Lead != w.lawyer.Person || sp.Model != w.model.Key {
			w.Errorf("space: %+v", sp)
		}
		if n := w.count(countEntries, "space.opened"); n != 1 {
			w.Errorf("%d entries of the opening", n)
		}
		if n := w.count(countEntries, "member.joined"); n != 3 {
			w.Errorf("%d entries of who joined beside the lead", n)
		}
		w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
			card, err := firm.CardOf(a, claire.ID)
			if card.Role != authz.Outsider || card.Name != "Claire Petit" || card.Email != claire.Email {
				w.Errorf("card: %+v", card)
			}
			return err
		}))

		// From the mail to the space, without an account.
		_, s, err := w.invitations.Use(w.Context(), w.firm, w.token(w.one(claire.Email)), at("192.0.2.1"))
		w.must(err)
		by, _, err := w.firms.Actor(w.Context(), s, w.firm)
		w.must(err)
		w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
			room, err := space.Enter(a, by, sp.ID, authz.SpaceSee)
			if room.Mine != authz.Client {
				w.Errorf("she is %q", room.Mine)
			}
			return err
		}))

		// A second space for her: the same card, the name it has.
		w.opens("Mme Petit", "claire.petit@exemple.fr")
		if n := w.count(countCards); n != 4 {
			w.Errorf("%d cards", n)
		}
	})
}

func TestOpenSpaceRefused(t *testing.T) {
	each(t, func(w *world) {
		reading := w.lawyer
		reading.Pass = &authz.Pass{ReadOnly: true}
		if _, err := w.life.OpenSpace(w.Context(), reading, lifecycle.NewSpace{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a program that only reads is told what is wrong with its form: %v", err)
		}
		ines := w.colleague("Inès Roux", "ines@delmas.example", authz.FirmAssistant)
		w.opens("Claire Petit", "claire@exemple.fr")
		claire := w.find("claire@exemple.fr")
		spaces := w.count(countSpaces)
		other := w.founds("Cabinet Noir", "noir@exemple.fr", "Maître Noir")
		for name, tc := range map[string]struct {
			by         authz.Actor
			form       func(*lifecycle.NewSpace)
			kind       fault.Kind
			field, key string
		}{
			"no name":              {w.lawyer, func(n *lifecycle.NewSpace) { n.ClientName = " " }, fault.Invalid, "name", "firm.name_missing"},
			"no address":           {w.lawyer, func(n *lifecycle.NewSpace) { n.ClientEmail = "new" }, fault.Invalid, "email", "email.invalid"},
			"a colleague's":        {w.lawyer, func(n *lifecycle.NewSpace) { n.ClientEmail = "ines@delmas.example" }, fault.Conflict, "email", "lifecycle.is_colleague"},
			"one's own":            {w.lawyer, func(n *lifecycle.NewSpace) { n.ClientEmail = "anne@delmas.example" }, fault.Conflict, "email", "lifecycle.is_colleague"},
			"no model":             {w.lawyer, func(n *lifecycle.NewSpace) { n.Model = space.Model{} }, fault.Invalid, "model", "space.model_unknown"},
			"no profile":           {w.lawyer, func(n *lifecycle.NewSpace) { n.Profile = "x" }, fault.Invalid, "profile", "space.profile_unknown"},
			"an assistant leads":   {w.lawyer, func(n *lifecycle.NewSpace) { n.Lead = ines.Person }, fault.Invalid, "lead", "lifecycle.lead_missing"},
			"a client leads":       {w.lawyer, func(n *lifecycle.NewSpace) { n.Lead = claire.ID }, fault.Invalid, "lead", "lifecycle.lead_missing"},
			"a stranger leads":     {w.lawyer, func(n *lifecycle.NewSpace) { n.Lead = other.Person }, fault.Invalid, "lead", "lifecycle.lead_missing"},
			"nobody leads":         {ines, func(*lifecycle.NewSpace) {}, fault.Invalid, "lead", "lifecycle.lead_missing"},
			"a client as help":     {w.lawyer, func(n *lifecycle.NewSpace) { n.Colleagues = []id.Person{claire.ID} }, fault.Invalid, "colleague", "lifecycle.not_colleague"},
			"another firm's":       {w.lawyer, func(n *lifecycle.NewSpace) { n.Colleagues = []id.Person{other.Person} }, fault.Invalid, "colleague", "lifecycle.not_colleague"},
			"by a client":          {authz.Actor{Person: claire.ID, Firm: w.firm, Role: authz.Outsider}, func(*lifecycle.NewSpace) {}, fault.NotFound, "", "fault.absent"},
			"by a link":            {authz.Actor{Person: w.lawyer.Person, Firm: w.firm, Role: authz.Admin, Scope: "x"}, func(*lifecycle.NewSpace) {}, fault.NotFound, "", "fault.absent"},
			"in a firm of nowhere": {authz.Actor{Person: w.lawyer.Person, Firm: "x", Role: authz.Admin}, func(*lifecycle.NewSpace) {}, fault.NotFound, "", "fault.absent"},
		} {
			w.Run(name, func(t *testing.T) {
				form := w.form("New Client", "new@exemple.fr")
				tc.form(&form)
				_, err := w.life.OpenSpace(t.Context(), tc.by, form)
				sub := *w
				sub.T = t
				sub.wants(err, tc.kind, tc.field, tc.key)
				if n := sub.count(countSpaces); n != spaces {
					t.Errorf("%d spaces, want none more than %d", n, spaces)
				}
			})
		}
		if all := w.mails("new@exemple.fr"); len(all) != 0 {
			w.Errorf("%d mails about a space that does not exist", len(all))
		}
		if _, err := w.accounts.Find(w.Context(), "new@exemple.fr"); !fault.Is(err, fault.NotFound) {
			w.Errorf("a refused form made a person: %v", err)
		}
		form := w.form("New Client", "new@exemple.fr")
		form.Lead = w.lawyer.Person
		sp, err := w.life.OpenSpace(w.Context(), ines, form)
		w.must(err)
		if r := w.roles(sp.ID); r[ines.Person] != authz.Assistant || r[w.lawyer.Person] != authz.Lead {
			w.Errorf("opened by an assistant: %v", r)
		}
	})
}

func TestMembers(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", "claire@exemple.fr")
		ines := w.colleague("Inès Roux", "ines@delmas.example", authz.FirmAssistant)
		claire := w.find("claire@exemple.fr")
		client := authz.Actor{Person: claire.ID, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		guest := lifecycle.Guest{Name: "Maître Noir", Email: "noir@exemple.fr", Role: authz.Guest}
		add := func(by authz.Actor, g lifecycle.Guest) error {
			_, err := w.life.AddGuest(w.Context(), by, sp.ID, g)
			return err
		}
		w.wants(add(client, guest), fault.Forbidden, "", "fault.forbidden")
		w.wants(add(ines, guest), fault.NotFound, "", "fault.absent") // not in this space
		w.must(w.life.AddColleague(w.Context(), w.lawyer, sp.ID, ines.Person))
		w.must(add(ines, guest))
		w.wants(add(ines, guest), fault.Conflict, "", "circle.already_member")
		w.wants(add(ines, lifecycle.Guest{Name: "X", Email: "x@exemple.fr", Role: authz.Lead}), fault.Invalid, "role", "lifecycle.role_unknown")
		w.wants(add(ines, lifecycle.Guest{Email: "x@exemple.fr", Role: authz.Reader}), fault.Invalid, "name", "firm.name_missing")
		w.wants(add(ines, lifecycle.Guest{Name: "A", Email: "anne@delmas.example", Role: authz.Client}), fault.Conflict, "email", "lifecycle.is_colleague")
		w.wants(w.life.AddColleague(w.Context(), w.lawyer, sp.ID, claire.ID), fault.Invalid, "colleague", "lifecycle.not_colleague")
		if _, err := w.accounts.Find(w.Context(), "x@exemple.fr"); !fault.Is(err, fault.NotFound) {
			w.Errorf("a refused form made a person: %v", err)
		}
		noir := w.find("noir@exemple.fr")
		if r := w.roles(sp.ID); r[noir.ID] != authz.Guest || r[ines.Person] != authz.Assistant {
			w.Errorf("members: %v", r)
		}
		token := w.token(w.one("noir@exemple.fr"))

		remove := func(by authz.Actor, p id.Person) error { return w.life.RemoveMember(w.Context(), by, sp.ID, p) }
		w.wants(remove(client, noir.ID), fault.Forbidden, "", "fault.forbidden")
		w.wants(remove(ines, w.lawyer.Person), fault.Conflict, "", "lifecycle.lead_stays")
		forge := func(lead id.Person) {
			w.keep(func(a *act.Act) error {
				return a.Write(forgeLead, sp.ID, lead)
			})
		}
		forge(ines.Person) // whoever writes another lead into the database removes nobody by it
		w.wants(remove(ines, w.lawyer.Person), fault.Internal, "", "vault.tampered")
		forge(w.lawyer.Person)
		w.wants(remove(ines, "stranger"), fault.NotFound, "", "fault.absent")
		w.must(remove(ines, noir.ID))
		w.wants(remove(ines, noir.ID), fault.NotFound, "", "fault.absent")
		_, _, err := w.invitations.Use(w.Context(), w.firm, token, at("192.0.2.1"))
		w.wants(err, fault.NotFound, "", "fault.absent")

		// Back again: a new link, since the old one is void.
		w.must(add(w.lawyer, guest))
		_, _, err = w.invitations.Use(w.Context(), w.firm, token, at("192.0.2.1"))
		if !fault.Is(err, fault.Gone) {
			w.Errorf("the link from before: %v", err)
		}
		if all := w.mails("noir@exemple.fr"); len(all) != 2 {
			w.Errorf("%d mails to one who left and came back", len(all))
		}
		w.keep(func(a *act.Act) error {
			return firm.PutCard(a, w.lawyer, firm.Card{Person: noir.ID, Role: authz.Outsider, State: firm.Disabled})
		})
		other := w.opens("Paul Martin", "martin@exemple.fr")
		_, err = w.life.AddGuest(w.Context(), w.lawyer, other.ID, guest)
		w.wants(err, fault.Conflict, "email", "lifecycle.card_disabled")
	})
}

// A space is the firm's own people's by membership alone, whatever their card.
func TestNobodyComesWithTheCard(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", "claire@exemple.fr")
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Admin)
		err := w.office.See(w.Context(), w.firm, func(a *act.Act) error {
			own, err := space.Own(a, paul, space.Page{Limit: 10})
			if len(own) != 0 {
				w.Errorf("an administrator sees %+v", own)
			}
			if err != nil {
				return err
			}
			_, err = space.Enter(a, paul, sp.ID, authz.SpaceSee)
			return err
		})
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.NotFound {
			w.Errorf("an administrator enters: %v", err)
		}
	})
}
