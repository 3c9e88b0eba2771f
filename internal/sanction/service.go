package sanction

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// ExamineJob has the clients of a firm compared with the list, which is new; package
// vigilance does it. It has no payload.
const ExamineJob = "sanction.examine"

// shrunk is how small a part of the former edition the next one may be before that is
// asked about: a list from which half is gone is rather a file that lost it.
const shrunk = 2

// Config is what the operator decided.
type Config struct {
	StaleDays int    // after how many days a list is said to be old; 0: 30
	Address   string // where the list is fetched from; "": nowhere
	Files     Opener // by whom; needed with an address
	Log       *slog.Logger
}

const usualStale = 30

// Service is the use cases of the list. Safe for concurrent use.
type Service struct {
	office *act.Office
	stale  time.Duration
	config Config

	mu    sync.Mutex
	ready map[string]*Book // by the hash of the file
}

// readyAtMost is how many lists are kept ready: that of the installation, and a few of
// firms that brought another.
const readyAtMost = 3

// New returns the use cases over an office.
func New(office *act.Office, c Config) *Service {
	if c.StaleDays == 0 {
		c.StaleDays = usualStale
	}
	return &Service{office: office, config: c, stale: time.Duration(c.StaleDays) * 24 * time.Hour, ready: map[string]*Book{}}
}

// Use is the list that a firm works with; without a number there is none.
type Use struct {
	Edition
	Own   bool // the firm brought it
	Stale bool // nobody has looked for another for too long
	Days  int  // after how many days that is
}

// InUse is the list that a firm works with. The caller has decided the right.
func (s *Service) InUse(ctx context.Context, of id.Firm) (u Use, err error) {
	defer fault.Op(&err, "sanction.InUse")
	common, err := s.common(ctx)
	if err != nil {
		return u, err
	}
	err = s.office.See(ctx, of, func(a *act.Act) error {
		u, err = s.use(a, common)
		return err
	})
	return u, err
}

func (s *Service) use(a *act.Act, common *row) (Use, error) {
	own, err := ownOf(a)
	if err != nil {
		return Use{}, err
	}
	u := Use{Edition: common.e, Days: int(s.stale / (24 * time.Hour))}
	if own.later(common) {
		u.Edition, u.Own = own.e, true
	}
	u.Stale = u.Number > 0 && a.Now.Sub(u.Checked) > s.stale
	return u, nil
}

// Standing is the list that a firm works with, as its own people see it.
type Standing struct {
	Use
	ByName string // who brought it
	Fetching
}

// Standing shows one of the firm's own people the list that is in use.
func (s *Service) Standing(ctx context.Context, by authz.Actor) (st Standing, err error) {
	defer fault.Op(&err, "sanction.Standing")
	common, err := s.common(ctx)
	if err != nil {
		return st, err
	}
	if st.Fetching, err = s.Fetching(ctx); err != nil {
		return st, err
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.SanctionSee); err != nil {
			return err
		}
		if st.Use, err = s.use(a, common); err != nil {
			return err
		}
		names, err := firm.Names(a, []id.Person{st.By})
		st.ByName = names[st.By]
		return err
	})
	return st, err
}

// later reports whether the firm's own edition is in use beside the common one: it is when
// it was published later.
func (r *row) later(common *row) bool {
	return r.e.Number > 0 && (common.e.Number == 0 || r.e.Published > common.e.Published)
}

// Current is the list that a firm works with, ready to be searched; nil when there is none.
func (s *Service) Current(ctx context.Context, of id.Firm) (b *Book, err error) {
	defer fault.Op(&err, "sanction.Current")
	common, err := s.common(ctx)
	if err != nil {
		return nil, err
	}
	var l List
	err = s.office.See(ctx, of, func(a *act.Act) error {
		own, err := ownOf(a)
		if err != nil {
			return err
		}
		r, box := common, s.office.Ring.Directory()
		if own.later(common) {
			r = own
			if box, err = a.FirmBox(); err != nil {
				return err
			}
		}
		if b = s.kept(r.e.SHA256); b == nil && r.e.Number > 0 {
			l, err = r.list(box)
		}
		return err
	})
	if err != nil || b != nil || l.Entries == nil {
		return b, err
	}
	return s.keep(NewBook(l)), nil
}

func (s *Service) kept(sha string) *Book {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ready[sha]
}

// keep has a book ready for the next who asks.
func (s *Service) keep(b *Book) *Book {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ready) >= readyAtMost {
		clear(s.ready)
	}
	s.ready[b.SHA256] = b
	return b
}

// common is the last edition of the installation.
func (s *Service) common(ctx context.Context) (r *row, err error) {
	err = s.office.Store.Directory().View(ctx, func(tx *store.DirectoryTx) error {
		r, err = s.commonIn(tx)
		return err
	})
	return r, err
}

func (s *Service) commonIn(tx *store.DirectoryTx) (*row, error) {
	r := &row{table: "sanction_list"}
	err := tx.Row(selectList, nil, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return r, nil
	}
	if err == nil {
		err = r.check(s.office.Ring.Directory())
	}
	return r, err
}

