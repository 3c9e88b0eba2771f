package account

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/store"
)

func (w *world) alive(token string, want bool) {
	w.Helper()
	_, err := w.Resume(w.Context(), token)
	if want {
		w.must(err)
		return
	}
	w.wants(err, fault.Unauthenticated, "account.signed_out")
}

// AUT-08: nothing of a session comes from outside, and the former one ends.
func TestAUT08_NewTokenEachTime(t *testing.T) {
	each(t, func(w *world) {
		p := w.person("claire@exemple.fr")
		planted := strings.Repeat("A", TokenLength)
		first, _ := w.enters("claire@exemple.fr", good, Source{Former: planted})
		w.alive(planted, false)
		second, s := w.enters("claire@exemple.fr", good, Source{Former: first})
		if first == second || first == planted || second == planted {
			w.Fatal("a token was used twice")
		}
		w.alive(first, false)
		w.alive(second, true)
		if s.Person != p || s.Via != authz.ViaPassword || s.Firm != "" || s.Space != "" || !s.Proven {
			w.Errorf("session: %+v", s)
		}
		linked, s, err := w.OpenLinkSession(w.Context(), p, "firm", "space", Source{Former: second})
		w.must(err)
		w.alive(second, false)
		again, err := w.Resume(w.Context(), linked)
		w.must(err)
		if again != s || s.Via != authz.ViaLink || s.Firm != "firm" || s.Space != "space" || !s.Proven {
			w.Errorf("link session %+v, resumed as %+v", s, again)
		}
		w.must(w.SignOut(w.Context(), linked))
		w.must(w.SignOut(w.Context(), linked))
		w.alive(linked, false)
		_, _, err = w.OpenLinkSession(w.Context(), p, "firm", "", Source{})
		w.wants(err, fault.NotFound, "fault.absent")
	})
}

func TestSessionEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		steps []time.Duration // a request after each
		alive bool
	}{
		"a second before idle":     {[]time.Duration{Idle - time.Second}, true},
		"idle":                     {[]time.Duration{Idle}, false},
		"a second after idle":      {[]time.Duration{Idle + time.Second}, false},
		"used meanwhile":           {[]time.Duration{Idle - time.Second, Idle - time.Second}, true},
		"used, not noted":          {[]time.Duration{touchEvery - time.Second, Idle - touchEvery + time.Second}, false},
		"used, noted":              {[]time.Duration{touchEvery, Idle - time.Second}, true},
		"a second before absolute": {append(every(20*time.Minute, Absolute), 20*time.Minute-time.Second), true},
		"absolute":                 {append(every(20*time.Minute, Absolute), 20*time.Minute), false},
		"a second after absolute":  {append(every(20*time.Minute, Absolute), 20*time.Minute+time.Second), false},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.person("claire@exemple.fr")
				token, _ := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
				for i, d := range tc.steps {
					w.clock.Advance(d)
					w.alive(token, tc.alive || i < len(tc.steps)-1)
				}
			})
		})
	}
}

// every is the steps of d that end one step before whole.
func every(d, whole time.Duration) (out []time.Duration) {
	for t := d; t < whole; t += d {
		out = append(out, d)
	}
	return out
}

// AUT-09: raising the epoch ends everything, on whatever node it is asked.
func TestAUT09_EverywhereAtOnce(t *testing.T) {
	each(t, func(w *world) {
		p := w.person("claire@exemple.fr")
		other := w.person("paul@exemple.fr")
		a, _ := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
		b, _, err := w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.2"))
		w.must(err)
		hers, _ := w.enters("paul@exemple.fr", good, at("192.0.2.3"))
		before, err := w.Person(w.Context(), p)
		w.must(err)
		w.must(w.SignOutEverywhere(w.Context(), p))
		w.alive(a, false)
		w.alive(b, false)
		w.alive(hers, true)

		// One that another node opened from what it had read before.
		late, _, err := w.enter(w.Context(), identity{Person: before, epoch: 1}, at("192.0.2.1"))
		w.must(err)
		w.alive(late, false)

		c, s := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
		w.wants(w.End(w.Context(), other, s.ID), fault.NotFound, "fault.absent")
		w.alive(c, true)
		w.must(w.End(w.Context(), p, s.ID))
		w.alive(c, false)
	})
}

