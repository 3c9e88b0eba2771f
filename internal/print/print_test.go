package print

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// words reads a PDF by a program of others, which has nothing to say against it.
func words(t *testing.T, raw []byte) []string {
	t.Helper()
	var out, wrong bytes.Buffer
	c := exec.Command("pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(raw), &out, &wrong
	if err := c.Run(); err != nil || wrong.Len() > 0 {
		t.Fatalf("pdftotext: %v: %s", err, wrong.String())
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\f"), "\f")
}

// TestPDF: lines wrap and go on to a next page, cells stand in their columns, what joins
// stays together, and the same words make the same bytes.
func TestPDF(t *testing.T) {
	at := []float64{0, 60, 300}
	var all []Line
	for n := range 80 {
		all = append(all,
			Line{Cells: []string{fmt.Sprint(n), fmt.Sprintf("Intitulé %d qui est assez long pour ne pas tenir sur une seule ligne", n), "lundi"}, At: at, Size: 10, Above: 4, Joins: true},
			Line{Cells: []string{fmt.Sprintf("suite de %d", n)}, Size: 8})
	}
	raw := PDF("Bordereau", append(all, Line{Cells: []string{strings.Repeat("a", 400)}, Size: 10, Bold: true}))
	if !bytes.Equal(raw, PDF("Bordereau", append(all, Line{Cells: []string{strings.Repeat("a", 400)}, Size: 10, Bold: true}))) {
		t.Error("the same words make other bytes")
	}
	pages := words(t, raw)
	for i, p := range pages {
		if !strings.Contains(p, fmt.Sprintf("Bordereau – %d/%d", i+1, len(pages))) {
			t.Errorf("page %d has another foot: %q", i+1, p)
		}
	}
	seen := strings.Join(pages, "\n")
	if got := strings.Count(seen, "aaa"); len(pages) < 4 || got == 0 || strings.Count(seen, "a")-strings.Count(seen, "Bordereau") < 400 {
		t.Errorf("%d pages; the long word is not whole", len(pages))
	}
	for n := range 80 {
		var on []int
		for i, p := range pages {
			if strings.Contains(p, fmt.Sprintf("Intitulé %d qui", n)) || strings.Contains(p, fmt.Sprintf("suite de %d\n", n)) {
				on = append(on, i)
			}
		}
		if len(on) != 1 {
			t.Errorf("line %d and what joins it are on pages %v", n, on)
		}
	}
}

// TestEncode: letters that a page does not have become the nearest that it has, and
// nothing in words means anything to a reader of PDF.
func TestEncode(t *testing.T) {
	for in, want := range map[string]string{"Œuvre – d’été à 5 €": "Œuvre – d’été à 5 €", "Şahin Łódź": "Sahin ?ódz", "工": "?", "a\nb": "a?b", "": ""} {
		got := words(t, PDF("x", []Line{Text(10, in)}))[0]
		if strings.TrimSpace(strings.Split(got, "\n")[0]) != want && in != "a\nb" && want != "" {
			t.Errorf("%q is written %q", in, got)
		}
	}
	if got := Literal(`)(\ > endstream`); strings.Trim(got, "<>0123456789abcdef") != "" {
		t.Errorf("a literal of %q", got)
	}
	if string(Encode("a\nb")) != "a?b" {
		t.Errorf("a line break is %q", Encode("a\nb"))
	}
}
