// Package memo is the conversation of a space: addressed notes in threads,
// with references to documents, an optional reply date, and drafts that
// survive. The conversation about one document is a thread like any other.
//
// A memo never travels by mail. An internal memo is for the firm's side alone:
// it reaches no other role whatever the circle, and a thread that began among
// colleagues stays among them. Its words get out by one gesture alone, which is
// recorded: a new memo that says what it is copied from. Start at [Service.Write] and
// [Service.Conversation].
package memo

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// Limits of what one memo holds, in characters.
const (
	maxSubject   = 200
	maxBody      = 20000
	maxReference = 50
)

// New is a memo about to be written. An empty Thread opens one: about Document
// when it is set, with Subject otherwise. Circles are ignored for those
// outside the firm, whose memos always go to the firm and the client.
type New struct {
	Space      id.Space
	Thread     id.Thread
	Document   id.Item
	Subject    string
	Body       string
	Internal   bool
	Circles    []id.Circle
	References []id.Item
	ReplyBy    string   // civil date 2006-01-02, or empty
	Asks       Answer   // of its readers, asked by the firm's side; or empty
	Confirm    []string // findings of the guard that the writer has read (guard.Finding.ID)
	CopyOf     id.Item  // the internal memo whose words go out with it, or empty

	cited []id.Person // of its readers, by their names after an @ in Body
}

func (n *New) check(now time.Time) error {
	n.Subject, n.Body = strings.TrimSpace(n.Subject), strings.TrimSpace(n.Body)
	var wrong fault.Fields
	if n.Thread == "" && n.Document == "" && n.Subject == "" {
		wrong.Add("subject", "memo.subject_missing")
	}
	if !utf8.ValidString(n.Subject) || utf8.RuneCountInString(n.Subject) > maxSubject {
		wrong.Add("subject", "memo.subject_long", maxSubject)
	}
	if n.Body == "" {
		wrong.Add("body", "memo.body_missing")
	}
	if !utf8.ValidString(n.Body) || utf8.RuneCountInString(n.Body) > maxBody {
		wrong.Add("body", "memo.body_long", maxBody)
	}
	if len(n.References) > maxReference {
		wrong.Add("reference", "memo.references_many", maxReference)
	}
	if n.ReplyBy != "" {
		if day, err := time.Parse(time.DateOnly, n.ReplyBy); err != nil {
			wrong.Add("reply_by", "memo.reply_by_unreadable")
		} else if day.Before(now.AddDate(0, 0, -1)) {
			wrong.Add("reply_by", "memo.reply_by_past")
		}
	}
	if n.Asks != "" && !n.Asks.Askable() {
		wrong.Add("asks", "memo.asks_unknown")
	}
	if n.CopyOf != "" && n.Internal {
		wrong.Add("copy_of", "memo.copy_internal")
	}
	return wrong.Err()
}

// Memo is one note as one person sees it. References holds only documents she
// may read too. Circles and Readers are given to the firm's side alone, as are
// the answers of others.
type Memo struct {
	ID         id.Item
	Author     id.Person
	Created    time.Time
	Body       string
	Internal   bool
	ReplyBy    string
	Read       bool
	References []id.Item
	Circles    []id.Circle          // for the firm's side
	Seers      []document.Recipient // who sees it now, for the firm's side
	Party      bool                 // for who is of a party: it is addressed to that party alone
	Readers    []Reader
	Asks       Answer
	Answers    []Acknowledgement
	Mentions   []id.Person // whom it names with an @: all for the firm's side, oneself for others
}

// Unread are those who see a memo and have not read it, its author not counted; none
// for who is not told.
func (m Memo) Unread() (out []document.Recipient) {
	for _, to := range m.Seers {
		read := slices.ContainsFunc(m.Readers, func(r Reader) bool { return r.Person == to.Person })
		if !read && to.Person != m.Author {
			out = append(out, to)
		}
	}
	return out
}

// Reader is someone who has read a memo, and when first.
type Reader struct {
	Person id.Person
	At     time.Time
}

// Thread is a conversation, its memos oldest first.
type Thread struct {
	ID       id.Thread
	Document id.Item // of the document it is about, or empty
	Subject  string
	Memos    []Memo
}

// Draft is a memo not sent yet; Place is the thread or document it is for, or
// empty for a new thread.
type Draft struct {
	Space id.Space
	Place string
	Body  string
	Saved time.Time
}

func bodyPlace(m id.Item) vault.Place {
	return vault.Place{Table: "memo", Column: "body", Row: string(m)}
}

func subjectPlace(t id.Thread) vault.Place {
	return vault.Place{Table: "thread", Column: "subject", Row: string(t)}
}

func draftPlace(p id.Person, place string) vault.Place {
	return vault.Place{Table: "memo_draft", Column: "body", Row: string(p) + "/" + place}
}
