package document_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

func packedBy(t *testing.T, h *documenttest.House, by authz.Actor, in document.Packing) []byte {
	t.Helper()
	p, err := h.Documents.Pack(t.Context(), by, in)
	h.Must(err)
	var out bytes.Buffer
	h.Must(p.WriteTo(t.Context(), &out))
	return out.Bytes()
}

// unpacked reads a package with a program that is not ours, and returns the
// SHA-256 of each file by its name there.
func unpacked(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "paquet.zip")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	const read = `import sys,zipfile,hashlib,json
z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
print(json.dumps({n: hashlib.sha256(z.read(n)).hexdigest() for n in z.namelist()}))`
	out, err := exec.CommandContext(t.Context(), python, "-c", read, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var all map[string]string
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPack: what comes out of the package, opened by another program, are the
// bytes that went in, in their folders, with an index of their hashes; each is
// recorded as a download of its own.
func TestPack(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		client, to := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Circles(h.Lead, in)
		models, err := space.LoadModels()
		h.Must(err)
		f, err := space.NewService(h.Office, models).AddFolder(t.Context(), h.Lead, space.NewFolder{Space: in, Tray: space.FirmTray, Name: "Pièces : 2026"})
		h.Must(err)
		contents := map[string]string{}
		for i, name := range []string{"Bail.pdf", "bail.PDF", "Bail.pdf"} {
			contents[name+strconv.Itoa(i)] = "contenu " + strconv.Itoa(i)
			h.Upload(h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Folder: f.ID, Name: name, Circles: []id.Circle{to.Client}}, []byte("contenu "+strconv.Itoa(i)))
		}
		h.File(h.Lead, in, "=HYPERLINK(1).txt", []byte("formule"), to.Client)
		hidden := h.File(h.Lead, in, "Interne.txt", []byte("interne")).Document
		all := unpacked(t, packedBy(t, h, client, document.Packing{Space: in}))
		if len(all) != 5 {
			t.Errorf("the client packs %v", all)
		}
		sums := map[string]bool{}
		for name, sum := range all {
			sums[sum] = true
			if name != "index.csv" && strings.Contains(name, "ail") && !strings.HasPrefix(name, fold.File("Pièces : 2026")+"/") {
				t.Errorf("%q is not in its folder", name)
			}
		}
		for _, content := range contents {
			sum := sha256.Sum256([]byte(content))
			if !sums[hex.EncodeToString(sum[:])] {
				t.Errorf("%q is not in the package", content)
			}
		}
		if n := h.Kinds(h.Lead)["document.downloaded"]; n != 4 {
			t.Errorf("%d downloads in the journal, want 4", n)
		}
		if _, err := h.Documents.Pack(t.Context(), client, document.Packing{Space: in, Documents: []id.Item{hidden}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("packed what is not hers: %v", err)
		}
		if _, err := h.Documents.Pack(t.Context(), client, document.Packing{Space: in, Tray: space.ClientTray}); !fault.Is(err, fault.Invalid) {
			t.Errorf("packed nothing: %v", err)
		}
	})
}

// TestPackIndex: the index has one line for each document, says what was taken
// away meanwhile, and holds no formula.
func TestPackIndex(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		h.File(h.Lead, in, "=1+1.txt", []byte("formule"))
		gone := h.File(h.Lead, in, "Parti.txt", []byte("parti")).Document
		p, err := h.Documents.Pack(t.Context(), h.Lead, document.Packing{Space: in})
		h.Must(err, h.Documents.Delete(t.Context(), h.Lead, gone))
		var out bytes.Buffer
		h.Must(p.WriteTo(t.Context(), &out))
		z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
		h.Must(err)
		r, err := z.Open("index.csv")
		h.Must(err)
		raw, err := io.ReadAll(r)
		h.Must(err)
		lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
		if err != nil || len(lines) != 3 {
			t.Fatalf("the index: %v, %v", lines, err)
		}
		for _, line := range lines[1:] {
			if strings.HasPrefix(line[0], "=") || strings.HasPrefix(line[1], "=") {
				t.Errorf("a formula: %q", line)
			}
			if left := line[1] == "Parti.txt"; left != (line[0] == "" && line[3] == "") {
				t.Errorf("what was taken away: %q", line)
			}
		}
		if len(z.File) != 2 {
			t.Errorf("%d files in the package", len(z.File))
		}
	})
}

// TestUPL02_PackedNames: hostile names, on any of three systems, stay inside the
// folder they are unpacked to, and each is there once.
func TestUPL02_PackedNames(t *testing.T) {
	raw, err := os.ReadFile("../fold/testdata/hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		n := 0
		for line := range strings.Lines(string(raw)) {
			if n++; n%10 != 0 {
				continue // each tenth of them, which has every kind
			}
			name, err := strconv.Unquote(strings.TrimSpace(line))
			h.Must(err)
			h.File(h.Lead, in, name, fmt.Appendf(nil, "%d", n))
		}
		names := map[string]bool{}
		for name := range unpacked(t, packedBy(t, h, h.Lead, document.Packing{Space: in})) {
			key := fold.Key(name)
			if names[key] {
				t.Errorf("%q is there twice", name)
			}
			names[key] = true
			if name != "index.csv" && fold.File(name) != name || !filepath.IsLocal(name) || strings.ContainsAny(name, `\:*?"<>|`+"\x00") {
				t.Errorf("%q is not safe", name)
			}
		}
		if len(names) < n/20 {
			t.Errorf("%d names of %d", len(names), n/10)
		}
	})
}
