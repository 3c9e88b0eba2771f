package document

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"

	"github.com/gabriel-vasile/mimetype"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/scan"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// sniffed is how many first bytes tell the media type.
const sniffed = 3072

// errDone ends the act of an upload whose document exists already.
var errDone = errors.New("document: the upload is done")

// found is what the bytes say of themselves once all have come.
type found struct {
	sum     [32]byte
	media   string
	verdict scan.Verdict // of the scanner, where there is one
}

// complete makes the bytes readable and then the document, in this order: a
// crash between the two leaves a complete upload, which the next Resume
// completes again.
func (s *Service) complete(ctx context.Context, by authz.Actor, u arrival) (Upload, error) {
	f, err := s.seal(ctx, by, u)
	if err != nil {
		return u.view(), err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		u, err := load(a, by, u.id)
		if err != nil {
			return err
		}
		if u.state == stateDone {
			return errDone
		}
		n, err := a.Exec(updateDone, u.id, []byte{}, store.Micros(a.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "document.offset", u.progress.Sealed)
		}
		return s.file(a, by, u, f)
	})
	if err != nil && !errors.Is(err, errDone) {
		return u.view(), err
	}
	u.state = stateDone
	return u.view(), nil
}

// seal makes the bytes of a complete arrival readable and looks at them.
func (s *Service) seal(ctx context.Context, by authz.Actor, u arrival) (f found, err error) {
	f.sum, err = s.blobs.Finish(ctx, u.ref(by.Firm), u.progress)
	if errors.Is(err, fs.ErrExist) {
		f.sum, err = s.blobs.Settle(ctx, u.ref(by.Firm), u.key, u.progress)
	}
	if err != nil {
		return f, err
	}
	if f.media, err = s.sniff(ctx, u.ref(by.Firm), u.key, u.Size); err != nil {
		return f, err
	}
	f.verdict, err = s.screen(ctx, u.ref(by.Firm), u.key, u.Size)
	return f, err
}

func (s *Service) sniff(ctx context.Context, ref blob.Ref, key vault.Key, size int64) (media string, err error) {
	r, err := s.blobs.Open(ctx, ref, key, size)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	head := make([]byte, min(size, sniffed))
	if _, err := io.ReadFull(r, head); err != nil {
		return "", err
	}
	return mimetype.Detect(head).String(), nil
}

// file makes the document, or its next version, of bytes that are all there.
func (s *Service) file(a *act.Act, by authz.Actor, u arrival, f found) (err error) {
	if !u.Replaces {
		if err = s.create(a, by, u, f); err == nil {
			err = item.MarkWritten(a, by, u.Document)
		}
	} else if err = s.replace(a, by, u, f); err == nil {
		_, err = item.MarkRead(a, by, u.Document)
	}
	if err != nil {
		return err
	}
	return space.Touch(a, u.Space)
}

// filed is what the journal keeps of an arrival.
type filed struct {
	Version id.Version  `json:"version"`
	Number  int64       `json:"number"`
	Size    int64       `json:"size"`
	SHA256  string      `json:"sha256"`
	Tray    space.Tray  `json:"tray"`
	Deposit id.Deposit  `json:"deposit,omitempty"`
	Circles []id.Circle `json:"circles"`
	// Screening is what the scanner said when the bytes came.
	Screening *screened `json:"screening,omitempty"`
	From      *Origin   `json:"from,omitempty"` // what the house made it of
}

