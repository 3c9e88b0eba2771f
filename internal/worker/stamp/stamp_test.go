package stamp

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cenacle/internal/print"
)

// lines are a stamp as it is; nothing of it is in the pages of these tests.
func lines() []string { return []string{"Pièce n° 12\u00a0bis", "Maître d’ouvrage (Łódź)"} }

// long is a PDF of several pages.
func long() []byte {
	var all []print.Line
	for n := range 120 {
		all = append(all, print.Text(11, fmt.Sprintf("Ligne %d du rapport", n)))
	}
	return print.PDF("Rapport", all)
}

// TestTail: what follows a PDF puts the stamp onto each page, or the first, and
// programs of others read all of it: poppler the words of each page, and where they
// stand.
func TestTail(t *testing.T) {
	plain := long()
	for what, raw := range map[string][]byte{
		"a table of objects":  plain,
		"a stream of objects": modern(t, plain),
		"nothing at its end":  bytes.TrimRight(plain, "\n"),
		"stamped before":      stampedOnce(t, plain),
	} {
		for _, first := range []bool{true, false} {
			tail, err := Tail(raw, lines(), first)
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			for n := 1; n <= 3; n++ {
				words := page(t, append(bytes.Clone(raw), tail...), n)
				if want := n == 1 || !first; strings.Contains(words, "Pièce n° 12 bis") != want || strings.Contains(words, "Maître d’ouvrage (?ódz)") != want {
					t.Errorf("%s, on the first alone %v, page %d reads %q", what, first, n, words)
				}
				if !strings.Contains(words, "du rapport") {
					t.Errorf("%s: page %d has lost its words: %q", what, n, words)
				}
			}
		}
	}
}

// TestPlace: the stamp stands upright in the upper right corner of what is seen.
func TestPlace(t *testing.T) {
	s := newSeal([]string{"Pièce n° 1"})
	for _, turned := range []int{0, 90, 180, 270, -90, 450} {
		raw := bytes.Replace(long(), []byte("/MediaBox[0 0 595 842]"), fmt.Appendf(nil, "/MediaBox[0 0 595 842]/Rotate %d", turned), 1)
		raw = repaired(raw)
		tail, err := Tail(raw, s.lines, true)
		if err != nil {
			t.Errorf("turned by %d: %v", turned, err)
			continue
		}
		wide, tall, x, y := found(t, append(raw, tail...), "Pièce")
		if x < wide/2 || y > tall/8 {
			t.Errorf("turned by %d: the stamp stands at %.0f, %.0f of %.0f, %.0f", turned, x, y, wide, tall)
		}
	}
}

// TestRefused: what cannot be appended to is refused, and nothing panics for it.
func TestRefused(t *testing.T) {
	plain := long()
	locked := bytes.Replace(plain, []byte("/Root 1 0 R"), []byte("/Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O<00>/U<00>/P -4>>"), 1)
	for what, raw := range map[string][]byte{
		"nothing":           nil,
		"no PDF":            []byte("%PNG"),
		"before its header": append([]byte("x\n"), plain...),
		"cut":               plain[:len(plain)/2],
		"no table there":    bytes.Replace(plain, []byte("startxref\n"), []byte("startxref\n9"), 1),
		"locked":            locked,
	} {
		if tail, err := Tail(raw, lines(), false); err == nil || tail != nil {
			t.Errorf("%s has a stamp of %d bytes", what, len(tail))
		}
	}
	for n := 0; n < len(plain); n += 97 { // one byte of it is another
		raw := bytes.Clone(plain)
		raw[n] ^= 0x55
		if _, err := Tail(raw, lines(), false); err != nil && !errors.Is(err, errDamaged) && !errors.Is(err, errLocked) {
			t.Errorf("byte %d: %v", n, err)
		}
	}
}

func stampedOnce(t *testing.T, raw []byte) []byte {
	t.Helper()
	tail, err := Tail(raw, []string{"Reçu le 3"}, false)
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(raw), tail...)
}

// modern is a PDF whose objects stand in a stream, as office programs write them: an
// update of nothing, with such a stream in the place of a table.
func modern(t *testing.T, raw []byte) []byte {
	t.Helper()
	at, _, err := section(raw)
	if err != nil {
		t.Fatal(err)
	}
	u := update{next: 5 + 2*bytes.Count(raw, []byte("/Type/Page/"))}
	for n := 1; n < u.next; n++ {
		u.written = append(u.written, written{n, 0, bytes.Index(raw, fmt.Appendf(nil, "\n%d 0 obj", n)) + 1})
	}
	var index, entries strings.Builder
	fmt.Fprintf(&index, "1 %d %d 1", len(u.written), u.next)
	for _, w := range append(u.written, written{at: at}) {
		fmt.Fprintf(&entries, "01 %08x 0000\n", w.at)
	}
	out := bytes.Clone(raw[:at])
	return fmt.Appendf(out, "%d 0 obj\n<</Type/XRef/Size %d/Root 1 0 R/W[1 4 2]/Index[%s]/Filter/ASCIIHexDecode/Length %d>>\nstream\n%s>\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
		u.next, u.next+1, index.String(), entries.Len()+1, entries.String(), at)
}

// repaired is a PDF of package print whose objects have moved, with a table that says so.
func repaired(raw []byte) []byte {
	at := bytes.LastIndex(raw, []byte("xref\n0 "))
	out := bytes.Clone(raw[:at])
	n := 5 + 2*bytes.Count(raw, []byte("/Type/Page/"))
	out = fmt.Appendf(out, "xref\n0 %d\n0000000000 65535 f \n", n)
	for i := 1; i < n; i++ {
		out = fmt.Appendf(out, "%010d 00000 n \n", bytes.Index(raw, fmt.Appendf(nil, "\n%d 0 obj", i))+1)
	}
	return fmt.Appendf(out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", n, at)
}

// poppler asks one of its programs about a PDF.
func poppler(t *testing.T, raw []byte, program string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var said, wrong bytes.Buffer
	c := exec.Command(program, append(args, path, "-")...)
	c.Stdout, c.Stderr = &said, &wrong
	if err := c.Run(); err != nil || wrong.Len() > 0 {
		t.Fatalf("%s: %v: %s", program, err, wrong.String())
	}
	return said.String()
}

func page(t *testing.T, raw []byte, n int) string {
	t.Helper()
	return strings.ReplaceAll(poppler(t, raw, "pdftotext", "-enc", "UTF-8", "-f", fmt.Sprint(n), "-l", fmt.Sprint(n)), "\u00a0", " ")
}

// found is where a word stands on the first page, and how large that is.
func found(t *testing.T, raw []byte, word string) (wide, tall, x, y float64) {
	t.Helper()
	for line := range strings.Lines(poppler(t, raw, "pdftotext", "-bbox", "-f", "1", "-l", "1")) {
		line = strings.TrimSpace(line)
		var x2, y2 float64
		if _, err := fmt.Sscanf(line, `<page width="%f" height="%f">`, &wide, &tall); err == nil {
			continue
		}
		if !strings.Contains(line, ">"+word+"<") {
			continue
		}
		if _, err := fmt.Sscanf(line, `<word xMin="%f" yMin="%f" xMax="%f" yMax="%f">`, &x, &y, &x2, &y2); err == nil {
			return wide, tall, x, y
		}
	}
	t.Fatalf("%q is not on the page", word)
	return 0, 0, 0, 0
}
