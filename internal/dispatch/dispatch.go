// Package dispatch makes the exhibits of a forum ready to leave the house by the ways
// that lawyers have outside it: copies that bear a stamp, and sendings cut by the size
// that a message of their network takes (e-Barreau, RPVA) or by one that the firm has
// chosen for its own people, each exhibit under its number, the list of exhibits
// (« bordereau de pièces ») first.
//
// A stamp is appended: a stamped copy begins with the very bytes that were communicated
// (see package stamp), which stay what is proven. What cannot be stamped, because it is
// no PDF or a locked one, has a cover sheet before it. An exhibit is never cut: one that
// no message takes lies apart, and is said to.
//
// It refuses to decide who reads what: it asks packages forum and document, which
// records each copy as a download of its own. It keeps nothing.
//
// Start at [Service.Stamp] and [Service.Prepare].
package dispatch

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/forum"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/print"
	"cenacle/internal/worker"
	reader "cenacle/internal/worker/read"
)

// PDF and Media are the media types of what is made.
const (
	PDF   = "application/pdf"
	Media = "application/zip"
)

// Service is the use cases of dispatching. Safe for concurrent use.
type Service struct {
	office    *act.Office
	documents *document.Service
	forums    *forum.Service
	readers   *worker.Pool
	book      *law.Book
	zone      *time.Location
}

// Config is what dispatching stands on. Without Readers nothing is stamped, and all has
// cover sheets.
type Config struct {
	Documents *document.Service
	Forums    *forum.Service
	Readers   *worker.Pool
	Book      *law.Book
	Zone      *time.Location
}

// New returns the use cases over an office.
func New(office *act.Office, c Config) *Service {
	return &Service{office, c.Documents, c.Forums, c.Readers, c.Book, c.Zone}
}

// Stampable reports whether exhibits of a media type have a stamp, and no cover sheet.
func Stampable(media string) bool { return document.LookOf(media) == document.PDF }

// Copy is one exhibit made ready.
type Copy struct {
	Name   string // a safe file name
	Size   int64
	Write  func(context.Context, io.Writer) error // closes what it reads
	Digest [32]byte                               // of the original
}

// Wanted is one exhibit to be stamped, on its first page alone or on all.
type Wanted struct {
	Space   id.Space
	Exhibit id.Version
	First   bool
}

// Stamp makes the stamped copy of an exhibit that the actor may read; of one that is no
// PDF, the cover sheet that goes before it. A PDF that cannot be stamped is Invalid. The
// words are in the language of p.
func (s *Service) Stamp(ctx context.Context, by authz.Actor, p *i18n.Printer, w Wanted) (_ Copy, err error) {
	defer fault.Op(&err, "dispatch.Stamp(%s)", w.Exhibit)
	all, err := s.forums.Lists(ctx, by, w.Space)
	if err != nil {
		return Copy{}, err
	}
	for _, l := range all {
		for _, e := range l.Pieces {
			if e.Version != w.Exhibit || !leaves(e) {
				continue
			}
			out, err := s.copies(ctx, job{by, p, l.Party, w.First}, e)
			if err != nil {
				return Copy{}, err
			}
			if len(out) == 2 { // the original is had elsewhere
				err = out[1].close()
			}
			if err == nil && len(out) == 2 && Stampable(document.MediaOf(e.Media, out[1].Name)) {
				err = fault.New(fault.Invalid, "dispatch.unstampable")
			}
			return out[0].Copy, err
		}
	}
	return Copy{}, fault.Absent()
}

// leaves reports whether an exhibit is there to be sent to others: its reader sees it
// and nobody has taken it off the table.
func leaves(e forum.Piece) bool { return e.Title != "" && !e.Withdrawn }

// job is who has something made, in which words, of which party.
type job struct {
	by    authz.Actor
	p     *i18n.Printer
	party forum.Party
	first bool
}

// sheet is a copy with what must be closed if it is not written.
type sheet struct {
	Copy
	close func() error
}

