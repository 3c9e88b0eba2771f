// Package storage opens the bucket that a configuration names: the data folder,
// or a storage that speaks S3.
//
// It refuses a storage that does not do what is asked of it, and one that
// another installation owns. Start at [Open].
package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"cenacle/internal/blob"
	"cenacle/internal/blob/s3"
	"cenacle/internal/config"
)

// Bucket is one that somebody closes.
type Bucket interface {
	blob.Bucket
	io.Closer
}

// Open opens the bucket of an installation, of which the identifier is given; a
// bucket without one becomes its own. A storage that is refused is a
// [config.Reason].
func Open(ctx context.Context, c *config.Config, installation string, clock func() time.Time) (Bucket, error) {
	remote, err := Remote(c, clock)
	if err != nil {
		return nil, err
	}
	if remote == nil {
		disk, err := blob.OpenDisk(c.Data)
		if err != nil {
			return nil, err // not a nil disk
		}
		return disk, nil
	}
	if err = remote.Probe(ctx); err == nil {
		err = remote.Belong(ctx, installation)
	}
	if err != nil {
		_ = remote.Close() // the refusal is told
		return nil, reason("blobs", err)
	}
	return remote, nil
}

// Remote opens the storage without looking at it; nil when blobs lie in the data
// folder.
func Remote(c *config.Config, clock func() time.Time) (*s3.Bucket, error) {
	s, err := c.Storage()
	if err != nil || !s.Remote() {
		return nil, err
	}
	return connect(s, clock)
}

// Shelf opens a place for backups, s3://…, without looking at it.
func Shelf(c *config.Config, address string, clock func() time.Time) (*s3.Bucket, error) {
	s, err := c.Shelf(address)
	if err != nil {
		return nil, err
	}
	return connect(s, clock)
}

// ForBackups demands of a place that it does what is asked of every storage, and
// that no installation has its documents there. A refusal is a [config.Reason].
func ForBackups(ctx context.Context, b *s3.Bucket) error {
	if err := b.Probe(ctx); err != nil {
		return reason("backup", err)
	}
	owned, err := b.Owned(ctx)
	if err == nil && owned {
		err = config.Reason{Setting: "backup", Wrong: "an installation has its documents here", Do: "name another bucket, or a prefix beside theirs"}
	}
	return err
}

func connect(s config.Storage, clock func() time.Time) (*s3.Bucket, error) {
	return s3.Open(s3.Config{
		Bucket: s.Bucket, Prefix: s.Prefix, Endpoint: s.Endpoint, Insecure: s.Insecure, Region: s.Region, PathStyle: s.PathStyle,
		AccessKey: s.AccessKey, SecretKey: s.SecretKey.Reveal(), Clock: clock,
	})
}

// reason is a refusal as the operator reads it, with what the storage said.
func reason(setting string, err error) error {
	refusal, ok := errors.AsType[*s3.Refusal](err)
	if !ok {
		return err
	}
	return fmt.Errorf("%w\n  %w", config.Reason{Setting: setting, Wrong: refusal.Wrong, Do: refusal.Do}, err)
}
