package desk

import (
	"fmt"
	"strconv"
	"strings"

	"cenacle/internal/firm"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// MessageSizes are how much the messages hold that the firm sends by other ways than the
// lawyers' network, to be changed all at once: a line that is emptied goes.
type MessageSizes struct {
	ui.Base
	Action  string
	Summary ui.Summary
	Rows    []SizeRow
	Button  ui.Button
}

// SizeRow is one of them; the last ones are empty.
type SizeRow struct {
	Title           string
	Name, Megabytes ui.Field
}

// blank is how many empty lines are offered, as far as there is room for more.
const blank = 2

var sizePage = ui.Parse[MessageSizes](files, "size.tmpl")

// typedSize is a line as somebody wrote it.
type typedSize struct{ name, megabytes string }

// MessageSizes shows them.
func (p *Pages) MessageSizes(r *web.Request) (web.Answer, error) {
	found, err := p.Firms.Sizes(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	typed := make([]typedSize, len(found))
	for i, one := range found {
		typed[i] = typedSize{one.Name, strconv.Itoa(one.Megabytes)}
	}
	return web.Show(sizePage, newSizes(r, typed, nil)), nil
}

func newSizes(r *web.Request, typed []typedSize, refused error) MessageSizes {
	b := frame(r, r.Printer.T("desk.size.title"))
	b.Section, b.Path = "people", r.FirmPath("message-sizes")
	b.Crumbs = []ui.Link{{Href: r.FirmPath("people"), Label: b.T("web.nav.people")}}
	page := MessageSizes{Base: b, Action: b.Path, Button: ui.Button{Label: b.T("desk.size.choose"), Look: ui.Primary}}
	typed = append(typed, make([]typedSize, max(0, min(blank, firm.MaxSizes-len(typed))))...)
	fields := make([]*ui.Field, 0, 2*len(typed))
	page.Rows = make([]SizeRow, len(typed))
	for i, one := range typed {
		row := &page.Rows[i]
		row.Title = b.T("desk.size.row", i+1)
		row.Name = ui.Field{Name: fmt.Sprintf("name-%d", i), Label: b.T("desk.size.name"), Value: one.name, Length: firm.MaxSizeName, Blank: true, Autocomplete: "off"}
		row.Megabytes = ui.Field{Name: fmt.Sprintf("megabytes-%d", i), Label: b.T("desk.size.megabytes"), Value: one.megabytes, Length: 4, Blank: true, Autocomplete: "off", Short: true}
		fields = append(fields, &row.Name, &row.Megabytes)
	}
	page.Summary = ui.Refuse(r.Printer, refused).Mark(fields...)
	return page
}

// DoChooseSizes has them be what was written.
func (p *Pages) DoChooseSizes(r *web.Request) (web.Answer, error) {
	var typed []typedSize
	var chosen []firm.Size
	for i := range firm.MaxSizes {
		one := typedSize{strings.TrimSpace(r.Value(fmt.Sprintf("name-%d", i))), strings.TrimSpace(r.Value(fmt.Sprintf("megabytes-%d", i)))}
		if one == (typedSize{}) {
			continue
		}
		megabytes, err := strconv.Atoi(one.megabytes)
		if err != nil {
			megabytes = 0 // which is refused with its field
		}
		typed, chosen = append(typed, one), append(chosen, firm.Size{Name: one.name, Megabytes: megabytes})
	}
	err := p.Firms.ChooseSizes(r.Context(), r.Actor, chosen)
	if refused(err) {
		return web.Again(sizePage, newSizes(r, typed, err), err), nil
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("message-sizes"), "sizes_chosen"), nil
}
