package read

import (
	"bytes"
	"encoding/binary"
	"image"
)

// Of a JPEG file and of the notes that cameras leave in it (Exif 2.32, 4.6).
const (
	markerNotes    = 0xE1
	markerScan     = 0xDA
	tagOrientation = 0x0112
	noteEntry      = 12 // bytes
)

// turned is how a camera was held, 1 to 8 as Exif counts; 1 when it is not
// said.
func turned(raw []byte) int {
	if !bytes.HasPrefix(raw, []byte{0xFF, 0xD8}) {
		return 1
	}
	for at := 2; at+4 <= len(raw) && raw[at] == 0xFF && raw[at+1] != markerScan; {
		length := int(binary.BigEndian.Uint16(raw[at+2:]))
		end := at + 2 + length
		if length < 2 || end > len(raw) {
			return 1
		}
		if notes, ok := bytes.CutPrefix(raw[at+4:end], []byte("Exif\x00\x00")); ok && raw[at+1] == markerNotes {
			return orientation(notes)
		}
		at = end
	}
	return 1
}

// orientation reads the one note that matters from a TIFF structure.
func orientation(notes []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(notes, []byte("MM")) {
		order = binary.BigEndian
	}
	if len(notes) < 8 {
		return 1
	}
	at := int64(order.Uint32(notes[4:]))
	if at+2 > int64(len(notes)) {
		return 1
	}
	count := int64(order.Uint16(notes[at:]))
	for i := range count {
		entry := at + 2 + i*noteEntry
		if entry+noteEntry > int64(len(notes)) {
			return 1
		}
		if order.Uint16(notes[entry:]) == tagOrientation {
			if value := int(order.Uint16(notes[entry+8:])); value >= 1 && value <= 8 {
				return value
			}
			return 1
		}
	}
	return 1
}

// upright turns a picture so that what was above is above.
func upright(from *image.RGBA, held int) *image.RGBA {
	if held == 1 {
		return from
	}
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if held >= 5 {
		to = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch held {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			to.SetRGBA(tx, ty, from.RGBAAt(x, y))
		}
	}
	return to
}
