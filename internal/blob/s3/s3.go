// Package s3 is the bucket on a storage that speaks the S3 protocol, for
// installations of several nodes.
//
// It refuses to replace an object that is finished, to believe bytes whose
// checksum differs, to keep an upload on a disk on its way, and to wait for a
// storage that is away longer than a person would: then it is
// fault.Unavailable "blob.unavailable", and nothing is lost that was promised.
//
// Where things lie, below the prefix:
//
//	installation                          whose bucket it is
//	firms/<firm>/blobs/<blob>             finished
//	firms/<firm>/incoming/<blob>/upload   which multipart upload its windows go to
//	firms/<firm>/incoming/<blob>/<n>.<b>  the first b bytes of window n, until it is full
//
// A whole window goes into the multipart upload of the finished object as it
// comes; nothing else is kept, so that any process goes on with what any other
// began. Completing is conditional and makes the blob finished at once.
//
// Start reading at [Open], then arrive.go for what is on its way, read.go for
// what is read, probe.go for what a storage must be able to do. The reasons are
// in doc/decisions/020-blobs-on-s3.md.
package s3

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"cenacle/internal/blob"
	"cenacle/internal/id"
)

// MaxSize is the largest sealed blob: what 10,000 parts of one window hold.
const MaxSize = 10_000 * blob.Window

// Config says where a bucket is and who we are there.
type Config struct {
	Bucket    string
	Prefix    string // folder in the bucket, "" for all of it
	Endpoint  string // host, and port unless it is the usual one
	Insecure  bool   // http instead of https
	Region    string
	PathStyle bool // endpoint/bucket instead of bucket.endpoint
	AccessKey string
	SecretKey string

	Clock func() time.Time
}

// Bucket is a [blob.Bucket] and a [blob.Putter]. Close it.
type Bucket struct {
	core   *minio.Core
	bucket string
	prefix string
	wire   *wire

	mu       sync.Mutex
	arrivals map[blob.Name]*arrival // what this process knows of blobs on their way

	retries  atomic.Uint64
	failures atomic.Uint64
}

// Stats are counts since Open.
type Stats struct {
	Requests uint64 // sent
	Retries  uint64 // of them, because one before had failed
	Failures uint64 // given up after the last attempt
}

// Stats reads the counts.
func (b *Bucket) Stats() Stats {
	return Stats{Requests: b.wire.requests.Load(), Retries: b.retries.Load(), Failures: b.failures.Load()}
}

// Open makes a bucket; it connects to nothing. See [Bucket.Probe].
func Open(c Config) (*Bucket, error) {
	lookup := minio.BucketLookupDNS
	if c.PathStyle {
		lookup = minio.BucketLookupPath
	}
	w := &wire{Transport: transport(), clock: c.Clock}
	core, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: !c.Insecure, Region: c.Region,
		BucketLookup: lookup, Transport: w, MaxRetries: 1, // we repeat ourselves
	})
	if err != nil {
		return nil, fmt.Errorf("s3.Open: %w", err)
	}
	prefix := strings.Trim(c.Prefix, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &Bucket{core: core, bucket: c.Bucket, prefix: prefix, wire: w, arrivals: map[blob.Name]*arrival{}}, nil
}

// Close lets go of idle connections; objects that are open stay readable.
func (b *Bucket) Close() error {
	b.wire.CloseIdleConnections()
	return nil
}

const (
	dialing    = 5 * time.Second
	idle       = 90 * time.Second
	idleAtOnce = 32 // connections kept for the next requests
)

func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialing, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 2 * dialing, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		MaxIdleConns: idleAtOnce, MaxIdleConnsPerHost: idleAtOnce, IdleConnTimeout: idle,
		ExpectContinueTimeout: time.Second, DisableCompression: true,
	}
}

// wire counts requests and looks at the clock of the other side.
type wire struct {
	*http.Transport
	clock    func() time.Time
	requests atomic.Uint64
	skew     atomic.Int64 // what the other clock is ahead, in nanoseconds
	dated    atomic.Bool
}

