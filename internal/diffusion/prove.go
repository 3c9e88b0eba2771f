package diffusion

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/journal"
	"cenacle/internal/memo"
	"cenacle/internal/store"
)

const (
	// Media is the media type of a proof.
	Media = "application/vnd.cenacle.diffusion+json"
	// Extension ends its name.
	Extension = ".diffusion.json"
	// Format is what the file says it is.
	Format = "cenacle/diffusion@v1"

	kind = "diffusion.delivered"
)

// Statement is what the proof of one recipient states. Its text in a file is its JSON,
// to the byte.
type Statement struct {
	Firm      string     `json:"firm"`
	Sender    string     `json:"sender"`
	Recipient string     `json:"recipient"`
	Person    id.Person  `json:"person"` // the recipient, as the journal has her
	Memo      id.Item    `json:"memo"`
	Subject   string     `json:"subject"`
	Body      string     `json:"body_sha256"` // of the text in UTF-8, in hexadecimal
	Documents []Enclosed `json:"documents"`   // those that she saw
	At        string     `json:"at"`
}

// Enclosed is a document that went with it.
type Enclosed struct {
	Title  string `json:"title"`
	SHA256 string `json:"sha256"`
}

// proven is what the journal keeps of a delivery.
type proven struct {
	Diffusion id.Diffusion `json:"diffusion"`
	Statement string       `json:"statement"` // SHA-256, in hexadecimal
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// prove records, for each person whom a memo was sent to, that it was, and keeps what
// that line stands for.
func (p *part) prove(a *act.Act, by authz.Actor, r row, would Part) error {
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return err
	}
	names, err := firm.Names(a, []id.Person{by.Person})
	if err != nil {
		return err
	}
	papers, err := enclosed(a, would)
	if err != nil {
		return err
	}
	for i := range p.outcome.To {
		to := &p.outcome.To[i]
		if !to.Chosen {
			continue
		}
		said := Statement{
			Firm: profile.Name, Sender: names[by.Person], Recipient: would.Will[i].Name, Person: to.Person, Memo: p.memo,
			Subject: r.words.Subject, Body: digest(r.words.Body), Documents: []Enclosed{}, At: journal.Instant(a.Now),
		}
		for _, doc := range would.Documents {
			if !slices.Contains(would.Will[i].Lacks, doc) {
				said.Documents = append(said.Documents, papers[doc.ID])
			}
		}
		raw, err := json.Marshal(said)
		if err != nil {
			return fmt.Errorf("diffusion: statement for %s: %w", to.Person, err)
		}
		to.Statement = string(raw)
		if to.Entry, err = a.Record(by, kind, p.space, string(p.memo), proven{r.id, digest(to.Statement)}); err != nil {
			return err
		}
	}
	return nil
}

// enclosed are the documents of a space with the digests of their current bytes. Its
// author has opened them.
func enclosed(a *act.Act, would Part) (map[id.Item]Enclosed, error) {
	var all []id.Item
	for _, doc := range would.Documents {
		all = append(all, doc.ID)
	}
	sums, err := document.DigestsOf(a, would.Space, all)
	if err != nil {
		return nil, err
	}
	out := map[id.Item]Enclosed{}
	for i, doc := range would.Documents {
		out[doc.ID] = Enclosed{doc.Title, hex.EncodeToString(sums[i][:])}
	}
	return out, nil
}

// evidence is what the proof of one recipient is made of.
type evidence struct {
	space     id.Space
	memo      id.Item
	statement string
	entry     id.Entry
	read      time.Time
	facts     []id.Entry
	recalled  time.Time
}

// Proof returns, as one self-contained file, that a diffusion was delivered to somebody,
// and when she read it, answered, or it was taken back, so far as that has happened:
// each with its line of the journal. It was verified before it is handed out.
func (s *Service) Proof(ctx context.Context, by authz.Actor, of id.Diffusion, in id.Space, to id.Person) (file []byte, err error) {
	defer fault.Op(&err, "diffusion.Proof(%s, %s)", of, to)
	var e evidence
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		e, err = evidenceOf(a, by, of, in, to)
		return err
	})
	if err != nil {
		return nil, err
	}
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return nil, err
	}
	if err := s.trace(ctx, f, &e, by.Person, to); err != nil {
		return nil, err
	}
	all, verifier, err := s.office.Journal.Prove(ctx, f, append([]id.Entry{e.entry}, e.facts...))
	if err != nil {
		return nil, err
	}
	facts := append([]journal.Proven{}, all[1:]...)
	file, err = json.MarshalIndent(journal.Dossier{Format: Format, Statement: e.statement, Entry: all[0], Facts: facts, Verifier: verifier}, "", "  ")
	if err != nil {
		return nil, err
	}
	_, err = Verify(file, verifier)
	return file, err
}

// evidenceOf finds what was kept of a delivery that the actor may see.
func evidenceOf(a *act.Act, by authz.Actor, of id.Diffusion, in id.Space, to id.Person) (e evidence, err error) {
	if _, err := own(a, by, of, authz.DiffusionSee); err != nil {
		return e, err
	}
	all, err := parts(a, of)
	if err != nil {
		return e, err
	}
	i := slices.IndexFunc(all, func(p part) bool { return p.space == in && p.state == Sent && !p.lost })
	if i < 0 {
		return e, fault.Absent()
	}
	p := all[i]
	at := slices.IndexFunc(p.outcome.To, func(d delivered) bool { return d.Person == to && d.Entry != "" })
	if at < 0 {
		return e, fault.Absent()
	}
	if _, _, err := item.Open(a, by, in, item.Memo, p.memo, authz.MemoRead); err != nil {
		return e, err
	}
	e = evidence{space: in, memo: p.memo, statement: p.outcome.To[at].Statement, entry: p.outcome.To[at].Entry, recalled: p.recalled}
	reads, err := item.Reads(a, p.memo)
	if err != nil {
		return e, err
	}
	e.read = reads[to]
	answers, err := memo.Answers(a, by, in, p.memo)
	for _, k := range answers {
		if k.Person == to {
			e.facts = append(e.facts, k.Entry)
		}
	}
	return e, err
}

// slack is how far the identifier of an entry may be from its instant.
const slack = 10 * time.Second

// trace adds the entries that say when the memo was read and taken back, which no row
// names: they stand in the journal of the space at their instants. One who answered
// without reading first is said to have answered.
func (s *Service) trace(ctx context.Context, f *store.Firm, e *evidence, by, to id.Person) error {
	for _, look := range []struct {
		at    time.Time
		kind  string
		actor id.Person
	}{{e.read, readKind, to}, {e.recalled, recalledKind, by}} {
		if look.at.IsZero() {
			continue
		}
		found, err := s.office.Journal.List(ctx, f, journal.Filter{
			Space: e.space, After: id.Earliest[id.Entry](look.at.Add(-slack)), Before: id.Earliest[id.Entry](look.at.Add(slack)), Limit: 500,
		})
		if err != nil {
			return err
		}
		for _, r := range found {
			if r.Kind == look.kind && r.Object == string(e.memo) && r.Actor == look.actor {
				e.facts = append(e.facts, r.ID)
			}
		}
	}
	return nil
}
