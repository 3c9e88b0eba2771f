package api

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// Document is one document as one person sees it.
type Document struct {
	ID         id.Item    `json:"id"`
	Space      id.Space   `json:"space"`
	Tray       string     `json:"tray" enum:"firm client shared party" doc:"party: the private tray of one’s own party in a forum"`
	Folder     id.Folder  `json:"folder,omitempty" doc:"absent: in the tray itself"`
	Deposit    id.Deposit `json:"deposit,omitempty" doc:"of what a client deposited"`
	Title      string     `json:"title"`
	Nature     string     `json:"nature,omitempty" doc:"legal nature, which decides who can ever receive it"`
	Internal   bool       `json:"internal,omitempty" doc:"for the firm’s side alone"`
	Author     id.Person  `json:"author"`
	AuthorName string     `json:"author_name"`
	Created    Instant    `json:"created_at"`
	Read       bool       `json:"read" doc:"by oneself"`
	Version    Version    `json:"version" doc:"the current one"`
	Audience   []Address  `json:"audience,omitempty" doc:"to whom it was sent; for the firm’s side alone"`
}

// Version is one state of a document’s bytes.
type Version struct {
	ID      id.Version `json:"id"`
	Number  int64      `json:"number" doc:"from 1"`
	Author  id.Person  `json:"author"`
	Size    int64      `json:"size" doc:"bytes"`
	Media   string     `json:"media" doc:"media type, found in the bytes"`
	Created Instant    `json:"created_at"`
	// Screening is absent where no scanner was there.
	Screening *Screening `json:"screening,omitempty" doc:"what a virus scanner said of the bytes; absent where there was none"`
}

// Screening is what a virus scanner said of a version.
type Screening struct {
	State  string  `json:"state" enum:"clean infected unscanned"`
	Why    string  `json:"why,omitempty" enum:"away large" doc:"of what is unscanned: the scanner did not answer and is asked again, or takes no file so large"`
	Held   bool    `json:"held" doc:"nobody can open the bytes, and they are sent to nobody"`
	Found  string  `json:"found,omitempty" doc:"what was found, in the words of the signatures"`
	Engine string  `json:"engine,omitempty" doc:"the scanner and its signatures"`
	At     Instant `json:"at"`
}

func screeningOf(c document.Screening) *Screening {
	if c.State == "" {
		return nil
	}
	return &Screening{string(c.State), string(c.Why), c.Held, c.Found, c.Engine, Instant(c.At)}
}

// Address is one circle that something was sent to.
type Address struct {
	Circle   id.Circle `json:"circle"`
	Sent     Instant   `json:"sent_at"`
	Extended bool      `json:"extended,omitempty" doc:"those who join later see it too"`
}

// Documents is a page of the documents of a space, the newest first.
type Documents struct {
	Documents []Document `json:"documents"`
	Next      string     `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`

	only fields // none: all
}

func documentOf(d *document.Document) Document {
	out := Document{
		ID: d.ID, Space: d.Space, Tray: string(d.Tray), Folder: d.Folder, Deposit: d.Deposit, Title: d.Title,
		Nature: string(d.Nature), Internal: d.Internal, Author: d.Author, AuthorName: d.AuthorName,
		Created: Instant(d.Created), Read: d.Read, Version: versionOf(&d.Current),
	}
	if len(d.Audience) > 0 {
		out.Audience = make([]Address, len(d.Audience))
		for i, to := range d.Audience {
			out.Audience[i] = Address{to.Circle, Instant(to.Sent), to.Extended}
		}
	}
	return out
}

func versionOf(v *document.Version) Version {
	return Version{v.ID, v.Number, v.Author, v.Size, v.Media, Instant(v.Created), screeningOf(v.Screening)}
}

// Listing asks for the documents of a space.
type Listing struct {
	InSpace
	Page
	Tray   string    `query:"tray" enum:"firm client shared party" doc:"all without it"`
	Folder id.Folder `query:"folder" doc:"of that tray; the whole tray without it"`
	Fields string    `query:"fields" doc:"names separated by commas, as “title,version.size”: each document has these and its id alone; all without it"`
}

