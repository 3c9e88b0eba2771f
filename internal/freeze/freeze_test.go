package freeze_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/freeze"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/overview"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// matter is a space with one person of each kind, and a document for its client.
type matter struct {
	*documenttest.House
	freezes                                          *freeze.Service
	in                                               id.Space
	lawyer, junior, assistant, client, guest, reader authz.Actor
	gone                                             authz.Actor
	house                                            circle.House
	letter                                           id.Item
}

func open(h *documenttest.House) *matter {
	h.T.Helper()
	m := &matter{House: h, freezes: freeze.NewService(h.Office), in: h.Space(h.Lead, "Mme Petit")}
	m.lawyer, m.assistant = h.Member(h.Lead, m.in, authz.Colleague, "Me Leroy"), h.Member(h.Lead, m.in, authz.Assistant, "Inès")
	m.junior = m.lawyer
	m.junior.Role = authz.FirmColleague // her card of another day
	m.client, m.guest = h.Member(h.Lead, m.in, authz.Client, "Mme Petit"), h.Member(h.Lead, m.in, authz.Guest, "M. Expert")
	m.reader, m.gone = h.Member(h.Lead, m.in, authz.Reader, "M. Lecteur"), h.Member(h.Lead, m.in, authz.Client, "M. Parti")
	h.Leave(m.gone, m.in)
	m.house = h.Circles(h.Lead, m.in)
	h.Clock.Advance(time.Minute)
	m.letter = h.File(h.Lead, m.in, "Lettre.txt", []byte("Lettre"), m.house.All).Document
	return m
}

// reads wants a document to be there for somebody, or to be absent.
func (m *matter) reads(by authz.Actor, of id.Item, want fault.Kind) {
	m.T.Helper()
	if _, err := m.Documents.Show(m.T.Context(), by, of); fault.KindOf(err) != want {
		m.T.Errorf("%s reads: %v, want %v", by.Role, err, want)
	}
}

const none = fault.Kind(0)

// TestFreeze: a client shuts everyone outside the firm out, herself included; the
// firm works on; a lawyer lets them in again as they were, with what came
// meanwhile.
func TestFreeze(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, m := t.Context(), open(h)
		for _, by := range []authz.Actor{m.guest, m.reader} {
			if err := m.freezes.Freeze(ctx, by, m.in); !fault.Is(err, fault.Forbidden) {
				t.Errorf("frozen by one who owns nothing: %v", err)
			}
		}
		if err := m.freezes.Freeze(ctx, m.gone, m.in); !fault.Is(err, fault.NotFound) {
			t.Errorf("frozen by one who left: %v", err)
		}
		h.Must(m.freezes.Freeze(ctx, m.client, m.in))
		h.Clock.Advance(time.Minute)
		for _, by := range []authz.Actor{m.client, m.guest, m.reader, m.gone} {
			m.reads(by, m.letter, fault.NotFound)
			if err := m.freezes.Thaw(ctx, by, m.in, "moi"); !fault.Is(err, fault.NotFound) {
				t.Errorf("thawed by who is shut out: %v", err)
			}
		}
		m.reads(h.Lead, m.letter, none)
		later := h.File(m.lawyer, m.in, "Suite.txt", []byte("Suite"), m.house.Client).Document
		if err := m.freezes.Freeze(ctx, h.Lead, m.in); !fault.Is(err, fault.Conflict) {
			t.Errorf("frozen twice: %v", err)
		}
		f, err := m.freezes.Standing(ctx, m.assistant, m.in)
		if err != nil || f == nil || f.ByName != "Mme Petit" || len(f.People) != 3 || slices.Contains(f.People, m.gone.Person) {
			t.Errorf("standing: %+v, %v", f, err)
		}
		m.thaw()
		for _, by := range []authz.Actor{m.client, m.guest, m.reader} {
			if f, err := m.freezes.Standing(ctx, by, m.in); !fault.Is(err, fault.Forbidden) || f != nil {
				t.Errorf("a %s is shown the firm's side of it: %+v, %v", by.Role, f, err)
			}
		}
		for _, by := range []authz.Actor{m.client, m.guest, m.reader} {
			m.reads(by, m.letter, none)
		}
		m.reads(m.client, later, none)
		m.reads(m.guest, later, fault.NotFound)
		m.reads(m.gone, m.letter, fault.NotFound)
		desk, err := overview.New(h.Office).Space(ctx, m.client, m.in)
		if err != nil || len(desk) == 0 || desk[0].Count != 2 {
			t.Errorf("what waits for the client: %+v, %v", desk, err)
		}
		if kinds := h.Kinds(h.Lead); kinds["space.frozen"] != 1 || kinds["space.thawed"] != 1 {
			t.Errorf("the journal has %v", kinds)
		}
		if told := h.Jobs(freeze.NoticeJob); len(told) != 1 || !strings.Contains(string(told[0].Payload), string(h.Lead.Person)) {
			t.Errorf("told: %+v", told)
		}
	})
}

