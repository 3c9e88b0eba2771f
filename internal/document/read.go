package document

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Detail is one document with everything its page shows.
type Detail struct {
	Document
	Versions []Version        // newest first; those the person may see
	Readers  []Reader         // for the firm's side: who has read the current version
	Members  []Recipient      // for the firm's side: everybody in the space, as [Service.Why] says
	Manage   bool             // she may rename, replace and delete it
	Address  bool             // she may send it to further circles
	Classify bool             // she may decide its nature
	Approve  bool             // she may approve it
	Release  bool             // it can be put onto the common table, and by her
	Recalls  []Recall         // for the firm's side, the latest first
	Approval *Approval        // for the firm's side: what was asked of the current version
	Timed    *Timed           // for who may release it: when it comes onto the table by itself
	Exhibit  *exhibit.Exhibit // its number before the parties; nil when its bytes have none
	Former   *Former          // for who manages it: what an undoing brings back, nil when there is nothing
}

// Reader is someone who has read a document, and when first.
type Reader struct {
	Person id.Person
	Name   string
	At     time.Time
}

// Show returns a document to someone who may read it. It marks nothing as read.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Item) (d Detail, err error) {
	defer fault.Op(&err, "document.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		h, f, err := item.Open(a, by, "", item.Document, of, authz.DocumentRead)
		if err != nil {
			return err
		}
		if d, err = detail(a, by, h, f); err == nil && authz.Decide(by, authz.DocumentWhy, resource(a, h), f).Allowed {
			d.Members, err = Explain(a, resource(a, h), authz.DocumentRead)
		}
		return err
	})
	return d, err
}

// ShowIn is Show inside a running act, without the members.
func ShowIn(a *act.Act, by authz.Actor, of id.Item) (Detail, error) {
	h, f, err := item.Open(a, by, "", item.Document, of, authz.DocumentRead)
	if err != nil {
		return Detail{}, err
	}
	return detail(a, by, h, f)
}

// detail is what an opened document has.
func detail(a *act.Act, by authz.Actor, h item.Header, f authz.Facts) (d Detail, err error) {
	of := h.ID
	if d.Document, err = one(a, by, h); err != nil {
		return d, err
	}
	all, err := versions(a, h)
	if err != nil {
		return d, err
	}
	known := map[id.Version]Screening{}
	if err := screenings(a, known, selectScreenings, of); err != nil {
		return d, err
	}
	plain := make([]Version, len(all))
	for i, v := range all {
		plain[i] = v.Version
		plain[i].Screening = known[v.ID]
	}
	d.Versions = shown(plain, h.Audience, f)
	d.Current = d.Versions[0]
	d.Manage = authz.Decide(by, authz.DocumentManage, resource(a, h), f).Allowed
	d.Address = authz.Decide(by, authz.DocumentAddress, resource(a, h), f).Allowed
	d.Classify = authz.Decide(by, authz.DocumentClassify, resource(a, h), f).Allowed
	if authz.Decide(by, authz.DocumentRelease, resource(a, h), f).Allowed {
		d.Release = releasable(a, h, d.Tray, f) == nil
	}
	if d.Release {
		if d.Timed, err = timedOf(a, h); err != nil {
			return d, err
		}
	}
	if d.Exhibit, err = numberOf(a, h, d.Current.ID); err != nil {
		return d, err
	}
	if !f.Role.Inside() {
		d.Audience = nil
		return d, d.sign(a)
	}
	if d.Readers, err = readers(a, of); err != nil {
		return d, err
	}
	d.Approve = authz.Decide(by, authz.DocumentApprove, resource(a, h), f).Allowed
	if d.Manage {
		if d.Former, err = former(a, h); err != nil {
			return d, err
		}
	}
	if d.Recalls, err = recalls(a, h); err != nil {
		return d, err
	}
	if d.Approval, err = latest(a, h, all[0].ID); err != nil {
		return d, err
	}
	return d, d.sign(a)
}

// numberOf is the number of bytes of an opened document, nil when they have none.
func numberOf(a *act.Act, h item.Header, v id.Version) (*exhibit.Exhibit, error) {
	all, err := exhibit.OfItem(a, h.Space, h.ID)
	if err != nil || len(all) == 0 || all[0].Version != v {
		return nil, err
	}
	return &all[0], nil
}

// sign writes the names of authors and readers.
func (d *Detail) sign(a *act.Act) error {
	var people []id.Person
	for _, v := range d.Versions {
		people = append(people, v.Author)
	}
	for _, r := range d.Readers {
		people = append(people, r.Person)
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return err
	}
	for i := range d.Versions {
		d.Versions[i].AuthorName = names[d.Versions[i].Author]
	}
	d.Current = d.Versions[0]
	for i := range d.Readers {
		d.Readers[i].Name = names[d.Readers[i].Person]
	}
	return nil
}

