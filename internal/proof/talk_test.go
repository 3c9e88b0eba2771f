package proof

import (
	"fmt"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/store"
)

// The acts of a life that are about what lies in a space already.

func (l *life) roomOf(handle string) *oracleRoom {
	i := slices.IndexFunc(l.spaces, func(s *oracleRoom) bool { return s.handle == handle })
	return l.spaces[i]
}

func (l *life) address(v guestbook, doc *thing) {
	l.t.Helper()
	circles, extended := some(l, l.o.circlesOf(doc.space)...), l.r.IntN(2) == 0
	if len(circles) == 0 {
		circles = []string{"all"}
	}
	want := l.o.askItem(v.visitor, "address", doc.handle)
	if want == granted && len(l.o.further(doc.handle, circles, extended)) == 0 {
		want = clashes
	}
	if i := l.o.items[doc.handle]; want == granted && !i.exhibit && l.o.beforeParties(doc.space, l.o.further(doc.handle, circles, extended)) {
		want = clashes
	}
	if i := l.o.items[doc.handle]; want == granted && i.exhibit && slices.Contains(l.o.further(doc.handle, circles, extended), "all") && l.o.silent(doc.space, "") {
		want = clashes
	}
	err := l.server.Documents.Address(l.t.Context(), v.actor, document.Send{Item: doc.id, Circles: l.roomOf(doc.space).circles(circles), Extended: extended, Confirm: []string{"wide"}})
	if l.judged("addresses a document", v.visitor, want, err) {
		l.o.sends(doc.handle, circles, extended)
	}
}

func (l *life) replace(v guestbook, doc *thing) {
	l.t.Helper()
	s, i := l.roomOf(doc.space), l.o.items[doc.handle]
	want := l.o.askItem(v.visitor, "manage", doc.handle)
	if want == granted && (i.deposited || i.brought) {
		want = refused // what a client brought stays as it came
	}
	token, raw := l.word(), l.bytes()
	_, err := l.firms[s.firm].file(&person{actor: v.actor}, document.BeginUpload{Space: s.id, Replaces: doc.id, Name: token + ".txt", Reason: "corrigé"}, raw)
	if l.judged("replaces a document", v.visitor, want, err) {
		i.made = append(i.made, l.o.tick())
		doc.content, doc.names = append(doc.content, raw), append(doc.names, token)
		doc.versions = append(doc.versions, id.Version(l.asked(s, selectVersionOf, doc.id)))
	}
}

func (l *life) rename(v guestbook, doc *thing) {
	l.t.Helper()
	token := l.word()
	err := l.server.Documents.Rename(l.t.Context(), v.actor, doc.id, "Piece "+token)
	if l.judged("renames a document", v.visitor, l.o.askItem(v.visitor, "manage", doc.handle), err) {
		l.o.tick()
		doc.former, doc.title = doc.title, token
	}
}

func (l *life) deleteOrRestore(v guestbook, doc *thing) {
	l.t.Helper()
	i := l.o.items[doc.handle]
	if !i.deleted {
		err := l.server.Documents.Delete(l.t.Context(), v.actor, doc.id)
		if l.judged("deletes a document", v.visitor, l.o.askItem(v.visitor, "manage", doc.handle), err) {
			l.o.tick()
			i.deleted = true
		}
		return
	}
	err := l.server.Documents.Delete(l.t.Context(), v.actor, doc.id)
	l.judged("deletes what is deleted", v.visitor, absent, err)
	i.deleted = false // as it would be
	want := l.o.askItem(v.visitor, "manage", doc.handle)
	i.deleted = want != granted
	err = l.server.Documents.Restore(l.t.Context(), v.actor, doc.id)
	l.judged("restores a document", v.visitor, want, err)
}

// write says something: in a thread, about a document, or anew.
func (l *life) write(v guestbook, s *oracleRoom) {
	l.t.Helper()
	n := memo.New{Space: s.id, Body: "Texte " + l.word(), Internal: l.r.IntN(4) == 0, Confirm: []string{"wide"}} // forums have many people
	t := &thing{space: s.handle, title: n.Body[len("Texte "):]}
	chosen := some(l, l.o.circlesOf(s.handle)...)
	var thread, about, reference string
	switch doc, open := l.document(s), l.threadsOf(s); {
	case l.r.IntN(2) == 0 && len(open) > 0:
		thread = pick(l, open)
		n.Thread = l.threads[thread]
	case l.r.IntN(2) == 0 && doc != nil:
		about = doc.handle
		n.Document = doc.id
	default:
		t.subject = l.word()
		n.Subject = t.subject
	}
	if doc := l.document(s); doc != nil && l.r.IntN(4) == 0 {
		reference = doc.handle
		n.References = []id.Item{doc.id}
	}
	want := l.o.write(v.visitor, s.handle, thread, about, reference, n.Internal)
	circles := l.o.memoCircles(v.visitor, s.handle, oracleMemo{internal: n.Internal, thread: thread, about: about}, chosen)
	n.Circles = s.circles(chosen)
	written, err := l.server.Memos.Write(l.t.Context(), v.actor, n)
	if !l.judged(fmt.Sprintf("writes a memo (thread %t, about %t, internal %t)", thread != "", about != "", n.Internal), v.visitor, want, err) {
		return
	}
	t.handle, t.id = string(written), written
	if t.subject != "" {
		delete(l.drafts, [2]string{s.handle, v.person}) // it was for a new thread
	}
	t.thread = l.asked(s, selectThreadOf, written)
	if l.threads[t.thread] == "" {
		l.threads[t.thread] = id.Thread(t.thread)
		l.o.threads[t.thread] = &oracleThread{space: s.handle, about: about, internal: n.Internal}
	}
	l.items = append(l.items, t)
	l.o.adds(t.handle, oracleItem{space: s.handle, author: v.person, internal: n.Internal, thread: t.thread}, circles)
}

func (l *life) threadsOf(s *oracleRoom) (out []string) {
	for handle, t := range l.o.threads {
		if t.space == s.handle {
			out = append(out, handle)
		}
	}
	slices.Sort(out)
	return out
}

var (
	selectThreadOf  = store.ForFirm(`select thread_id from memo where firm_id = $1 and id = $2`)
	selectVersionOf = store.ForFirm(`select version_id from document where firm_id = $1 and id = $2`)
)

// asked reads an identifier that the product gave and did not say.
func (l *life) asked(s *oracleRoom, stmt store.FirmStmt, of id.Item) (found string) {
	l.t.Helper()
	l.must(l.server.Office.See(l.t.Context(), l.firms[s.firm].id, func(a *act.Act) error {
		return a.Row(stmt, []any{of}, &found)
	}))
	return found
}
