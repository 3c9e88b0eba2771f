package room

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/dire"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// MostDire is the most bytes of a form with a dire, or with its answers: each letter may
// take nine.
const MostDire = 2 << 20

// Dires lists what the parties of a forum observe before the expert.
type Dires struct {
	ui.Base
	Name      string
	Tabs      []ui.Tab // of the firm's side
	Over      ui.Summary
	Law       string
	LastDay   *ui.Notice
	Write     *ui.Button // of who may file one
	Paper     string     // all of them, to be annexed to a report
	File      string     // for a spreadsheet
	Open, All []DireLine
	Empty     ui.Empty
	Set       *Form // of who may set the last day
	Back      string
	Live      ui.Live
}

// DireLine is one dire in a list.
type DireLine struct {
	Href, Name, Number, Filed, Said string
	Late, Recap                     bool
}

// DirePage is one dire, with its lines and their answers.
type DirePage struct {
	ui.Base
	Name, About string
	Tabs        []ui.Tab
	Over        ui.Summary
	Notes       []ui.Notice
	Lead        string
	Exhibits    []ui.Link
	Lines       []ObservedLine
	Answering   bool // some line is answered here
	Action      string
	Then        string // what publishing does
	Digest      string
	Back        string
	Live        ui.Live
}

// ObservedLine is one line of a dire, and what became of it.
type ObservedLine struct {
	Key, Label, Words, Said, When, Answer string
	Look                                  string // of a badge: of what became of it
	Fields                                []ui.Field
}

// Drafting is where a dire is written, and read again before it is filed.
type Drafting struct {
	ui.Base
	Name     string
	Tabs     []ui.Tab
	Over     ui.Summary
	Late     *ui.Notice
	Write    Form
	Exhibits *ui.Field
	Recap    []ui.Field // that it is the last one, and what it recalls
	Review   *Review
	Back     string
}

// Review is a dire as it will be filed.
type Review struct {
	Lead     string
	Lines    []string
	Exhibits []string
	GivenUp  []string // what a last one does not recall
	File     ui.Dialog
	Drop     ui.Dialog
}

var (
	diresPage = ui.Parse[Dires](files, "dires.tmpl", "part.tmpl")
	direPage  = ui.Parse[DirePage](files, "dire.tmpl", "part.tmpl")
	draftPage = ui.Parse[Drafting](files, "dire-draft.tmpl", "part.tmpl")
)

// ShowDires lists the dires of a forum, those with something open first.
func (p *Pages) ShowDires(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.direList(h, nil)
}