func readers(a *act.Act, of id.Item) ([]Reader, error) {
	reads, err := item.Reads(a, of)
	if err != nil {
		return nil, err
	}
	out := make([]Reader, 0, len(reads))
	for p, at := range reads {
		out = append(out, Reader{Person: p, At: at})
	}
	slices.SortFunc(out, func(x, y Reader) int { return x.At.Compare(y.At) })
	return out, nil
}

// versions reads the versions of an opened item, newest first.
func versions(a *act.Act, h item.Header) ([]stored, error) {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return nil, err
	}
	var out []stored
	err = a.Each(selectVersions, []any{h.ID}, func(scan func(...any) error) error {
		var v versionRow
		if err := scan(v.dest()...); err != nil {
			return err
		}
		opened, err := v.open(box, h.ID)
		out = append(out, opened)
		return err
	})
	if err == nil && len(out) == 0 {
		err = fault.Absent().Because(errors.New("document: without a version"))
	}
	return out, err
}

// versionRow is a version as it is stored.
type versionRow struct {
	stored
	created                          int64
	media, mac, name, reason, digest []byte
}

func (v *versionRow) dest() []any {
	return []any{&v.ID, &v.Number, &v.stored.Author, &v.Size, &v.media, &v.created, &v.mac,
		&v.blob, &v.wrapped, &v.digestHash, &v.name, &v.reason, &v.digest}
}

// open checks the row and opens its texts.
func (v *versionRow) open(box *vault.Box, of id.Item) (s stored, err error) {
	s = v.stored
	s.Created = store.Time(v.created)
	if err := box.CheckMAC(v.mac, "version", s.fields(of)...); err != nil {
		return s, err
	}
	for column, text := range map[string]struct {
		sealed []byte
		to     *string
	}{"media": {v.media, &s.Media}, "name": {v.name, &s.Name}, "reason": {v.reason, &s.Reason}} {
		if *text.to, err = box.OpenText(versionPlace(column, s.ID), text.sealed); err != nil {
			return s, err
		}
	}
	sum, err := box.Open(versionPlace("digest", s.ID), v.digest)
	copy(s.SHA256[:], sum)
	return s, err
}

// Deposited is a document of a deposit, for package deposit.
type Deposited struct {
	Document id.Item
	Name     string // as the file was called
	Size     int64  // bytes
	Media    string
	SHA256   [32]byte
	At       time.Time
	Deleted  bool // the firm has taken it away since
	// Screening is what is known of its bytes now.
	Screening Screening
}

// OfDeposit returns what was put into a deposit, oldest first. The caller has
// opened the deposit.
func OfDeposit(a *act.Act, in id.Space, of id.Deposit) ([]Deposited, error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	var out []Deposited
	var versions []id.Version
	err = a.Each(selectDeposited, []any{in, of}, func(scan func(...any) error) error {
		var d Deposited
		var deleted int64
		var v versionRow
		if err := scan(append([]any{&d.Document, &deleted}, v.dest()...)...); err != nil {
			return err
		}
		o, err := v.open(box, d.Document)
		d.Name, d.Size, d.Media, d.SHA256, d.At, d.Deleted = o.Name, o.Size, o.Media, o.SHA256, o.Created, deleted != 0
		out, versions = append(out, d), append(versions, o.ID)
		return err
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	byItem := func(x, y Deposited) int { return cmp.Compare(x.Document, y.Document) }
	known := map[id.Version]Screening{}
	err = screenings(a, known, selectScreened, in, slices.MinFunc(out, byItem).Document, slices.MaxFunc(out, byItem).Document)
	for i, v := range versions {
		out[i].Screening = known[v]
	}
	return out, err
}

// Purpose is why someone asks for bytes.
type Purpose string

const (
	Preview  Purpose = "preview"  // to look at it in its page
	Download Purpose = "download" // to take it away
)

// Want asks for the bytes of a document. An empty Version is the current one.
// From is the first byte asked for: only a download from 0 on is a new one.
type Want struct {
	Item    id.Item
	Version id.Version
	Purpose Purpose
	From    int64
}

// Content is the bytes of one version, as they were given. Reader is the
// caller's to close; ETag is quoted. A transport that streams for long calls
// Recheck every five seconds and stops at its first error.
type Content struct {
	Reader   io.ReadSeekCloser
	Name     string // a safe file name
	Media    string // found in the bytes
	Size     int64
	SHA256   [32]byte
	ETag     string
	Version  id.Version
	Modified time.Time
	Recheck  func(context.Context) error
}

// Content opens bytes for someone who may read the document. Her first opening
// marks it as read and is recorded, and so is each download. What cannot be
// recorded is not opened; only on a full disk does one who has read a document
// before open it again without a further line.
func (s *Service) Content(ctx context.Context, by authz.Actor, want Want) (c Content, err error) {
	defer fault.Op(&err, "document.Content(%s)", want.Item)
	var o opened
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		o, err = s.openVersion(a, by, want)
		return err
	})
	if err != nil {
		return Content{}, err
	}
	r, err := s.blobs.Open(ctx, o.ref, o.key, o.Size)
	o.key.Wipe()
	if err != nil {
		return Content{}, err
	}
	if !o.read || want.taken() || o.hurried {
		var refused error
		err := s.office.Keep(ctx, by.Firm, func(a *act.Act) (err error) {
			refused, err = s.note(a, by, want)
			return err
		})
		if refused != nil {
			return Content{}, errors.Join(refused, r.Close())
		}
		if err != nil && !(o.read && fault.Is(err, fault.NoSpace)) {
			return Content{}, errors.Join(err, r.Close())
		}
	}
	return Content{
		Reader: r, Name: fold.File(o.Name), Media: o.Media, Size: o.Size, SHA256: o.SHA256,
		ETag: `"` + string(o.ID) + `"`, Version: o.ID, Modified: o.Created,
		Recheck: func(ctx context.Context) error {
			return s.office.See(ctx, by.Firm, func(a *act.Act) error {
				_, err := s.openVersion(a, by, want)
				return err
			})
		},
	}, nil
}

