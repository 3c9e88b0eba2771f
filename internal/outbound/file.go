package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// What a file may cost at most, whatever its caller says.
const (
	MaxFile     = 128 << 20 // bytes
	MaxPatience = 5 * time.Minute
)

// File asks for one, which may be larger than an answer and take longer.
type File struct {
	Address  string        // as [Client.Check] accepts it
	Most     int64         // bytes that are read of it; at most [MaxFile]
	Patience time.Duration // for the whole of it; at most [MaxPatience]
}

// Open asks for a file and returns it as it comes, byte by byte as it was sent; whoever reads
// it closes it. Any status but 200 fails, a redirect too. What fails is an *[Error], of Open
// as of the reader, which ends with [Large] after f.Most bytes and with [Slow] after
// f.Patience.
func (c *Client) Open(ctx context.Context, f File) (io.ReadCloser, error) {
	address, err := c.Check(f.Address)
	if err != nil {
		return nil, &Error{Forbidden, err}
	}
	ctx, cancel := context.WithTimeout(ctx, min(f.Patience, MaxPatience))
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		cancel()
		return nil, &Error{Forbidden, err}
	}
	r.Header.Set("User-Agent", "Cenacle")
	back, err := c.way(r).RoundTrip(r)
	if err != nil {
		cancel()
		return nil, failed(err)
	}
	if back.StatusCode != http.StatusOK {
		err := errors.Join(errStatus, back.Body.Close())
		cancel()
		return nil, &Error{Wrong, err}
	}
	return &coming{from: back.Body, left: min(f.Most, MaxFile), cancel: cancel}, nil
}

// coming is a file on its way.
type coming struct {
	from   io.ReadCloser
	left   int64
	cancel context.CancelFunc
}

// Read fails once there is more than is left to be read.
func (f *coming) Read(p []byte) (int, error) {
	if int64(len(p)) > f.left+1 {
		p = p[:f.left+1]
	}
	n, err := f.from.Read(p)
	if int64(n) > f.left {
		n, f.left = int(f.left), 0
		return n, &Error{Large, errLarge}
	}
	f.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = failed(err)
	}
	return n, err
}

// Close ends the request.
func (f *coming) Close() error {
	defer f.cancel()
	return f.from.Close()
}
