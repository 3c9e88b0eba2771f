// Package server wires the program: [New] opens everything a configuration
// names, [Server.Run] serves until its context ends, [Server.Close] lets go.
// A server is a value; tests start several at once.
//
// It contains no rule and no page. The order of New is the order of the house:
// store, keys, journal, nouns, jobs, pages.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/api"
	"cenacle/internal/attest"
	"cenacle/internal/blob"
	"cenacle/internal/blob/storage"
	"cenacle/internal/bundle"
	"cenacle/internal/certificate"
	"cenacle/internal/circle"
	"cenacle/internal/config"
	"cenacle/internal/conflict"
	"cenacle/internal/dav"
	"cenacle/internal/dav/caldav"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/diffusion"
	"cenacle/internal/dire"
	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/drive"
	"cenacle/internal/event"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/freeze"
	"cenacle/internal/front"
	"cenacle/internal/group"
	"cenacle/internal/guard"
	"cenacle/internal/hold"
	"cenacle/internal/hostname"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/journal"
	"cenacle/internal/keycard"
	"cenacle/internal/law"
	"cenacle/internal/lifecycle"
	"cenacle/internal/live"
	"cenacle/internal/mail"
	"cenacle/internal/memo"
	"cenacle/internal/metric"
	"cenacle/internal/notice"
	"cenacle/internal/offer"
	"cenacle/internal/oidc"
	"cenacle/internal/outbound"
	"cenacle/internal/outbox"
	"cenacle/internal/overview"
	"cenacle/internal/paper"
	"cenacle/internal/preview"
	"cenacle/internal/provider"
	"cenacle/internal/question"
	"cenacle/internal/quota"
	"cenacle/internal/request"
	"cenacle/internal/sanction"
	"cenacle/internal/scan"
	"cenacle/internal/slot"
	"cenacle/internal/sms"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/support"
	"cenacle/internal/token"
	"cenacle/internal/trace"
	"cenacle/internal/vault"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/asset"
	absencepage "cenacle/internal/web/page/absence"
	"cenacle/internal/web/page/charter"
	"cenacle/internal/web/page/connection"
	"cenacle/internal/web/page/desk"
	diffusionpage "cenacle/internal/web/page/diffusion"
	"cenacle/internal/web/page/door"
	"cenacle/internal/web/page/entrance"
	grouppage "cenacle/internal/web/page/group"
	"cenacle/internal/web/page/home"
	"cenacle/internal/web/page/letterbox"
	livepage "cenacle/internal/web/page/live"
	"cenacle/internal/web/page/mailbox"
	noticepage "cenacle/internal/web/page/notice"
	"cenacle/internal/web/page/program"
	"cenacle/internal/web/page/reference"
	"cenacle/internal/web/page/room"
	"cenacle/internal/web/page/styleguide"
	supportpage "cenacle/internal/web/page/support"
	"cenacle/internal/web/page/upload"
	"cenacle/internal/web/site"
	"cenacle/internal/webhook"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// Server is the running program.
type Server struct {
	Office      *act.Office
	Accounts    *account.Service
	Hosts       *hostname.Service
	Plans       *quota.Service
	Firms       *firm.Service
	Tokens      *token.Service
	Circles     *circle.Service
	Spaces      *space.Service
	Documents   *document.Service
	Previews    *preview.Service
	Deposits    *deposit.Service
	Requests    *request.Service
	Holds       *hold.Service
	Freezes     *freeze.Service
	Notices     *notice.Service
	Absences    *absence.Service
	Diffusions  *diffusion.Service
	Groups      *group.Service
	Supports    *support.Service
	Guard       *guard.Service
	Conflicts   *conflict.Service
	Drives      *drive.Service
	Memos       *memo.Service
	Agendas     *agenda.Service
	Forums      *forum.Service
	Dispatch    *dispatch.Service
	Attests     *attest.Service
	Slots       *slot.Service
	Offers      *offer.Service
	Dires       *dire.Service
	Questions   *question.Service
	Vigilance   *vigilance.Service
	Sanctions   *sanction.Service
	Invitations *invitation.Service
	Letterboxes *depositlink.Service
	Bundles     *bundle.Service
	Lifecycle   *lifecycle.Service
	Overview    *overview.Service
	Events      *event.Service
	Webhooks    *webhook.Service
	Providers   *provider.Service
	Mailbox     *mail.Mailbox // nil when a mail server sends
	Outbox      *outbox.Runner

	config    *config.Config
	bucket    storage.Bucket
	scanner   *scan.Scanner // nil without one
	texts     *sms.Gateway  // nil without a provider
	blobs     *blob.Store
	log       *slog.Logger
	sequencer *act.Sequencer
	handler   http.Handler
	closing   chan struct{} // closed when open streams must end
	drain     sync.Once
	draining  atomic.Bool  // since SIGTERM
	flying    atomic.Int64 // requests under way
	readiness readiness
	survey    *survey             // nil without figures
	set       *metric.Set         // nil without figures
	tracer    *trace.Tracer       // nil unless somebody follows requests
	keeper    *certificate.Keeper // nil unless this program obtains its certificate
	reader    *keycard.Reader     // nil unless keys are read
	cards     http.Handler        // where they are; nil likewise
	others    *neighbours         // nil with the embedded engine, which has no other node
}