func (p *Pages) direList(h here, refused error) (web.Answer, error) {
	desk, err := p.Dires.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	page := Dires{Base: h.base(t.T("dire.title")), Name: h.heading("dire.title"), Back: h.path(), Live: h.live("dires-day dires-open dires-all", "dires")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	if desk.Law.Source != "" {
		page.Law = t.T("dire.law", desk.Law.Considered, desk.Law.Mention)
	}
	page.LastDay = h.lastDay(desk)
	if h.room.Forum && desk.Files {
		page.Write = &ui.Button{Href: h.path("dires", "draft"), Label: t.T("dire.write"), Look: ui.Primary, Icon: "pencil"}
		if !desk.Draft.Saved.IsZero() {
			page.Write.Label = t.T("dire.go_on")
		}
	}
	for _, d := range desk.Dires {
		line := h.direLine(d)
		page.All = append(page.All, line)
		if d.Opens() > 0 && !d.House {
			page.Open = append(page.Open, line)
		}
	}
	if len(page.All) > 0 {
		page.Paper, page.File = h.path("dires", "paper"), h.path("dires", "file")
	}
	kind := h.side()
	if !h.room.Forum {
		kind = "alone"
	}
	page.Empty = ui.Empty{Icon: "message-2", Title: t.T("dire.none." + kind), Text: t.T("dire.none_text." + kind)}
	if h.room.Forum && desk.Answers {
		page.Set = h.settingDay(desk, refused)
	}
	if fault.Is(refused, fault.Conflict) {
		page.Over = ui.Refuse(t, refused).Mark()
	}
	if refused != nil {
		return web.Again(diresPage, page, refused), nil
	}
	return web.Show(diresPage, page), nil
}

// lastDay says until when dires are awaited; nil when no day is set.
func (h here) lastDay(desk dire.Desk) *ui.Notice {
	t := h.r.Printer
	switch {
	case desk.Day.Last == "":
		return nil
	case desk.Past():
		return &ui.Notice{Title: t.T("dire.day_past", t.Day(desk.Day.Last)), Text: t.T("dire.day_past_text", desk.Law.Late)}
	}
	return &ui.Notice{Look: ui.Signal, Title: t.T("dire.day_until", t.Day(desk.Day.Last)), Text: t.T("dire.day_until_text", desk.Law.Late)}
}

// direLine is a dire in a list.
func (h here) direLine(d dire.Dire) DireLine {
	t := h.r.Printer
	line := DireLine{
		Href: h.path("dires", string(d.ID)), Name: dire.Named(t, d), Number: strconv.FormatInt(d.Number, 10), Filed: t.T("dire.filed", d.ByName, t.DateTime(d.Filed)),
		Late: d.Missed != "", Recap: d.Recap, Said: t.N("dire.settled_all", len(d.Lines)),
	}
	if n := d.Opens(); n > 0 {
		line.Said = t.N("dire.opens", n, strconv.Itoa(len(d.Lines)), t.Duration(h.r.Now.Sub(d.Filed)))
	}
	if d.House && d.Opens() > 0 {
		line.Said = t.N("dire.lines", len(d.Lines))
	}
	return line
}

// settingDay is the form that sets the last day.
func (h here) settingDay(desk dire.Desk, refused error) *Form {
	t, value := h.r.Printer, desk.Day.Last
	if refused != nil {
		value = h.r.Value("day")
	}
	day := ui.Field{Kind: ui.Date, Name: "day", Label: t.T("dire.day_label"), Hint: t.T("dire.day_hint"), Value: value, Optional: true, Earliest: today(h.r.Now.In(h.r.Zone()))}
	f := &Form{Action: h.path("dires", "day"), Button: ui.Button{Label: t.T("dire.day_set"), Look: ui.Primary}}
	f.Summary = ui.Refuse(t, refused).Mark(&day)
	f.Fields = []ui.Field{day}
	return f
}

// DoSetDireDay sets the last day.
func (p *Pages) DoSetDireDay(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	err = p.Dires.SetDay(r.Context(), r.Actor, h.room.ID, r.Value("day"))
	switch {
	case err == nil:
		return web.Done(h.path("dires"), "dire_day"), nil
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict):
		return p.direList(h, err)
	}
	return nil, err
}

// DireDraft is where one is written.
func (p *Pages) DireDraft(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.drafting(h, nil)
}

