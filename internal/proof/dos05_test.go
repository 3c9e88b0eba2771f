package proof

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// DOS-05: whoever has somebody mailed again and again, by every form that anybody may
// send and by an old link of hers, has her mailed five times in an hour.
func TestDOS05(t *testing.T) {
	t.Parallel()
	w := begin(t, temporary(t))
	office := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	_, her := office.open(office.admin, "Mme Sophie Petit", "sophie@petit.example")
	w.nobody().want(http.StatusSeeOther, post("/signin/link", "email", her.email))
	old := "/l/" + string(office.id) + "/" + w.mailed("/l/", her.email)
	for _, victim := range []string{her.email, office.admin.email} {
		w.pass(2 * time.Hour) // what came before is forgotten
		before := w.mails(victim)
		var busy atomic.Int64
		for range 5 {
			var crowd sync.WaitGroup // each answer takes its time, whatever the address
			for range 18 {           // one source is stopped after twenty
				crowd.Go(func() {
					w.nobody().do(post("/signin/link", "email", victim))
					if victim == her.email {
						if a := w.nobody().do(post(old + "/renew")); a.status == http.StatusTooManyRequests {
							busy.Add(1)
						}
					}
				})
			}
			crowd.Wait()
			w.pass(11 * time.Minute)
		}
		if n := w.mails(victim) - before; n == 0 || n > 5 {
			t.Errorf("%s was mailed %d times within an hour", victim, n)
		}
		if victim == her.email && busy.Load() == 0 {
			t.Error("an old link never said that it was enough")
		}
		w.pass(time.Hour)
		again := w.mails(victim)
		w.nobody().want(http.StatusSeeOther, post("/signin/link", "email", victim))
		w.settle()
		if w.mails(victim) != again+1 {
			t.Errorf("%s is mailed no more, an hour later", victim)
		}
	}
}

// mails is how many mails an address has got.
func (w *world) mails(to string) (n int) {
	w.t.Helper()
	w.settle()
	all, err := w.server.Mailbox.List(w.t.Context(), 500)
	w.must(err)
	for _, m := range all {
		if m.To == to {
			n++
		}
	}
	return n
}
