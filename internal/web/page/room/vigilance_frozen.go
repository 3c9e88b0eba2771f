package room

import (
	"cenacle/internal/fault"
	"cenacle/internal/sanction"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Frozen is what became of comparing those whom a dossier names with the list of frozen
// assets.
type Frozen struct {
	ID, Law string
	Said    string    // against which list, when, of how many people
	Notice  ui.Notice // an empty one: nothing is wrong with the list
	Lines   []FrozenLine
	None    string // said when nobody is like anybody
}

// FrozenLine is somebody of the list whom a party may be.
type FrozenLine struct {
	ID, Name string
	Badge    ui.Badge
	Like     string // whose name hers is like, and what the dates of birth say
	Facts    []sanction.Fact
	Decided  string // by whom, when and why
	Before   string // what was decided before the entry changed
	Demands  string // what the law demands of who knows that it is she
	Form     *Form
	Undo     *Form
}

// frozen is the part of a dossier about the list; nil of a former edition.
func (d dossier) frozen(former bool) *Frozen {
	if former {
		return nil
	}
	f := &Frozen{ID: "part-" + string(vigilance.Frozen), Law: d.law.Rule(vigilance.OfFreeze, d.today).Article}
	is := d.Screening
	switch {
	case !is.At.IsZero():
		f.Said = d.t("vigilance.frozen.said", d.base.DateTime(is.At), d.base.Printer.N("vigilance.frozen.parties", is.Parties), d.day(is.Published), d.base.Printer.N("sanction.entries", is.Entries))
		if len(is.Lines) == 0 && !d.Pending {
			f.None = d.t("vigilance.frozen.none")
		}
	case d.List.Number > 0 && !d.Pending:
		f.Said = d.t("vigilance.frozen.nobody")
	}
	f.Notice = d.listed()
	for _, l := range is.Lines {
		f.Lines = append(f.Lines, d.likeness(l))
	}
	return f
}

// listed says what is wrong with the list, or with the comparison.
func (d dossier) listed() ui.Notice {
	to := &ui.Link{Href: d.r.FirmPath("sanctions"), Label: d.t("sanction.open")}
	switch {
	case d.List.Number == 0:
		return ui.Notice{Look: ui.Signal, Text: d.t("sanction.none_text"), Link: to}
	case d.List.Stale:
		return ui.Notice{Look: ui.Signal, Text: d.t("sanction.stale", d.base.Date(d.List.Checked)), Link: to}
	case d.Pending:
		return ui.Notice{Text: d.t("vigilance.frozen.pending")}
	case d.Screening.More:
		return ui.Notice{Look: ui.Signal, Text: d.t("vigilance.frozen.more")}
	}
	return ui.Notice{}
}

func (d dossier) likeness(l vigilance.Likeness) FrozenLine {
	p := d.base.Printer
	line := FrozenLine{ID: "likeness-" + l.ID, Name: l.Entry.Called(p), Badge: verdictBadge(d, l), Facts: l.Entry.Facts(p)}
	line.Like = sanction.Hit{Entry: l.Entry, Name: l.Name, Level: l.Level, Birth: l.Birth}.Words(p, l.Party.Name)
	line.Decided = d.decided(l.Decision)
	if l.Before != nil {
		line.Before = d.t("vigilance.frozen.before", d.decided(*l.Before))
	}
	if l.Verdict == vigilance.Confirmed && !l.Gone {
		line.Demands = d.t("vigilance.frozen.demands", d.law.Rule(vigilance.OfFreeze, d.today).Article)
	}
	line.Form, line.Undo = d.decide(l)
	return line
}

// births are dates of which the day or the month may not be known.
func verdictBadge(d dossier, l vigilance.Likeness) ui.Badge {
	switch {
	case l.Gone:
		return ui.Badge{Text: d.t("vigilance.frozen.gone")}
	case l.Verdict == vigilance.RuledOut:
		return ui.Badge{Text: d.t("vigilance.frozen.ruled_out")}
	case l.Verdict == vigilance.Confirmed:
		return ui.Badge{Text: d.t("vigilance.frozen.confirmed"), Look: ui.Danger}
	}
	return ui.Badge{Text: d.t("vigilance.frozen.open"), Look: ui.Signal}
}

func (d dossier) decided(by vigilance.Decision) string {
	if by.Verdict == vigilance.Undecided {
		return ""
	}
	return d.t("vigilance.frozen.decided."+string(by.Verdict), by.ByName, d.base.DateTime(by.At), by.Reason)
}

// decide is what a lawyer says of a likeness, or takes back.
func (d dossier) decide(l vigilance.Likeness) (form, undo *Form) {
	if !d.writes || l.Gone {
		return nil, nil
	}
	action, of := d.path("vigilance", "likeness"), ui.Hidden{Name: "likeness", Value: l.ID}
	if l.Verdict != vigilance.Undecided {
		return nil, &Form{Action: action, Hidden: []ui.Hidden{of, {Name: "verdict"}}, Button: ui.Button{Label: d.t("vigilance.frozen.undo"), Small: true}}
	}
	verdict := ui.Field{Kind: ui.Radios, Name: "verdict", ID: "verdict-" + l.ID, Label: d.t("vigilance.frozen.verdict")}
	for _, v := range []vigilance.Verdict{vigilance.RuledOut, vigilance.Confirmed} {
		verdict.Options = append(verdict.Options, ui.Option{Value: string(v), Label: d.t("vigilance.frozen.say." + string(v)), Note: d.t("vigilance.frozen.say." + string(v) + "_note")})
	}
	why := ui.Field{Kind: ui.Area, Name: "why", ID: "why-" + l.ID, Label: d.t("vigilance.frozen.why"), Hint: d.t("vigilance.frozen.why_hint"), Length: 4000, Autocomplete: "off"}
	form = &Form{Action: action, Hidden: []ui.Hidden{of}, Button: ui.Button{Label: d.t("vigilance.frozen.decide"), Look: ui.Primary}}
	if d.refused != nil && d.r.Value("likeness") == l.ID {
		d.typed(&verdict)
		d.typed(&why)
		form.Summary = ui.Refuse(d.base.Printer, d.refused).Mark(&verdict, &why)
	}
	form.Fields = []ui.Field{verdict, why}
	return form, nil
}

// DoDecideLikeness rules a likeness out, confirms it, or takes that back.
func (p *Pages) DoDecideLikeness(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of := vigilance.Deciding{Space: h.room.ID, Likeness: r.Value("likeness"), Verdict: vigilance.Verdict(r.Value("verdict")), Reason: r.Value("why")}
	if len(r.Values("verdict")) == 0 {
		err = fault.New(fault.Invalid, "vigilance.choose").In("verdict")
	} else {
		err = p.Dossiers.Decide(r.Context(), r.Actor, of)
	}
	if fault.Is(err, fault.Invalid) {
		return p.vigilance(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("vigilance")+"#likeness-"+of.Likeness, "likeness_decided"), nil
}
