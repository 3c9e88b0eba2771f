package document

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Standing is where an approval stands.
type Standing string

const (
	Asked   Standing = "asked"
	Given   Standing = "given"
	Refused Standing = "refused"
	void    Standing = "void" // another version came before it was decided
)

// Approval is what was asked of the lawyer who answers for a space, of the
// exact bytes of one version, and what she decided.
type Approval struct {
	ID            id.Approval
	Version       id.Version
	State         Standing
	AskedBy       id.Person
	AskedByName   string
	Asked         time.Time
	DecidedBy     id.Person
	DecidedByName string
	Decided       time.Time
	Circles       []id.Circle // to whom it goes once it is given
	Reason        string      // why it was refused

	space      id.Space
	document   id.Item
	digestHash []byte
	wanted     []wanted
}

// wanted is one circle a document is to go to.
type wanted struct {
	Circle   id.Circle `json:"circle"`
	Extended bool      `json:"extended,omitempty"`
}

// maxReason is the most characters of a reason.
const maxReason = 500

// DemandApproval decides whether what goes from a space to people outside the
// firm is approved before. What has been sent stays sent.
func (s *Service) DemandApproval(ctx context.Context, by authz.Actor, in id.Space, demanded bool) (err error) {
	defer fault.Op(&err, "document.DemandApproval(%s)", in)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.ApprovalDemand); err != nil {
			return err
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		now, yes := store.Micros(a.Now), int64(0)
		if demanded {
			yes = 1
		}
		if err := a.Write(upsertRule, in, yes, by.Person, now, box.MAC("approval_rule", ruleFields(in, yes, by.Person, now)...)); err != nil {
			return err
		}
		_, err = a.Record(by, "approval.demanded", in, string(in), demand{demanded})
		return err
	})
}

type demand struct {
	Demanded bool `json:"demanded"`
}

func ruleFields(in id.Space, yes int64, by id.Person, at int64) []string {
	return []string{string(in), number(yes), string(by), number(at)}
}

// ApprovalDemanded reports whether a space demands approval, to its members of
// the firm's side.
func (s *Service) ApprovalDemanded(ctx context.Context, by authz.Actor, in id.Space) (yes bool, err error) {
	defer fault.Op(&err, "document.ApprovalDemanded(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.CircleSee); err != nil {
			return err
		}
		yes, err = demandedIn(a, in)
		return err
	})
	return yes, err
}

// demandedIn reports whether what leaves a space is approved before: the firm
// demands it everywhere, or this space does.
func demandedIn(a *act.Act, in id.Space) (bool, error) {
	if everywhere, err := demandedEverywhere(a); err != nil || everywhere {
		return everywhere, err
	}
	var yes, at int64
	var by id.Person
	var mac []byte
	err := a.Row(selectRule, []any{in}, &yes, &by, &at, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return false, err
	}
	return yes == 1, box.CheckMAC(mac, "approval_rule", ruleFields(in, yes, by, at)...)
}

// withheld says which of the circles that a version is to go to must wait for
// an approval of these bytes.
func withheld(a *act.Act, in id.Space, of id.Item, digestHash []byte, circles []id.Circle) ([]id.Circle, error) {
	demanded, err := demandedIn(a, in)
	if err != nil || !demanded {
		return nil, err
	}
	out, err := circle.Beyond(a, in, circles)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	all, err := approvals(a, in, of)
	given := slices.ContainsFunc(all, func(p Approval) bool { return p.State == Given && string(p.digestHash) == string(digestHash) })
	if err != nil || given {
		return nil, err
	}
	return out, nil
}

// asking is what the journal keeps of an approval that is asked or decided.
type asking struct {
	Version id.Version  `json:"version"`
	SHA256  string      `json:"sha256,omitempty"`
	Circles []id.Circle `json:"circles"`
}

// ask asks the lawyer who answers for the space; what was asked before of
// another version is void, and joined.
func ask(a *act.Act, by authz.Actor, in id.Space, of id.Item, v stored, to []wanted) error {
	all, err := approvals(a, in, of)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.State != Asked {
			continue
		}
		for _, w := range p.wanted {
			if !slices.ContainsFunc(to, func(o wanted) bool { return o.Circle == w.Circle }) {
				to = append(to, w)
			}
		}
		p.State = void
		if err := p.settle(a); err != nil {
			return err
		}
	}
	p := Approval{
		ID: id.New[id.Approval](a.Now), Version: v.ID, State: Asked, AskedBy: by.Person, Asked: a.Now,
		space: in, document: of, digestHash: v.digestHash, wanted: to,
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(to)
	if err != nil {
		return fmt.Errorf("document: wanted circles: %w", err)
	}
	err = a.Write(insertApproval, p.ID, in, of, p.Version, p.digestHash, p.State, p.AskedBy, store.Micros(p.Asked),
		box.Seal(approvalPlace("wanted", p.ID), raw), box.SealText(approvalPlace("reason", p.ID), ""), box.MAC("approval", p.fields()...))
	if err != nil {
		return err
	}
	house, err := circle.HouseOf(a, in)
	if err != nil {
		return err
	}
	a.Signal(in, house.Firm)
	_, err = a.Record(by, "approval.asked", in, string(of), asking{Version: v.ID, Circles: circlesWanted(to)})
	return err
}

// settle writes a new state of an approval.
func (p Approval) settle(a *act.Act) error {
	box, err := a.SpaceBox(p.space)
	if err != nil {
		return err
	}
	return a.Write(updateApproval, p.ID, p.State, p.DecidedBy, store.Micros(p.Decided),
		box.SealText(approvalPlace("reason", p.ID), p.Reason), box.MAC("approval", p.fields()...))
}