// drafting shows what is being written; what a refused form brought is in its fields.
func (p *Pages) drafting(h here, refused error) (web.Answer, error) {
	desk, err := p.Dires.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	lists, err := p.Forums.Lists(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	if !desk.Files {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	t := h.r.Printer
	page := Drafting{Base: h.base(t.T("dire.write")), Name: h.heading("dire.write"), Back: h.path("dires")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()}, ui.Link{Href: page.Back, Label: t.T("dire.title")})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	if desk.Past() {
		page.Late = h.lastDay(desk)
	}
	draft, shown := desk.Draft, refused != nil && h.back(refused, "dires", "draft") != nil
	if shown {
		draft = h.typedDire()
	}
	text := ui.Field{Kind: ui.Area, Name: "text", Label: t.T("dire.text"), Hint: t.T("dire.text_hint"), Value: draft.Text, Length: dire.MaxText}
	page.Write = Form{Action: h.path("dires", "draft"), Button: ui.Button{Label: t.T("dire.review"), Look: ui.Primary}}
	exhibits := h.nameable(lists, draft)
	page.Recap = h.recapping(desk, draft)
	recall := &ui.Field{Name: "recall"}
	if len(page.Recap) > 0 {
		recall = &page.Recap[1]
	}
	page.Write.Summary = ui.Refuse(t, refused).Mark(&text, &exhibits, recall)
	page.Write.Fields = []ui.Field{text}
	if len(exhibits.Options) > 0 {
		page.Exhibits = &exhibits
	}
	if !desk.Draft.Saved.IsZero() && !shown {
		page.Review = h.review(desk, lists)
	}
	if refused != nil {
		return web.Again(draftPage, page, refused), nil
	}
	return web.Show(draftPage, page), nil
}

// typedDire is what a form of a dire brought.
func (h here) typedDire() dire.Draft {
	d := dire.Draft{Text: h.r.Value("text"), Recap: h.r.Value("recap") != ""}
	for _, v := range h.r.Values("exhibit") {
		d.Exhibits = append(d.Exhibits, id.Version(v))
	}
	for _, v := range h.r.Values("recall") {
		var ref dire.Ref
		if ref.UnmarshalText([]byte(v)) == nil { // what is no line is not recalled
			d.Recalls = append(d.Recalls, ref)
		}
	}
	return d
}

// nameable are the exhibits that a dire may name.
func (h here) nameable(lists []forum.List, draft dire.Draft) ui.Field {
	t := h.r.Printer
	f := ui.Field{Kind: ui.Checks, Name: "exhibit", Label: t.T("dire.exhibits"), Hint: t.T("dire.exhibits_hint"), Optional: true, Columns: 2}
	for _, l := range lists {
		for _, e := range l.Pieces {
			if e.Title == "" || e.Withdrawn {
				continue
			}
			f.Options = append(f.Options, ui.Option{
				Value: string(e.Version), Label: t.T("room.exhibit.choice", e.Label(), e.Title), Note: l.Party.Name, Chosen: slices.Contains(draft.Exhibits, e.Version),
			})
		}
	}
	return f
}

// recapping asks whether a dire is the last one, and what it recalls; nil before there
// is anything to recall, or where the law says nothing of it.
func (h here) recapping(desk dire.Desk, draft dire.Draft) []ui.Field {
	mine := desk.Mine()
	if len(mine) == 0 || desk.Law.Recall == "" {
		return nil
	}
	t := h.r.Printer
	last := ui.Field{Kind: ui.Checks, Name: "recap", Label: t.T("dire.recap"), Hint: t.T("dire.recap_hint", desk.Law.Recall), Chosen: draft.Recap, Optional: true}
	recall := ui.Field{Kind: ui.Checks, Name: "recall", Label: t.T("dire.recalls"), Hint: t.T("dire.recalls_hint"), Optional: true}
	for _, d := range mine {
		for _, l := range d.Lines {
			ref := dire.Ref{Dire: d.ID, Line: l.Number}
			recall.Options = append(recall.Options, ui.Option{Value: ref.String(), Label: d.Label(l) + " – " + l.Excerpt(), Chosen: slices.Contains(draft.Recalls, ref)})
		}
	}
	return []ui.Field{last, recall}
}

// review shows the kept draft as it will be filed.
func (h here) review(desk dire.Desk, lists []forum.List) *Review {
	t, draft := h.r.Printer, desk.Draft
	out := &Review{}
	out.Lead, out.Lines = dire.Split(draft.Text)
	out.Exhibits = dire.Quoted(t, dire.Dire{Exhibits: draft.Exhibits}, dire.Numbers(t, lists))
	for _, d := range desk.Mine() {
		for _, l := range d.Lines {
			if draft.Recap && !slices.Contains(draft.Recalls, dire.Ref{Dire: d.ID, Line: l.Number}) {
				out.GivenUp = append(out.GivenUp, d.Label(l)+" – "+l.Excerpt())
			}
		}
	}
	consequence := t.T("dire.file_then")
	if len(out.GivenUp) > 0 {
		consequence += " " + t.N("dire.file_gives_up", len(out.GivenUp))
	}
	out.File = ui.Dialog{
		ID: "dire-file", Title: t.T("dire.file_ask"), Consequence: consequence, Action: h.path("dires"),
		Opener: ui.Button{Label: t.T("dire.file"), Look: ui.Primary, Icon: "send"}, Confirm: ui.Button{Label: t.T("dire.file"), Look: ui.Primary},
		Hidden: []ui.Hidden{{Name: "reviewed", Value: strconv.FormatInt(draft.Saved.UnixMicro(), 10)}},
	}
	out.Drop = ui.Dialog{
		ID: "dire-drop", Title: t.T("dire.drop_ask"), Consequence: t.T("dire.drop_then"), Action: h.path("dires", "draft"),
		Opener: ui.Button{Label: t.T("dire.drop"), Look: ui.Quiet}, Confirm: ui.Button{Label: t.T("dire.drop"), Look: ui.Danger},
		Hidden: []ui.Hidden{{Name: "text", Value: ""}},
	}
	return out
}

// DoSaveDire keeps what is being written, to be read again; nothing drops it.
func (p *Pages) DoSaveDire(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	d := h.typedDire()
	err = p.Dires.SaveDraft(r.Context(), r.Actor, h.room.ID, d)
	switch {
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict):
		return p.drafting(h, err)
	case err != nil:
		return nil, err
	case d.Text == "":
		return web.Done(h.path("dires"), "dire_dropped"), nil
	}
	return web.Done(h.path("dires", "draft"), "dire_saved"), nil
}

// DoFileDire files what was read again.
func (p *Pages) DoFileDire(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	at, _ := strconv.ParseInt(r.Value("reviewed"), 10, 64) // what is no instant is that of no draft
	d, err := p.Dires.File(r.Context(), r.Actor, dire.Filing{Space: h.room.ID, Reviewed: time.UnixMicro(at)})
	switch {
	case err == nil:
		return web.Done(h.path("dires", string(d.ID)), "dire_filed"), nil
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict):
		return p.drafting(h, err)
	}
	return nil, err
}

