package document_test

import (
	"crypto/sha256"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/space"
)

// TestLargeFile takes a file of 48 MB, and with CENACLE_TEST_LONG=1 one of 4 GB
// and a little, and gives it back to the byte without holding it in memory.
func TestLargeFile(t *testing.T) {
	size := int64(48<<20 + 5)
	if os.Getenv("CENACLE_TEST_LONG") == "1" {
		size = 4<<30 + 5
	}
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		sent, came := sha256.New(), sha256.New()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		u, err := h.Documents.Put(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "Film.mp4", Size: size},
			io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{7}), size), sent))
		h.Must(err)
		c, err := h.Documents.Content(t.Context(), h.Lead, document.Want{Item: u.Document, Purpose: document.Download})
		h.Must(err)
		n, err := io.Copy(came, c.Reader)
		h.Must(err, c.Reader.Close())
		runtime.ReadMemStats(&after)
		if n != size || sum(sent) != sum(came) || c.SHA256 != sum(sent) || c.Size != size {
			t.Errorf("%d bytes come back of %d", n, size)
		}
		if grown := int64(after.Sys) - int64(before.Sys); grown > 64<<20 {
			t.Errorf("it took %d MB of memory", grown>>20)
		}
	})
}

func sum(h hash.Hash) [32]byte { return [32]byte(h.Sum(nil)) }
