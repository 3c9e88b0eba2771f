package preview

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"cenacle/internal/act"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
	"cenacle/internal/vault"
	"cenacle/internal/worker"
	reader "cenacle/internal/worker/read"
)

// RenderJob makes a PDF of a file of an office, so that its pages can be shown.
const RenderJob = "preview.render"

// mostKept is how many bytes of a PDF are kept of a file of an office.
const mostKept = 8 << 20

type rendering struct{ Document id.Item }

// Leaves is how many pages a document is shown by. Pending: they are being
// made, and the pages that show the document are told when they are there. None
// and not pending: it cannot be shown by pages.
type Leaves struct {
	Pages   int
	Pending bool
	Unfit   bool // somebody tried: it is shown by nothing
}

// Leaves counts the pages of a document that was opened for an actor of a firm.
// Those of a PDF are counted at once, and a file of an office is made a PDF
// first, in a job.
func (s *Service) Leaves(ctx context.Context, firm id.Firm, d document.Detail) (l Leaves, err error) {
	defer fault.Op(&err, "preview.Leaves(%s)", d.ID)
	look := d.Current.Look()
	if d.Current.Screening.Held || !s.readers.Ready() || !reader.Draws() || look != document.PDF && !reader.Converts(document.MediaOf(d.Current.Media, d.Current.Name)) {
		return l, nil
	}
	known, err := s.known(ctx, firm, d.Current.ID, &l.Pages)
	if err == nil && !known && look == document.PDF {
		l.Pages, err = s.make(ctx, firm, d.ID, 1)
		known = !errors.Is(err, worker.ErrLate)
		if !known {
			err = nil // in a job, then
		}
	}
	if err != nil || known {
		l.Unfit = l.Pages == 0
		return l, err
	}
	l.Pending = true
	return l, s.office.Keep(ctx, firm, func(a *act.Act) error {
		return a.Follow(RenderJob, string(d.ID), a.Now, rendering{d.ID})
	})
}

func (s *Service) known(ctx context.Context, firm id.Firm, v id.Version, pages *int) (yes bool, err error) {
	err = s.office.See(ctx, firm, func(a *act.Act) error {
		err := a.Row(selectPages, []any{v}, pages)
		if errors.Is(err, store.ErrNoRow) {
			return nil
		}
		yes = err == nil
		return err
	})
	return yes, err
}

// Render is the handler of [RenderJob]. No person has read anything by that.
func (s *Service) Render(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "preview.Render")
	var r rendering
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return fmt.Errorf("preview: payload of %s: %w", RenderJob, err)
	}
	_, err = s.make(ctx, of, r.Document, j.Attempt)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted or held meanwhile
	}
	return err
}

// make makes what a document is shown by, and keeps it; attempt counts from 1.
func (s *Service) make(ctx context.Context, firm id.Firm, of id.Item, attempt int) (pages int, err error) {
	r, err := s.documents.Read(ctx, firm, of)
	if err != nil {
		return 0, err
	}
	var made []byte
	from := io.Reader(r.Reader)
	if document.LookOf(r.Media) == document.Office {
		made, err = s.readers.Do(ctx, worker.Job{Task: reader.TaskConvert, Media: r.Media, Input: r.Reader, Most: mostKept, Placed: true})
		from = bytes.NewReader(made)
	}
	if err == nil {
		pages, err = s.count(ctx, from)
	}
	err = errors.Join(err, r.Reader.Close())
	if worker.Hopeless(err, attempt) {
		pages, made, err = 0, nil, nil
	}
	if err != nil {
		return 0, err
	}
	return pages, s.office.Keep(ctx, firm, func(a *act.Act) error { return keep(a, of, r, pages, made) })
}

func (s *Service) count(ctx context.Context, pdf io.Reader) (int, error) {
	said, err := s.readers.Do(ctx, worker.Job{Task: reader.TaskPages, Media: "application/pdf", Input: pdf, Most: 64 << 10})
	if err != nil {
		return 0, err
	}
	n, err := reader.Pages(said)
	if err != nil {
		return 0, errors.Join(worker.ErrUnreadable, err)
	}
	return n, nil
}

// keep keeps what was made, and tells the pages that wait for it.
func keep(a *act.Act, of id.Item, r document.Reading, pages int, made []byte) error {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return err
	}
	err = a.Write(insertRendition, r.Version, of, r.Space, pages, box.Seal(pdfPlace(r.Version), made), store.Micros(a.Now))
	if err != nil || document.LookOf(r.Media) == document.PDF {
		return err
	}
	house, err := circle.HouseOf(a, r.Space)
	a.Signal(r.Space, house.Firm, house.Client)
	return err
}

// rendered opens the PDF that was made of a version.
func (s *Service) rendered(ctx context.Context, firm id.Firm, in id.Space, v id.Version) (pdf []byte, err error) {
	err = s.office.See(ctx, firm, func(a *act.Act) error {
		var sealed []byte
		err := a.Row(selectPDF, []any{v}, &sealed)
		if errors.Is(err, store.ErrNoRow) {
			return none(nil)
		}
		if err != nil {
			return err
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		pdf, err = box.Open(pdfPlace(v), sealed)
		return err
	})
	return pdf, err
}

func pdfPlace(v id.Version) vault.Place {
	return vault.Place{Table: "rendition", Column: "pdf", Row: string(v)}
}

var (
	selectPages = store.ForFirm(`select pages from rendition where firm_id = $1 and version_id = $2`)

	selectPDF = store.ForFirm(`select pdf from rendition where firm_id = $1 and version_id = $2`)

	insertRendition = store.ForFirm(`
insert into rendition (firm_id, version_id, document_id, space_id, pages, pdf, made_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (firm_id, version_id) do nothing`)
)
