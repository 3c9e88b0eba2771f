package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/outbox"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/vault"
	"cenacle/internal/worker"
	reader "cenacle/internal/worker/read"
)

// WordsJob reads what a document contains, so that it is found by it.
const WordsJob = "document.words"

const (
	scanned  = 10 // pages of a PDF without words that are looked at
	tooShort = 20 // characters of a PDF below which it is taken for pictures
)

type wording struct{ Document id.Item }

// findable makes a new document found by its title at once, and by its contents
// once they have been read.
func (s *Service) findable(a *act.Act, in id.Space, of id.Item, title string) error {
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	if err := search.Index(a.Tx, box, in, of, title); err != nil || !s.config.Readers.Ready() {
		return err
	}
	return a.Follow(WordsJob, string(of), a.Now, wording{of})
}

// findableAnew forgets what a document was found by before.
func (s *Service) findableAnew(a *act.Act, in id.Space, of id.Item, title string) error {
	if err := search.Drop(a.Tx, of); err != nil {
		return err
	}
	if err := a.Write(updateUnworded, of); err != nil {
		return err
	}
	return s.findable(a, in, of, title)
}

// readable is what a reader is given of a document.
type readable struct {
	space   id.Space
	title   string
	version stored
	key     vault.Key
}

// Words is the handler of [WordsJob]: it reads the current version in a child
// (package worker) and makes the document found by its words. A file that
// cannot be read is found by its title alone. No person has read anything by
// that, and the words are kept as keyed hashes only.
func (s *Service) Words(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "document.Words")
	var w wording
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("document: payload of %s: %w", WordsJob, err)
	}
	var r readable
	err = s.office.See(ctx, of, func(a *act.Act) error {
		if r, err = readableOf(a, w.Document); err != nil {
			return err
		}
		return s.openable(a, r.version.ID)
	})
	if errors.Is(err, store.ErrNoRow) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return nil // deleted meanwhile, or held: then it is read when it is released
	}
	if err != nil {
		return err
	}
	defer r.key.Wipe()
	words, err := s.words(ctx, of, w.Document, r)
	if err != nil && !worker.Hopeless(err, j.Attempt) {
		return err
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error { return s.learn(a, w.Document, r, words) })
}

// learn indexes what was read, unless the document has changed meanwhile: then
// another job is on its way.
func (s *Service) learn(a *act.Act, of id.Item, was readable, words string) error {
	now, err := readableOf(a, of)
	if errors.Is(err, store.ErrNoRow) || fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer now.key.Wipe()
	if now.version.ID != was.version.ID || now.title != was.title {
		return nil
	}
	box, err := a.SpaceBox(now.space)
	if err != nil {
		return err
	}
	if err := search.Drop(a.Tx, of); err != nil {
		return err
	}
	if err := search.Index(a.Tx, box, now.space, of, now.title); err != nil {
		return err
	}
	if err := search.IndexContents(a.Tx, box, now.space, of, now.title, words); err != nil {
		return err
	}
	if err := Register(a, s.config.Listed, search.Words{Space: now.space, Item: of, Title: now.title, Contents: words}); err != nil {
		return err
	}
	return a.Write(updateWorded, now.version.ID)
}

// readableOf loads a document that is not deleted. Nobody asks: what it returns
// goes to a reader and nowhere else.
func readableOf(a *act.Act, of id.Item) (r readable, err error) {
	if err := a.Row(selectReadable, []any{of}, &r.space); err != nil {
		return r, err
	}
	box, err := a.SpaceBox(r.space)
	if err != nil {
		return r, err
	}
	all, err := versions(a, item.Header{ID: of, Space: r.space})
	if err != nil {
		return r, err
	}
	r.version = all[0]
	var version id.Version
	var title, name []byte
	if err := a.Row(selectNames, []any{of}, &title, &version, &name); err != nil {
		return r, err
	}
	if r.title, err = box.OpenText(titlePlace(of), title); err != nil {
		return r, err
	}
	r.key, err = box.UnwrapKey(versionPlace("key", r.version.ID), r.version.wrapped)
	return r, err
}

// Reading is the current bytes of a document for a reader that is shut in, which
// nobody asked for: what comes of them is shown to who may see the document, or
// to nobody. Reader is the caller's to close.
type Reading struct {
	Space   id.Space
	Version id.Version
	Media   string // by which it is read ([MediaOf])
	Reader  io.ReadSeekCloser
}

