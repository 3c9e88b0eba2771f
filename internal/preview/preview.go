// Package preview makes of a document what a page shows: a picture made small
// with a mark in it, its pages as such pictures, the words of a text or a mail.
// Whatever strangers made is opened by a child of package worker; the original is
// never altered. Of a file of an office the PDF that was made of it is kept,
// sealed, until it is erased with its version; nothing else is.
//
// It refuses to decide who may look: it asks [document.Service.Content], which
// records that somebody did. And it refuses to fail for a file: one that cannot
// be shown is fault.Invalid, for the page to say so calmly.
//
// Start at [Service.Show] and [Service.Leaves].
package preview

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/worker"
	reader "cenacle/internal/worker/read"
)

// mostShown is how many bytes of a text a page shows.
const mostShown = 1 << 20

// Service is the use cases of previews. Safe for concurrent use.
type Service struct {
	office    *act.Office
	documents *document.Service
	readers   *worker.Pool
}

// New returns the use cases over an office and its documents. Without readers a
// document is shown as it is, or not at all.
func New(office *act.Office, documents *document.Service, readers *worker.Pool) *Service {
	return &Service{office, documents, readers}
}

// Wording is how a transport says what a preview adds to a document.
type Wording struct {
	Mark   func(name string, at time.Time) string // burnt into a picture
	Letter func(reader.Letter) string             // a mail as plain text
}

// Glimpse is what of a document is to be shown: Page of its pages, or the whole
// for 0; Text, its words alone; Part, the thing of that number attached to a
// mail; Straight, the sheet of paper in a photograph.
type Glimpse struct {
	Item     id.Item
	Page     int
	Text     bool
	Part     int
	Straight bool
}

// Show opens what a page shows of a document: a page of it as a picture, or a
// picture made small, with a mark in it; the words of a text or a mail as plain
// text; and anything else as it is, for the reader of PDF or as a download. It
// is recorded as [document.Service.Content] is. What cannot be read is
// fault.Invalid, for the page to say so: the original is not touched and can be
// taken.
func (s *Service) Show(ctx context.Context, by authz.Actor, g Glimpse, say Wording) (_ document.Content, err error) {
	defer fault.Op(&err, "preview.Show(%s)", g.Item)
	if g.Page < 0 || g.Part < 0 {
		return document.Content{}, none(nil) // of any document, read or not
	}
	c, err := s.documents.Content(ctx, by, document.Want{Item: g.Item, Purpose: document.Preview})
	if err != nil || !s.readers.Ready() {
		return c, err
	}
	v := view{service: s, by: by, glimpse: g, say: say, from: c, media: document.MediaOf(c.Media, c.Name)}
	out, whole, err := v.open(ctx)
	if whole && err == nil {
		return c, nil
	}
	if err = errors.Join(err, c.Reader.Close()); errors.Is(err, worker.ErrUnreadable) {
		err = none(err)
	}
	if err != nil {
		return document.Content{}, err
	}
	return out, nil
}

// none says that there is no preview.
func none(why error) error { return fault.New(fault.Invalid, "document.no_preview").Because(why) }

// Part opens one thing attached to a mail, to be taken away. It is recorded as
// the taking of the mail is.
func (s *Service) Part(ctx context.Context, by authz.Actor, of id.Item, number int) (_ document.Content, err error) {
	defer fault.Op(&err, "preview.Part(%s)", of)
	c, err := s.documents.Content(ctx, by, document.Want{Item: of, Purpose: document.Download})
	if err != nil {
		return document.Content{}, err
	}
	v := view{service: s, by: by, glimpse: Glimpse{Item: of, Part: number}, from: c, media: document.MediaOf(c.Media, c.Name)}
	err = v.detach(ctx)
	if err = errors.Join(err, c.Reader.Close()); errors.Is(err, worker.ErrUnreadable) {
		err = fault.Absent().Because(err)
	}
	if err != nil {
		return document.Content{}, err
	}
	return v.from, nil
}

// Attached lists what is attached to a mail. Whoever is told of it has read the
// mail; of anything else it is nothing.
func (s *Service) Attached(ctx context.Context, by authz.Actor, d document.Detail) (_ []reader.File, err error) {
	defer fault.Op(&err, "preview.Attached(%s)", d.ID)
	if d.Current.Look() != document.Mail || d.Current.Screening.Held || !s.readers.Ready() {
		return nil, nil
	}
	c, err := s.documents.Content(ctx, by, document.Want{Item: d.ID, Purpose: document.Preview})
	if err != nil {
		return nil, err
	}
	l, err := s.letter(ctx, c.Reader)
	if err = errors.Join(err, c.Reader.Close()); errors.Is(err, worker.ErrUnreadable) {
		return nil, nil
	}
	return l.Files, err
}

func (s *Service) letter(ctx context.Context, from io.Reader) (l reader.Letter, err error) {
	raw, err := s.readers.Do(ctx, worker.Job{Task: reader.TaskMail, Media: "message/rfc822", Input: from})
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal(raw, &l)
}

// view is one preview under way.
type view struct {
	service *Service
	by      authz.Actor
	glimpse Glimpse
	say     Wording
	from    document.Content
	media   string
}

