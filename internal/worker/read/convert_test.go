package read

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

// TestBearable: what LibreOffice could lay out nowhere is not given to it, whatever
// its directory says and whatever its parts are called; pictures count for nothing.
func TestBearable(t *testing.T) {
	noise := make([]byte, 4<<20)
	rand.Read(noise) // never fails: crypto/rand ends the program instead
	row := func(i int) string {
		return strings.Repeat("<c r=\"A\"><v>1</v></c>", i%7+1) + string(rune('a'+i%26)) + "\n"
	}
	table := func(mib int) []byte {
		var b bytes.Buffer
		for i := 0; b.Len() < mib<<20; i++ {
			b.WriteString(row(i * i))
			b.Write(noise[i%len(noise)/2:][:8]) // so that it is no bomb by its ratio
		}
		return b.Bytes()
	}
	method := map[bool]uint16{false: zip.Deflate, true: zip.Store}
	for _, c := range []struct {
		name  string
		parts map[string][]byte
		want  error
	}{
		{"a letter", map[string][]byte{"word/document.xml": table(1)}, nil},
		{"a letter with large pictures", map[string][]byte{"word/document.xml": table(1), "media/b.png": bytes.Repeat(noise, 7)}, nil},
		{"a table", map[string][]byte{"xl/worksheets/sheet1.xml": table(10)}, nil},
		{"a table of a million rows", map[string][]byte{"xl/worksheets/sheet1.xml": table(26)}, errBomb},
		{"the same under another name", map[string][]byte{"media/a.png": table(26)}, errBomb},
		{"two halves of it", map[string][]byte{"a.xml": table(13), "b.xml": table(13)}, errBomb},
		{"one letter many million times", map[string][]byte{"a.xml": bytes.Repeat([]byte("x"), 26<<20)}, errBomb},
	} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for name, content := range c.parts {
			part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method[strings.HasPrefix(name, "media/b")]})
			if err == nil {
				_, err = part.Write(content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := bearable(b.Bytes()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if err := bearable([]byte("\xd0\xcf\x11\xe0 a document of 1997")); err != nil {
		t.Errorf("what is no archive: %v", err)
	}
}
