package s3

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/fault"
)

// How often and how long one thing is tried. Together it is less than a balancer
// waits; whoever asked then hears when to come again.
const (
	attempts = 6
	patience = 20 * time.Second // after which nothing is tried again
	first    = 100 * time.Millisecond
	longest  = 2 * time.Second
	again    = 5 * time.Second // what Retry-After says
)

// How long one attempt may take.
const (
	short   = 15 * time.Second // a question
	window  = time.Minute      // five megabytes, one way
	joining = 5 * time.Minute  // of the parts of a large object
)

// errGarbled says that what came is not what was stored; asking again may help.
var errGarbled = errors.New("s3: other bytes than were stored")

// try does one thing, several times if it must, and gives its failure a
// meaning. Each attempt has its own deadline.
func (b *Bucket) try(ctx context.Context, limit time.Duration, do func(ctx context.Context, attempt int) error) error {
	waiting, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var err error
	for attempt := range attempts {
		if attempt > 0 {
			if !pause(waiting, attempt) {
				break
			}
			b.retries.Add(1)
		}
		err = once(ctx, limit, attempt, do)
		if err == nil || ctx.Err() != nil || !passing(err) {
			break
		}
	}
	if err != nil && passing(err) {
		b.failures.Add(1)
	}
	return meaning(ctx, err)
}

func once(ctx context.Context, limit time.Duration, attempt int, do func(context.Context, int) error) error {
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	return do(ctx, attempt)
}

// pause waits before an attempt, each time about twice as long, and not all
// nodes equally long. It reports false when there is no time left.
func pause(ctx context.Context, attempt int) bool {
	wait := min(longest, first<<(attempt-1))
	t := time.NewTimer(wait/2 + jitter(wait/2))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func jitter(most time.Duration) time.Duration {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails
	return time.Duration(binary.LittleEndian.Uint64(raw[:]) % uint64(most))
}

// code is what the storage calls an error, "" for what never reached it.
func code(err error) string {
	if r, ok := errors.AsType[minio.ErrorResponse](err); ok {
		return r.Code
	}
	return ""
}

// passing reports an error that may not come again: of the network, of the
// storage itself, or of bytes that were changed on their way.
func passing(err error) bool {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return false // it has its meaning already
	}
	r, ok := errors.AsType[minio.ErrorResponse](err)
	if !ok {
		return true
	}
	if full(r) {
		return false
	}
	return r.StatusCode >= 500 || slices.Contains([]int{http.StatusOK, http.StatusRequestTimeout, http.StatusTooManyRequests}, r.StatusCode) ||
		slices.Contains([]string{
			"BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout", "ConditionalRequestConflict",
			"OperationAborted", "SlowDown", "InternalError", minio.UnexpectedEOF,
		}, r.Code)
}

// full reports a storage that has no room, or not for us.
func full(r minio.ErrorResponse) bool {
	return r.StatusCode == http.StatusInsufficientStorage || slices.Contains([]string{
		"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "StorageFull", "InsufficientCapacity",
	}, r.Code)
}

// meaning is the fault of an error that stays: no room, or a storage that does
// not do what it did when we started.
func meaning(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if why := ctx.Err(); why != nil {
		return errors.Join(why, err)
	}
	r, ok := errors.AsType[minio.ErrorResponse](err)
	switch {
	case ok && full(r):
		return fault.New(fault.NoSpace, "blob.full").Because(err)
	case absent(err), refused(err):
		return err // the caller knows what it means
	}
	return fault.New(fault.Unavailable, "blob.unavailable").After(again).Because(err)
}

// absent reports that there is no such object, or no such upload.
func absent(err error) bool {
	return slices.Contains([]string{minio.NoSuchKey, "NoSuchUpload"}, code(err))
}

// refused reports that something is there already.
func refused(err error) bool { return code(err) == minio.PreconditionFailed }
