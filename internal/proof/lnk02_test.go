package proof

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/store/storetest"
)

// LNK-02: a link that leads in once leads in once, however many press its button at the
// same moment, on two nodes, and some of whom hang up; and the page of everybody else
// is the calm one with a way forward.
func TestLNK02(t *testing.T) {
	t.Parallel()
	w := begin(t, storetest.Postgres(t))
	w.neighboured()
	office := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	_, her := office.open(office.admin, "Mme Sophie Petit", "sophie@petit.example")
	presses := span(100, 500)
	for range span(2, 5) {
		w.nobody().want(http.StatusSeeOther, post("/signin/link", "email", her.email))
		link := "/l/" + string(office.id) + "/" + w.mailed("/l/", her.email)
		var in, calm, cut atomic.Int64
		var crowd sync.WaitGroup
		for n := range presses {
			b := w.nobody()
			if n%2 == 0 {
				b.base = w.base
			}
			crowd.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if n%7 == 3 { // hangs up at once, or a little later
					time.AfterFunc(time.Duration(n)*100*time.Microsecond, cancel)
				}
				r, err := b.request(ctx, post(link))
				w.must(err)
				back, err := client().Do(r)
				if err != nil {
					cut.Add(1)
					return
				}
				defer back.Body.Close() // the head says it all
				switch back.StatusCode {
				case http.StatusSeeOther:
					in.Add(1)
				case http.StatusGone, http.StatusTooManyRequests: // who tries too often waits, whatever the link
					calm.Add(1)
				default:
					t.Errorf("the link is answered with %d", back.StatusCode)
				}
			})
		}
		crowd.Wait()
		// One who hung up may have been the one.
		if in.Load() > 1 || in.Load() == 0 && cut.Load() == 0 || in.Load()+calm.Load()+cut.Load() != int64(presses) {
			t.Errorf("%d came in by one link, %d did not, %d hung up", in.Load(), calm.Load(), cut.Load())
		}
	}
}
