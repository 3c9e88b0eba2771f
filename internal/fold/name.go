package fold

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is the longest name kept, in bytes: what every file system takes.
const maxName = 255

// Name cleans the name of a person, a matter or a file for showing and
// keeping: valid text in Unicode form NFC, on one line, without control
// characters and without the invisible ones that reorder or hide what is read,
// no space at the ends, at most 255 bytes (a file keeps its extension).
// Nothing else changes; the result may be empty and may hold a slash.
func Name(s string) string {
	s = strings.Map(visible, strings.ToValidUTF8(s, "\uFFFD"))
	return cut(strings.TrimFunc(norm.NFC.String(s), blank))
}

func blank(r rune) bool { return unicode.IsSpace(r) || r == '\u200c' || r == '\u200d' }

// visible maps line breaks to a space and drops what cannot be seen, except
// the joiners that emoji and Persian are written with.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\v' || r == '\f' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return ' '
	case r == '\u200c' || r == '\u200d':
		return r
	case unicode.In(r, unicode.Cc, unicode.Cf):
		return -1
	case r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || r == '\u2800':
		return -1 // letters and signs whose glyph is empty
	}
	return r
}

// cut shortens s to maxName bytes at a rune boundary, before an extension of
// ordinary length.
func cut(s string) string {
	if len(s) <= maxName {
		return s
	}
	ext := path.Ext(s)
	if len(ext) > 16 || strings.ContainsRune(ext, ' ') {
		ext = ""
	}
	end := maxName - len(ext)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.TrimFunc(s[:end], blank) + ext
}

// File returns name as one path element that Linux, macOS and Windows accept
// and that means nothing special to any of them: for the name of a download
// or of an entry in an archive. It is never empty. Two names may give the same
// file, whoever writes several into one folder numbers them.
func File(name string) string {
	s := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, Name(name))
	s = strings.TrimRight(s, ". ")
	if s == "" {
		return "document"
	}
	if s[0] == '.' || device(s) {
		s = strings.TrimRight(cut("_"+s), ". ")
	}
	return s
}

// device reports whether Windows reads s as a device, whatever its extension
// (Win32 "Naming Files, Paths, and Namespaces").
func device(s string) bool {
	stem, _, _ := strings.Cut(s, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	number, found := strings.CutPrefix(stem, "COM")
	if !found {
		number, found = strings.CutPrefix(stem, "LPT")
	}
	return found && len([]rune(number)) == 1 && strings.Contains("0123456789¹²³", number)
}

// Cell keeps a spreadsheet from taking a text for a formula, also one that begins so
// after what it passes over, and in the wide letters of East Asia.
func Cell(s string) string {
	begin := strings.TrimLeft(s, " \t\r\n\u00a0\ufeff")
	if begin == "" || !strings.ContainsRune("=+-@＝＋－＠", []rune(begin)[0]) && s[0] != '\t' && s[0] != '\r' {
		return s
	}
	return "'" + s
}
