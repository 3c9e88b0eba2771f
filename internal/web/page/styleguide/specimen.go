package styleguide

import (
	"time"

	"cenacle/internal/web/ui"
)

const sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func (p *Page) controls() {
	for _, c := range []string{"paper", "sheet", "sheet-2", "ink", "ink-2", "rule", "accent", "signal", "danger"} {
		p.Colours = append(p.Colours, Colour{Name: c, Use: p.T("styleguide.colour." + c)})
	}
	p.Buttons = []ui.Button{
		{Label: p.T("styleguide.send_3"), Icon: "send", Look: ui.Primary}, {Label: p.T("styleguide.preview")},
		{Label: p.T("styleguide.delete"), Icon: "trash", Look: ui.Danger}, {Label: p.T("ui.cancel"), Look: ui.Quiet},
		{Label: p.T("styleguide.sending"), Look: ui.Primary, Busy: true}, {Label: p.T("styleguide.send_3"), Off: true},
		{Label: p.T("styleguide.small"), Small: true}, {Label: p.T("styleguide.as_link"), Href: "#button"},
	}
	p.Badges = []ui.Badge{
		{Text: p.T("styleguide.state")}, {Text: p.T("ui.unread"), Look: ui.Fresh}, {Text: p.T("ui.asked"), Look: ui.Signal},
		{Text: p.T("ui.redo"), Look: ui.Danger}, {Text: p.T("ui.internal"), Icon: "lock"},
	}
	p.Notices = []ui.Notice{
		{Text: p.T("styleguide.notice_plain")},
		{Look: ui.Done, Title: p.T("styleguide.notice_done"), Text: p.T("styleguide.notice_done_text")},
		{Look: ui.Signal, Title: p.T("styleguide.notice_signal"), Link: &ui.Link{Href: "#task", Label: p.T("styleguide.notice_signal_link")}},
		{Look: ui.Danger, Title: p.T("styleguide.notice_danger"), Text: p.T("styleguide.notice_danger_text")},
	}
	p.Summary = ui.Summary{Lines: []ui.Link{{Href: "#f-email", Label: p.T("styleguide.email_error")}}}
	p.Fields = p.fields()
	p.Tabs = []ui.Tab{{Href: "#around", Label: p.T("styleguide.tab_firm"), Current: true}, {Href: "#around", Label: p.T("styleguide.tab_client"), Count: 3}, {Href: "#around", Label: p.T("styleguide.tab_memos")}}
	p.Trail = []ui.Link{{Href: "#around", Label: p.T("styleguide.spaces")}, {Href: "#around", Label: "Mme Claire Petit"}}
	p.Keys = []ui.Keys{{Strokes: []string{"/"}, Label: p.T("styleguide.key_search")}, {Strokes: []string{"Ctrl", "↵"}, Label: p.T("styleguide.key_send")}}
	p.People = []ui.Avatar{{Name: "Me Hélène Delmas", Firm: true}, {Name: "Mme Claire Petit"}, {Name: "Me Paul Leroy", Firm: true}}
	p.Hash = ui.Hash{Label: "SHA-256", Value: sum}
}

func (p *Page) fields() []ui.Field {
	return []ui.Field{
		{Name: "name", Label: p.T("styleguide.name"), Autocomplete: "name", Value: "Claire Petit"},
		{Name: "email", Kind: ui.Email, Label: p.T("styleguide.email"), Hint: p.T("styleguide.email_hint"), Error: p.T("styleguide.email_error"), Value: "claire.petit", Autocomplete: "email"},
		{Name: "password", Kind: ui.Password, Label: p.T("styleguide.password"), Hint: p.T("styleguide.password_hint"), Autocomplete: "new-password"},
		{Name: "note", Kind: ui.Area, Label: p.T("styleguide.note"), Optional: true},
		{Name: "model", Kind: ui.Select, Label: p.T("styleguide.model"), Options: []ui.Option{{Value: "divorce", Label: p.T("styleguide.model_divorce")}, {Value: "debt", Label: p.T("styleguide.model_debt")}}},
		{Name: "profile", Kind: ui.Radios, Label: p.T("styleguide.profile"), Columns: 3, Options: []ui.Option{
			{Value: "person", Label: p.T("styleguide.profile_person"), Note: p.T("styleguide.profile_person_note"), Chosen: true},
			{Value: "company", Label: p.T("styleguide.profile_company"), Note: p.T("styleguide.profile_company_note")},
			{Value: "penal", Label: p.T("styleguide.profile_penal"), Note: p.T("styleguide.profile_penal_note")}}},
		{Name: "agree", Kind: ui.Checks, Label: p.T("styleguide.agree"), Optional: true},
		{Name: "day", Kind: ui.Date, Label: p.T("styleguide.day"), Value: "2026-12-04"},
		{Name: "paper", Kind: ui.File, Label: p.T("styleguide.file"), Multiple: true, Optional: true},
		{Name: "closed", Label: p.T("styleguide.off"), Value: "Cabinet Delmas & Associés", Off: true},
	}
}

