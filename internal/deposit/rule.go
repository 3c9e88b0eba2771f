package deposit

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Rule says whether a space takes deposits and, when it does not, where to send
// instead, in the firm's words.
type Rule struct {
	Closed   bool
	Sentence string
}

const maxSentence = 500 // characters

// RuleOf returns the rule of a space to one of its members.
func (s *Service) RuleOf(ctx context.Context, by authz.Actor, in id.Space) (r Rule, err error) {
	defer fault.Op(&err, "deposit.RuleOf(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceSee); err != nil {
			return err
		}
		r, err = RuleIn(a, in)
		return err
	})
	return r, err
}

// RuleIn is RuleOf inside a running act, of an entered space.
func RuleIn(a *act.Act, in id.Space) (Rule, error) {
	var sealed, mac []byte
	var by id.Person
	var at int64
	err := a.Row(selectRule, []any{in}, &sealed, &by, &at, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return Rule{}, nil
	}
	if err != nil {
		return Rule{}, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return Rule{}, err
	}
	if err := box.CheckMAC(mac, ruleTable, ruleFields(in, by, at, sealed)...); err != nil {
		return Rule{}, err
	}
	text, err := box.OpenText(sentencePlace(in), sealed)
	return Rule{Closed: true, Sentence: text}, err
}

// Taken refuses a deposit where none are taken, in the firm's own words.
func Taken(a *act.Act, in id.Space) error {
	r, err := RuleIn(a, in)
	if err == nil && r.Closed {
		err = fault.New(fault.Forbidden, "deposit.switched_off", r.Sentence)
	}
	return err
}

// Switch opens or closes a space to deposits. What was deposited stays, and an
// open deposit can still be ended. Fault in the field sentence: one who is sent
// away is told where to.
func (s *Service) Switch(ctx context.Context, by authz.Actor, in id.Space, r Rule) (err error) {
	defer fault.Op(&err, "deposit.Switch(%s)", in)
	if err := r.check(); err != nil {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceManage); err != nil {
			return err
		}
		if err := a.Write(deleteRule, in); err != nil {
			return err
		}
		kind := "deposit.switched_on"
		if r.Closed {
			kind = "deposit.switched_off"
			if err := shut(a, by, in, r.Sentence); err != nil {
				return err
			}
		}
		if _, err := a.Record(by, kind, in, string(in), nil); err != nil {
			return err
		}
		house, err := circle.HouseOf(a, in)
		a.Signal(in, house.Firm, house.Client)
		return err
	})
}

func (r *Rule) check() error {
	r.Sentence = strings.TrimSpace(r.Sentence)
	switch {
	case r.Closed && r.Sentence == "":
		return fault.New(fault.Invalid, "deposit.sentence_missing").In("sentence")
	case !utf8.ValidString(r.Sentence) || utf8.RuneCountInString(r.Sentence) > maxSentence:
		return fault.New(fault.Invalid, "deposit.sentence_long", maxSentence).In("sentence")
	}
	return nil
}

func shut(a *act.Act, by authz.Actor, in id.Space, sentence string) error {
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	sealed, at := box.SealText(sentencePlace(in), sentence), store.Micros(a.Now)
	return a.Write(insertRule, in, sealed, by.Person, at, box.MAC(ruleTable, ruleFields(in, by.Person, at, sealed)...))
}

const ruleTable = "deposit_closed"

func ruleFields(in id.Space, by id.Person, at int64, sentence []byte) []string {
	return []string{string(in), string(by), strconv.FormatInt(at, 10), string(sentence)}
}

func sentencePlace(in id.Space) vault.Place {
	return vault.Place{Table: ruleTable, Column: "sentence", Row: string(in)}
}

var (
	selectRule = store.ForFirm(`
select sentence, closed_by, closed_at, mac from deposit_closed where firm_id = $1 and space_id = $2`)

	insertRule = store.ForFirm(`
insert into deposit_closed (firm_id, space_id, sentence, closed_by, closed_at, mac) values ($1, $2, $3, $4, $5, $6)`)

	deleteRule = store.ForFirm(`delete from deposit_closed where firm_id = $1 and space_id = $2`)
)
