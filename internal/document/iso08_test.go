package document_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
)

// ISO-08: documents are moved from tray to tray and folder to folder, renamed, replaced,
// undone, deleted and restored, sent further and recalled, one after the other and at
// random, while people come and go. Who sees which is what an oracle of a few lines
// says, which knows of circles and times alone: where a document lies lets nobody in,
// and no way there and back either. Twenty thousand steps with CENACLE_TEST_LONG=1.
func TestISO08(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		r, _ := random(t)
		lives, steps := 2, 30
		if os.Getenv("CENACLE_TEST_LONG") == "1" {
			lives, steps = 200, 100
		}
		seen, done := 0, map[string]int{}
		for range lives {
			m := newMoves(h, r)
			for range steps {
				what := m.step()
				done[what]++
				seen += m.compare(what)
			}
		}
		if seen < lives*steps || len(done) < 10 {
			t.Errorf("%d documents were seen, done was %v: the lives were too poor to tell", seen, done)
		}
	})
}

// stay is when somebody was in the space, as the oracle remembers it.
type stay struct{ since, until time.Time }

// someone is a member, whose circles follow from her side.
type someone struct {
	actor   authz.Actor
	role    authz.Role
	circles []id.Circle
	stay
}

// posted is an address of a document.
type posted struct {
	at       time.Time
	extended bool
}

// leaf is a document of the oracle.
type leaf struct {
	id   id.Item
	to   map[id.Circle]posted
	gone bool
}

type moves struct {
	*documenttest.House
	r             *rand.Rand
	in            id.Space
	folder        id.Folder
	elsewhere     id.Folder
	other         id.Space
	firm, out, of id.Circle // the firm's, the client's, everybody's
	people        []*someone
	papers        []*leaf
	written       int
}

func newMoves(h *documenttest.House, r *rand.Rand) *moves {
	h.T.Helper()
	m := &moves{House: h, r: r, in: h.Space(h.Lead, "Petit"), other: h.Space(h.Lead, "Martin")}
	m.folder, m.elsewhere = firstFolder(h, m.in), firstFolder(h, m.other)
	c := h.Circles(h.Lead, m.in)
	m.firm, m.out, m.of = c.Firm, c.Client, c.All
	m.people = []*someone{{actor: h.Lead, role: authz.Lead, circles: []id.Circle{m.firm, m.of}, stay: stay{since: h.Clock.Now()}}}
	for range 2 {
		m.come()
	}
	m.file()
	return m
}

// come lets somebody in; come again, whoever had left.
func (m *moves) come() string {
	m.T.Helper()
	for _, p := range m.people {
		if !p.until.IsZero() && m.r.IntN(2) == 0 {
			m.Join(p.actor, m.in, p.role)
			p.stay = stay{since: m.Clock.Now()}
			return "come again"
		}
	}
	p := &someone{circles: []id.Circle{m.of}, stay: stay{since: m.Clock.Now()}}
	p.role = []authz.Role{authz.Client, authz.Client, authz.Guest, authz.Reader, authz.Assistant, authz.Colleague}[m.r.IntN(6)]
	switch {
	case p.role.Inside():
		p.circles = append(p.circles, m.firm)
	case p.role == authz.Client:
		p.circles = append(p.circles, m.out)
	}
	p.actor = m.Member(m.Lead, m.in, p.role, "Personne")
	m.people = append(m.people, p)
	return "come"
}

func (m *moves) leave() string {
	if p := m.people[m.r.IntN(len(m.people))]; p.role != authz.Lead && p.until.IsZero() {
		m.Leave(p.actor, m.in)
		p.until = m.Clock.Now()
	}
	return "leave"
}

// circles are some of the space, and the firm's wherever the client's is.
func (m *moves) circles() []id.Circle {
	return [][]id.Circle{{m.firm}, {m.firm, m.out}, {m.of}, {m.firm, m.out, m.of}}[m.r.IntN(4)]
}

func (m *moves) file() string {
	m.T.Helper()
	to := m.circles()
	m.written++
	u, err := m.Documents.File(m.T.Context(), m.Lead, document.BeginUpload{
		Space: m.in, Tray: space.FirmTray, Name: "a.txt", Circles: to,
	}, strings.NewReader(fmt.Sprint(m.in, m.written)))
	m.Must(err)
	p := &leaf{id: u.Document, to: map[id.Circle]posted{}}
	for _, c := range to {
		p.to[c] = posted{at: m.Clock.Now()}
	}
	m.papers = append(m.papers, p)
	return "file"
}

