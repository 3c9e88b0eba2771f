package read

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// TaskArchive reads the directory of a ZIP file: its input is the end of the
// file, its mark the size of the whole, and it answers with an [Archive].
const TaskArchive = "archive"

// Archive is what the directory of a ZIP file says of it.
type Archive struct {
	Files  int   `json:"files"`
	Bytes  int64 `json:"bytes"`  // unpacked, as it says
	Locked int   `json:"locked"` // entries that need a password
}

// locked is the bit of an entry that needs a password (APPNOTE 4.4.4).
const locked = 1

var errElsewhere = errors.New("read: the directory is not at the end")

func archive(_, mark string, _ int, in io.Reader, out io.Writer) error {
	size, err := strconv.ParseInt(mark, 10, 64)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if size < int64(len(raw)) {
		return errElsewhere
	}
	sum, err := Directory(raw, size)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(sum)
}

// Directory reads the directory of a ZIP file of a size from its last bytes.
func Directory(end []byte, size int64) (sum Archive, err error) {
	z, err := zip.NewReader(&ending{end, size}, size)
	if err != nil {
		return sum, err
	}
	for _, f := range z.File {
		sum.Files++
		if f.Flags&locked != 0 {
			sum.Locked++
		}
		if f.UncompressedSize64 > 1<<50 {
			return sum, errBomb
		}
		sum.Bytes += int64(f.UncompressedSize64)
	}
	return sum, nil
}

// ending is a file of which only the last bytes are known.
type ending struct {
	raw  []byte
	size int64
}

func (e *ending) ReadAt(p []byte, off int64) (int, error) {
	from := off - (e.size - int64(len(e.raw)))
	if from < 0 {
		return 0, errElsewhere
	}
	if from >= int64(len(e.raw)) {
		return 0, io.EOF
	}
	n := copy(p, e.raw[from:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
