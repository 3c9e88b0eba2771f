// Package preview makes of a document what a page shows: a picture made small
// with a mark in it, the words of a text or a mail. Whatever strangers made is
// opened by a child of package worker; the original is never altered and the
// preview never kept.
//
// It refuses to decide who may look: it asks [document.Service.Content], which
// records that somebody did. And it refuses to fail for a file: one that cannot
// be shown is fault.Invalid, for the page to say so calmly.
//
// Start at [Service.Show].
package preview

import (
	"bytes"
	"context"
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

// Show opens what a page shows of a document: a picture made small with a mark
// in it, the words of a text or a mail as plain text, and anything else as it
// is, for the reader of PDF or as a download. It is recorded as
// [document.Service.Content] is. What cannot be read is fault.Invalid, for the
// page to say so: the original is not touched and can be taken.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Item, say Wording) (_ document.Content, err error) {
	defer fault.Op(&err, "preview.Show(%s)", of)
	c, err := s.documents.Content(ctx, by, document.Want{Item: of, Purpose: document.Preview})
	if err != nil || !s.readers.Ready() {
		return c, err
	}
	j := worker.Job{Media: document.MediaOf(c.Media, c.Name), Input: c.Reader}
	shown := document.Content{Media: "text/plain; charset=utf-8", Name: c.Name + ".txt", SHA256: c.SHA256, Modified: c.Modified, Recheck: c.Recheck}
	switch document.LookOf(j.Media) {
	case document.Picture:
		j.Task, shown.Media, shown.Name = reader.TaskPicture, "image/jpeg", c.Name+".jpg"
		if j.Mark, err = s.Mark(ctx, by, say); err != nil {
			return document.Content{}, errors.Join(err, c.Reader.Close())
		}
	case document.Text:
		j.Task, j.Input = reader.TaskText, io.LimitReader(c.Reader, mostShown)
	case document.Mail:
		j.Task = reader.TaskMail
	default:
		return c, nil
	}
	raw, err := s.readers.Do(ctx, j)
	if err = errors.Join(err, c.Reader.Close()); errors.Is(err, worker.ErrUnreadable) {
		return document.Content{}, fault.New(fault.Invalid, "document.no_preview").Because(err)
	}
	if err == nil && j.Task == reader.TaskMail {
		raw, err = written(raw, say)
	}
	if err != nil {
		return document.Content{}, err
	}
	shown.Reader, shown.Size = kept{bytes.NewReader(raw)}, int64(len(raw))
	return shown, nil
}

// written is a mail as the transport writes it.
func written(raw []byte, say Wording) ([]byte, error) {
	var l reader.Letter
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, err
	}
	text := say.Letter(l)
	return []byte(strings.ToValidUTF8(text[:min(len(text), mostShown)], "")), nil
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