func (n *Nouns) documents(r *Request, in Listing) (Documents, error) {
	var after id.Item
	only, err := chosenFields(in.Fields)
	if err != nil {
		return Documents{}, err
	}
	if err := r.resume(in.Cursor, &after); err != nil {
		return Documents{}, err
	}
	// What may not be seen is left out before the page is counted, so a full
	// page is the sign that there may be more: the next one can be empty.
	found, err := n.Documents.List(r.Context(), r.Actor, document.ListQuery{
		Space: in.Space, Tray: space.Tray(in.Tray), Folder: in.Folder, After: after, Limit: in.most(),
	})
	if err != nil {
		return Documents{}, err
	}
	out := Documents{Documents: make([]Document, len(found)), only: only}
	for i := range found {
		if !only.has(ofAudience) {
			found[i].Audience = nil
		}
		out.Documents[i] = documentOf(&found[i])
	}
	if len(found) == in.most() {
		out.Next, err = r.next(found[len(found)-1].ID)
	}
	return out, err
}

// InDocument names a document in the path.
type InDocument struct {
	Document id.Item `path:"document"`
}

// Paper is a document with its versions and readers.
type Paper struct {
	Document
	Versions []State    `json:"versions" doc:"the newest first; those one may see"`
	Readers  []Reader   `json:"readers,omitempty" doc:"who has read the current version; for the firm’s side alone"`
	Unread   []Unread   `json:"unread,omitempty" doc:"whom it reaches and who has not read the current version; for the firm’s side alone"`
	Manage   bool       `json:"can_manage" doc:"rename, move, replace, delete it"`
	Address  bool       `json:"can_address" doc:"send it to further circles"`
	Recalls  []Recalled `json:"recalls,omitempty" doc:"for the firm’s side alone, the latest first"`
	Approval *Asked     `json:"approval,omitempty" doc:"what was asked of the current version; for the firm’s side alone"`
	Timed    *Timed     `json:"release,omitempty" doc:"for who may release it: when it comes onto the common table by itself"`
	Exhibit  string     `json:"exhibit,omitempty" doc:"the number of the current version before the parties of a forum: 12, 12 bis (listExhibits)"`
	Former   *Former    `json:"former,omitempty" doc:"what it was called and where it lay before its last renaming or moving; for who manages it (undoDocument)"`
}

// Timed is a release that was set for an instant.
type Timed struct {
	At      Instant   `json:"at"`
	By      id.Person `json:"by"`
	Stopped string    `json:"stopped,omitempty" enum:"party right other" doc:"why it did not happen: a party had no reader, who set it may no longer, something else"`
}

// State is a version with what only one document tells of it.
type State struct {
	Version
	AuthorName string `json:"author_name"`
	Name       string `json:"name" doc:"of the file, as it was given"`
	Reason     string `json:"reason,omitempty" doc:"why it replaced the one before"`
	SHA256     string `json:"sha256" doc:"of the bytes, lower-case hexadecimal"`
}

// Reader is someone who has read something.
type Reader struct {
	ID   id.Person `json:"id"`
	Name string    `json:"name"`
	At   Instant   `json:"at" doc:"when first"`
}

// Unread is someone who has not read something that was sent to her.
type Unread struct {
	ID   id.Person `json:"id"`
	Name string    `json:"name"`
}

// Former is how a document was before its last renaming or moving.
type Former struct {
	Title  string    `json:"title"`
	Tray   string    `json:"tray" enum:"firm client shared"`
	Folder id.Folder `json:"folder,omitempty" doc:"absent: in the tray itself"`
	By     id.Person `json:"by" doc:"who changed it"`
	At     Instant   `json:"at"`
}

