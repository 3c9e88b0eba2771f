// Package document holds the documents of a space: their original bytes, never
// altered, in versions of which one is current; and the uploads by which they
// arrive, resumable and sealed from the first byte.
//
// It refuses to believe what a sender says of a file: the media type is found
// in the bytes, the name is only ever shown. It refuses to share by adding: a
// document filed without a circle is the firm's alone. And it never changes
// what a client deposited: a correction is another document.
//
// A document is an item (package item), so who sees it is decided there and in
// package authz. Start at [Service.Begin] for how one arrives, [Service.List]
// and [Service.Content] for how one is read.
package document

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/quota"
	"cenacle/internal/scan"
	"cenacle/internal/space"
	"cenacle/internal/vault"
	"cenacle/internal/worker"
)

const (
	defaultDelay = 2 * time.Minute
	defaultBeat  = 2 * time.Second
	lapse        = 7 * 24 * time.Hour // an upload that nobody continues
	maxPending   = 1000               // unfinished uploads of one person in one space
)

// Config is what an installation decides. The zero value of a field has the
// meaning given beside it.
type Config struct {
	Limit int64 // largest document in bytes; 0: what the format holds
	Quota int64 // bytes of all versions and unfinished uploads of one firm; 0: no limit
	// Plans bounds what the firm's own people file; nil: plans of the firm's own alone.
	Plans *quota.Service
	// Deposit gives the deposit that a client's document joins, in the act that
	// files it; package deposit has it. nil: clients cannot deposit.
	Deposit func(a *act.Act, by authz.Actor, space id.Space) (id.Deposit, error)
	// Admit refuses a client's deposit before its first byte, and Answer makes
	// the document it became the answer to a request, in the act that files it;
	// package request has both. nil: nothing is asked of anybody.
	Admit  func(a *act.Act, by authz.Actor, space id.Space, of id.Ask) error
	Answer func(a *act.Act, by authz.Actor, space id.Space, of id.Ask, document id.Item) error
	Delay  time.Duration // before a notice leaves, so that a burst makes one; 0: two minutes
	Beat   time.Duration // between two signs of life of a writer; 0: two seconds
	// Readers read what documents contain, so that they are found by it; nil:
	// documents are found by their titles alone.
	Readers *worker.Pool
	// Listed is how many spaces of one word the register of the firm lists, beyond
	// which it knows the documents themselves; 0: 128.
	Listed int
	// Alone says that no other process writes to these blobs (embedded store):
	// what a killed process left is taken over without waiting.
	Alone bool
	// Scanner looks at what arrives for what is known to be harmful; nil: nobody
	// does. Demand holds what it could not look at.
	Scanner *scan.Scanner
	Demand  bool
	// Haste is how many documents one person may open or take by a browser within
	// ten minutes; beyond, she shows again that it is she. 0: any number.
	Haste int
}

// Service is the use cases of documents. Safe for concurrent use.
type Service struct {
	office  *act.Office
	blobs   *blob.Store
	config  Config
	writers writers
	looks   looks
	memory  memory
}

// New returns the use cases over an office and its blobs.
func New(office *act.Office, blobs *blob.Store, c Config) *Service {
	if c.Limit <= 0 || c.Limit > blob.MaxSize {
		c.Limit = blob.MaxSize
	}
	c.Delay = cmp.Or(c.Delay, defaultDelay)
	c.Beat = cmp.Or(c.Beat, defaultBeat)
	return &Service{office: office, blobs: blobs, config: c, writers: writers{at: map[id.Upload]*writer{}}}
}

// Document is one document as one person sees it.
type Document struct {
	ID         id.Item
	Space      id.Space
	Folder     id.Folder // empty: in the tray itself
	Tray       space.Tray
	Deposit    id.Deposit // empty unless a client deposited it
	Title      string
	Nature     authz.Nature
	Internal   bool
	Author     id.Person
	AuthorName string
	Created    time.Time
	Read       bool // by the person who looks
	Current    Version
	// Audience is given to the firm's side alone, oldest address first.
	Audience []authz.Address
}

// Version is one state of a document's bytes.
type Version struct {
	ID         id.Version
	Number     int64 // from 1
	Author     id.Person
	AuthorName string // in [Detail] only
	Size       int64  // bytes
	Media      string // media type found in the bytes
	Created    time.Time
	Screening  Screening // of its bytes
	// The rest is opened for [Detail] only.
	Name   string   // file name as it was given, cleaned for showing
	Reason string   // why it replaced the one before
	SHA256 [32]byte // of the bytes
}

// Look is how a page shows a document.
type Look string

const (
	PDF     Look = "pdf"
	Picture Look = "picture" // PNG, JPEG, GIF, WebP
	Text    Look = "text"    // plain text
	Mail    Look = "mail"    // shown as plain text, known by the name of its file
	Office  Look = "office"  // shown as PDF, where the machine makes one of it
	Other   Look = "other"   // downloaded, never rendered: HTML and SVG among them
)

// Look tells how a page may show the bytes of v.
func (v Version) Look() Look { return LookOf(MediaOf(v.Media, v.Name)) }

// LookOf tells how a page may show bytes of a media type.
func LookOf(media string) Look {
	kind, _, _ := strings.Cut(media, ";")
	switch kind {
	case "application/pdf":
		return PDF
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return Picture
	case "text/plain":
		return Text
	case "message/rfc822":
		return Mail
	case "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "text/rtf",
		"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
		"application/vnd.oasis.opendocument.presentation":
		return Office
	}
	if strings.HasPrefix(kind, "application/vnd.openxmlformats-officedocument.") {
		return Office
	}
	return Other
}

// titleOf cleans a file name for showing. No name is refused, so that nothing
// is ever lost for the sake of one.
func titleOf(name string) string { return cmp.Or(fold.Name(name), "document") }

// firstSent is since when this member may see the item, the earliest of her
// circles' addresses. The caller has opened the item for her.
func firstSent(audience []authz.Address, f authz.Facts) time.Time {
	var first time.Time
	for _, to := range audience {
		span, in := f.Circles[to.Circle]
		if !in || !span.Covers(f.Now) || !to.Extended && to.Sent.Before(span.Since) {
			continue
		}
		if first.IsZero() || to.Sent.Before(first) {
			first = to.Sent
		}
	}
	return first
}

// shown keeps of all versions, newest first, those a member may see. The
// firm's side sees all; others do not see a draft that was replaced before the
// document was sent to them.
func shown(all []Version, audience []authz.Address, f authz.Facts) []Version {
	if f.Role.Inside() {
		return all
	}
	since := firstSent(audience, f)
	var out []Version
	for i, v := range all {
		if i == 0 || all[i-1].Created.After(since) {
			out = append(out, v)
		}
	}
	return out
}

// withFirm adds the firm's own circle to what goes to the client: what the
// client sees, her lawyers see. Without any circle it is the firm's alone.
func withFirm(chosen []id.Circle, firm, client id.Circle) []id.Circle {
	out := slices.Clone(chosen)
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 || slices.Contains(out, client) && !slices.Contains(out, firm) {
		out = append(out, firm)
	}
	return out
}

// Places of sealed columns.

func versionPlace(column string, v id.Version) vault.Place {
	return vault.Place{Table: "version", Column: column, Row: string(v)}
}

func uploadPlace(column string, u id.Upload) vault.Place {
	return vault.Place{Table: "upload", Column: column, Row: string(u)}
}
