package drive

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
)

const (
	maxPath    = 24  // names in a path: space, tray, folders, file
	maxSegment = 512 // bytes of one
)

// Parse reads the names of a path, each decoded once. What no drive has shown
// is absent before anything is looked up: a name that is empty, climbs, holds a
// separator or a control character, or is no text.
func Parse(names []string) (Path, error) {
	if len(names) > maxPath {
		return nil, fault.Absent()
	}
	p := make(Path, len(names))
	for i, n := range names {
		if n == "" || n == "." || n == ".." || len(n) > maxSegment || !utf8.ValidString(n) || strings.ContainsFunc(n, separates) {
			return nil, fault.Absent()
		}
		p[i] = norm.NFC.String(n) // macOS sends NFD
	}
	return p, nil
}

func separates(r rune) bool { return r == '/' || r == '\\' || r < ' ' || r == 0x7f }

// element is a name of a folder or space as one path element.
func element(name string) string { return document.Shown(name, "") }

// Scratch reports whether a name is one that programs give to what they leave
// beside documents for a while, and people never choose.
func Scratch(name string) bool {
	lower := strings.ToLower(name)
	switch lower {
	case ".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".directory", "4913",
		".hidden", ".metadata_never_index", ".ql_disablethumbnails", ".localized", ".volumeicon.icns", "icon\r":
		return true
	}
	for _, p := range []string{"~$", "._", ".~lock.", ".~", "~wrd", "~wrl", ".trash", ".spotlight-", ".fseventsd",
		".temporaryitems", ".documentrevisions-", ".apdisk", ".goutputstream-", ".nfs", ".smbdelete", ".davfs.tmp", "lost+found"} {
		if strings.HasPrefix(lower, p) {
			return true
		}
	}
	for _, s := range []string{".tmp", ".temp", ".partial", ".crdownload", ".part", ".swp", ".swx", ".laccdb", ".ldb"} {
		if strings.HasSuffix(lower, s) {
			return true
		}
	}
	return strings.Contains(lower, ".sb-") || excel(name)
}

// excel reports whether a name is one under which Excel saves before it
// renames: eight hexadecimal digits, at least one of each sort, and nothing
// else.
func excel(name string) bool {
	if len(name) != 8 {
		return false
	}
	digit, letter := false, false
	for _, c := range []byte(name) {
		switch {
		case c >= '0' && c <= '9':
			digit = true
		case c >= 'A' && c <= 'F':
			letter = true
		default:
			return false
		}
	}
	return digit && letter
}

// split parts a name before its extension.
func split(name string) (stem, ext string) {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i], name[i:]
	}
	return name, ""
}

// numbered is a name with a number before its extension.
func numbered(name string, n int) string {
	stem, ext := split(name)
	return stem + " (" + strconv.Itoa(n) + ")" + ext
}

// unnumbered is the name that [numbered] was given, if name may be one of its.
func unnumbered(name string) (string, bool) {
	stem, ext := split(name)
	open := strings.LastIndex(stem, " (")
	if open <= 0 || !strings.HasSuffix(stem, ")") {
		return "", false
	}
	digits := stem[open+2 : len(stem)-1]
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || strconv.Itoa(n) != digits {
		return "", false
	}
	return stem[:open] + ext, true
}

// apart gives n things that have the same name, the oldest first, names of
// their own. The first keeps it; of deposits, where a correction comes as
// another document, the last one does, and those before it are numbered as they
// came. taken says which names others have.
func apart(name string, n int, deposits bool, taken func(string) (bool, error)) ([]string, error) {
	out := make([]string, n)
	plain, next := 0, 2
	if deposits {
		plain, next = n-1, 1
	}
	for i := range out {
		candidate := name
		if i != plain {
			candidate = numbered(name, next)
			next++
		}
		for {
			used, err := taken(candidate)
			if err != nil {
				return nil, err
			}
			if !used {
				break
			}
			candidate = numbered(name, next)
			next++
		}
		out[i] = candidate
	}
	return out, nil
}

// title is the name of a new document as it is kept.
func title(name string) string { return fold.Name(name) }
