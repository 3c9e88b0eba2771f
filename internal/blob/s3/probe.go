package s3

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"cenacle/internal/blob"
	"cenacle/internal/fault"
)

// Refusal is why a bucket cannot be used, for the operator who reads it in a
// terminal. It repeats no secret.
type Refusal struct {
	Wrong string // what is wrong
	Do    string // what to do
	cause error
}

// Error is the refusal as one sentence, with what the storage said.
func (r *Refusal) Error() string {
	text := r.Wrong + "; " + r.Do
	if r.cause != nil {
		text += " (" + strings.Join(strings.Fields(r.cause.Error()), " ") + ")"
	}
	return text
}

// Unwrap is what the storage said.
func (r *Refusal) Unwrap() error { return r.cause }

// refusal makes one of what the storage said; nil without an error.
func refusal(err error, wrong, do string) error {
	if err == nil {
		return nil
	}
	return &Refusal{wrong, do, err}
}

// worstSkew is how far clocks may be apart: signatures of requests bear the
// time, and storages refuse a quarter of an hour.
const worstSkew = 5 * time.Minute

// Probe finds out, with objects of its own below the prefix, whether the bucket
// does all that is asked of it: it is there, it lets us read, write, list and
// remove, it creates without replacing, joins parts, and gives ranges. The error
// is a [Refusal].
func (b *Bucket) Probe(ctx context.Context) error {
	if err := b.reach(ctx); err != nil {
		return err
	}
	p := probe{b, b.prefix + "probe/" + rand.Text()}
	err := errors.Join(p.conditions(ctx), p.ranges(ctx), p.joins(ctx))
	return errors.Join(err, p.tidy(ctx))
}

// Skew is how far the clock of the storage is ahead of ours, as its last answer
// said; false before one.
func (b *Bucket) Skew() (time.Duration, bool) {
	return time.Duration(b.wire.skew.Load()), b.wire.dated.Load()
}

// reach demands a bucket of this name that answers us.
func (b *Bucket) reach(ctx context.Context) error {
	err := b.try(ctx, short, func(ctx context.Context, _ int) error {
		_, _, err := b.page(ctx, listing{folder: b.prefix + "probe/"}, "")
		return err
	})
	if skew, known := b.Skew(); known && skew.Abs() > worstSkew {
		return &Refusal{fmt.Sprintf("the clock of the storage is %s away from the one of this machine", skew.Abs().Round(time.Second)),
			"set the clock of this machine, for example with chrony", err}
	}
	if err == nil {
		return nil
	}
	return &Refusal{reasonOf(err), "correct it and start again", err}
}

// reasonOf says in words what keeps us from a bucket.
func reasonOf(err error) string {
	_, unknown := errors.AsType[*net.DNSError](err)
	_, stranger := errors.AsType[x509.UnknownAuthorityError](err)
	_, other := errors.AsType[x509.HostnameError](err)
	switch c := code(err); {
	case c == minio.NoSuchBucket:
		return "there is no such bucket"
	case slices.Contains([]string{"InvalidAccessKeyId", "InvalidAccessKey", "XAdminUserNotFound"}, c):
		return "the storage does not know the access key"
	case c == "SignatureDoesNotMatch":
		return "the secret key is not the one of the access key"
	case c == minio.AccessDenied:
		return "the storage denies this account the bucket"
	case c == "RequestTimeTooSkewed":
		return "the clocks of the storage and of this machine are too far apart"
	case slices.Contains([]string{"AuthorizationHeaderMalformed", minio.InvalidRegion, "PermanentRedirect", "IllegalLocationConstraintException"}, c):
		return "the bucket is in another region, or answers at another endpoint"
	case unknown:
		return "the name of the endpoint is not known"
	case stranger || other:
		return "the certificate of the endpoint cannot be trusted"
	case fault.Is(err, fault.Unavailable) && c == "":
		return "the endpoint does not answer"
	}
	return "the storage refuses"
}

// probe is one look at a bucket.
type probe struct {
	*Bucket
	folder string
}

func text(s string) pieces { return newPieces([][]byte{[]byte(s)}) }