// Options are what the program gives besides its configuration.
type Options struct {
	Clock   func() time.Time
	Log     *slog.Logger
	Version string // of the program, for the figures
	// Resolver finds what people of firms name outside; nil: the system's.
	Resolver *net.Resolver
	// Program is this program's file, to start readers of documents from; "":
	// documents are not read.
	Program string
}

// New opens a configuration that has been validated. On an error nothing stays
// open.
func New(ctx context.Context, c *config.Config, o Options) (s *Server, err error) {
	s = &Server{config: c, log: o.Log, closing: make(chan struct{})}
	zone, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		return nil, fmt.Errorf("server: time zone: %w", err)
	}
	o.Clock = in(zone, o.Clock)
	catalog := i18n.Load()
	if err := os.MkdirAll(c.Data, 0o700); err != nil { // with PostgreSQL nothing else makes it before the key
		return nil, err
	}
	database, err := openStore(ctx, c)
	if err != nil {
		return nil, err
	}
	begun := s // s is nil after an error
	defer func() {
		if err != nil {
			err = errors.Join(err, begun.letGo(), database.Close())
		}
	}()
	if s.Office, err = openOffice(ctx, c, o, database); err != nil {
		return nil, err
	}
	s.sequencer = act.NewSequencer(s.Office, o.Log)
	if err := s.openBlobs(ctx, o); err != nil {
		return nil, err
	}
	if err := s.openNouns(c, zone, o); err != nil {
		return nil, err
	}
	if err := errors.Join(s.openKeeper(c), s.openTracer(c, o)); err != nil {
		return nil, err
	}
	if err := s.Hosts.Load(ctx); err != nil {
		s.log.ErrorContext(ctx, "reading the firms' own names", "cause", err.Error())
	}
	s.Drives = drive.New(s.Office, s.blobs, s.Documents, s.Spaces, drive.Config{
		Catalog: catalog, Zone: zone, Accounts: s.Accounts, Limit: c.Upload(), Delete: c.Drive.Delete,
	})
	if err := s.openJobs(c, catalog, o); err != nil {
		return nil, err
	}
	if shared, err := c.DatabaseURL(); err != nil {
		return nil, err
	} else if !shared.Empty() {
		s.others = newNeighbours(s)
	}
	s.Office.Woken = func(f id.Firm) {
		s.sequencer.Wake(f)
		s.Outbox.Wake(f)
		s.survey.stir(f)
		s.others.stir(f)
	}
	s.set = s.watch(o.Version)
	return s, s.openSite(c, catalog, zone, o)
}

// in shows the time of a clock where deadlines are counted: a day that is over
// there is over, whatever day it is on the machine.
func in(zone *time.Location, clock func() time.Time) func() time.Time {
	return func() time.Time { return clock().In(zone) }
}

func openStore(ctx context.Context, c *config.Config) (*store.Store, error) {
	at, err := stored(c)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, at)
}

// Analyze has the database look at what was just brought in, see [store.Analyze].
func Analyze(ctx context.Context, c *config.Config) error {
	at, err := stored(c)
	if err != nil {
		return err
	}
	return store.Analyze(ctx, at)
}

