package prose

import (
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/idna"
)

// bare reads an address that stands in the text as it is. One of mail stays text.
func (r reader) bare(n *ast.AutoLink, as Words) []Words {
	shown := string(n.Label(r.source))
	if n.AutoLinkType == ast.AutoLinkEmail {
		return add(nil, as, shown)
	}
	return follow(add(nil, as, shown), string(n.URL(r.source)), "")
}

// link reads a link or a picture with words of its own.
func (r reader) link(n ast.Node, as Words, to, title []byte) []Words {
	return follow(r.words(n, as), string(util.UnescapePunctuations(to)), string(util.UnescapePunctuations(title)))
}

// follow makes words lead to an address, and says where that is unless they say
// it themselves. Words that would lead nowhere, or where one cannot tell, are
// followed by the address as text.
func follow(words []Words, address, title string) []Words {
	host, href := destination(address)
	said := host
	if href == "" {
		said = address
	}
	var shown strings.Builder
	for i := range words {
		if words[i].Href != "" { // a picture inside a link has its own
			continue
		}
		words[i].Href = href
		shown.WriteString(words[i].Text)
	}
	if saying(shown.String(), address, said) {
		said = ""
	}
	var after []string
	for _, s := range []string{title, said} {
		if s != "" {
			after = append(after, s)
		}
	}
	if len(after) == 0 {
		return words
	}
	note := " (" + strings.Join(after, ", ") + ")"
	if len(words) == 0 { // no words to press
		return []Words{{Text: strings.TrimSpace(note)}}
	}
	return append(words, Words{Text: note})
}

// saying reports whether the words of a link are its address, spelt as its host
// is.
func saying(words, address, host string) bool {
	bare := func(s string) string {
		_, after, found := strings.Cut(s, "://")
		if !found {
			after = s
		}
		return strings.TrimSuffix(after, "/")
	}
	return bare(words) == bare(address) && strings.HasPrefix(strings.ToLower(bare(words)), host)
}

// destination returns the host of a web page, as the network spells it, and its
// address; nothing for any other address, for one with a name before its host,
// and for one that is not whole.
func destination(address string) (host, href string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Opaque != "" {
		return "", ""
	}
	name, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil || name == "" {
		return "", ""
	}
	port := u.Port()
	if u.Host = name; port != "" {
		u.Host += ":" + port
	}
	return name, u.String()
}
