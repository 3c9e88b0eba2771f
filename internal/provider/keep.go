package provider

import (
	"context"
	"errors"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// changed is what the journal keeps: never a name, an address or a secret.
type changed struct {
	Audience Audience `json:"audience"`
	Trusted  bool     `json:"trusted,omitempty"`
	Keys     bool     `json:"keys,omitempty"`
	People   int      `json:"people,omitempty"` // who lost it
}

// Register notes a provider, which vouches for nobody until [Service.Introduce] has
// said who we are to it. It is asked what it can do first. Faults: Invalid by field
// ("name", "issuer", "audience", "domains"); Conflict "provider.too_many".
func (s *Service) Register(ctx context.Context, by authz.Actor, n New) (p Provider, err error) {
	defer fault.Op(&err, "provider.Register")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error { return firm.Allow(a, by, authz.FirmVouch) })
	if err != nil {
		return Provider{}, err
	}
	n, domains, err := check(n)
	found, unfit := s.client.Discover(ctx, n.Issuer)
	if err := together(err, unfit); err != nil {
		return Provider{}, err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := room(a, by); err != nil {
			return err
		}
		r := row{Provider: Provider{
			ID: id.New[id.Provider](a.Now), Name: n.Name, Issuer: found.URL, Audience: n.Audience, Domains: domains, Trusted: n.Trusted,
			State: Draft, Created: store.Time(store.Micros(a.Now)),
		}}
		p = r.Provider
		if err := r.put(a); err != nil {
			return err
		}
		_, err := a.Record(by, "provider.registered", "", string(r.ID), changed{Audience: r.Audience, Trusted: r.Trusted})
		return err
	})
	return p, err
}

// together is all that is wrong with a form at once.
func together(typed, found error) error {
	var wrong fault.Fields
	one, ok := errors.AsType[*fault.Error](found)
	if typed == nil || !errors.As(typed, &wrong) || !ok {
		return errors.Join(typed, found)
	}
	return append(wrong, one)
}

func room(a *act.Act, by authz.Actor) error {
	if err := firm.Allow(a, by, authz.FirmVouch); err != nil {
		return err
	}
	var live int
	if err := a.Row(countLive, nil, &live); err != nil {
		return err
	}
	if live >= Most {
		return fault.New(fault.Conflict, "provider.too_many", Most)
	}
	return nil
}

// maxSecret is longer than any secret or name of ours at a provider.
const maxSecret = 1000

// Introduce says who we are to a provider, and has it vouch from now on; again, when
// it gave us another secret. Faults: Invalid in the fields "client" and "secret".
func (s *Service) Introduce(ctx context.Context, by authz.Actor, of id.Provider, client, secret string) (err error) {
	defer fault.Op(&err, "provider.Introduce(%s)", of)
	client, secret = strings.TrimSpace(client), strings.TrimSpace(secret)
	var wrong fault.Fields
	for _, one := range [...][2]string{{"client", client}, {"secret", secret}} {
		switch field, text := one[0], one[1]; {
		case text == "":
			wrong.Add(field, "provider."+field+"_missing")
		case len(text) > maxSecret:
			wrong.Add(field, "provider.long", maxSecret)
		}
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, of, authz.FirmVouch)
		if err == nil && r.Keys() {
			err = fault.Absent() // there is nobody to be introduced to
		}
		if err != nil {
			return err
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		r.Client, r.secret, r.State = client, secret, Active
		if err := r.put(a); err != nil {
			return err
		}
		_, err = a.Record(by, "provider.introduced", "", string(of), changed{Audience: r.Audience, Trusted: r.Trusted})
		return err
	})
}

func open(a *act.Act, by authz.Actor, of id.Provider, do authz.Action) (row, error) {
	if err := firm.Allow(a, by, do); err != nil {
		return row{}, err
	}
	return load(a, of)
}

// List returns the firm's providers that are not ended, the oldest first.
func (s *Service) List(ctx context.Context, by authz.Actor) (out []Provider, err error) {
	defer fault.Op(&err, "provider.List")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmDoor); err != nil {
			return err
		}
		rows, err := live(a)
		out = make([]Provider, len(rows))
		for i, r := range rows {
			out[i] = r.Provider
		}
		return err
	})
	return out, err
}

// Show returns one of them; an ended one is absent.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Provider) (p Provider, err error) {
	defer fault.Op(&err, "provider.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, of, authz.FirmDoor)
		p = r.Provider
		return err
	})
	return p, err
}

// End has a provider vouch for nobody any more. What was known of it is forgotten,
// and the sessions that it vouched for open nothing from the next request on, on
// any node.
func (s *Service) End(ctx context.Context, by authz.Actor, of id.Provider) (err error) {
	defer fault.Op(&err, "provider.End(%s)", of)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := open(a, by, of, authz.FirmDoor)
		if err != nil {
			return err
		}
		line := changed{Audience: r.Audience, Keys: r.Keys(), People: r.People}
		r = row{Provider: Provider{ID: r.ID, Audience: r.Audience, State: Ended, Created: r.Created}}
		if err := r.put(a); err != nil {
			return err
		}
		if err := a.Write(deleteTies, of); err != nil {
			return err
		}
		_, err = a.Record(by, "provider.ended", "", string(of), line)
		return err
	})
	if err != nil {
		return err
	}
	return s.accounts.EndVouched(ctx, of, "") // tidiness: they are dead already
}