// stored is where the rows of an installation are.
func stored(c *config.Config) (store.Config, error) {
	app, err := c.DatabaseURL()
	if err != nil {
		return store.Config{}, err
	}
	owner, err := c.MigrateURL()
	return store.Config{
		Dir: c.Data, PostgresURL: app.Reveal(), MigrateURL: owner.Reveal(), Connections: c.Database.Connections,
	}, err
}

// openOffice opens the keys over a store; a root key that is not the one of
// the installation is refused.
func openOffice(ctx context.Context, c *config.Config, o Options, database *store.Store) (*act.Office, error) {
	root, err := rootKey(c).Root(ctx)
	if err != nil {
		return nil, err
	}
	keys := vault.New(root)
	if err := keys.EnsureInstallation(ctx, database.Directory(), o.Clock()); err != nil {
		return nil, err
	}
	ring, err := vault.NewRing(keys, database.Directory())
	if err != nil {
		return nil, err
	}
	return &act.Office{
		Store: database, Ring: ring, Journal: journal.New(ring, o.Clock), Live: live.NewHub(),
		Clock: o.Clock, Woken: func(id.Firm) {},
	}, nil
}

func rootKey(c *config.Config) vault.Provider {
	if c.Key.Provider == config.KeyFromFile {
		return vault.KeyFile{Path: c.KeyFile(), Create: true}
	}
	return vault.Passphrase{Read: c.Passphrase, SaltPath: filepath.Join(c.Data, "passphrase.salt")}
}

// openBlobs opens the data folder or the storage that the configuration names,
// which must be the one of this installation.
func (s *Server) openBlobs(ctx context.Context, o Options) error {
	installation, err := vault.Installation(ctx, s.Office.Store.Directory())
	if err != nil {
		return err
	}
	if s.bucket, err = storage.Open(ctx, s.config, installation, o.Clock); err != nil {
		return err
	}
	s.blobs = blob.New(s.bucket)
	return nil
}

// letGo closes the bucket, if it was opened.
func (s *Server) letGo() error {
	if s.bucket == nil {
		return nil
	}
	return s.bucket.Close()
}

