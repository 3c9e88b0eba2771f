package preview_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/preview"
	"cenacle/internal/space"
)

// snap is a photograph of a white sheet that lies askew on a table, taller than
// wide; with held, the camera says that it was turned so.
func snap(t *testing.T, held byte) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	corners := [4][2]int{{150, 110}, {620, 160}, {560, 860}, {90, 790}}
	inside := func(x, y int) bool {
		for i, a := range corners {
			b := corners[(i+1)%4]
			if (b[0]-a[0])*(y-a[1])-(b[1]-a[1])*(x-a[0]) < 0 {
				return false
			}
		}
		return true
	}
	p := image.NewRGBA(image.Rect(0, 0, 720, 960))
	for y := range 960 {
		for x := range 720 {
			c := color.RGBA{92, 66, 44, 255}
			if inside(x, y) {
				c = color.RGBA{236, 236, 230, 255}
			}
			grain := uint8(r.IntN(12))
			p.SetRGBA(x, y, color.RGBA{c.R + grain, c.G + grain, c.B + grain, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	if held == 0 {
		return b.Bytes()
	}
	notes := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(held) + "\x00\x00\x00\x00\x00\x00"
	head := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(notes) + 2)}, notes...)
	return append(head, b.Bytes()[2:]...)
}

// TestStraighten makes a PDF of the sheet in a photograph, beside it: deposited by
// the client who photographed, with a line of the journal that ties the digests.
func TestStraighten(t *testing.T) {
	documenttest.Each(t, document.Config{Readers: readers(t)}, func(t *testing.T, h *documenttest.House) {
		ctx, p := t.Context(), previews(h)
		in := h.Space(h.Lead, "Petit")
		client, other := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Member(h.Lead, in, authz.Client, "M. Petit")
		raw := snap(t, 0)
		photo := h.Deposit(client, in, "IMG_2041.jpg", raw).Document
		ask := preview.Straightening{Photo: photo, Name: func(title string) string { return title + " droit.pdf" }}
		if found, err := p.Sheet(ctx, client, photo); err != nil || !found {
			t.Fatalf("there is a sheet: %t, %v", found, err)
		}
		made, err := p.Straighten(ctx, client, ask)
		h.Must(err)
		d, err := h.Documents.Show(ctx, client, made)
		h.Must(err)
		if d.Title != "IMG_2041 droit.pdf" || d.Current.Media != "application/pdf" || d.Tray != space.ClientTray || d.Deposit == "" {
			t.Errorf("it is %q, %s, in %s", d.Title, d.Current.Media, d.Tray)
		}
		l := looking{t, h, p, client}
		if got := l.leaves(made); got.Pages != 1 {
			t.Errorf("it has %+v", got)
		}
		if !bytes.Equal(h.Read(client, photo, ""), raw) {
			t.Error("the photograph was touched")
		}
		sum := sha256.Sum256(raw)
		tied := 0
		for _, line := range h.Journal(h.Lead) {
			if line.Kind == "document.deposited" && strings.Contains(string(line.Details), hex.EncodeToString(sum[:])) && strings.Contains(string(line.Details), hex.EncodeToString(d.Current.SHA256[:])) {
				tied++
			}
		}
		if tied != 1 {
			t.Errorf("%d lines of the journal tie the two", tied)
		}
		for name, by := range map[string]authz.Actor{"her": client, "the firm's side": h.Lead} {
			if again, err := p.Straighten(ctx, by, ask); err != nil || again != made {
				t.Errorf("asked again by %s: %s, %v", name, again, err)
			}
		}
		if _, err := p.Straighten(ctx, other, ask); !fault.Is(err, fault.Invalid) {
			t.Errorf("another client straightens it: %v", err)
		}
		flat := seen(t, p, client, photo)
		if w, h := flat.Bounds().Dx(), flat.Bounds().Dy(); w*3 > h*2+h/4 || w*2 < h {
			t.Errorf("the sheet is shown %d × %d", w, h)
		}
		if r, _, _, _ := flat.At(4, 4).RGBA(); r < 0xb000 {
			t.Errorf("its corner is %x: the table is still there", r)
		}
	})
}

// seen is how the sheet in a photograph is shown.
func seen(t *testing.T, p *preview.Service, by authz.Actor, of id.Item) image.Image {
	t.Helper()
	c, err := p.Show(t.Context(), by, preview.Glimpse{Item: of, Straight: true}, say)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(c.Reader)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestStraightenAsItWasHeld: a photograph that was taken with the camera turned
// is straightened upright; on the firm's side what comes of it is the firm's.
func TestStraightenAsItWasHeld(t *testing.T) {
	documenttest.Each(t, document.Config{Readers: readers(t)}, func(t *testing.T, h *documenttest.House) {
		p := previews(h)
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		photo := h.Deposit(client, in, "IMG.jpg", snap(t, 6)).Document
		flat := seen(t, p, h.Lead, photo).Bounds()
		if flat.Dx() <= flat.Dy() {
			t.Errorf("a sheet that was turned is shown %v", flat)
		}
		made, err := p.Straighten(t.Context(), h.Lead, preview.Straightening{Photo: photo, Name: func(string) string { return "droit.pdf" }})
		h.Must(err)
		d, err := h.Documents.Show(t.Context(), h.Lead, made)
		h.Must(err)
		if d.Tray != space.FirmTray {
			t.Errorf("it is in %s", d.Tray)
		}
		if _, err := h.Documents.Show(t.Context(), client, made); !fault.Is(err, fault.NotFound) {
			t.Errorf("the client sees it: %v", err)
		}
	})
}

// TestNoSheetIsMadeOf: a photograph without a sheet, and what is no photograph,
// are left alone.
func TestNoSheetIsMadeOf(t *testing.T) {
	documenttest.Each(t, document.Config{Readers: readers(t)}, func(t *testing.T, h *documenttest.House) {
		p := previews(h)
		in := h.Space(h.Lead, "Petit")
		night := image.NewGray(image.Rect(0, 0, 500, 400))
		var b bytes.Buffer
		h.Must(jpeg.Encode(&b, night, nil))
		for name, raw := range map[string][]byte{"nuit.jpg": b.Bytes(), "coupée.jpg": snap(t, 0)[:900], "note.txt": []byte("une note")} {
			of := h.File(h.Lead, in, name, raw).Document
			if found, err := p.Sheet(t.Context(), h.Lead, of); err != nil || found {
				t.Errorf("%s: a sheet is found: %t, %v", name, found, err)
			}
			if _, err := p.Straighten(t.Context(), h.Lead, preview.Straightening{Photo: of, Name: func(s string) string { return s }}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s is straightened: %v", name, err)
			}
		}
	})
}
