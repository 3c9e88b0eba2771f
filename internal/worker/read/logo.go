package read

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/png"
	"io"

	xdraw "golang.org/x/image/draw"

	"cenacle/internal/worker"
)

// TaskLogo returns a picture as a PNG no larger than a logo is shown on a dense screen,
// with what was clear in it, and nothing of what else its file held.
const TaskLogo = "logo"

// A logo is so large at most, in pixels and in bytes.
const (
	logoWidth  = 640
	logoHeight = 192
	mostLogo   = 512 << 10
)

// Logo has a child of a pool draw one from what somebody sent.
func Logo(by *worker.Pool) func(ctx context.Context, sent []byte) ([]byte, error) {
	return func(ctx context.Context, sent []byte) ([]byte, error) {
		return by.Do(ctx, worker.Job{Task: TaskLogo, Input: bytes.NewReader(sent), Most: mostLogo})
	}
}

func logo(_, _ string, _ int, in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	from, err := decoded(raw)
	if err != nil {
		return err
	}
	best := png.Encoder{CompressionLevel: png.BestCompression}
	return best.Encode(out, fitted(from))
}

// fitted brings a picture into the frame of a logo, never larger than it is.
func fitted(from image.Image) *image.NRGBA {
	b := from.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > logoWidth {
		w, h = logoWidth, max(1, h*logoWidth/w)
	}
	if h > logoHeight {
		w, h = max(1, w*logoHeight/h), logoHeight
	}
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() {
		draw.Draw(to, to.Bounds(), from, b.Min, draw.Src)
		return to
	}
	xdraw.CatmullRom.Scale(to, to.Bounds(), from, b, draw.Src, nil)
	return to
}