func (s *Server) openNouns(c *config.Config, zone *time.Location, o Options) error {
	models, err := space.LoadModels()
	if err != nil {
		return err
	}
	database, err := c.DatabaseURL()
	if err != nil {
		return err
	}
	if s.Accounts, err = account.NewAt(s.Office, c.Base()); err != nil {
		return err
	}
	s.Plans = quota.New(s.Office, quota.Plan{
		Spaces: int64(c.Plan.Spaces), Colleagues: int64(c.Plan.Colleagues), Storage: int64(c.Plan.Storage),
	})
	s.Firms = firm.New(s.Office, s.Accounts)
	s.Firms.Within(s.Plans)
	s.Tokens = token.NewService(s.Office, s.Accounts)
	s.Circles = circle.NewService(s.Office)
	s.Spaces = space.NewService(s.Office, models)
	scanner, err := scan.Parse(c.Clamd)
	if err != nil {
		return err
	}
	s.scanner = scanner
	readers := worker.New(o.Program, runtime.NumCPU())
	s.Firms.Draws(read.Logo(readers))
	s.Documents = document.New(s.Office, s.blobs, document.Config{
		Limit: c.Upload(), Quota: int64(c.Limit.Quota), Plans: s.Plans, Alone: database.Empty(),
		Readers: readers, Scanner: scanner, Demand: c.Scan.Demand, Haste: c.Limit.Documents,
		Deposit: deposit.Attach, Admit: request.Admit, Answer: request.Fulfil,
	})
	s.Bundles = bundle.NewService(s.Office, s.Spaces, s.Documents, readers, c.Upload())
	s.Previews = preview.New(s.Office, s.Documents, readers)
	s.Deposits = deposit.New(s.Office, request.Answering)
	s.Requests = request.New(s.Office, s.Documents, paper.Lazy())
	s.Holds = hold.NewService(s.Office)
	s.Freezes = freeze.NewService(s.Office)
	s.Notices = notice.NewService(s.Office)
	s.Absences = absence.NewService(s.Office, zone)
	s.Groups = group.NewService(s.Office)
	s.Guard = guard.NewService(s.Office)
	s.Conflicts = conflict.NewService(s.Office)
	s.Memos = memo.NewService(s.Office)
	s.Diffusions = diffusion.NewService(s.Office, zone)
	periods, err := law.Load()
	if err != nil {
		return err
	}
	s.Agendas = agenda.New(s.Office, zone, periods)
	s.Forums = forum.New(s.Office, zone)
	s.Offers, s.Dires = offer.New(s.Office), dire.New(s.Office, periods, zone)
	s.Questions = question.New(s.Office, s.Documents)
	s.Attests = attest.New(s.Office)
	s.Dispatch = dispatch.New(s.Office, dispatch.Config{Documents: s.Documents, Forums: s.Forums, Readers: readers, Book: periods, Zone: zone})
	s.Slots = slot.New(s.Office, s.Agendas, zone)
	duties, err := vigilance.Load()
	if err != nil {
		return err
	}
	s.Vigilance = vigilance.New(s.Office, zone, duties)
	out := outbound.New(outbound.Config{Allow: c.Networks(), Resolver: cmp.Or(o.Resolver, outbound.Resolver(c.Outbound.Resolver))})
	s.Sanctions = sanction.New(s.Office, sanction.Config{StaleDays: c.Sanction.StaleDays, Address: c.Sanction.Address, Files: out, Log: o.Log})
	s.Vigilance.Against(s.Sanctions)
	if err := s.openTexts(c, out); err != nil {
		return err
	}
	s.Invitations = invitation.New(s.Office, s.Accounts)
	s.Letterboxes = depositlink.New(s.Office, s.Accounts)
	s.Lifecycle = lifecycle.New(s.Office, s.Accounts, s.Invitations)
	s.Lifecycle.Within(s.Plans)
	s.Overview = overview.New(s.Office)
	s.Supports = support.NewService(s.Office, s.Overview)
	s.Events = event.New(s.Office)
	s.Webhooks = webhook.NewService(s.Office, s.Events, out)
	s.Providers = provider.NewService(s.Office, s.Accounts, oidc.New(out, o.Clock), c.Base())
	s.openReader(c)
	s.Firms.Believe(s.Providers.Vouch)
	s.Hosts = hostname.New(s.Office, s.Accounts, hostname.Config{Base: c.Base(), Obtains: c.TLS.Mode == config.TLSAuto, Asker: out, Log: o.Log})
	s.Accounts.Within(s.Hosts.Of)
	s.Providers.Within(s.Hosts.Of)
	s.sequencer.Tell(s.Events.Placed)
	s.sequencer.Tell(s.Webhooks.Placed)
	return nil
}

func (s *Server) openJobs(c *config.Config, catalog *i18n.Catalog, o Options) error {
	sender, err := s.sender(c)
	if err != nil {
		return err
	}
	composer, err := mail.NewComposer(catalog, mail.Sending{Base: c.Base(), Own: s.Hosts.Of, From: c.Mail.From, FromName: c.Mail.FromName})
	if err != nil {
		return err
	}
	codes := invitation.Post{Composer: composer, Mails: sender}
	if s.texts != nil {
		codes.Texts = s.texts
	}
	s.Invitations.Through(codes)
	handlers := s.Lifecycle.Handlers(composer, sender, s.Documents)
	handlers[document.WordsJob] = s.Documents.Words
	handlers[memo.WordsJob] = s.Memos.Words
	handlers[preview.RenderJob] = s.Previews.Render
	handlers[document.ScreenJob] = s.Documents.Screen
	handlers[deposit.LapseJob] = s.Deposits.Lapse
	handlers[request.LadderJob] = s.Requests.Climb
	handlers[agenda.RemindJob] = s.Agendas.Remind
	handlers[vigilance.WatchJob] = s.Vigilance.Watch
	handlers[vigilance.EraseJob] = s.Vigilance.Erase
	handlers[vigilance.ScreenJob] = s.Vigilance.Screen
	handlers[sanction.ExamineJob] = s.Vigilance.Examine
	handlers[lifecycle.PassJob] = s.Lifecycle.Pass
	handlers[absence.BeginJob] = s.Absences.Begin
	handlers[absence.EndJob] = s.Absences.Finish
	handlers[diffusion.RunJob] = s.Diffusions.Run
	handlers[circle.ArrivedJob] = s.Absences.Cover
	handlers[group.EnterJob] = s.Groups.Enter
	handlers[group.LeaveJob] = s.Groups.Leave
	handlers[document.ReleaseJob] = s.Documents.Due
	handlers[document.EraseJob] = s.Documents.Erase
	handlers[document.ShredJob] = s.Documents.Shred
	handlers[drive.EmptyJob] = s.Drives.Settle
	maps.Copy(handlers, s.Webhooks.Handlers())
	s.followed(handlers)
	s.Outbox = outbox.NewRunner(outbox.Config{
		Store: s.Office.Store, Ring: s.Office.Ring, Clock: o.Clock, Log: o.Log, Handlers: handlers,
		Slow: [2]string{webhook.SendJob, document.WordsJob},
	})
	return nil
}