// detach puts one thing attached to a mail in the place of the mail.
func (v *view) detach(ctx context.Context) error {
	if document.LookOf(v.media) != document.Mail {
		return fault.Absent()
	}
	raw, err := io.ReadAll(io.LimitReader(v.from.Reader, worker.MaxInput+1))
	if err != nil {
		return err
	}
	l, err := v.service.letter(ctx, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if v.glimpse.Part < 1 || v.glimpse.Part > len(l.Files) {
		return fault.Absent()
	}
	file := l.Files[v.glimpse.Part-1]
	out, err := v.service.readers.Do(ctx, worker.Job{Task: reader.TaskPart, Media: v.media, Page: v.glimpse.Part, Input: bytes.NewReader(raw)})
	if err != nil {
		return err
	}
	v.media = document.MediaOf(file.Media, file.Name)
	v.from = document.Content{
		Reader: kept{bytes.NewReader(out)}, Name: fold.File(file.Name), Media: file.Media, Size: int64(len(out)),
		SHA256: sha256.Sum256(out), Modified: v.from.Modified, Recheck: v.from.Recheck,
	}
	return nil
}

// open makes what is shown. whole: it is shown as it is.
func (v *view) open(ctx context.Context) (_ document.Content, whole bool, err error) {
	if v.glimpse.Part != 0 {
		if err := v.detach(ctx); err != nil {
			return document.Content{}, false, err
		}
	}
	look := document.LookOf(v.media)
	switch {
	case v.glimpse.Text && reader.Reads(v.media):
		return v.words(ctx, v.from.Reader)
	case v.glimpse.Page > 0 && (look == document.PDF || look == document.Office):
		return v.leaf(ctx, look)
	case look == document.PDF && reader.Draws(): // the original is taken, not looked at
		v.glimpse.Page = 1
		return v.leaf(ctx, look)
	case look == document.Picture && v.glimpse.Straight:
		return v.straight(ctx)
	case look == document.Picture:
		return v.picture(ctx, v.from.Reader)
	case look == document.Text:
		return v.words(ctx, io.LimitReader(v.from.Reader, mostShown))
	case look == document.Mail:
		l, err := v.service.letter(ctx, v.from.Reader)
		if err != nil {
			return document.Content{}, false, err
		}
		text := v.say.Letter(l)
		return v.made([]byte(strings.ToValidUTF8(text[:min(len(text), mostShown)], "")), "text/plain; charset=utf-8", ".txt"), false, nil
	case v.glimpse.Part != 0:
		return document.Content{}, false, none(nil)
	}
	return document.Content{}, true, nil
}

func (v *view) words(ctx context.Context, from io.Reader) (document.Content, bool, error) {
	raw, err := v.service.readers.Do(ctx, worker.Job{Task: reader.TaskText, Media: v.media, Input: from, Most: reader.MostText})
	return v.made(raw, "text/plain; charset=utf-8", ".txt"), false, err
}

// leaf draws one page, then marks it: each in a child of its own.
func (v *view) leaf(ctx context.Context, look document.Look) (document.Content, bool, error) {
	from := io.Reader(v.from.Reader)
	if look == document.Office {
		d, err := v.service.documents.Show(ctx, v.by, v.glimpse.Item)
		if err != nil || v.glimpse.Part != 0 {
			return document.Content{}, false, errors.Join(err, none(nil))
		}
		pdf, err := v.service.rendered(ctx, v.by.Firm, d.Space, v.from.Version)
		if err != nil {
			return document.Content{}, false, err
		}
		from = bytes.NewReader(pdf)
	}
	drawn, err := v.service.readers.Do(ctx, worker.Job{Task: reader.TaskDraw, Media: "application/pdf", Page: v.glimpse.Page, Input: from})
	if err == nil && len(drawn) == 0 {
		err = worker.ErrUnreadable // a page that is not there
	}
	if err != nil {
		return document.Content{}, false, err
	}
	return v.picture(ctx, bytes.NewReader(drawn))
}

// picture burns the mark in.
func (v *view) picture(ctx context.Context, from io.Reader) (document.Content, bool, error) {
	mark, err := v.service.Mark(ctx, v.by, v.say)
	if err != nil {
		return document.Content{}, false, err
	}
	raw, err := v.service.readers.Do(ctx, worker.Job{Task: reader.TaskPicture, Mark: mark, Page: v.glimpse.Page, Input: from})
	return v.made(raw, "image/jpeg", ".jpg"), false, err
}

// made is something made to be looked at.
func (v *view) made(raw []byte, media, end string) document.Content {
	return document.Content{
		Reader: kept{bytes.NewReader(raw)}, Size: int64(len(raw)), Media: media, Name: v.from.Name + end,
		SHA256: v.from.SHA256, Modified: v.from.Modified, Recheck: v.from.Recheck,
	}
}

// Mark is what is written across what the actor looks at now. The words of a
// person's name are cleaned as a title is.
func (s *Service) Mark(ctx context.Context, by authz.Actor, say Wording) (mark string, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		names, err := firm.Names(a, []id.Person{by.Person})
		mark = fold.Name(say.Mark(names[by.Person], a.Now))
		return err
	})
	return mark, err
}

// kept is a small answer in memory.
type kept struct{ *bytes.Reader }

func (kept) Close() error { return nil }
