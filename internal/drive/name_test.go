package drive

import (
	"fmt"
	"slices"
	"testing"

	"cenacle/internal/fault"
)

func TestScratch(t *testing.T) {
	for name, want := range map[string]bool{
		"~$contrat.docx": true, ".~lock.contrat.odt#": true, "._contrat.pdf": true, ".DS_Store": true, "Thumbs.db": true, "THUMBS.DB": true,
		"desktop.ini": true, "~WRD0001.tmp": true, "~WRL0003.tmp": true, "lu8423.tmp": true, "8A7B6C00": true, ".contrat.odt.swp": true,
		"contrat.docx.sb-8f3b2c1d-a1b2c3": true, ".TemporaryItems": true, ".Trashes": true, "contrat.pdf.partial": true, ".goutputstream-X1": true,
		"contrat.docx": false, "tmp": false, "a.tmp.pdf": false, "DEADBEEF": false, "20261122": false, "8a7b6c00": false, "notes~": false,
		".htaccess": false, "Thumbs.db.pdf": false, "$a.docx": false, "": false, "part": false, "a.bak": false,
	} {
		if got := Scratch(name); got != want {
			t.Errorf("%q is scratch: %v", name, got)
		}
	}
}

func TestApart(t *testing.T) {
	others := map[string]bool{"a (3).pdf": true, "dossier": true, "b (1).pdf": true}
	taken := func(n string) (bool, error) { return others[n], nil }
	for _, c := range []struct {
		name     string
		n        int
		deposits bool
		want     []string
	}{
		{"a.pdf", 1, false, []string{"a.pdf"}},
		{"a.pdf", 4, false, []string{"a.pdf", "a (2).pdf", "a (4).pdf", "a (5).pdf"}},
		{"b.pdf", 3, true, []string{"b (2).pdf", "b (3).pdf", "b.pdf"}},
		{"c.pdf", 3, true, []string{"c (1).pdf", "c (2).pdf", "c.pdf"}},
		{"dossier", 2, false, []string{"dossier (2)", "dossier (3)"}},
		{".htaccess", 2, false, []string{".htaccess", ".htaccess (2)"}},
	} {
		got, err := apart(c.name, c.n, c.deposits, taken)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%d × %s: %q, %v", c.n, c.name, got, err)
		}
		for _, n := range got {
			if base, ok := unnumbered(n); n != c.name && (!ok || base != c.name) {
				t.Errorf("%q is read as a number of %q", n, base)
			}
		}
	}
	for _, plain := range []string{"a.pdf", "a ().pdf", "a (x).pdf", "a (02).pdf", "a (0).pdf", "a(2).pdf", " (2).pdf", "a (2)b.pdf", "a (-1).pdf"} {
		if base, ok := unnumbered(plain); ok {
			t.Errorf("%q is read as a number of %q", plain, base)
		}
	}
}

func TestParse(t *testing.T) {
	for _, bad := range [][]string{{""}, {"."}, {".."}, {"a", "..", "b"}, {"a/b"}, {`a\b`}, {"a\x00"}, {"a\n"}, {"\x7f"}, {"\xff\xfe"}, {string(make([]byte, 600))}, make([]string, 40)} {
		if p, err := Parse(bad); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q gives %q, %v", bad, p, err)
		}
	}
	p, err := Parse([]string{"E\u0301te\u0301", "…", "..."})
	if err != nil || fmt.Sprint(p) != "[Été … ...]" {
		t.Errorf("%q, %v", p, err)
	}
}
