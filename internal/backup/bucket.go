package backup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/blob/s3"
	"cenacle/internal/fault"
)

// Bucket is a place in a storage that speaks S3, as [Folder] is one on a disk:
// the same files under the same names. Its databases are put together in a
// folder of this machine first.
type Bucket struct {
	files  s3.Files
	name   string
	stage  string
	number int64 // of the lock that we hold
}

// InBucket is the place that an address names; stage is a folder of this machine
// that nothing else uses. To read from it, stage may be empty.
func InBucket(files s3.Files, address, stage string) *Bucket {
	return &Bucket{files: files, name: address, stage: stage}
}

func (b *Bucket) String() string { return b.name }

// Names is [Source.Names].
func (b *Bucket) Names(ctx context.Context) (names []string, err error) {
	err = b.files.Each(ctx, "", func(e s3.Entry) error {
		if e.Folder {
			names = append(names, e.Name)
		}
		return nil
	})
	return names, err
}

// Open is [Source.Open].
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadCloser, int64, error) {
	return b.files.Open(ctx, name)
}

// Each is [Source.Each].
func (b *Bucket) Each(ctx context.Context, folder string, visit func(string, int64) error) error {
	return b.files.Below(ctx, folder, func(e s3.Entry) error { return visit(e.Name, e.Size) })
}

// Stage is [Shelf.Stage].
func (b *Bucket) Stage(string) (string, bool, error) {
	return b.stage, false, errors.Join(os.RemoveAll(b.stage), folder(b.stage))
}

// Put is [Shelf.Put]; it is durable at once.
func (b *Bucket) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	return b.files.Put(ctx, name, size, patient{ctx, r})
}

// Settle is [Shelf.Settle]: all is durable already, if the shelf is still ours. A
// machine may have slept.
func (b *Bucket) Settle(ctx context.Context, _ []string) error {
	last, _, err := b.locks(ctx)
	if err == nil && last != b.number {
		err = b.busy(fmt.Errorf("lock %d was taken from us by %d", b.number, last))
	}
	return err
}

// Remove is [Shelf.Remove].
func (b *Bucket) Remove(ctx context.Context, name string) error { return b.files.Remove(ctx, name) }

// A bucket knows no locks that end with their holder. So a lock is a file with a
// number, which its holder writes again and again; when it has not for a while,
// another one takes the next number, and only one can.
const (
	lockFolder = "lock"
	lockBeat   = time.Minute
	lockStale  = 10 * time.Minute
)

// Lock is [Shelf.Lock]. It also gives up what a backup that died was sending.
func (b *Bucket) Lock(ctx context.Context) (context.Context, func() error, error) {
	number, err := b.take(ctx)
	if err != nil {
		return nil, nil, err
	}
	b.number = number
	held, lose := context.WithCancelCause(ctx)
	beaten := make(chan struct{})
	go func() {
		defer close(beaten)
		b.beat(held, number, lose)
	}()
	release := func() error {
		lose(context.Canceled)
		<-beaten
		return b.files.Remove(context.WithoutCancel(ctx), lockName(number))
	}
	if err := b.files.Abandon(held); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return held, release, nil
}

// take makes a lock of the next number, unless one is held.
func (b *Bucket) take(ctx context.Context) (int64, error) {
	last, old, err := b.locks(ctx)
	if err != nil {
		return 0, err
	}
	if last > 0 && b.files.Now().Sub(old) < lockStale {
		return 0, b.busy(nil)
	}
	mine := last + 1
	err = b.files.Create(ctx, lockName(mine), []byte(rand.Text()))
	if errors.Is(err, fs.ErrExist) {
		return 0, b.busy(err)
	}
	if err != nil {
		return 0, err
	}
	// Who looked before all others were gone may have taken a number again.
	now, _, err := b.locks(ctx)
	if err == nil && now != mine {
		err = b.busy(fmt.Errorf("lock %d is after %d", now, mine))
	}
	if err != nil {
		return 0, errors.Join(err, b.files.Remove(ctx, lockName(mine)))
	}
	if last > 0 {
		err = b.files.Remove(ctx, lockName(last))
	}
	return mine, err
}

func (b *Bucket) busy(cause error) error {
	return fault.New(fault.Conflict, "backup.busy", b.name).Because(cause)
}

func lockName(number int64) string { return path.Join(lockFolder, strconv.FormatInt(number, 10)) }

// locks is the last number, and when its holder was there; 0 when there is none.
func (b *Bucket) locks(ctx context.Context) (last int64, at time.Time, err error) {
	err = b.files.Below(ctx, lockFolder, func(e s3.Entry) error {
		n, err := strconv.ParseInt(strings.TrimPrefix(e.Name, lockFolder+"/"), 10, 64)
		if err == nil && n > last {
			last, at = n, e.At
		}
		return nil // what is no number, somebody else has put there
	})
	return last, at, err
}

// beat says that the holder of a lock is there. It ends what is done under it when
// another one has the shelf, or when it could not say so for too long.
func (b *Bucket) beat(ctx context.Context, number int64, lose context.CancelCauseFunc) {
	missed := time.Duration(0)
	for {
		wait := time.NewTimer(lockBeat)
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-wait.C:
		}
		err := b.Settle(ctx, nil)
		if fault.Is(err, fault.Conflict) {
			lose(err)
			return
		}
		if err == nil {
			text := rand.Text()
			err = b.files.Put(ctx, lockName(number), int64(len(text)), newText(text))
		}
		if missed += lockBeat; err == nil {
			missed = 0
		}
		if missed >= lockStale/2 {
			lose(err)
			return
		}
	}
}
