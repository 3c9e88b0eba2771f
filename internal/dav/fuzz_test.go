package dav

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cenacle/internal/dav/davxml"
	"cenacle/internal/front"
)

// FuzzFUZ01_If: what is read of an If header is bounded, and reading it written
// again gives the same.
func FuzzFUZ01_If(f *testing.F) {
	for _, s := range []string{
		"(<opaquelocktoken:a>)", `(<urn:uuid:x> ["etag"]) (Not <DAV:no-lock>)`, "<http://x/a> (<t>) (Not [W/\"e\"])", "(", "()", "(Not)", "<>", "(<a>", "([a] Not)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lists, err := parseIf(s)
		if err != nil {
			return
		}
		var b strings.Builder
		count := 0
		for _, l := range lists {
			if l.tag != "" {
				b.WriteString("<" + l.tag + "> ")
			}
			b.WriteByte('(')
			for _, c := range l.conds {
				count++
				if c.not {
					b.WriteString("Not ")
				}
				if c.token != "" {
					b.WriteString("<" + c.token + ">")
				} else {
					b.WriteString("[" + c.etag + "]")
				}
			}
			b.WriteString(") ")
		}
		if count > maxConditions {
			t.Errorf("%d conditions", count)
		}
		again, err := parseIf(b.String())
		if err != nil || len(again) != len(lists) {
			t.Fatalf("%q is written %q: %v", s, b.String(), err)
		}
	})
}

// FuzzFUZ01_XML: what is accepted is shallow, and a fragment of it means the
// same again.
func FuzzFUZ01_XML(f *testing.F) {
	for _, s := range []string{
		`<propfind xmlns="DAV:"><allprop/></propfind>`, `<D:a xmlns:D="DAV:" xmlns:x="urn:x"><x:b>&lt;&#233;</x:b></D:a>`,
		`<!DOCTYPE a><a/>`, "<a>", "", "x", `<a b="c"/>`, `<a xmlns:b=""/>`, "<a><!-- x --><?y z?></a>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := davxml.Parse(strings.NewReader(s))
		if err != nil || e == nil {
			return
		}
		if d := depth(e); d > davxml.MaxNesting {
			t.Errorf("%d deep", d)
		}
		var b strings.Builder
		davxml.Begin(&b, "owner")
		e.Fragment(&b)
		b.WriteString("</D:owner>")
		again, err := davxml.Parse(strings.NewReader(b.String()))
		if err != nil || len(again.Children) != 1 || again.Children[0].Name != e.Name || len(again.Children[0].Children) != len(e.Children) {
			t.Errorf("%q is written %q, and read %+v, %v", s, b.String(), again, err)
		}
	})
}

func depth(e *davxml.Element) (n int) {
	for _, c := range e.Children {
		n = max(n, depth(c))
	}
	return n + 1
}

// FuzzFUZ01_Path: an address leads to names that are plain, and their address
// leads to the same.
func FuzzFUZ01_Path(f *testing.F) {
	for _, s := range []string{"/dav/", "/dav/a/b%20c", "/dav/../x", "/dav/%2e%2e/x", "/dav//x", "/dav/%00", "/dav/a%2fb", `/dav/a\b`, "/dav/E%CC%81", "/davx", "/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.ParseRequestURI(s)
		if err != nil {
			return
		}
		r := &request{Request: &front.Request{Request: &http.Request{Method: "GET", URL: u}}}
		p, err := r.at(u)
		if err != nil {
			return
		}
		for _, n := range p {
			if n == "" || n == "." || n == ".." || strings.ContainsAny(n, "/\\\x00\n\r") {
				t.Errorf("%q has the name %q", s, n)
			}
		}
		back, err := url.ParseRequestURI(href(p, true))
		if err != nil {
			t.Fatal(err)
		}
		again, err := r.at(back)
		if err != nil || strings.Join(again, "/") != strings.Join(p, "/") {
			t.Errorf("%q gives %q, and its address %q gives %q, %v", s, p, back, again, err)
		}
	})
}
