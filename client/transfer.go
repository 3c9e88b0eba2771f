package client

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// File is a document about to be sent.
type File struct {
	Name     string
	Tray     string // firm, client, shared; empty: the firm's, or the client's own
	Folder   string
	Circles  []string
	Replaces string // the document it is the next version of
	Reason   string
}

// Put sends a file of size bytes in one request. What fails is not gone on with:
// for what is large, see [Client.Upload].
func (c *Client) Put(ctx context.Context, in string, f File, size int64, content io.Reader) (p Paper, err error) {
	header := http.Header{
		"Content-Disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": f.Name})},
		"Content-Type":        {"application/octet-stream"},
		"Idempotency-Key":     {rand.Text()},
	}
	answer, err := c.send(ctx, http.MethodPost, "/spaces/"+in+"/documents"+f.query(), header, content, size)
	if err != nil {
		return p, err
	}
	return p, errors.Join(json.NewDecoder(answer.Body).Decode(&p), answer.Body.Close())
}

func (f File) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"tray": f.Tray, "folder": f.Folder, "replaces": f.Replaces, "reason": f.Reason} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if q["circle"] = f.Circles; len(f.Circles) == 0 {
		delete(q, "circle")
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// Upload sends a file of size bytes that survives cuts: after each it asks how
// much is durable and goes on from there. content is read from where the server
// says, so it must seek.
func (c *Client) Upload(ctx context.Context, in string, f File, size int64, content io.ReadSeeker) (p Paper, err error) {
	u := upload{Client: c, content: content, size: size}
	if err := u.begin(ctx, in, f); err != nil {
		return p, err
	}
	attempts, _ := c.patience()
	for idle := 0; u.document == ""; {
		before := u.offset
		if err = u.more(ctx); err == nil {
			continue
		}
		var refused *Problem
		if errors.As(err, &refused) && refused.Status != http.StatusConflict && !refused.again() || ctx.Err() != nil {
			return p, err
		}
		// The cut is behind us: ask what is durable, patiently.
		if lost := c.insist(ctx, func() error { return u.look(ctx) }); lost != nil {
			return p, errors.Join(err, lost)
		}
		if idle++; u.offset > before {
			idle = 0
		}
		if idle >= attempts {
			return p, err
		}
	}
	return c.Document(ctx, u.document)
}

const tusVersion = "1.0.0"

// upload is a file on its way (tus 1.0.0).
type upload struct {
	*Client
	content  io.ReadSeeker
	size     int64
	path     string
	offset   int64  // that is durable
	document string // once all is there
}

func (u *upload) begin(ctx context.Context, in string, f File) error {
	if f.Tray == "" {
		f.Tray = "firm"
	}
	var meta []string
	for _, pair := range [][2]string{
		{"filename", f.Name}, {"tray", f.Tray}, {"folder", f.Folder}, {"circle", strings.Join(f.Circles, ",")}, {"replaces", f.Replaces}, {"reason", f.Reason},
	} {
		if pair[1] != "" {
			meta = append(meta, pair[0]+" "+base64.StdEncoding.EncodeToString([]byte(pair[1])))
		}
	}
	header := http.Header{
		"Tus-Resumable": {tusVersion}, "Upload-Length": {strconv.FormatInt(u.size, 10)},
		"Upload-Metadata": {strings.Join(meta, ",")}, "Idempotency-Key": {rand.Text()},
	}
	return u.insist(ctx, func() error {
		answer, err := u.send(ctx, http.MethodPost, "/spaces/"+in+"/uploads", header, nil, 0)
		if err != nil {
			return err
		}
		at, ours := strings.CutPrefix(answer.Header.Get("Location"), root)
		if !ours {
			return errors.Join(fmt.Errorf("client: an upload goes on at %q", answer.Header.Get("Location")), answer.Body.Close())
		}
		u.path = at
		return u.note(answer)
	})
}

// look asks what is durable.
func (u *upload) look(ctx context.Context) error {
	answer, err := u.send(ctx, http.MethodHead, u.path, http.Header{"Tus-Resumable": {tusVersion}}, nil, 0)
	if err != nil {
		return err
	}
	return u.note(answer)
}

// more sends what is missing.
func (u *upload) more(ctx context.Context) error {
	if _, err := u.content.Seek(u.offset, io.SeekStart); err != nil {
		return err
	}
	header := http.Header{
		"Tus-Resumable": {tusVersion}, "Upload-Offset": {strconv.FormatInt(u.offset, 10)}, "Content-Type": {"application/offset+octet-stream"},
	}
	left := u.size - u.offset
	answer, err := u.send(ctx, http.MethodPatch, u.path, header, io.NopCloser(io.LimitReader(u.content, left)), left)
	if err != nil {
		return err
	}
	return u.note(answer)
}

// note reads where the upload stands.
func (u *upload) note(answer *http.Response) error {
	defer answer.Body.Close() // it has none
	offset, err := strconv.ParseInt(answer.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 || offset > u.size {
		return fmt.Errorf("client: an upload of %d bytes stands at %q", u.size, answer.Header.Get("Upload-Offset"))
	}
	u.offset, u.document = offset, answer.Header.Get("Upload-Document")
	return nil
}

// Content opens the bytes of a document from one on. The caller closes it.
func (c *Client) Content(ctx context.Context, of string, from int64) (io.ReadCloser, error) {
	header := http.Header{}
	if from > 0 {
		header.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
	}
	var answer *http.Response
	err := c.insist(ctx, func() (err error) {
		answer, err = c.send(ctx, http.MethodGet, "/documents/"+of+"/content", header, nil, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	if from > 0 && answer.StatusCode != http.StatusPartialContent {
		return nil, errors.Join(errors.New("client: the whole came where a part was asked for"), answer.Body.Close())
	}
	return answer.Body, nil
}

// ReceiptFile returns a receipt as one file that verifies by itself.
func (c *Client) ReceiptFile(ctx context.Context, of string) (raw []byte, err error) {
	return raw, c.insist(ctx, func() error {
		answer, err := c.send(ctx, http.MethodGet, "/receipts/"+of+"/file", nil, nil, 0)
		if err != nil {
			return err
		}
		raw, err = io.ReadAll(answer.Body)
		return errors.Join(err, answer.Body.Close())
	})
}