func (s *Service) create(a *act.Act, by authz.Actor, u arrival, f found) error {
	kind, deposit := "document.filed", id.Deposit("")
	if u.Tray == space.ClientTray {
		var err error
		if deposit, err = s.config.Deposit(a, by, u.Space); err != nil {
			return err
		}
		kind = "document.deposited"
	}
	box, err := a.SpaceBox(u.Space)
	if err != nil {
		return err
	}
	var wait []id.Circle
	var held []guard.Reason
	ours := deposit == "" && u.Tray != space.PartyTray
	if ours {
		if held, err = suspect(a, by, u, f); err != nil {
			return err
		}
		if wait, err = withheld(a, u.Space, u.Document, box.Lookup("sha256", string(f.sum[:])), u.Circles); err != nil {
			return err
		}
	}
	c := s.screening(f.verdict, a.Now)
	kept := ours && c.State == scan.Infected
	if ours && !kept { // the space may have become a forum since it was announced
		kept = item.Tabled(a, u.Space, authz.NatureNone, u.Circles) != nil
	}
	if len(wait) > 0 || len(held) > 0 || kept {
		house, err := circle.HouseOf(a, u.Space)
		if err != nil {
			return err
		}
		u.Circles = []id.Circle{house.Firm} // all others reach beyond it
	}
	made := item.New{ID: u.Document, Space: u.Space, Matter: u.Matter, Kind: item.Document}
	if u.Before {
		made.Nature = authz.NatureOfficial
	}
	_, err = item.Create(a, by, made, u.Circles)
	if err != nil {
		return err
	}
	err = a.Write(insertDocument, u.Document, u.Space, u.Folder, u.Tray,
		box.SealText(titlePlace(u.Document), u.Name), nameHash(box, Shown(u.Name, u.Name)), u.Version, deposit)
	if err != nil {
		return err
	}
	v, err := s.addVersion(a, by, u, f, 1)
	if err != nil {
		return err
	}
	if err := s.findable(a, u.Space, u.Document, u.Name); err != nil {
		return err
	}
	_, err = a.Record(by, kind, u.Space, string(u.Document),
		filed{u.Version, 1, u.Size, hex.EncodeToString(f.sum[:]), u.Tray, deposit, u.Circles, screenedOf(c), u.From})
	if err == nil {
		err = quarantine(a, by, u, c)
	}
	if err == nil && deposit != "" && u.Request != "" && s.config.Answer != nil {
		err = s.config.Answer(a, by, u.Space, u.Request, u.Document)
	}
	if err == nil && u.Before && !c.Held {
		err = s.tell(a, by, u.Document, sentTo(a, u.Space, u.Circles), nil)
	}
	if err != nil || deposit != "" {
		return err // the firm is told once, when the deposit is closed
	}
	if len(held) > 0 {
		_, err := a.Record(by, "guard.held", u.Space, string(u.Document), overridden{held})
		return err
	}
	if c.Held {
		return nil // told when it can be opened
	}
	if len(wait) > 0 {
		return ask(a, by, u.Space, u.Document, v, wantedOf(wait, false))
	}
	return s.tell(a, by, u.Document, sentTo(a, u.Space, u.Circles), nil)
}

func (s *Service) replace(a *act.Act, by authz.Actor, u arrival, f found) error {
	h, _, err := item.Open(a, by, u.Space, item.Document, u.Document, authz.DocumentManage)
	if err != nil {
		return err
	}
	if err := onto(a, u.plan); err != nil {
		return err
	}
	var last int64
	if err := a.Row(countVersions, []any{u.Document}, &last); err != nil {
		return err
	}
	c := s.screening(f.verdict, a.Now)
	v, err := s.addVersion(a, by, u, f, last+1)
	if err != nil {
		return err
	}
	if err := a.Write(updateCurrent, u.Document, u.Version); err != nil {
		return err
	}
	title, err := rehash(a, u.Space, u.Document, u.Name)
	if err != nil {
		return err
	}
	if err := s.findableAnew(a, u.Space, u.Document, title); err != nil {
		return err
	}
	if err := item.Renew(a, by, u.Document); err != nil {
		return err
	}
	_, err = a.Record(by, "document.replaced", u.Space, string(u.Document),
		filed{u.Version, last + 1, u.Size, hex.EncodeToString(f.sum[:]), u.Tray, "", circlesOf(h.Audience), screenedOf(c), nil})
	if err != nil {
		return err
	}
	if err := quarantine(a, by, u, c); err != nil {
		return err
	}
	a.Signal(u.Space, circlesOf(h.Audience)...)
	if h.Audience, err = takeBack(a, by, h, v); err != nil {
		return err
	}
	if err := renumber(a, by, h); err != nil || c.Held {
		return err
	}
	return s.tell(a, by, u.Document, resource(a, h), nil)
}

