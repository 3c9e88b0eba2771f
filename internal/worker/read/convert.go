package read

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/worker"
)

// TaskConvert returns a file of an office as PDF, by LibreOffice. It has a place
// for its files, because LibreOffice reads and writes nothing else.
const TaskConvert = "convert"

// TaskPages returns how many pages a PDF has, in decimal.
const TaskPages = "pages"

const (
	officeProgram = "/usr/lib/libreoffice/program/soffice.bin"
	firstStart    = 81       // it has made its profile and wants to be started again
	maxConverted  = 32 << 20 // bytes of a file that is converted
	maxGrown      = 24 << 20 // bytes that it is larger unpacked: LibreOffice writes to some ten times as much
)

// converted are the formats that LibreOffice is given, and the ends of names by
// which it knows them. What may hold programs (docm, xlsm) is not among them.
var converted = map[string]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
	"application/vnd.oasis.opendocument.text":                                   "odt",
	"application/vnd.oasis.opendocument.spreadsheet":                            "ods",
	"application/vnd.oasis.opendocument.presentation":                           "odp",
	"application/msword":            "doc",
	"application/vnd.ms-excel":      "xls",
	"application/vnd.ms-powerpoint": "ppt",
	"text/rtf":                      "rtf",
}

// Converts reports whether this machine shows files of a media type as PDF.
func Converts(media string) bool {
	_, known := converted[kindOf(media)]
	return known && there(officeProgram)
}

// Draws reports whether this machine makes pictures of the pages of a PDF.
func Draws() bool {
	return slices.IndexFunc([]string{"/usr/bin/pdftoppm", "/usr/bin/pdfinfo"}, func(p string) bool { return !there(p) }) < 0
}

func there(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

var errConvert = errors.New("read: the office makes nothing of this file")

// convert starts LibreOffice on a copy in the place of this child. Its profile
// is new each time: nothing of one file meets another.
func convert(media, _ string, _ int, in io.Reader, out io.Writer) error {
	end, known := converted[kindOf(media)]
	if !known {
		return errUnknown
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxConverted+1))
	if err != nil {
		return err
	}
	if len(raw) > maxConverted {
		return errLarge
	}
	if err := bearable(raw); err != nil {
		return err
	}
	from, to := filepath.Join(worker.Place, "in."+end), filepath.Join(worker.Place, "out")
	if err := errors.Join(os.WriteFile(from, raw, 0o600), os.Mkdir(to, 0o700)); err != nil {
		return err
	}
	raw = nil
	debug.FreeOSMemory() // LibreOffice is given the rest
	spent := time.Duration(0)
	for range 2 {
		if err := worker.Leave(spent); err != nil {
			return err
		}
		office := exec.Command(officeProgram, "-env:UserInstallation=file://"+worker.Place+"/profile",
			"--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", "--convert-to", "pdf", "--outdir", to, from)
		office.Env = []string{"HOME=" + worker.Place, "TMPDIR=" + worker.Place, "LC_ALL=C.UTF-8", "SAL_USE_VCLPLUGIN=svp"}
		office.Dir = worker.Place
		err = office.Run()
		if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != firstStart {
			break
		}
		spent += office.ProcessState.UserTime() + office.ProcessState.SystemTime()
	}
	if err != nil {
		return err
	}
	made, err := os.ReadFile(filepath.Join(to, "in.pdf"))
	if err != nil || len(made) == 0 {
		return errors.Join(errConvert, err)
	}
	_, err = out.Write(made)
	return err
}

// bearable refuses an archive that grows to more than LibreOffice can lay out in the
// memory it is given: of pictures hardly anything grows, of a table nearly all. The
// formats that are no archives hold nothing packed.
func bearable(raw []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil // what it is instead, LibreOffice says
	}
	grown := int64(0)
	for _, entry := range archive.File {
		packed := int64(entry.CompressedSize64)
		n, err := weigh(entry, packed+maxGrown-grown)
		if err != nil {
			return err
		}
		grown += max(n-packed, 0)
	}
	return nil
}

// weigh counts the bytes that really come out of an entry, and fails at too many.
func weigh(entry *zip.File, most int64) (n int64, err error) {
	from, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return io.Copy(io.Discard, &measured{r: from, most: most, packed: int64(entry.CompressedSize64)})
}

// Pages reads the answer of [TaskPages].
func Pages(answer []byte) (int, error) {
	for line := range strings.Lines(string(answer)) {
		if count, ok := strings.CutPrefix(line, "Pages:"); ok {
			return strconv.Atoi(strings.TrimSpace(count))
		}
	}
	return 0, fmt.Errorf("read: no number of pages")
}
