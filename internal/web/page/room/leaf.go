package room

import (
	"strconv"

	"cenacle/internal/document"
	"cenacle/internal/preview"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
	"cenacle/internal/worker/read"
)

// mostLeaves is how many pages of a document are shown in its page.
const mostLeaves = 300

// leaves adds to a view the pages of a document, or what is attached to a mail.
func (p *Pages) leaves(h here, d document.Detail, v *ui.View) error {
	look := d.Current.Look()
	if look == document.Mail {
		return p.attached(h, d, v)
	}
	if look != document.PDF && look != document.Office {
		return nil
	}
	found, err := p.Previews.Leaves(h.r.Context(), h.r.Actor.Firm, d)
	if err != nil {
		return err
	}
	if v.Unfit = found.Unfit; found.Pending {
		v.Pending = h.path("documents", string(d.ID))
		return nil
	}
	t := h.r.Printer
	for n := 1; n <= min(found.Pages, mostLeaves); n++ {
		page := strconv.Itoa(n)
		v.Leaves = append(v.Leaves, ui.Leaf{Src: v.Src + "?page=" + page, Label: t.T("ui.leaf", page, strconv.Itoa(found.Pages))})
	}
	if found.Pages > mostLeaves {
		v.More = t.T("ui.leaves_more", strconv.Itoa(mostLeaves))
	}
	if read.Reads(document.MediaOf(d.Current.Media, d.Current.Name)) && found.Pages > 0 {
		v.Text = v.Src + "?text=1"
	}
	return nil
}

// attached lists what is attached to a mail; its files are taken by the same
// addresses as the mail itself, with their number.
func (p *Pages) attached(h here, d document.Detail, v *ui.View) error {
	files, err := p.Previews.Attached(h.r.Context(), h.r.Actor, d)
	for i, f := range files {
		number := "?part=" + strconv.Itoa(i+1)
		one := ui.Attached{Name: f.Name, Size: f.Size, Get: v.Download + number}
		switch document.LookOf(document.MediaOf(f.Media, f.Name)) {
		case document.PDF:
			one.Look = v.Src + number + "&page=1"
		case document.Picture, document.Text, document.Mail:
			one.Look = v.Src + number
		}
		v.Attached = append(v.Attached, one)
	}
	return err
}

// glimpse reads what of a document is asked for. What is no number asks for
// nothing that there is.
func glimpse(r *web.Request) preview.Glimpse {
	asked := r.URL.Query()
	number := func(name string) int {
		text := asked.Get(name)
		if text == "" {
			return 0
		}
		if n, err := strconv.Atoi(text); err == nil && n > 0 {
			return n
		}
		return -1
	}
	return preview.Glimpse{Page: number("page"), Part: number("part"), Text: asked.Get("text") != "", Straight: asked.Get("straight") != ""}
}
