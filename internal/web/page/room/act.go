package room

import (
	"cmp"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/preview"
	"cenacle/internal/web"
	"cenacle/internal/worker/read"
)

// DoWrite sends a memo; one that is refused comes back with everything that
// was written.
func (p *Pages) DoWrite(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	n := memo.New{
		Space: h.room.ID, Thread: id.Thread(r.Value("thread")), Document: id.Item(r.Value("document")),
		Subject: r.Value("subject"), Body: r.Value("body"), ReplyBy: r.Value("reply_by"), Asks: memo.Answer(r.Value("asks")),
		CopyOf: id.Item(r.Value("copy_of")),
	}
	for _, doc := range r.Values("reference") {
		n.References = append(n.References, id.Item(doc))
	}
	n.Circles, n.Internal = h.wanted(r.Values("circle"))
	n.Confirm = r.Values("confirm")
	err = p.spare(h, n)
	var written id.Item
	if err == nil {
		written, err = p.Memos.Write(r.Context(), r.Actor, n)
	}
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.Invalid || kind == fault.Conflict || kind == fault.NoSpace || kind == fault.Unavailable:
		if n.Document != "" {
			return p.document(h, n.Document, err, n)
		}
		return p.screen(r, err, n)
	default:
		return nil, err
	}
	if n.Document != "" {
		return web.Done(h.path("documents", string(n.Document))+"#memo-"+string(written), "memo_sent"), nil
	}
	return web.Done(h.path()+"#memo-"+string(written), "memo_sent"), nil
}

// DoRead marks memos as read: what a page shows on the screen, or a button.
func (p *Pages) DoRead(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	var seen []id.Item
	for _, m := range r.Values("memo") {
		seen = append(seen, id.Item(m))
	}
	if len(seen) > 2*memos {
		return nil, fault.New(fault.Invalid, "room.too_many")
	}
	if err := p.Memos.Read(r.Context(), r.Actor, of, seen); err != nil {
		return nil, err
	}
	if r.Header.Get("X-Requested-With") == "cenacle" {
		return web.Empty(http.StatusNoContent), nil
	}
	return web.See(r.SpacePath(of) + "#talks"), nil
}

// DoDraft keeps what is being typed.
func (p *Pages) DoDraft(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	err = p.Memos.SaveDraft(r.Context(), r.Actor, memo.Draft{
		Space: of, Place: cmp.Or(r.Value("thread"), r.Value("document")), Body: r.Value("body"),
	})
	if err != nil {
		return nil, err
	}
	return web.Empty(http.StatusNoContent), nil
}

// DoCloseDeposit is « J'ai terminé »: the receipt is the answer.
func (p *Pages) DoCloseDeposit(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	receipt, err := p.Deposits.Close(r.Context(), r.Actor, deposit.Finish{
		Space: of, Deposit: id.Deposit(r.Value("deposit")), LeavePending: r.Value("leave") != "",
	})
	if err != nil {
		return nil, err
	}
	return web.Done(r.SpacePath(of, "receipts", string(receipt.ID)), "deposit_closed"), nil
}

// ReceiptFile is the proof that verifies without us.
func (p *Pages) ReceiptFile(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Receipt](r, "receipt")
	if err != nil {
		return nil, err
	}
	raw, name, err := p.Deposits.ReceiptFile(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	return web.Attachment(raw, name, journal.ReceiptMedia), nil
}

// View gives what the page shows: the bytes of a PDF, a marked picture, the
// words of a text or a mail.
func (p *Pages) View(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Item](r, "document")
	if err != nil {
		return nil, err
	}
	g := glimpse(r)
	g.Item = of
	c, err := p.Previews.Show(r.Context(), r.Actor, g, wording(r.Printer))
	if err != nil {
		return nil, err
	}
	return send(c, drawn(c.Media) || plain(c.Media)), nil
}

// File gives the original, byte for byte.
func (p *Pages) File(r *web.Request) (web.Answer, error) {
	return p.bytes(r, "")
}

// VersionFile gives an earlier version.
func (p *Pages) VersionFile(r *web.Request) (web.Answer, error) {
	v, err := web.PathID[id.Version](r, "version")
	if err != nil {
		return nil, err
	}
	return p.bytes(r, v)
}

func (p *Pages) bytes(r *web.Request, version id.Version) (web.Answer, error) {
	of, err := web.PathID[id.Item](r, "document")
	if err != nil {
		return nil, err
	}
	if g := glimpse(r); g.Part != 0 && version == "" {
		c, err := p.Previews.Part(r.Context(), r.Actor, of, g.Part)
		if err != nil {
			return nil, err
		}
		return send(c, false), nil
	}
	c, err := p.Documents.Content(r.Context(), r.Actor, document.Want{Item: of, Version: version, Purpose: document.Download, From: front.From(r.Request)})
	if err != nil {
		return nil, err
	}
	return send(c, false), nil
}

