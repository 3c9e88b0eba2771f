package agenda_test

import (
	"fmt"
	"testing"

	"cenacle/internal/agenda"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// BenchmarkNext is what a desk asks of the agenda, for a lawyer with ever more
// spaces, in each of which something comes.
func BenchmarkNext(b *testing.B) {
	h := documenttest.New(b, store.Config{Dir: b.TempDir()}, document.Config{})
	r := room{House: h, agendas: agenda.New(h.Office, h.Clock.Now().Location(), periods(b))}
	made := 0
	for _, spaces := range []int{30, 300, 3000} {
		for ; made < spaces; made++ {
			of := h.Space(h.Lead, fmt.Sprint("Client ", made))
			_, err := r.agendas.Add(b.Context(), h.Lead, agenda.Adding{Space: of, Entry: r.hearing("Audience", made%90), Circles: []id.Circle{h.Circles(h.Lead, of).Firm}})
			h.Must(err)
		}
		b.Run(fmt.Sprint(spaces), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, err := r.agendas.List(b.Context(), h.Lead, agenda.Query{From: h.Clock.Now(), Limit: 5})
				h.Must(err)
			}
		})
	}
}