// enterDire enters the space of a dire.
func (p *Pages) enterDire(r *web.Request) (h here, of id.Dire, err error) {
	if h, err = p.enter(r); err == nil {
		of, err = web.PathID[id.Dire](r, "dire")
	}
	return h, of, err
}

// ShowDire shows one dire.
func (p *Pages) ShowDire(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDire(r)
	if err != nil {
		return nil, err
	}
	return p.dire(h, of, nil)
}

func (p *Pages) dire(h here, of id.Dire, refused error) (web.Answer, error) {
	d, err := p.Dires.Show(h.r.Context(), h.r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	lists, err := p.Forums.Lists(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	page := DirePage{
		Base: h.base(dire.Named(t, d)), Name: dire.Named(t, d), About: t.T("dire.about", strconv.FormatInt(d.Number, 10), t.T("dire.filed", d.ByName, t.DateTime(d.Filed))),
		Lead: d.Lead, Digest: d.Digest, Back: h.path("dires"), Action: h.path("dires", string(of), "answers"), Then: t.T("dire.publish_then"),
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()}, ui.Link{Href: page.Back, Label: t.T("dire.title")})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	if d.Missed != "" {
		page.Notes = append(page.Notes, ui.Notice{Text: t.T("dire.missed", t.Day(d.Missed))})
	}
	if d.Recap {
		page.Notes = append(page.Notes, ui.Notice{Text: t.T("dire.recap_is")})
	}
	page.Exhibits = h.quoted(d, lists)
	for _, l := range d.Lines {
		one := h.observed(d, l)
		if l.State == dire.Open && d.Answers {
			page.Answering = true
			one.Fields = h.answerFields(l, refused)
		}
		page.Lines = append(page.Lines, one)
	}
	page.Over = markAnswers(page.Lines, ui.Refuse(t, refused))
	if !page.Answering {
		page.Live = h.live("dire-lines", "dires", string(of))
	}
	if refused != nil {
		return web.Again(direPage, page, refused), nil
	}
	return web.Show(direPage, page), nil
}

// markAnswers puts what is wrong beside the answers of a page.
func markAnswers(lines []ObservedLine, wrong ui.Refusals) ui.Summary {
	var fields []*ui.Field
	for i := range lines {
		for j := range lines[i].Fields {
			fields = append(fields, &lines[i].Fields[j])
		}
	}
	return wrong.Mark(fields...)
}

// quoted are the exhibits that a dire names, with where they are.
func (h here) quoted(d dire.Dire, lists []forum.List) (out []ui.Link) {
	at := map[id.Version]string{}
	for _, l := range lists {
		for _, e := range l.Pieces {
			if e.Title != "" {
				at[e.Version] = h.path("documents", string(e.Item))
			}
		}
	}
	words := dire.Quoted(h.r.Printer, d, dire.Numbers(h.r.Printer, lists))
	for i, v := range d.Exhibits {
		out = append(out, ui.Link{Href: at[v], Label: words[i]})
	}
	return out
}

// observed is a line in words.
func (h here) observed(d dire.Dire, l dire.Line) ObservedLine {
	out := ObservedLine{Key: "line-" + strconv.FormatInt(l.Number, 10), Label: d.Label(l), Words: l.Words, Answer: l.Answer}
	out.Said, out.When = dire.Became(h.r.Printer, l)
	if l.State == dire.Open && !d.House {
		out.Look = "signal"
	}
	if l.State == dire.Open && d.House {
		out.Said = "" // nobody answers it here
	}
	return out
}

// answerFields are where a line is answered.
func (h here) answerFields(l dire.Line, refused error) []ui.Field {
	t, n := h.r.Printer, strconv.FormatInt(l.Number, 10)
	var kept dire.Answer
	if l.Draft != nil {
		kept = *l.Draft
	}
	if refused != nil {
		kept = dire.Answer{Verdict: dire.Verdict(h.r.Value("verdict-" + n)), Words: h.r.Value("answer-" + n)} // as it was sent
	}
	verdict := ui.Field{Kind: ui.Select, Name: "verdict-" + n, Label: t.T("dire.verdict", n), Optional: true, Short: true}
	verdict.Options = []ui.Option{{Label: t.T("dire.verdict.none")}}
	for _, v := range dire.Verdicts() {
		verdict.Options = append(verdict.Options, ui.Option{Value: string(v), Label: t.T("dire.verdict." + string(v)), Chosen: v == kept.Verdict})
	}
	words := ui.Field{Kind: ui.Area, Name: "answer-" + n, Label: t.T("dire.answer", n), Value: kept.Words, Optional: true, Length: dire.MaxAnswer}
	return []ui.Field{verdict, words}
}

// typedAnswers are the answers that a form brought: to each line that was open.
func (h here) typedAnswers() (out []dire.Settling) {
	for n := int64(1); n <= dire.MaxLines; n++ {
		key := strconv.FormatInt(n, 10)
		if h.r.Values("answer-"+key) == nil {
			continue
		}
		out = append(out, dire.Settling{Line: n, Answer: dire.Answer{Verdict: dire.Verdict(h.r.Value("verdict-" + key)), Words: h.r.Value("answer-" + key)}})
	}
	return out
}

// DoSaveAnswers keeps what is written of answers.
func (p *Pages) DoSaveAnswers(r *web.Request) (web.Answer, error) {
	return p.answering(r, "answers_saved", func(in id.Space, of id.Dire, all []dire.Settling) error {
		return p.Dires.SaveAnswers(r.Context(), r.Actor, in, of, all)
	})
}

// DoPublishAnswers publishes the answers that are begun; lines of which nothing is said
// stay open.
func (p *Pages) DoPublishAnswers(r *web.Request) (web.Answer, error) {
	return p.answering(r, "answers_published", func(in id.Space, of id.Dire, all []dire.Settling) error {
		all = slices.DeleteFunc(all, func(s dire.Settling) bool { return s.Answer == dire.Answer{} })
		return p.Dires.Publish(r.Context(), r.Actor, in, of, all)
	})
}

func (p *Pages) answering(r *web.Request, done string, do func(id.Space, id.Dire, []dire.Settling) error) (web.Answer, error) {
	h, of, err := p.enterDire(r)
	if err != nil {
		return nil, err
	}
	err = do(h.room.ID, of, h.typedAnswers())
	switch {
	case err == nil:
		return web.Done(h.path("dires", string(of)), done), nil
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict):
		return p.dire(h, of, err)
	}
	return nil, err
}

