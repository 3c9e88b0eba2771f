package dav

import (
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"cenacle/internal/dav/davxml"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/front"
)

// property is one live property (RFC 4918, 15): write adds its value, or
// reports that the node has none.
type property struct {
	name  string
	write func(b *strings.Builder, n *drive.Node) bool
}

// properties are all there are, in the order of allprop.
func properties() []property {
	return []property{
		{"resourcetype", resourceType},
		{"displayname", displayName},
		{"getcontentlength", contentLength},
		{"getlastmodified", lastModified},
		{"creationdate", creationDate},
		{"getetag", entityTag},
		{"getcontenttype", contentType},
		{"supportedlock", supportedLock},
		{"lockdiscovery", lockDiscovery},
	}
}

func resourceType(b *strings.Builder, n *drive.Node) bool {
	if n.Collection {
		b.WriteString("<D:collection/>")
	}
	return true
}

func displayName(b *strings.Builder, n *drive.Node) bool {
	davxml.Text(b, n.Name())
	return n.Name() != ""
}

func contentLength(b *strings.Builder, n *drive.Node) bool {
	b.WriteString(decimal(n.Size))
	return !n.Collection
}

func lastModified(b *strings.Builder, n *drive.Node) bool {
	b.WriteString(n.Modified.UTC().Format(http.TimeFormat))
	return !n.Modified.IsZero()
}

func creationDate(b *strings.Builder, n *drive.Node) bool {
	b.WriteString(n.Created.UTC().Format(time.RFC3339))
	return !n.Created.IsZero()
}

func entityTag(b *strings.Builder, n *drive.Node) bool {
	davxml.Text(b, n.ETag)
	return n.ETag != ""
}

func contentType(b *strings.Builder, n *drive.Node) bool {
	davxml.Text(b, n.Media)
	return n.Media != ""
}

func supportedLock(b *strings.Builder, n *drive.Node) bool {
	b.WriteString("<D:lockentry><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>" +
		"<D:lockentry><D:lockscope><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>")
	return len(n.Path) > 0
}

func lockDiscovery(b *strings.Builder, n *drive.Node) bool {
	for _, l := range n.Locks {
		activeLock(b, l, n)
	}
	return true
}

// activeLock describes a lock. Its token is told to its holder alone.
func activeLock(b *strings.Builder, l drive.Lock, n *drive.Node) {
	b.WriteString("<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope>")
	if l.Shared {
		b.WriteString("<D:shared/>")
	} else {
		b.WriteString("<D:exclusive/>")
	}
	b.WriteString("</D:lockscope><D:depth>")
	if l.Deep {
		b.WriteString("infinity")
	} else {
		b.WriteByte('0')
	}
	b.WriteString("</D:depth>")
	if len(l.Owner) > 0 {
		b.WriteString("<D:owner>")
		b.Write(l.Owner)
		b.WriteString("</D:owner>")
	} else if l.Holder != "" {
		b.WriteString("<D:owner>")
		davxml.Text(b, l.Holder)
		b.WriteString("</D:owner>")
	}
	b.WriteString("<D:timeout>Second-" + decimal(int64(l.Life/time.Second)) + "</D:timeout>")
	if l.Token != "" {
		b.WriteString("<D:locktoken><D:href>" + lockToken(l.Token) + "</D:href></D:locktoken>")
	}
	folder := len(l.Root) < len(n.Path) || n.Collection
	b.WriteString("<D:lockroot><D:href>" + href(l.Root, folder) + "</D:href></D:lockroot></D:activelock>")
}

// wanted is which properties a PROPFIND asks for.
type wanted struct {
	names bool       // only what they are called
	live  []property // to be written
	other []xml.Name // that no node has
}

func readWanted(body *davxml.Element) (q wanted, err error) {
	q.live = properties()
	if body == nil {
		return q, nil
	}
	if !body.Is("propfind") {
		return q, malformed(davxml.ErrRefused)
	}
	prop := body.Child("prop")
	ways := 0
	for _, way := range []string{"prop", "propname", "allprop"} {
		if body.Child(way) != nil {
			ways++
		}
	}
	if ways != 1 {
		return q, malformed(davxml.ErrRefused)
	}
	q.names = body.Child("propname") != nil
	if prop == nil {
		return q, nil
	}
	if len(prop.Children) > maxProperty {
		return q, malformed(davxml.ErrRefused)
	}
	all := q.live
	q.live = nil
	for _, c := range prop.Children {
		i := slices.IndexFunc(all, func(p property) bool { return c.Name.Space == davxml.Space && c.Name.Local == p.name })
		if i < 0 {
			q.other = append(q.other, c.Name)
		} else if !slices.ContainsFunc(q.live, func(p property) bool { return p.name == all[i].name }) {
			q.live = append(q.live, all[i])
		}
	}
	return q, nil
}