// RoundTrip is [http.RoundTripper].
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requests.Add(1)
	response, err := w.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil && w.clock != nil {
		w.skew.Store(int64(date.Sub(w.clock())))
		w.dated.Store(true)
	}
	if object := r.Method == http.MethodGet && r.URL.RawQuery == "" && response.StatusCode < http.StatusMultipleChoices; !object {
		response.Body = bounded{io.LimitReader(response.Body, longestAnswer), response.Body}
	}
	return response, nil
}

// longestAnswer is of a list of a thousand keys, with room.
const longestAnswer = 2 << 20

// bounded is a body of which no more is read.
type bounded struct {
	io.Reader
	io.Closer
}

// place is where a blob stands in the bucket.
type place struct {
	name     blob.Name
	finished string
	incoming string // folder, with a slash at its end
	pointer  string // names the multipart upload
}

// place makes the keys of a blob. Only identifiers make a key.
func (b *Bucket) place(n blob.Name) (place, error) {
	if _, err := id.Parse[id.Firm](string(n.Firm)); err != nil {
		return place{}, fmt.Errorf("firm of a blob: %w", err)
	}
	if _, err := id.Parse[id.Blob](string(n.Blob)); err != nil {
		return place{}, fmt.Errorf("name of a blob: %w", err)
	}
	incoming := b.folder(n.Firm, blob.Incoming) + string(n.Blob) + "/"
	return place{
		name: n, finished: b.folder(n.Firm, blob.Finished) + string(n.Blob),
		incoming: incoming, pointer: incoming + "upload",
	}, nil
}

// folder is where the blobs of a firm in one stage lie, with a slash at its end.
func (b *Bucket) folder(f id.Firm, s blob.Stage) string {
	if s == blob.Incoming {
		return b.prefix + "firms/" + string(f) + "/incoming/"
	}
	return b.prefix + "firms/" + string(f) + "/blobs/"
}

// tail is the key of the first bytes of a window, so many.
func (p place) tail(window, size int64) string {
	return p.incoming + strconv.FormatInt(window, 10) + "." + strconv.FormatInt(size, 10)
}

// Remove is [blob.Bucket.Remove]. With versions kept, the storage hides the
// object and its own rules remove it.
func (b *Bucket) Remove(ctx context.Context, n blob.Name) error {
	at, err := b.place(n)
	if err != nil {
		return err
	}
	return b.remove(ctx, at.finished)
}

// remove removes an object; the protocol does not say whether there was one.
func (b *Bucket) remove(ctx context.Context, key string) error {
	return b.try(ctx, short, func(ctx context.Context, _ int) error {
		err := b.core.RemoveObject(ctx, b.bucket, key, minio.RemoveObjectOptions{})
		if code(err) == minio.NoSuchKey {
			return nil
		}
		return err
	})
}

// Each is [blob.Bucket.Each]. It passes over names that are no identifiers,
// which this package did not write.
func (b *Bucket) Each(ctx context.Context, f id.Firm, s blob.Stage, visit func(id.Blob) error) error {
	if _, err := id.Parse[id.Firm](string(f)); err != nil {
		return err
	}
	tell := func(key string) error {
		n, err := id.Parse[id.Blob](path.Base(key))
		if err != nil {
			return nil
		}
		return errors.Join(ctx.Err(), visit(n))
	}
	if s == blob.Finished {
		return b.list(ctx, b.folder(f, blob.Finished), tell)
	}
	seen := map[string]bool{} // few: what is on its way now
	once := func(key string) error {
		if name := path.Base(key); !seen[name] {
			seen[name] = true
			return tell(name)
		}
		return nil
	}
	if err := b.list(ctx, b.folder(f, blob.Incoming), once); err != nil {
		return err
	}
	// A process that died between two requests left an upload that no pointer names.
	return b.uploads(ctx, b.folder(f, blob.Finished), func(u minio.ObjectMultipartInfo) error { return once(u.Key) })
}