func (p *Page) papers() {
	const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	at := func(back time.Duration) ui.Moment { return p.When(p.Now.Add(-back)) }
	p.Documents = []ui.DocumentRow{
		{Href: "#view", Title: p.T("styleguide.doc_draft"), Media: "application/pdf", Size: 214_300, At: at(25 * time.Minute), By: "Me Hélène Delmas", Unread: true, Fresh: true, Audience: "Mme Claire Petit", Download: "#document", Notes: 2},
		{Href: "#view", Title: p.T("styleguide.doc_exhibit"), Media: "image/jpeg", Size: 4_182_000, At: at(20 * time.Hour), By: "Mme Claire Petit", Unread: true, Audience: p.T("styleguide.everyone"), Download: "#document"},
		{Href: "#view", Title: p.T("styleguide.doc_note"), Media: word, Size: 38_912, At: at(90 * time.Hour), By: "Me Paul Leroy", Internal: true, Versions: 3, Download: "#document", Current: true},
		{Href: "#view", Title: p.T("styleguide.doc_archive"), Media: "application/zip", Size: 1_073_741_824, At: at(200 * time.Hour), By: "Mme Claire Petit", Held: p.T("styleguide.doc_held")},
	}
	p.More = ui.More{Href: "#document", Left: 38}
	p.Empty = ui.Empty{Icon: "folder-open", Title: p.T("styleguide.empty"), Text: p.T("styleguide.empty_text"), Action: &ui.Button{Label: p.T("styleguide.empty_act"), Look: ui.Primary, Icon: "upload", Href: "#upload"}}
	p.Waiting = []ui.Waiting{
		{Href: "#waiting", Space: "Claire Petit", What: p.T("styleguide.wait_answer"), Yours: true, Since: at(3 * time.Hour), Due: "2026-11-24"},
		{Href: "#waiting", Space: "SARL Martin", What: p.T("styleguide.wait_papers"), Who: "M. Martin", Since: at(60 * time.Hour), Due: "2026-11-20", Late: true},
		{Href: "#waiting", Space: "Jean Dumas", What: p.T("styleguide.wait_read"), Who: "M. Dumas", Since: at(20 * time.Hour)},
	}
	reuse := ui.Button{Label: p.T("styleguide.reuse"), Small: true}
	p.Tasks = []ui.Expectation{
		{Title: p.T("styleguide.task_marriage"), Hint: p.T("styleguide.task_marriage_hint"), Standing: ui.Asked, Due: "2026-12-04", Action: "#task", Acts: []ui.Button{{Label: p.T("ui.deposit"), Icon: "camera", Look: ui.Primary}, {Label: p.T("ui.lacking"), Name: "lacking", Value: "1"}}},
		{Title: p.T("styleguide.task_terms"), Standing: ui.Asked, Already: p.T("styleguide.task_already"), Reuse: &reuse},
		{Title: p.T("styleguide.task_tax"), Standing: ui.Redo, Reason: p.T("styleguide.task_redo"), Due: "2026-12-04", Action: "#task", Acts: []ui.Button{{Label: p.T("styleguide.task_again"), Icon: "camera", Look: ui.Primary}}},
		{Title: p.T("styleguide.task_identity"), Standing: ui.Deposited}, {Title: p.T("styleguide.task_pension"), Standing: ui.Lacking, Reason: p.T("styleguide.task_lacking")}, {Title: p.T("styleguide.task_car"), Standing: ui.Waived},
	}
}

