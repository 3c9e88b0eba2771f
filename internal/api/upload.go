package api

import (
	"io"
	"mime"
	"net/http"
	"strings"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/front/tus"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// File is a file in one request: its bytes are the body. Its name comes in
// Content-Disposition (RFC 6266), not in the address, which proxies write down.
type File struct {
	InSpace
	Disposition string      `header:"Content-Disposition" must:"1" doc:"attachment; filename*=UTF-8''… names the file"`
	Tray        string      `query:"tray" enum:"firm client shared party" doc:"firm by default; a client deposits into hers, whatever is asked; party: the private tray of one’s own party in a forum"`
	Folder      id.Folder   `query:"folder" doc:"of that tray"`
	Circles     []id.Circle `query:"circle" doc:"to whom it goes, once for each; none: whom its folder addresses, else the firm alone"`
	Replaces    id.Item     `query:"replaces" doc:"the document it is the next version of; tray, folder and circles are ignored then"`
	Onto        id.Version  `query:"onto" doc:"the version it was made from: 409 with the current one when that is another by now"`
	Reason      string      `query:"reason" doc:"why it replaces that"`
	Request     id.Ask      `query:"request" doc:"the request that a client’s deposit answers"`
}

// bytes is the body of the request as it arrives.
func (r *Request) bytes() io.Reader {
	return front.NewBody(r.wire, r.Body, r.api.Until).While(r.Recheck)
}

func (n *Nouns) file(r *Request, in File) (Paper, error) {
	name := fileName(in.Disposition)
	if name == "" {
		return Paper{}, fault.New(fault.Invalid, "api.file_name").In("?Content-Disposition")
	}
	tray := space.Tray(in.Tray)
	switch {
	case !r.Actor.Role.Inside() && tray != space.PartyTray:
		tray = space.ClientTray
	case tray == "":
		tray = space.FirmTray
	}
	send := n.Documents.Put
	if r.ContentLength < 0 {
		send = n.Documents.File // as much as comes
	}
	u, err := send(r.Context(), r.Actor, document.BeginUpload{
		Space: in.Space, Tray: tray, Folder: in.Folder, Name: name, Size: r.ContentLength, Circles: in.Circles, Replaces: in.Replaces, Onto: in.Onto, Reason: in.Reason, Request: in.Request,
	}, r.bytes())
	if err != nil {
		return Paper{}, n.besides(r, in, err)
	}
	return n.filed(r, in, string(u.Document))
}

// besides tells which version is current when another one was expected.
func (n *Nouns) besides(r *Request, in File, err error) error {
	if code(err) != "document.other_version" {
		return err
	}
	d, unread := n.Documents.Show(r.Context(), r.Actor, in.Replaces)
	if unread == nil { // else she is told the rest
		r.current = d.Current.ID
	}
	return err
}

// filed is what came of a file, as it is now. One who may deposit and not read
// is told its identifier.
func (n *Nouns) filed(r *Request, in File, of string) (Paper, error) {
	r.At("documents", of)
	out, err := n.document(r, InDocument{id.Item(of)})
	if fault.Is(err, fault.NotFound) {
		return Paper{Document: Document{ID: id.Item(of), Space: in.Space}}, nil
	}
	return out, err
}

// fileName reads the name in a Content-Disposition.
func fileName(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(params["filename"])
}

// Tus is a request of the resumable protocol, tus 1.0.0.
type Tus struct {
	Version string `header:"Tus-Resumable" doc:"1.0.0"`
}

// NewUpload announces a file.
type NewUpload struct {
	InSpace
	Tus
	Length   string `header:"Upload-Length" doc:"bytes of the whole file"`
	Metadata string `header:"Upload-Metadata" doc:"filename, tray, folder, circle (separated by commas), replaces, onto, reason, request, path (below tray and folder, with its name: the folders are made and it goes to the firm alone), sha256, again: keys and base64 values; bytes of that sha256 that are there already are 409, with their document in Upload-Known, unless again is given"`
}

// InUpload names an upload in the path.
type InUpload struct {
	Tus
	Upload id.Upload `path:"upload"`
}

// MoreBytes goes on with an upload.
type MoreBytes struct {
	InUpload
	Offset string `header:"Upload-Offset" doc:"where these bytes begin; 409 with the true offset when they do not fit"`
	Type   string `header:"Content-Type" doc:"application/offset+octet-stream"`
}

func (n *Nouns) tus(r *Request) tus.Protocol {
	return tus.Protocol{Documents: n.Documents, Bundles: n.Bundles, Until: r.api.Until}
}

func (r *Request) call(c tus.Call) tus.Call {
	c.Request, c.Actor, c.Still = r.Request.Request, r.Actor, r.Recheck
	c.Path = func(u document.Upload) string { return Root + "/uploads/" + string(u.ID) }
	return c
}

func (n *Nouns) tusOptions(*Request, InSpace) (Stream, error) {
	return func(w http.ResponseWriter, r *Request) error { return n.tus(r).Options(w) }, nil
}

// announce begins an upload, once for its key.
func (n *Nouns) announce(r *Request, in NewUpload) (Stream, error) {
	if err := r.once(); err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *Request) error {
		_, err := settle(r, func() (None, error) {
			return None{}, n.tus(r).Create(w, r.call(tus.Call{Space: in.Space}))
		}, func(object string) (None, error) {
			r.carry(w.Header())
			return None{}, n.tus(r).Created(w, r.call(tus.Call{Upload: id.Upload(object)}))
		})
		return err
	}, nil
}

func (n *Nouns) offset(_ *Request, in InUpload) (Stream, error) {
	return func(w http.ResponseWriter, r *Request) error {
		return n.tus(r).Offset(w, r.call(tus.Call{Upload: in.Upload}))
	}, nil
}

func (n *Nouns) more(_ *Request, in MoreBytes) (Stream, error) {
	return func(w http.ResponseWriter, r *Request) error {
		return n.tus(r).Append(w, r.call(tus.Call{Upload: in.Upload}))
	}, nil
}

func (n *Nouns) giveUp(_ *Request, in InUpload) (Stream, error) {
	return func(w http.ResponseWriter, r *Request) error {
		return n.tus(r).Cancel(w, r.call(tus.Call{Upload: in.Upload}))
	}, nil
}

// Uploads is one’s own unfinished uploads in a space.
type Uploads struct {
	Uploads []Upload `json:"uploads"`
}

// Upload is a file on its way.
type Upload struct {
	ID      id.Upload `json:"id"`
	Tray    string    `json:"tray" enum:"firm client shared party"`
	Folder  id.Folder `json:"folder,omitempty"`
	Name    string    `json:"name"`
	Size    int64     `json:"size" doc:"bytes of the whole file"`
	Offset  int64     `json:"offset" doc:"bytes that are durable: where it goes on"`
	Expires Instant   `json:"expires_at" doc:"given up then, unless continued before"`
}

func (n *Nouns) uploads(r *Request, in InSpace) (Uploads, error) {
	pending, err := n.Documents.Pending(r.Context(), r.Actor, in.Space)
	out := Uploads{Uploads: make([]Upload, len(pending))}
	for i, u := range pending {
		out.Uploads[i] = Upload{u.ID, string(u.Tray), u.Folder, u.Name, u.Size, u.Offset, Instant(u.Expires)}
	}
	return out, err
}
