package document

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
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/worker"
	reader "cenacle/internal/worker/read"
)

// mostShown is how many bytes of a text a page shows.
const mostShown = 1 << 20

// Wording is how a transport says what a preview adds to a document.
type Wording struct {
	Mark   func(name string, at time.Time) string // burnt into a picture
	Letter func(reader.Letter) string             // a mail as plain text
}

// Glance opens what a page shows of a document: a picture made small with a
// mark in it, the words of a text or a mail as plain text, and anything else as
// it is, for the reader of PDF or as a download. It is recorded as
// [Service.Content] is. What cannot be read is fault.Invalid, for the page to
// say so: the original is not touched and can be taken.
func (s *Service) Glance(ctx context.Context, by authz.Actor, of id.Item, say Wording) (_ Content, err error) {
	defer fault.Op(&err, "document.Glance(%s)", of)
	c, err := s.Content(ctx, by, Want{Item: of, Purpose: Preview})
	if err != nil || !s.config.Readers.Ready() {
		return c, err
	}
	j := worker.Job{Media: MediaOf(c.Media, c.Name), Input: c.Reader}
	shown := Content{Media: "text/plain; charset=utf-8", Name: c.Name + ".txt", SHA256: c.SHA256, Modified: c.Modified, Recheck: c.Recheck}
	switch lookOf(j.Media) {
	case Picture:
		j.Task, shown.Media, shown.Name = reader.TaskPicture, "image/jpeg", c.Name+".jpg"
		if j.Mark, err = s.Mark(ctx, by, say); err != nil {
			return Content{}, errors.Join(err, c.Reader.Close())
		}
	case Text:
		j.Task, j.Input = reader.TaskText, io.LimitReader(c.Reader, mostShown)
	case Mail:
		j.Task = reader.TaskMail
	default:
		return c, nil
	}
	raw, err := s.config.Readers.Do(ctx, j)
	if err = errors.Join(err, c.Reader.Close()); errors.Is(err, worker.ErrUnreadable) {
		return Content{}, fault.New(fault.Invalid, "document.no_preview").Because(err)
	}
	if err == nil && j.Task == reader.TaskMail {
		raw, err = written(raw, say)
	}
	if err != nil {
		return Content{}, err
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
