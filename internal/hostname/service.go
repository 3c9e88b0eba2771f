package hostname

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/outbound"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Asker asks the world outside; [outbound.Client] does.
type Asker interface {
	// TXT are the texts that the DNS has for a name; none is no error.
	TXT(ctx context.Context, name string) ([]string, error)
	// Peek reads the answer at an address. Unproven asks whoever answers, whatever
	// her certificate.
	Peek(ctx context.Context, address string, unproven bool) ([]byte, error)
}

// Config is what a service works with besides its office.
type Config struct {
	Base *url.URL // the public address; a firm's has its scheme and port
	// Obtains says that the program itself obtains a certificate for a name once it is
	// active; else the one that is shown at the name must be good before.
	Obtains bool
	Asker   Asker
	Log     *slog.Logger
}

// Service is the use cases of names. It is safe for concurrent use.
type Service struct {
	Config
	office   *act.Office
	accounts *account.Service
	table    atomic.Pointer[table]
}

// table is who is reached where, as this node has read it last.
type table struct {
	at    map[string]At      // by host of a request, in small letters
	bases map[id.Firm]string // hosts of firms with a name of their own
	names []string           // active ones, sorted
	rest  []string           // former ones
}

// New returns the use cases; nobody is reached at any name before [Service.Load].
func New(office *act.Office, accounts *account.Service, c Config) *Service {
	s := &Service{Config: c, office: office, accounts: accounts}
	s.table.Store(&table{})
	return s
}

func (s *Service) box() *vault.Box             { return s.office.Ring.Directory() }
func (s *Service) directory() *store.Directory { return s.office.Store.Directory() }

// host is the host of requests at a name: with the port of the public address.
func (s *Service) host(name string) string { return host(s.Config.Base, name) }

func host(base *url.URL, name string) string {
	if port := base.Port(); port != "" {
		return name + ":" + port
	}
	return name
}

// Find is who is reached under the host of a request; false for a host that is of no
// firm.
func (s *Service) Find(host string) (At, bool) {
	at, ok := s.table.Load().at[strings.ToLower(host)]
	return at, ok
}

// Of is the firm's own address; nil for one that has none.
func (s *Service) Of(f id.Firm) *url.URL {
	host, ok := s.table.Load().bases[f]
	if !ok {
		return nil
	}
	return &url.URL{Scheme: s.Config.Base.Scheme, Host: host}
}

// Named is the address of the firm that is reached at a name; nil for one that is of
// nobody.
func (s *Service) Named(name string) *url.URL {
	if at, ok := s.Find(s.host(name)); ok {
		return s.Of(at.Firm)
	}
	return nil
}

// Names are those at which firms are reached now, for who obtains certificates.
func (s *Service) Names() []string { return s.table.Load().names }

// readEvery is how old the table of a node is at most, beside what it takes to read it.
const readEvery = 3 * time.Second

// Run reads the table again and again, until ctx ends. When it cannot be read, the last
// one stands: who signs in is read from the same place, and nobody does then.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := s.Load(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "reading the firms' own names", "cause", err.Error())
		}
	}
}

// Load reads the table. A row that is not as it was written is left out and told.
func (s *Service) Load(ctx context.Context) (err error) {
	defer fault.Op(&err, "hostname.Load")
	var rows []row
	var altered error
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		rows, altered, err = readable(tx, s.box(), selectAll)
		return err
	})
	if err != nil {
		return err
	}
	t := &table{at: map[string]At{}, bases: map[id.Firm]string{}}
	now := s.office.Clock()
	for _, former := range []bool{true, false} { // an active name stands over a former one
		for _, r := range rows {
			if former != (r.State == Former) || former && now.After(r.Since.Add(Rest)) {
				continue
			}
			t.at[s.host(r.Name.Name)] = At{r.firm, former}
			if !former {
				t.bases[r.firm] = s.host(r.Name.Name)
				t.names = append(t.names, r.Name.Name)
			} else {
				t.rest = append(t.rest, r.Name.Name)
			}
		}
	}
	slices.Sort(t.names)
	s.table.Store(t)
	return altered
}

// Former are those from which requests are sent on.
func (s *Service) Former() []string { return s.table.Load().rest }

