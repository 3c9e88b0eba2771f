package lifecycle

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
)

// Mobiles are the numbers, in E.164, at which people from outside who are in a space now are
// sent codes; one of whom the firm knows none is missing. To the lawyers of the space, who
// say them.
func (s *Service) Mobiles(ctx context.Context, by authz.Actor, in id.Space) (out map[id.Person]string, err error) {
	defer fault.Op(&err, "lifecycle.Mobiles(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.MobileSee); err != nil {
			return err
		}
		members, err := circle.Members(a, in)
		if err != nil {
			return err
		}
		var people []id.Person
		for _, m := range members {
			if !m.Role.Inside() && m.Active(a.Now) {
				people = append(people, m.Person)
			}
		}
		out, err = firm.Mobiles(a, people)
		return err
	})
	return out, err
}

// SetMobile says at which mobile telephone somebody from outside who is in a space is sent
// codes, in whatever space of the firm; "" none, so that they go to her mailbox. Absent for
// who is not there; Invalid in the field "mobile" for what is no such number.
func (s *Service) SetMobile(ctx context.Context, by authz.Actor, in id.Space, person id.Person, typed string) (err error) {
	defer fault.Op(&err, "lifecycle.SetMobile(%s, %s)", in, person)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceMobile); err != nil {
			return err
		}
		if err := outside(a, in, person); err != nil {
			return err
		}
		number, err := mobile(typed)
		if err != nil {
			return err
		}
		return putMobile(a, by, in, person, number)
	})
}

// outside demands somebody from outside the firm who is in a space now.
func outside(a *act.Act, in id.Space, person id.Person) error {
	members, err := circle.Members(a, in)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Person == person && !m.Role.Inside() && m.Active(a.Now) {
			return nil
		}
	}
	return fault.Absent()
}

// mobile is a number that was typed, or "" for nothing.
func mobile(typed string) (string, error) {
	if fold.Name(typed) == "" {
		return "", nil
	}
	number, err := fold.Mobile(typed)
	if wrong, ok := errors.AsType[*fault.Error](err); ok {
		return "", wrong.In("mobile")
	}
	return number, err
}

// mobileField is mobile in a form, which says all that is wrong at once.
func mobileField(typed string, wrong *fault.Fields) string {
	number, err := mobile(typed)
	if one, ok := errors.AsType[*fault.Error](err); ok {
		*wrong = append(*wrong, one)
	}
	return number
}

// numbered is what the journal keeps of a number: as much as its owner recognises.
type numbered struct {
	Mobile string `json:"mobile,omitempty"`
}

func putMobile(a *act.Act, by authz.Actor, in id.Space, person id.Person, number string) error {
	if err := firm.PutMobile(a, person, number); err != nil {
		return err
	}
	said := numbered{}
	if number != "" {
		said.Mobile = fold.MaskMobile(number)
	}
	_, err := a.Record(by, "mobile.changed", in, string(person), said)
	return err
}

// firstMobile keeps the number that was typed as somebody is let into a space. Where the
// firm knows another one it stays, and Conflict "lifecycle.mobile_known" in the field
// "mobile" says so: who changes a number shows again that it is she.
func firstMobile(a *act.Act, by authz.Actor, in id.Space, person id.Person, number string) error {
	if number == "" {
		return nil
	}
	known, err := firm.MobileOf(a, person)
	switch {
	case err != nil || known == number:
		return err
	case known != "":
		return fault.New(fault.Conflict, "lifecycle.mobile_known").In("mobile")
	}
	return putMobile(a, by, in, person, number)
}
