package dispatch

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/forum"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/print"
)

// Order is what is to be sent: all that a party has communicated and the actor reads,
// in messages to a recipient, or of a size of the firm's own.
type Order struct {
	Space id.Space
	Party id.Circle
	To    law.Recipient
	Own   string // in the place of To, what that size is called
	First bool   // the stamp stands on the first page alone
}

// Size is how much one message holds: to a recipient, by the law, or by what the firm has
// chosen, to nobody in particular.
type Size struct {
	law.Message
	Own string // what one of the firm's own is called
}

// Sizes are those that the actor can order a sending in: those of the law on this day
// and, for the firm's own people, those of the firm.
func (s *Service) Sizes(ctx context.Context, by authz.Actor, of id.Space) (out []Size, err error) {
	defer fault.Op(&err, "dispatch.Sizes(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceSee); err != nil {
			return err
		}
		out, err = s.sizes(a, by)
		return err
	})
	return out, err
}

func (s *Service) sizes(a *act.Act, by authz.Actor) (out []Size, err error) {
	day := a.Now.In(s.zone).Format(time.DateOnly)
	for _, to := range law.Recipients() {
		if m, known := s.book.Message(to, day); known {
			out = append(out, Size{Message: m})
		}
	}
	if !authz.May(by, authz.FirmEnter, authz.Resource{Kind: authz.OfFirm, Firm: a.Firm()}, authz.Facts{Now: a.Now}) {
		return out, nil
	}
	own, err := firm.SizesOf(a)
	for _, one := range own {
		out = append(out, Size{Message: law.Message{Bytes: one.Bytes()}, Own: one.Name})
	}
	return out, err
}

// Sending is messages about to be written, into one ZIP file with a folder for each.
type Sending struct {
	service *Service
	job     job
	list    forum.List
	size    Size
	now     time.Time
}

// packed is what the journal keeps of a sending: not what the exhibits are called.
type packed struct {
	To       law.Recipient `json:"to,omitempty"` // none: a size of the firm's own
	Most     int64         `json:"most"`         // bytes of one message
	Exhibits int           `json:"exhibits"`
}

// Prepare resolves an order, and records it. Invalid in the field to (an unknown
// recipient or size), or when there is nothing to send; absent is a party of which the actor
// reads nothing.
func (s *Service) Prepare(ctx context.Context, by authz.Actor, p *i18n.Printer, o Order) (_ Sending, err error) {
	defer fault.Op(&err, "dispatch.Prepare(%s)", o.Party)
	all, err := s.forums.Lists(ctx, by, o.Space)
	if err != nil {
		return Sending{}, err
	}
	out := Sending{service: s}
	for _, l := range all {
		if l.Party.ID == o.Party {
			out.list, out.job = l, job{by, p, l.Party, o.First}
		}
	}
	if out.list.Party.ID == "" {
		return Sending{}, fault.Absent()
	}
	var what packed
	for _, e := range out.list.Pieces {
		if leaves(e) {
			what.Exhibits++
		}
	}
	if what.Exhibits == 0 {
		return Sending{}, fault.New(fault.Invalid, "dispatch.nothing")
	}
	if err := s.documents.Many(ctx, by, o.Space, what.Exhibits); err != nil {
		return Sending{}, err
	}
	return out, s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, o.Space, authz.SpaceSee); err != nil {
			return err
		}
		sizes, err := s.sizes(a, by)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(sizes, func(one Size) bool { return one.To == o.To && one.Own == o.Own })
		if at < 0 {
			return fault.New(fault.Invalid, "dispatch.recipient").In("to")
		}
		out.now, out.size = a.Now, sizes[at]
		what.To, what.Most = o.To, out.size.Bytes
		_, err = a.Record(by, "exhibit.packed", o.Space, string(o.Party), what)
		return err
	})
}

// Name is that of the ZIP file, without its extension. It tells of no client.
func (s Sending) Name() string { return fold.File(s.job.p.T("dispatch.name")) }

// WriteTo writes the ZIP file: a folder for each message, the list of exhibits first;
// what no message takes in a folder of its own; and at the end an index with the digest
// of each file and of its original. An error ends it in the middle: what was written is
// no sending.
func (s Sending) WriteTo(ctx context.Context, w io.Writer) (err error) {
	defer fault.Op(&err, "dispatch.Sending")
	p := s.job.p
	e := envelope{z: zip.NewWriter(w), messages: messages{size: s.size}, p: p, now: s.now}
	e.index = [][]string{{p.T("dispatch.csv.folder"), p.T("forum.csv.number"), p.T("dispatch.csv.file"), p.T("forum.csv.bytes"), p.T("forum.csv.sha256"), p.T("dispatch.csv.original")}}
	if err := e.add(ctx, "", made(file(p.T("dispatch.list"))+".pdf", s.cited())); err != nil {
		return err
	}
	for _, x := range s.list.Pieces {
		if !leaves(x) {
			continue
		}
		files, err := s.service.copies(ctx, s.job, x)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			e.index = append(e.index, []string{"", x.Label(), "", "", "", ""}) // taken away meanwhile, or held by the scanner
			continue
		}
		if err != nil {
			return err
		}
		if err := e.add(ctx, x.Label(), files...); err != nil {
			return err
		}
	}
	return e.end()
}

