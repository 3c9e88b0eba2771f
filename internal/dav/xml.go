package dav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
)

const (
	maxBody     = 64 << 10 // bytes of XML
	maxNesting  = 50       // elements inside elements
	maxProperty = 200      // properties named in one request
	maxOwner    = 4 << 10  // bytes of what a client writes of itself into a lock
)

const davSpace = "DAV:"

var errXML = errors.New("dav: XML that is not accepted")

// element is one element of a body, its text and its children.
type element struct {
	name     xml.Name
	text     string
	children []*element
}

// child is the first child of a name in the DAV: namespace.
func (e *element) child(local string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name.Space == davSpace && c.name.Local == local {
			return c
		}
	}
	return nil
}

// parse reads a body of XML; nil when there is none. No entity but those of XML
// itself exists, and a document type is refused: nothing is ever fetched or
// multiplied.
func (r *request) parse(w http.ResponseWriter) (*element, error) {
	return parseXML(http.MaxBytesReader(w, r.Body, maxBody))
}

func parseXML(from io.Reader) (root *element, err error) {
	d := xml.NewDecoder(from)
	var open []*element
	for seen := false; ; seen = true {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 && (root != nil || !seen) {
			return root, nil
		}
		if err != nil {
			return nil, malformed(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, malformed(errXML)
		case xml.StartElement:
			e := &element{name: t.Name}
			if len(open) >= maxNesting || len(open) == 0 && root != nil || undeclares(t) {
				return nil, malformed(errXML)
			}
			if len(open) == 0 {
				root = e
			} else {
				in := open[len(open)-1]
				in.children = append(in.children, e)
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, malformed(errXML)
			}
		}
	}
}

// undeclares reports whether an element takes the name of a namespace from a
// prefix, which XML 1.0 does not allow (Namespaces in XML, 2.2).
func undeclares(e xml.StartElement) bool {
	for _, a := range e.Attr {
		if a.Name.Space == "xmlns" && a.Value == "" {
			return true
		}
	}
	return false
}

// fragment writes an element again, each name with its namespace, so that it
// means the same wherever it is put.
func (e *element) fragment(b *strings.Builder) {
	b.WriteByte('<')
	open(b, e.name)
	if e.text == "" && len(e.children) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteByte('>')
	text(b, e.text)
	for _, c := range e.children {
		c.fragment(b)
	}
	b.WriteString("</")
	closing(b, e.name)
	b.WriteByte('>')
}

// open writes the name of an element with the declaration of its namespace; in
// the DAV: namespace that of the document serves.
func open(b *strings.Builder, n xml.Name) {
	closing(b, n)
	if n.Space != davSpace && n.Space != "" {
		b.WriteString(` xmlns:x="`)
		text(b, n.Space)
		b.WriteByte('"')
	}
}

func closing(b *strings.Builder, n xml.Name) {
	switch n.Space {
	case davSpace:
		b.WriteString("D:")
	case "":
	default:
		b.WriteString("x:")
	}
	b.WriteString(n.Local)
}

// text writes characters so that they mean themselves, in an element or an
// attribute.
func text(b *strings.Builder, s string) {
	if !strings.ContainsFunc(s, special) {
		b.WriteString(s)
		return
	}
	_ = xml.EscapeText(b, []byte(s)) // a strings.Builder takes everything
}

// special reports a character that is not written as itself, or not at all.
func special(r rune) bool {
	return r < ' ' || r == '<' || r == '>' || r == '&' || r == '"' || r == '\'' || r >= 0xfffd
}

// begin starts a document with one element of the DAV: namespace.
func begin(b *strings.Builder, root string) {
	b.WriteString(xml.Header)
	b.WriteString("<D:" + root + ` xmlns:D="DAV:">`)
}
