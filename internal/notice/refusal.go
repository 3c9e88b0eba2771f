package notice

import (
	"bytes"
	"context"
	"errors"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
)

// Refusal is the answer of a mail server that knows no mailbox at an address: since
// when, and the last code, such as 550.
type Refusal struct {
	At   time.Time
	Code int
}

// answered is what the journal keeps of it.
type answered struct {
	Code int `json:"code"`
}

// Refused keeps that the mailbox of a person refuses mail, and records it.
func Refused(a *act.Act, by authz.Actor, mailbox string, code int) error {
	hash, err := digest(a, mailbox)
	if err != nil {
		return err
	}
	if err := a.Write(putRefusal, by.Person, hash, code, store.Micros(a.Now)); err != nil {
		return err
	}
	_, err = a.Record(by, "notice.refused", "", string(by.Person), answered{code})
	return err
}

// Accepted forgets it, once that mailbox has taken one, and records that.
func Accepted(a *act.Act, by authz.Actor) error {
	if err := a.Write(deleteRefusal, by.Person); err != nil {
		return err
	}
	_, err := a.Record(by, "notice.accepted", "", string(by.Person), nil)
	return err
}

// RefusalOf reports whether a mailbox of a person refused the last mail.
func RefusalOf(a *act.Act, of id.Person, mailbox string) (Refusal, bool, error) {
	var kept []byte
	var r Refusal
	var at int64
	err := a.Row(selectRefusal, []any{of}, &kept, &r.Code, &at)
	if errors.Is(err, store.ErrNoRow) {
		return Refusal{}, false, nil
	}
	if err != nil {
		return Refusal{}, false, err
	}
	hash, err := digest(a, mailbox)
	r.At = store.Time(at)
	return r, err == nil && bytes.Equal(kept, hash), err
}

func digest(a *act.Act, mailbox string) ([]byte, error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	return box.Lookup("notice.mailbox", mailbox), nil
}

// RefusedIn tells the firm's side of a space which of its people no mail reaches.
func (s *Service) RefusedIn(ctx context.Context, by authz.Actor, of id.Space) (out map[id.Person]Refusal, err error) {
	defer fault.Op(&err, "notice.RefusedIn(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out = map[id.Person]Refusal{}
		if _, err := circle.Enter(a, by, of, authz.CircleSee); err != nil {
			return err
		}
		kept := map[id.Person][]byte{}
		err := a.Each(selectRefusalsIn, []any{of}, func(scan func(...any) error) error {
			var who id.Person
			var hash []byte
			var r Refusal
			var at int64
			err := scan(&who, &hash, &r.Code, &at)
			r.At = store.Time(at)
			out[who], kept[who] = r, hash
			return err
		})
		if err != nil {
			return err
		}
		for who, hash := range kept {
			card, err := firm.CardOf(a, who)
			if err != nil {
				return err
			}
			now, err := digest(a, card.Email)
			if err != nil {
				return err
			}
			if !bytes.Equal(hash, now) {
				delete(out, who) // she has another mailbox
			}
		}
		return nil
	})
	return out, err
}

// Retry has mails leave again for a member of a space whose mailbox refused one: at
// once, when something she has not read waits for her there. Of a mailbox that refuses
// nothing it changes nothing.
func (s *Service) Retry(ctx context.Context, by authz.Actor, of id.Space, person id.Person) (err error) {
	defer fault.Op(&err, "notice.Retry(%s, %s)", of, person)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceInvite); err != nil {
			return err
		}
		members, err := circle.Members(a, of)
		if err != nil {
			return err
		}
		active := false
		for _, m := range members {
			active = active || m.Person == person && m.Active(a.Now)
		}
		if !active {
			return fault.Absent()
		}
		if err := once(a.Exec(deleteRefusal, person)); err != nil {
			return err
		}
		if err := a.Follow(item.NoticeJob, string(of)+string(person), a.Now, item.Notice{Space: of, Person: person}); err != nil {
			return err
		}
		_, err = a.Record(by, "notice.retried", of, string(person), nil)
		return err
	})
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}
