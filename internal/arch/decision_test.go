package arch

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestDecisionsAreNumbered: each decision has a number of its own, and its title
// bears it.
func TestDecisionsAreNumbered(t *testing.T) {
	all, err := filepath.Glob("../../doc/decisions/*.md")
	if err != nil || len(all) < 40 {
		t.Fatalf("%d decisions, %v", len(all), err)
	}
	taken := map[string]string{}
	for _, path := range all {
		name := filepath.Base(path)
		if other := taken[name[:3]]; other != "" {
			t.Errorf("%s and %s have the same number", other, name)
		}
		taken[name[:3]] = name
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := "# " + name[:3] + ": "; !bytes.HasPrefix(raw, []byte(want)) {
			t.Errorf("%s does not begin with %q", name, want)
		}
	}
}
