package document

import (
	"path"
	"strings"

	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// Shown is the name under which a drive shows a document: its title as one
// path element that every system accepts, and, when somebody has given it a
// title without an extension, that of its file, by which the other side's
// machine knows what opens it. It changes no name that it has made itself.
func Shown(title, file string) string {
	if extension(title) == "" {
		title += extension(file)
	}
	return element(title)
}

// element is [fold.File], except that a name may begin with a point: on a drive
// that is where such names come from.
func element(name string) string {
	safe := fold.File(name)
	if strings.HasPrefix(name, ".") && strings.HasPrefix(safe, "_.") {
		return safe[1:]
	}
	return safe
}

// maxExtension is the length, point included, of what may be an extension.
const maxExtension = 8

// extension is the end of a name by which programs are chosen, with its point,
// or "": « M. Petit » and « pièce n.1 » have none.
func extension(name string) string {
	ext := path.Ext(name)
	if len(ext) < 2 || len(ext) > maxExtension || len(ext) == len(name) {
		return ""
	}
	letter := false
	for _, c := range []byte(ext[1:]) {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letter = true
		case c < '0' || c > '9':
			return ""
		}
	}
	if !letter {
		return ""
	}
	return ext
}

// nameHash finds a document by the name a drive shows.
func nameHash(box *vault.Box, shown string) []byte { return box.Lookup("document.title", shown) }

func titlePlace(d id.Item) vault.Place {
	return vault.Place{Table: "document", Column: "title", Row: string(d)}
}
