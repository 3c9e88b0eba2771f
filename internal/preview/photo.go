package preview

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/worker"
	reader "cenacle/internal/worker/read"
)

const mostSheet = 32 << 20 // bytes of a flattened sheet

// Straightening asks for the PDF of the sheet in a photograph.
type Straightening struct {
	Photo   id.Item
	Name    func(title string) string // of the PDF, in the person's words; the title has no ending
	Request id.Ask                    // that the photograph answers, or empty
}

// Straightens reports whether an actor may have the sheet in a photograph made a
// PDF: the firm's side of any, others of what they deposited themselves.
func (s *Service) Straightens(by authz.Actor, d document.Detail) bool {
	mine := by.Role.Inside() || d.Tray == space.ClientTray && d.Author == by.Person
	return mine && s.readers.Ready() && d.Current.Look() == document.Picture && !d.Current.Screening.Held
}

// Sheet reports whether there is a sheet of paper in a photograph that the actor
// may read. It is recorded as [Service.Show] is.
func (s *Service) Sheet(ctx context.Context, by authz.Actor, of id.Item) (found bool, err error) {
	defer fault.Op(&err, "preview.Sheet(%s)", of)
	c, err := s.documents.Content(ctx, by, document.Want{Item: of, Purpose: document.Preview})
	if err != nil {
		return false, err
	}
	said, err := s.readers.Do(ctx, worker.Job{Task: reader.TaskFind, Input: c.Reader, Most: 1})
	if err = errors.Join(err, c.Reader.Close()); errors.Is(err, worker.ErrUnreadable) {
		return false, nil
	}
	return len(said) > 0, err
}

// Straighten makes the sheet in a photograph a PDF, a document of its own beside
// the photograph, which is not touched: the journal ties the digests of the two.
// What a client straightens is deposited by her; on the firm's side it is the
// firm's alone. Made twice, it is one document. Without a sheet it is Invalid.
func (s *Service) Straighten(ctx context.Context, by authz.Actor, in Straightening) (made id.Item, err error) {
	defer fault.Op(&err, "preview.Straighten(%s)", in.Photo)
	by.Once = authz.Once{} // the same bytes are filed once
	d, err := s.documents.Show(ctx, by, in.Photo)
	if err != nil {
		return "", err
	}
	if err := s.files(ctx, by, d.Space); err != nil {
		return "", err
	}
	if !s.Straightens(by, d) {
		return "", fault.New(fault.Invalid, "preview.no_sheet")
	}
	pdf, err := s.sheet(ctx, by, d)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(pdf)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		twin, _, err := document.TwinIn(a, by, d.Space, sum)
		made = twin.Document
		return err
	})
	if err != nil || made != "" {
		return made, err
	}
	u, err := s.documents.Put(ctx, by, s.beside(by, d, in, int64(len(pdf))), bytes.NewReader(pdf))
	return u.Document, err
}

// files decides, before anything is made, whether the actor may file what is made.
func (s *Service) files(ctx context.Context, by authz.Actor, in id.Space) error {
	do := authz.DepositMake
	if by.Role.Inside() {
		do = authz.DocumentFile
	}
	return s.office.See(ctx, by.Firm, func(a *act.Act) error {
		_, err := circle.Enter(a, by, in, do)
		return err
	})
}

// beside is where the PDF goes.
func (s *Service) beside(by authz.Actor, d document.Detail, in Straightening, size int64) document.BeginUpload {
	out := document.BeginUpload{
		Space: d.Space, Tray: d.Tray, Folder: d.Folder, Name: in.Name(strings.TrimSuffix(d.Title, path.Ext(d.Title))), Size: size, Request: in.Request,
		From: &document.Origin{Document: d.ID, SHA256: hex.EncodeToString(d.Current.SHA256[:])},
	}
	if by.Role.Inside() && d.Tray == space.ClientTray { // which is hers
		out.Tray, out.Folder, out.Request = space.FirmTray, "", ""
	}
	return out
}

// sheet has the PDF made, of the bytes that d is about.
func (s *Service) sheet(ctx context.Context, by authz.Actor, d document.Detail) ([]byte, error) {
	c, err := s.documents.Content(ctx, by, document.Want{Item: d.ID, Version: d.Current.ID, Purpose: document.Preview})
	if err != nil {
		return nil, err
	}
	pdf, err := s.readers.Do(ctx, worker.Job{Task: reader.TaskSheetPDF, Input: c.Reader, Most: mostSheet})
	err = errors.Join(err, c.Reader.Close())
	if errors.Is(err, worker.ErrUnreadable) || err == nil && len(pdf) == 0 {
		return nil, fault.New(fault.Invalid, "preview.no_sheet").Because(err)
	}
	return pdf, err
}

// straight shows the sheet in a photograph, with the mark.
func (v *view) straight(ctx context.Context) (document.Content, bool, error) {
	flat, err := v.service.readers.Do(ctx, worker.Job{Task: reader.TaskSheet, Input: io.Reader(v.from.Reader), Most: mostSheet})
	if err == nil && len(flat) == 0 {
		err = worker.ErrUnreadable
	}
	if err != nil {
		return document.Content{}, false, err
	}
	return v.picture(ctx, bytes.NewReader(flat))
}
