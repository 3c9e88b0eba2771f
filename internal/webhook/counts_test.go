package webhook_test

import (
	"net/http"
	"testing"

	"cenacle/internal/webhook"
)

func TestCounts(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		counts := func(want webhook.Counts) {
			t.Helper()
			got, err := o.hooks.Counts(t.Context(), o.Lead.Firm)
			if o.Must(err); got != want {
				t.Errorf("counted %+v, want %+v", got, want)
			}
		}
		counts(webhook.Counts{})
		r := receive(t)
		w, _ := o.create(o.Lead, r.URL, "document")
		o.file("a.txt")
		o.settle()
		counts(webhook.Counts{}) // delivered
		r.answers(func(message) int { return http.StatusServiceUnavailable })
		o.file("b.txt")
		o.file("c.txt")
		o.settle()
		now := o.show(o.Lead, w.ID)
		if now.Waiting == 0 {
			t.Errorf("nothing waits: %+v", now)
		}
		counts(webhook.Counts{Waiting: int64(now.Waiting), Failed: int64(now.Failed)})
	})
}
