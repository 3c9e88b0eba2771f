package api

import (
	"cenacle/internal/id"
	"cenacle/internal/sanction"
	"cenacle/internal/vigilance"
)

// FrozenScreening is what became of comparing those whom a dossier de vigilance names with the
// list of frozen assets.
type FrozenScreening struct {
	List       string           `json:"list" doc:"SHA-256 of its file"`
	Published  string           `json:"published" doc:"civil date of the list"`
	Entries    int              `json:"entries" doc:"of the list"`
	Parties    int              `json:"parties" doc:"who were looked for"`
	At         Instant          `json:"at"`
	Pending    bool             `json:"pending,omitempty" doc:"the parties or the list are others by now; it is about to be made again"`
	Likenesses []FrozenLikeness `json:"likenesses"`
	More       bool             `json:"more,omitempty" doc:"there are further ones, less alike"`
}

// FrozenLikeness is somebody of the list whom a party of a dossier may be.
type FrozenLikeness struct {
	ID      string      `json:"id"`
	Party   string      `json:"party" doc:"her name in the dossier"`
	Part    string      `json:"part" enum:"client owners" doc:"of the dossier, in which she is"`
	Level   string      `json:"level" enum:"close same"`
	Birth   string      `json:"birth,omitempty" enum:"same near other" doc:"what the dates of birth say; absent: one of them is not known"`
	Name    string      `json:"name" doc:"of the list, the one that is like hers"`
	Entry   FrozenEntry `json:"entry"`
	Since   Instant     `json:"since"`
	Verdict string      `json:"verdict,omitempty" enum:"ruled_out confirmed" doc:"absent: nobody has looked at it yet"`
	Reason  string      `json:"reason,omitempty"`
	By      id.Person   `json:"by,omitempty"`
	ByName  string      `json:"by_name,omitempty"`
	At      Instant     `json:"at,omitzero"`
	Gone    bool        `json:"gone,omitempty" doc:"the party or the entry is not what it was any more"`
}