// openTexts makes the gateway to the operator's provider of short messages, if there is one.
func (s *Server) openTexts(c *config.Config, out *outbound.Client) error {
	p, err := c.Texts()
	if err != nil || p == nil {
		return err
	}
	s.texts, err = sms.New(*p, out)
	return err
}

// sender is the mail server of the configuration, or the sealed mailbox.
func (s *Server) sender(c *config.Config) (mail.Sender, error) {
	if c.Mail.Host == "" {
		var err error
		s.Mailbox, err = mail.OpenMailbox(c.Data, s.Office.Ring.Directory())
		return s.Mailbox, err
	}
	password, err := c.MailPassword()
	if err != nil {
		return nil, err
	}
	return mail.NewSMTP(mail.Server{
		Host: c.Mail.Host, Port: c.Mail.Port, Security: mail.Security(c.Mail.Security),
		UserName: c.Mail.UserName, Password: password.Reveal(),
	})
}

func (s *Server) openSite(c *config.Config, catalog *i18n.Catalog, zone *time.Location, o Options) error {
	f := &front.Config{
		Base: c.Base(), Hosts: s.Hosts, Proxies: c.Proxies(), Secure: c.Base().Scheme == "https", Demo: c.Demo, Clock: o.Clock, Until: until, Log: o.Log,
		Alias: s.alias, Tracer: s.tracer,
	}
	if s.set != nil {
		f.Meter = s.set.Requests
	}
	w := &web.Config{Config: f, Catalog: catalog, Zone: zone, Accounts: s.Accounts, Firms: s.Firms, Legal: site.Legal}
	if err := asset.Check(); err != nil {
		return err
	}
	programs, err := s.openAPI(c, f, catalog, zone)
	if err != nil {
		return err
	}
	shown := s.pages(c)
	w.Prove = shown.Door.Prove
	shown.Reference = reference.New(programs.Document, api.Root+"/openapi.json", api.Problems())
	pages, err := w.Handler(site.Routes(shown), asset.Handler())
	if err != nil {
		return err
	}
	if err := s.openCards(w, shown.Home); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle(api.Root+"/", programs)
	mux.Handle("/", pages)
	s.probes(mux)
	mux.HandleFunc("GET "+hostname.ProofPath+"{question}", s.prove)
	drives := dav.New(&dav.Config{Config: f, Catalog: catalog, Zone: zone, Drives: s.Drives, Tokens: s.Tokens})
	calendars := caldav.New(&caldav.Config{Config: f, Catalog: catalog, Zone: zone, Agendas: s.Agendas, Tokens: s.Tokens})
	s.handler = s.count(f.Guard(calendars.Beside(drives.Beside(mux))))
	return nil
}