// View is what a firm has and is to do.
type View struct {
	Active  *Name
	Claimed *Name
	Former  []Name
	Record  Record // of what is claimed
}

// Show is what the firm has.
func (s *Service) Show(ctx context.Context, by authz.Actor) (v View, err error) {
	defer fault.Op(&err, "hostname.Show")
	if err := s.decide(ctx, by, authz.FirmHostSee); err != nil {
		return v, err
	}
	return s.Examine(ctx, by.Firm)
}

// Examine is [Service.Show] for the operator of the house.
func (s *Service) Examine(ctx context.Context, of id.Firm) (v View, err error) {
	defer fault.Op(&err, "hostname.Examine(%s)", of)
	var rows []row
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		rows, err = each(tx, s.box(), selectNames, of)
		return err
	})
	now := s.office.Clock()
	for _, r := range rows {
		switch {
		case r.State == Active:
			v.Active = &r.Name
		case r.State == Claimed:
			v.Claimed, v.Record = &r.Name, s.record(of, r.Name.Name)
		case now.Before(r.Since.Add(Rest)):
			v.Former = append(v.Former, r.Name)
		}
	}
	return v, err
}

func (s *Service) decide(ctx context.Context, by authz.Actor, do authz.Action) error {
	return s.office.See(ctx, by.Firm, func(a *act.Act) error { return firm.Allow(a, by, do) })
}

// record is what shows that whoever keeps a name wants it for this firm.
func (s *Service) record(of id.Firm, name string) Record {
	return Record{
		Name: prefix + name, Host: s.Config.Base.Hostname(),
		Value: valueStart + hex.EncodeToString(s.box().Lookup("hostname.record", string(of)+"/"+name)[:16]),
	}
}

// Proof is what the house answers at a name to a question that it asks itself: nobody
// else knows the answer.
func (s *Service) Proof(name, question string) string { return proof(s.box(), name, question) }

func proof(box *vault.Box, name, question string) string {
	return hex.EncodeToString(box.Lookup("hostname.proof", name+"/"+question))
}

// ProofPath is where such questions are asked, followed by the question.
const ProofPath = "/.well-known/cenacle/"

// Claim notes the name that a firm wants; nothing is reached there yet. It takes the
// place of one that was claimed before. Invalid in the field "name".
func (s *Service) Claim(ctx context.Context, by authz.Actor, typed string) (err error) {
	defer fault.Op(&err, "hostname.Claim")
	if err := s.decide(ctx, by, authz.FirmHost); err != nil {
		return err
	}
	name, err := s.wanted(ctx, by.Firm, typed)
	if err != nil {
		return err
	}
	record := func(a *act.Act) (id.Entry, error) {
		return a.Record(by, "host.claimed", "", string(by.Firm), line{name})
	}
	return s.act(ctx, by, record, func(tx *store.DirectoryTx) error {
		if err := tx.Write(deleteClaims, by.Firm); err != nil {
			return err
		}
		return put(tx, s.box(), by.Firm, Name{name, Claimed, s.office.Clock()})
	})
}

// wanted is a name that the firm may want: one that is neither the house's nor its own
// already.
func (s *Service) wanted(ctx context.Context, of id.Firm, typed string) (string, error) {
	name, err := Parse(typed)
	if err != nil {
		return "", err
	}
	if strings.EqualFold(name, s.Config.Base.Hostname()) {
		return "", fault.New(fault.Invalid, "hostname.house").In("name")
	}
	v, err := s.Examine(ctx, of)
	if err == nil && v.Active != nil && v.Active.Name == name {
		err = fault.New(fault.Invalid, "hostname.yours").In("name")
	}
	return name, err
}

// line is what the journal keeps of a name.
type line struct {
	Name string `json:"name"`
}

// act is one act: its line in the journal and then what changes in the directory, or
// none of both. Who decides is asked again, but for the operator.
func (s *Service) act(ctx context.Context, by authz.Actor, record func(*act.Act) (id.Entry, error), change func(*store.DirectoryTx) error) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if by.Via != authz.ViaCommand {
			if err := firm.Allow(a, by, authz.FirmHost); err != nil {
				return err
			}
		}
		if _, err := record(a); err != nil {
			return err
		}
		return s.directory().Update(ctx, change)
	})
}

