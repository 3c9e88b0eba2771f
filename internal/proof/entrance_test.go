package proof

import (
	"bytes"
	"image"
	"image/png"
	"net/url"

	"cenacle/internal/id"
	"cenacle/internal/keycard"
	"cenacle/internal/keycard/keycardtest"
	"cenacle/internal/oidc"
	"cenacle/internal/provider"
)

// entrance has a provider vouch for the firm's own people.
func (s *scene) entrance() {
	s.t.Helper()
	ctx := s.t.Context()
	p, err := s.server.Providers.Register(ctx, s.lead.actor, provider.New{Name: "Compte Delmas", Issuer: s.forge.URL, Audience: provider.Staff})
	s.must(err)
	s.must(s.server.Providers.Introduce(ctx, s.lead.actor, p.ID, "client", "secret"))
	s.ids["provider"], s.ids["issuer"] = string(p.ID), s.forge.URL
}

// keys has those of an authority read.
func (s *scene) keys() {
	s.t.Helper()
	at, err := url.Parse("https://espace.delmas.example:8443")
	s.must(err)
	a := keycardtest.New(s.t, "Autorité des avocats", s.clock.now)
	s.server.Providers.Reads(keycard.NewReader(a.Checker(), at, s.server.Office.Ring.Directory()))
}

// logo has the firm's pages show one, by day and by night.
func (s *scene) logo() {
	s.t.Helper()
	for _, dark := range []bool{false, true} {
		s.must(s.server.Firms.ShowLogo(s.t.Context(), s.lead.actor, dark, seal()))
	}
}

// shut ends every provider but that of the scene.
func (s *scene) shut() {
	s.t.Helper()
	all, err := s.server.Providers.List(s.t.Context(), s.lead.actor)
	s.must(err)
	for _, p := range all {
		if string(p.ID) != s.ids["provider"] {
			s.must(s.server.Providers.End(s.t.Context(), s.lead.actor, p.ID))
		}
	}
}

// vouched is the browser of somebody for whom the provider vouches, and which came by
// it.
func (s *scene) vouched() browser {
	s.t.Helper()
	_, own, err := s.server.Accounts.SignIn(s.t.Context(), s.account.email, password, here())
	s.must(err)
	s.goes(provider.Way{Of: &own, Tie: true})
	return browser{t: s.t, base: s.base, token: s.goes(provider.Way{}).Token}
}

// goes sets out for the provider, which says that it is Inès, and comes back.
func (s *scene) goes(w provider.Way) provider.Entered {
	s.t.Helper()
	w.Firm, w.Provider = s.firm.id, id.Provider(s.ids["provider"])
	address, challenge, err := s.server.Providers.Enter(s.t.Context(), w, here())
	s.must(err)
	got := s.forge.Vouch(s.t, address, "ines", s.clock.now())
	out, err := s.server.Providers.Arrive(s.t.Context(), provider.Return{
		Firm: w.Firm, Provider: w.Provider, Challenge: challenge, Answer: oidc.Answer{Code: got.Get("code"), State: got.Get("state")},
	}, here())
	s.must(err)
	return out
}

// seal is a logo.
func seal() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 40, 20))) // a buffer takes everything
	return b.Bytes()
}

func entranceSteps() []step {
	const all, one = "/f/{firm}/entrance", "/f/{firm}/entrance/{provider}"
	register := form(all, byLead, 303, "name", "Autre compte", "issuer", "{issuer}", "audience", "staff").then(func(s *scene, _ answer) { s.shut() })
	return []step{
		plain(all, byLead, 200), form(all+"/plate", byLead, 303, "open", "1", "accent", "#7a1f3d", "notice", "Cabinet Delmas", "mediator", "Le médiateur"),
		step{route: "POST " + all + "/logo", who: byLead, want: 303, send: func(i ids) call {
			return file(i.path(" "+all+"/logo"), "logo.png", seal(), "ground", "light")
		}}, plain("/door/{firm}/logo.png", nobody, 200), plain("/door/{firm}/logo-dark.png", nobody, 200),
		form(all+"/logo/remove", byLead, 303, "ground", "light").then(func(s *scene, _ answer) { s.logo() }),
		form(all+"/keys", byLead, 303).then(func(s *scene, _ answer) { s.shut() }),
		register, plain(one, byLead, 200), form(one, byLead, 303, "client", "client", "secret", "secret"),
		form(one+"/end", byLead, 303).then(func(s *scene, _ answer) { s.entrance() }),
		plain(all+"/host", byLead, 200), form(all+"/host", byLead, 303, "name", "espace.delmas.example"),
		form(all+"/host/check", byLead, 409), // nobody has written the record
		form(all+"/host/drop", byLead, 303).then(func(s *scene, _ answer) {
			s.must(s.server.Hosts.Give(s.t.Context(), s.firm.id, "espace.delmas.example"))
		}),
		form(all+"/host/end", byLead, 303),
	}
}