// ownOf is the last edition that the act's firm brought itself.
func ownOf(a *act.Act) (*row, error) {
	r := &row{table: "firm_sanction_list"}
	err := a.Row(selectOwn, nil, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	return r, r.check(box)
}

// Bringing is a list about to be used.
type Bringing struct {
	File io.Reader
	// Smaller: who brings it knows that more than half of the former entries are gone.
	Smaller bool
}

// follows refuses what should not come after an edition: Conflict for one published
// earlier, Invalid in the field "smaller" for what lost half of its entries unasked.
func (b Bringing) follows(l List, was Edition) error {
	switch {
	case l.Published < was.Published:
		return fault.New(fault.Conflict, "sanction.older", was.Published).In("file")
	case !b.Smaller && len(l.Entries)*shrunk < was.Entries:
		return fault.New(fault.Invalid, "sanction.smaller", len(l.Entries), was.Entries).In("smaller")
	}
	return nil
}

// imported is what the journal keeps of an edition.
type imported struct {
	Published string `json:"published"`
	SHA256    string `json:"sha256"`
	Entries   int    `json:"entries"`
	Change
}

// Import has a firm work with the list of a file: an administrator's act. The one it has
// already is found to be current still. Faults in the fields "file" ([Read]) and "smaller".
func (s *Service) Import(ctx context.Context, by authz.Actor, b Bringing) (e Edition, err error) {
	defer fault.Op(&err, "sanction.Import")
	if err := s.office.See(ctx, by.Firm, func(a *act.Act) error { return mayImport(a, by) }); err != nil {
		return e, err
	}
	l, err := Read(b.File)
	if err != nil {
		return e, err
	}
	common, err := s.common(ctx)
	if err != nil {
		return e, err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := mayImport(a, by); err != nil {
			return err
		}
		e, err = s.bring(a, by, b, l, common)
		return err
	})
	return e, err
}

func mayImport(a *act.Act, by authz.Actor) error { return firm.Allow(a, by, authz.SanctionImport) }

// bring writes the list as the firm's own.
func (s *Service) bring(a *act.Act, by authz.Actor, b Bringing, l List, common *row) (Edition, error) {
	box, err := a.FirmBox()
	if err != nil {
		return Edition{}, err
	}
	own, err := ownOf(a)
	if err != nil {
		return Edition{}, err
	}
	was, from := common, s.office.Ring.Directory()
	if own.later(common) {
		was, from = own, box
	}
	if err := b.follows(l, was.e); err != nil {
		return Edition{}, err
	}
	said := imported{Published: l.Published, SHA256: l.SHA256, Entries: len(l.Entries)}
	if own.e.Number > 0 && own.e.SHA256 == l.SHA256 {
		own.again(box, a.Now)
		if err := a.Write(updateOwn, own.e.Number, own.checked, own.mac); err != nil {
			return Edition{}, err
		}
		_, err := a.Record(by, "sanction.checked", "", string(a.Firm()), said)
		return own.e, err
	}
	if was.e.Number > 0 {
		before, err := was.list(from)
		if err != nil {
			return Edition{}, err
		}
		said.Change = l.Against(before)
	} else {
		said.Added = len(l.Entries)
	}
	next, err := newRow(box, own.table, own.e.Number, l, Uploaded, by.Person, a.Now)
	if err != nil {
		return Edition{}, err
	}
	if err := a.Write(insertOwn, next.values()...); err != nil {
		return Edition{}, err
	}
	if err := a.Write(emptyOwn, next.e.Number, []byte{}); err != nil {
		return Edition{}, err
	}
	if _, err := a.Record(by, "sanction.imported", "", string(a.Firm()), said); err != nil {
		return Edition{}, err
	}
	return next.e, a.Follow(ExamineJob, "all", a.Now, struct{}{})
}

// ImportAll has every firm of the installation work with the list of a file, and their
// clients compared with it: the operator's. fresh: it is another edition than before. Faults
// as those of [Service.Import].
func (s *Service) ImportAll(ctx context.Context, b Bringing, from Source) (e Edition, fresh bool, err error) {
	defer fault.Op(&err, "sanction.ImportAll")
	l, err := Read(b.File)
	if err != nil {
		return e, false, err
	}
	err = s.office.Store.Directory().Update(ctx, func(tx *store.DirectoryTx) error {
		e, fresh, err = s.put(tx, b, l, from)
		return err
	})
	if err != nil || !fresh {
		return e, fresh, err
	}
	firms, err := s.office.Store.Firms(ctx)
	if err != nil {
		return e, fresh, err
	}
	for _, f := range firms { // each is told, whatever became of the one before: the list is in use
		err = errors.Join(err, s.office.Keep(ctx, f, func(a *act.Act) error { return a.Follow(ExamineJob, "all", a.Now, struct{}{}) }))
	}
	return e, fresh, err
}

// put writes the list as that of the installation.
func (s *Service) put(tx *store.DirectoryTx, b Bringing, l List, from Source) (Edition, bool, error) {
	box, now := s.office.Ring.Directory(), s.office.Clock()
	was, err := s.commonIn(tx)
	if err != nil {
		return Edition{}, false, err
	}
	if err := b.follows(l, was.e); err != nil {
		return Edition{}, false, err
	}
	if was.e.Number > 0 && was.e.SHA256 == l.SHA256 {
		was.again(box, now)
		err := tx.Write(updateList, was.e.Number, was.checked, was.mac)
		return was.e, false, err
	}
	next, err := newRow(box, was.table, was.e.Number, l, from, "", now)
	if err != nil {
		return Edition{}, false, err
	}
	if err := tx.Write(insertList, next.values()...); err != nil {
		return Edition{}, false, err
	}
	err = tx.Write(emptyList, next.e.Number, []byte{})
	return next.e, true, err
}

// Examine shows the operator the list of the installation.
func (s *Service) Examine(ctx context.Context) (e Edition, stale bool, err error) {
	defer fault.Op(&err, "sanction.Examine")
	r, err := s.common(ctx)
	if err != nil {
		return e, false, err
	}
	return r.e, r.e.Number > 0 && s.office.Clock().Sub(r.e.Checked) > s.stale, nil
}