func (p *Pages) direDesk(r *web.Request) (h here, desk dire.Desk, lists []forum.List, err error) {
	if h, lists, err = p.lists(r); err == nil {
		desk, err = p.Dires.List(r.Context(), r.Actor, h.room.ID)
	}
	return h, desk, lists, err
}

// DirePaper gives all dires with their answers, to be annexed to a report. Its name
// tells of no client.
func (p *Pages) DirePaper(r *web.Request) (web.Answer, error) {
	_, desk, lists, err := p.direDesk(r)
	if err != nil {
		return nil, err
	}
	return web.Attachment(dire.Print(r.Printer, desk, lists, r.Now), fold.File(r.Printer.T("dire.paper_file"))+".pdf", dire.PDF), nil
}

// DireFile gives them for a spreadsheet.
func (p *Pages) DireFile(r *web.Request) (web.Answer, error) {
	h, desk, lists, err := p.direDesk(r)
	if err != nil {
		return nil, err
	}
	return h.spreadsheet("dire.file_name", func(out io.Writer) error { return p.Dires.WriteLines(out, r.Printer, desk, lists) }), nil
}

// registered words what became of each dire at each party.
func (h here) registered(r dire.Register) (out ExhibitList) {
	t := h.r.Printer
	out = ExhibitList{Key: "dires", Party: t.T("dire.register.title"), Count: t.N("dire.register.count", len(r.Lines))}
	for _, e := range r.Lines {
		line := ExhibitLine{Number: strconv.FormatInt(e.Number, 10), Title: dire.Named(t, e.Dire), Href: h.path("dires", string(e.ID)), Released: t.T("dire.filed", e.ByName, t.DateTime(e.Filed))}
		if e.Missed != "" {
			line.State = t.T("dire.late")
		}
		for i, c := range e.Cells {
			to := r.Parties[i]
			cell := Reception{Party: to.Name}
			if !c.Notified.IsZero() {
				cell.Note = t.T("room.register.notified", t.DateTime(c.Notified))
			}
			switch delay, opened := e.Delay(c); {
			case c.Own:
				cell.Said = t.T("dire.register.own")
			case opened:
				cell.Said = t.T("dire.register.opened", t.DateTime(c.Opened))
				cell.Note = strings.TrimSpace(t.T("dire.register.delay", t.Duration(delay)) + " " + cell.Note)
			case to.Paper != nil:
				cell.Said, cell.Waits = t.T("dire.register.paper"), true
			default:
				cell.Said, cell.Waits = t.T("dire.register.unopened"), true
			}
			line.Cells = append(line.Cells, cell)
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}