// conditions demands that a second creation is refused.
func (p probe) conditions(ctx context.Context) error {
	key := p.folder + "/created"
	if err := p.create(ctx, key, text("first")); err != nil {
		return refusal(err, "this account may not write into the bucket", "let it put, get, list and delete objects and multipart uploads")
	}
	if err := p.create(ctx, key, text("second")); refused(err) {
		return nil
	} else if err != nil {
		return refusal(err, "the storage does not know conditional writes (If-None-Match)", "use a storage that does: two nodes could replace one another's documents")
	}
	return &Refusal{"the storage ignores the condition of conditional writes (If-None-Match)",
		"use a storage that does not: two nodes could replace one another's documents", nil}
}

// ranges demands the middle of what was written.
func (p probe) ranges(ctx context.Context) error {
	key, content := p.folder+"/read", "0123456789"
	if err := p.create(ctx, key, text(content)); err != nil {
		return refusal(err, "this account may not write into the bucket", "let it put, get, list and delete objects and multipart uploads")
	}
	var got []byte
	err := p.try(ctx, short, func(ctx context.Context, _ int) error {
		s := stream{bucket: p.Bucket, ctx: ctx, key: key, size: unknown}
		if err := s.open(3, 4); err != nil {
			return err
		}
		defer s.drop()
		var err error
		got, err = io.ReadAll(s.body)
		return err
	})
	if err == nil && string(got) != content[3:7] {
		err = fmt.Errorf("asked for %q, got %q", content[3:7], got)
	}
	return refusal(err, "the storage does not give a part of an object", "use a storage that answers ranges, and let this account get objects")
}

// joins demands multipart uploads that are listed, and that do not replace
// either.
func (p probe) joins(ctx context.Context) error {
	key := p.folder + "/joined"
	if err := p.join(ctx, key); err != nil {
		return refusal(err, "the storage does not take objects in parts", "use a storage with multipart uploads, and let this account use them")
	}
	err := p.join(ctx, key)
	if refused(err) {
		return nil
	}
	if err != nil {
		return refusal(err, "the storage does not know conditional completion of multipart uploads (If-None-Match)",
			"use a storage that does: two nodes could replace one another's documents")
	}
	return &Refusal{"the storage ignores the condition when a multipart upload is completed (If-None-Match)",
		"use a storage that does not: two nodes could replace one another's documents", nil}
}

func (p probe) join(ctx context.Context, key string) error {
	at := place{finished: key, pointer: p.folder + "/pointer-" + rand.Text()}
	a := &arrival{}
	if err := p.open(ctx, at, a); err != nil {
		return err
	}
	err := p.Bucket.join(ctx, at, a, text("joined"))
	if err == nil {
		return nil
	}
	found := false
	listing := p.uploads(ctx, key, func(u minio.ObjectMultipartInfo) error {
		found = found || u.UploadID == a.upload
		return nil
	})
	if listing == nil && !found {
		listing = errors.New("an upload that is under way is not listed")
	}
	if listing != nil {
		return listing
	}
	return errors.Join(err, p.abort(ctx, key, a.upload))
}

// tidy removes what the probe made, and what probes before left behind.
func (p probe) tidy(ctx context.Context) error {
	err := p.objects(ctx, p.folder+"/", func(o minio.ObjectInfo) error { return p.remove(ctx, o.Key) })
	return refusal(err, "this account may not list or delete in the bucket", "let it put, get, list and delete objects and multipart uploads")
}

// Owned reports that an installation has its documents here.
func (b *Bucket) Owned(ctx context.Context) (bool, error) {
	_, err := b.get(ctx, b.prefix+ownerName)
	if absent(err) {
		return false, nil
	}
	return err == nil, err
}

// ownerName is the object that says whose documents these are.
const ownerName = "installation"

// Belong writes into an empty bucket whose it is, and refuses one of another
// installation.
func (b *Bucket) Belong(ctx context.Context, installation string) error {
	key := b.prefix + ownerName
	err := b.create(ctx, key, text(installation))
	if !refused(err) {
		return err
	}
	owner, err := b.get(ctx, key)
	if err != nil {
		return err
	}
	if string(owner) != installation {
		return &Refusal{"the bucket belongs to another installation", "name a bucket or a prefix of its own in blobs", nil}
	}
	return nil
}

var (
	_ blob.Bucket = (*Bucket)(nil)
	_ blob.Putter = (*Bucket)(nil)
)
