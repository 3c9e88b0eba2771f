package lifecycle_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/mail"
	"cenacle/internal/memo"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// world is a running house: a firm, its post office and the mails it sent.
type world struct {
	*testing.T
	office *act.Office
	clock  *acttest.Clock

	accounts    *account.Service
	firms       *firm.Service
	invitations *invitation.Service
	life        *lifecycle.Service
	documents   *document.Service
	mailbox     *mail.Mailbox
	handlers    map[string]outbox.Handler
	runner      *outbox.Runner
	model       space.Model
	passing     *sync.Mutex // who holds it keeps departures from going on

	firm   id.Firm
	lawyer authz.Actor
}

const (
	secret = "hublot, persil, lanterne 8"
	base   = "https://cenacle.example"
)

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	eachPost(t, func(s mail.Sender) mail.Sender { return s }, run)
}

// eachPost is each with another post before the mailbox.
func eachPost(t *testing.T, post func(mail.Sender) mail.Sender, run func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		w := &world{T: t, office: office, clock: clock, accounts: account.New(office), passing: new(sync.Mutex)}
		w.accounts.Lighten()
		w.firms = firm.New(office, w.accounts)
		w.invitations = invitation.New(office, w.accounts)
		w.life = lifecycle.New(office, w.accounts, w.invitations)
		models, err := space.LoadModels()
		w.must(err)
		w.model = models[0]
		disk, err := blob.OpenDisk(t.TempDir())
		w.must(err)
		w.documents = document.New(office, blob.New(disk), document.Config{Limit: 1 << 30, Quota: 1 << 30})
		w.openPost(s, post)
		w.lawyer = w.founds("Cabinet Delmas", "anne@delmas.example", "Anne Delmas")
		w.firm = w.lawyer.Firm
		run(w)
	})
}

// openPost starts the runner of jobs over a sealed mailbox.
func (w *world) openPost(s *store.Store, post func(mail.Sender) mail.Sender) {
	w.Helper()
	catalog := i18n.Load()
	public, err := url.Parse(base)
	w.must(err)
	composer, err := mail.NewComposer(catalog, mail.Sending{Base: public, From: "avis@cenacle.example", FromName: "Cénacle"})
	w.must(err)
	w.mailbox, err = mail.OpenMailbox(w.TempDir(), w.office.Ring.Directory())
	w.must(err)
	w.handlers = w.life.Handlers(composer, post(w.mailbox), w.documents)
	w.handlers[lifecycle.PassJob] = func(ctx context.Context, of id.Firm, j outbox.Job) error {
		w.passing.Lock()
		defer w.passing.Unlock()
		return w.life.Pass(ctx, of, j)
	}
	handlers := maps.Clone(w.handlers)
	for _, words := range []string{memo.WordsJob, document.WordsJob} {
		handlers[words] = func(context.Context, id.Firm, outbox.Job) error { return nil } // nobody searches here
	}
	w.runner = outbox.NewRunner(outbox.Config{
		Store: s, Ring: w.office.Ring, Handlers: handlers, Clock: w.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(w.Context())
	over := make(chan error)
	go func() { over <- w.runner.Run(ctx) }()
	w.Cleanup(func() {
		stop()
		if err := <-over; err != nil {
			w.Error(err)
		}
	})
}

// founds opens a firm without the cost of a password.
func (w *world) founds(name, email, lawyer string) authz.Actor {
	w.Helper()
	p, _, err := w.accounts.Ensure(w.Context(), email, i18n.French)
	w.must(err)
	in := account.Session{Person: p, Via: authz.ViaPassword}
	f, err := w.life.OpenFirm(w.Context(), in, name, lawyer)
	w.must(err)
	return authz.Actor{Person: p, Firm: f.Firm, Role: authz.Admin, Via: authz.ViaPassword}
}

func (w *world) form(client, email string) lifecycle.NewSpace {
	return lifecycle.NewSpace{ClientName: client, ClientEmail: email, Model: w.model, Profile: w.model.Profile, Language: i18n.French}
}

func (w *world) opens(client, email string) space.Space {
	w.Helper()
	sp, err := w.life.OpenSpace(w.Context(), w.lawyer, w.form(client, email))
	w.must(err)
	return sp
}

func (w *world) colleague(name, email string, role authz.FirmRole) authz.Actor {
	w.Helper()
	card, err := w.firms.AddColleague(w.Context(), w.lawyer, firm.Colleague{Name: name, Email: email, Role: role})
	w.must(err)
	return authz.Actor{Person: card.Person, Firm: w.firm, Role: role, Via: authz.ViaPassword}
}

func (w *world) find(email string) account.Person {
	w.Helper()
	p, err := w.accounts.Find(w.Context(), email)
	w.must(err)
	return p
}

// mails lets what is due run and returns what was sent to an address, oldest
// first.
func (w *world) mails(to string) (out []mail.Message) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	w.must(w.runner.Idle(ctx))
	if n := w.count(countBad); n != 0 {
		w.Fatalf("%d jobs have failed", n)
	}
	all, err := w.mailbox.List(ctx, 500)
	w.must(err)
	for _, m := range all {
		if m.To == to {
			out = append([]mail.Message{m}, out...)
		}
	}
	return out
}

// one demands that exactly one mail went to an address and returns the path of
// its link.
func (w *world) one(to string) string {
	w.Helper()
	all := w.mails(to)
	if len(all) != 1 {
		w.Fatalf("%d mails to %s, want 1", len(all), to)
	}
	return w.path(all[0])
}

func (w *world) path(m mail.Message) string {
	w.Helper()
	for line := range strings.Lines(m.Text) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), base); ok {
			return path
		}
	}
	w.Fatalf("no link in %q", m.Text)
	return ""
}

// token is that of a link's path.
func (w *world) token(path string) string {
	w.Helper()
	parts := strings.Split(path, "/")
	if len(parts) != 4 || parts[1] != "l" && parts[1] != "p" || parts[2] != string(w.firm) || len(parts[3]) != account.TokenLength {
		w.Fatalf("%q is no link", path)
	}
	return parts[3]
}

func (w *world) count(s store.FirmStmt, args ...any) (n int) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error { return a.Row(s, args, &n) }))
	return n
}

func (w *world) keep(do func(*act.Act) error) {
	w.Helper()
	w.must(w.office.Keep(w.Context(), w.firm, do))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) wants(err error, kind fault.Kind, field, key string) {
	w.Helper()
	if all, ok := errors.AsType[fault.Fields](err); ok && len(all) == 1 {
		err = all[0]
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key || f.Field != field {
		w.Fatalf("got %v, want %s %q in %q", err, kind, key, field)
	}
}

func at(addr string) account.Source { return account.Source{Addr: netip.MustParseAddr(addr)} }

var (
	countBad     = store.ForFirm(`select count(*) from job where firm_id = $1 and failure <> ''`)
	countEntries = store.ForFirm(`select count(*) from journal_entry where firm_id = $1 and kind = $2`)
	countSpaces  = store.ForFirm(`select count(*) from space where firm_id = $1`)
	countCards   = store.ForFirm(`select count(*) from card where firm_id = $1`)
	countLinks   = store.ForFirm(`select count(*) from access_link where firm_id = $1 and used_at = 0 and expires_at > $2`)
)