// taken reports whether the bytes are taken away once more; the later ranges of
// one download are not.
func (w Want) taken() bool { return w.Purpose == Download && w.From == 0 }

// opened is a version whose reading was allowed.
type opened struct {
	stored
	header item.Header
	ref    blob.Ref
	key    vault.Key
	read   bool // the actor has read the document before

	hurried bool // this opening of hers counts (see haste.go)
}

func (s *Service) openVersion(a *act.Act, by authz.Actor, want Want) (o opened, err error) {
	h, f, err := item.Open(a, by, "", item.Document, want.Item, authz.DocumentRead)
	if err != nil {
		return o, err
	}
	all, err := versions(a, h)
	if err != nil {
		return o, err
	}
	plain := make([]Version, len(all))
	for i, v := range all {
		plain[i] = v.Version
	}
	allowed := shown(plain, h.Audience, f)
	at := 0
	if want.Version != "" {
		at = slices.IndexFunc(all, func(v stored) bool { return v.ID == want.Version })
	}
	if at < 0 || !slices.ContainsFunc(allowed, func(v Version) bool { return v.ID == all[at].ID }) {
		return o, fault.Absent()
	}
	if err := s.openable(a, all[at].ID); err != nil {
		return o, err
	}
	o = opened{stored: all[at], header: h}
	o.ref = blob.Ref{Firm: a.Firm(), Space: h.Space, Document: h.ID, Version: o.ID, Blob: o.blob}
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return o, err
	}
	if o.key, err = box.UnwrapKey(versionPlace("key", o.ID), o.wrapped); err != nil {
		return o, err
	}
	var reads int
	err = a.Row(countRead, []any{h.ID, by.Person}, &reads)
	o.read = reads > 0
	if err != nil || !s.counted(by) {
		return o, err
	}
	known, err := lately(a, by, h.ID)
	o.hurried = !known
	return o, err
}

// taking is what the journal keeps of an opening.
type taking struct {
	Version id.Version `json:"version"`
	Number  int64      `json:"number"`
	SHA256  string     `json:"sha256"`
}

// note marks and records an opening; two that come at once make one first. One that
// comes in too great a haste is refused, which is told by the same act.
func (s *Service) note(a *act.Act, by authz.Actor, want Want) (refused, err error) {
	o, err := s.openVersion(a, by, want)
	if err != nil {
		return nil, err
	}
	if refused, err = s.tally(a, by, o.header.Space, want.Item); refused != nil || err != nil {
		return refused, err
	}
	first, err := item.MarkRead(a, by, want.Item)
	if err != nil {
		return nil, err
	}
	if err := exhibit.Note(a, by, want.Item, o.ID, exhibit.Opened); err != nil {
		return nil, err
	}
	details := taking{o.ID, o.Number, hex.EncodeToString(o.SHA256[:])}
	if first {
		if _, err := a.Record(by, "document.read", o.header.Space, string(want.Item), details); err != nil {
			return nil, err
		}
		house, err := circle.HouseOf(a, o.header.Space)
		if err != nil {
			return nil, err
		}
		a.Signal(o.header.Space, house.Firm)
	}
	if want.taken() {
		_, err = a.Record(by, "document.downloaded", o.header.Space, string(want.Item), details)
	}
	return nil, err
}
