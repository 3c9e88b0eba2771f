// Package davxml reads and writes the XML of WebDAV and of what is built on it, as
// trees of elements.
//
// It believes no XML that is more than fifty elements deep or has a document type;
// how many bytes are read is up to who gives them. Start at [Parse].
package davxml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

const (
	// Space is the namespace of WebDAV itself.
	Space = "DAV:"
	// MaxNesting is how deep elements may lie inside elements.
	MaxNesting = 50
)

// ErrRefused is XML that is well formed and not accepted.
var ErrRefused = errors.New("davxml: XML that is not accepted")

// Element is one element of a body, its text and its children.
type Element struct {
	Name     xml.Name
	Text     string
	Attr     []xml.Attr
	Children []*Element
}

// Is reports whether an element, which may be nil, has a name in the DAV:
// namespace.
func (e *Element) Is(local string) bool {
	return e != nil && e.Name == xml.Name{Space: Space, Local: local}
}

// Child is the first child of a name in the DAV: namespace, or nil.
func (e *Element) Child(local string) *Element { return e.In(Space, local) }

// In is the first child of a name in any namespace, or nil.
func (e *Element) In(space, local string) *Element {
	if e == nil {
		return nil
	}
	for _, c := range e.Children {
		if c.Name.Space == space && c.Name.Local == local {
			return c
		}
	}
	return nil
}

// Value is an attribute without a namespace, or empty.
func (e *Element) Value(attribute string) string {
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == attribute {
			return a.Value
		}
	}
	return ""
}

// Parse reads a body of XML; nil when there is none. No entity but those of XML
// itself exists, and a document type is refused: nothing is ever fetched or
// multiplied.
func Parse(from io.Reader) (root *Element, err error) {
	d := xml.NewDecoder(from)
	var open []*Element
	for seen := false; ; seen = true {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 && (root != nil || !seen) {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, ErrRefused
		case xml.StartElement:
			e := &Element{Name: t.Name, Attr: t.Attr}
			if len(open) >= MaxNesting || len(open) == 0 && root != nil || undeclares(t) {
				return nil, ErrRefused
			}
			if len(open) == 0 {
				root = e
			} else {
				in := open[len(open)-1]
				in.Children = append(in.Children, e)
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].Text += string(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, ErrRefused
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

// Fragment writes an element again without its attributes, each name with its
// namespace, so that it means the same wherever it is put.
func (e *Element) Fragment(b *strings.Builder) {
	b.WriteByte('<')
	Open(b, e.Name)
	if e.Text == "" && len(e.Children) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteByte('>')
	Text(b, e.Text)
	for _, c := range e.Children {
		c.Fragment(b)
	}
	b.WriteString("</")
	closing(b, e.Name)
	b.WriteByte('>')
}

// Open writes the name of an element with the declaration of its namespace; in
// the DAV: namespace that of the document serves.
func Open(b *strings.Builder, n xml.Name) {
	closing(b, n)
	if n.Space != Space && n.Space != "" {
		b.WriteString(` xmlns:x="`)
		Text(b, n.Space)
		b.WriteByte('"')
	}
}

func closing(b *strings.Builder, n xml.Name) {
	switch n.Space {
	case Space:
		b.WriteString("D:")
	case "":
	default:
		b.WriteString("x:")
	}
	b.WriteString(n.Local)
}

// Text writes characters so that they mean themselves, in an element or an
// attribute.
func Text(b *strings.Builder, s string) {
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

// Begin starts a document with one element of the DAV: namespace; more declares the
// namespaces that are written beside it.
func Begin(b *strings.Builder, root string, more ...string) {
	b.WriteString(xml.Header)
	b.WriteString("<D:" + root + ` xmlns:D="DAV:"`)
	for _, one := range more {
		b.WriteString(" " + one)
	}
	b.WriteByte('>')
}

// Propstat writes names of properties with one status.
func Propstat(b *strings.Builder, names []xml.Name, status string) {
	b.WriteString("<D:propstat><D:prop>")
	for _, n := range names {
		b.WriteByte('<')
		Open(b, n)
		b.WriteString("/>")
	}
	b.WriteString("</D:prop><D:status>HTTP/1.1 " + status + "</D:status></D:propstat>")
}
