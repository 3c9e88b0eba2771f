package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/blob"
	"cenacle/internal/blob/storage"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

var (
	selectVersions = store.ForFirm(`
		select id, blob_id, created_at from version where firm_id = $1 and id > $2 order by id limit $3`)
	selectUploads = store.ForFirm(`select id, state from upload where firm_id = $1 and touched_at > $2`)
	selectScratch = store.ForFirm(`select blob_id, kind from drive_scratch where firm_id = $1 and touched_at > $2`)
)

const (
	page = 1000
	// What came so lately may be on its way: bytes come before their row.
	fresh = 24 * time.Hour
)

// holdings is what the storage and the rows of all firms say of documents.
type holdings struct{ versions, missing, orphans, uploads int64 }

// documents compares the bytes that there are with those that rows name.
func (e *examination) documents(ctx context.Context) {
	bucket, err := e.bucket()
	if err != nil {
		e.add("documents", Error, "documents_unreachable", cause(err))
		return
	}
	var h holdings
	bytes := blob.New(bucket)
	_, ill := e.each(ctx, func(ctx context.Context, f *store.Firm) error { return e.compare(ctx, f, bytes, &h) })
	for _, f := range ill {
		err = errors.Join(err, fmt.Errorf("%s: %w", f.firm, f.cause))
	}
	if err = errors.Join(err, bucket.Close()); err != nil {
		e.add("documents", Error, "documents_unreachable", cause(err))
		return
	}
	if h.missing > 0 {
		e.add("documents", Error, "documents_missing", h.missing)
	}
	if h.orphans > 0 {
		e.add("documents", Warning, "documents_orphans", h.orphans)
	}
	if h.missing == 0 && h.orphans == 0 {
		e.add("documents", Fine, "documents_fine", h.versions, h.uploads)
	}
}

// bucket opens where the bytes lie.
func (e *examination) bucket() (storage.Bucket, error) {
	if remote, err := storage.Remote(e.config, e.Clock); remote != nil || err != nil {
		return remote, err
	}
	return blob.OpenDisk(e.config.Data)
}

func (e *examination) compare(ctx context.Context, f *store.Firm, bytes *blob.Store, h *holdings) error {
	before := e.Clock().Add(-time.Minute) // what is older has had its bytes before they are listed
	there := map[id.Blob]bool{}
	err := bytes.Each(ctx, f.ID(), blob.Finished, func(b id.Blob) error {
		there[b] = true
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if err := e.versions(ctx, f, there, before, h); err != nil {
		return err
	}
	old := id.New[id.Blob](before.Add(-fresh))
	spare, err := names(ctx, f, selectScratch)
	if err != nil {
		return err
	}
	for b := range there { // those that no version names
		if b < old && spare[string(b)] == "" {
			h.orphans++
		}
	}
	uploads, err := names(ctx, f, selectUploads)
	if err != nil {
		return err
	}
	for _, state := range uploads {
		if state == "open" {
			h.uploads++
		}
	}
	return bytes.Each(ctx, f.ID(), blob.Incoming, func(b id.Blob) error {
		if b < old && uploads[string(b)] == "" && spare[string(b)] == "" {
			h.orphans++
		}
		return ctx.Err()
	})
}

// versions counts versions whose bytes are not there, and takes those of the
// others out of there.
func (e *examination) versions(ctx context.Context, f *store.Firm, there map[id.Blob]bool, before time.Time, h *holdings) error {
	for after, more := id.Version(""), true; more; {
		n := 0
		err := f.View(ctx, func(tx *store.Tx) error {
			n = 0
			return tx.Each(selectVersions, []any{after, page}, func(scan func(...any) error) error {
				var b id.Blob
				var created int64
				if err := scan(&after, &b, &created); err != nil {
					return err
				}
				n++
				if !there[b] && store.Time(created).Before(before) {
					h.missing++
				}
				delete(there, b)
				return nil
			})
		})
		if err != nil {
			return err
		}
		h.versions += int64(n)
		more = n == page
	}
	return nil
}

// names are the identifiers that a statement over an instant gives, with what
// stands beside each.
func names(ctx context.Context, f *store.Firm, s store.FirmStmt) (out map[string]string, err error) {
	err = f.View(ctx, func(tx *store.Tx) error {
		out = map[string]string{}
		return tx.Each(s, []any{int64(-1)}, func(scan func(...any) error) error {
			var name, beside string
			err := scan(&name, &beside)
			out[name] = beside
			return err
		})
	})
	return out, err
}
