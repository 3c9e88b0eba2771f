package api

import (
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
)

// Conversation is a page of the memos of a space, in threads, the one with the
// newest memo first.
type Conversation struct {
	Threads []Thread `json:"threads"`
	Next    string   `json:"next,omitempty" doc:"cursor of older memos; absent when there are none"`
}

// Thread is a conversation, or the part of one that a page holds.
type Thread struct {
	ID       id.Thread `json:"id"`
	Document id.Item   `json:"document,omitempty" doc:"that it is about"`
	Subject  string    `json:"subject,omitempty"`
	Memos    []Memo    `json:"memos" doc:"the oldest first"`
}

// Memo is one note as one person sees it.
type Memo struct {
	ID         id.Item     `json:"id"`
	Thread     id.Thread   `json:"thread"`
	Author     id.Person   `json:"author"`
	Created    Instant     `json:"created_at"`
	Body       string      `json:"body" doc:"Markdown as it was typed; pages show emphasis, lists, quotations, headings and links of it, and HTML as text"`
	Internal   bool        `json:"internal,omitempty" doc:"among the firm’s own people"`
	ReplyBy    string      `json:"reply_by,omitempty" doc:"civil date, 2026-11-22"`
	Read       bool        `json:"read" doc:"by oneself"`
	References []id.Item   `json:"references" doc:"documents that one may read too"`
	Circles    []id.Circle `json:"circles,omitempty" doc:"to whom it was sent; for the firm’s side alone"`
	Party      bool        `json:"party,omitempty" doc:"in a forum: for one’s own party alone"`
	Readers    []Seen      `json:"readers,omitempty" doc:"for the firm’s side alone"`
	Unread     []id.Person `json:"unread,omitempty" doc:"of those it was sent to, who has not read it; in lists, for the firm’s side alone"`
	Asks       string      `json:"asks,omitempty" enum:"read understood approved" doc:"what its readers are asked to answer (acknowledgeMemo)"`
	Answers    []Answer    `json:"answers,omitempty" doc:"all for the firm’s side, one’s own for others"`
	Mentions   []id.Person `json:"mentions,omitempty" doc:"of its readers, whom it names with an @: all for the firm’s side, oneself for others"`
}

// Answer is what a reader said of a memo.
type Answer struct {
	ID      id.Person `json:"id"`
	Answer  string    `json:"answer" enum:"read understood approved contested"`
	Wording string    `json:"wording" doc:"the sentence that she was shown"`
	Note    string    `json:"note,omitempty" doc:"why she contests"`
	Entry   id.Entry  `json:"entry" doc:"of the journal, which proves it (getProof)"`
	At      Instant   `json:"at"`
}

// Seen is who has read something, and when first.
type Seen struct {
	ID id.Person `json:"id"`
	At Instant   `json:"at"`
}

func memoOf(m memo.Memo, in id.Thread) Memo {
	out := Memo{
		ID: m.ID, Thread: in, Author: m.Author, Created: Instant(m.Created), Body: m.Body, Internal: m.Internal, ReplyBy: m.ReplyBy,
		Read: m.Read, References: m.References, Circles: m.Circles, Mentions: m.Mentions, Party: m.Party,
	}
	if out.References == nil {
		out.References = []id.Item{}
	}
	out.Asks = string(m.Asks)
	for _, k := range m.Answers {
		out.Answers = append(out.Answers, Answer{k.Person, string(k.Answer), k.Wording, k.Note, k.Entry, Instant(k.At)})
	}
	for _, r := range m.Readers {
		out.Readers = append(out.Readers, Seen{r.Person, Instant(r.At)})
	}
	return out
}

// Talk asks for the memos of a space, or of one of its documents.
type Talk struct {
	InSpace
	Page
	Document id.Item `query:"document" doc:"those about it"`
}

