package desk

import (
	"strings"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Found is what a search brought, by space.
type Found struct {
	ui.Base
	Search Search
	Asked  bool
	Spaces []FoundIn
	Cut    bool // only the first results are shown
}

// FoundIn is the results in one space.
type FoundIn struct {
	Href, Name string
	Documents  []ui.DocumentRow
}

const (
	mostFound = 200
	mostWords = 200 // bytes of a query
)

var searchPage = ui.Must(ui.Parse[Found](files, "search.tmpl", "part.tmpl"))

// Search finds documents by the words of their titles in the actor's spaces.
func (p *Pages) Search(r *web.Request) (web.Answer, error) {
	words := strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("q"), ""))
	if len(words) > mostWords {
		words = strings.ToValidUTF8(words[:mostWords], "")
	}
	var hits []document.Hit
	if words != "" {
		var err error
		if hits, err = p.Documents.Search(r.Context(), r.Actor, words); err != nil {
			return nil, err
		}
	}
	b := frame(r, r.Printer.T("desk.search.title"))
	if !r.Actor.Role.Inside() {
		b = r.Base(ui.Client, b.Title)
	}
	b.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: b.T("desk.your_spaces")}}
	page := newFound(b, r, hits, r.Actor.Person)
	page.Search, page.Asked = Search{Action: r.FirmPath("search"), Words: words}, words != ""
	return web.Show(searchPage, page), nil
}

func newFound(b ui.Base, to paths, hits []document.Hit, me id.Person) Found {
	page := Found{Base: b, Cut: len(hits) > mostFound}
	for i, h := range hits[:min(len(hits), mostFound)] {
		if i == 0 || hits[i-1].Space != h.Space {
			page.Spaces = append(page.Spaces, FoundIn{Href: to.SpacePath(h.Space), Name: h.SpaceName})
		}
		in := &page.Spaces[len(page.Spaces)-1]
		place := to.SpacePath(h.Space, "documents", string(h.ID))
		in.Documents = append(in.Documents, ui.DocumentRow{
			Href: place, Title: h.Title, Media: h.Current.Media, Size: h.Current.Size, At: b.When(h.Current.Created), By: h.AuthorName,
			Unread: !h.Read && h.Author != me, Versions: int(h.Current.Number), Download: place + "/file",
		})
	}
	return page
}
