package request

import (
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Admit is document.Config.Admit: before the first byte of a deposit it refuses
// what would be refused with the last, a space that takes none and a request
// that is not the depositor's to answer.
func Admit(a *act.Act, by authz.Actor, in id.Space, of id.Ask) error {
	if err := deposit.Taken(a, in); err != nil || of == "" {
		return err
	}
	r, _, err := Open(a, by, of, authz.RequestAnswer)
	if err != nil || r.Space != in {
		return fault.New(fault.Invalid, "request.not_hers").In("request").Because(err)
	}
	if r.Before {
		return fault.New(fault.Invalid, "request.before_all_first").In("request")
	}
	return r.become(Deposit, "", a.Now)
}

// AwaitedFrom is of whom a paper of a space is still awaited; a fault in the
// field request when it is of nobody. The caller has decided the right to know.
func AwaitedFrom(a *act.Act, in id.Space, of id.Ask) (id.Person, error) {
	found, err := read(a, in, selectOne, of)
	if err != nil {
		return "", err
	}
	if len(found) == 0 || found[0].Space != in || !found[0].State.Hers() || found[0].Before {
		return "", fault.New(fault.Invalid, "request.not_awaited").In("request")
	}
	return found[0].Person, nil
}

// Fulfil is document.Config.Answer: the document that an upload has become
// answers its request, in the act that files it. A request that was settled
// while the bytes came leaves the document as it is: nothing is lost for it.
func Fulfil(a *act.Act, by authz.Actor, in id.Space, of id.Ask, doc id.Item) error {
	r, _, err := Open(a, by, of, authz.RequestAnswer)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || err == nil && r.Space != in {
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.become(Deposit, "", a.Now); err != nil {
		return nil // waived or accepted meanwhile
	}
	if err := keep(a, r); err != nil {
		return err
	}
	if err := attach(a, of, doc); err != nil {
		return err
	}
	_, err = a.Record(by, "request.answered", in, string(of), answered{r.Person, doc})
	return err
}

// Answering names, for a receipt, the requests that the documents of a space
// answer. It is deposit.Naming.
func Answering(a *act.Act, in id.Space, person id.Person) (map[id.Item][]string, error) {
	found, err := read(a, in, selectSpace, in, maxOpen)
	if err != nil {
		return nil, err
	}
	names := map[id.Ask]string{}
	for _, r := range found {
		if r.Person == person {
			names[r.ID] = r.Name
		}
	}
	out := map[id.Item][]string{}
	err = a.Each(selectAnswers, []any{in}, func(scan func(...any) error) error {
		var of id.Ask
		var doc id.Item
		var added int64
		err := scan(&of, &doc, &added)
		if name := names[of]; name != "" {
			out[doc] = append(out[doc], name)
		}
		return err
	})
	return out, err
}

func attach(a *act.Act, of id.Ask, doc id.Item) error {
	return a.Write(insertAnswer, of, doc, store.Micros(a.Now))
}
