package room

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/vigilance"
	"cenacle/internal/web/ui"
)

// form is what changes a part; nil for who only reads. What was typed comes back when it
// was refused.
func (d dossier) form(part string, fields ...ui.Field) *Form {
	if !d.writes {
		return nil
	}
	f := &Form{
		Action: d.path("vigilance"), Hidden: d.hidden(part), Fields: fields,
		Button: ui.Button{Label: d.t("vigilance.keep." + part), Look: ui.Primary},
	}
	if d.back(part) {
		marks := make([]*ui.Field, len(fields))
		for i := range fields {
			d.typed(&fields[i])
			marks[i] = &fields[i]
		}
		f.Summary = ui.Refuse(d.base.Printer, d.refused).Mark(marks...)
	}
	return f
}

// back reports whether a part came back because it was refused.
func (d dossier) back(part string) bool { return d.refused != nil && d.r.Value("part") == part }

// typed puts what was typed back into a field.
func (d dossier) typed(f *ui.Field) {
	values := d.r.Values(f.Name)
	switch {
	case len(f.Options) > 0:
		for i := range f.Options {
			f.Options[i].Chosen = slices.Contains(values, f.Options[i].Value)
		}
	case f.Kind == ui.Checks:
		f.Chosen = len(values) > 0
	default:
		f.Value = d.r.Value(f.Name)
	}
}

// hidden names the part and the edition that is changed.
func (d dossier) hidden(part string) []ui.Hidden {
	return []ui.Hidden{{Name: "part", Value: part}, {Name: "after", Value: strconv.Itoa(d.Number)}}
}

// remove takes the row of a part away.
func (d dossier) remove(part string, row int) *Form {
	if !d.writes {
		return nil
	}
	return &Form{
		Action: d.path("vigilance"), Hidden: append(d.hidden(part), ui.Hidden{Name: "row", Value: strconv.Itoa(row)}),
		Button: ui.Button{Label: d.t("vigilance.remove")},
	}
}

// choose offers words of a catalog, of which one is chosen.
func choose[W ~string](d dossier, f ui.Field, key string, words []W, chosen ...W) ui.Field {
	f.Label = d.t("vigilance.field." + f.Name)
	for _, w := range words {
		o := ui.Option{Value: string(w), Label: d.t(key + string(w)), Chosen: slices.Contains(chosen, w)}
		if note := key + string(w) + "_note"; d.base.Has(note) {
			o.Note = d.t(note)
		}
		f.Options = append(f.Options, o)
	}
	return f
}

// field is one with its words.
func (d dossier) field(f ui.Field) ui.Field {
	f.Label = d.t("vigilance.field." + f.Name)
	if hint := "vigilance.hint." + f.Name; d.base.Has(hint) {
		f.Hint = d.t(hint)
	}
	f.Autocomplete = "off"
	return f
}

func (d dossier) client() VigilancePart {
	p, c := d.part(vigilance.OfClient, vigilance.OfIdentity), d.Client
	if c.Name != "" {
		p.say(d.t("vigilance.field.kind"), d.word("vigilance.kind.", string(c.Kind)))
		p.say(d.t("vigilance.field.name"), c.Name)
		p.say(d.t("vigilance.field.birth"), d.day(c.Birth))
		p.say(d.t("vigilance.field.number"), c.Number)
		p.say(d.t("vigilance.field.seat"), c.Seat)
	} else {
		c.Name = d.known()
	}
	p.Form = d.form("client",
		choose(d, ui.Field{Kind: ui.Radios, Name: "kind", Columns: 2}, "vigilance.kind.", []vigilance.Kind{vigilance.Human, vigilance.Company}, c.Kind),
		d.field(ui.Field{Name: "name", Value: c.Name, Length: 200}),
		d.field(ui.Field{Kind: ui.Date, Name: "birth", Value: c.Birth, Optional: true}),
		d.field(ui.Field{Name: "number", Value: c.Number, Length: 50, Optional: true, Short: true}),
		d.field(ui.Field{Name: "seat", Value: c.Seat, Length: 200, Optional: true}))
	return p
}

// known is the name under which the firm knows its client already.
func (d dossier) known() string {
	for _, p := range d.room.People {
		if p.Role == authz.Client && p.Active(d.r.Now) {
			return p.Name
		}
	}
	return d.room.Name
}

func (d dossier) pieces() VigilancePart {
	p := d.part(vigilance.InPieces, vigilance.OfIdentity)
	for i, piece := range d.Pieces {
		row := VigilanceRow{Title: d.t("vigilance.piece." + string(piece.Kind)), Note: d.t("vigilance.seen", d.day(piece.Seen)), Remove: d.remove("piece-remove", i)}
		if piece.Of != "" {
			row.Title = d.t("vigilance.piece_of", row.Title, piece.Of)
		}
		if piece.Document != "" {
			row.Href = d.path("documents", string(piece.Document))
		}
		if piece.Expires != "" {
			row.Badge = ui.Badge{Text: d.t("vigilance.good_until", d.day(piece.Expires))}
			if piece.Expires < d.today && d.Ended == "" {
				row.Badge = ui.Badge{Text: d.t("vigilance.expired", d.day(piece.Expires)), Look: ui.Danger}
			}
		}
		p.Rows = append(p.Rows, row)
	}
	document := d.field(ui.Field{Kind: ui.Select, Name: "document", Optional: true, Options: []ui.Option{{Label: d.t("vigilance.no_document")}}})
	document.Options = append(document.Options, d.handed()...)
	p.Form = d.form("piece",
		choose(d, ui.Field{Kind: ui.Select, Name: "piece"}, "vigilance.piece.", vigilance.PieceKinds()),
		d.field(ui.Field{Name: "of", Length: 200, Optional: true}),
		d.field(ui.Field{Kind: ui.Date, Name: "seen", Value: d.today}),
		d.field(ui.Field{Kind: ui.Date, Name: "expires", Optional: true}),
		document)
	return p
}

