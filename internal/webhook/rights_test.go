package webhook_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/store"
	"cenacle/internal/webhook"
)

// admin is another administrator of the firm, in no space.
func (o *office) admin(name string) authz.Actor {
	o.t.Helper()
	p := authz.Actor{Person: id.New[id.Person](o.Clock.Now()), Firm: o.Lead.Firm, Role: authz.Admin, Via: authz.ViaPassword}
	o.card(p, firm.Card{Person: p.Person, Role: authz.Admin, State: firm.Active, Name: name, Email: "admin@example.org"})
	return p
}

func (o *office) card(by authz.Actor, c firm.Card) {
	o.t.Helper()
	o.Must(o.Office.Keep(o.t.Context(), by.Firm, func(a *act.Act) error { return firm.PutCard(a, by, c) }))
}

// ISO-01 and ISO-07: a webhook tells what its owner sees at that moment. What
// she may not see any more when it is to be sent is not sent, and leaves no
// trace; her own right to keep webhooks is looked at each time.
func TestISO07_RightsAreThoseOfTheMoment(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := receive(t)
		boss := o.admin("Me Paul Leroy")
		w, _ := o.create(boss, r.URL)
		o.settle()
		r.read()
		o.file("not hers.txt")
		_, err := memo.NewService(o.Office).Write(t.Context(), o.Lead, memo.New{Space: o.space, Subject: "s", Body: "b", Internal: true})
		o.Must(err)
		o.settle()
		if came := r.read(); len(came) != 0 {
			t.Errorf("LEAK: %v, of a space that she is not in", types(came))
		}
		o.Join(boss, o.space, authz.Colleague)
		doc := o.file("hers.txt")
		o.settle()
		if came := r.read(); !slices.Equal(types(came), []string{"document.filed"}) || came[0].Data.Object != string(doc) {
			t.Errorf("told %v of a space that she is in", types(came))
		}
		r.answers(always(503))
		o.file("lost.txt")
		o.Must(o.Documents.Rename(t.Context(), o.Lead, doc, "lost too.txt"))
		o.settle()
		r.read()
		o.Leave(boss, o.space)
		r.answers(nil)
		o.pass(time.Hour)
		if came := r.read(); len(came) != 0 {
			t.Errorf("LEAK: %v were sent after she left", types(came))
		}
		if now := o.show(boss, w.ID); now.Waiting != 0 || now.State != webhook.Active {
			t.Errorf("what she may not see still waits: %+v", now)
		}
		o.Join(boss, o.space, authz.Colleague)
		o.demote(r, boss, w.ID)
	})
}

// demote takes the right to keep webhooks from the owner of one, while an event
// waits.
func (o *office) demote(r *receiver, boss authz.Actor, of id.Webhook) {
	o.t.Helper()
	r.answers(always(503))
	o.file("waits.txt")
	o.settle()
	r.read()
	o.card(boss, firm.Card{Person: boss.Person, Role: authz.Lawyer, State: firm.Active, Name: "Me Paul Leroy"})
	r.answers(nil)
	o.pass(time.Hour)
	o.file("later.txt")
	o.settle()
	now := o.show(o.Lead, of)
	if came := r.read(); len(came) != 0 || now.State != webhook.Paused || now.Reason != webhook.OwnerGone {
		o.t.Errorf("no administrator any more: %v were sent, %+v", types(came), now)
	}
	if err := o.hooks.Resume(o.t.Context(), o.Lead, of); !fault.Is(err, fault.Conflict) {
		o.t.Errorf("resumed without an owner: %v", err)
	}
	boss.Role = authz.Lawyer
	if err := o.hooks.Pause(o.t.Context(), boss, of); !fault.Is(err, fault.Forbidden) {
		o.t.Errorf("she still may: %v", err)
	}
}

func TestFirmsAreApart(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		rival := o.Found("Cabinet Rival", "Me Rival")
		theirs := o.Space(rival, "Mme Autre")
		o.settle(rival.Firm)
		mine, hers := receive(t), receive(t)
		w, _ := o.create(o.Lead, mine.URL)
		_, err := o.hooks.Show(t.Context(), rival, w.ID)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("the rival sees %v", err)
		}
		o.create(rival, hers.URL)
		for range 5 {
			o.file("a.txt")
			o.File(rival, theirs, "b.txt", []byte("b"))
		}
		o.settle(rival.Firm)
		o.settle(rival.Firm)
		for of, r := range map[id.Firm]*receiver{o.Lead.Firm: mine, rival.Firm: hers} {
			came := r.read()
			if len(came) != 6 {
				t.Errorf("%d came, want 6", len(came))
			}
			for _, m := range came {
				if m.Data.Firm != string(of) {
					t.Errorf("LEAK: told of %s in %s", m.Type, m.Data.Firm)
				}
			}
		}
	})
}