func (s *Server) pages(c *config.Config) site.Pages {
	p := site.Pages{
		Home: &home.Pages{Ready: s.Ready, Source: c.Legal.Source, Host: home.Host{
			Publisher: c.Legal.Publisher, Address: c.Legal.Address, Contact: c.Legal.Contact,
			Director: c.Legal.Director, Hosting: c.Legal.Hosting, Mediator: c.Legal.Mediator,
		}},
		Door: &door.Pages{Accounts: s.Accounts, Firms: s.Firms, Tokens: s.Tokens, Invitations: s.Invitations, Lifecycle: s.Lifecycle, Providers: s.Providers, Mails: c.Demo && s.Mailbox != nil},
		Desk: &desk.Pages{Overview: s.Overview, Spaces: s.Spaces, Lifecycle: s.Lifecycle, Firms: s.Firms, Plans: s.Plans, Documents: s.Documents, Memos: s.Memos, Conflict: s.Conflicts, Agendas: s.Agendas,
			Dossiers: s.Vigilance, Sanctions: s.Sanctions, Absences: s.Absences},
		Room: &room.Pages{
			Freezes:  s.Freezes,
			Notices:  s.Notices,
			Dispatch: s.Dispatch, Attests: s.Attests,
			Circles: s.Circles, Spaces: s.Spaces, Documents: s.Documents, Previews: s.Previews, Deposits: s.Deposits, Asks: s.Requests, Holds: s.Holds, Guard: s.Guard, Conflicts: s.Conflicts, Memos: s.Memos, Agendas: s.Agendas, Slots: s.Slots, Dossiers: s.Vigilance, Offers: s.Offers, Dires: s.Dires, Asked: s.Questions, Forums: s.Forums, Lifecycle: s.Lifecycle,
			Overview: s.Overview, Firms: s.Firms, Invitations: s.Invitations, Letterboxes: s.Letterboxes, Limit: c.Upload(), Passkeys: s.Accounts.Passkeys(),
			Bundles: s.Bundles, Groups: s.Groups,
		},
		Connection: &connection.Pages{Webhooks: s.Webhooks},
		Support:    &supportpage.Pages{Supports: s.Supports},
		Absence:    &absencepage.Pages{Absences: s.Absences, Spaces: s.Spaces},
		Diffusion:  &diffusionpage.Pages{Diffusions: s.Diffusions, Spaces: s.Spaces, Documents: s.Documents},
		Group:      &grouppage.Pages{Groups: s.Groups},
		Notice:     &noticepage.Pages{Accounts: s.Accounts, Notices: s.Notices, Spaces: s.Spaces},
		Charter:    &charter.Pages{Firms: s.Firms},
		Entrance:   &entrance.Pages{Providers: s.Providers, Firms: s.Firms, Hosts: s.Hosts},
		Program:    &program.Pages{Accounts: s.Accounts, Firms: s.Firms, Tokens: s.Tokens, Spaces: s.Spaces},
		Letterbox: &letterbox.Pages{
			Links: s.Letterboxes, Documents: s.Documents, Deposits: s.Deposits, Asks: s.Requests, Limit: c.Upload(), Until: until,
		},
		Upload: &upload.Pages{Documents: s.Documents, Bundles: s.Bundles, Until: until},
		Live:   &livepage.Pages{Hub: s.Office.Live, Spaces: s.Spaces, Diffusions: s.Diffusions, Until: until, Closing: s.closing},
	}
	p.Home.Own = p.Door.Top
	if c.Demo {
		p.StyleGuide = &styleguide.Pages{}
		if s.Mailbox != nil {
			p.Mailbox = &mailbox.Pages{Mailbox: s.Mailbox}
		}
	}
	return p
}

// until is an instant d from now by the machine's own clock.
func until(d time.Duration) time.Time { return time.Now().Add(d) }

// Handler is the whole site, for tests that need no socket.
func (s *Server) Handler() http.Handler { return s.handler }

// sweepEvery is how often what has expired is removed.
const sweepEvery = time.Hour

// tidy removes expired sessions and abandoned uploads, at start and then every
// hour.
func (s *Server) tidy(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for first := true; ; first = false {
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "sweeping what has expired", "cause", err.Error())
		}
		if first { // the last thing that starting does
			rest()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Server) sweep(ctx context.Context) error {
	if err := errors.Join(s.Accounts.Sweep(ctx), s.Hosts.Sweep(ctx), s.Lifecycle.SettleMoves(ctx)); err != nil {
		return err
	}
	firms, err := s.Office.Store.Firms(ctx)
	if err != nil {
		return err
	}
	for _, f := range firms {
		if err := errors.Join(s.Documents.Sweep(ctx, f), s.Memos.Sweep(ctx, f), s.Office.Sweep(ctx, f), s.Tokens.Sweep(ctx, f), s.Webhooks.Sweep(ctx, f), s.Drives.Sweep(ctx, f), s.Circles.Sweep(ctx, f)); err != nil {
			return fmt.Errorf("firm %s: %w", f, err)
		}
	}
	return s.Lifecycle.SettleMergers(ctx) // the last: what is damaged in one firm keeps nothing else waiting
}

// Close ends open streams and lets go of the database. Run has returned.
func (s *Server) Close() error {
	s.drain.Do(func() { close(s.closing) })
	return errors.Join(s.letGo(), s.Office.Store.Close())
}
