package room_test

import (
	"fmt"
	"testing"
	"time"

	"cenacle/internal/circle"
	"cenacle/internal/diffusion"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/web/webtest"
)

// TestMemoOfADiffusion: it leads its author to all that became of the diffusion, and tells
// nobody else that it was not for her alone.
func TestMemoOfADiffusion(t *testing.T) {
	s := open(t)
	all := diffusion.NewService(s.Office, time.UTC)
	of, err := all.Prepare(t.Context(), s.Lead.Actor, diffusion.New{
		Words: diffusion.Words{Subject: "Congés", Body: "Fermé."}, Spaces: []id.Space{s.Space}, To: circle.All,
	})
	s.must(err)
	v, err := all.Show(t.Context(), s.Lead.Actor, of)
	s.must(err)
	s.must(all.Send(t.Context(), s.Lead.Actor, diffusion.Sending{Diffusion: of, Seen: v.Seen}))
	v, err = all.Show(t.Context(), s.Lead.Actor, of)
	s.must(err)
	s.must(all.Run(t.Context(), s.Firm, outbox.Job{Kind: diffusion.RunJob, Payload: fmt.Appendf(nil, `{"diffusion":%q,"at":"%d"}`, of, v.At.UnixMicro())}))

	link := "a[href='/f/" + string(s.Firm) + "/diffusions/" + string(of) + "']"
	if n := len(s.page(s.Lead).All(link)); n != 1 {
		t.Errorf("its author is led to it by %d links", n)
	}
	for _, by := range []*webtest.Player{s.Colleague, s.Client} {
		page := s.page(by)
		page.One("main").Says("Fermé.")
		if n := len(page.All(link)); n != 0 {
			t.Errorf("%s is led to it by %d links", by.Name, n)
		}
	}
}
