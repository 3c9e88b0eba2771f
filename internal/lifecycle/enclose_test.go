package lifecycle_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/mail"
	"cenacle/internal/space"
)

// files puts a document of the firm before the client, of a nature.
func (r *told) files(name string, content []byte, n authz.Nature) id.Item {
	r.Helper()
	r.clock.Advance(time.Millisecond)
	u, err := r.documents.Begin(r.Context(), r.lawyer, document.BeginUpload{
		Space: r.ID, Tray: space.FirmTray, Name: name, Size: int64(len(content)), Circles: r.circles,
	})
	r.must(err)
	if !u.Done {
		u, err = r.documents.Append(r.Context(), r.lawyer, u.ID, 0, bytes.NewReader(content))
		r.must(err)
	}
	if n != authz.NatureNone {
		r.must(r.documents.Classify(r.Context(), r.lawyer, u.Document, n))
	}
	return u.Document
}

// carried is what the next mail to the client carries; what it told of is read then.
func (r *told) carried(sent ...id.Item) mail.Message {
	r.Helper()
	before := len(r.mails(client))
	r.later()
	all := r.mails(client)
	if len(all) != before+1 {
		r.Fatalf("%d mails, want one more than %d", len(all), before)
	}
	for _, it := range sent {
		r.markRead(authz.Actor{Person: r.claire}, it)
	}
	_, _, err := r.invitations.Use(r.Context(), r.firm, r.token(r.path(all[len(all)-1])), at("192.0.2.1"))
	r.must(err)
	return all[len(all)-1]
}

func names(m mail.Message) string {
	var out []string
	for _, f := range m.Files {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

// TestOUT05_EnclosedWhereChosen: a mail carries a document only where the lawyer who answers
// for the space chose so, of what was sent since and while it stands, of the natures that
// a lawyer has said to be made for others, as far as it fits; byte for byte, and the
// journal says first which bytes. Its reader has read nothing by that.
func TestOUT05_EnclosedWhereChosen(t *testing.T) {
	each(t, func(w *world) {
		r := w.told()
		wants := func(what, want string, m mail.Message) {
			w.Helper()
			if got := names(m); got != want {
				w.Errorf("%s: the mail carries %q, want %q", what, got, want)
			}
		}
		content := []byte("%PDF-1.7 une lettre")
		wants("a space that opens", "", r.carried(r.files("neutre.pdf", content, authz.NatureOfficial)))
		r.level(circle.Titles)
		wants("at the level of titles", "", r.carried(r.files("titre.pdf", content, authz.NatureOfficial)))
		early := r.files("avant.pdf", content, authz.NatureOfficial)
		r.level(circle.Enclosed)
		wants("sent before it was chosen", "", r.carried(early))

		var all []id.Item
		for _, n := range authz.Natures() {
			all = append(all, r.files(fmt.Sprintf("nature-%s.pdf", n), content, n))
		}
		m := r.carried(all...)
		wants("of each nature", "nature-officielle.pdf nature-piece.pdf", m)
		if len(m.Files) != 2 || !bytes.Equal(m.Files[0].Data, content) || m.Files[0].Media != "application/pdf" || !strings.Contains(m.Text, "2 de ces documents") {
			w.Errorf("the mail carries %+v\n%s", m.Files, m.Text)
		}
		if n := w.count(countEntries, "notice.enclosed"); n != 1 {
			w.Errorf("%d lines of mails that carry documents, want 1", n)
		}

		big := r.files("grand.bin", make([]byte, lifecycle.EnclosedSize+1), authz.NatureExhibit)
		small := r.files("petit.bin", make([]byte, lifecycle.EnclosedSize), authz.NatureExhibit)
		wants("what does not fit", "petit.bin", r.carried(big, small))

		all = nil
		for i := range 7 {
			all = append(all, r.files(fmt.Sprintf("%d.txt", i), content, authz.NatureExhibit))
		}
		r.must(r.documents.Delete(r.Context(), r.lawyer, all[0]))
		wants("seven, and one taken back", "1.txt 2.txt 3.txt 4.txt 5.txt", r.carried(all[1:]...))

		w.signed(paulAt, r.Space)
		last := r.files("dernier.pdf", content, authz.NatureOfficial)
		wants("to the client", "dernier.pdf", r.carried())
		if colleague := w.mails(paulAt); names(colleague[len(colleague)-1]) != "" {
			w.Error("a colleague is sent what she has in her space")
		}
		read, err := w.documents.Show(w.Context(), w.lawyer, last)
		w.must(err)
		for _, by := range read.Readers {
			if by.Person == r.claire {
				w.Error("what a mail carries is held to be read")
			}
		}
		r.markRead(authz.Actor{Person: r.claire}, last)
		lowered := r.files("retiré.pdf", content, authz.NatureOfficial)
		r.level(circle.Neutral)
		wants("lowered before it left", "", r.carried(lowered))
	})
}

// light is a post that takes no mail that carries a file, for good.
type light struct {
	mail.Sender
	refused atomic.Int64
}

func (l *light) Send(ctx context.Context, m mail.Message) error {
	if len(m.Files) > 0 {
		l.refused.Add(1)
		return fault.New(fault.Invalid, "mail.refused").Because(errors.New("code 552 5.3.4"))
	}
	return l.Sender.Send(ctx, m)
}

// TestRefusedWithItsFiles: what a mailbox does not take with its files it is sent without
// them, and the journal has both.
func TestRefusedWithItsFiles(t *testing.T) {
	post := new(light)
	eachPost(t, func(s mail.Sender) mail.Sender { post.Sender = s; post.refused.Store(0); return post }, func(w *world) {
		r := w.told()
		r.level(circle.Enclosed)
		m := r.carried(r.files("lettre.pdf", []byte("%PDF-1.7"), authz.NatureOfficial))
		if post.refused.Load() != 1 || len(m.Files) > 0 || !strings.Contains(m.Text, "– lettre") || strings.Contains(m.Text, "joint à ce courriel") {
			w.Errorf("refused %d times, then sent\n%s", post.refused.Load(), m.Text)
		}
		if in, out := w.count(countEntries, "notice.enclosed"), w.count(countEntries, "notice.lightened"); in != 1 || out != 1 {
			w.Errorf("%d lines of what was carried, %d of what was refused", in, out)
		}
	})
}
