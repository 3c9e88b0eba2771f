// Package firm is one law firm and the people it knows: its profile, and for
// each person a card with her name as the firm writes it and her place in the
// firm. Clients have cards too, as outsiders.
//
// A card says who someone is to the firm, never what she may read: that takes a
// membership, and a card and a membership that disagree open nothing. The
// package refuses a session that proves less than the firm needs, and rows
// whose MAC fails. Start at [Service.Actor] and [PutCard].
package firm

import (
	"context"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/quota"
)

// Profile is what a firm says of itself.
type Profile struct {
	ID      id.Firm
	Name    string
	Founder id.Person
	Created time.Time
	Factors Demand // what its own people show
	Logos   Logos
	Charter Charter // what it asks of those who use it, without the text
}

// State is whether a card opens anything.
type State string

const (
	Active   State = "active"
	Disabled State = "disabled"
)

// Card is one person as the firm knows her. Email is where the firm believes
// she reads her mail; mail goes to her own address (package account).
type Card struct {
	Person id.Person
	Role   authz.FirmRole
	State  State
	Name   string
	Email  string
}

// Service is the use cases of the firm. It is safe for concurrent use.
type Service struct {
	office   *act.Office
	accounts *account.Service
	vouch    func(*act.Act, account.Session) error
	plans    *quota.Service
	draw     func(context.Context, []byte) ([]byte, error)
}

// New returns the use cases over an office.
func New(office *act.Office, accounts *account.Service) *Service {
	return &Service{office: office, accounts: accounts}
}

// Believe has sessions for whom a provider vouched stand in the firm as long as
// vouch finds nothing against it, at each request; without it they stand nowhere.
// It is called before the service is used.
func (s *Service) Believe(vouch func(*act.Act, account.Session) error) { s.vouch = vouch }

// Within has colleagues join as long as there is room for them; without it, as far as a
// plan of the firm's own goes. It is called before the service is used.
func (s *Service) Within(plans *quota.Service) { s.plans = plans }

// MaxName is the longest name of a firm or a person, in bytes.
const MaxName = 160

// Name cleans a name that was typed into a form's field and adds to wrong what
// is the matter with it.
func Name(typed, field string, wrong *fault.Fields) string {
	name := fold.Name(typed)
	switch {
	case name == "":
		wrong.Add(field, "firm.name_missing")
	case len(name) > MaxName:
		wrong.Add(field, "firm.name_long", MaxName)
	}
	return name
}

// Allow demands that the actor may do something to the firm itself.
func Allow(a *act.Act, by authz.Actor, do authz.Action) error {
	_, err := authz.Open(authz.Lock(a.Firm(), authz.Resource{Kind: authz.OfFirm, Firm: a.Firm()}), by, do, authz.Facts{Now: a.Now})
	return err
}
