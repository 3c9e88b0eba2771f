package memo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Answer is what a reader says of a memo that asks for it.
type Answer string

const (
	WasRead    Answer = "read"
	Understood Answer = "understood"
	Approved   Answer = "approved"
	Contested  Answer = "contested" // instead of any of them, with a reason
)

// Known reports whether there is such an answer.
func (a Answer) Known() bool { return a == Contested || a.Askable() }

// Askable reports whether a memo can ask for it.
func (a Answer) Askable() bool { return a == WasRead || a == Understood || a == Approved }

// maxNote is the longest reason, in characters.
const maxNote = 2000

// Acknowledgement is a reader's answer. Wording is the sentence that she was
// shown and that stands for good.
type Acknowledgement struct {
	Person  id.Person
	Answer  Answer
	Wording string
	Note    string
	Entry   id.Entry // of the journal, which proves it
	At      time.Time
}

// Acknowledging is an answer about to be given.
type Acknowledging struct {
	Space   id.Space
	Memo    id.Item
	Answer  Answer
	Wording string // as it stands on the button, in her language
	Note    string
}

// acknowledged is what the journal keeps: which words, about which words.
type acknowledged struct {
	Answer  Answer `json:"answer"`
	Wording string `json:"wording_sha256"`
	Body    string `json:"body_sha256"`
}

// Acknowledge gives a reader's answer to a memo that asks for it: once, and for
// good. Fault in the field note when she contests without a reason; Conflict
// when nothing is asked of her, or she has answered.
func (s *Service) Acknowledge(ctx context.Context, by authz.Actor, in Acknowledging) (err error) {
	defer fault.Op(&err, "memo.Acknowledge(%s)", in.Memo)
	in.Note = strings.TrimSpace(in.Note)
	switch {
	case in.Answer == Contested && in.Note == "":
		return fault.New(fault.Invalid, "memo.note_missing").In("note")
	case !utf8.ValidString(in.Note) || utf8.RuneCountInString(in.Note) > maxNote:
		return fault.New(fault.Invalid, "memo.note_long", maxNote).In("note")
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, in.Space, item.Memo, in.Memo, authz.MemoAcknowledge)
		if err != nil {
			return err
		}
		box, err := a.SpaceBox(h.Space)
		if err != nil {
			return err
		}
		body, err := in.asked(a, box, h, by)
		if err != nil {
			return err
		}
		entry, err := a.Record(by, "memo.acknowledged", h.Space, string(h.ID), acknowledged{in.Answer, digest(in.Wording), digest(body)})
		if err != nil {
			return err
		}
		if err := in.keep(a, box, by, entry); err != nil {
			return err
		}
		for _, to := range h.Audience {
			a.Signal(h.Space, to.Circle)
		}
		_, err = item.MarkRead(a, by, h.ID)
		return err
	})
}

// asked checks that the memo asks its reader for such an answer, and returns
// what it says.
func (in Acknowledging) asked(a *act.Act, box *vault.Box, h item.Header, by authz.Actor) (string, error) {
	var asks Answer
	var body []byte
	err := a.Row(selectAsks, []any{h.ID}, &asks, &body)
	if errors.Is(err, store.ErrNoRow) {
		return "", fault.Absent()
	}
	switch {
	case err != nil:
		return "", err
	case asks == "" || h.Author == by.Person:
		return "", fault.New(fault.Conflict, "memo.not_asked")
	case in.Answer != asks && in.Answer != Contested:
		return "", fault.New(fault.Invalid, "memo.other_answer").In("answer")
	}
	return box.OpenText(bodyPlace(h.ID), body)
}

func (in Acknowledging) keep(a *act.Act, box *vault.Box, by authz.Actor, entry id.Entry) error {
	k := Acknowledgement{Person: by.Person, Answer: in.Answer, Entry: entry, At: a.Now}
	n, err := a.Exec(insertAcknowledgement, in.Memo, by.Person, in.Answer, box.SealText(answerPlace("wording", in.Memo, by.Person), in.Wording),
		box.SealText(answerPlace("note", in.Memo, by.Person), in.Note), entry, store.Micros(a.Now), box.MAC("acknowledgement", k.fields(in.Memo)...))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "memo.answered")
	}
	return err
}

// fields are those that the MAC of the row covers.
func (k Acknowledgement) fields(of id.Item) []string {
	return []string{string(of), string(k.Person), string(k.Answer), string(k.Entry), strconv.FormatInt(store.Micros(k.At), 10)}
}

func answerPlace(column string, m id.Item, p id.Person) vault.Place {
	return vault.Place{Table: "acknowledgement", Column: column, Row: string(m) + "/" + string(p)}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// answers adds to a page what its readers have answered: all of it for the
// firm's side, their own for others.
func answers(a *act.Act, by authz.Actor, space id.Space, among []any, at map[id.Item]*Memo, inside bool) error {
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	return a.Each(selectAcknowledgements, among, func(scan func(...any) error) error {
		var of id.Item
		var k Acknowledgement
		var wording, note, mac []byte
		var when int64
		if err := scan(&of, &k.Person, &k.Answer, &wording, &note, &k.Entry, &when, &mac); err != nil {
			return err
		}
		m := at[of]
		if m == nil || !inside && k.Person != by.Person {
			return nil
		}
		k.At = store.Time(when)
		if err := box.CheckMAC(mac, "acknowledgement", k.fields(of)...); err != nil {
			return err
		}
		if k.Wording, err = box.OpenText(answerPlace("wording", of, k.Person), wording); err != nil {
			return err
		}
		k.Note, err = box.OpenText(answerPlace("note", of, k.Person), note)
		m.Answers = append(m.Answers, k)
		return err
	})
}
