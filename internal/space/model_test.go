package space_test

import (
	"slices"
	"testing"

	"cenacle/internal/i18n"
	"cenacle/internal/space"
)

func TestModels(t *testing.T) {
	models, err := space.LoadModels()
	if err != nil {
		t.Fatal(err)
	}
	catalog := i18n.Load()
	if len(models) != 7 {
		t.Errorf("%d models, want 7", len(models))
	}
	seen := map[space.ModelKey]bool{}
	fits := map[space.Profile]bool{}
	for _, m := range models {
		if seen[m.Key] {
			t.Errorf("model %s is there twice", m.Key)
		}
		seen[m.Key], fits[m.Profile] = true, true
		for _, tray := range []space.Tray{space.FirmTray, space.ClientTray} {
			if !slices.ContainsFunc(trays(m), func(of space.Tray) bool { return of == tray }) {
				t.Errorf("model %s has no folder in tray %s", m.Key, tray)
			}
		}
		for _, l := range i18n.All() {
			names := map[string]bool{}
			for _, f := range m.Folders {
				if key := string(f.Tray) + f.Name[l]; names[key] {
					t.Errorf("model %s has two folders %q", m.Key, f.Name[l])
				} else {
					names[key] = true
				}
			}
			if p := catalog.Printer(l, nil); !p.Has("space.model."+string(m.Key)) || !p.Has("space.profile."+string(m.Profile)) {
				t.Errorf("model %s is not in the catalog of %s", m.Key, l)
			}
		}
	}
	for _, p := range space.Profiles() {
		if !fits[p] {
			t.Errorf("no model fits the profile %s", p)
		}
	}
}

func trays(m space.Model) (out []space.Tray) {
	for _, f := range m.Folders {
		out = append(out, f.Tray)
	}
	return out
}