// Verdict decides over what was asked of a document. SHA256 is that of the
// bytes that were looked at: another one is fault.Conflict.
type Verdict struct {
	Document id.Item
	SHA256   [32]byte
	Give     bool
	Reason   string // of a refusal
}

// Approve gives or refuses what was asked. Given, the document goes to whom it
// was to go.
func (s *Service) Approve(ctx context.Context, by authz.Actor, in Verdict) (err error) {
	defer fault.Op(&err, "document.Approve(%s)", in.Document)
	in.Reason = strings.TrimSpace(in.Reason)
	if !in.Give && in.Reason == "" {
		return fault.New(fault.Invalid, "document.refusal_missing").In("reason")
	}
	if !utf8.ValidString(in.Reason) || utf8.RuneCountInString(in.Reason) > maxReason {
		return fault.New(fault.Invalid, "document.refusal_long", maxReason).In("reason")
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, in.Document, authz.DocumentApprove)
		if err != nil {
			return err
		}
		all, err := versions(a, h)
		if err != nil {
			return err
		}
		p, err := pending(a, h)
		if err != nil {
			return err
		}
		if p.Version != all[0].ID || string(p.digestHash) != string(all[0].digestHash) || all[0].SHA256 != in.SHA256 {
			return fault.New(fault.Conflict, "document.other_bytes")
		}
		return s.decide(a, by, h, p, in)
	})
}

func pending(a *act.Act, h item.Header) (Approval, error) {
	all, err := approvals(a, h.Space, h.ID)
	if err != nil {
		return Approval{}, err
	}
	at := slices.IndexFunc(all, func(p Approval) bool { return p.State == Asked })
	if at < 0 {
		return Approval{}, fault.New(fault.Conflict, "document.nothing_asked")
	}
	return all[at], nil
}

func (s *Service) decide(a *act.Act, by authz.Actor, h item.Header, p Approval, in Verdict) error {
	p.Decided, p.DecidedBy, p.Reason, p.State = a.Now, by.Person, in.Reason, Refused
	kind := "approval.refused"
	if in.Give {
		p.State, kind = Given, "approval.given"
	}
	if err := p.settle(a); err != nil {
		return err
	}
	if err := revised(a, h.ID); err != nil {
		return err
	}
	a.Signal(h.Space, circlesOf(h.Audience)...)
	details := asking{p.Version, hex.EncodeToString(in.SHA256[:]), p.Circles}
	if _, err := a.Record(by, kind, h.Space, string(h.ID), details); err != nil || !in.Give {
		return err
	}
	for _, extended := range []bool{false, true} {
		to := slices.DeleteFunc(circlesWhere(p.wanted, extended), func(c id.Circle) bool { return slices.Contains(circlesOf(h.Audience), c) })
		if len(to) == 0 {
			continue
		}
		if err := s.send(a, by, h, to, extended); err != nil {
			return err
		}
	}
	return nil
}

func circlesWanted(all []wanted) []id.Circle {
	return append(circlesWhere(all, false), circlesWhere(all, true)...)
}

func circlesWhere(all []wanted, extended bool) (out []id.Circle) {
	for _, w := range all {
		if w.Extended == extended {
			out = append(out, w.Circle)
		}
	}
	return out
}

func wantedOf(circles []id.Circle, extended bool) (out []wanted) {
	for _, c := range circles {
		out = append(out, wanted{c, extended})
	}
	return out
}

// approvals reads all that was asked of a document, the latest first.
func approvals(a *act.Act, in id.Space, of id.Item) (out []Approval, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(selectApprovals, []any{of}, func(scan func(...any) error) error {
		p := Approval{space: in, document: of}
		var asked, decided int64
		var sealed, reason, mac []byte
		if err := scan(&p.ID, &p.Version, &p.digestHash, &p.State, &p.AskedBy, &asked, &p.DecidedBy, &decided, &sealed, &reason, &mac); err != nil {
			return err
		}
		p.Asked, p.Decided = store.Time(asked), store.Time(decided)
		if err := box.CheckMAC(mac, "approval", p.fields()...); err != nil {
			return err
		}
		raw, err := box.Open(approvalPlace("wanted", p.ID), sealed)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &p.wanted); err != nil {
			return fmt.Errorf("document: wanted circles of %s: %w", p.ID, err)
		}
		p.Circles = circlesWanted(p.wanted)
		p.Reason, err = box.OpenText(approvalPlace("reason", p.ID), reason)
		out = append(out, p)
		return err
	})
	return out, err
}

// latest is what was last asked of the current version, nil when nothing was,
// with the names of who asked and decided.
func latest(a *act.Act, h item.Header, current id.Version) (*Approval, error) {
	all, err := approvals(a, h.Space, h.ID)
	if err != nil || len(all) == 0 || all[0].Version != current {
		return nil, err
	}
	p := all[0]
	names, err := firm.Names(a, []id.Person{p.AskedBy, p.DecidedBy})
	p.AskedByName, p.DecidedByName = names[p.AskedBy], names[p.DecidedBy]
	return &p, err
}

// fields are those that the MAC of the row covers.
func (p Approval) fields() []string {
	return []string{
		string(p.ID), string(p.space), string(p.document), string(p.Version), string(p.digestHash), string(p.State),
		string(p.AskedBy), number(store.Micros(p.Asked)), string(p.DecidedBy), number(store.Micros(p.Decided)),
	}
}

func approvalPlace(column string, p id.Approval) vault.Place {
	return vault.Place{Table: "approval", Column: column, Row: string(p)}
}