// messages are those written so far: the number of the one that is open, and what it
// holds.
type messages struct {
	size   Size
	number int
	held   int64
}

// take finds the message for so many bytes that stay together: the open one or the
// next; or none takes them.
func (m *messages) take(size int64) (fits bool) {
	here, ever := m.size.Fits(m.held, size)
	if !ever {
		return false
	}
	if !here || m.number == 0 {
		m.number, m.held = m.number+1, 0
	}
	m.held += size
	return true
}

// Forecast is what a sending will be, by the sizes of what was communicated: stamps and
// cover sheets add a little.
type Forecast struct {
	Messages int
	Apart    []forum.Piece // that no message takes
}

// Foresee says what a sending of a list in messages of a size would be.
func Foresee(l forum.List, size Size) (f Forecast) {
	m := messages{size: size}
	for _, e := range l.Pieces {
		if leaves(e) && !m.take(e.Size) {
			f.Apart = append(f.Apart, e)
		}
	}
	f.Messages = m.number
	return f
}

// Sendable reports whether a list has anything to send.
func Sendable(l forum.List) bool { return slices.ContainsFunc(l.Pieces, leaves) }

// envelope is the ZIP file under way.
type envelope struct {
	messages
	z     *zip.Writer
	p     *i18n.Printer
	now   time.Time
	index [][]string
}

// add puts the files of one exhibit into one message, together; or apart.
func (e *envelope) add(ctx context.Context, label string, files ...sheet) error {
	size := int64(0)
	for _, f := range files {
		size += f.Size
	}
	folder := e.p.T("dispatch.apart")
	if e.take(size) {
		folder = e.p.T("dispatch.message", e.number)
	}
	for i, f := range files {
		if err := e.write(ctx, file(folder), strings.ReplaceAll(label, "\u00a0", " "), f.Copy); err != nil {
			for _, unwritten := range files[i+1:] {
				err = errors.Join(err, unwritten.close())
			}
			return err
		}
	}
	return nil
}

func (e *envelope) write(ctx context.Context, folder, label string, f Copy) error {
	out, err := e.z.CreateHeader(&zip.FileHeader{Name: folder + "/" + f.Name, Method: zip.Store, Modified: e.now.UTC()})
	if err != nil {
		return err
	}
	sum := sha256.New()
	if err := f.Write(ctx, io.MultiWriter(out, sum)); err != nil {
		return err
	}
	original := ""
	if f.Digest != [32]byte{} {
		original = hex.EncodeToString(f.Digest[:])
	}
	e.index = append(e.index, []string{folder, fold.Cell(label), fold.Cell(f.Name), strconv.FormatInt(f.Size, 10), hex.EncodeToString(sum.Sum(nil)), original})
	return nil
}

func (e *envelope) end() error {
	out, err := e.z.CreateHeader(&zip.FileHeader{Name: "index.csv", Method: zip.Deflate, Modified: e.now.UTC()})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, "\ufeff"); err != nil { // by which office programs know the letters
		return err
	}
	c := csv.NewWriter(out)
	if e.p.Language() == i18n.French {
		c.Comma = ';'
	}
	if err := c.WriteAll(e.index); err != nil {
		return err
	}
	return e.z.Close()
}

// cited is the list of exhibits, to be dated and signed.
func (s Sending) cited() []byte {
	const large, words, little, column, last = 17, 10, 7, 62, 318
	p := s.job.p
	at := []float64{0, column, last}
	lines := []print.Line{
		{Cells: []string{p.T("dispatch.list")}, Size: large, Bold: true},
		print.Text(words, s.list.Party.Name),
		print.Text(words, p.T("dispatch.drawn", p.DateTime(s.now))),
		{Cells: []string{p.T("dispatch.column.number"), p.T("dispatch.column.title"), p.T("dispatch.column.released")}, At: at, Size: words, Bold: true, Above: large},
	}
	for _, e := range s.list.Pieces {
		title, digest := e.Title, hex.EncodeToString(e.SHA256[:])
		if title == "" {
			title, digest = p.T("forum.gone"), ""
		}
		if state := forum.State(p, e); state != "" {
			title += " (" + state + ")"
		}
		lines = append(lines, print.Line{Cells: []string{e.Label(), title, p.DateTime(e.Released)}, At: at, Size: words, Above: little, Joins: digest != ""})
		if digest != "" {
			lines = append(lines, print.Line{Cells: []string{"", p.T("dispatch.digest", digest)}, At: at[:2], Size: little})
		}
	}
	return print.PDF(p.T("dispatch.list")+" – "+s.list.Party.Name, append(lines, print.Line{Cells: []string{p.T("dispatch.sign")}, Size: words, Above: 2 * large}))
}
