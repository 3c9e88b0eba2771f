package memo

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Service is the use cases of memos.
type Service struct {
	office *act.Office
	listed int // spaces of one word that the register lists; 0: as many as documents have
}

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office: office} }

// Write sends a memo to its circles, tells their open pages, plans one notice
// for each reader, and drops the writer's draft of the same place.
func (s *Service) Write(ctx context.Context, by authz.Actor, n New) (memo id.Item, err error) {
	defer fault.Op(&err, "memo.Write(%s)", n.Space)
	if err := n.check(s.office.Clock()); err != nil {
		return "", err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		n := n // a retry starts from what was asked
		place := cmp.Or(string(n.Thread), string(n.Document))
		if memo, err = n.write(a, by); err != nil {
			return err
		}
		if n.CopyOf == "" { // a copy is written beside what she has begun herself
			err = a.Write(deleteDraft, n.Space, by.Person, place)
		}
		return err
	})
	return memo, err
}

// WriteIn is Write inside a running act; what she has begun to write there herself stays.
func WriteIn(a *act.Act, by authz.Actor, n New) (id.Item, error) {
	if err := n.check(a.Now); err != nil {
		return "", err
	}
	return n.write(a, by)
}

// write decides, writes and records a memo that was checked.
func (n *New) write(a *act.Act, by authz.Actor) (memo id.Item, err error) {
	if err := allow(a, by, n); err != nil {
		return "", err
	}
	if err := n.join(a, by); err != nil {
		return "", err
	}
	from, err := n.source(a, by)
	if err != nil {
		return "", err
	}
	gone, err := n.examine(a, by)
	if err != nil {
		return "", err
	}
	if n.cited, err = n.mention(a, by); err != nil {
		return "", err
	}
	if memo, err = n.put(a, by); err != nil {
		return "", err
	}
	return memo, n.record(a, by, memo, from, gone)
}

// record writes what was sent into the journal, whence it was copied, and which
// warnings of the guard were confirmed.
func (n *New) record(a *act.Act, by authz.Actor, memo id.Item, from *copied, gone []guard.Reason) error {
	_, err := a.Record(by, "memo.written", n.Space, string(memo), written{
		Thread: n.Thread, Internal: n.Internal, Circles: n.Circles, References: n.References, ReplyBy: n.ReplyBy, Asks: n.Asks, Mentions: n.cited,
	})
	if err != nil {
		return err
	}
	if from != nil {
		if _, err := a.Record(by, "memo.copied_out", n.Space, string(memo), from); err != nil {
			return err
		}
	}
	if len(gone) > 0 {
		_, err = a.Record(by, "guard.overridden", n.Space, string(memo), overridden{gone})
	}
	return err
}

type written struct {
	Thread     id.Thread
	Internal   bool
	Circles    []id.Circle
	References []id.Item
	ReplyBy    string
	Asks       Answer      `json:",omitempty"`
	Mentions   []id.Person `json:",omitempty"`
}

// overridden is what the journal keeps of a memo that goes although the guard
// has stopped it.
type overridden struct {
	Reasons []guard.Reason `json:"reasons"`
}

// examine asks the guard about what the firm's side sends out; what it finds
// must be confirmed.
func (n *New) examine(a *act.Act, by authz.Actor) ([]guard.Reason, error) {
	if n.Internal || !by.Role.Inside() {
		return nil, nil
	}
	reach, err := document.Recipients(a, n.resource(a, by))
	if err != nil {
		return nil, err
	}
	found, err := n.suspect(a, by, reach.Will)
	if err != nil {
		return nil, err
	}
	return guard.Demand(found, n.Confirm)
}

// suspect is what the guard finds in a memo for some readers.
func (n *New) suspect(a *act.Act, by authz.Actor, readers []document.Recipient) ([]guard.Finding, error) {
	sums, err := document.DigestsOf(a, n.Space, n.References)
	if err != nil {
		return nil, err
	}
	return guard.Check(a, by, guard.Sending{
		Space: n.Space, To: document.Outside(readers), Text: n.Subject + "\n" + n.Body, Digests: sums,
	})
}

// resource is a memo about to be sent as the rule sees it, once its circles are settled.
func (n *New) resource(a *act.Act, by authz.Actor) authz.Resource {
	on := authz.Resource{Kind: authz.OfItem, Firm: a.Firm(), Space: n.Space, Owner: by.Person, Internal: n.Internal}
	for _, c := range n.Circles {
		on.Audience = append(on.Audience, authz.Address{Circle: c, Sent: a.Now})
	}
	return on
}

// allow decides the right to write and settles who will read.
func allow(a *act.Act, by authz.Actor, n *New) error {
	do := authz.MemoWrite
	if n.Internal {
		do = authz.MemoInternal
	}
	facts, err := circle.Enter(a, by, n.Space, do)
	if err != nil {
		return err
	}
	if n.Circles, err = n.audience(a, by, facts); err != nil {
		return err
	}
	if !facts.Role.Inside() {
		n.Asks = ""
	}
	for _, doc := range n.References {
		if _, _, err := item.Open(a, by, n.Space, item.Document, doc, authz.DocumentRead); err != nil {
			return fault.New(fault.Invalid, "memo.reference_absent").In("reference").Because(err)
		}
	}
	return nil
}

