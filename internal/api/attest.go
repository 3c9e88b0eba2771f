package api

import (
	"net/http"
	"strconv"

	"cenacle/internal/attest"
	"cenacle/internal/front"
	"cenacle/internal/id"
)

// Attestation is one of the adversarial exchange of a forum.
type Attestation struct {
	ID    id.Attestation `json:"id"`
	Party id.Circle      `json:"party,omitempty" doc:"whose reception alone it tells; absent: of all parties"`
	By    id.Person      `json:"by" doc:"who had it drawn up"`
	At    Instant        `json:"at"`
	Entry id.Entry       `json:"entry" doc:"of the journal, which holds the digest of what it states (getProof)"`
}

// Attestations is those of a space.
type Attestations struct {
	Attestations []Attestation `json:"attestations" doc:"the newest first, 100 at most"`
}

// InAttestation names one in the path.
type InAttestation struct {
	InSpace
	Attestation id.Attestation `path:"attestation"`
}

func attestationOf(a attest.Attestation) Attestation {
	return Attestation{a.ID, a.Side, a.By, Instant(a.At), a.Entry}
}

func (n *Nouns) attestations(r *Request, in InSpace) (Attestations, error) {
	all, err := n.Attests.Of(r.Context(), r.Actor, in.Space)
	out := Attestations{Attestations: make([]Attestation, len(all))}
	for i, a := range all {
		out.Attestations[i] = attestationOf(a)
	}
	return out, err
}

func (n *Nouns) attest(r *Request, in InSpace) (Attestation, error) {
	of, err := n.Attests.Draw(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Attestation{}, err
	}
	return n.attestedAgain(r, in, string(of))
}

func (n *Nouns) attestedAgain(r *Request, in InSpace, object string) (Attestation, error) {
	r.At("spaces", string(in.Space), "attestations", object)
	a, _, err := n.Attests.Show(r.Context(), r.Actor, in.Space, id.Attestation(object))
	return attestationOf(a), err
}

func (n *Nouns) attestationFile(r *Request, in InAttestation) (Stream, error) {
	raw, err := n.Attests.File(r.Context(), r.Actor, in.Space, in.Attestation)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, _ *Request) error {
		h := w.Header()
		h.Set("Content-Type", attest.Media)
		h.Set("Content-Disposition", front.Disposition("attachment", "exchange"+attest.Extension))
		h.Set("Content-Length", strconv.Itoa(len(raw)))
		_, err := w.Write(raw)
		return front.Sent(err)
	}, nil
}
