package caldav

import (
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/dav/davxml"
	"cenacle/internal/fault"
	"cenacle/internal/front"
)

const (
	calSpace  = "urn:ietf:params:xml:ns:caldav"
	tagSpace  = "http://calendarserver.org/ns/" // of getctag, which phones ask for
	nameSpace = davxml.Space
	// namespaces declares what the prefixes of [prefix] stand for.
	namespaces = `xmlns:C="` + calSpace + `" xmlns:S="` + tagSpace + `"`
)

// prefix is what names of a namespace are written with.
func prefix(space string) string {
	return map[string]string{nameSpace: "D:", calSpace: "C:", tagSpace: "S:"}[space]
}

// node is a place with what is known of what stands there.
type node struct {
	place
	entry *entry  // of an object
	all   []entry // of the calendar, when it was asked what is in it
}

// property is one live property: write adds its value, or reports that the node has
// none.
type property struct {
	space, name string
	write       func(r *request, b *strings.Builder, n *node) bool
}

func (p property) xml() xml.Name { return xml.Name{Space: p.space, Local: p.name} }

// properties are all there are, in the order of allprop. The text of an event is
// given by reports alone.
func properties() []property {
	return []property{
		{nameSpace, "resourcetype", resourceType},
		{nameSpace, "displayname", displayName},
		{nameSpace, "getetag", entityTag},
		{nameSpace, "getcontenttype", contentType},
		{nameSpace, "getcontentlength", contentLength},
		{nameSpace, "getlastmodified", lastModified},
		{nameSpace, "current-user-principal", linked(top, principal, principal)},
		{nameSpace, "principal-URL", linked(principal, principal, principal)},
		{nameSpace, "owner", linked(principal, object, principal)},
		{nameSpace, "current-user-privilege-set", privileges},
		{nameSpace, "supported-report-set", reports},
		{calSpace, "calendar-home-set", linked(principal, principal, home)},
		{calSpace, "supported-calendar-component-set", fixed(calendar, `<C:comp name="VEVENT"/>`)},
		{calSpace, "supported-calendar-data", fixed(calendar, `<C:calendar-data content-type="text/calendar" version="2.0"/>`)},
		{tagSpace, "getctag", collectionTag},
	}
}

func resourceType(_ *request, b *strings.Builder, n *node) bool {
	switch n.kind {
	case top, home:
		b.WriteString("<D:collection/>")
	case principal:
		b.WriteString("<D:collection/><D:principal/>")
	case calendar:
		b.WriteString("<D:collection/><C:calendar/>")
	}
	return true
}

func displayName(r *request, b *strings.Builder, n *node) bool {
	davxml.Text(b, r.printer.T("caldav.calendar"))
	return n.kind != object
}

func entityTag(_ *request, b *strings.Builder, n *node) bool {
	if n.entry != nil {
		davxml.Text(b, n.entry.tag)
	}
	return n.entry != nil
}

func contentType(_ *request, b *strings.Builder, n *node) bool {
	b.WriteString(media)
	return n.entry != nil
}

func contentLength(_ *request, b *strings.Builder, n *node) bool {
	if n.entry != nil {
		b.WriteString(strconv.Itoa(len(n.entry.text)))
	}
	return n.entry != nil
}

func lastModified(_ *request, b *strings.Builder, n *node) bool {
	if n.entry == nil || n.entry.changed.IsZero() {
		return false
	}
	b.WriteString(n.entry.changed.UTC().Format(http.TimeFormat))
	return true
}

// linked is a property of some kinds of places that leads to another.
func linked(first, last, to kind) func(*request, *strings.Builder, *node) bool {
	if first == top { // everywhere, so that a client may begin anywhere
		last = feed
	}
	return func(r *request, b *strings.Builder, n *node) bool {
		b.WriteString("<D:href>" + r.href(place{kind: to}) + "</D:href>")
		return n.kind >= first && n.kind <= last
	}
}

// fixed is a property of one kind of places that is always the same.
func fixed(of kind, value string) func(*request, *strings.Builder, *node) bool {
	return func(_ *request, b *strings.Builder, n *node) bool {
		b.WriteString(value)
		return n.kind == of
	}
}

// privileges tell a client not to offer what would be refused.
func privileges(_ *request, b *strings.Builder, _ *node) bool {
	b.WriteString("<D:privilege><D:read/></D:privilege><D:privilege><D:read-current-user-privilege-set/></D:privilege>")
	return true
}

func reports(_ *request, b *strings.Builder, n *node) bool {
	for _, name := range []string{"calendar-query", "calendar-multiget"} {
		b.WriteString("<D:supported-report><D:report><C:" + name + "/></D:report></D:supported-report>")
	}
	return n.kind == calendar
}

func collectionTag(_ *request, b *strings.Builder, n *node) bool {
	b.WriteString(ctag(n.all))
	return n.kind == calendar
}

