package bundle

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/worker"
	reader "cenacle/internal/worker/read"
)

const (
	// tail is how much of the end of an archive is looked at for its directory.
	tail = 16 << 20
	// hashed is up to how many unpacked bytes a preview reads to know what is there.
	hashed = 1 << 30
	// most is how many bytes one archive unpacks to, at the most.
	most = 64 << 30

	freeRatio = 1 << 20 // bytes up to which no entry is a bomb
	maxRatio  = 200     // unpacked to packed
)

// errBomb is an entry that gives more than can be meant.
var errBomb = errors.New("bundle: more comes out of an archive than it says")

// archive is an open ZIP file whose directory a child has read before.
type archive struct {
	content document.Content
	entries []*zip.File // files alone, in the order of the directory
}

func (z *archive) Close() error { return z.content.Reader.Close() }

// unzip opens the ZIP file that a document is, for somebody who may read it; the
// journal says that she did. Its directory is read by a child first, within its
// bounds: one that is damaged, locked, too large or made to exhaust is Invalid.
func (s *Service) unzip(ctx context.Context, by authz.Actor, of id.Item) (_ *archive, err error) {
	c, err := s.documents.Content(ctx, by, document.Want{Item: of, Purpose: document.Preview})
	if err != nil {
		return nil, err
	}
	z := &archive{content: c}
	if err := s.directory(ctx, z); err != nil {
		return nil, errors.Join(err, c.Reader.Close())
	}
	return z, nil
}

// directory asks a child whether the directory can be read, and reads it then.
func (s *Service) directory(ctx context.Context, z *archive) error {
	refused := fault.New(fault.Invalid, "bundle.no_archive")
	if !s.readers.Ready() {
		return fault.New(fault.Invalid, "bundle.no_reader")
	}
	size := z.content.Size
	if _, err := z.content.Reader.Seek(max(0, size-tail), io.SeekStart); err != nil {
		return err
	}
	raw, err := s.readers.Do(ctx, worker.Job{
		Task: reader.TaskArchive, Media: "application/zip", Mark: strconv.FormatInt(size, 10), Input: z.content.Reader, Most: 1 << 20,
	})
	if errors.Is(err, worker.ErrUnreadable) {
		return refused.Because(err)
	}
	if err != nil {
		return err
	}
	var sum reader.Archive
	if err := json.Unmarshal(raw, &sum); err != nil {
		return err
	}
	switch {
	case sum.Locked > 0:
		return fault.New(fault.Invalid, "bundle.locked")
	case sum.Files > maxEntries:
		return fault.New(fault.Invalid, "bundle.many", maxEntries)
	case sum.Bytes > most || sum.Bytes > freeRatio && sum.Bytes/maxRatio > size:
		return fault.New(fault.Invalid, "bundle.bomb")
	}
	opened, err := zip.NewReader(&seeker{r: z.content.Reader}, size)
	if err != nil {
		return refused.Because(err)
	}
	for _, f := range opened.File {
		if !f.FileInfo().IsDir() {
			z.entries = append(z.entries, f)
		}
	}
	return nil
}

// seeker is a reader at any place over one that seeks. It is for one goroutine.
type seeker struct{ r io.ReadSeeker }

func (s *seeker) ReadAt(p []byte, off int64) (int, error) {
	if _, err := s.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	return io.ReadFull(s.r, p)
}

// unpacked is the bytes of one entry: exactly as many as its archive says, and
// never more than can be meant.
type unpacked struct {
	r            io.Reader
	came         int64
	size, packed int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	u.came += int64(n)
	if u.came > u.size || u.came > freeRatio && u.came/maxRatio > u.packed {
		return 0, errBomb
	}
	return n, err
}

// with opens one entry for a moment. A damaged one and a bomb are Invalid.
func with(f *zip.File, do func(io.Reader) error) (err error) {
	from, err := f.Open()
	if err != nil {
		return fault.New(fault.Invalid, "bundle.damaged").Because(err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	err = do(&unpacked{r: from, size: int64(f.UncompressedSize64), packed: int64(f.CompressedSize64)})
	switch {
	case errors.Is(err, errBomb):
		return fault.New(fault.Invalid, "bundle.bomb").Because(err)
	case errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrAlgorithm), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "bundle.damaged").Because(err)
	}
	return err
}

