package room

import (
	"strconv"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/i18n"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Again asks when an event comes again.
type Again struct {
	Every, Interval, Days, Until, Times ui.Field
	Open                                bool // it does
}

// Freshly is what a series would become from one of its dates on.
type Freshly struct {
	Title   string
	Differs []Differing
}

// nth is what a form calls a month on the same weekday.
const nth = "month_nth"

// repeated reads when an event is to come again. A number that is none is one that the
// check refuses.
func repeated(r *web.Request) agenda.Repeat {
	number := func(name string) int {
		typed := r.Value(name)
		if typed == "" {
			return 0
		}
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 {
			return -1
		}
		return n
	}
	out := agenda.Repeat{Every: agenda.Every(r.Value("every")), Interval: number("interval"), Until: r.Value("until"), Times: number("times")}
	if out.Every == nth {
		out.Every, out.Nth = agenda.Monthly, true
	}
	for _, typed := range r.Values("days") {
		if n, err := strconv.Atoi(typed); err == nil {
			out.Days |= agenda.WeekOf(time.Weekday(n % 7))
		}
	}
	if out.Every == agenda.Once {
		return agenda.Repeat{}
	}
	return out
}

// again is the questions, answered as a rule has them.
func (h here) again(of agenda.Repeat) *Again {
	t := h.r.Printer
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	a := &Again{
		Every:    ui.Field{Kind: ui.Select, Name: "every", Label: t.T("agenda.repeat_every"), Optional: true},
		Interval: ui.Field{Name: "interval", Label: t.T("agenda.interval"), Hint: t.T("agenda.interval_hint"), Value: number(of.Interval), Length: 2, Short: true, Optional: true, Autocomplete: "off"},
		Days:     ui.Field{Kind: ui.Checks, Name: "days", Label: t.T("agenda.days"), Hint: t.T("agenda.days_hint"), Columns: 2, Optional: true},
		Until:    ui.Field{Kind: ui.Date, Name: "until", Label: t.T("agenda.repeat_until"), Value: of.Until, Optional: true},
		Times:    ui.Field{Name: "times", Label: t.T("agenda.repeat_times"), Hint: t.T("agenda.repeat_times_hint", agenda.MaxTimes), Value: number(of.Times), Length: 3, Short: true, Optional: true, Autocomplete: "off"},
		Open:     of.Every != agenda.Once,
	}
	chosen := string(of.Every)
	if of.Nth {
		chosen = nth
	}
	for _, every := range []string{"", string(agenda.Daily), string(agenda.Weekly), string(agenda.Monthly), nth, string(agenda.Yearly)} {
		label := "agenda.repeat_every." + every
		if every == "" {
			label = "agenda.repeat_every.none"
		}
		a.Every.Options = append(a.Every.Options, ui.Option{Value: every, Label: t.T(label), Chosen: every == chosen})
	}
	for n := 1; n <= 7; n++ {
		day := agenda.WeekOf(time.Weekday(n % 7))
		a.Days.Options = append(a.Days.Options, ui.Option{Value: strconv.Itoa(n), Label: t.T("date.weekday." + strconv.Itoa(n%7)), Chosen: of.Days&day != 0})
	}
	return a
}

func (a *Again) fields() []*ui.Field {
	return []*ui.Field{&a.Every, &a.Days, &a.Interval, &a.Times, &a.Until}
}

// wrong reports whether one of them was refused.
func (a *Again) wrong() bool {
	for _, f := range a.fields() {
		if f.Error != "" {
			return true
		}
	}
	return false
}

// which reads how much of a series is changed.
func which(r *web.Request, d looked) agenda.Which {
	if !d.Repeats() {
		return agenda.Which{}
	}
	return agenda.Which{On: d.date.On, Scope: agenda.Scope(r.Value("scope"))}
}

// pointed are the fields that say what a form changes.
func (h here) pointed(d looked) []ui.Hidden {
	out := []ui.Hidden{{Name: "revision", Value: strconv.Itoa(d.Revision)}}
	if d.date.On != "" {
		out = append(out, ui.Hidden{Name: "on", Value: d.date.On})
	}
	return out
}

// scope asks how much of a series is changed; of what does not come again, nothing.
func (h here) scope(d looked, label string, chosen agenda.Scope) *ui.Field {
	if !d.Repeats() {
		return nil
	}
	if chosen == "" {
		chosen = agenda.One
	}
	t := h.r.Printer
	f := &ui.Field{Kind: ui.Radios, Name: "scope", Label: t.T(label)}
	for _, s := range agenda.Scopes() {
		one := ui.Option{Value: string(s), Label: t.T("agenda.scope." + string(s)), Chosen: s == chosen}
		if s == agenda.One {
			one.Note = t.Day(d.date.Day)
		}
		f.Options = append(f.Options, one)
	}
	return f
}

// goes is the page that shows what was changed.
func (h here) goes(d looked, w agenda.Which) string {
	path := h.path("agenda", string(d.ID))
	if w.Scope == agenda.One {
		path += "?on=" + w.On
	}
	return path
}

// series is all dates of a series.
func (h here) series(d looked) (out []ui.Link) {
	t := h.r.Printer
	for _, o := range d.Occurrences(h.r.Zone()) {
		one := ui.Link{Label: h.r.When(o.When)}
		if o.Cancelled {
			one.Label = t.T("agenda.date_off", one.Label)
		}
		if o.On != d.date.On {
			one.Href = h.path("agenda", string(d.ID)) + "?on=" + o.On
		}
		out = append(out, one)
	}
	return out
}

// altered says which dates of a series became otherwise than its others.
func (h here) altered(was, is agenda.Event) (out []Differing) {
	t := h.r.Printer
	for _, s := range agenda.Altered(was, is, h.r.Zone()) {
		if s.Is.Cancelled && !s.Was.Cancelled {
			out = append(out, Differing{t.T("agenda.altered", i18n.Day(s.Was.Day)), "", t.T("agenda.called_off")})
		}
		for _, d := range h.differs(s.Was.Entry, s.Is.Entry) {
			d.What = t.T("agenda.altered_what", d.What, i18n.Day(s.Was.On))
			out = append(out, d)
		}
	}
	return out
}

// fresh says what the dates of a series become from one on, and how often they come.
func (h here) fresh(was, is agenda.Entry) *Freshly {
	t, again := h.r.Printer, is.Again(h.r.Printer)
	was.Repeat = is.Repeat
	differs := h.differs(was, is)
	return &Freshly{t.T("agenda.fresh", i18n.Day(is.Day)), append(differs, Differing{t.T("agenda.differs.repeat"), "", again})}
}