func (n *Nouns) memos(r *Request, in Talk) (Conversation, error) {
	var before id.Item
	if err := r.resume(in.Cursor, &before); err != nil {
		return Conversation{}, err
	}
	threads, more, err := n.Memos.Conversation(r.Context(), r.Actor, memo.Query{
		Space: in.Space, Document: in.Document, Before: before, Limit: in.most(),
	})
	if err != nil {
		return Conversation{}, err
	}
	out := Conversation{Threads: make([]Thread, len(threads))}
	for i, t := range threads {
		out.Threads[i] = Thread{ID: t.ID, Document: t.Document, Subject: t.Subject}
		for _, m := range t.Memos {
			one := memoOf(m, t.ID)
			for _, to := range m.Unread() {
				one.Unread = append(one.Unread, to.Person)
			}
			out.Threads[i].Memos = append(out.Threads[i].Memos, one)
		}
	}
	if more != "" {
		out.Next, err = r.next(more)
	}
	return out, err
}

// NewMemo is a memo about to be written: into a thread, about a document, or
// with a subject of its own.
type NewMemo struct {
	InSpace
	Thread     id.Thread   `json:"thread,omitempty"`
	Document   id.Item     `json:"document,omitempty" doc:"opens or goes on with the conversation about it"`
	Subject    string      `json:"subject,omitempty" doc:"of a new thread that is about no document"`
	Body       string      `json:"body" doc:"Markdown as it was typed; pages show emphasis, lists, quotations, headings and links of it, and HTML as text. An @ before the name of a reader names her"`
	Internal   bool        `json:"internal,omitempty" doc:"among the firm’s own people"`
	Circles    []id.Circle `json:"circles,omitempty" fault:"circle" doc:"to whom the firm’s side sends it; others write to the firm and the client, in a forum to all or, when they name it, to their own party alone"`
	References []id.Item   `json:"references,omitempty" fault:"reference" doc:"documents it points to"`
	ReplyBy    string      `json:"reply_by,omitempty" doc:"civil date, 2026-11-22"`
	Asks       string      `json:"asks,omitempty" enum:"read understood approved" doc:"what its readers are to answer; asked by the firm’s side alone"`
	CopyOf     id.Item     `json:"copy_of,omitempty" fault:"copy_of" doc:"the internal memo whose words go out with it: the journal keeps the digests of both; by no other way does an internal memo reach anyone outside the firm"`
	Confirm    []string    `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found and one has checked (addressDocument)"`
}

func (n *Nouns) write(r *Request, in NewMemo) (Memo, error) {
	written, err := n.Memos.Write(r.Context(), r.Actor, memo.New{
		Space: in.Space, Thread: in.Thread, Document: in.Document, Subject: in.Subject, Body: in.Body, Internal: in.Internal,
		Circles: in.Circles, References: in.References, ReplyBy: in.ReplyBy, Asks: memo.Answer(in.Asks), Confirm: in.Confirm, CopyOf: in.CopyOf,
	})
	if err != nil {
		return Memo{}, err
	}
	return n.written(r, in, string(written))
}

// written is one memo of a space: the newest before the one that would follow
// it at once.
func (n *Nouns) written(r *Request, in NewMemo, of string) (Memo, error) {
	r.At("spaces", string(in.Space), "memos")
	threads, _, err := n.Memos.Conversation(r.Context(), r.Actor, memo.Query{Space: in.Space, Before: id.Item(of + "0"), Limit: 1})
	if err != nil {
		return Memo{}, err
	}
	if len(threads) == 0 || string(threads[0].Memos[0].ID) != of {
		return Memo{}, fault.Absent()
	}
	return memoOf(threads[0].Memos[0], threads[0].ID), nil
}

// Acknowledging answers a memo.
type Acknowledging struct {
	InSpace
	Memo   id.Item `path:"memo"`
	Answer string  `json:"answer" enum:"read understood approved contested" doc:"what it asks, or contested"`
	Note   string  `json:"note,omitempty" doc:"why, when one contests"`
}