// propfind describes what a path leads to, and what lies in it.
func (r *request) propfind(w *front.Writer) error {
	depth, err := r.depth("infinity")
	if err != nil {
		return err
	}
	if depth == infinity {
		return fault.New(fault.Forbidden, "drive.depth").Because(errDepth)
	}
	body, err := r.parse(w)
	if err != nil {
		return err
	}
	q, err := readWanted(body)
	if err != nil {
		return err
	}
	var n drive.Node
	var within []drive.Node
	if depth == 1 {
		n, within, err = r.dav.Drives.List(r.Context(), r.actor, r.path)
	} else {
		n, err = r.dav.Drives.Look(r.Context(), r.actor, r.path)
	}
	if err != nil {
		return err
	}
	var b strings.Builder
	b.Grow(512 + 900*len(within))
	davxml.Begin(&b, "multistatus")
	if r.top {
		q.response(&b, "/", &drive.Node{Collection: true})
		within = nil
		if depth == 1 {
			q.response(&b, Root, &n)
		}
	} else {
		q.response(&b, href(n.Path, n.Collection), &n)
	}
	for i := range within {
		q.response(&b, href(within[i].Path, within[i].Collection), &within[i])
	}
	b.WriteString("</D:multistatus>\n")
	return r.multistatus(w, b.String())
}

func (r *request) multistatus(w *front.Writer, body string) error {
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Content-Length", decimal(int64(len(body))))
	w.WriteHeader(http.StatusMultiStatus)
	_, err := io.WriteString(w, body)
	return front.Sent(err)
}

// response writes the properties of one node.
func (q wanted) response(b *strings.Builder, at string, n *drive.Node) {
	b.WriteString("<D:response><D:href>" + at + "</D:href>")
	var missing []xml.Name
	var value strings.Builder
	b.WriteString("<D:propstat><D:prop>")
	for _, p := range q.live {
		value.Reset()
		switch {
		case !p.write(&value, n):
			missing = append(missing, xml.Name{Space: davxml.Space, Local: p.name})
		case q.names || value.Len() == 0:
			b.WriteString("<D:" + p.name + "/>")
		default:
			b.WriteString("<D:" + p.name + ">" + value.String() + "</D:" + p.name + ">")
		}
	}
	b.WriteString("</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>")
	if len(q.other) > 0 { // asked by name: what is not there is said
		davxml.Propstat(b, append(missing, q.other...), "404 Not Found")
	} else if len(missing) > 0 && len(q.live) < len(properties()) {
		davxml.Propstat(b, missing, "404 Not Found")
	}
	b.WriteString("</D:response>")
}

// windows is the namespace of the times and attributes that Windows sets on
// each file it writes. They are taken and forgotten: without that, a save in
// Explorer or Office ends in an error.
const windows = "urn:schemas-microsoft-com:"

// proppatch answers for properties that a client wants to keep: none is kept.
func (r *request) proppatch(w *front.Writer) error {
	body, err := r.parse(w)
	if err != nil {
		return err
	}
	if !body.Is("propertyupdate") {
		return malformed(davxml.ErrRefused)
	}
	var names []xml.Name
	refused := false
	for _, c := range body.Children {
		if !c.Is("set") && !c.Is("remove") {
			continue
		}
		prop := c.Child("prop")
		if prop == nil {
			return malformed(davxml.ErrRefused)
		}
		for _, p := range prop.Children {
			names = append(names, p.Name)
			refused = refused || c.Is("set") && p.Name.Space != windows
		}
	}
	if len(names) == 0 || len(names) > maxProperty {
		return malformed(davxml.ErrRefused)
	}
	n, err := r.dav.Drives.Change(r.Context(), r.actor, r.path, r.guard())
	if err != nil {
		return err
	}
	return r.multistatus(w, patched(n, names, refused))
}

// patched answers a PROPPATCH: all of it, or nothing (RFC 4918, 9.2).
func patched(n drive.Node, names []xml.Name, refused bool) string {
	var ours, others []xml.Name
	for _, name := range names {
		if name.Space == windows {
			ours = append(ours, name)
		} else {
			others = append(others, name)
		}
	}
	var b strings.Builder
	davxml.Begin(&b, "multistatus")
	b.WriteString("<D:response><D:href>" + href(n.Path, n.Collection) + "</D:href>")
	switch {
	case !refused:
		davxml.Propstat(&b, names, "200 OK")
	default:
		davxml.Propstat(&b, others, "403 Forbidden")
		if len(ours) > 0 {
			davxml.Propstat(&b, ours, "424 Failed Dependency")
		}
	}
	b.WriteString("</D:response></D:multistatus>\n")
	return b.String()
}