// How often a firm has its name checked, and has one become active: each of these is an
// order of a certificate.
var (
	checks = account.Brake{Name: "hostname.check", Limit: 30, Window: time.Hour}
	starts = account.Brake{Name: "hostname.start", Limit: 5, Window: 7 * 24 * time.Hour}
)

// Check looks whether the claimed name is the firm's and leads here, and makes it
// active if so. Conflict says what is missing: "hostname.record", "hostname.elsewhere",
// "hostname.certificate"; "hostname.taken" where another firm has the name, or had it
// lately, which is told to nobody else than who has shown that it is hers. Busy past 30
// times an hour.
func (s *Service) Check(ctx context.Context, by authz.Actor) (err error) {
	defer fault.Op(&err, "hostname.Check")
	if err := s.decide(ctx, by, authz.FirmHost); err != nil {
		return err
	}
	v, err := s.Examine(ctx, by.Firm)
	if err != nil {
		return err
	}
	if v.Claimed == nil {
		return fault.Absent()
	}
	if err := s.accounts.Spend(ctx, account.Charge{Brake: checks, Key: string(by.Firm)}); err != nil {
		return err
	}
	texts, err := s.Asker.TXT(ctx, v.Record.Name)
	if err != nil || !slices.ContainsFunc(texts, func(t string) bool { return same(strings.TrimSpace(t), v.Record.Value) }) {
		return fault.New(fault.Conflict, "hostname.record").Because(errors.Join(errRecord, err))
	}
	if err := s.Arrives(ctx, v.Claimed.Name, s.Obtains); err != nil {
		return err
	}
	if err := s.accounts.Spend(ctx, account.Charge{Brake: starts, Key: string(by.Firm)}); err != nil {
		return err
	}
	return s.start(ctx, by, v.Claimed.Name)
}

// Arrives is [Leads] for this house.
func (s *Service) Arrives(ctx context.Context, name string, unproven bool) error {
	return Leads(ctx, s.box(), s.Config, name, unproven)
}

