// Package read gets the words out of uploaded files: PDF, the formats of
// offices, mails, pages and plain text. It runs in a child of package worker
// and nowhere else: what it is given was made by strangers.
//
// It refuses to follow anything a file points to, to expand entities, to go
// deeper than fifty elements or to unpack more than a bounded part of an
// archive; then the file is unreadable. It renders nothing: words come out,
// nothing else.
//
// Start reading at [Trade] and [Text].
package read

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ledongthuc/pdf"
	"golang.org/x/net/html"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"cenacle/internal/worker"
)

// The tasks of a child.
const (
	TaskText = "text" // the words of a file, as UTF-8
	TaskScan = "scan" // the words of a picture, where the machine can read pictures
	TaskPage = "page" // a picture of one page of a PDF, to be scanned
	TaskDraw = "draw" // a picture of one page of a PDF, to be looked at
)

// MostText is how many bytes of words count.
const MostText = 4 << 20

// Media types that are read.
const (
	pdfMedia  = "application/pdf"
	mailMedia = "message/rfc822"
	pageMedia = "text/html"
)

// Trade is what children of this program can do.
func Trade() worker.Trade {
	const page = 150 // dots per inch of a page to be scanned
	scan := worker.Tool{Program: "tesseract", Args: func(int) []string { return []string{"stdin", "stdout", "-l", "fra"} }}
	return worker.Trade{
		Tasks:  map[string]worker.Task{TaskText: text, TaskMail: mailTask, TaskPicture: picture, TaskLogo: logo, TaskFind: find, TaskSheet: flatten, TaskSheetPDF: flattenPDF, TaskConvert: convert, TaskPart: part, TaskArchive: archive, TaskStamp: stamped},
		Placed: map[string]bool{TaskConvert: true},
		Tools: map[string]map[string]worker.Tool{
			TaskText: {pdfMedia: {Program: "pdftotext", Args: func(int) []string {
				return []string{"-q", "-enc", "UTF-8", "-l", "2000", "-", "-"}
			}}},
			TaskPage: {pdfMedia: {Program: "pdftoppm", Args: func(n int) []string {
				return []string{"-q", "-png", "-gray", "-r", fmt.Sprint(page), "-scale-to", "2400", "-f", fmt.Sprint(n), "-l", fmt.Sprint(n), "-"}
			}}},
			TaskPages: {pdfMedia: {Program: "pdfinfo", Args: func(int) []string { return []string{"-"} }}},
			TaskDraw: {pdfMedia: {Program: "pdftoppm", Args: func(n int) []string {
				return []string{"-q", "-jpeg", "-jpegopt", "quality=92", "-scale-to", fmt.Sprint(leaf), "-f", fmt.Sprint(n), "-l", fmt.Sprint(n), "-"}
			}}},
			TaskScan: {"image/png": scan, "image/jpeg": scan, "image/tiff": scan},
		},
	}
}

// Missing lists the programs of the machine that read documents and are not
// installed: without pdftotext a reader in Go does less well, without tesseract
// scans have no words, without the others pages are not drawn.
func Missing() (out []string) {
	for _, tools := range Trade().Tools {
		for _, t := range tools {
			if !t.Installed() && !slices.Contains(out, t.Program) {
				out = append(out, t.Program)
			}
		}
	}
	if !there(officeProgram) {
		out = append(out, "libreoffice")
	}
	slices.Sort(out)
	return out
}

// errUnknown is a file of a kind that has no words to be read.
var errUnknown = errors.New("read: no words in this kind of file")

// Reads reports whether files of a media type have words that can be read.
func Reads(media string) bool {
	kind := kindOf(media)
	_, office := offices[kind]
	return office || kind == pdfMedia || kind == mailMedia || strings.HasPrefix(kind, "text/")
}

// Scans reports whether files of a media type are pictures of words.
func Scans(media string) bool {
	kind := kindOf(media)
	return kind == "image/png" || kind == "image/jpeg" || kind == "image/tiff"
}

func kindOf(media string) string {
	kind, _, _ := strings.Cut(media, ";")
	return strings.TrimSpace(kind)
}

func text(media, _ string, _ int, in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	words, err := Text(media, raw)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, words)
	return err
}

// Text returns the words of a file, at most [MostText] bytes of them, in the
// order in which they stand.
func Text(media string, raw []byte) (string, error) {
	var b builder
	var err error
	switch kind := kindOf(media); {
	case kind == pdfMedia:
		err = readPDF(raw, &b)
	case kind == mailMedia:
		err = readMail(raw, &b)
	case kind == pageMedia:
		err = readPage(raw, &b)
	case strings.HasPrefix(kind, "text/"):
		b.add(Decode(raw))
	default:
		parts, office := offices[kind]
		if !office {
			return "", errUnknown
		}
		err = readOffice(raw, parts, &b)
	}
	if err != nil && !errors.Is(err, errEnough) {
		return "", err
	}
	return b.String(), nil
}

// errEnough ends the reading of a file that has more words than count.
var errEnough = errors.New("read: enough words")

// builder collects words up to MostText.
type builder struct{ strings.Builder }

func (b *builder) add(s string) error {
	if left := MostText - b.Len(); len(s) > left {
		for left > 0 && !utf8.RuneStart(s[left]) {
			left--
		}
		b.WriteString(s[:left])
		return errEnough
	}
	b.WriteString(s)
	return nil
}

// Decode returns a plain text as UTF-8: what is valid UTF-8 is taken for it,
// UTF-16 is known by its mark, everything else is what French Windows wrote.
func Decode(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		if out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(raw); err == nil {
			return string(out)
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), " ")
	}
	return string(out)
}

// readPage takes the words of a page, without scripts and styles.
func readPage(raw []byte, b *builder) error {
	z := html.NewTokenizer(strings.NewReader(Decode(raw)))
	hidden := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			if errors.Is(z.Err(), io.EOF) {
				return nil
			}
			return z.Err()
		case html.StartTagToken:
			name, _ := z.TagName()
			if tag := string(name); hidden == "" && (tag == "script" || tag == "style") {
				hidden = tag
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == hidden {
				hidden = ""
			}
		case html.TextToken:
			if hidden != "" {
				continue
			}
			if err := b.add(html.UnescapeString(string(z.Text())) + " "); err != nil {
				return err
			}
		}
	}
}

// readPDF is for machines without pdftotext.
func readPDF(raw []byte, b *builder) error {
	file, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return err
	}
	fonts := map[string]*pdf.Font{}
	for n := range file.NumPage() {
		page := file.Page(n + 1)
		if page.V.IsNull() {
			continue
		}
		words, err := page.GetPlainText(fonts)
		if err != nil {
			return err
		}
		if err := b.add(words + "\n"); err != nil {
			return err
		}
	}
	return nil
}
