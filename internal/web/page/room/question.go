package room

import (
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/question"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Questions lists the questions of a forum, those that wait first, with the form that asks
// one and the rule of the forum.
type Questions struct {
	ui.Base
	Name    string
	Tabs    []ui.Tab // of the firm's side
	Printed string
	Over    ui.Summary
	Open    []QuestionRow
	Settled []QuestionRow
	Empty   ui.Empty
	Ask     *Form
	Rule    string     // who sees what from now on
	Pattern *Form      // of who says it
	Demand  *Assurance // what entering it takes
	Back    string
	Live    ui.Live
}

// QuestionRow is one question in a list.
type QuestionRow struct {
	Href, Number, Text, More, Said, Scope string
	Late                                  bool
}

// QuestionPage is one question with what was answered to each of its lines.
type QuestionPage struct {
	ui.Base
	Tabs   []ui.Tab
	Said   string
	Scope  string
	Over   ui.Summary
	Lines  []QuestionLine
	Answer *Form
	Undo   *ui.Dialog
	Back   string
	Live   ui.Live
}

// QuestionLine is one line of it.
type QuestionLine struct {
	Number, Text string
	Answers      []QuestionAnswer
	Waits        string
}

// QuestionAnswer is what was answered to a line, the last word first.
type QuestionAnswer struct {
	Who, Text string
	Document  *ui.Link
}

var (
	questionsPage = ui.Parse[Questions](files, "questions.tmpl", "part.tmpl")
	questionPage  = ui.Parse[QuestionPage](files, "question.tmpl", "part.tmpl")
)

// ShowQuestions lists the questions that are for who looks.
func (p *Pages) ShowQuestions(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.questions(h, nil)
}

func (p *Pages) questions(h here, refused error) (web.Answer, error) {
	found, err := p.Asked.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	pattern, err := p.Forums.Pattern(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	page := Questions{
		Base: h.base(t.T("question.title")), Name: h.heading("question.title"), Printed: t.T("room.printed", h.r.Card.Name, t.DateTime(h.r.Now)),
		Back: h.path(), Live: h.live("questions", "questions"),
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	for _, q := range found {
		row := h.questionRow(q)
		if q.Open() {
			page.Open = append(page.Open, row)
		} else {
			page.Settled = append(page.Settled, row)
		}
	}
	word := h.stance()
	if !h.room.Forum {
		word = "alone"
	} else if h.room.Party.ID != "" {
		word = "party"
	}
	page.Empty = ui.Empty{Icon: "file-text", Title: t.T("question.none"), Text: t.T("question.none_text." + word)}
	if fault.Is(refused, fault.Conflict) {
		page.Over = ui.Refuse(t, refused).Mark()
	}
	if h.room.Party.ID != "" && h.room.Mine == authz.Guest && h.room.State == "open" {
		page.Ask = h.asks(pattern, h.back(refused, "questions"))
	}
	if h.room.Forum {
		page.Rule = t.T("forum.pattern." + string(pattern.Contributions) + "_" + string(pattern.Questions))
	}
	if h.directs() && h.room.State == "open" {
		page.Pattern = h.patterns(pattern, h.back(refused, "questions", "rule"))
	}
	if page.Demand, err = p.forumDemand(h, h.back(refused, "demand")); err != nil {
		return nil, err
	}
	if refused != nil {
		return web.Again(questionsPage, page, refused), nil
	}
	return web.Show(questionsPage, page), nil
}

func (h here) questionRow(q question.Question) QuestionRow {
	t := h.r.Printer
	row := QuestionRow{
		Href: h.path("questions", string(q.ID)), Number: strconv.FormatInt(q.Number, 10), Text: q.Lines[0].Text, Scope: t.T("question.scope." + string(q.Scope)), Said: h.questionSaid(q),
	}
	if n := len(q.Lines); n > 1 {
		row.More = t.N("question.lines", n)
	}
	return row
}

// questionSaid is who asked, when, and whom the question waits for.
func (h here) questionSaid(q question.Question) string {
	t := h.r.Printer
	asked := t.T("question.asked", t.DateTime(q.Asked))
	if q.PartyName != "" {
		asked = t.T("question.asked_by", q.PartyName, t.DateTime(q.Asked))
	}
	switch {
	case !q.Withdrawn.IsZero():
		return asked + " " + t.T("question.withdrawn_on", t.DateTime(q.Withdrawn))
	case q.Open():
		return asked + " " + t.T("question.waits_for")
	}
	return asked + " " + t.T("question.answered_on", t.DateTime(q.Answered()))
}

// asks is the form of a party that asks.
func (h here) asks(p circle.Pattern, refused error) *Form {
	t := h.r.Printer
	text := ui.Field{Kind: ui.Area, Name: "text", ID: "f-question", Label: t.T("question.text"), Hint: t.T("question.text_hint"), Value: h.r.Value("text")}
	f := &Form{Action: h.path("questions"), Button: ui.Button{Label: t.T("question.ask." + string(p.Questions)), Look: ui.Primary, Icon: "send"}}
	f.Summary = ui.Refuse(t, refused).Mark(&text)
	f.Fields = []ui.Field{text}
	return f
}

// patterns are the four rules, of which one is in force.
func (h here) patterns(now circle.Pattern, refused error) *Form {
	t := h.r.Printer
	rule := h.rules(now.String(), refused)
	rule.Label, rule.Hint = t.T("forum.pattern.label"), t.T("forum.pattern.hint")
	f := &Form{Action: h.path("questions", "rule"), Button: ui.Button{Label: t.T("forum.pattern.set")}}
	f.Summary = ui.Refuse(t, refused).Mark(&rule)
	f.Fields = []ui.Field{rule}
	return f
}

// rules is the choice of one of the four.
func (h here) rules(chosen string, refused error) ui.Field {
	t, rule := h.r.Printer, ui.Field{Kind: ui.Radios, Name: "pattern", ID: "f-pattern"}
	if refused != nil {
		chosen = h.r.Value("pattern")
	}
	for _, one := range circle.Patterns() {
		key := "forum.pattern." + string(one.Contributions) + "_" + string(one.Questions)
		rule.Options = append(rule.Options, ui.Option{Value: one.String(), Label: t.T(key + ".name"), Note: t.T(key), Chosen: one.String() == chosen})
	}
	return rule
}

// ShowQuestion shows one question.
func (p *Pages) ShowQuestion(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterQuestion(r)
	if err != nil {
		return nil, err
	}
	return p.showQuestion(h, of, nil)
}

func (p *Pages) enterQuestion(r *web.Request) (h here, of id.Question, err error) {
	if h, err = p.enter(r); err == nil {
		of, err = web.PathID[id.Question](r, "question")
	}
	return h, of, err
}

func (p *Pages) showQuestion(h here, of id.Question, refused error) (web.Answer, error) {
	q, err := p.Asked.Show(h.r.Context(), h.r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	title := t.T("question.number", strconv.FormatInt(q.Number, 10))
	page := QuestionPage{Base: h.base(title), Said: h.questionSaid(q), Scope: t.T("question.scope." + string(q.Scope)), Back: h.path("questions")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()}, ui.Link{Href: page.Back, Label: t.T("question.title")})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	page.Live = h.live("question-said question-lines", "questions", string(of))
	if fault.Is(refused, fault.Conflict) {
		page.Over = ui.Refuse(t, refused).Mark()
	}
	for i, l := range q.Lines {
		page.Lines = append(page.Lines, h.questionLine(q, i, l))
	}
	if q.Answers && h.room.State == "open" {
		if page.Answer, err = p.answers(h, q, h.back(refused, "questions", string(of), "answer")); err != nil {
			return nil, err
		}
	}
	if q.Takes {
		page.Undo = &ui.Dialog{
			ID: "question-withdraw", Action: h.path("questions", string(of), "withdraw"), Title: t.T("question.withdraw_ask"), Consequence: t.T("question.withdraw_then"),
			Opener: ui.Button{Label: t.T("question.withdraw")}, Confirm: ui.Button{Label: t.T("question.withdraw"), Look: ui.Danger},
		}
	}
	if refused != nil {
		return web.Again(questionPage, page, refused), nil
	}
	return web.Show(questionPage, page), nil
}

func (h here) questionLine(q question.Question, i int, l question.Line) QuestionLine {
	t := h.r.Printer
	out := QuestionLine{Text: l.Text}
	if len(q.Lines) > 1 {
		out.Number = strconv.Itoa(i + 1)
	}
	for _, a := range l.Answers {
		one := QuestionAnswer{Who: t.T("question.said_by", a.ByName, t.DateTime(a.At)), Text: a.Text}
		if a.Exhibit != "" {
			one.Document = &ui.Link{Href: h.path("documents", string(a.Exhibit)), Label: a.ExhibitAs}
		}
		out.Answers = append(out.Answers, one)
	}
	if len(l.Answers) == 0 && q.Withdrawn.IsZero() {
		out.Waits = t.T("question.line_waits")
	}
	return out
}

// answers is the form of who answers: for each line a text, and a document of the common
// table that it may refer to.
func (p *Pages) answers(h here, q question.Question, refused error) (*Form, error) {
	lists, err := p.Forums.Lists(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t := h.r.Printer
	f := &Form{Action: h.path("questions", string(q.ID), "answer"), Button: ui.Button{Label: t.T("question.answer." + string(q.Scope)), Look: ui.Primary, Icon: "send"}}
	var fields []ui.Field
	for i, l := range q.Lines {
		n := strconv.Itoa(i)
		label := t.T("question.answer_label")
		if len(q.Lines) > 1 {
			label = t.T("question.answer_line", strconv.Itoa(i+1))
		}
		text := ui.Field{Kind: ui.Area, Name: "text-" + n, ID: "f-text-" + n, Label: label, Hint: beginning(l.Text), Value: h.r.Value("text-" + n), Optional: len(q.Lines) > 1 || len(l.Answers) > 0}
		fields = append(fields, text)
		which := ui.Field{Kind: ui.Select, Name: "exhibit-" + n, ID: "f-exhibit-" + n, Label: t.T("question.exhibit"), Optional: true, Options: []ui.Option{{Label: t.T("question.no_exhibit")}}}
		for _, list := range lists {
			for _, e := range list.Pieces {
				if e.Title != "" && !e.Withdrawn && !e.Replaced {
					which.Options = append(which.Options, ui.Option{
						Value: string(e.Item), Label: list.Party.Name + " · " + t.T("room.exhibit.choice", e.Label(), e.Title), Chosen: h.r.Value("exhibit-"+n) == string(e.Item),
					})
				}
			}
		}
		if len(which.Options) > 1 {
			fields = append(fields, which)
		}
	}
	marks := []*ui.Field{{Name: "text", ID: fields[0].ID}}
	f.Summary = ui.Refuse(t, refused).Mark(marks...)
	fields[0].Error = marks[0].Error
	f.Fields = fields
	return f, nil
}

// beginning is the beginning of a line, for a hint.
func beginning(text string) string {
	if r := []rune(text); len(r) > 160 {
		return strings.TrimSpace(string(r[:160])) + "…"
	}
	return text
}

// DoAskQuestion has the reader's party ask.
func (p *Pages) DoAskQuestion(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	q, err := p.Asked.Ask(r.Context(), r.Actor, h.room.ID, r.Value("text"))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.questions(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("questions", string(q.ID)), "question_asked"), nil
}

// DoAnswerQuestion answers lines of one.
func (p *Pages) DoAnswerQuestion(r *web.Request) (web.Answer, error) {
	return p.questioned(r, "question_answered", func(in id.Space, of id.Question) error {
		var replies []question.Reply
		for i := range question.MaxLines {
			n := strconv.Itoa(i)
			replies = append(replies, question.Reply{Line: i, Text: r.Value("text-" + n), Exhibit: id.Item(r.Value("exhibit-" + n))})
		}
		return p.Asked.Answer(r.Context(), r.Actor, in, of, slices.DeleteFunc(replies, func(q question.Reply) bool { return q.Text == "" && q.Exhibit == "" }))
	})
}

// DoWithdrawQuestion takes one back.
func (p *Pages) DoWithdrawQuestion(r *web.Request) (web.Answer, error) {
	return p.questioned(r, "question_withdrawn", func(in id.Space, of id.Question) error {
		return p.Asked.Withdraw(r.Context(), r.Actor, in, of)
	})
}

func (p *Pages) questioned(r *web.Request, done string, do func(id.Space, id.Question) error) (web.Answer, error) {
	h, of, err := p.enterQuestion(r)
	if err != nil {
		return nil, err
	}
	err = do(h.room.ID, of)
	switch {
	case err == nil:
		return web.Done(h.path("questions", string(of)), done), nil
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict):
		return p.showQuestion(h, of, err)
	}
	return nil, err
}

// DoSetPattern says who sees what parties bring and ask from now on.
func (p *Pages) DoSetPattern(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	chosen, _ := circle.ParsePattern(r.Value("pattern")) // what is none is refused
	err = p.Forums.SetPattern(r.Context(), r.Actor, h.room.ID, chosen)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.questions(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("questions"), "pattern_set"), nil
}
