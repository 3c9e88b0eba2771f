package api

import (
	"time"

	"cenacle/internal/document"
	"cenacle/internal/guard"
	"cenacle/internal/id"
)

// Party is an adverse party of a space.
type Party struct {
	ID   id.Party `json:"id"`
	Name string   `json:"name"`
}

// Parties is the adverse parties of a space.
type Parties struct {
	Parties []Party `json:"parties"`
}

func (n *Nouns) parties(r *Request, in InSpace) (Parties, error) {
	found, err := n.Guard.List(r.Context(), r.Actor, in.Space)
	out := Parties{Parties: make([]Party, len(found))}
	for i, p := range found {
		out.Parties[i] = Party{p.ID, p.Name}
	}
	return out, err
}

// NewParty names one.
type NewParty struct {
	InSpace
	Name string `json:"name" doc:"a person or a company, as the file writes it"`
}

func (n *Nouns) addParty(r *Request, in NewParty) (Party, error) {
	p, err := n.Guard.Add(r.Context(), r.Actor, in.Space, in.Name)
	return Party{p.ID, p.Name}, err
}

func (n *Nouns) addedParty(r *Request, in NewParty, of string) (Party, error) {
	found, err := n.parties(r, in.InSpace)
	for _, p := range found.Parties {
		if string(p.ID) == of {
			return p, err
		}
	}
	return Party{ID: id.Party(of)}, err
}

// InParty names one in the path.
type InParty struct {
	InSpace
	Party id.Party `path:"party"`
}

func (n *Nouns) removeParty(r *Request, in InParty) (None, error) {
	return None{}, n.Guard.Remove(r.Context(), r.Actor, in.Space, in.Party)
}

// Examination asks what the guard would find.
type Examination struct {
	InDocument
	Circles []id.Circle `query:"circle" doc:"once for each circle it would go to besides"`
}

// Findings is what looks like the wrong recipient.
type Findings struct {
	Findings []Finding `json:"findings"`
}

// Finding is one reason.
type Finding struct {
	Reason  string `json:"reason" enum:"adverse foreign stranger wide"`
	Word    string `json:"word,omitempty" doc:"the name or number it is about"`
	Confirm string `json:"confirm" doc:"what “confirm” takes to go on"`
}

func (n *Nouns) examine(r *Request, in Examination) (Findings, error) {
	found, err := n.Documents.Examine(r.Context(), r.Actor, in.Document, in.Circles)
	out := Findings{Findings: make([]Finding, len(found))}
	for i, f := range found {
		out.Findings[i] = Finding{string(f.Reason), f.Word, guard.Finding(f).ID()}
	}
	return out, err
}

// Recalled is a document that was taken back from everybody outside the firm.
type Recalled struct {
	ID     id.Recall `json:"id"`
	Entry  id.Entry  `json:"entry" doc:"of the journal, which proves it (getProof)"`
	By     id.Person `json:"by"`
	ByName string    `json:"by_name"`
	At     Instant   `json:"at"`
	SHA256 string    `json:"sha256"`
	Opened []Opened  `json:"opened" doc:"each person from whom it was taken back"`
}

// Opened is one of them.
type Opened struct {
	ID   id.Person `json:"id"`
	Name string    `json:"name"`
	At   Instant   `json:"at,omitzero" doc:"when she first opened it; absent: never"`
}

func recallsOf(all []document.Recall) (out []Recalled) {
	for _, r := range all {
		one := Recalled{r.ID, r.Entry, r.By, r.ByName, Instant(r.At), r.SHA256, make([]Opened, len(r.Outcome))}
		for i, p := range r.Outcome {
			one.Opened[i] = Opened{p.Person, p.Name, Instant(p.At)}
		}
		out = append(out, one)
	}
	return out
}

// Releasing puts a document onto the common table.
type Releasing struct {
	InDocument
	Replaces id.Item  `json:"replaces,omitempty" fault:"replaces" doc:"a document of one’s own side whose exhibit gives this one its number, with bis"`
	Confirm  []string `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found in the firm’s own and one has checked (addressDocument)"`
}

func (n *Nouns) release(r *Request, in Releasing) (Paper, error) {
	if err := n.Documents.Release(r.Context(), r.Actor, document.Releasing{Document: in.Document, Replaces: in.Replaces, Confirm: in.Confirm}); err != nil {
		return Paper{}, err
	}
	return n.document(r, in.InDocument)
}

// ReleasingAt has it come there at an instant.
type ReleasingAt struct {
	Releasing
	At Instant `json:"at" fault:"at" doc:"within a year; what one sets for the same instant comes in one act"`
}

func (n *Nouns) releaseAt(r *Request, in ReleasingAt) (Paper, error) {
	what := document.Releasing{Document: in.Document, Replaces: in.Replaces, Confirm: in.Confirm}
	if err := n.Documents.ReleaseAt(r.Context(), r.Actor, what, time.Time(in.At)); err != nil {
		return Paper{}, err
	}
	return n.document(r, in.InDocument)
}

func (n *Nouns) releasedAt(r *Request, in ReleasingAt, _ string) (Paper, error) {
	return n.document(r, in.InDocument)
}

func (n *Nouns) cancelRelease(r *Request, in InDocument) (None, error) {
	return None{}, n.Documents.CancelRelease(r.Context(), r.Actor, in.Document)
}

func (n *Nouns) released(r *Request, in Releasing, _ string) (Paper, error) {
	return n.document(r, in.InDocument)
}

func (n *Nouns) recall(r *Request, in InDocument) (Paper, error) {
	if _, err := n.Documents.Recall(r.Context(), r.Actor, in.Document); err != nil {
		return Paper{}, err
	}
	return n.document(r, in)
}

func (n *Nouns) recalled(r *Request, in InDocument, _ string) (Paper, error) {
	return n.document(r, in)
}