// takeBack takes a document whose new bytes nobody has approved back from those
// outside the firm who have it, and asks for the approval that brings it back.
// It returns whom it is left with.
func takeBack(a *act.Act, by authz.Actor, h item.Header, v stored) ([]authz.Address, error) {
	wait, err := withheld(a, h.Space, h.ID, v.digestHash, circlesOf(h.Audience))
	if err != nil {
		return nil, err
	}
	all, err := approvals(a, h.Space, h.ID)
	if err != nil {
		return nil, err
	}
	waits := slices.ContainsFunc(all, func(p Approval) bool { return p.State == Asked })
	if len(wait) == 0 && !waits {
		return h.Audience, nil
	}
	var to []wanted
	left := slices.DeleteFunc(slices.Clone(h.Audience), func(at authz.Address) bool {
		out := slices.Contains(wait, at.Circle)
		if out {
			to = append(to, wanted{at.Circle, at.Extended})
		}
		return out
	})
	if err := withdraw(a, by, h, wait); err != nil {
		return nil, err
	}
	return left, ask(a, by, h.Space, h.ID, v, to)
}

// onto refuses a version that was made from one that is not current any more.
func onto(a *act.Act, p plan) error {
	if p.Onto == "" {
		return nil
	}
	var current id.Version
	if err := a.Row(selectCurrent, []any{p.Document}, &current); err != nil {
		return err
	}
	if current != p.Onto {
		return fault.New(fault.Conflict, "document.other_version")
	}
	return nil
}

// addVersion writes a version. Its MAC binds the bytes to the document: a
// digest, a key or a blob moved from elsewhere does not pass.
func (s *Service) addVersion(a *act.Act, by authz.Actor, u arrival, f found, number int64) (stored, error) {
	box, err := a.SpaceBox(u.Space)
	if err != nil {
		return stored{}, err
	}
	wrapped, err := a.Wrap(u.Space, versionPlace("key", u.Version), u.key) // much time may have passed
	if err != nil {
		return stored{}, err
	}
	v := stored{
		Version: Version{ID: u.Version, Number: number, Author: by.Person, Size: u.Size, Created: a.Now},
		blob:    u.ref(a.Firm()).Blob, wrapped: wrapped, digestHash: box.Lookup("sha256", string(f.sum[:])),
	}
	err = a.Write(insertVersion, v.ID, u.Document, number, by.Person, v.blob, v.wrapped, v.Size,
		box.Seal(versionPlace("digest", v.ID), f.sum[:]), v.digestHash,
		box.SealText(versionPlace("name", v.ID), u.Name), box.SealText(versionPlace("media", v.ID), f.media),
		box.SealText(versionPlace("reason", v.ID), u.Reason), store.Micros(a.Now),
		box.MAC("version", v.fields(u.Document)...))
	if err != nil {
		return v, err
	}
	if err := s.pronounce(a, u.Space, u.Document, v.ID, s.screening(f.verdict, a.Now)); err != nil {
		return v, err
	}
	if u.Tray == space.PartyTray {
		return v, nil // whose bytes they are is no news for the firm
	}
	return v, guard.LearnBytes(a, u.Space, u.Document, f.sum, u.Tray == space.ClientTray)
}

// stored is a version with what only the house needs.
type stored struct {
	Version
	blob       id.Blob
	wrapped    []byte
	digestHash []byte
}

// fields are those that the MAC of the row covers.
func (v stored) fields(of id.Item) []string {
	return []string{
		string(v.ID), string(of), number(v.Number), string(v.Author), string(v.blob), string(v.wrapped),
		number(v.Size), string(v.digestHash), number(store.Micros(v.Created)),
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