// copies makes the files of one exhibit: the stamped copy, or a cover sheet and the
// original.
func (s *Service) copies(ctx context.Context, j job, e forum.Piece) ([]sheet, error) {
	c, err := s.documents.Content(ctx, j.by, document.Want{Item: e.Item, Version: e.Version, Purpose: document.Download})
	if err != nil {
		return nil, err
	}
	name := document.Shown(e.Title, c.Name)
	original := sheet{Copy{Name: file(j.p.T("dispatch.file", e.Label(), name)), Size: c.Size, Digest: e.SHA256}, c.Reader.Close}
	if Stampable(document.MediaOf(e.Media, c.Name)) {
		tail, err := s.tail(ctx, j, e, c)
		if err == nil {
			original.Size += int64(len(tail))
			original.Write = func(ctx context.Context, w io.Writer) error { return write(ctx, w, c, tail) }
			return []sheet{original}, nil
		}
		if !errors.Is(err, worker.ErrUnreadable) {
			return nil, errors.Join(err, c.Reader.Close())
		}
	}
	original.Write = func(ctx context.Context, w io.Writer) error { return write(ctx, w, c, nil) }
	return []sheet{made(file(j.p.T("dispatch.cover", e.Label()))+".pdf", s.cover(j, e, name)), original}, nil
}

// file is a safe file name, in which a space is one.
func file(words string) string { return fold.File(strings.ReplaceAll(words, "\u00a0", " ")) }

// tail is what follows the bytes of a PDF to stamp it. A machine that is busy is asked
// again.
func (s *Service) tail(ctx context.Context, j job, e forum.Piece, c document.Content) (tail []byte, err error) {
	page := 0
	if j.first {
		page = 1
	}
	for attempt := 1; ; attempt++ {
		if _, err := c.Reader.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		tail, err = s.readers.Do(ctx, worker.Job{
			Task: reader.TaskStamp, Media: PDF, Page: page, Mark: j.p.T("dispatch.number", e.Label()) + "\n" + fold.Name(j.party.Name), Input: c.Reader, Most: reader.MostStamp,
		})
		if err == nil || !errors.Is(err, worker.ErrLate) || worker.Hopeless(err, attempt) {
			return tail, err
		}
	}
}

// checkedEvery is how many bytes pass between two looks at the right.
const checkedEvery = 16 << 20

// write writes a content from its beginning, and what follows it.
func write(ctx context.Context, w io.Writer, c document.Content, tail []byte) (err error) {
	defer func() { err = errors.Join(err, c.Reader.Close()) }()
	if _, err := c.Reader.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for {
		_, err := io.CopyN(w, c.Reader, checkedEvery)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = c.Recheck(ctx)
		}
		if err != nil {
			return err
		}
	}
	_, err = w.Write(tail)
	return err
}

// made is a file that is in memory.
func made(name string, raw []byte) sheet {
	return sheet{Copy{Name: name, Size: int64(len(raw)), Write: func(_ context.Context, w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(raw))
		return err
	}}, func() error { return nil }}
}

// cover is the sheet before what cannot be stamped.
func (s *Service) cover(j job, e forum.Piece, name string) []byte {
	const large, words, little = 22, 12, 9
	return print.PDF(j.p.T("dispatch.number", e.Label())+" – "+j.party.Name, []print.Line{
		{Cells: []string{j.p.T("dispatch.number", e.Label())}, Size: large, Bold: true},
		print.Text(words, j.party.Name),
		{Cells: []string{strings.TrimSuffix(name, path.Ext(name))}, Size: words, Bold: true, Above: large},
		print.Text(words, j.p.T("dispatch.communicated", j.p.DateTime(e.Released))),
		{Cells: []string{j.p.T("dispatch.follows", name, j.p.Bytes(e.Size))}, Size: words, Above: words},
		{Cells: []string{j.p.T("dispatch.digest", hex.EncodeToString(e.SHA256[:]))}, Size: little, Above: little},
	})
}
