package client

import "time"

// Identifiers are texts of 26 characters that say nothing.

// Me is whom a token acts for.
type Me struct {
	Person struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Email string `json:"email"`
		Role  string `json:"role"`
		State string `json:"state"`
	} `json:"person"`
	Firm struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"firm"`
	Space string `json:"space"` // of a mailed link
}

// Bearer is the short-lived token that a mailed link gives.
type Bearer struct {
	Token   string    `json:"access_token"`
	Expires time.Time `json:"expires_at"`
	Firm    string    `json:"firm"`
	Space   string    `json:"space"`
}

// Space is a space in one line.
type Space struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	State   string    `json:"state"` // open, closed
	Model   string    `json:"model"`
	Profile string    `json:"profile"`
	Lead    string    `json:"lead"`
	Created time.Time `json:"created_at"`
	Changed time.Time `json:"changed_at"` // zero for those outside the firm
}

// Room is a space as one of its members sees it.
type Room struct {
	Space
	Mine    string   `json:"mine"`
	Matters []Matter `json:"matters"`
	Folders []Folder `json:"folders"`
	Circles []Circle `json:"circles"`
	People  []Member `json:"people"`
}

// Circle returns the circle of a kind (firm, client, all), "" when it is not
// shown.
func (r Room) Circle(kind string) string {
	for _, c := range r.Circles {
		if c.Kind == kind {
			return c.ID
		}
	}
	return ""
}

// Matter is one affair inside a space.
type Matter struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state"`
}

// Folder is a shelf of one tray.
type Folder struct {
	ID     string `json:"id"`
	Matter string `json:"matter"`
	Parent string `json:"parent"`
	Tray   string `json:"tray"` // firm, client, shared
	Name   string `json:"name"`
}

// Circle is a set of people that things are sent to.
type Circle struct {
	ID     string   `json:"id"`
	Kind   string   `json:"kind"` // firm, client, all, named
	Name   string   `json:"name"`
	People []string `json:"people"`
}

// Member is a person in a space.
type Member struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Role  string    `json:"role"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
}

// NewSpace opens a space for a client.
type NewSpace struct {
	Client     Contact  `json:"client"`
	Name       string   `json:"name,omitempty"`
	Model      string   `json:"model"`
	Profile    string   `json:"profile,omitempty"`
	Lead       string   `json:"lead,omitempty"`
	Colleagues []string `json:"colleagues,omitempty"`
	Language   string   `json:"language,omitempty"`
}

// Contact is somebody from outside the firm.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Document is one document as one person sees it.
type Document struct {
	ID         string    `json:"id"`
	Space      string    `json:"space"`
	Tray       string    `json:"tray"`
	Folder     string    `json:"folder"`
	Deposit    string    `json:"deposit"`
	Title      string    `json:"title"`
	Author     string    `json:"author"`
	AuthorName string    `json:"author_name"`
	Created    time.Time `json:"created_at"`
	Read       bool      `json:"read"`
	Version    Version   `json:"version"`
}

// Version is one state of a document's bytes.
type Version struct {
	ID      string    `json:"id"`
	Number  int64     `json:"number"`
	Author  string    `json:"author"`
	Size    int64     `json:"size"` // bytes
	Media   string    `json:"media"`
	Created time.Time `json:"created_at"`
}

// Paper is a document with its versions, the newest first.
type Paper struct {
	Document
	Versions []State `json:"versions"`
	Manage   bool    `json:"can_manage"`
	Address  bool    `json:"can_address"`
}

// State is a version with what only one document tells of it.
type State struct {
	Version
	AuthorName string `json:"author_name"`
	Name       string `json:"name"`
	Reason     string `json:"reason"`
	SHA256     string `json:"sha256"` // lower-case hexadecimal
}

// Memo is one note.
type Memo struct {
	ID         string    `json:"id"`
	Thread     string    `json:"thread"`
	Author     string    `json:"author"`
	Created    time.Time `json:"created_at"`
	Body       string    `json:"body"`
	Internal   bool      `json:"internal"`
	ReplyBy    string    `json:"reply_by"`
	Read       bool      `json:"read"`
	References []string  `json:"references"`
}

// Thread is a conversation, its memos oldest first.
type Thread struct {
	ID       string `json:"id"`
	Document string `json:"document"`
	Subject  string `json:"subject"`
	Memos    []Memo `json:"memos"`
}

// NewMemo is a memo about to be written.
type NewMemo struct {
	Thread     string   `json:"thread,omitempty"`
	Document   string   `json:"document,omitempty"`
	Subject    string   `json:"subject,omitempty"`
	Body       string   `json:"body"`
	Internal   bool     `json:"internal,omitempty"`
	Circles    []string `json:"circles,omitempty"`
	References []string `json:"references,omitempty"`
	ReplyBy    string   `json:"reply_by,omitempty"` // 2026-11-22
}

// Receipt is the answer to a closed deposit.
type Receipt struct {
	ID      string    `json:"id"`
	Space   string    `json:"space"`
	Person  string    `json:"person"`
	Deposit string    `json:"deposit"`
	Number  int64     `json:"number"`
	Entry   string    `json:"entry"`
	Closed  time.Time `json:"closed_at"`
}

// Event is one thing that happened, in identifiers.
type Event struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	Space  string    `json:"space"`
	Object string    `json:"object"`
	Actor  string    `json:"actor"`
	At     time.Time `json:"at"`
}

// Events is an answer to what happened; Next goes on from there.
type Events struct {
	Events []Event `json:"events"`
	Next   string  `json:"next"`
	More   bool    `json:"more"`
}