// FrozenEntry is a row of the list of frozen assets.
type FrozenEntry struct {
	Number  int      `json:"number"`
	Nature  string   `json:"nature" enum:"person company ship"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
	Births  []string `json:"births" doc:"a civil date, a month or a year each"`
	Places  []string `json:"places"`
	Nations []string `json:"nations"`
	Basis   []string `json:"basis"`
	Reasons string   `json:"reasons,omitempty"`
}

// some is never null.
func some(of []string) []string { return append([]string{}, of...) }

func frozenEntry(e sanction.Entry) FrozenEntry {
	return FrozenEntry{
		Number: e.Number, Nature: string(e.Nature), Name: e.Name, Aliases: some(e.Aliases), Births: some(e.Births),
		Places: some(e.Places), Nations: some(e.Nations), Basis: some(e.Basis), Reasons: e.Reasons,
	}
}

func frozenScreening(e vigilance.Edition) *FrozenScreening {
	is := e.Screening
	if is.At.IsZero() {
		return nil
	}
	out := &FrozenScreening{List: is.List, Published: is.Published, Entries: is.Entries, Parties: is.Parties, At: Instant(is.At), Pending: e.Pending, More: is.More, Likenesses: make([]FrozenLikeness, len(is.Lines))}
	for i, l := range is.Lines {
		out.Likenesses[i] = FrozenLikeness{
			ID: l.ID, Party: l.Party.Name, Part: string(l.Party.Part), Level: l.Level.String(), Birth: string(l.Birth), Name: l.Name, Since: Instant(l.Since),
			Verdict: string(l.Verdict), Reason: l.Reason, By: l.By, ByName: l.ByName, At: Instant(l.At), Gone: l.Gone,
			Entry: frozenEntry(l.Entry),
		}
	}
	return out
}

// DecideLikeness is what a lawyer says of a likeness.
type DecideLikeness struct {
	InSpace
	Likeness string `path:"likeness"`
	Verdict  string `json:"verdict,omitempty" enum:"ruled_out confirmed" doc:"absent: takes back what was said"`
	Reason   string `json:"reason,omitempty" fault:"why"`
}

func (n *Nouns) decideLikeness(r *Request, in DecideLikeness) (Vigilance, error) {
	err := n.Vigilance.Decide(r.Context(), r.Actor, vigilance.Deciding{Space: in.Space, Likeness: in.Likeness, Verdict: vigilance.Verdict(in.Verdict), Reason: in.Reason})
	if err != nil {
		return Vigilance{}, err
	}
	return n.decidedLikeness(r, in, "")
}

// decidedLikeness is the dossier as it is now.
func (n *Nouns) decidedLikeness(r *Request, in DecideLikeness, _ string) (Vigilance, error) {
	return n.vigilance(r, InVigilance{InSpace: in.InSpace})
}

// SanctionList is the list of frozen assets that a firm works with.
type SanctionList struct {
	Published string    `json:"published,omitempty" doc:"civil date; absent: there is no list"`
	SHA256    string    `json:"sha256,omitempty" doc:"of the file"`
	Entries   int       `json:"entries"`
	Source    string    `json:"source,omitempty" enum:"uploaded imported fetched" doc:"by an administrator for the firm; by the operator for all firms; likewise, by itself"`
	By        id.Person `json:"by,omitempty"`
	ByName    string    `json:"by_name,omitempty"`
	At        Instant   `json:"at,omitzero" doc:"when it came"`
	Checked   Instant   `json:"checked,omitzero" doc:"when it was last found to be the one that is published"`
	Stale     bool      `json:"stale,omitempty" doc:"nobody has checked it for too long"`
	StaleDays int       `json:"stale_days" doc:"after how many days that is"`
	Fetching  *Fetching `json:"fetching,omitempty" doc:"absent: the operator has it fetched from nowhere"`
}

// Fetching is what becomes of fetching the list of the installation.
type Fetching struct {
	Tried   Instant `json:"tried_at,omitzero" doc:"when it was last tried to the end; absent: not yet"`
	Since   Instant `json:"failing_since,omitzero" doc:"absent: it does not fail"`
	Failure string  `json:"failure,omitempty" enum:"forbidden unknown unreachable untrusted slow wrong large cut other older smaller inside" doc:"why it fails"`
}

func (n *Nouns) sanctionList(r *Request, _ None) (SanctionList, error) {
	st, err := n.Sanctions.Standing(r.Context(), r.Actor)
	out := SanctionList{StaleDays: st.Days}
	if st.Number > 0 {
		out = SanctionList{
			Published: st.Published, SHA256: st.SHA256, Entries: st.Entries, Source: string(st.Source), By: st.By, ByName: st.ByName,
			At: Instant(st.At), Checked: Instant(st.Checked), Stale: st.Stale, StaleDays: st.Days,
		}
	}
	if f := st.Fetching; f.On {
		out.Fetching = &Fetching{Tried: Instant(f.Tried), Since: Instant(f.Since), Failure: string(f.Failure)}
	}
	return out, err
}

// NewSanctionList is a list about to be used: its bytes are the body.
type NewSanctionList struct {
	Smaller bool `query:"smaller" doc:"although more than half of the former entries are gone"`
}

func (n *Nouns) importSanctionList(r *Request, in NewSanctionList) (SanctionList, error) {
	if _, err := n.Sanctions.Import(r.Context(), r.Actor, sanction.Bringing{File: r.bytes(), Smaller: in.Smaller}); err != nil {
		return SanctionList{}, err
	}
	return n.importedSanctionList(r, in, "")
}

// importedSanctionList is the list that is in use by now.
func (n *Nouns) importedSanctionList(r *Request, _ NewSanctionList, _ string) (SanctionList, error) {
	return n.sanctionList(r, None{})
}

// SoughtParty is whom a list is searched for.
type SoughtParty struct {
	Name  string `json:"name" fault:"name" doc:"in any spelling and order"`
	Birth string `json:"birth,omitempty" fault:"birth" doc:"civil date; absent: it is not known"`
	Kind  string `json:"kind,omitempty" fault:"kind" enum:"person company ship" doc:"absent: any"`
}

// FoundParties is what the list that the firm works with says of them.
type FoundParties struct {
	Published string       `json:"published" doc:"civil date of the list"`
	SHA256    string       `json:"sha256" doc:"of its file"`
	Entries   int          `json:"entries" doc:"of the list"`
	Stale     bool         `json:"stale,omitempty" doc:"nobody has checked the list for too long"`
	At        Instant      `json:"at"`
	Entry     id.Entry     `json:"entry" doc:"of the journal, which proves that the search was made (getProof)"`
	Found     []FoundParty `json:"found" doc:"the most alike first"`
	More      bool         `json:"more,omitempty" doc:"there are further ones, less alike"`
}

// FoundParty is an entry of the list that is like her.
type FoundParty struct {
	Level string      `json:"level" enum:"close same"`
	Birth string      `json:"birth,omitempty" enum:"same near other" doc:"what the dates of birth say; absent: one of them is not known"`
	Name  string      `json:"name" doc:"of the list, the one that is like hers"`
	Entry FrozenEntry `json:"entry"`
}

func (n *Nouns) searchSanctions(r *Request, in SoughtParty) (FoundParties, error) {
	found, err := n.Sanctions.Search(r.Context(), r.Actor, sanction.Party{Name: in.Name, Birth: in.Birth, Kind: sanction.Nature(in.Kind)})
	if err != nil {
		return FoundParties{}, err
	}
	out := FoundParties{
		Published: found.List.Published, SHA256: found.List.SHA256, Entries: found.List.Entries, Stale: found.List.Stale,
		At: Instant(found.At), Entry: found.Entry, More: found.More, Found: make([]FoundParty, len(found.Hits)),
	}
	for i, h := range found.Hits {
		out.Found[i] = FoundParty{Level: h.Level.String(), Birth: string(h.Birth), Name: h.Name, Entry: frozenEntry(h.Entry)}
	}
	return out, nil
}