// acts is everything that can be asked of one webhook, with values that nobody
// may use.
func (o *office) acts(of id.Webhook) map[string]func(authz.Actor) error {
	ctx := o.t.Context()
	return map[string]func(by authz.Actor) error{
		"create": func(by authz.Actor) error {
			_, _, err := o.hooks.Create(ctx, by, webhook.New{Address: "nonsense"})
			return err
		},
		"list": func(by authz.Actor) error { _, err := o.hooks.List(ctx, by); return err },
		"show": func(by authz.Actor) error { _, err := o.hooks.Show(ctx, by, of); return err },
		"change": func(by authz.Actor) error {
			return o.hooks.Change(ctx, by, of, webhook.New{Address: "nonsense"})
		},
		"rotate": func(by authz.Actor) error { _, err := o.hooks.Rotate(ctx, by, of); return err },
		"pause":  func(by authz.Actor) error { return o.hooks.Pause(ctx, by, of) },
		"resume": func(by authz.Actor) error { return o.hooks.Resume(ctx, by, of) },
		"end":    func(by authz.Actor) error { return o.hooks.End(ctx, by, of) },
		"ping":   func(by authz.Actor) error { _, err := o.hooks.Ping(ctx, by, of); return err },
		"log": func(by authz.Actor) error {
			_, err := o.hooks.Notices(ctx, by, webhook.Log{Webhook: of})
			return err
		},
		"replay":        func(by authz.Actor) error { return o.hooks.Replay(ctx, by, of, "x") },
		"replay failed": func(by authz.Actor) error { _, err := o.hooks.ReplayFailed(ctx, by, of); return err },
		"replay since":  func(by authz.Actor) error { return o.hooks.ReplaySince(ctx, by, of, time.Time{}) },
	}
}

func TestRefusals(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		r := receive(t)
		o.settle()
		w, _ := o.create(o.Lead, r.URL+"/secret-path")
		other := o.admin("Me Autre")
		lawyer := o.Member(o.Lead, o.space, authz.Colleague, "Me Collègue")
		client := o.Member(o.Lead, o.space, authz.Client, "Mme Petit")
		stranger := o.Found("Cabinet Rival", "Me Rival")
		narrow, reads, confined := o.Lead, o.Lead, o.Lead
		narrow.Pass, reads.Pass, confined.Pass = &authz.Pass{Kinds: []string{"firm"}}, &authz.Pass{ReadOnly: true}, &authz.Pass{Spaces: []id.Space{o.space}}
		acts := o.acts(w.ID)
		for name, do := range acts {
			for who, by := range map[string]authz.Actor{"lawyer": lawyer, "narrow pass": narrow, "read-only pass": reads, "confined pass": confined} {
				if err := do(by); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s by a %s: %v, want it forbidden", name, who, err)
				}
			}
			for who, by := range map[string]authz.Actor{"client": client, "another firm's": stranger} {
				err := do(by)
				if who == "another firm's" && (name == "create" || name == "list") {
					continue // her own
				}
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s by a %s: %v, want it absent", name, who, err)
				}
			}
		}
		for _, name := range []string{"change", "rotate"} {
			if err := acts[name](other); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "not_owner") {
				t.Errorf("%s by another administrator: %v", name, err)
			}
		}
		if w := o.show(other, w.ID); strings.Contains(w.Address, "secret-path") || w.Address != r.URL {
			t.Errorf("another administrator sees %s", w.Address)
		}
		o.settle()
		all, err := o.hooks.Notices(t.Context(), other, webhook.Log{Webhook: w.ID, Limit: 10})
		if err != nil || len(all) != 1 || all[0].Kind != "" {
			t.Errorf("another administrator sees the log %+v, %v", all, err)
		}
		o.Must(o.hooks.Pause(t.Context(), other, w.ID), o.hooks.Resume(t.Context(), other, w.ID), o.hooks.End(t.Context(), other, w.ID))
		if _, err := o.hooks.Show(t.Context(), o.Lead, w.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("an ended one is %v", err)
		}
	})
}