// Read opens a document for a reader. One that is deleted or held is absent.
func (s *Service) Read(ctx context.Context, firm id.Firm, of id.Item) (out Reading, err error) {
	defer fault.Op(&err, "document.Read(%s)", of)
	var r readable
	err = s.office.See(ctx, firm, func(a *act.Act) error {
		if r, err = readableOf(a, of); err != nil {
			return err
		}
		return s.openable(a, r.version.ID)
	})
	defer r.key.Wipe()
	if errors.Is(err, store.ErrNoRow) || fault.Is(err, fault.Forbidden) {
		return out, fault.Absent().Because(err)
	}
	if err != nil {
		return out, err
	}
	ref := blob.Ref{Firm: firm, Space: r.space, Document: of, Version: r.version.ID, Blob: r.version.blob}
	out = Reading{Space: r.space, Version: r.version.ID, Media: MediaOf(r.version.Media, r.version.Name)}
	out.Reader, err = s.blobs.Open(ctx, ref, r.key, r.version.Size)
	return out, err
}

// words reads a version, and looks at its pages when it is a scan. Beside an
// error it returns what it had read before.
func (s *Service) words(ctx context.Context, firm id.Firm, of id.Item, r readable) (string, error) {
	if r.version.Size > worker.MaxInput {
		return "", nil
	}
	ask := func(task, media string, page int) ([]byte, error) {
		ref := blob.Ref{Firm: firm, Space: r.space, Document: of, Version: r.version.ID, Blob: r.version.blob}
		from, err := s.blobs.Open(ctx, ref, r.key, r.version.Size)
		if err != nil {
			return nil, err
		}
		out, err := s.config.Readers.Do(ctx, worker.Job{Task: task, Media: media, Page: page, Input: from, Most: most(task)})
		return out, calm(errors.Join(err, from.Close()))
	}
	media := MediaOf(r.version.Media, r.version.Name)
	if reader.Scans(media) {
		out, err := ask(reader.TaskScan, media, 0)
		return string(out), err
	}
	if !reader.Reads(media) {
		return "", nil
	}
	out, err := ask(reader.TaskText, media, 0)
	if err != nil || media != "application/pdf" || len(strings.TrimSpace(string(out))) >= tooShort {
		return string(out), err
	}
	return s.scan(ctx, ask)
}

// scan makes a picture of each page of a PDF and reads it.
func (s *Service) scan(ctx context.Context, ask func(string, string, int) ([]byte, error)) (string, error) {
	var all strings.Builder
	for page := 1; page <= scanned; page++ {
		picture, err := ask(reader.TaskPage, "application/pdf", page)
		if err != nil || len(picture) == 0 {
			return all.String(), err
		}
		words, err := s.config.Readers.Do(ctx, worker.Job{Task: reader.TaskScan, Media: "image/png", Input: strings.NewReader(string(picture)), Most: reader.MostText})
		if err = calm(err); err != nil {
			return all.String(), err
		}
		all.Write(words)
		all.WriteByte('\n')
	}
	return all.String(), nil
}

// most is how much an answer may be: of words, or of a picture of a page.
func most(task string) int64 {
	if task == reader.TaskPage {
		return 0
	}
	return reader.MostText
}

// calm takes an unreadable file for an empty one, unless the clock alone says so.
func calm(err error) error {
	if errors.Is(err, worker.ErrUnreadable) && !errors.Is(err, worker.ErrLate) {
		return nil
	}
	return err
}

// MediaOf is the media type by which a file is read: mails are plain text to
// who looks at bytes alone, and known by their names.
func MediaOf(media, name string) string {
	kind, _, _ := strings.Cut(media, ";")
	if strings.EqualFold(path.Ext(name), ".eml") && (strings.HasPrefix(kind, "text/") || kind == "application/octet-stream" || kind == "message/rfc822") {
		return "message/rfc822"
	}
	return kind
}

// backfilled is how many documents one transaction of a backfill looks at.
const backfilled = 200

// backfill has the contents of documents read that nothing has read yet, those
// that came before contents were read or while no reader was there, and again of
// those that an earlier program has read beside this one.
func (s *Service) backfill(ctx context.Context, of id.Firm) error {
	if !s.config.Readers.Ready() {
		return nil
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error {
		var all []unlearnt
		for _, stmt := range []store.FirmStmt{selectUnworded, selectRetold} {
			err := a.Each(stmt, []any{backfilled}, func(scan func(...any) error) error {
				var r unlearnt
				err := scan(&r.version, &r.document, &r.current, &r.deleted)
				all = append(all, r)
				return err
			})
			if err != nil {
				return err
			}
		}
		for _, r := range all {
			if err := r.turn(a); err != nil {
				return err
			}
		}
		return nil
	})
}

// unlearnt is a version whose words the register lacks.
type unlearnt struct {
	version, current id.Version
	document         id.Item
	deleted          int64
}

// turn has it read, unless it is found by nothing.
func (r unlearnt) turn(a *act.Act) error {
	if r.version != r.current || r.deleted != 0 {
		return a.Write(updateWorded, r.version)
	}
	return a.Follow(WordsJob, string(r.document), a.Now, wording{r.document})
}
