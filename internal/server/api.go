package server

import (
	"time"

	"cenacle/internal/api"
	"cenacle/internal/config"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/vault"
)

func (s *Server) openAPI(c *config.Config, f *front.Config, catalog *i18n.Catalog, zone *time.Location) (*api.API, error) {
	return api.New(&api.Config{
		Config: f, Keys: s.keys(), Requests: c.Limit.Requests, Closing: s.closing, Catalog: catalog, Zone: zone,
		Office: s.Office, Accounts: s.Accounts, Firms: s.Firms, Tokens: s.Tokens,
	}, api.Routes(&api.Nouns{
		Freezes:  s.Freezes,
		Absences: s.Absences, Diffusions: s.Diffusions, Supports: s.Supports, Hosts: s.Hosts,
		Groups:   s.Groups,
		Dispatch: s.Dispatch, Attests: s.Attests,
		Notices: s.Notices,
		Firms:   s.Firms, Plans: s.Plans, Circles: s.Circles, Spaces: s.Spaces, Documents: s.Documents, Deposits: s.Deposits, Requests: s.Requests, Holds: s.Holds, Guard: s.Guard, Conflicts: s.Conflicts, Memos: s.Memos, Agendas: s.Agendas, Forums: s.Forums,
		Invitations: s.Invitations, Letterboxes: s.Letterboxes, Slots: s.Slots, Offers: s.Offers, Dires: s.Dires, Questions: s.Questions, Lifecycle: s.Lifecycle, Overview: s.Overview, Events: s.Events, Webhooks: s.Webhooks,
		Vigilance: s.Vigilance, Sanctions: s.Sanctions,
		Bundles: s.Bundles, Previews: s.Previews,
	}))
}

// keys are those of the installation, for what programs carry.
func (s *Server) keys() api.Keys {
	box := s.Office.Ring.Directory()
	place := func(list, whose string) vault.Place {
		return vault.Place{Table: "cursor", Column: list, Row: whose}
	}
	return api.Keys{
		Seal:   func(list, whose string, plain []byte) []byte { return box.Seal(place(list, whose), plain) },
		Open:   func(list, whose string, sealed []byte) ([]byte, error) { return box.Open(place(list, whose), sealed) },
		Digest: box.Lookup,
	}
}
