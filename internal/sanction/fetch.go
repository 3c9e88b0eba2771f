package sanction

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/outbound"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Opener opens a file at an address; [outbound.Client] does.
type Opener interface {
	Open(ctx context.Context, f outbound.File) (io.ReadCloser, error)
}

// When the list is fetched: it changes a few times a month.
const (
	fetchEvery = 24 * time.Hour
	tryAgain   = time.Hour // after it failed, or after a node that fetched it stopped
	lookEvery  = time.Minute
	fetchLife  = 4 * time.Minute // of one try
)

// Fetching is what becomes of fetching the list. The zero value: nobody fetches it.
type Fetching struct {
	On      bool
	Tried   time.Time // when it was last tried to the end; zero: not yet
	Since   time.Time // since when it fails; zero: it does not
	Failure Unfetched // why; "" when it does not fail
}

// Unfetched is why a list could not be fetched: a class of [outbound.Failure], or one of
// these.
type Unfetched string

// Whys.
const (
	Cut     Unfetched = "cut"     // it ends before the list does
	Other   Unfetched = "other"   // another form
	Larger  Unfetched = "large"   // more than a list may hold
	Older   Unfetched = "older"   // than the one in use
	Smaller Unfetched = "smaller" // more than half of the entries are gone: an operator looks at it
	Inside  Unfetched = "inside"  // of this program: its log says more
)

// Run fetches the list when it is due, from the address of the configuration, until ctx
// ends. Without an address it only waits.
func (s *Service) Run(ctx context.Context) error {
	if s.config.Address == "" {
		return nil
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := s.Fetch(ctx); err != nil && ctx.Err() == nil {
			s.config.Log.ErrorContext(ctx, "fetching the list of frozen assets", "cause", err.Error())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Fetch has the installation work with the list of the configured address, if that is due
// and this node's turn. It is brought as from a file ([Service.ImportAll]), but for one
// that lost more than half of its entries: somebody brings that one knowingly. What fails is
// noted ([Service.Fetching]) and returned.
func (s *Service) Fetch(ctx context.Context) (err error) {
	defer fault.Op(&err, "sanction.Fetch")
	was, mine, err := s.turn(ctx)
	if err != nil || !mine {
		return err
	}
	why := s.fetched(ctx)
	if ctx.Err() != nil {
		return why // it stopped with the program: it is tried again
	}
	now := s.office.Clock()
	next, since := now.Add(fetchEvery), int64(0)
	if why != nil {
		next = now.Add(tryAgain)
		if since = was.since; was.failure == "" {
			since = store.Micros(now)
		}
	}
	return errors.Join(why, s.office.Store.Directory().Update(ctx, func(tx *store.DirectoryTx) error {
		return tx.Write(noteFetch, store.Micros(next), store.Micros(now), since, string(unfetched(why)))
	}))
}

// fetched brings the list of the address.
func (s *Service) fetched(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, fetchLife)
	defer cancel()
	file, err := s.config.Files.Open(ctx, outbound.File{Address: s.config.Address, Most: MaxFile, Patience: fetchLife})
	if err != nil {
		return err
	}
	_, _, err = s.ImportAll(ctx, Bringing{File: file}, Fetched)
	return errors.Join(err, file.Close())
}

// attempt is the row of what becomes of it.
type attempt struct {
	address           []byte
	due, tried, since int64
	failure           string
}

func attemptIn(tx *store.DirectoryTx) (t attempt, err error) {
	err = tx.Row(selectFetch, nil, &t.address, &t.due, &t.tried, &t.since, &t.failure)
	return t, err
}

// turn reports whether the list is due and this node fetches it: no other does within
// [tryAgain].
func (s *Service) turn(ctx context.Context) (was attempt, mine bool, err error) {
	now, address := s.office.Clock(), addressHash(s.office.Ring.Directory(), s.config.Address)
	err = s.office.Store.Directory().Update(ctx, func(tx *store.DirectoryTx) error {
		mine = false
		if err := tx.Write(beginFetch, address); err != nil {
			return err
		}
		if was, err = attemptIn(tx); err != nil || bytes.Equal(was.address, address) && was.due > store.Micros(now) {
			return err
		}
		rows, err := tx.Exec(takeFetch, address, store.Micros(now.Add(tryAgain)), was.due, was.address)
		mine = rows == 1
		return err
	})
	return was, mine, err
}

func addressHash(box *vault.Box, address string) []byte {
	return box.Lookup("sanction.fetch", address)
}

// Fetching is what becomes of fetching the list from the configured address.
func (s *Service) Fetching(ctx context.Context) (Fetching, error) {
	return FetchingOf(ctx, s.office.Store.Directory(), s.office.Ring.Directory(), s.config.Address)
}

// FetchingOf is [Service.Fetching] for the doctor, who has no service. Of another address
// than this one nothing is said.
func FetchingOf(ctx context.Context, d *store.Directory, box *vault.Box, address string) (f Fetching, err error) {
	defer fault.Op(&err, "sanction.Fetching")
	if f.On = address != ""; !f.On {
		return f, nil
	}
	var t attempt
	err = d.View(ctx, func(tx *store.DirectoryTx) error {
		t, err = attemptIn(tx)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNoRow):
		return f, nil
	case err != nil || t.tried == 0 || !bytes.Equal(t.address, addressHash(box, address)):
		return f, err
	}
	f.Tried, f.Failure = store.Time(t.tried), Unfetched(t.failure)
	if f.Failure != "" {
		f.Since = store.Time(t.since)
	}
	return f, nil
}

// Published reports the day of the list of the installation and whether it is old, for the
// doctor; "" where there is none.
func Published(ctx context.Context, d *store.Directory, box *vault.Box, now time.Time, staleDays int) (day string, stale bool, err error) {
	defer fault.Op(&err, "sanction.Published")
	r := &row{table: "sanction_list"}
	err = d.View(ctx, func(tx *store.DirectoryTx) error { return tx.Row(selectList, nil, r.dest()...) })
	if errors.Is(err, store.ErrNoRow) {
		return "", false, nil
	}
	if err == nil {
		err = r.check(box)
	}
	return r.e.Published, now.Sub(r.e.Checked) > time.Duration(staleDays)*24*time.Hour, err
}

// unfetched is the word for why a list could not be fetched.
func unfetched(why error) Unfetched {
	if why == nil {
		return ""
	}
	if way, ok := errors.AsType[*outbound.Error](why); ok && !errors.Is(why, io.ErrUnexpectedEOF) {
		return Unfetched(way.Failure)
	}
	f, _ := errors.AsType[*fault.Error](why)
	if f == nil {
		return Inside
	}
	switch word := Unfetched(strings.TrimPrefix(f.Key, "sanction.")); word {
	case Cut, Other, Larger, Older, Smaller:
		return word
	}
	return Inside
}