func (n *Nouns) acknowledge(r *Request, in Acknowledging) (Memo, error) {
	err := n.Memos.Acknowledge(r.Context(), r.Actor, memo.Acknowledging{
		Space: in.Space, Memo: in.Memo, Answer: memo.Answer(in.Answer), Note: in.Note, Wording: r.Printer.T("memo.answer." + in.Answer),
	})
	if err != nil {
		return Memo{}, err
	}
	return n.acknowledged(r, in, "")
}

func (n *Nouns) acknowledged(r *Request, in Acknowledging, _ string) (Memo, error) {
	return n.written(r, NewMemo{InSpace: in.InSpace}, string(in.Memo))
}

// MemoQuery looks for words in memos.
type MemoQuery struct {
	Text  string   `query:"q" must:"1" doc:"whole words, or beginnings of words of subjects; without regard to accents and case"`
	Space id.Space `query:"space" doc:"in one space only"`
	From  string   `query:"from" doc:"written since this day (RFC 3339 date, Europe/Paris)"`
	To    string   `query:"to" doc:"written until this day"`
	Page
}

// MemosFound is a page of memos, the newest first, over all spaces.
type MemosFound struct {
	Memos []MemoHit `json:"memos"`
	Next  string    `json:"next,omitempty" doc:"cursor of what follows; without it, this is all"`
}

// MemoHit is a memo that was found, with the space it was written in.
type MemoHit struct {
	ID        id.Item   `json:"id"`
	Space     id.Space  `json:"space"`
	SpaceName string    `json:"space_name"`
	Thread    id.Thread `json:"thread"`
	Subject   string    `json:"subject,omitempty"`
	Author    id.Person `json:"author"`
	Created   Instant   `json:"created_at"`
	Body      string    `json:"body" doc:"Markdown as it was typed"`
	Internal  bool      `json:"internal,omitempty" doc:"among the firm’s own people"`
}

func (n *Nouns) searchMemos(r *Request, in MemoQuery) (out MemosFound, err error) {
	find := memo.Find{Text: in.Text, Space: in.Space, Limit: min(in.most(), memo.MostFound)}
	if err := r.resume(in.Cursor, &find.Before); err != nil {
		return out, err
	}
	if find.From, err = r.day(in.From, "?from", 0); err != nil {
		return out, err
	}
	if find.To, err = r.day(in.To, "?to", 1); err != nil {
		return out, err
	}
	hits, more, err := n.Memos.Search(r.Context(), r.Actor, find)
	if err != nil {
		return out, err
	}
	out.Memos = make([]MemoHit, len(hits))
	for i, h := range hits {
		out.Memos[i] = MemoHit{h.ID, h.Space, h.SpaceName, h.Thread, h.Subject, h.Author, Instant(h.Created), h.Body, h.Internal}
	}
	if more != "" {
		out.Next, err = r.next(more)
	}
	return out, err
}

// MemosRead names memos of a space that were read.
type MemosRead struct {
	InSpace
	Memos []id.Item `json:"memos"`
}

func (n *Nouns) readMemos(r *Request, in MemosRead) (None, error) {
	return None{}, n.Memos.Read(r.Context(), r.Actor, in.Space, in.Memos)
}

// InDraft names a place in a space where somebody writes.
type InDraft struct {
	InSpace
	Place string `query:"place" doc:"the thread or document it is for; none: a new thread"`
}

// Draft is a memo that is not sent yet, one’s own.
type Draft struct {
	Body  string  `json:"body"`
	Saved Instant `json:"saved_at,omitzero"`
}

func (n *Nouns) draft(r *Request, in InDraft) (Draft, error) {
	d, err := n.Memos.DraftOf(r.Context(), r.Actor, in.Space, in.Place)
	return Draft{d.Body, Instant(d.Saved)}, err
}

// DraftBody keeps what was typed so far.
type DraftBody struct {
	InDraft
	Body string `json:"body" doc:"empty: forget the draft"`
}

func (n *Nouns) saveDraft(r *Request, in DraftBody) (None, error) {
	return None{}, n.Memos.SaveDraft(r.Context(), r.Actor, memo.Draft{Space: in.Space, Place: in.Place, Body: in.Body})
}
