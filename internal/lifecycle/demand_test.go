package lifecycle_test

import (
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
)

// demands is what a space demands.
func (w *world) demands(of id.Space) (need authz.Assurance) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) (err error) {
		need, err = circle.DemandOf(a, of)
		return err
	}))
	return need
}

// TestProfileDemands: what a space demands when it opens is said by its profile, and no more
// by it from then on.
func TestProfileDemands(t *testing.T) {
	each(t, func(w *world) {
		for i, p := range space.Profiles() {
			form := w.form("Claire Petit", "claire.petit@exemple.fr")
			form.Profile = p
			opened, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
			w.must(err)
			want := []authz.Assurance{authz.Single, authz.Single, authz.Confirmed}[i]
			if got := w.demands(opened.ID); got != want || opened.Level() != circle.Neutral {
				w.Errorf("%s demands %s, and its mails say %s", p, got, opened.Level())
			}
			w.must(w.life.SetDemand(w.Context(), w.lawyer, opened.ID, authz.Single))
			if got := w.demands(opened.ID); got != authz.Single {
				w.Errorf("%s demands %s once it is lowered", p, got)
			}
		}
	})
}

// TestWhoSetsDemand: in a space that is no forum it is a lawyer's of the space, who has shown
// as much; it holds at once for who is in the space by a link, and lowering it is a line of
// the journal too.
func TestWhoSetsDemand(t *testing.T) {
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		ines := w.colleague("Inès Roux", "ines@delmas.example", authz.FirmAssistant)
		nora := w.colleague("Nora Blanc", "nora@delmas.example", authz.Lawyer)
		form := w.form("Claire Petit", "claire.petit@exemple.fr")
		form.Colleagues = []id.Person{paul.Person, ines.Person}
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		claire := authz.Actor{Person: w.find("claire.petit@exemple.fr").ID, Firm: w.firm, Role: authz.Outsider, Scope: sp.ID, Via: authz.ViaLink}
		set := func(by authz.Actor, to authz.Assurance) error {
			return w.life.SetDemand(w.Context(), by, sp.ID, to)
		}
		reads := func(by authz.Actor) (lifecycle.Demand, error) {
			return w.life.Demand(w.Context(), by, sp.ID)
		}
		for name, tt := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"an assistant":                   {set(ines, authz.Confirmed), fault.Forbidden},
			"the client":                     {set(claire, authz.Confirmed), fault.Forbidden},
			"a lawyer elsewhere":             {set(nora, authz.Confirmed), fault.NotFound},
			"more than she has shown":        {set(w.lawyer, authz.Twofold), fault.Conflict},
			"a passkey, by two other things": {set(authz.Actor{Person: w.lawyer.Person, Firm: w.firm, Role: authz.Admin, Via: authz.ViaCode}, authz.Keyed), fault.Conflict},
		} {
			if fault.KindOf(tt.err) != tt.kind {
				w.Errorf("%s: %v", name, tt.err)
			}
		}
		d, err := reads(claire)
		w.must(err)
		if d.Level != authz.Single || d.Sets || d.Names != nil {
			w.Errorf("the client reads %+v", d)
		}
		w.must(set(paul, authz.Confirmed))
		if _, err := reads(claire); authz.Demanded(err) != authz.Confirmed {
			w.Errorf("by a link alone: %v", err)
		}
		for _, via := range []authz.Via{authz.ViaLinkSent, authz.ViaLinkCode, authz.ViaPassword, authz.ViaPasskey, authz.ViaProvider, authz.ViaToken} {
			by := claire
			if by.Via = via; !via.Linked() {
				by.Scope = ""
			}
			if _, err := reads(by); err != nil {
				w.Errorf("by %s: %v", via, err)
			}
		}
		if d, err = reads(w.lawyer); err != nil || d.Level != authz.Confirmed || !d.Sets || len(d.Without[authz.Confirmed]) != 0 || len(d.Without[authz.Twofold]) != 4 {
			w.Errorf("the lead reads %+v: %v", d, err)
		}
		if d, err = reads(ines); err != nil || d.Sets || d.Without != nil {
			w.Errorf("an assistant reads %+v: %v", d, err)
		}
		w.must(set(w.lawyer, authz.Single))
		if _, err := reads(claire); err != nil {
			w.Errorf("once it is lowered: %v", err)
		}
		if n := w.count(countEntries, "forum.demanded"); n != 2 {
			w.Errorf("%d lines of the journal", n)
		}
	})
}

// mobileOf is the number that the firm knows of somebody.
func (w *world) mobileOf(p id.Person) (number string) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) (err error) {
		number, err = firm.MobileOf(a, p)
		return err
	}))
	return number
}

