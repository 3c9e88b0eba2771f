package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
)

// Natures is what each legal nature would change for a document.
type Natures struct {
	Natures []Turn `json:"natures"`
}

// Turn is what one nature would change.
type Turn struct {
	Nature string   `json:"nature" doc:"empty: none in particular"`
	Lose   []Person `json:"lose" doc:"who sees the document and would not any more"`
	Gain   []Person `json:"gain" doc:"who does not see it, and would"`
	Read   []Person `json:"read" doc:"of those who would lose it, who has opened it"`
}

// Person is somebody by name.
type Person struct {
	ID   id.Person `json:"id"`
	Name string    `json:"name"`
}

func (n *Nouns) natures(r *Request, in InDocument) (Natures, error) {
	turns, err := n.Documents.Turns(r.Context(), r.Actor, in.Document)
	out := Natures{Natures: make([]Turn, len(turns))}
	for i, t := range turns {
		out.Natures[i] = Turn{string(t.Nature), peopleOf(t.Lose), peopleOf(t.Gain), peopleOf(t.Read)}
	}
	return out, err
}

func peopleOf(all []document.Recipient) []Person {
	out := make([]Person, len(all))
	for i, p := range all {
		out[i] = Person{p.Person, p.Name}
	}
	return out
}

// Classified decides the nature of a document.
type Classified struct {
	InDocument
	Nature string `json:"nature" doc:"defense, conseil, entre_avocats, officielle, piece, juriste; empty: none in particular"`
}

func (n *Nouns) classify(r *Request, in Classified) (Paper, error) {
	if err := n.Documents.Classify(r.Context(), r.Actor, in.Document, authz.Nature(in.Nature)); err != nil {
		return Paper{}, err
	}
	return n.document(r, in.InDocument)
}

func (n *Nouns) classified(r *Request, in Classified, _ string) (Paper, error) {
	return n.document(r, in.InDocument)
}
