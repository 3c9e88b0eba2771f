package read_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// A logo is drawn anew: small, with what was clear in it, and without what else its file
// held; what is no picture, or too large to be looked at, is none.
func TestALogoIsDrawnAnew(t *testing.T) {
	draw := read.Logo(pool(t))
	seal := image.NewNRGBA(image.Rect(0, 0, 2000, 500))
	for x := 400; x < 1600; x++ {
		for y := 100; y < 400; y++ {
			seal.SetNRGBA(x, y, color.NRGBA{122, 31, 61, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, seal); err != nil {
		t.Fatal(err)
	}
	const beside = "<script>CANARY</script>"
	out, err := draw(t.Context(), append(b.Bytes(), beside...))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := png.Decode(bytes.NewReader(out))
	if err != nil || shown.Bounds() != image.Rect(0, 0, 640, 160) || bytes.Contains(out, []byte("CANARY")) {
		t.Fatalf("%v, %v", shown.Bounds(), err)
	}
	_, _, _, clear := shown.At(0, 0).RGBA()
	red, _, _, full := shown.At(320, 80).RGBA()
	if clear != 0 || full != 0xffff || red>>8 != 122 {
		t.Errorf("a corner has %d of 0 and the middle %d of %d: red %d", clear, full, 0xffff, red>>8)
	}
	for what, text := range map[string]string{
		"a vector":  `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"a page":    "<!doctype html><img src=x onerror=alert(1)>",
		"a bomb":    strings.Replace(b.String(), "\x00\x00\x07\xd0\x00\x00\x01\xf4", "\x00\x00\x75\x30\x00\x00\x75\x30", 1),
		"a half":    b.String()[:b.Len()/2],
		"nothing":   "",
		"a picture": "BM" + strings.Repeat("\x00", 200), // of a format that no browser sends as a logo
	} {
		if _, err := draw(t.Context(), []byte(text)); !errors.Is(err, worker.ErrUnreadable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
