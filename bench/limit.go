package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// startBare starts the bare server anew.
func (b *bench) startBare(ctx context.Context) error {
	if b.limit != nil {
		if err := b.limit.stop(); err != nil {
			return err
		}
		b.limit = nil
	}
	address, err := free()
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "limit")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "address"), []byte(address), 0o600); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b.limit, err = spawn(ctx, address, "/", exec.CommandContext(ctx, self, "-limit", dir), filepath.Join(b.dir, "limit.log"))
	return err
}

// bareClient returns who speaks to the bare server, which it starts once.
func (b *bench) bareClient(ctx context.Context) (*browser, error) {
	if b.limit == nil {
		if err := b.startBare(ctx); err != nil {
			return nil, err
		}
	}
	return newBrowser(b.limit.base)
}

// put sends bytes to the bare server.
func (br *browser) put(ctx context.Context, path string, body io.Reader, size int64) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, br.base+path, body)
	if err != nil {
		return err
	}
	r.ContentLength = size
	_, err = br.do(r, http.StatusNoContent)
	return err
}

// noteBare writes a memo there.
func (br *browser) noteBare(ctx context.Context, body string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, br.base+"/memo", strings.NewReader(body))
	if err != nil {
		return err
	}
	_, err = br.do(r, http.StatusNoContent)
	return err
}