// TestMobile: a lawyer of the space says at which telephone codes reach somebody from outside
// who is in it, having shown lately that it is she; nobody else does, the client herself least
// of all.
func TestMobile(t *testing.T) {
	each(t, func(w *world) {
		ines := w.colleague("Inès Roux", "ines@delmas.example", authz.FirmAssistant)
		nora := w.colleague("Nora Blanc", "nora@delmas.example", authz.Lawyer)
		form := w.form("Claire Petit", "claire.petit@exemple.fr")
		form.Colleagues = []id.Person{ines.Person}
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		p := w.find("claire.petit@exemple.fr").ID
		claire := authz.Actor{Person: p, Firm: w.firm, Role: authz.Outsider, Scope: sp.ID, Via: authz.ViaLink}
		own := claire
		own.Scope, own.Via = "", authz.ViaPassword
		stale := w.lawyer
		stale.Stale = true
		set := func(by authz.Actor, of id.Person, typed string) error {
			return w.life.SetMobile(w.Context(), by, sp.ID, of, typed)
		}
		for name, tt := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"the client, by her link":     {set(claire, p, "06 12 34 56 78"), fault.Forbidden},
			"the client, by her password": {set(own, p, "06 12 34 56 78"), fault.Forbidden},
			"an assistant":                {set(ines, p, "06 12 34 56 78"), fault.Forbidden},
			"a lawyer elsewhere":          {set(nora, p, "06 12 34 56 78"), fault.NotFound},
			"too long after":              {set(stale, p, "06 12 34 56 78"), fault.Forbidden},
			"of who is not there":         {set(w.lawyer, nora.Person, "06 12 34 56 78"), fault.NotFound},
			"of the firm's own":           {set(w.lawyer, ines.Person, "06 12 34 56 78"), fault.NotFound},
			"no number":                   {set(w.lawyer, p, "douze"), fault.Invalid},
			"a fixed telephone":           {set(w.lawyer, p, "01 23 45 67 89"), fault.Invalid},
		} {
			if fault.KindOf(tt.err) != tt.kind {
				w.Errorf("%s: %v", name, tt.err)
			}
		}
		if n := w.count(countEntries, "mobile.changed"); n != 0 || w.mobileOf(p) != "" {
			w.Errorf("refused, and it is %q with %d lines", w.mobileOf(p), n)
		}
		w.must(set(w.lawyer, p, "06 12 34 56 78"))
		w.must(set(w.lawyer, p, "+33 7 12 34 56 78"))
		known, err := w.life.Mobiles(w.Context(), stale, sp.ID)
		if w.must(err); len(known) != 1 || known[p] != "+33712345678" {
			w.Errorf("%v", known)
		}
		for name, by := range map[string]authz.Actor{"the client": claire, "an assistant": ines, "a lawyer elsewhere": nora} {
			if known, err := w.life.Mobiles(w.Context(), by, sp.ID); err == nil || known != nil {
				w.Errorf("%s reads %v: %v", name, known, err)
			}
		}
		w.must(set(w.lawyer, p, " "))
		if n := w.count(countEntries, "mobile.changed"); n != 3 || w.mobileOf(p) != "" {
			w.Errorf("taken away, and it is %q with %d lines", w.mobileOf(p), n)
		}
	})
}

// TestFirstMobile: the number that is typed as somebody is let in is kept when the firm knows
// none; another one stays as it is, and the form says so.
func TestFirstMobile(t *testing.T) {
	each(t, func(w *world) {
		form := w.form("Claire Petit", "claire.petit@exemple.fr")
		form.Mobile = "12"
		_, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.wants(err, fault.Invalid, "mobile", "mobile.invalid")
		form.Mobile = "06 12 34 56 78"
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		p := w.find("claire.petit@exemple.fr").ID
		if got := w.mobileOf(p); got != "+33612345678" {
			w.Errorf("it is %q", got)
		}
		_, err = w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		form.Mobile = "07 12 34 56 78"
		_, err = w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.wants(err, fault.Conflict, "mobile", "lifecycle.mobile_known")
		guest := lifecycle.Guest{Name: "Anne Roux", Email: "anne@roux.example", Role: authz.Guest, Mobile: "0033612345679"}
		who, err := w.life.AddGuest(w.Context(), w.lawyer, sp.ID, guest)
		w.must(err)
		if got := w.mobileOf(who); got != "+33612345679" || w.mobileOf(p) != "+33612345678" {
			w.Errorf("they are %q and %q", got, w.mobileOf(p))
		}
		guest.Email, guest.Mobile = "autre@roux.example", "x"
		_, err = w.life.AddGuest(w.Context(), w.lawyer, sp.ID, guest)
		w.wants(err, fault.Invalid, "mobile", "mobile.invalid")
		if n := w.count(countEntries, "mobile.changed"); n != 2 {
			w.Errorf("%d lines", n)
		}
	})
}

// TestMergedMobile: the number goes with who is one person from now on, unless the firm knows
// another one of her.
func TestMergedMobile(t *testing.T) {
	for name, tt := range map[string]struct{ former, kept, want string }{
		"carried": {"06 12 34 56 78", "", "+33612345678"}, "known": {"06 12 34 56 78", "07 12 34 56 78", "+33712345678"}, "none": {"", "07 12 34 56 78", "+33712345678"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				sp := w.opens("Claire Petit", "claire.petit@exemple.fr")
				former := w.find("claire.petit@exemple.fr").ID
				w.opens("Claire Petit", "claire@autre.example")
				kept := w.find("claire@autre.example").ID
				w.keep(func(a *act.Act) error {
					return firm.PutMobile(a, kept, map[string]string{"": "", "07 12 34 56 78": "+33712345678"}[tt.kept])
				})
				w.must(w.life.SetMobile(w.Context(), w.lawyer, sp.ID, former, tt.former))
				w.merges(former, kept)
				if got := w.mobileOf(kept); got != tt.want || w.mobileOf(former) != "" {
					w.Errorf("%q and %q, want %q", got, w.mobileOf(former), tt.want)
				}
			})
		})
	}
}
