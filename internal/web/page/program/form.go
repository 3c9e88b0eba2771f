package program

import (
	"crypto/rand"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/token"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Line is one access. Over says that it has expired: it is listed for a while,
// so that one finds why a program stopped.
type Line struct {
	ID    string
	Icon  ui.Icon
	Name  string
	Who   string // whose it is, when not the reader's
	What  string // for what, and what it may do
	Where string // in which spaces
	Seen  ui.Moment
	Until string
	Over  bool
	End   ui.Dialog
}

// newLine puts an access into words; names are of the spaces she is in.
func newLine(r *web.Request, b ui.Base, t token.Token, names map[id.Space]string) Line {
	may := "program.may_all"
	if t.Pass.ReadOnly {
		may = "program.may_read"
	}
	l := Line{
		ID: string(t.ID), Icon: "plug", Name: t.Name, Seen: b.When(t.Seen), Until: b.T("program.until", b.Date(t.Expires)),
		What: b.T("program.what", b.T("program.use."+string(t.Use)), b.T(may)), Where: where(b, t.Pass.Spaces, names),
	}
	switch t.Use {
	case token.Drive:
		l.Icon = "folder"
	case token.Calendar:
		l.Icon = "calendar"
	}
	if t.Pass.Spaces == nil && t.Person != r.Actor.Person {
		l.Where = b.T("program.everywhere_hers")
	}
	switch {
	case t.Use == token.Calendar:
		l.What = b.T("program.what", b.T("program.use.calendar"), b.T("program.may_when"))
	case t.Pass.Kinds != nil:
		l.What = b.T("program.what", l.What, b.T("program.kinds"))
	}
	if !t.Live(r.Now) {
		l.Over, l.Until = true, b.T("program.over", b.Date(t.Expires))
	}
	l.End = ui.Dialog{
		ID: "end-" + l.ID, Action: r.FirmPath("programs", l.ID, "revoke"),
		Title: b.T("program.end_title", t.Name), Consequence: b.T("program.end_then"),
		Opener:  ui.Button{Label: b.T("program.end"), Small: true},
		Confirm: ui.Button{Label: b.T("program.end"), Look: ui.Danger},
	}
	return l
}

// where says in which spaces, by name as far as she may know them.
func where(b ui.Base, only []id.Space, names map[id.Space]string) string {
	if only == nil {
		return b.T("program.everywhere")
	}
	var known []string
	for _, s := range only {
		if name := names[s]; name != "" {
			known = append(known, name)
		}
	}
	if rest := len(only) - len(known); rest > 0 {
		if len(known) == 0 {
			return b.N("program.only", rest)
		}
		known = append(known, b.N("program.others", rest))
	}
	return b.T("program.only_in", b.List(known))
}

// Form asks for a new access.
type Form struct {
	Action  string
	Summary ui.Summary
	Name    ui.Field
	Use     ui.Field
	Access  ui.Field
	Reach   ui.Field
	Spaces  ui.Field
	Life    ui.Field
	Once    string // of this form: sent again, as a reload does, it makes nothing more
	Submit  ui.Button
}

func newForm(r *web.Request, b ui.Base, spaces []space.Space) Form {
	f := Form{
		Action: r.FirmPath("programs"), Once: rand.Text(), Submit: ui.Button{Label: b.T("program.submit"), Look: ui.Primary, Icon: "plus"},
		Name: ui.Field{Name: "name", Label: b.T("program.name"), Hint: b.T("program.name_hint"), Length: token.MaxName, Autocomplete: "off"},
		Use: ui.Field{Kind: ui.Radios, Name: "use", Label: b.T("program.for"), Options: []ui.Option{
			{Value: string(token.Drive), Label: b.T("program.use.drive"), Note: b.T("program.use_note.drive"), Chosen: true},
			{Value: string(token.Calendar), Label: b.T("program.use.calendar"), Note: b.T("program.use_note.calendar")},
			{Value: string(token.API), Label: b.T("program.use.api"), Note: b.T("program.use_note.api")},
		}},
		Access: ui.Field{Kind: ui.Radios, Name: "access", Label: b.T("program.access"), Columns: 2, Options: []ui.Option{
			{Value: "read", Label: b.T("program.read"), Note: b.T("program.read_note"), Chosen: true},
			{Value: "all", Label: b.T("program.all"), Note: b.T("program.all_note")},
		}},
		Reach: ui.Field{Kind: ui.Radios, Name: "reach", Label: b.T("program.where"), Columns: 2, Options: []ui.Option{
			{Value: "all", Label: b.T("program.reach_all"), Note: b.T("program.reach_all_note"), Chosen: true},
			{Value: "some", Label: b.T("program.reach_some")},
		}},
		Spaces: ui.Field{Kind: ui.Checks, Name: "spaces", Label: b.T("program.spaces")},
		Life:   ui.Field{Kind: ui.Select, Name: "life", Label: b.T("program.life"), Hint: b.T("program.life_hint"), Short: true},
	}
	for _, s := range spaces {
		f.Spaces.Options = append(f.Spaces.Options, ui.Option{Value: string(s.ID), Label: s.Name})
	}
	for _, days := range lives {
		f.Life.Options = append(f.Life.Options, ui.Option{
			Value: strconv.Itoa(days), Label: b.Duration(time.Duration(days) * 24 * time.Hour), Chosen: days == usualLife,
		})
	}
	return f
}

// refuse gives the form back as it was sent, with what is wrong.
func (f *Form) refuse(r *web.Request, n token.New, err error) {
	f.Name.Value = n.Name
	choose(&f.Use, string(n.Use))
	choose(&f.Access, r.Value("access"))
	choose(&f.Reach, r.Value("reach"))
	choose(&f.Spaces, r.Values("spaces")...)
	choose(&f.Life, r.Value("life"))
	fields := []*ui.Field{&f.Name, &f.Use, &f.Access, &f.Reach, &f.Spaces, &f.Life}
	f.Summary = ui.Refuse(r.Printer, err).Mark(fields...)
}

func choose(f *ui.Field, values ...string) {
	for i := range f.Options {
		f.Options[i].Chosen = slices.Contains(values, f.Options[i].Value)
	}
}
