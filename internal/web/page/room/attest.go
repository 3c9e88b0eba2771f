package room

import (
	"encoding/hex"

	"cenacle/internal/attest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Attestation is one of the adversarial exchange, to be printed.
type Attestation struct {
	ui.Base
	Name, Drawn string
	Tabs        []ui.Tab
	Lists       []AttestedList
	Dires       []attest.Spoken
	Questions   []attest.Spoken
	Digest      string // of what it states
	File, Back  string
	Command     string // that verifies the file
}

// AttestedList is what one party communicated, and what became of it.
type AttestedList struct {
	Key, Party string
	Lines      []AttestedLine
}

// AttestedLine is one exhibit.
type AttestedLine struct {
	Number, Title, Released, SHA256 string
	Receptions                      []string
}

// Drawn are the attestations of a forum, and the way to one more.
type Drawn struct {
	Make *ui.Dialog
	All  []ui.Link
}

var attestationPage = ui.Parse[Attestation](files, "attestation.tmpl", "part.tmpl")

// drawn lists the attestations that the reader of a register sees.
func (p *Pages) drawn(h here, any bool) (out Drawn, err error) {
	t := h.r.Printer
	all, err := p.Attests.Of(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return out, err
	}
	for _, a := range all {
		out.All = append(out.All, ui.Link{Href: h.path("attestations", string(a.ID)), Label: t.T("room.attest.of", t.DateTime(a.At), h.name(a.By))})
	}
	if any {
		out.Make = &ui.Dialog{
			ID: "attest-ask", Title: t.T("room.attest.ask"), Consequence: t.T("room.attest.consequence." + h.side()),
			Opener: ui.Button{Label: t.T("room.attest.make"), Icon: "shield-check"},
			Action: h.path("attestations"), Confirm: ui.Button{Label: t.T("room.attest.make"), Look: ui.Primary},
		}
	}
	return out, nil
}

// DoAttest draws up an attestation.
func (p *Pages) DoAttest(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := p.Attests.Draw(r.Context(), r.Actor, h.room.ID)
	if fault.Is(err, fault.Invalid) { // nothing to attest: the register says so
		return p.Register(r)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("attestations", string(of)), "exchange_attested"), nil
}

// Attestation shows one.
func (p *Pages) Attestation(r *web.Request) (web.Answer, error) {
	h, of, err := p.attested(r)
	if err != nil {
		return nil, err
	}
	a, said, err := p.Attests.Show(r.Context(), r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	t := r.Printer
	sum := said.Digest()
	page := Attestation{
		Base: h.base(t.T("room.attest.title")), Name: t.T("room.attest.title"), Drawn: t.T("room.attest.drawn", said.Firm, said.Person, t.DateTime(a.At)),
		Digest: hex.EncodeToString(sum[:]), File: h.path("attestations", string(of), "file"), Back: h.path("register"), Command: "cenacle verify",
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()}, ui.Link{Href: h.path("register"), Label: t.T("room.register.title")})
	for _, e := range said.Exhibits {
		if n := len(page.Lists); n == 0 || page.Lists[n-1].Key != "party-"+string(e.Party) {
			page.Lists = append(page.Lists, AttestedList{Key: "party-" + string(e.Party), Party: said.Name(e.Party)})
		}
		line := AttestedLine{Number: e.Label, Title: e.Title, SHA256: e.SHA256, Released: t.DateTime(journal.ReadInstant(e.Released)), Receptions: attest.Words(t, said, e)}
		if e.Title == "" {
			line.Title = t.T("forum.gone")
		}
		last := &page.Lists[len(page.Lists)-1]
		last.Lines = append(last.Lines, line)
	}
	for _, d := range said.Dires {
		page.Dires = append(page.Dires, attest.DireWords(t, said, d))
	}
	for _, q := range said.Questions {
		page.Questions = append(page.Questions, attest.QuestionWords(t, said, q))
	}
	return web.Show(attestationPage, page), nil
}

// attested enters the space of an attestation.
func (p *Pages) attested(r *web.Request) (h here, of id.Attestation, err error) {
	if h, err = p.enter(r); err == nil {
		of, err = web.PathID[id.Attestation](r, "attestation")
	}
	return h, of, err
}

// AttestationFile gives the file that proves it. Its name tells of no client.
func (p *Pages) AttestationFile(r *web.Request) (web.Answer, error) {
	h, of, err := p.attested(r)
	if err != nil {
		return nil, err
	}
	raw, err := p.Attests.File(r.Context(), r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	return web.Attachment(raw, r.Printer.T("room.attest.file")+attest.Extension, attest.Media), nil
}
