package document_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// BenchmarkPut is a document of 50 KB for the client: sealed, filed, journalled
// and durable, while the sequencer signs; by one person, and by eight at once.
func BenchmarkPut(b *testing.B) {
	for _, people := range []int{1, 8} {
		b.Run(fmt.Sprint(people), func(b *testing.B) { put(b, people) })
	}
}

func put(b *testing.B, people int) {
	h := documenttest.New(b, store.Config{Dir: b.TempDir()}, document.Config{})
	sequencer := act.NewSequencer(h.Office, slog.New(slog.DiscardHandler))
	h.Office.Woken = sequencer.Wake
	ctx, end := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { h.Must(sequencer.Run(ctx)) })
	defer running.Wait()
	defer end()
	in := h.Space(h.Lead, "Mme Petit")
	h.Member(h.Lead, in, authz.Client, "Mme Petit")
	to := []id.Circle{h.Circles(h.Lead, in).Client}
	noise := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(noise) // never fails
	before := h.Store.Stats()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	var crowd sync.WaitGroup
	for range people {
		crowd.Go(func() {
			for n := left.Add(-1); n >= 0; n = left.Add(-1) {
				at := n * 4099 % (int64(len(noise)) - 50_000)
				_, err := h.Documents.Put(ctx, h.Lead, document.BeginUpload{
					Space: in, Tray: space.FirmTray, Name: fmt.Sprintf("Justificatif %d.pdf", n), Size: 50_000, Circles: to,
				}, bytes.NewReader(noise[at:at+50_000]))
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	crowd.Wait()
	b.StopTimer()
	after := h.Store.Stats()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
	b.ReportMetric(float64(after.Commits-before.Commits)/float64(b.N), "commits/document")
}