// wanted is which properties a request asks for.
type wanted struct {
	names bool       // only what they are called
	live  []property // to be written
	other []xml.Name // that no node has
	data  bool       // the text of the event
	every bool       // whatever there is: what is missing is not said
}

// readWanted reads what a PROPFIND or a report asks for.
func readWanted(body *davxml.Element) (q wanted, err error) {
	q.live = properties()
	prop := body.Child("prop")
	q.names = body.Child("propname") != nil
	if q.every = prop == nil; q.every {
		return q, nil
	}
	if len(prop.Children) > maxProperty {
		return q, malformed(davxml.ErrRefused)
	}
	all := q.live
	q.live = nil
	for _, c := range prop.Children {
		same := func(p property) bool { return p.xml() == c.Name }
		i := slices.IndexFunc(all, same)
		switch {
		case c.Name == xml.Name{Space: calSpace, Local: "calendar-data"}:
			q.data = true
		case i < 0:
			q.other = append(q.other, c.Name)
		case !slices.ContainsFunc(q.live, same):
			q.live = append(q.live, all[i])
		}
	}
	return q, nil
}

// asks reports whether a property is asked for.
func (q wanted) asks(space, name string) bool {
	return slices.ContainsFunc(q.live, func(p property) bool { return p.xml() == xml.Name{Space: space, Local: name} })
}

// propfind describes a place, and with Depth 1 what lies directly below it.
func (r *request) propfind(w *front.Writer) error {
	body, err := r.parse(w)
	if err != nil {
		return err
	}
	if body != nil && !body.Is("propfind") {
		return malformed(davxml.ErrRefused)
	}
	q, err := readWanted(body)
	if err != nil {
		return err
	}
	below := false
	switch r.Header.Get("Depth") {
	case "0":
	case "1":
		below = true
	default:
		return fault.New(fault.Forbidden, "drive.depth").Because(errDepth)
	}
	nodes, err := r.nodes(q, below)
	if err != nil {
		return err
	}
	var b strings.Builder
	davxml.Begin(&b, "multistatus", namespaces)
	for i := range nodes {
		r.response(&b, q, &nodes[i])
	}
	return r.multistatus(w, &b)
}

// nodes are the place that was asked for and what lies directly below it.
func (r *request) nodes(q wanted, below bool) ([]node, error) {
	this := node{place: r.at}
	switch r.at.kind {
	case object:
		found, err := r.pick([]place{r.at})
		if err != nil {
			return nil, err
		}
		one, here := found[r.at.event]
		if !here {
			return nil, fault.Absent()
		}
		this.entry = &one
	case calendar, feed:
		if r.at.kind == calendar && !below && !q.asks(tagSpace, "getctag") {
			break
		}
		all, err := r.list(span{})
		if err != nil {
			return nil, err
		}
		if r.at.kind == feed {
			whole := r.whole(all)
			this.entry = &whole
			break
		}
		this.all = all
	case top, principal, home:
		if !below {
			break
		}
		next := node{place: place{kind: r.at.kind + 1}}
		if next.kind == calendar && q.asks(tagSpace, "getctag") {
			var err error
			if next.all, err = r.list(span{}); err != nil {
				return nil, err
			}
		}
		return []node{this, next}, nil
	}
	out := []node{this}
	for i := range this.all {
		if below {
			out = append(out, within(&this.all[i]))
		}
	}
	return out, nil
}

// within is what stands in the calendar as an event.
func within(one *entry) node {
	return node{place: place{object, one.event}, entry: one}
}

func (r *request) multistatus(w *front.Writer, b *strings.Builder) error {
	b.WriteString("</D:multistatus>\n")
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(http.StatusMultiStatus)
	_, err := io.WriteString(w, b.String())
	return front.Sent(err)
}

// response writes the properties of one node.
func (r *request) response(b *strings.Builder, q wanted, n *node) {
	b.WriteString("<D:response><D:href>" + r.href(n.place) + "</D:href><D:propstat><D:prop>")
	missing := slices.Clone(q.other)
	var value strings.Builder
	for _, p := range q.live {
		value.Reset()
		name := prefix(p.space) + p.name
		switch {
		case !p.write(r, &value, n):
			missing = append(missing, p.xml())
		case q.names || value.Len() == 0:
			b.WriteString("<" + name + "/>")
		default:
			b.WriteString("<" + name + ">" + value.String() + "</" + name + ">")
		}
	}
	if q.data && n.entry != nil {
		b.WriteString("<C:calendar-data>")
		davxml.Text(b, n.entry.text)
		b.WriteString("</C:calendar-data>")
	}
	b.WriteString("</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>")
	if len(missing) > 0 && !q.every {
		davxml.Propstat(b, missing, "404 Not Found")
	}
	b.WriteString("</D:response>")
}
