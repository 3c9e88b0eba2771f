package main

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"cenacle/internal/backup"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/storage"
	"cenacle/internal/config"
)

// remote reports a place for backups that is no folder of this machine.
func remote(address string) bool { return strings.HasPrefix(address, "s3:") }

// bucketOf opens the storage that an address names.
func bucketOf(c *config.Config, address string) (*s3.Bucket, error) {
	return storage.Shelf(c, address, time.Now)
}

// shelfOf opens a place that takes backups: a folder, or a storage that does what
// is asked of it.
func shelfOf(ctx context.Context, c *config.Config, address string) (backup.Shelf, error) {
	if !remote(address) {
		return backup.Folder(address), nil
	}
	b, err := bucketOf(c, address)
	if err != nil {
		return nil, err
	}
	if err := storage.ForBackups(ctx, b); err != nil {
		return nil, err
	}
	return backup.InBucket(b.Files(), address, filepath.Join(c.Data, "backup")), nil
}

// sourceOf opens a place that backups are read from. A configuration is wanted
// only of one that is no folder.
func sourceOf(address string, configured func() (*config.Config, error)) (backup.Source, error) {
	if !remote(address) {
		return backup.Folder(address), nil
	}
	c, err := configured()
	if err != nil {
		return nil, err
	}
	b, err := bucketOf(c, address)
	if err != nil {
		return nil, err
	}
	return backup.InBucket(b.Files(), address, ""), nil
}
