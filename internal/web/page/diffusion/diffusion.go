// Package diffusion is where one of the firm's people writes one text to circles of
// several spaces: what she has written so far, the form, who will receive it, who will
// not and why, and afterwards what became of it at each.
//
// It decides nothing: package diffusion of the nouns does, and package memo below it.
// It says all of it before the gesture. Start at [Pages.Show].
package diffusion

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"cenacle/internal/diffusion"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/prose"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the diffusions of the firm's people.
type Pages struct {
	Diffusions *diffusion.Service
	Spaces     *space.Service
	Documents  *document.Service
}

// most is how many diffusions one page lists.
const most = 30

// List is one's own, the newest first.
type List struct {
	ui.Base
	New  ui.Button
	Rows []Row
	More *ui.More
	None ui.Empty
}

// Row is one of them.
type Row struct {
	Href, Subject, Facts string
	State                ui.Badge
}

// One is a diffusion: before it leaves, who will receive it; afterwards, who did.
type One struct {
	ui.Base
	Facts   string
	State   ui.Badge
	Notice  *ui.Notice
	Text    []prose.Block
	Asks    []string // what it asks of its readers, and until when
	Counts  []string
	Summary ui.Summary
	Send    *Send
	Edit    string // where a draft is changed, or empty
	Discard *ui.Dialog
	Cancel  *ui.Dialog
	Recall  *ui.Dialog
	File    string // for a spreadsheet, once it has left
	Steps   *Steps // while it is leaving
	Again   string // this page, while it is leaving
	Live    ui.Live
	Parts   []Part
	Past    bool
	Back    string
}

// Send confirms what is seen.
type Send struct {
	Action  string
	Hidden  []ui.Hidden
	Found   []Found
	When    ui.Field
	Day     ui.Field
	Hour    ui.Field
	Confirm ui.Button
}

// Found is what the guard has noticed in one space, to be ticked by who has checked it.
type Found struct {
	Field ui.Field
	Space string
}

// Steps is how far it has come.
type Steps struct {
	Label      string
	Done, Most int
}

// Part is what one space gets.
type Part struct {
	Key        string
	Name, Href string
	To         string // circles, and what mails of it say
	Nothing    string // why it gets nothing, or empty
	Audience   *ui.Audience
	Firm       string // of the firm's people, who sees it besides
	Documents  []string
	Lines      []Line
	Missed     []ui.Reader
	At         string
	Recalled   string
	MemoHref   string
}

// Line is what became of it at one person.
type Line struct {
	Name, Role, Note string
	Read             string
	Waits            bool
	Answer           string
	Proof            string
}

var (
	listPage = ui.Parse[List](files, "list.tmpl")
	onePage  = ui.Parse[One](files, "one.tmpl")
)

// Show is the list.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	found, more, err := p.Diffusions.List(r.Context(), r.Actor, id.Diffusion(r.Value("before")), most)
	if err != nil {
		return nil, err
	}
	b := r.Base(ui.Desk, r.Printer.T("diffusion.title"))
	b.Section = "desk"
	b.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: b.T("web.nav.desk")}}
	page := List{
		Base: b, New: ui.Button{Label: b.T("diffusion.new"), Href: r.FirmPath("diffusions", "new"), Look: ui.Primary, Icon: "send"},
		None: ui.Empty{Icon: "send", Title: b.T("diffusion.none"), Text: b.T("diffusion.none_text")},
	}
	for _, d := range found {
		page.Rows = append(page.Rows, Row{
			Href: r.FirmPath("diffusions", string(d.ID)), Subject: title(b, d), Facts: b.N("diffusion.to_spaces", d.Parts) + " · " + when(b, d), State: state(b, d.State),
		})
	}
	if more != "" {
		page.More = &ui.More{Href: "?before=" + string(more), List: "diffusions"}
	}
	return web.Show(listPage, page), nil
}