func (n *Nouns) document(r *Request, in InDocument) (Paper, error) {
	d, err := n.Documents.Show(r.Context(), r.Actor, in.Document)
	if err != nil {
		return Paper{}, err
	}
	out := Paper{Document: documentOf(&d.Document), Versions: make([]State, len(d.Versions)), Manage: d.Manage, Address: d.Address}
	for i, v := range d.Versions {
		out.Versions[i] = State{versionOf(&v), v.AuthorName, v.Name, v.Reason, hex.EncodeToString(v.SHA256[:])}
	}
	out.Approval, out.Recalls = askedOf(d.Approval), recallsOf(d.Recalls)
	if d.Timed != nil {
		out.Timed = &Timed{Instant(d.Timed.At), d.Timed.By, d.Timed.Stopped}
	}
	if d.Exhibit != nil {
		out.Exhibit = d.Exhibit.Label()
	}
	if was := d.Former; was != nil {
		out.Former = &Former{was.Title, string(was.Tray), was.Folder, was.By, Instant(was.At)}
	}
	for _, reader := range d.Readers {
		out.Readers = append(out.Readers, Reader{reader.Person, reader.Name, Instant(reader.At)})
	}
	for _, to := range d.Unread() {
		out.Unread = append(out.Unread, Unread{to.Person, to.Name})
	}
	return out, nil
}

// Revised changes what a document is called or where it lies.
type Revised struct {
	InDocument
	Title  string     `json:"title,omitempty"`
	Tray   string     `json:"tray,omitempty" enum:"firm shared" doc:"another tray; it stays addressed as it is"`
	Folder *id.Folder `json:"folder,omitempty" doc:"another folder, of that tray or its own; empty: the tray itself"`
}

func (n *Nouns) revise(r *Request, in Revised) (Paper, error) {
	if in.Tray == "" && in.Folder == nil {
		if err := n.Documents.Rename(r.Context(), r.Actor, in.Document, in.Title); err != nil {
			return Paper{}, err
		}
		return n.document(r, in.InDocument)
	}
	d, err := n.Documents.Show(r.Context(), r.Actor, in.Document)
	if err != nil {
		return Paper{}, err
	}
	to := document.Move{Item: in.Document, Tray: d.Tray, Folder: d.Folder, Title: in.Title}
	if in.Tray != "" && space.Tray(in.Tray) != d.Tray {
		to.Tray, to.Folder = space.Tray(in.Tray), ""
	}
	if in.Folder != nil {
		to.Folder = *in.Folder
	}
	if err := n.Documents.Move(r.Context(), r.Actor, to); err != nil {
		return Paper{}, err
	}
	return n.document(r, in.InDocument)
}

func (n *Nouns) revised(r *Request, in Revised, _ string) (Paper, error) {
	return n.document(r, in.InDocument)
}

// Addressed sends a document to further circles.
type Addressed struct {
	InDocument
	Circles  []id.Circle `json:"circles" fault:"circle"`
	Extended bool        `json:"extended,omitempty" doc:"those who join these circles later see it too"`
	Confirm  []string    `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found and one has checked: a reason (adverse, foreign, stranger, wide), or one with its word (examineSending)"`
}

func (n *Nouns) address(r *Request, in Addressed) (Paper, error) {
	err := n.Documents.Address(r.Context(), r.Actor, document.Send{Item: in.Document, Circles: in.Circles, Extended: in.Extended, Confirm: in.Confirm})
	if err != nil {
		return Paper{}, err
	}
	return n.document(r, in.InDocument)
}

func (n *Nouns) addressed(r *Request, in Addressed, _ string) (Paper, error) {
	return n.document(r, in.InDocument)
}

func (n *Nouns) deleteDocument(r *Request, in InDocument) (None, error) {
	return None{}, n.Documents.Delete(r.Context(), r.Actor, in.Document)
}

func (n *Nouns) restoreDocument(r *Request, in InDocument) (Paper, error) {
	if err := n.Documents.Restore(r.Context(), r.Actor, in.Document); err != nil {
		return Paper{}, err
	}
	return n.document(r, in)
}

func (n *Nouns) undoDocument(r *Request, in InDocument) (Paper, error) {
	d, err := n.Documents.Show(r.Context(), r.Actor, in.Document)
	if err != nil {
		return Paper{}, err
	}
	if err := n.Documents.Undo(r.Context(), r.Actor, d.Space, []id.Item{in.Document}); err != nil {
		return Paper{}, err
	}
	return n.document(r, in)
}

