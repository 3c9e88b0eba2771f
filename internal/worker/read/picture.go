package read

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // first picture only
	"image/jpeg"
	_ "image/png" // decoder
	"io"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	_ "golang.org/x/image/webp" // decoder
)

// TaskPicture returns a picture made small enough to look at, as JPEG, with a
// mark burnt in.
const TaskPicture = "picture"

const (
	maxPixels = 50 << 20 // of the original; what they take is bounded by the memory of a child
	side      = 1600     // longest of what is shown, in pixels
	leaf      = 2000     // of a page, which is read
	quality   = 82
)

var errLarge = errors.New("read: too many pixels to look at")

func picture(_, mark string, page int, in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	from, err := decoded(raw)
	if err != nil {
		return err
	}
	most := side
	if page > 0 {
		most = leaf
	}
	shown, err := marked(upright(small(from, most), turned(raw)), mark)
	if err != nil {
		return err
	}
	return jpeg.Encode(out, shown, &jpeg.Options{Quality: quality})
}

// decoded opens a picture of no more points than can be looked at.
func decoded(raw []byte) (image.Image, error) {
	shape, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if shape.Width <= 0 || shape.Height <= 0 || int64(shape.Width)*int64(shape.Height) > maxPixels {
		return nil, errLarge
	}
	from, _, err := image.Decode(bytes.NewReader(raw))
	return from, err
}

// small brings a picture to the side of a screen, on white paper.
func small(from image.Image, side int) *image.RGBA {
	b := from.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > side {
		w, h = max(1, w*side/longest), max(1, h*side/longest)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	xdraw.ApproxBiLinear.Scale(to, to.Bounds(), from, b, draw.Over, nil)
	return to
}

// marked writes a mark across a picture again and again, light enough to read
// through.
func marked(on *image.RGBA, mark string) (*image.RGBA, error) {
	if mark == "" {
		return on, nil
	}
	const smallest, share, dpi = 10, 42, 72
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	size := max(smallest, min(on.Bounds().Dx(), on.Bounds().Dy())/share)
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size), DPI: dpi})
	if err != nil {
		return nil, err
	}
	width := font.MeasureString(face, mark).Ceil()
	for row, y := 0, 2*size; y < on.Bounds().Dy()+size; row, y = row+1, y+7*size {
		for x := size - (row%2)*width/2; x < on.Bounds().Dx(); x += width + 3*size {
			write(on, face, mark, x, y)
		}
	}
	return on, face.Close()
}

// write writes in grey with a light edge, so that it shows on dark and light.
func write(on *image.RGBA, face font.Face, mark string, x, y int) {
	for _, layer := range []struct {
		away int
		c    color.NRGBA
	}{{1, color.NRGBA{255, 255, 255, 90}}, {0, color.NRGBA{60, 60, 60, 90}}} {
		d := font.Drawer{Dst: on, Src: image.NewUniform(layer.c), Face: face, Dot: fixed.P(x+layer.away, y+layer.away)}
		d.DrawString(mark)
	}
}