// title is what a diffusion is called: it says nothing once its author sees none of its
// spaces any more.
func title(b ui.Base, d diffusion.Diffusion) string {
	if d.Subject == "" {
		return b.T("diffusion.untitled")
	}
	return d.Subject
}

func state(b ui.Base, s diffusion.State) ui.Badge {
	look := map[diffusion.State]ui.Look{diffusion.Draft: ui.Plain, diffusion.Set: ui.Signal, diffusion.Running: ui.Fresh, diffusion.Done: ui.Plain}[s]
	return ui.Badge{Text: b.T("diffusion.is." + string(s)), Look: look}
}

func when(b ui.Base, d diffusion.Diffusion) string {
	switch d.State {
	case diffusion.Draft:
		return b.T("diffusion.made", b.DateTime(d.Made))
	case diffusion.Set:
		return b.T("diffusion.leaves", b.DateTime(d.At))
	}
	return b.T("diffusion.left", b.DateTime(d.At))
}

// One shows one.
func (p *Pages) One(r *web.Request) (web.Answer, error) { return p.one(r, nil) }

func (p *Pages) one(r *web.Request, refused error) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	v, err := p.Diffusions.Show(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	b := r.Base(ui.Desk, title(r.Base(ui.Desk, ""), v.Diffusion))
	b.Section = "desk"
	b.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: b.T("web.nav.desk")}, {Href: r.FirmPath("diffusions"), Label: b.T("diffusion.title")}}
	at := func(more ...string) string { return r.FirmPath(append([]string{"diffusions", string(of)}, more...)...) }
	page := One{
		Base: b, State: state(b, v.State), Facts: b.N("diffusion.to_spaces", v.Parts) + " · " + when(b, v.Diffusion), Text: prose.Read(v.Body),
		Asks: asks(b, v.Words), Back: r.FirmPath("diffusions"), Past: v.State == diffusion.Running || v.State == diffusion.Done,
	}
	for _, part := range v.Spaces {
		page.Parts = append(page.Parts, p.part(r, b, v, part))
	}
	page.Counts = counts(b, v)
	if v.State == diffusion.Set || v.State == diffusion.Running {
		page.Live = ui.Live{Src: at("live"), Regions: "diffusion"}
		if r.Method != http.MethodGet {
			page.Live.Page = at()
		}
	}
	switch v.State {
	case diffusion.Draft:
		page.draft(r, v, at, refused)
	case diffusion.Set:
		page.Notice = &ui.Notice{Look: ui.Signal, Title: b.T("diffusion.leaves", b.DateTime(v.At)), Text: b.T("diffusion.set_text")}
		page.Cancel = &ui.Dialog{
			ID: "cancel", Title: b.T("diffusion.cancel_title"), Consequence: b.T("diffusion.cancel_text"), Action: at("cancel"),
			Opener: ui.Button{Label: b.T("diffusion.cancel")}, Confirm: ui.Button{Label: b.T("diffusion.cancel"), Look: ui.Primary},
		}
	case diffusion.Running:
		page.Steps, page.Again = &Steps{b.T("diffusion.step", v.Gone, v.Parts), v.Gone, v.Parts}, at()
	case diffusion.Done:
		page.done(b, v, at)
	}
	if refused == nil {
		return web.Show(onePage, page), nil
	}
	if page.Send == nil {
		page.Summary = ui.Refuse(r.Printer, refused).Mark()
	}
	return web.Again(onePage, page, refused), nil
}

// asks says what is expected of readers.
func asks(b ui.Base, w diffusion.Words) (out []string) {
	if w.Asks != "" {
		out = append(out, b.T("diffusion.asks."+string(w.Asks)))
	}
	if w.ReplyBy != "" {
		out = append(out, b.T("diffusion.reply_by_is", b.Day(w.ReplyBy)))
	}
	return out
}

