package attest

import (
	"crypto/sha256"
	"encoding/json"

	"cenacle/internal/i18n"
	"cenacle/internal/journal"
)

// Words says what became of an exhibit, party by party.
func Words(p *i18n.Printer, s Statement, e Exhibit) (out []string) {
	for _, to := range e.Receptions {
		said := []string{}
		if to.Notified != nil {
			said = append(said, p.T("attest.notified", p.DateTime(journal.ReadInstant(to.Notified.At))))
		}
		if to.Opened != nil {
			said = append(said, p.T("attest.opened", p.DateTime(journal.ReadInstant(to.Opened.At))))
		}
		if to.Paper != nil {
			said = append(said, p.T("attest.paper", p.Day(to.Paper.Day), to.Paper.How))
		}
		if to.Opened == nil && to.Paper == nil {
			said = append(said, p.T("attest.unopened"))
		}
		out = append(out, p.T("attest.reception", s.Name(to.Party), p.List(said)))
	}
	return out
}

// Digest is the SHA-256 of a statement as its file has it, which the journal holds.
func (s Statement) Digest() [32]byte {
	raw, err := json.Marshal(s)
	if err != nil { // texts and numbers alone
		return [32]byte{}
	}
	return sha256.Sum256(raw)
}
