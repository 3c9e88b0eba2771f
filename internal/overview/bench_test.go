package overview_test

import (
	"fmt"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/overview"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// BenchmarkDesk is the desk of a lawyer with ever more spaces, in each of the
// first hundred of which something waits for both sides.
func BenchmarkDesk(b *testing.B) {
	h := documenttest.New(b, store.Config{Dir: b.TempDir()}, document.Config{})
	desk := overview.New(h.Office)
	made := 0
	for _, spaces := range []int{30, 300, 3000} {
		for ; made < spaces; made++ {
			of := h.Space(h.Lead, fmt.Sprint("Client ", made))
			client := h.Member(h.Lead, of, authz.Client, fmt.Sprint("M. ", made))
			if made < 100 {
				h.File(h.Lead, of, "Projet.pdf", []byte("projet"), h.Circles(h.Lead, of).Client)
				h.Deposit(client, of, "Bail.pdf", []byte("bail"))
			}
		}
		b.Run(fmt.Sprint(spaces), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := desk.Desk(b.Context(), h.Lead, space.Page{Limit: 50})
				h.Must(err)
			}
		})
	}
}