// handed are the papers that came for what was asked.
func (d dossier) handed() (out []ui.Option) {
	for _, asked := range d.asked {
		for _, doc := range asked.Documents {
			out = append(out, ui.Option{Value: string(doc.Document), Label: d.t("vigilance.handed", asked.Name, doc.Title)})
		}
	}
	return out
}

func (d dossier) owners() VigilancePart {
	p := d.part(vigilance.InOwners, vigilance.OfOwners)
	p.Law = d.t("vigilance.owners_law", p.Law, d.law.Rule(vigilance.OfOwners, d.today).Percent)
	for i, o := range d.Owners {
		said := []string{d.word("vigilance.control.", string(o.Control))}
		if o.Share > 0 {
			said = append(said, share(o.Share)+"\u00a0%")
		}
		if o.Birth != "" {
			said = append(said, d.t("vigilance.born", d.day(o.Birth)))
		}
		if o.Since != "" {
			said = append(said, d.t("vigilance.since", d.day(o.Since)))
		}
		row := VigilanceRow{Title: o.Name, Note: strings.Join(said, " · "), Remove: d.remove("owner-remove", i)}
		if o.Exposed {
			row.Badge = ui.Badge{Text: d.t("vigilance.is_exposed"), Look: ui.Signal}
		}
		p.Rows = append(p.Rows, row)
	}
	p.Form = d.form("owner",
		d.field(ui.Field{Name: "owner", Length: 200}),
		d.field(ui.Field{Kind: ui.Date, Name: "born", Optional: true}),
		choose(d, ui.Field{Kind: ui.Select, Name: "control"}, "vigilance.control.", vigilance.Controls()),
		d.field(ui.Field{Name: "share", Length: 6, Optional: true, Short: true}),
		d.field(ui.Field{Kind: ui.Date, Name: "since", Optional: true}),
		d.field(ui.Field{Kind: ui.Checks, Name: "owner_exposed"}))
	return p
}

// share is a part of a hundred as it is written: 33,33.
func share(of int) string {
	text := strconv.Itoa(of / 100)
	if rest := of % 100; rest > 0 {
		text += "," + strings.TrimRight(fmt.Sprintf("%02d", rest), "0")
	}
	return text
}

func (d dossier) relation() VigilancePart {
	p := d.part(vigilance.Relation, vigilance.OfRelation)
	p.say(d.t("vigilance.field.purpose"), d.Purpose)
	p.say(d.t("vigilance.field.funds"), d.Funds)
	p.say(d.t("vigilance.field.exposed"), d.word("vigilance.exposed.", string(d.Exposed)))
	p.say(d.t("vigilance.field.office"), d.Office)
	exposed := choose(d, ui.Field{Kind: ui.Radios, Name: "exposed", Columns: 2}, "vigilance.exposed.", []vigilance.Exposure{vigilance.NotExposed, vigilance.IsExposed}, d.Exposed)
	exposed.Hint = d.t("vigilance.hint.exposed", d.law.Rule(vigilance.OfExposure, d.today).Article)
	p.Form = d.form("relation",
		d.field(ui.Field{Kind: ui.Area, Name: "purpose", Value: d.Purpose, Length: 4000}),
		d.field(ui.Field{Kind: ui.Area, Name: "funds", Value: d.Funds, Length: 4000, Optional: true}),
		exposed,
		d.field(ui.Field{Name: "office", Value: d.Office, Length: 200, Optional: true}))
	return p
}

func (d dossier) rating() VigilancePart {
	p := d.part(vigilance.Rated, vigilance.OfRating)
	var reasons []string
	for _, r := range d.Reasons {
		reasons = append(reasons, d.t("vigilance.reason."+string(r)))
	}
	if d.Rating != "" {
		p.say(d.t("vigilance.field.rating"), d.t("vigilance.rating."+string(d.Rating)))
		p.say(d.t("vigilance.field.reason"), strings.Join(reasons, " · "))
		p.say(d.t("vigilance.field.note"), d.Note)
		p.say(d.t("vigilance.decided"), d.t("vigilance.decided_by", d.RatedByName, d.day(d.RatedOn)))
		p.say(d.t("vigilance.field.review"), d.day(d.Review))
	}
	review := d.field(ui.Field{Kind: ui.Date, Name: "review", Optional: true, Earliest: d.today})
	var until []string
	for _, r := range vigilance.Ratings() {
		months := d.law.Review(r, d.today).Months
		until = append(until, d.t("vigilance.review_after", d.t("vigilance.rating."+string(r)), months))
	}
	review.Hint = d.t("vigilance.hint.review", strings.Join(until, ", "))
	p.Form = d.form("rating",
		choose(d, ui.Field{Kind: ui.Radios, Name: "rating", Columns: 3}, "vigilance.rating.", vigilance.Ratings(), d.Rating),
		choose(d, ui.Field{Kind: ui.Checks, Name: "reason", Columns: 2}, "vigilance.reason.", vigilance.Reasons(), d.Reasons...),
		d.field(ui.Field{Kind: ui.Area, Name: "note", Value: d.Note, Length: 4000, Optional: true}),
		review)
	return p
}

func (d dossier) end() VigilancePart {
	p := d.part(vigilance.End, vigilance.OfRetention)
	if d.Ended != "" {
		p.say(d.t("vigilance.field.ended"), d.day(d.Ended))
		p.say(d.t("vigilance.erased_after"), d.day(d.Until))
	}
	p.Form = d.form("end", d.field(ui.Field{Kind: ui.Date, Name: "ended", Value: d.Ended, Optional: true}))
	return p
}