// send streams bytes for as long as the right to them stands.
func send(c document.Content, inline bool) web.Answer {
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		defer c.Reader.Close() // nothing was written through it
		if c.ETag != "" {      // the original, and not what was made of it to be looked at
			w.Header().Set("X-Content-SHA256", hex.EncodeToString(c.SHA256[:]))
		}
		return web.Write(web.File{
			Content: c.Reader, Name: c.Name, Media: c.Media, Modified: c.Modified, ETag: c.ETag, Inline: inline,
			Recheck: func() error {
				if err := r.Recheck(); err != nil {
					return err
				}
				return c.Recheck(r.Context())
			},
		}, w, r)
	})
}

// plain reports whether such bytes are nothing but words to a browser.
func plain(media string) bool {
	return document.Version{Media: media}.Look() == document.Text
}

// wording says what a preview adds, in the reader's language.
func wording(p *i18n.Printer) preview.Wording {
	return preview.Wording{
		Mark: func(name string, at time.Time) string { return p.T("room.mark", name, p.DateTime(at)) },
		Letter: func(l read.Letter) string {
			var b strings.Builder
			for _, line := range [][2]string{
				{"from", l.From}, {"to", l.To}, {"copy", l.Copy}, {"date", l.Date}, {"subject", l.Subject}, {"files", names(l.Files)},
			} {
				if line[1] != "" {
					b.WriteString(p.T("room.letter."+line[0], line[1]) + "\n")
				}
			}
			return b.String() + "\n" + l.Body
		},
	}
}

// names are those of what is attached to a mail.
func names(files []read.File) string {
	var out []string
	for _, f := range files {
		out = append(out, f.Name)
	}
	return strings.Join(out, ", ")
}

// drawn reports whether a page draws such bytes itself.
func drawn(media string) bool {
	look := document.Version{Media: media}.Look()
	return look == document.PDF || look == document.Picture
}

// DoAddress sends a document to further circles.
func (p *Pages) DoAddress(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	circles, _ := h.wanted(r.Values("circle"))
	err = p.Documents.Address(r.Context(), r.Actor, document.Send{Item: of, Circles: circles, Extended: r.Value("extended") != "", Confirm: r.Values("confirm")})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	d, err := p.Documents.Show(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	done := "document_sent"
	if d.Approval != nil && d.Approval.State == document.Asked {
		done = "approval_asked"
	}
	return web.Done(h.path("documents", string(of)), done), nil
}

// DoRename gives a document another title; the bytes and their name stay.
func (p *Pages) DoRename(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	err = p.Documents.Rename(r.Context(), r.Actor, of, r.Value("title"))
	if fault.Is(err, fault.Invalid) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "document_renamed"), nil
}

// DoDelete takes a document away from everybody; it can be undone.
func (p *Pages) DoDelete(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	if err := p.Documents.Delete(r.Context(), r.Actor, of); err != nil {
		return nil, err
	}
	return web.Done(h.path()+"?deleted="+string(of), "document_deleted"), nil
}

// DoRestore undoes DoDelete.
func (p *Pages) DoRestore(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	if err := p.Documents.Restore(r.Context(), r.Actor, of); err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "document_restored"), nil
}

func (p *Pages) enterDocument(r *web.Request) (here, id.Item, error) {
	h, err := p.enter(r)
	if err != nil {
		return h, "", err
	}
	of, err := web.PathID[id.Item](r, "document")
	return h, of, err
}

// shown is a document of this very space.
func (p *Pages) shown(h here, of id.Item) (document.Detail, error) {
	d, err := p.Documents.Show(h.r.Context(), h.r.Actor, of)
	if err == nil && d.Space != h.room.ID {
		err = web.Absent()
	}
	return d, err
}

// DoRenameSpace gives the space another name.
func (p *Pages) DoRenameSpace(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	err = p.Spaces.Rename(r.Context(), r.Actor, h.room.ID, r.Value("name"))
	if fault.Is(err, fault.Invalid) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "space_renamed"), nil
}

// DoAddMember lets a colleague or somebody from outside in.
func (p *Pages) DoAddMember(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	if colleague := r.Value("colleague"); colleague != "" {
		err = p.Lifecycle.AddColleague(r.Context(), r.Actor, h.room.ID, id.Person(colleague))
	} else {
		_, err = p.Lifecycle.AddGuest(r.Context(), r.Actor, h.room.ID, lifecycle.Guest{
			Name: r.Value("name"), Email: r.Value("email"), Mobile: r.Value("mobile"), Role: authz.Role(r.Value("role")), Language: r.Printer.Language(),
		})
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "member_added"), nil
}

// DoRemoveMember ends a membership at once.
func (p *Pages) DoRemoveMember(r *web.Request) (web.Answer, error) {
	return p.person(r, "member_removed", func(h here, person id.Person) error {
		return p.Lifecycle.RemoveMember(r.Context(), r.Actor, h.room.ID, person)
	})
}

// DoInvite sends a member from outside a new link.
func (p *Pages) DoInvite(r *web.Request) (web.Answer, error) {
	return p.person(r, "link_sent", func(h here, person id.Person) error {
		return p.Invitations.Invite(r.Context(), r.Actor, h.room.ID, person)
	})
}

func (p *Pages) person(r *web.Request, done string, do func(here, id.Person) error) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	person, err := web.PathID[id.Person](r, "person")
	if err != nil {
		return nil, err
	}
	err = do(h, person)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Busy) {
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), done), nil
}
