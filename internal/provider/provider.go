// Package provider is who vouches for people at the door of a firm: the identity
// providers (OpenID Connect) that its administrator trusts, and for whom each of them
// does. Somebody there is somebody here by the provider's own word for her, its
// subject, and never by her address alone.
//
// What a provider says opens the firm whose provider it is and nothing else: a
// session that it vouched for leads into no other firm and changes nothing that is
// the person's own ([cenacle/internal/authz.Via.Vouched]). Who has a second factor of
// hers is asked for it all the same. It ends, at once and on every node, with the
// provider, with the tie between the two, and with her card.
//
// One of them may be no organisation but the keys that people hold themselves, with a
// certificate (package keycard): each brings her own, in a session of hers, and is
// known by that certificate alone. Such a key is two things at once, the key and what
// unlocks it, as the policies of its certificate say; card.go has that.
//
// The package refuses to make anybody a member of anything: who has no card, or is
// none of those for whom the provider is there, is nobody. Start at
// [Service.Register] and [Service.Enter]; row.go has what is stored, package oidc the
// protocol.
package provider

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/keycard"
	"cenacle/internal/oidc"
)

// State is whether a provider vouches for anybody.
type State string

const (
	Draft  State = "draft"  // nobody has said yet who we are to it
	Active State = "active" // it vouches
	Ended  State = "ended"  // for ever; what was known of it is forgotten
)

// Audience is for whom a provider is there.
type Audience string

const (
	Staff   Audience = "staff"   // the firm's own people
	Clients Audience = "clients" // people outside the firm whose mailboxes are in its domains
)

// Most is how many providers of a firm are not ended.
const Most = 20

// Provider is one of a firm's. Domains are those of mailboxes, in their canonical
// form. Trusted says that the firm believes the addresses which the provider has
// verified in them.
type Provider struct {
	ID       id.Provider
	Name     string
	Issuer   string
	Client   string // who we are to it; empty for a draft
	Audience Audience
	Domains  []string
	Trusted  bool
	State    State
	Created  time.Time
	People   int // for how many it vouches
}

// New is what an administrator types to register one. Domains are separated by
// spaces or commas.
type New struct {
	Name     string
	Issuer   string
	Audience Audience
	Domains  string
	Trusted  bool
}

// Service is the use cases of providers. It is safe for concurrent use.
type Service struct {
	office   *act.Office
	accounts *account.Service
	client   *oidc.Client
	base     *url.URL
	own      func(id.Firm) *url.URL
	cards    *keycard.Reader // nil: nobody reads keys here
}

// NewService returns the use cases over an office, for a site at a base.
func NewService(office *act.Office, accounts *account.Service, client *oidc.Client, base *url.URL) *Service {
	return &Service{office, accounts, client, base, func(id.Firm) *url.URL { return nil }, nil}
}

// Within tells where the firms with a name of their own are; it is called before the
// service is used.
func (s *Service) Within(own func(id.Firm) *url.URL) { s.own = own }

// Path is where somebody sets out for a provider.
func Path(f id.Firm, p id.Provider) string { return "/door/" + string(f) + "/" + string(p) }

// Redirect is where a provider sends the browser back to; each has its own, so that
// the answer of one is never taken for that of another. The administrator of the
// provider has to know it.
func (s *Service) Redirect(f id.Firm, p id.Provider) string {
	return s.base.JoinPath(Path(f, p), "back").String()
}

// RedirectAt is [Service.Redirect] for who sets out from the firm's own name, at: her
// browser has its challenge there and nowhere else.
func (s *Service) RedirectAt(at, f id.Firm, p id.Provider) string {
	if base := s.own(at); base != nil {
		return base.JoinPath(Path(f, p), "back").String()
	}
	return s.Redirect(f, p)
}

// maxDomains is the most domains of one provider.
const maxDomains = 20

// check cleans what was typed. Faults: Invalid by field.
func check(n New) (New, []string, error) {
	var wrong fault.Fields
	n.Name = firm.Name(n.Name, "name", &wrong)
	if n.Audience != Staff && n.Audience != Clients {
		wrong.Add("audience", "provider.audience_missing")
	}
	domains, err := domains(n.Domains)
	switch {
	case err != nil:
		wrong.Add("domains", "provider.domain_bad")
	case len(domains) > maxDomains:
		wrong.Add("domains", "provider.domains_many", maxDomains)
	case len(domains) == 0 && n.Audience == Clients:
		wrong.Add("domains", "provider.domain_missing")
	case len(domains) == 0 && n.Trusted:
		wrong.Add("domains", "provider.domain_trusted")
	}
	return n, domains, wrong.Err()
}

// domains reads domains of mailboxes, each in its canonical form.
func domains(typed string) (out []string, err error) {
	for _, d := range strings.FieldsFunc(typed, func(c rune) bool { return strings.ContainsRune(" \t\r\n,;", c) }) {
		whole, err := fold.Email("x@" + strings.TrimPrefix(d, "@"))
		if err != nil {
			return nil, err
		}
		out = append(out, domain(whole))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func domain(email string) string { return email[strings.LastIndexByte(email, '@')+1:] }

// serves reports whether the provider is there for a person, by her card and her
// mailbox.
func (p Provider) serves(c firm.Card, email string) bool {
	if len(p.Domains) > 0 && !slices.Contains(p.Domains, domain(email)) {
		return false
	}
	return p.Audience == Staff && c.Role.Inside() || p.Audience == Clients && c.Role == authz.Outsider && len(p.Domains) > 0
}
