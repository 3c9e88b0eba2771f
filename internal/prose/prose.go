// Package prose reads what people write to each other: a small part of
// Markdown, into a closed tree of paragraphs, lists and links.
//
// The text stays the source: it is what is kept, searched, proved and given to
// programs, and this is only how it is shown. The tree holds no markup at all;
// whoever shows it escapes its words like any others. What a letter needs is
// read (emphasis, lists, quotations, headings, links), the rest of Markdown is
// not, and stays as it was typed: HTML is text, an indented line is no program,
// « -- » under a name makes no title of it. No word is dropped, no list is
// numbered anew, nothing is fetched from elsewhere: a picture is a link.
//
// A link leads to a web page or nowhere, and where its words hide the address,
// its host is said after them. Start at [Read].
package prose

import (
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Kind is what a block is.
type Kind string

const (
	Paragraph Kind = "paragraph"
	Heading   Kind = "heading"
	Rule      Kind = "rule"
	Quote     Kind = "quote"
	Bullets   Kind = "bullets"
	Numbers   Kind = "numbers"
	Item      Kind = "item" // of Bullets or Numbers
)

// Block holds words, or other blocks.
type Block struct {
	Kind   Kind
	Number int // of an Item in Numbers, as it was written
	Words  []Words
	Blocks []Block
}

// Words are a run of text of one look; their line breaks count. Href, where they
// are a link, begins with http: or https:.
type Words struct {
	Text     string
	Strong   bool
	Emphasis bool
	Href     string
}

// deepest is how many blocks stand in each other; what is deeper is shown at
// this depth.
const deepest = 6

// A text with more signs than mostMarks, which no letter has, is shown as it was
// typed: some orders of them take the square of their number to read.
const (
	marks     = "*_[]<>!+-.)#"
	mostMarks = 2000
)

// grammar is the part of Markdown that is read.
var grammar = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(paragraphs{parser.NewParagraphParser()}, 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(extension.NewLinkifyParser(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"})), 400),
			util.Prioritized(parser.NewEmphasisParser(), 500),
		),
	)
})

// paragraphs takes the indented lines that Markdown leaves to programs, and which
// would be lost without them.
type paragraphs struct{ parser.BlockParser }

func (paragraphs) CanAcceptIndentedLine() bool { return true }

// Read returns the blocks of a text.
func Read(source string) []Block {
	if count(source) > mostMarks {
		return []Block{{Kind: Paragraph, Words: []Words{{Text: source}}}}
	}
	r := reader{[]byte(source)}
	return r.blocks(grammar().Parse(text.NewReader(r.source)), 0)
}

// count is how many marks a text has.
func count(source string) (n int) {
	for i := range len(source) {
		if strings.IndexByte(marks, source[i]) >= 0 {
			n++
		}
	}
	return n
}

type reader struct{ source []byte }

// blocks reads the blocks inside a node.
func (r reader) blocks(in ast.Node, depth int) (out []Block) {
	for n := in.FirstChild(); n != nil; n = n.NextSibling() {
		b := Block{Kind: Paragraph}
		switch n := n.(type) {
		case *ast.ThematicBreak:
			b.Kind = Rule
		case *ast.Heading:
			b.Kind = Heading
		case *ast.Blockquote:
			b.Kind = Quote
		case *ast.List:
			if b.Kind = Bullets; n.IsOrdered() {
				b.Kind = Numbers
			}
		case *ast.ListItem:
			b.Kind, b.Number = Item, r.number(n)
		}
		switch b.Kind {
		case Quote, Bullets, Numbers, Item:
			if depth >= deepest {
				out = append(out, r.blocks(n, depth)...)
				continue
			}
			b.Blocks = r.blocks(n, depth+1)
		case Paragraph, Heading:
			b.Words = r.words(n, Words{})
		}
		out = append(out, b)
	}
	return out
}

// number reads the digits that begin an item; 0 when there are none.
func (r reader) number(n *ast.ListItem) (number int) {
	for i := n.Pos(); i >= 0 && i < len(r.source) && r.source[i] >= '0' && r.source[i] <= '9'; i++ {
		number = 10*number + int(r.source[i]-'0')
	}
	return number
}

// words reads the runs of text inside a node, with the look that they inherit.
func (r reader) words(in ast.Node, as Words) (out []Words) {
	for n := in.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			out = add(out, as, string(util.UnescapePunctuations(n.Segment.Value(r.source))))
			if n.SoftLineBreak() || n.HardLineBreak() {
				out = add(out, as, "\n")
			}
		case *ast.String:
			out = add(out, as, string(n.Value))
		case *ast.Emphasis:
			in := as
			in.Strong, in.Emphasis = as.Strong || n.Level > 1, as.Emphasis || n.Level == 1
			out = append(out, r.words(n, in)...)
		case *ast.AutoLink:
			out = append(out, r.bare(n, as)...)
		case *ast.Link:
			out = append(out, r.link(n, as, n.Destination, n.Title)...)
		case *ast.Image:
			out = append(out, r.link(n, as, n.Destination, n.Title)...)
		default:
			out = append(out, r.words(n, as)...)
		}
	}
	return out
}

// add appends a text to the run it goes on with.
func add(out []Words, as Words, text string) []Words {
	if last := len(out) - 1; last >= 0 {
		if as.Text = out[last].Text; out[last] == as {
			out[last].Text += text
			return out
		}
	}
	as.Text = text
	return append(out, as)
}