// thaw has everybody try who may not, and then a lawyer.
func (m *matter) thaw() {
	m.T.Helper()
	ctx := m.T.Context()
	for _, by := range []authz.Actor{m.assistant, m.junior} {
		if err := m.freezes.Thaw(ctx, by, m.in, "Rappelée"); !fault.Is(err, fault.Forbidden) {
			m.T.Errorf("thawed by no lawyer: %v", err)
		}
	}
	for _, why := range []string{"", " \n", strings.Repeat("x", 501)} {
		if err := m.freezes.Thaw(ctx, m.lawyer, m.in, why); !fault.Is(err, fault.Invalid) {
			m.T.Errorf("thawed for %q: %v", why, err)
		}
	}
	m.Must(m.freezes.Thaw(ctx, m.lawyer, m.in, "Rappelée au téléphone"))
	if err := m.freezes.Thaw(ctx, m.lawyer, m.in, "Encore"); !fault.Is(err, fault.Conflict) {
		m.T.Errorf("thawed twice: %v", err)
	}
	if f, err := m.freezes.Standing(ctx, m.lawyer, m.in); err != nil || f != nil {
		m.T.Errorf("standing after the thaw: %+v, %v", f, err)
	}
}

// TestISO07_Frozen: what was given before a freeze opens nothing in it, and a
// link opens nothing after it either.
func TestISO07_Frozen(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, m := t.Context(), open(h)
		var token string
		h.Must(h.Office.Do(ctx, h.Lead.Firm, func(a *act.Act) (err error) {
			token, err = invitation.Issue(a, h.Lead, m.in, m.client.Person)
			return err
		}))
		h.Must(m.freezes.Freeze(ctx, h.Lead, m.in)) // at her call
		for _, via := range []authz.Via{authz.ViaPassword, authz.ViaPasskey, authz.ViaLink, authz.ViaToken, authz.ViaDrive, authz.ViaJob} {
			by := m.client
			by.Via = via
			m.reads(by, m.letter, fault.NotFound)
		}
		links := invitation.New(h.Office, account.New(h.Office))
		if _, _, err := links.Use(ctx, h.Lead.Firm, token, account.Source{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link into a frozen space: %v", err)
		}
		h.Clock.Advance(time.Minute)
		h.Must(m.freezes.Thaw(ctx, m.lawyer, m.in, "Rappelée"))
		if _, _, err := links.Use(ctx, h.Lead.Firm, token, account.Source{}); !fault.Is(err, fault.Gone) {
			t.Errorf("a link of before the freeze: %v", err)
		}
		if told := h.Jobs(freeze.NoticeJob); len(told) != 0 {
			t.Errorf("the lead is told of her own act: %+v", told)
		}
	})
}

var (
	forgeThawed = store.ForFirm(`update space_freeze set thawed_at = 5 where firm_id = $1 and space_id = $2`)
	forgeBy     = store.ForFirm(`update space_freeze set frozen_by = 'x' where firm_id = $1 and space_id = $2`)
	forgeAway   = store.ForFirm(`delete from space_freeze where firm_id = $1 and space_id = $2`)
)

// TestCRY03_FreezeTampered: whoever writes into the database thaws nothing.
func TestCRY03_FreezeTampered(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		for name, stmt := range map[string]store.FirmStmt{"thawed": forgeThawed, "by another": forgeBy, "taken away": forgeAway} {
			m := open(h)
			h.Must(m.freezes.Freeze(t.Context(), m.client, m.in))
			h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Write(stmt, m.in) }))
			err := m.freezes.Thaw(t.Context(), m.lawyer, m.in, "Rappelée")
			if name == "taken away" && !fault.Is(err, fault.Conflict) || name != "taken away" && !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: %v", name, err)
			}
			m.reads(m.client, m.letter, fault.NotFound)
		}
	})
}