// counts sums up who receives it and who does not.
func counts(b ui.Base, v diffusion.View) []string {
	var will, wont, spaces, none, read, answered int
	for _, p := range v.Spaces {
		if p.Reason != "" {
			none++
			continue
		}
		spaces++
		wont += len(p.Wont)
		for _, to := range p.Chosen() {
			will++
			if !to.Read.IsZero() || to.Answer.Answer != "" {
				read++
			}
			if to.Answer.Answer != "" {
				answered++
			}
		}
	}
	out := []string{b.N("diffusion.count.will", will, b.N("diffusion.spaces", spaces))}
	if v.State == diffusion.Done || v.State == diffusion.Running {
		out = []string{b.N("diffusion.count.did", will, b.N("diffusion.spaces", spaces)), b.N("diffusion.count.read", read)}
		if answered > 0 {
			out = append(out, b.N("diffusion.count.answered", answered))
		}
		if none > 0 {
			out = append(out, b.N("diffusion.count.left_out", none))
		}
		return out
	}
	if wont > 0 {
		out = append(out, b.N("diffusion.count.wont", wont))
	}
	if none > 0 {
		out = append(out, b.N("diffusion.count.none", none))
	}
	return out
}

// draft offers to have it leave, to change it or to throw it away.
func (o *One) draft(r *web.Request, v diffusion.View, at func(...string) string, refused error) {
	b := o.Base
	o.Edit = at("edit")
	o.Discard = &ui.Dialog{
		ID: "discard", Title: b.T("diffusion.discard_title", title(b, v.Diffusion)), Consequence: b.T("diffusion.discard_text"), Action: at("discard"),
		Opener: ui.Button{Label: b.T("diffusion.discard"), Icon: "trash"}, Confirm: ui.Button{Label: b.T("diffusion.discard"), Look: ui.Danger},
	}
	people := 0
	for _, p := range v.Spaces {
		if p.Reason == "" {
			people += len(p.Chosen())
		}
	}
	if people == 0 {
		o.Notice = &ui.Notice{Look: ui.Danger, Title: b.T("diffusion.nobody"), Text: b.T("diffusion.nobody_text")}
		return
	}
	later := r.Value("when") == "later"
	o.Send = &Send{
		Action: at("send"), Hidden: []ui.Hidden{{Name: "seen", Value: v.Seen}},
		When: ui.Field{Kind: ui.Radios, Name: "when", Label: b.T("diffusion.when_label"), Options: []ui.Option{
			{Value: "now", Label: b.T("diffusion.now"), Chosen: !later}, {Value: "later", Label: b.T("diffusion.later"), Note: b.T("diffusion.later_note"), Chosen: later},
		}},
		Day:     ui.Field{Kind: ui.Date, Name: "day", ID: "f-at", Label: b.T("diffusion.day"), Value: r.Value("day"), Short: true, Optional: true, Earliest: r.Now.In(r.Zone()).Format(time.DateOnly)},
		Hour:    ui.Field{Kind: ui.Hour, Name: "hour", Label: b.T("diffusion.hour"), Hint: b.T("diffusion.hour_hint"), Value: r.Value("hour"), Short: true, Optional: true},
		Confirm: ui.Button{Label: b.N("diffusion.send", people), Look: ui.Primary, Icon: "send"},
	}
	for i, p := range v.Spaces {
		for j, f := range p.Found {
			if p.Reason != "" {
				continue
			}
			o.Send.Found = append(o.Send.Found, Found{
				Space: p.Name,
				Field: ui.Field{Kind: ui.Checks, Name: "confirm", ID: fmt.Sprintf("f-confirm-%d-%d", i, j), Label: b.T("guard."+string(f.Reason), f.Word), Value: p.Finding(f), Optional: true},
			})
		}
	}
	if refused != nil {
		o.Summary = ui.Refuse(b.Printer, refused).Mark(&o.Send.When, &o.Send.Day, &o.Send.Hour)
		o.leadToFindings()
	}
}