// join finds or opens the thread. A thread is absent for one who sees none of
// its memos; one that began among colleagues takes only internal memos.
func (n *New) join(a *act.Act, by authz.Actor) error {
	if n.Thread == "" && n.Document != "" {
		if _, _, err := item.Open(a, by, n.Space, item.Document, n.Document, authz.DocumentRead); err != nil {
			return err
		}
		err := a.Row(selectDocumentThread, []any{n.Document}, &n.Thread)
		if err != nil && !errors.Is(err, store.ErrNoRow) {
			return err
		}
		if err != nil {
			return n.open(a)
		}
		return nil
	}
	if n.Thread == "" {
		return n.open(a)
	}
	var of id.Space
	err := a.Row(selectThread, []any{n.Thread}, &of, &n.Document)
	if errors.Is(err, store.ErrNoRow) || err == nil && of != n.Space {
		return fault.Absent()
	}
	if err != nil {
		return err
	}
	return n.follow(a, by)
}

func (n *New) follow(a *act.Act, by authz.Actor) error {
	if n.Document != "" {
		_, _, err := item.Open(a, by, n.Space, item.Document, n.Document, authz.DocumentRead)
		return err
	}
	var seen, internal int64
	if err := a.Row(countVisible, []any{by.Person, store.Micros(a.Now), n.Thread}, &seen); err != nil {
		return err
	}
	if seen == 0 {
		return fault.Absent()
	}
	if err := a.Row(selectFirstInternal, []any{n.Thread}, &internal); err != nil {
		return err
	}
	if internal == 1 && !n.Internal {
		return fault.New(fault.Conflict, "memo.thread_internal")
	}
	return nil
}

func (n *New) open(a *act.Act) error {
	box, err := a.SpaceBox(n.Space)
	if err != nil {
		return err
	}
	n.Thread = id.New[id.Thread](a.Now)
	return a.Write(insertThread, n.Thread, n.Space, n.Document, box.SealText(subjectPlace(n.Thread), n.Subject), store.Micros(a.Now))
}

func (n *New) put(a *act.Act, by authz.Actor) (id.Item, error) {
	matters, err := space.Matters(a, n.Space)
	if err != nil {
		return "", err
	}
	it, err := item.Create(a, by, item.New{
		Space: n.Space, Matter: matters[0].ID, Kind: item.Memo, Internal: n.Internal,
	}, n.Circles)
	if err != nil {
		return "", err
	}
	box, err := a.SpaceBox(n.Space)
	if err != nil {
		return "", err
	}
	if err := a.Write(insertMemo, it, n.Space, n.Thread, box.SealText(bodyPlace(it), n.Body), n.ReplyBy, n.Asks); err != nil {
		return "", err
	}
	for _, doc := range n.References {
		if err := a.Write(insertReference, it, doc); err != nil {
			return "", err
		}
	}
	for _, p := range n.cited {
		if err := a.Write(insertMention, it, p); err != nil {
			return "", err
		}
	}
	if err := space.Touch(a, n.Space); err != nil {
		return "", err
	}
	if err := findable(a, n.Space); err != nil {
		return "", err
	}
	return it, item.Notify(a, by, n.Space, it, n.Circles)
}

// SaveDraft keeps what somebody has typed so far; an empty body drops it.
func (s *Service) SaveDraft(ctx context.Context, by authz.Actor, d Draft) (err error) {
	defer fault.Op(&err, "memo.SaveDraft(%s)", d.Space)
	if !utf8.ValidString(d.Body) || utf8.RuneCountInString(d.Body) > maxBody {
		return fault.New(fault.Invalid, "memo.body_long", maxBody).In("body")
	}
	if _, err := id.Parse[id.Thread](d.Place); err != nil && d.Place != "" { // it is kept in clear
		return fault.Absent().Because(err)
	}
	return s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, d.Space, authz.MemoWrite); err != nil {
			return err
		}
		if strings.TrimSpace(d.Body) == "" {
			return a.Write(deleteDraft, d.Space, by.Person, d.Place)
		}
		box, err := a.SpaceBox(d.Space)
		if err != nil {
			return err
		}
		return a.Write(upsertDraft, d.Space, by.Person, d.Place, seal(box, by.Person, d), store.Micros(a.Now))
	})
}

func seal(box *vault.Box, p id.Person, d Draft) []byte {
	return box.SealText(draftPlace(p, d.Place), d.Body)
}

// DraftOf returns one's draft of a place, empty when there is none.
func (s *Service) DraftOf(ctx context.Context, by authz.Actor, of id.Space, place string) (d Draft, err error) {
	defer fault.Op(&err, "memo.DraftOf(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		d, err = DraftIn(a, by, of, place)
		return err
	})
	return d, err
}

// DraftIn is DraftOf inside a running act.
func DraftIn(a *act.Act, by authz.Actor, of id.Space, place string) (Draft, error) {
	d := Draft{Space: of, Place: place}
	if _, err := circle.Enter(a, by, of, authz.SpaceSee); err != nil || !by.Pass.Takes(authz.MemoRead) {
		return d, err
	}
	var sealed []byte
	var saved int64
	err := a.Row(selectDraft, []any{of, by.Person, place}, &sealed, &saved)
	if errors.Is(err, store.ErrNoRow) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	box, err := a.SpaceBox(of)
	if err != nil {
		return d, err
	}
	d.Saved = store.Time(saved)
	d.Body, err = box.OpenText(draftPlace(by.Person, place), sealed)
	return d, err
}
