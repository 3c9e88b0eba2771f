package dav_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// TestListingOfAThousand: one question shows a folder of 1,000 documents, to
// each what she may see, in the time of a page.
func TestListingOfAThousand(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c, her := s.drive(s.Lead), s.drive(s.Client)
	room2026, err := s.Spaces.AddFolder(t.Context(), s.Lead.Actor, space.NewFolder{Space: s.Space, Tray: space.SharedTray, Name: "2026"})
	s.must(err)
	for i := range 1000 {
		in := document.BeginUpload{Space: s.Space, Tray: space.SharedTray, Folder: room2026.ID, Name: fmt.Sprintf("Pièce n° %d.pdf", i/2)}
		if i%4 == 0 {
			in.Circles = []id.Circle{s.House.Client}
		}
		_, err := s.Documents.File(t.Context(), s.Lead.Actor, in, strings.NewReader(in.Name))
		s.must(err)
	}
	for _, one := range []struct {
		client
		want int
	}{{c, 1001}, {her, 251}} {
		best := time.Hour
		for range 5 {
			began := time.Now()
			r := one.ask("PROPFIND", s.at(room, shared, "2026"), "", "Depth", "1")
			best = min(best, time.Since(began))
			if n := strings.Count(r.body, "<D:response>"); n != one.want {
				t.Fatalf("%d of %d are listed", n, one.want)
			}
		}
		t.Logf("%d documents in %s", one.want-1, best)
		if best > 2*time.Second { // tens of milliseconds on a machine that does nothing else
			t.Errorf("a listing takes %s", best)
		}
	}
	if seen := len(c.read(c.ask("PROPFIND", s.at(room, shared, "2026"), "", "Depth", "1"))); seen != 1001 {
		t.Errorf("only %d different names", seen)
	}
}