// leadToFindings has what was not confirmed lead to the first box that asks for it.
func (o *One) leadToFindings() {
	for i := range o.Summary.Lines {
		if l := &o.Summary.Lines[i]; l.Href == "" && len(o.Send.Found) > 0 {
			l.Href = "#" + o.Send.Found[0].Field.Anchor()
		}
	}
}

// done offers what is left to do: keep, and take back.
func (o *One) done(b ui.Base, v diffusion.View, at func(...string) string) {
	o.File = at("file")
	for _, p := range v.Spaces {
		if p.State != diffusion.Sent || !p.Recalled.IsZero() || !outside(p) {
			continue
		}
		o.Recall = &ui.Dialog{
			ID: "recall", Title: b.T("diffusion.recall_title"), Consequence: b.T("diffusion.recall_text"), Action: at("recall"),
			Opener: ui.Button{Label: b.T("diffusion.recall"), Icon: "arrow-back-up"}, Confirm: ui.Button{Label: b.T("diffusion.recall"), Look: ui.Danger},
		}
		return
	}
}

// outside reports whether somebody outside the firm has it.
func outside(p diffusion.Part) bool {
	for _, to := range p.Will {
		if !to.Role.Inside() {
			return true
		}
	}
	return false
}

// DoSend confirms what was seen, and has it leave.
func (p *Pages) DoSend(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	in := diffusion.Sending{Diffusion: of, Seen: r.Value("seen"), Confirm: r.Values("confirm")}
	what := "diffusion_sent"
	if r.Value("when") == "later" {
		if in.At, err = time.ParseInLocation("2006-01-02 15:04", r.Value("day")+" "+r.Value("hour"), r.Zone()); err != nil {
			return p.one(r, fault.New(fault.Invalid, "diffusion.when").In("day").Because(err))
		}
		what = "diffusion_set"
	}
	err = p.Diffusions.Send(r.Context(), r.Actor, in)
	return p.after(r, of, what, err)
}

// after shows what came of a gesture, or the page again with what is wrong.
func (p *Pages) after(r *web.Request, of id.Diffusion, what string, err error) (web.Answer, error) {
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.one(r, dated(err))
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("diffusions", string(of)), what), nil
}

// dated has a fault of the instant stand beside its day.
func dated(err error) error {
	if one, ok := errors.AsType[*fault.Error](err); ok && one.Field == "at" {
		return one.In("day")
	}
	return err
}

// DoCancel makes a draft of it again.
func (p *Pages) DoCancel(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	return p.after(r, of, "diffusion_cancelled", p.Diffusions.Cancel(r.Context(), r.Actor, of))
}

// DoRecall takes its memos back.
func (p *Pages) DoRecall(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	return p.after(r, of, "diffusion_recalled", p.Diffusions.Recall(r.Context(), r.Actor, of))
}

// DoDiscard throws a draft away.
func (p *Pages) DoDiscard(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	if err := p.Diffusions.Discard(r.Context(), r.Actor, of); err != nil {
		if fault.Is(err, fault.Conflict) {
			return p.one(r, err)
		}
		return nil, err
	}
	return web.Done(r.FirmPath("diffusions"), "diffusion_discarded"), nil
}

// File is what became of it, for a spreadsheet. Its name tells of no client.
func (p *Pages) File(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	v, err := p.Diffusions.Show(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	name := fold.File(r.Printer.T("diffusion.file")) + ".csv"
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		return web.Flow(w, r, name, forum.Media, r.Recheck, func(out io.Writer) error { return p.Diffusions.Write(out, r.Printer, v) })
	}), nil
}

// Proof is the file that proves what one recipient got.
func (p *Pages) Proof(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	in, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	to, err := web.PathID[id.Person](r, "person")
	if err != nil {
		return nil, err
	}
	raw, err := p.Diffusions.Proof(r.Context(), r.Actor, of, in, to)
	if err != nil {
		return nil, err
	}
	return web.Attachment(raw, r.Printer.T("diffusion.proof_file")+diffusion.Extension, diffusion.Media), nil
}