// entry names one file of an archive; with its bytes read, also what they are.
func entry(f *zip.File, look bool) (e Entry, err error) {
	e = Entry{Path: f.Name, Size: int64(f.UncompressedSize64)}
	if !look {
		return e, nil
	}
	sum := sha256.New()
	err = with(f, func(r io.Reader) error {
		_, err := io.Copy(sum, r)
		return err
	})
	e.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return e, err
}

// Look says what unpacking the ZIP file that a document is would do, to somebody
// who may read it and file there. Up to a gibibyte is read to know what is there
// already; of more, that is found while it is unpacked.
func (s *Service) Look(ctx context.Context, by authz.Actor, of id.Item, at Place) (p Plan, err error) {
	defer fault.Op(&err, "bundle.Look(%s)", of)
	if _, err := s.house(ctx, by, at); err != nil {
		return p, err
	}
	z, err := s.unzip(ctx, by, of)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	var total int64
	for _, f := range z.entries {
		total += int64(f.UncompressedSize64)
	}
	var all []Entry
	var broken []File
	for _, f := range z.entries {
		e, err := entry(f, total <= hashed && s.judge(Entry{Path: f.Name, Size: int64(f.UncompressedSize64)}).State == New)
		if fault.Is(err, fault.Invalid) {
			broken = append(broken, File{Entry: Entry{Path: e.Path, Size: e.Size}, State: Refused, Why: err})
			continue
		}
		if err != nil {
			return p, err
		}
		all = append(all, e)
	}
	p, err = s.Plan(ctx, by, at, all)
	for _, f := range broken {
		p.add(f)
	}
	return p, err
}

// Unpacking asks to file what a ZIP file holds, from its From-th file on.
type Unpacking struct {
	Archive id.Item
	Place   Place
	From    int
	Time    time.Duration // after which it stops between two files; 0: never
}

// Unpacked is what was done: how many files became what, and from where to go
// on. Next equals Total once all is done.
type Unpacked struct {
	Count       map[State]int
	Next, Total int
}

// Unpack files what a ZIP file holds, one document and one act each, for the
// firm alone. Cut off or stopped by its time, it is asked to go on, or begun
// again: bytes that the space has are not filed twice.
func (s *Service) Unpack(ctx context.Context, by authz.Actor, in Unpacking) (out Unpacked, err error) {
	defer fault.Op(&err, "bundle.Unpack(%s)", in.Archive)
	by.Once = authz.Once{} // each file is an act of its own, and filing it again files nothing
	house, err := s.house(ctx, by, in.Place)
	if err != nil {
		return out, err
	}
	z, err := s.unzip(ctx, by, in.Archive)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	out = Unpacked{Count: map[State]int{}, Next: max(0, in.From), Total: len(z.entries)}
	end := s.office.Clock().Add(in.Time)
	for out.Next < out.Total {
		state, err := s.file(ctx, by, in.Place, house, z.entries[out.Next])
		if err != nil {
			return out, err
		}
		out.Count[state]++
		out.Next++
		if in.Time > 0 && !s.office.Clock().Before(end) {
			break
		}
	}
	return out, nil
}

// house is the firm's own circle, to somebody who may file at a place.
func (s *Service) house(ctx context.Context, by authz.Actor, at Place) (own id.Circle, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := open(a, by, at); err != nil {
			return err
		}
		h, err := circle.HouseOf(a, at.Space)
		own = h.Firm
		return err
	})
	return own, err
}

// file files one entry, unless its bytes are there.
func (s *Service) file(ctx context.Context, by authz.Actor, at Place, house id.Circle, from *zip.File) (State, error) {
	f := s.judge(Entry{Path: from.Name, Size: int64(from.UncompressedSize64)})
	if f.State != New {
		return f.State, nil
	}
	e, err := entry(from, true)
	if fault.Is(err, fault.Invalid) {
		return Refused, nil
	}
	if err != nil {
		return "", err
	}
	f.Entry = e
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error { return recognise(a, by, at.Space, &f, map[string]bool{}) })
	if err != nil || f.State == Known {
		return f.State, err
	}
	folder, err := s.shelve(ctx, by, at, f.Folders)
	if err != nil {
		return "", err
	}
	err = with(from, func(r io.Reader) error {
		_, err := s.documents.Put(ctx, by, document.BeginUpload{
			Space: at.Space, Tray: at.Tray, Folder: folder, Name: f.Name, Size: f.Size, Circles: []id.Circle{house},
		}, r)
		return err
	})
	return New, err
}
