package desk

import (
	"strings"
	"unicode/utf8"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/prose"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Said is a memo that was found.
type Said struct {
	Href     string
	Subject  string
	Excerpt  string
	By       string
	At       ui.Moment
	In       ui.Link
	Internal bool
}

const (
	talked  = 20  // memos of one page
	beside  = 5   // memos under documents
	excerpt = 180 // characters of a memo that a line shows
)

// talks adds the memos that have the words: to the first page of documents, or, with
// « memos » in the address, those before one. Who asks for a tray or a kind of file
// asks for documents.
func (p *Pages) talks(r *web.Request, b ui.Base, f document.Find, page *Results) error {
	if f.Text == "" || f.Tray != "" || f.Look != "" || f.After.Item != "" {
		return nil
	}
	find := memo.Find{Text: f.Text, Space: f.Space, From: f.From, To: f.To, Limit: talked}
	if len(page.Titles)+len(page.Contents) > 0 {
		find.Limit = beside
	}
	asked := r.URL.Query()
	if asked.Has("memos") {
		var err error
		if find.Before, err = id.Parse[id.Item](asked.Get("memos")); err != nil {
			return fault.Absent().Because(err)
		}
	}
	hits, more, err := p.Memos.Search(r.Context(), r.Actor, find)
	if err != nil {
		return err
	}
	for _, h := range hits {
		page.Talks = append(page.Talks, saidOf(b, r, h))
	}
	if more != "" {
		asked.Set("memos", string(more))
		page.Further = r.FirmPath("search") + "?" + asked.Encode()
	}
	return nil
}

// saidOf leads to the conversation as it was when the memo was the last.
func saidOf(b ui.Base, to paths, h memo.Hit) Said {
	s := Said{
		Href: to.SpacePath(h.Space) + "?before=" + string(h.ID) + "0#memo-" + string(h.ID), Subject: h.Subject, Excerpt: begin(prose.Read(h.Body)),
		By: h.Name, At: b.When(h.Created), In: ui.Link{Href: to.SpacePath(h.Space), Label: h.SpaceName}, Internal: h.Internal,
	}
	if s.Subject == "" {
		s.Subject = b.T("desk.search.about_document")
	}
	return s
}

// begin is the first words of a text, without what sets them out.
func begin(text []prose.Block) string {
	said := strings.Join(strings.Fields(flat(text)), " ")
	if utf8.RuneCountInString(said) <= excerpt {
		return said
	}
	cut := string([]rune(said)[:excerpt])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return cut + "…"
}

func flat(text []prose.Block) string {
	var out strings.Builder
	for _, block := range text {
		for _, w := range block.Words {
			out.WriteString(w.Text)
		}
		out.WriteString(" " + flat(block.Blocks) + " ")
	}
	return out.String()
}