func (n *Nouns) restoredDocument(r *Request, in InDocument, _ string) (Paper, error) {
	return n.document(r, in)
}

// InVersion names a version of a document in the path.
type InVersion struct {
	InDocument
	Version id.Version `path:"version"`
}

func (n *Nouns) content(r *Request, in InDocument) (Stream, error) {
	return n.bytes(r, document.Want{Item: in.Document})
}

func (n *Nouns) versionContent(r *Request, in InVersion) (Stream, error) {
	return n.bytes(r, document.Want{Item: in.Document, Version: in.Version})
}

func (n *Nouns) bytes(r *Request, want document.Want) (Stream, error) {
	want.Purpose, want.From = document.Download, front.From(r.Request.Request)
	c, err := n.Documents.Content(r.Context(), r.Actor, want)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		defer c.Reader.Close()                                                                        // nothing was written through it
		w.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(c.SHA256[:])+":") // RFC 9530
		return r.api.Send(w, r.Request.Request, front.File{
			Content: c.Reader, Name: c.Name, Media: c.Media, Modified: c.Modified, ETag: c.ETag,
			Recheck: func() error {
				if err := r.Recheck(); err != nil {
					return err
				}
				return c.Recheck(r.Context())
			},
		})
	}, nil
}

// Query looks for words.
type Query struct {
	Text  string   `query:"q" must:"1" doc:"beginnings of words of titles, or whole words of contents; without regard to accents and case"`
	Space id.Space `query:"space" doc:"in one space only"`
	Tray  string   `query:"tray" doc:"in one tray only" enum:"firm client shared party"`
	Kind  string   `query:"kind" doc:"one kind of file only" enum:"pdf picture text other"`
	From  string   `query:"from" doc:"received since this day (RFC 3339 date, Europe/Paris)"`
	To    string   `query:"to" doc:"received until this day"`
	Page
}

// Found is documents that have all words in their titles, then those that have
// some in their contents; in both cases the newest first, over all spaces.
type Found struct {
	Documents []Hit  `json:"documents"`
	Next      string `json:"next,omitempty" doc:"cursor of what follows; without it, this is all"`
}

// Hit is a document that was found, with the space it lies in.
type Hit struct {
	Document
	SpaceName string `json:"space_name"`
	Where     string `json:"where" doc:"title or contents"`
}

func (n *Nouns) search(r *Request, in Query) (out Found, err error) {
	find := document.Find{
		Text: in.Text, Space: in.Space, Tray: space.Tray(in.Tray), Look: document.Look(in.Kind), Limit: min(in.most(), document.MostFound),
	}
	if err := r.resume(in.Cursor, &find.After); err != nil {
		return out, err
	}
	if find.From, err = r.day(in.From, "?from", 0); err != nil {
		return out, err
	}
	if find.To, err = r.day(in.To, "?to", 1); err != nil {
		return out, err
	}
	hits, more, err := n.Documents.Search(r.Context(), r.Actor, find)
	if err != nil {
		return out, err
	}
	out.Documents = make([]Hit, len(hits))
	for i := range hits {
		out.Documents[i] = Hit{documentOf(&hits[i].Document), hits[i].SpaceName, string(hits[i].Where)}
	}
	if more.Item != "" {
		out.Next, err = r.next(more)
	}
	return out, err
}

// day is the beginning of a civil day where deadlines are counted, some days
// later; none is the zero time.
func (r *Request) day(text, name string, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, r.api.Zone)
	if err != nil {
		return at, fault.New(fault.Invalid, "api.day").In(name).Because(err)
	}
	return at.AddDate(0, 0, later), nil
}

func (n *Nouns) scanAgain(r *Request, in InDocument) (Paper, error) {
	if err := n.Documents.ScreenAgain(r.Context(), r.Actor, in.Document); err != nil {
		return Paper{}, err
	}
	return n.document(r, in)
}
