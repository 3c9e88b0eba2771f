package read

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

const (
	maxEntries = 4096
	maxPart    = 64 << 20  // bytes of one unpacked part
	maxParts   = 160 << 20 // of all parts that are read
	maxRatio   = 200       // unpacked to packed, from a megabyte on
	freeRatio  = 1 << 20
	maxDepth   = 50
)

var (
	errBomb = errors.New("read: more than it says, or made to exhaust")
	errDeep = errors.New("read: elements too deep in each other")
)

// offices are the formats of offices and the parts of their archives that hold
// words.
var offices = map[string][]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {
		"word/document.xml", "word/header*.xml", "word/footer*.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
		"xl/sharedStrings.xml", "xl/worksheets/*.xml", "xl/comments*.xml"},
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": {
		"ppt/slides/*.xml", "ppt/notesSlides/*.xml", "ppt/comments/*.xml"},
	"application/vnd.oasis.opendocument.text":         {"content.xml", "styles.xml"},
	"application/vnd.oasis.opendocument.spreadsheet":  {"content.xml"},
	"application/vnd.oasis.opendocument.presentation": {"content.xml"},
}

// readOffice takes the words of the parts of an archive. What an archive says
// of its sizes is not believed.
func readOffice(raw []byte, parts []string, b *builder) error {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return err
	}
	if len(archive.File) > maxEntries {
		return errBomb
	}
	left := int64(maxParts)
	for _, pattern := range parts {
		for _, entry := range archive.File {
			if ok, err := path.Match(pattern, entry.Name); err != nil || !ok {
				continue
			}
			n, err := readPart(entry, min(left, maxPart), b)
			if err != nil {
				return err
			}
			left -= n
		}
	}
	return nil
}

func readPart(entry *zip.File, most int64, b *builder) (n int64, err error) {
	from, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	m := &measured{r: from, most: most, packed: int64(entry.CompressedSize64)}
	err = readXML(m, b)
	return m.came, err
}

// measured fails when more comes out of an archive than can be meant.
type measured struct {
	r                  io.Reader
	came, most, packed int64
}

func (m *measured) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.came += int64(n)
	if m.came > m.most || m.came > freeRatio && m.came/maxRatio > m.packed {
		return 0, errBomb
	}
	return n, err
}

// spaced are elements, of both families, after which a word ends.
var spaced = map[string]bool{
	"p": true, "h": true, "tab": true, "br": true, "cr": true, "s": true, "line-break": true, "si": true, "c": true, "v": true,
	"row": true, "table-cell": true, "tc": true, "comment": true,
}

// readXML takes the text of a part. The decoder of the standard library knows
// no entity but the five and fetches nothing; a document type is refused.
func readXML(from io.Reader, b *builder) error {
	d := xml.NewDecoder(from)
	var open []string
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.Directive:
			return errBomb
		case xml.StartElement:
			if open = append(open, t.Name.Local); len(open) > maxDepth {
				return errDeep
			}
			if spaced[t.Name.Local] {
				err = b.add(" ")
			}
		case xml.EndElement:
			open = open[:len(open)-1]
			if spaced[t.Name.Local] {
				err = b.add(" ")
			}
		case xml.CharData:
			if said(open) {
				err = b.add(string(t))
			}
		}
		if err != nil {
			return err
		}
	}
}

// said reports whether the text inside these elements is somebody's words: not
// a formula or the instruction of a field.
func said(open []string) bool {
	if len(open) == 0 {
		return false
	}
	switch open[len(open)-1] {
	case "f", "instrText", "delText":
		return false
	}
	return strings.TrimSpace(open[len(open)-1]) != ""
}
