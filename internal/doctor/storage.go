package doctor

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/storage"
)

// storage writes, reads, lists and removes something where blobs lie, unless
// that is the data folder, and compares the clocks.
func (e *examination) storage(ctx context.Context) {
	bucket, err := storage.Remote(e.config, e.Clock)
	if err != nil || bucket == nil {
		return // the configuration says why, or names none
	}
	defer bucket.Close() // lets go of connections, and cannot fail
	before := e.Uptime()
	err = bucket.Probe(ctx)
	took := e.Uptime() - before
	if refusal, refused := errors.AsType[*s3.Refusal](err); refused {
		e.add("storage", Error, "storage_refused", refusal.Wrong, refusal.Do)
	} else if err == nil {
		e.add("storage", Fine, "storage_fine", took.Milliseconds())
	}
	skew, _ := bucket.Skew()
	switch away := skew.Abs(); {
	case away > largeDrift:
		e.add("clock", Error, "clock_storage", away.Round(time.Second))
	case away > smallDrift:
		e.add("clock", Warning, "clock_storage", away.Round(time.Second))
	}
}