func TestSessionsListed(t *testing.T) {
	each(t, func(w *world) {
		p := w.person("claire@exemple.fr")
		w.person("paul@exemple.fr")
		w.enters("claire@exemple.fr", good, Source{Addr: at("192.0.2.1").Addr, Agent: "Navigateur 1"})
		w.clock.Advance(Idle)
		w.enters("claire@exemple.fr", good, Source{Addr: at("2001:db8::1").Addr, Agent: "Navigateur 2"})
		w.clock.Advance(time.Minute)
		_, _, err := w.OpenLinkSession(w.Context(), p, "firm", "space", Source{Agent: "Navigateur 3"})
		w.must(err)
		w.enters("paul@exemple.fr", good, at("192.0.2.9"))
		list, err := w.Sessions(w.Context(), p)
		w.must(err)
		if len(list) != 2 || list[0].Agent != "Navigateur 3" || list[1].Agent != "Navigateur 2" ||
			list[1].Addr != "2001:db8::1" || list[0].Via != authz.ViaLink {
			w.Errorf("sessions: %+v", list)
		}
	})
}

// AUT-14: a token is exactly itself.
func TestAUT14_TokenForms(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire@exemple.fr")
		token, s := w.enters("claire@exemple.fr", good, at("192.0.2.1"))
		raw, err := base64.RawURLEncoding.DecodeString(token)
		w.must(err)
		if len(raw) != 32 || len(token) != TokenLength {
			w.Fatalf("a token of %d bytes in %d characters", len(raw), len(token))
		}
		forms := []string{
			"", token[:len(token)-1], token[1:], token + "A", token + "=", " " + token, token + "\n", s.ID,
			base64.StdEncoding.EncodeToString(raw), strings.ToUpper(token), strings.ToLower(token),
			string(raw), strings.Repeat(token, 1000), "\x00" + token[1:],
		}
		for i := range token {
			c := byte('A')
			if token[i] == c {
				c = 'B'
			}
			forms = append(forms, token[:i]+string(c)+token[i+1:])
		}
		// The last character carries four bits: three others decode to the same bytes.
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
			forms = append(forms, token[:len(token)-1]+string(c))
		}
		for _, f := range forms {
			if f != token {
				w.alive(f, false)
			}
		}
		w.alive(token, true)
	})
}

// No token and no address stands in the directory in clear.
func TestNothingInClear(t *testing.T) {
	each(t, func(w *world) {
		w.person("claire.petit@exemple.fr")
		token, _ := w.enters("claire.petit@exemple.fr", good, Source{Addr: at("192.0.2.77").Addr, Agent: "Navigateur de Claire"})
		var dump strings.Builder
		w.must(w.directory().View(w.Context(), func(tx *store.DirectoryTx) error {
			return tx.Each(dumpAll, nil, func(scan func(...any) error) error {
				var a, b, c, d []byte
				err := scan(&a, &b, &c, &d)
				dump.Write(append(append(append(a, b...), c...), d...))
				return err
			})
		}))
		if dump.Len() == 0 {
			w.Fatal("nothing was read")
		}
		for _, secret := range []string{token, "claire", "exemple.fr", "argon2", "192.0.2.77", "Navigateur"} {
			if strings.Contains(dump.String(), secret) {
				w.Errorf("%q stands in the database", secret)
			}
		}
	})
}

var dumpAll = store.ForDirectory(`
select s.hash, s.agent, s.address, p.email_hash from session s join person p on p.id = s.person_id
union all select p.email, p.password, p.mac, a.hash from person p join attempt a on 1 = 1`)
