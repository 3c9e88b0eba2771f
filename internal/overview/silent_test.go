package overview_test

import (
	"testing"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
)

// unread is the line about what the client has not read, as the firm's side sees it.
func (r room) unread(what item.Kind) (out overview.Wait) {
	r.T.Helper()
	for _, w := range r.waits(r.Lead) {
		if w.Kind == overview.ToRead && w.What == what && w.Who == r.client.Person {
			out = w
		}
	}
	return out
}

// TestSilence: another way is due three days after something was sent to somebody from
// outside the firm, whenever it was made, and three days after it has become new again;
// never to the person herself.
func TestSilence(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		expect := func(when string, what item.Kind, want bool) {
			t.Helper()
			if w := r.unread(what); w.Silent != want {
				t.Errorf("%s: %+v, silent %v", when, w, want)
			}
			for _, w := range r.waits(r.client) {
				if w.Silent {
					t.Errorf("%s: the client is told so herself: %+v", when, w)
				}
			}
		}
		doc := r.File(r.Lead, r.space, "Projet.pdf", []byte("projet")).Document
		r.Clock.Advance(10 * 24 * time.Hour)
		r.Must(r.Documents.Address(ctx, r.Lead, document.Send{Item: doc, Circles: []id.Circle{r.is.Client}}))
		sent := r.Clock.Now()
		m, _ := r.write(r.Lead, memo.New{Subject: "s", Body: "b", Circles: []id.Circle{r.is.Client}})
		if w := r.unread(item.Document); w.Since.Sub(sent).Abs() > time.Minute {
			t.Errorf("it waits since %v, was sent at %v", w.Since, sent)
		}
		r.Clock.Advance(3*24*time.Hour - time.Minute)
		expect("before", item.Document, false)
		expect("before", item.Memo, false)
		r.Clock.Advance(time.Minute)
		expect("after three days", item.Document, true)
		expect("after three days", item.Memo, true)
		r.Must(r.memos.Read(ctx, r.client, r.space, []id.Item{m}))
		expect("read", item.Memo, false)
		r.Read(r.client, doc, "")
		r.Clock.Advance(10 * 24 * time.Hour)
		r.Upload(r.Lead, document.BeginUpload{Space: r.space, Replaces: doc, Name: "Projet.pdf"}, []byte("second"))
		expect("new again", item.Document, false)
		r.Clock.Advance(3 * 24 * time.Hour)
		expect("new for three days", item.Document, true)
	})
}
