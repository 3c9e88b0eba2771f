package memo_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/store"
)

// BenchmarkWrite is a memo to the client: sealed, addressed, journalled and
// durable, while the sequencer signs; by one person, and by eight in spaces of
// their own.
func BenchmarkWrite(b *testing.B) {
	for _, people := range []int{1, 8} {
		b.Run(fmt.Sprint(people), func(b *testing.B) { write(b, people) })
	}
}

func write(b *testing.B, people int) {
	h := documenttest.New(b, store.Config{Dir: b.TempDir()}, document.Config{})
	sequencer := act.NewSequencer(h.Office, slog.New(slog.DiscardHandler))
	h.Office.Woken = sequencer.Wake
	ctx, end := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { h.Must(sequencer.Run(ctx)) })
	defer running.Wait()
	defer end()
	memos := memo.NewService(h.Office)
	var desks []memo.New
	for range people {
		s := h.Space(h.Lead, "Mme Petit")
		h.Member(h.Lead, s, authz.Client, "Mme Petit")
		desks = append(desks, memo.New{
			Space: s, Subject: "Point", Circles: []id.Circle{h.Circles(h.Lead, s).Client},
			Body: "Le rendez-vous est confirmé. " + strings.Repeat("Bien à vous. ", 10),
		})
	}
	before := h.Store.Stats()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	var crowd sync.WaitGroup
	for _, n := range desks {
		crowd.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := memos.Write(ctx, h.Lead, n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	crowd.Wait()
	b.StopTimer()
	after := h.Store.Stats()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "memos/s")
	b.ReportMetric(float64(after.Commits-before.Commits)/float64(b.N), "commits/memo")
}