func TestWrongChoices(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		for name, n := range map[string]webhook.New{
			"address": {Address: "ftp://x.example/"}, "address of a stranger's network": {Address: "https://192.168.0.1/"},
			"kinds": {Address: "https://x.example/", Kinds: []string{"document", "document.stolen"}}, "kinds ping": {Address: "https://x.example/", Kinds: []string{"ping"}},
		} {
			_, _, err := o.hooks.Create(t.Context(), o.Lead, n)
			field, _, _ := strings.Cut(name, " ")
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), "("+field+")") {
				t.Errorf("%s: %v", name, err)
			}
		}
		for range webhook.Most {
			o.create(o.Lead, "https://x.example/", "memo")
		}
		if _, _, err := o.hooks.Create(t.Context(), o.Lead, webhook.New{Address: "https://x.example/"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("one too many: %v", err)
		}
		all, err := o.hooks.List(t.Context(), o.Lead)
		if o.Must(err); len(all) != webhook.Most {
			t.Errorf("%d in the list", len(all))
		}
		o.Must(o.hooks.End(t.Context(), o.Lead, all[0].ID))
		o.create(o.Lead, "https://x.example/", "memo")
		for _, at := range []time.Time{{}, o.Clock.Now().Add(time.Hour), o.Clock.Now().Add(-31 * 24 * time.Hour)} {
			if err := o.hooks.ReplaySince(t.Context(), o.Lead, all[1].ID, at); !fault.Is(err, fault.Invalid) {
				t.Errorf("replay since %v: %v", at, err)
			}
		}
		if _, err := o.hooks.ReplayFailed(t.Context(), o.Lead, all[1].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("nothing failed: %v", err)
		}
		if err := o.hooks.Replay(t.Context(), o.Lead, all[1].ID, "nothing"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a notice that is not there: %v", err)
		}
		o.Must(o.hooks.Pause(t.Context(), o.Lead, all[1].ID))
		if _, err := o.hooks.Ping(t.Context(), o.Lead, all[1].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a test of a paused one: %v", err)
		}
	})
}

var (
	touchKinds   = store.ForFirm(`update webhook set kinds = '' where firm_id = $1`)
	touchOwner   = store.ForFirm(`update webhook set owner_id = $2 where firm_id = $1`)
	touchAddress = store.ForFirm(`update webhook set address = secret where firm_id = $1`)
)

// CRY-03: writing into the database gives nobody another owner's events.
func TestCRY03_WebhookTampered(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		boss := o.admin("Me Autre")
		w, _ := o.create(boss, "https://x.example/", "memo")
		for _, touch := range []struct {
			stmt store.FirmStmt
			args []any
		}{{touchKinds, nil}, {touchOwner, []any{o.Lead.Person}}, {touchAddress, nil}} {
			err := o.Office.Keep(t.Context(), o.Lead.Firm, func(a *act.Act) error {
				if err := a.Write(touch.stmt, touch.args...); err != nil {
					return err
				}
				return errUndo
			})
			if err != errUndo {
				t.Fatal(err)
			}
			o.Must(o.Office.Keep(t.Context(), o.Lead.Firm, func(a *act.Act) error { return a.Write(touch.stmt, touch.args...) }))
			if _, err := o.hooks.Show(t.Context(), o.Lead, w.ID); !fault.Is(err, fault.Internal) {
				t.Errorf("a touched row is read: %v", err)
			}
		}
	})
}

var errUndo = fault.New(fault.Conflict, "fault.conflict")

// ISO-13 and OUT-05: neither address nor secret stands in clear on the disk, in
// the journal or in the log of the program.
func TestISO13_NothingInClear(t *testing.T) {
	h := documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{})
	o := open(t, h)
	r := receive(t)
	w, secret := o.create(o.Lead, r.URL+"/CANARY-path?key=CANARY-key")
	o.file("a.txt")
	o.settle()
	if len(r.read()) == 0 {
		t.Fatal("nothing came")
	}
	_, err := o.hooks.Rotate(t.Context(), o.Lead, w.ID)
	o.Must(err)
	for _, e := range o.Journal(o.Lead) {
		if strings.Contains(string(e.Details), "CANARY") || strings.Contains(string(e.Details), secret) {
			t.Errorf("the journal says %s", e.Details)
		}
	}
	read := 0
	o.Must(filepath.WalkDir(h.Stored.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		read += len(raw)
		for _, canary := range []string{"CANARY", secret, strings.TrimPrefix(secret, "whsec_"), r.URL} {
			if strings.Contains(string(raw), canary) {
				t.Errorf("%s holds %q", path, canary)
			}
		}
		return err
	}))
	if read < 10_000 {
		t.Errorf("only %d bytes were looked at", read)
	}
}
