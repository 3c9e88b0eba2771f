package api

import (
	"cenacle/internal/conflict"
	"cenacle/internal/id"
)

// AskedNames is what a search for conflicts is made with.
type AskedNames struct {
	Names []string `json:"names" fault:"names" doc:"persons and companies, maiden names too, at most 20"`
}

// Conflicts is what the firm knows of them.
type Conflicts struct {
	Names    []string   `json:"names"`
	Compared int        `json:"compared" doc:"names of the firm they were compared with"`
	At       Instant    `json:"at"`
	Entry    id.Entry   `json:"entry" doc:"of the journal, which proves that the search was made (getProof)"`
	Findings []Likeness `json:"findings" doc:"the most alike first"`
}

// Likeness is one name that is like one of those asked. Of what a wall keeps from
// who asks, it says only that there is something.
type Likeness struct {
	Asked    string `json:"asked"`
	Level    string `json:"level,omitempty" enum:"same close family"`
	Name     string `json:"name,omitempty" doc:"as the firm writes it"`
	As       string `json:"as,omitempty" enum:"client former adverse linked other titled" doc:"what it is to the firm; titled: the name of a file has it"`
	Lawyer   string `json:"lawyer,omitempty" doc:"who answers for the file, to speak to"`
	Reserved bool   `json:"reserved,omitempty" doc:"behind a wall: ask a partner who does not stand behind it"`
}

func (n *Nouns) conflicts(r *Request, in AskedNames) (Conflicts, error) {
	found, err := n.Conflicts.Search(r.Context(), r.Actor, in.Names)
	if err != nil {
		return Conflicts{}, err
	}
	out := Conflicts{Names: found.Asked, Compared: found.Names, At: Instant(found.At), Entry: found.Entry, Findings: make([]Likeness, len(found.Findings))}
	for i, f := range found.Findings {
		one := Likeness{Asked: f.Asked, Name: f.Name, As: string(f.As), Lawyer: f.Lead, Reserved: f.Reserved}
		if !f.Reserved {
			one.Level = f.Level.String()
		}
		out.Findings[i] = one
	}
	return out, nil
}

// Alias is another name under which the client’s side of a space is known.
type Alias struct {
	ID   id.Alias `json:"id"`
	Kind string   `json:"kind" enum:"birth used company relative"`
	Name string   `json:"name"`
}

// Aliases is the other names of a space.
type Aliases struct {
	Aliases []Alias `json:"aliases"`
}

func (n *Nouns) aliases(r *Request, in InSpace) (Aliases, error) {
	found, err := n.Conflicts.List(r.Context(), r.Actor, in.Space)
	out := Aliases{Aliases: make([]Alias, len(found))}
	for i, one := range found {
		out.Aliases[i] = Alias{one.ID, string(one.Kind), one.Name}
	}
	return out, err
}

// NewAlias notes one.
type NewAlias struct {
	InSpace
	Kind string `json:"kind" enum:"birth used company relative" fault:"kind"`
	Name string `json:"name" fault:"name"`
}

func (n *Nouns) addAlias(r *Request, in NewAlias) (Alias, error) {
	one, err := n.Conflicts.Add(r.Context(), r.Actor, in.Space, conflict.Kind(in.Kind), in.Name)
	return Alias{one.ID, string(one.Kind), one.Name}, err
}

func (n *Nouns) addedAlias(r *Request, in NewAlias, of string) (Alias, error) {
	found, err := n.aliases(r, in.InSpace)
	for _, one := range found.Aliases {
		if string(one.ID) == of {
			return one, err
		}
	}
	return Alias{ID: id.Alias(of)}, err
}

// InAlias names one in the path.
type InAlias struct {
	InSpace
	Alias id.Alias `path:"alias"`
}

func (n *Nouns) removeAlias(r *Request, in InAlias) (None, error) {
	return None{}, n.Conflicts.Remove(r.Context(), r.Actor, in.Space, in.Alias)
}