func (p *Page) words() {
	p.Memos = []ui.Memo{
		{ID: "memo-1", Author: "Me Hélène Delmas", Firm: true, Subject: p.T("styleguide.memo_subject"), At: p.When(p.Now.Add(-26 * time.Hour)), Body: p.T("styleguide.memo_1"), Audience: "Mme Claire Petit",
			References: []ui.Reference{{Href: "#view", Title: p.T("styleguide.doc_draft"), Media: "application/pdf", Size: 214_300}}, ReplyBy: "2026-12-04", Awaited: true, Read: []string{"Mme Claire Petit"}},
		{ID: "memo-2", Author: "Mme Claire Petit", At: p.When(p.Now.Add(-40 * time.Minute)), Body: p.T("styleguide.memo_2"), Audience: "Me Hélène Delmas, Me Paul Leroy", Unread: true},
		{ID: "memo-3", Author: "Me Paul Leroy", Firm: true, Internal: true, At: p.When(p.Now.Add(-30 * time.Second)), Body: p.T("styleguide.memo_3"), NotRead: []string{"Me Hélène Delmas"}},
	}
	p.Audience = ui.Audience{
		Will:    []ui.Reader{{Name: "Mme Claire Petit", Why: p.T("styleguide.why_client")}, {Name: "Me Paul Leroy", Why: p.T("styleguide.why_firm"), Firm: true}},
		WillNot: []ui.Reader{{Name: "M. Marc Petit", Why: p.T("styleguide.why_not")}},
		Warning: p.T("styleguide.guard"),
	}
	p.Composer = ui.Composer{
		Action: "#memo", Title: p.T("styleguide.compose"),
		Subject: &ui.Field{Name: "subject", Label: p.T("styleguide.subject")},
		Body:    ui.Field{Name: "body", Kind: ui.Area, Label: p.T("styleguide.body")},
		Circles: &ui.Circles{Name: "circle", Legend: p.T("styleguide.to_whom"), Options: []ui.Circle{
			{Value: "client", Name: "Client", People: p.T("styleguide.circle_client"), Chosen: true},
			{Value: "firm", Name: "Cabinet", People: p.T("styleguide.circle_firm"), Internal: true}}},
		ReplyBy:  &ui.Field{Name: "reply", Kind: ui.Date, Label: p.T("styleguide.reply"), Optional: true},
		Audience: &p.Audience, Send: ui.Button{Label: p.T("styleguide.send_3"), Look: ui.Primary, Icon: "send"},
	}
}

func (p *Page) work() {
	p.Upload = ui.Upload{
		ID: "deposit", Action: "#upload", Name: "file", Title: p.T("styleguide.drop"), Hint: p.T("styleguide.drop_hint"), Camera: true,
		Waiting: []ui.Transfer{
			{Name: "Relevés 2024.zip", State: ui.Queued, Size: 82_000_000},
			{Name: "Expertise – vidéo.mp4", State: ui.Sending, Sent: 412_000_000, Size: 1_073_741_824, Speed: 9_400_000, Remaining: 70 * time.Second},
			{Name: "Bail commercial.pdf", State: ui.Paused, Sent: 1_200_000, Size: 3_100_000},
			{Name: "Photographies.zip", State: ui.Cut, Sent: 22_000_000, Size: 51_000_000},
			{Name: "Comptes annuels.xlsx", State: ui.Resumed, Sent: 600_000, Size: 900_000, Speed: 210_000, Remaining: 2 * time.Second},
			{Name: "Annexe 7.pdf", State: ui.Broken, Sent: 100_000, Size: 640_000, Reason: p.T("styleguide.full")},
			{Name: p.T("styleguide.half_name"), State: ui.Halfway, Sent: 310_000_000, Size: 700_000_000},
			{Name: "Pièce n° 3 — été 2024 (définitif) .pdf", State: ui.Arrived, Sent: 214_300, Size: 214_300, SHA256: sum},
		},
	}
	p.Progress = ui.Progress{Label: p.T("styleguide.export"), Done: 640_000_000, Total: 1_000_000_000, Remaining: 3 * time.Minute}
	p.Dialog = ui.Dialog{
		ID: "delete-lease", Opener: ui.Button{Label: p.T("styleguide.delete"), Icon: "trash"}, Title: p.T("styleguide.delete_title"), Consequence: p.T("styleguide.delete_text"),
		Action: "#around", Confirm: ui.Button{Label: p.T("styleguide.delete_confirm"), Look: ui.Danger},
	}
	p.Receipt = ui.Receipt{
		Number: "3", Firm: "Cabinet Delmas & Associés", Space: "Claire Petit", Person: "Mme Claire Petit", Closed: p.DateTime(p.Now),
		Lines: []ui.ReceiptLine{{Title: "Acte de mariage.pdf", Size: 214_300, SHA256: sum}, {Title: "Avis d’imposition 2025.jpg", Size: 4_182_000, SHA256: sum}},
		Total: 4_396_300, Entry: "01k9-7q2f-m4", Root: sum, Download: "#receipt",
	}
}

func views(base ui.Base, pdf, picture string) []ui.View {
	hash := ui.Hash{Label: "SHA-256", Value: sum}
	all := []ui.View{{Title: base.T("styleguide.doc_archive"), Media: "application/zip", Size: 1_073_741_824, Download: "#view", Hash: &hash}}
	if picture != "" {
		all = append(all, ui.View{Title: base.T("styleguide.doc_exhibit"), Media: "image/png", Size: 4_182_000, Src: picture, Download: "#view"})
	}
	if pdf != "" {
		all = append(all, ui.View{Title: base.T("styleguide.doc_draft"), Media: "application/pdf", Size: 214_300, Src: pdf, Download: "#view", Hash: &hash, Close: "#view"})
	}
	return all
}
