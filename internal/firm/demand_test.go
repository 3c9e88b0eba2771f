package firm_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/totp"
)

// guard gives somebody an application that shows codes.
func (w *world) guard(p id.Person) {
	w.Helper()
	in := signedIn(p)
	in.Created = w.clock.Now()
	challenge, secret, err := w.accounts.NewTOTP(w.Context(), in)
	w.must(err)
	_, _, err = w.accounts.AddTOTP(w.Context(), in, challenge, secret.Code(totp.StepAt(w.clock.Now())), "Téléphone", account.Source{Addr: netip.MustParseAddr("192.0.2.1")})
	w.must(err)
}

// AUT-05: from the instant that the firm names, none of its people enters it by less
// than two things, whatever the way; clients are not concerned, and the firm stands among
// her doors, so that she finds what is asked of her.
func TestAUT05_FirmDemands(t *testing.T) {
	each(t, func(w *world) {
		paul, claire := w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer), w.card("claire@exemple.fr", "Claire Petit", authz.Outsider)
		w.guard(w.by.Person)
		const day = 24 * time.Hour
		w.must(w.firms.DemandFactors(w.Context(), w.by, 7*day))
		enters := func(p id.Person, via authz.Via) error {
			_, err := w.firms.Stand(w.Context(), account.Session{Person: p, Via: via, Proven: true}, w.firm)
			return err
		}
		check := func(when string, stands bool) {
			w.Helper()
			for _, who := range []id.Person{w.by.Person, paul, claire} {
				for _, via := range []authz.Via{authz.ViaPassword, authz.ViaCode, authz.ViaPasskey} {
					err := enters(who, via)
					shut := stands && who != claire && !via.Twofold()
					if shut != firm.Unguarded(err) || shut != fault.Is(err, fault.Forbidden) || !shut && err != nil {
						w.Errorf("%s, %s by %s: %v", when, who, via, err)
					}
				}
			}
			doors, err := w.firms.Doors(w.Context(), signedIn(paul))
			if err != nil || len(doors) != 1 || doors[0].ID != w.firm {
				w.Errorf("%s: her doors are %v, %v", when, doors, err)
			}
		}
		check("in the grace", false)
		w.clock.Advance(7*day - time.Microsecond)
		check("at its end", false)
		w.clock.Advance(time.Microsecond)
		check("after it", true)
		d, without, err := w.firms.Demanded(w.Context(), w.by)
		if w.must(err); !d.Asks(w.clock.Now()) || fmt.Sprint(without) != fmt.Sprint([]id.Person{paul}) {
			w.Errorf("%v, %v have none", d, without)
		}
		w.must(w.firms.WaiveFactors(w.Context(), w.by))
		check("waived", false)
	})
}

// TestDemandIsRefused: by who may not, for too long a grace, by who has none herself;
// then nothing has changed.
func TestDemandIsRefused(t *testing.T) {
	each(t, func(w *world) {
		paul := authz.Actor{Person: w.card("paul@delmas.example", "Paul Leroy", authz.Lawyer), Firm: w.firm, Role: authz.Lawyer, Via: authz.ViaCode}
		demand := func(by authz.Actor, grace time.Duration) error { return w.firms.DemandFactors(w.Context(), by, grace) }
		w.wants(demand(w.by, 0), fault.Conflict, "firm.factor_first")
		w.guard(w.by.Person)
		w.wants(demand(w.by, -time.Second), fault.Invalid, "firm.grace")
		w.wants(demand(w.by, firm.MaxGrace+1), fault.Invalid, "firm.grace")
		w.wants(demand(paul, 0), fault.Forbidden, "fault.forbidden")
		w.wants(w.firms.WaiveFactors(w.Context(), paul), fault.Forbidden, "fault.forbidden")
		stale := w.by
		stale.Stale = true
		w.wants(demand(stale, 0), fault.Forbidden, "fault.stale")
		d, without, err := w.firms.Demanded(w.Context(), paul)
		if w.must(err); !d.From.IsZero() || without != nil {
			w.Errorf("%v, and a lawyer reads who has none: %v", d, without)
		}
	})
}

var waiveByHand = store.ForFirm(`update factor_demand set from_at = 0 where firm_id = $1`)

// TestDemandIsSealed: a demand that was taken away by hand opens nothing.
func TestDemandIsSealed(t *testing.T) {
	each(t, func(w *world) {
		w.guard(w.by.Person)
		w.must(w.firms.DemandFactors(w.Context(), w.by, 0))
		w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
			return a.Write(waiveByHand)
		}))
		if _, err := w.firms.Stand(w.Context(), signedIn(w.by.Person), w.firm); err == nil || firm.Unguarded(err) {
			w.Errorf("a row without its MAC was believed: %v", err)
		}
	})
}