// step does one thing to one document, or lets somebody in or out.
func (m *moves) step() string {
	m.T.Helper()
	m.Clock.Advance(time.Minute)
	ctx, of := m.T.Context(), m.papers[m.r.IntN(len(m.papers))]
	trays := []space.Tray{space.FirmTray, space.SharedTray, space.ClientTray}
	move := document.Move{Item: of.id, Tray: trays[m.r.IntN(2)]}
	if move.Tray == space.FirmTray && m.r.IntN(2) == 0 {
		move.Folder = m.folder
	}
	switch m.r.IntN(13) {
	case 0:
		return m.come()
	case 1:
		return m.leave()
	case 2:
		return m.file()
	case 3:
		move.Title = "b" + strconv.Itoa(m.r.IntN(9))
		return m.may(of, "move", m.Documents.Move(ctx, m.Lead, move))
	case 4:
		return m.may(of, "rename", m.Documents.Rename(ctx, m.Lead, of.id, "c"+strconv.Itoa(m.r.IntN(9))))
	case 5:
		return m.may(of, "refile", m.Documents.Refile(ctx, m.Lead, document.Refile{Space: m.in, Documents: []id.Item{of.id}, Tray: move.Tray, Folder: move.Folder}))
	case 6:
		return m.may(of, "undo", m.Documents.Undo(ctx, m.Lead, m.in, []id.Item{of.id}), fault.Conflict)
	case 7:
		m.written++
		_, err := m.Documents.File(ctx, m.Lead, document.BeginUpload{Space: m.in, Replaces: of.id, Name: "d.txt", Reason: "corrigé"}, strings.NewReader(fmt.Sprint(m.in, m.written)))
		return m.may(of, "replace", err)
	case 8:
		m.may(of, "delete", m.Documents.Delete(ctx, m.Lead, of.id))
		of.gone = true
		return "delete"
	case 9:
		if err := m.Documents.Restore(ctx, m.Lead, of.id); err == nil {
			of.gone = false
		} else if !fault.Is(err, fault.NotFound) || of.gone {
			m.T.Errorf("restore: %v", err)
		}
		return "restore"
	case 10:
		return m.send(of)
	case 11:
		return m.recall(of)
	}
	return m.astray(of)
}

// may holds an answer to what it must be: done, or absent once deleted.
func (m *moves) may(of *leaf, what string, err error, also ...fault.Kind) string {
	m.T.Helper()
	kind := fault.KindOf(err)
	switch {
	case of.gone && !fault.Is(err, fault.NotFound), !of.gone && err != nil && !slices.Contains(also, kind):
		m.T.Errorf("%s, deleted %v: %v", what, of.gone, err)
	}
	return what
}

// astray tries to take a document where it cannot go: a folder of another space, another
// space, the client's own tray; and has somebody from outside move it.
func (m *moves) astray(of *leaf) string {
	m.T.Helper()
	by, to := m.Lead, document.Refile{Space: m.in, Documents: []id.Item{of.id}, Tray: space.FirmTray, Folder: m.elsewhere}
	switch m.r.IntN(4) {
	case 0:
		to.Space, to.Folder = m.other, ""
	case 1:
		to.Tray, to.Folder = space.ClientTray, ""
	case 2:
		by, to.Folder = m.people[m.r.IntN(len(m.people))].actor, m.folder
		if by.Role.Inside() {
			return "astray"
		}
	}
	if err := m.Documents.Refile(m.T.Context(), by, to); err == nil {
		m.T.Errorf("%+v went there", to)
	}
	return "astray"
}

func (m *moves) send(of *leaf) string {
	m.T.Helper()
	in := document.Send{Item: of.id, Circles: m.circles(), Extended: m.r.IntN(2) == 0, Confirm: []string{"wide"}}
	if m.may(of, "send", m.Documents.Address(m.T.Context(), m.Lead, in), fault.Conflict); of.gone {
		return "send"
	}
	for _, c := range in.Circles {
		if was, sentBefore := of.to[c]; !sentBefore {
			of.to[c] = posted{at: m.Clock.Now(), extended: in.Extended}
		} else if in.Extended {
			of.to[c] = posted{at: was.at, extended: true}
		}
	}
	return "send"
}

func (m *moves) recall(of *leaf) string {
	m.T.Helper()
	_, err := m.Documents.Recall(m.T.Context(), m.Lead, of.id)
	if m.may(of, "recall", err, fault.Conflict); !of.gone {
		delete(of.to, m.out)
		delete(of.to, m.of)
		if _, kept := of.to[m.firm]; !kept {
			of.to[m.firm] = posted{at: m.Clock.Now()}
		}
	}
	return "recall"
}

// sees is the oracle.
func (p *someone) sees(of *leaf) bool {
	if of.gone || !p.until.IsZero() {
		return false
	}
	return slices.ContainsFunc(p.circles, func(c id.Circle) bool {
		to, is := of.to[c]
		return is && (to.extended || !to.at.Before(p.since))
	})
}

// compare asks for everybody and every document, and lists for one of them.
func (m *moves) compare(after string) (seen int) {
	m.T.Helper()
	for _, p := range m.people {
		var want, got []id.Item
		m.Must(m.Office.See(m.T.Context(), p.actor.Firm, func(a *act.Act) error {
			for _, of := range m.papers {
				if p.sees(of) {
					want = append(want, of.id)
				}
				if _, _, err := item.Open(a, p.actor, "", item.Document, of.id, authz.DocumentRead); err == nil {
					got = append(got, of.id)
				} else if !fault.Is(err, fault.NotFound) {
					return err
				}
			}
			return nil
		}))
		if !slices.Equal(got, want) {
			m.T.Fatalf("after %s a %s sees %v, want %v", after, p.role, got, want)
		}
		seen += len(got)
	}
	p := m.people[m.r.IntN(len(m.people))]
	var listed []id.Item
	list, err := m.Documents.List(m.T.Context(), p.actor, document.ListQuery{Space: m.in, Limit: 1000})
	if err != nil && (p.until.IsZero() || !fault.Is(err, fault.NotFound)) {
		m.T.Fatalf("after %s, the list of a %s: %v", after, p.role, err)
	}
	for _, d := range list {
		listed = append(listed, d.ID)
	}
	var want []id.Item
	for _, of := range m.papers {
		if p.sees(of) {
			want = append(want, of.id)
		}
	}
	slices.SortFunc(listed, cmp.Compare[id.Item])
	slices.SortFunc(want, cmp.Compare[id.Item])
	if !slices.Equal(listed, want) {
		m.T.Fatalf("after %s a %s has listed %v, want %v", after, p.role, listed, want)
	}
	return seen
}
