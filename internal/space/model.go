package space

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/i18n"
)

// ModelKey names a model of matter; the catalogs say it in words
// (space.model.divorce, …).
type ModelKey string

// Profile is one of the three sets of settings a space can have.
type Profile string

const (
	Individual Profile = "particulier"
	Company    Profile = "entreprise"
	Criminal   Profile = "penal"
)

// Profiles returns the three profiles in the order they are offered.
func Profiles() []Profile { return []Profile{Individual, Company, Criminal} }

// Demand is what entering a space of the profile demands when it opens; from then on the
// space says it itself.
func (p Profile) Demand() authz.Assurance {
	if p == Criminal {
		return authz.Confirmed
	}
	return authz.Single
}

// Tray is one of the three trays of a space.
type Tray string

const (
	FirmTray   Tray = "firm"   // Documents du cabinet
	ClientTray Tray = "client" // Vos documents
	SharedTray Tray = "shared" // Échanges; in a forum, Table commune
	PartyTray  Tray = "party"  // in a forum: the private one of each party
)

// Trays returns the three trays that every space has, in the order they are
// shown.
func Trays() []Tray { return []Tray{FirmTray, ClientTray, SharedTray} }

// words is one text in every language.
type words map[i18n.Language]string

// in is the text in a language, in French for one that has no catalog.
func (w words) in(l i18n.Language) string {
	l, _ = i18n.Parse(string(l))
	return w[l]
}

// Model is what a space opens with: its first matter, its folders, and what is
// asked of its client.
type Model struct {
	Key     ModelKey `json:"key"`
	Profile Profile  `json:"profile"` // the one that usually fits
	Matter  words    `json:"matter"`
	Folders []struct {
		Tray Tray  `json:"tray"`
		Name words `json:"name"`
	} `json:"folders"`
	// Since is from when on the list of papers is what firms ask for in such a
	// matter.
	Since  string `json:"since"`
	Papers []struct {
		Name words `json:"name"`
		Note words `json:"note"` // may be empty
	} `json:"papers"`
}

// Paper is one that a matter of a model usually needs from its client.
type Paper struct{ Name, Note string }

// Checklist is the papers of the model, in a language.
func (m Model) Checklist(l i18n.Language) []Paper {
	out := make([]Paper, len(m.Papers))
	for i, p := range m.Papers {
		out[i] = Paper{p.Name.in(l), p.Note.in(l)}
	}
	return out
}

//go:embed model.json
var modelFile []byte

// LoadModels reads the models that the program carries, in the order they are
// offered; a model that misses a language, or has an unknown tray or profile,
// is refused.
func LoadModels() ([]Model, error) {
	var models []Model
	if err := json.Unmarshal(modelFile, &models); err != nil {
		return nil, fmt.Errorf("space: models: %w", err)
	}
	for _, m := range models {
		if err := m.check(); err != nil {
			return nil, fmt.Errorf("space: model %s: %w", m.Key, err)
		}
	}
	return models, nil
}

func (m Model) check() error {
	if !slices.Contains(Profiles(), m.Profile) {
		return fmt.Errorf("unknown profile %q", m.Profile)
	}
	texts := []words{m.Matter}
	for _, f := range m.Folders {
		if !slices.Contains(Trays(), f.Tray) {
			return fmt.Errorf("unknown tray %q", f.Tray)
		}
		texts = append(texts, f.Name)
	}
	if _, err := time.Parse(time.DateOnly, m.Since); err != nil {
		return fmt.Errorf("since when: %w", err)
	}
	for _, p := range m.Papers {
		texts = append(texts, p.Name)
		if len(p.Note) > 0 {
			texts = append(texts, p.Note)
		}
	}
	for _, w := range texts {
		for _, l := range i18n.All() {
			if w[l] == "" {
				return fmt.Errorf("a text is missing in %s", l)
			}
		}
	}
	return nil
}