// Leads asks at a name and reports, as a Conflict, that it does not lead to the house
// whose box it is. Unproven takes any certificate: one is obtained later.
func Leads(ctx context.Context, box *vault.Box, c Config, name string, unproven bool) error {
	question := account.NewToken()
	at := url.URL{Scheme: c.Base.Scheme, Host: host(c.Base, name), Path: ProofPath + question}
	said, err := c.Asker.Peek(ctx, at.String(), unproven)
	failed, _ := errors.AsType[*outbound.Error](err)
	switch {
	case failed != nil && failed.Failure == outbound.Untrusted:
		return fault.New(fault.Conflict, "hostname.certificate").Because(err)
	case err != nil:
		return fault.New(fault.Conflict, "hostname.elsewhere").Because(err)
	case !same(strings.TrimSpace(string(said)), proof(box, name, question)):
		return fault.New(fault.Conflict, "hostname.elsewhere").Because(errElsewhat)
	}
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Give makes a name active on the word of the operator, who answers for it that the
// firm has the name: no record is looked for. Conflict as from [Service.Check].
func (s *Service) Give(ctx context.Context, of id.Firm, typed string) (err error) {
	defer fault.Op(&err, "hostname.Give(%s)", of)
	name, err := s.wanted(ctx, of, typed)
	if err != nil {
		return err
	}
	return s.start(ctx, command(of), name)
}

// command is the operator, at the command line.
func command(of id.Firm) authz.Actor { return authz.Actor{Firm: of, Via: authz.ViaCommand} }

// start makes a name active; the one that the firm had is a former one from now on.
func (s *Service) start(ctx context.Context, by authz.Actor, name string) error {
	now := s.office.Clock()
	record := func(a *act.Act) (id.Entry, error) {
		return a.Record(by, "host.activated", "", string(by.Firm), line{name})
	}
	err := s.act(ctx, by, record, func(tx *store.DirectoryTx) error {
		others, err := each(tx, s.box(), selectOthers, hashOf(s.box(), name), by.Firm)
		if err != nil {
			return err
		}
		for _, o := range others {
			if o.State == Active || now.Before(o.Since.Add(Rest)) {
				return taken(nil)
			}
		}
		if err := s.rest(tx, by.Firm, now); err != nil {
			return err
		}
		if err := tx.Write(deleteClaims, by.Firm); err != nil {
			return err
		}
		return put(tx, s.box(), by.Firm, Name{name, Active, now})
	})
	if fault.Is(err, fault.Conflict) {
		return taken(err) // of two firms at once the second
	}
	if err != nil {
		return err
	}
	return s.Load(ctx)
}

func taken(cause error) error { return fault.New(fault.Conflict, "hostname.taken").Because(cause) }

// rest makes the firm's active name a former one.
func (s *Service) rest(tx *store.DirectoryTx, of id.Firm, now time.Time) error {
	rows, err := each(tx, s.box(), selectNames, of)
	for _, r := range rows {
		if err == nil && r.State == Active {
			err = put(tx, s.box(), of, Name{r.Name.Name, Former, now})
		}
	}
	return err
}

// End gives up the name that the firm has; fault.Absent where it has none. Requests at the name are sent on to the
// public address for [Rest], and for as long no other firm has the name; its own firm
// may take it again at once.
func (s *Service) End(ctx context.Context, by authz.Actor) (err error) {
	defer fault.Op(&err, "hostname.End")
	if err := s.decide(ctx, by, authz.FirmHost); err != nil {
		return err
	}
	return s.end(ctx, by)
}

// Drop gives up what the firm claims, and leaves what it has. fault.Absent where it
// claims nothing.
func (s *Service) Drop(ctx context.Context, by authz.Actor) (err error) {
	defer fault.Op(&err, "hostname.Drop")
	if err := s.decide(ctx, by, authz.FirmHost); err != nil {
		return err
	}
	v, err := s.Examine(ctx, by.Firm)
	if err != nil {
		return err
	}
	if v.Claimed == nil {
		return fault.Absent()
	}
	record := func(a *act.Act) (id.Entry, error) {
		return a.Record(by, "host.dropped", "", string(by.Firm), line{v.Claimed.Name})
	}
	return s.act(ctx, by, record, func(tx *store.DirectoryTx) error {
		return tx.Write(deleteClaims, by.Firm)
	})
}

// Take is [Service.End] on the word of the operator.
func (s *Service) Take(ctx context.Context, of id.Firm) (err error) {
	defer fault.Op(&err, "hostname.Take(%s)", of)
	return s.end(ctx, command(of))
}

func (s *Service) end(ctx context.Context, by authz.Actor) error {
	v, err := s.Examine(ctx, by.Firm)
	if err != nil {
		return err
	}
	if v.Active == nil {
		return fault.Absent()
	}
	record := func(a *act.Act) (id.Entry, error) {
		return a.Record(by, "host.ended", "", string(by.Firm), line{v.Active.Name})
	}
	err = s.act(ctx, by, record, func(tx *store.DirectoryTx) error { return s.rest(tx, by.Firm, s.office.Clock()) })
	if err != nil {
		return err
	}
	return s.Load(ctx)
}

// claimLife is how long a name stays claimed that is never shown to be the firm's.
const claimLife = 180 * 24 * time.Hour

// Sweep forgets names that rested for long enough, and claims that came to nothing.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Op(&err, "hostname.Sweep")
	now := s.office.Clock()
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		err := tx.Write(deleteRested, store.Micros(now.Add(-Rest)))
		late := tx.Write(deleteStale, store.Micros(now.Add(-claimLife)))
		return errors.Join(err, late)
	})
}

// Reached are the names at which firms are reached, as the directory has them now: for
// the doctor, who has no service.
func Reached(ctx context.Context, d *store.Directory, box *vault.Box) (names []string, err error) {
	defer fault.Op(&err, "hostname.Reached")
	err = d.View(ctx, func(tx *store.DirectoryTx) error {
		rows, altered, err := readable(tx, box, selectAll)
		names = nil
		for _, r := range rows {
			if r.State == Active {
				names = append(names, r.Name.Name)
			}
		}
		return errors.Join(err, altered)
	})
	return names, err
}
