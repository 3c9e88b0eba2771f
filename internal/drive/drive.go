// Package drive shows the spaces of a person as a tree of files, the way a
// network drive has it: a space is a folder, in it the three trays, in them
// folders and documents. It knows paths, what programs leave beside documents,
// and locks; what a document is and who sees it is asked of package document.
//
// It refuses to share by adding: what is put into a folder is addressed as the
// folder says, to the firm alone when it says nothing. It refuses to delete,
// unless the installation allows it, to carry anything from one space to
// another, and to let the habits of office programs reach the journal: their
// temporary and lock files are one person's own, for a day, and a save that
// goes through three renames is one new version.
//
// Start at [Service.List] and [Service.Put]; walk.go finds what a path means,
// name.go is the rule of names. Transports speak the protocol (package dav).
package drive

import (
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/blob"
	"cenacle/internal/document"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

const (
	keepScratch = 24 * time.Hour   // what programs leave beside documents
	keepAside   = 10 * time.Minute // a document that a program took away to save it anew
	keepEmpty   = time.Minute      // a file announced empty, before it is one
	maxLife     = 30 * time.Minute // of a lock

	maxSmall       = 1 << 20 // bytes of a scratch file that lies in the database
	maxScratch     = 5000    // of one person in one space
	maxScratchSize = 2 << 30 // bytes, of one person in one space
	maxLocks       = 1000    // of one person in one space
	maxCopied      = 1000    // documents that one copy of a folder makes
)

// Config is what an installation decides.
type Config struct {
	Catalog  *i18n.Catalog
	Zone     *time.Location
	Accounts *account.Service // whose language the trays are named in; nil: French
	Limit    int64            // bytes of the largest file
	Delete   bool             // a drive may delete documents, as their page may
}

// Service is the use cases of drives. Safe for concurrent use.
type Service struct {
	office    *act.Office
	blobs     *blob.Store
	documents *document.Service
	spaces    *space.Service
	config    Config
	roots     roots
}

// New returns the use cases over those of documents and spaces.
func New(office *act.Office, blobs *blob.Store, documents *document.Service, spaces *space.Service, c Config) *Service {
	return &Service{office: office, blobs: blobs, documents: documents, spaces: spaces, config: c, roots: newRoots()}
}

// Path is the names from the root of a drive to something, as a client gives
// them; the empty one is the root. See [Parse].
type Path []string

// Node is one thing on a drive, as one person sees it.
type Node struct {
	Path       Path // as shown
	Collection bool // a folder of any kind
	Size       int64
	Media      string
	ETag       string // quoted; "" for a collection
	Created    time.Time
	Modified   time.Time
	Locks      []Lock // that hold here

	self string // what locks call it, "" when by its name
}

// Name is the last of its path, "" for the root.
func (n Node) Name() string {
	if len(n.Path) == 0 {
		return ""
	}
	return n.Path[len(n.Path)-1]
}

// Lock is a lock as one person sees it: the token is given to its holder
// alone, everybody else reads whose it is.
type Lock struct {
	Token   id.Lock // "" unless it is hers
	Root    Path    // what is locked, a part of the path of the node
	Deep    bool    // with all that is in it
	Shared  bool
	Owner   []byte // XML that her client gave, for its holder
	Holder  string // her name, for the others
	Life    time.Duration
	Expires time.Time
}

// Guard is what a client demands of something before it is changed. Tokens are
// the locks it says to hold. Check, which may be nil, is asked with what is
// there (nil: nothing) and refuses with its own fault. Exact holds a new version
// to the one that Check has seen: if another comes first, it is Conflict.
type Guard struct {
	Tokens []id.Lock
	Check  func(*Node) error
	Exact  bool
}
